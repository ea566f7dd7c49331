/** Mixing an image with a duller one of itself, as Pillow's ImageEnhance. */
import type { Image } from '../image.js'
import { hasAlpha } from './alpha.js'
import { grey } from './colors.js'
import { mapped, tableOf } from './tables.js'

const f = Math.fround

/** One value between (or beyond) `from` and `to`, cut off to 0 to 255. */
function mix(from: number, to: number, factor: number): number {
  return f(from + f(factor * (to - from)))
}

/** Towards black: factor 0 gives it, 1 the image. */
export function brightened(image: Image, factor: number): Image {
  return mapped(
    image,
    tableOf((v) => mix(0, v, f(factor))),
  )
}

/** Towards the mean grey: factor 0 gives it, 1 the image. */
export function contrasted(image: Image, factor: number): Image {
  const lightness = grey(image).data
  let sum = 0
  for (let i = 0; i < lightness.length; i++) sum += lightness[i]!
  const mean = lightness.length === 0 ? 0 : Math.trunc(sum / lightness.length + 0.5)
  return mapped(
    image,
    tableOf((v) => mix(mean, v, f(factor))),
  )
}

/** Towards grey: factor 0 gives it, 1 the image. */
export function saturated(image: Image, factor: number): Image {
  const { channels } = image
  if (channels < 3) return { ...image, data: image.data.slice() }
  const lightness = grey(image).data
  return blended(image, factor, (p) => lightness[(p / channels) | 0]!)
}

/** Towards a smoothed image: factor 0 gives it, 1 the image. */
export function sharpened(image: Image, factor: number): Image {
  const smooth = smoothed(image).data
  return blended(image, factor, (p) => smooth[p]!)
}

function blended(image: Image, factor: number, dull: (position: number) => number): Image {
  const { channels, data } = image
  const out = new Uint8Array(data)
  const colors = hasAlpha(image) ? channels - 1 : channels
  const ratio = f(factor)
  for (let p = 0; p < data.length; p += channels) {
    for (let c = p; c < p + colors; c++) {
      const value = mix(dull(c), data[c]!, ratio)
      out[c] = value <= 0 ? 0 : value >= 255 ? 255 : value
    }
  }
  return { ...image, data: out }
}

/** Each pixel inside five times and its neighbours once, over 13; the edge as it is. */
function smoothed(image: Image): Image {
  const { width, height, channels, data } = image
  const out = new Uint8Array(data)
  const row = width * channels
  for (let y = 1; y < height - 1; y++) {
    for (let p = y * row + channels; p < (y + 1) * row - channels; p++) {
      const above = data[p - row - channels]! + data[p - row]! + data[p - row + channels]!
      const beside = data[p - channels]! + 5 * data[p]! + data[p + channels]!
      const below = data[p + row - channels]! + data[p + row]! + data[p + row + channels]!
      out[p] = (2 * (above + beside + below) + 13) / 26
    }
  }
  return { ...image, data: out }
}
