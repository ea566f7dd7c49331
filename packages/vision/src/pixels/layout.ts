/** Moving pixels about: what changes no value. */
import type { Image } from '../image.js'

/** An image of one colour: a value for each channel, or one for all. */
export function blank(width: number, height: number, channels: number, color: readonly number[]): Image {
  const data = new Uint8Array(width * height * channels)
  if (color.every((v) => v === 0)) return { width, height, channels, data }
  for (let i = 0; i < data.length; i++) data[i] = color[color.length === 1 ? 0 : i % channels]!
  return { width, height, channels, data }
}

/** The part of an image below and right of (left, top); what lies outside of it is `color`. */
export function cropped(
  image: Image,
  top: number,
  left: number,
  height: number,
  width: number,
  color: readonly number[] = [0],
): Image {
  const { channels, data } = image
  const x0 = Math.max(left, 0)
  const x1 = Math.min(left + width, image.width)
  const y0 = Math.max(top, 0)
  const y1 = Math.min(top + height, image.height)
  const covers = x0 === left && y0 === top && x1 === left + width && y1 === top + height
  const out = blank(width, height, channels, covers ? [0] : color)
  if (x1 <= x0) return out
  for (let y = y0; y < y1; y++) {
    const from = (y * image.width + x0) * channels
    const row = data.subarray(from, from + (x1 - x0) * channels)
    out.data.set(row, ((y - top) * width + x0 - left) * channels)
  }
  return out
}

/** An image whose pixel (row, column) is pixel (rows[row], columns[column]) of the given one. */
export function picked(image: Image, rows: ArrayLike<number>, columns: ArrayLike<number>): Image {
  const { channels, data } = image
  const height = rows.length
  const width = columns.length
  const out = new Uint8Array(height * width * channels)
  let at = 0
  for (let y = 0; y < height; y++) {
    const row = rows[y]! * image.width
    for (let x = 0; x < width; x++) {
      const from = (row + columns[x]!) * channels
      for (let c = 0; c < channels; c++) out[at++] = data[from + c]!
    }
  }
  return { width, height, channels, data: out }
}

const upwards = (n: number): number[] => Array.from({ length: n }, (_, i) => i)
const downwards = (n: number): number[] => upwards(n).reverse()

/** Left and right exchanged. */
export function mirrored(image: Image): Image {
  return picked(image, upwards(image.height), downwards(image.width))
}

/** Top and bottom exchanged. */
export function flipped(image: Image): Image {
  return picked(image, downwards(image.height), upwards(image.width))
}

/** Turned counter-clockwise by 90, 180 or 270 degrees. */
export function turned(image: Image, degrees: 90 | 180 | 270): Image {
  if (degrees === 180) return picked(image, downwards(image.height), downwards(image.width))
  const { width, height, channels, data } = image
  const out = new Uint8Array(data.length)
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const from = (y * width + x) * channels
      const to = (degrees === 90 ? (width - 1 - x) * height + y : x * height + height - 1 - y) * channels
      for (let c = 0; c < channels; c++) out[to + c] = data[from + c]!
    }
  }
  return { width: height, height: width, channels, data: out }
}
