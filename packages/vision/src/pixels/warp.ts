/** Affine and perspective maps of 8-bit images as Pillow computes them: for each new pixel, where it comes from. */
import type { Image } from '../image.js'
import { premultiplied } from './alpha.js'
import { blank } from './layout.js'

/** How a place between pixels is read. */
export type Sampling = 'nearest' | 'bilinear' | 'bicubic'

/** A map to the source: six numbers of an affine one, eight of a perspective one. */
export type Coefficients = readonly number[]

/**
 * The image that `coefficients` map to the given one; what comes from outside of it is `color`.
 *
 * @param coefficients a ... f: x' = a x + b y + c, y' = d x + e y + f for the centre (x, y) of each pixel; with g and h both are
 * divided by g x + h y + 1
 */
export function warped(
  image: Image,
  coefficients: Coefficients,
  sampling: Sampling,
  color: readonly number[],
  height: number = image.height,
  width: number = image.width,
): Image {
  const map = (pixels: Image): Image => {
    const out = blank(width, height, pixels.channels, color)
    if (sampling === 'nearest') {
      if (coefficients.length === 6) nearestAffine(pixels, out, coefficients)
      else
        each(out, coefficients, (at, x, y) =>
          copyPixel(pixels, x < 0 ? -1 : Math.trunc(x), y < 0 ? -1 : Math.trunc(y), out, at),
        )
    } else {
      const read = sampling === 'bilinear' ? bilinear : bicubic
      each(out, coefficients, (at, x, y) => read(pixels, x, y, out, at))
    }
    return out
  }
  return sampling === 'nearest' ? map(image) : premultiplied(image, map)
}

/** Calls `visit` for each pixel with its position in the data and the place that it comes from. */
function each(out: Image, coefficients: Coefficients, visit: (at: number, x: number, y: number) => void): void {
  const [a, b, c, d, e, f, g = 0, h = 0] = coefficients as [
    number,
    number,
    number,
    number,
    number,
    number,
    number?,
    number?,
  ]
  const affine = coefficients.length === 6
  let at = 0
  for (let row = 0; row < out.height; row++) {
    const y = row + 0.5
    for (let column = 0; column < out.width; column++) {
      const x = column + 0.5
      const by = affine ? 1 : g * x + h * y + 1
      visit(at, (a * x + b * y + c) / by, (d * x + e * y + f) / by)
      at += out.channels
    }
  }
}

function copyPixel(image: Image, x: number, y: number, out: Image, at: number): void {
  if (x < 0 || x >= image.width || y < 0 || y >= image.height) return
  const from = (y * image.width + x) * image.channels
  for (let c = 0; c < image.channels; c++) out.data[at + c] = image.data[from + c]!
}

/** Steps through the source in 16 binary digits after the point; where it only scales, in floating point. */
function nearestAffine(image: Image, out: Image, coefficients: Coefficients): void {
  const [a, b, c, d, e, f] = coefficients as [number, number, number, number, number, number]
  const fits = (x: number, y: number): boolean =>
    Math.abs(x * a + y * b + c) < 32768 && Math.abs(x * d + y * e + f) < 32768
  const { width, height, channels } = out
  const scales = b === 0 && d === 0
  const fixed = !scales && fits(0, 0) && fits(width, height) && fits(0, height) && fits(width, 0)
  const unit = fixed ? 65536 : 1
  const fix = (v: number): number => (fixed ? Math.floor(v * 65536 + 0.5) : v)
  const [dx, dy, ax, ay] = [fix(a), fix(d), fix(b), fix(e)]
  let startX = fix(c + a * 0.5 + b * 0.5)
  let startY = fix(f + d * 0.5 + e * 0.5)
  for (let row = 0, at = 0; row < height; row++) {
    let x = startX
    let y = startY
    for (let column = 0; column < width; column++, at += channels) {
      copyPixel(image, Math.floor(x / unit), Math.floor(y / unit), out, at)
      x += dx
      y += dy
    }
    startX += ax
    startY += ay
  }
}

const within = (position: number, size: number): number => (position < 0 ? 0 : position < size ? position : size - 1)

function bilinear(image: Image, x: number, y: number, out: Image, at: number): void {
  const { width, height, channels, data } = image
  if (!(x >= 0 && x < width && y >= 0 && y < height)) return
  const left = Math.floor(x - 0.5)
  const top = Math.floor(y - 0.5)
  const dx = x - 0.5 - left
  const dy = y - 0.5 - top
  const x0 = within(left, width) * channels
  const x1 = within(left + 1, width) * channels
  const row0 = within(top, height) * width * channels
  const row1 = within(top + 1, height) * width * channels
  for (let c = 0; c < channels; c++) {
    const upper = data[row0 + x0 + c]! + (data[row0 + x1 + c]! - data[row0 + x0 + c]!) * dx
    const lower = data[row1 + x0 + c]! + (data[row1 + x1 + c]! - data[row1 + x0 + c]!) * dx
    out.data[at + c] = upper + (lower - upper) * dy
  }
}

/** The cubic through four values, between the second and the third. */
function cubic(v1: number, v2: number, v3: number, v4: number, d: number): number {
  return v2 + d * (v3 - v1 + d * (2 * (v1 - v2) + v3 - v4 + d * (v2 - v1 - v3 + v4)))
}

function bicubic(image: Image, x: number, y: number, out: Image, at: number): void {
  const { width, height, channels, data } = image
  if (!(x >= 0 && x < width && y >= 0 && y < height)) return
  const left = Math.floor(x - 0.5)
  const top = Math.floor(y - 0.5)
  const dx = x - 0.5 - left
  const dy = y - 0.5 - top
  const x0 = within(left - 1, width) * channels
  const x1 = within(left, width) * channels
  const x2 = within(left + 1, width) * channels
  const x3 = within(left + 2, width) * channels
  const along = (row: number, c: number): number => {
    const from = within(row, height) * width * channels + c
    return cubic(data[from + x0]!, data[from + x1]!, data[from + x2]!, data[from + x3]!, dx)
  }
  for (let c = 0; c < channels; c++) {
    const value = cubic(along(top - 1, c), along(top, c), along(top + 1, c), along(top + 2, c), dy)
    out.data[at + c] = value <= 0 ? 0 : value >= 255 ? 255 : value
  }
}
