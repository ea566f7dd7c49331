/** What several tests share. */
import type { Image } from '../src/index.js'

/** An image without any order to it, the same for each size. */
export function testImage(width: number, height: number, channels: number): Image {
  const data = Uint8Array.from(
    { length: width * height * channels },
    (_, i) => (i * 37 + Math.floor(i / 7) * 11 + Math.floor(i / (width * channels)) * 5) % 256,
  )
  return { width, height, channels, data }
}

/** One number for all values and their order. */
export function checksum(values: ArrayLike<number>): number {
  return Array.from(values).reduce((sum, v) => (sum * 31 + v) % 1000003, 0)
}
