import type { Image } from '../image.js'
import { borderIndices } from './border.js'

/**
 * An image with each pixel a weighted mean of those around it: `across` weighs its row, `down` its column. Both have an odd
 * length; beyond its edges the image is reflected.
 */
export function blurred(image: Image, across: ArrayLike<number>, down: ArrayLike<number>): Image {
  const { width, height, channels, data } = image
  const length = width * channels
  const columns = borderIndices(width, across.length >> 1, across.length >> 1, 'reflect').map((x) => x * channels)
  const rows = borderIndices(height, down.length >> 1, down.length >> 1, 'reflect').map((y) => y * length)
  const middle = new Float32Array(data.length)
  for (let y = 0; y < height; y++) {
    for (let x = 0, at = y * length; x < width; x++) {
      for (let c = 0; c < channels; c++, at++) {
        let sum = 0
        for (let k = 0; k < across.length; k++) sum += across[k]! * data[y * length + columns[x + k]! + c]!
        middle[at] = sum
      }
    }
  }
  // clamped arrays round, halves to the even number
  const out = new Uint8ClampedArray(data.length)
  const sums = new Float64Array(length)
  for (let y = 0; y < height; y++) {
    sums.fill(0)
    for (let k = 0; k < down.length; k++) {
      const weight = down[k]!
      const from = rows[y + k]!
      for (let x = 0; x < length; x++) sums[x]! += weight * middle[from + x]!
    }
    out.set(sums, y * length)
  }
  return { ...image, data: new Uint8Array(out.buffer) }
}
