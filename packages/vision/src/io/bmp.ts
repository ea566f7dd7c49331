import { RuntimeError } from '@tsorch/core'
import type { Image } from '../image.js'

/** Whether bytes start as a BMP file does. */
export function isBmp(bytes: Uint8Array): boolean {
  return bytes.length > 30 && bytes[0] === 0x42 && bytes[1] === 0x4d
}

/**
 * Decodes a BMP file that is not compressed: 1, 4 or 8 bits with a palette, 24 or 32 bits.
 *
 * @throws RuntimeError if it is damaged, or of another kind
 */
export function decodeBmp(bytes: Uint8Array): Image {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const [start, headerSize] = [view.getUint32(10, true), view.getUint32(14, true)]
  if (headerSize < 40 || bytes.length < 14 + headerSize)
    throw new RuntimeError('the BMP file is damaged, or of an old kind')
  const [width, signed] = [view.getInt32(18, true), view.getInt32(22, true)]
  const [depth, compression, colors] = [view.getUint16(28, true), view.getUint32(30, true), view.getUint32(46, true)]
  const height = Math.abs(signed)
  if (compression !== 0 || ![1, 4, 8, 24, 32].includes(depth))
    throw new RuntimeError(`BMP files of ${depth} bits with compression ${compression} are not supported`)
  const rowBytes = Math.ceil((width * depth) / 32) * 4
  if (width <= 0 || height === 0 || start + rowBytes * height > bytes.length)
    throw new RuntimeError('the BMP file is cut short')
  const palette = depth <= 8 ? paletteOf(bytes, 14 + headerSize, colors || 1 << depth, start) : null
  const data = new Uint8Array(width * height * 3)
  for (let y = 0; y < height; y++) {
    // rows go up, unless the height is negative
    const row = start + (signed > 0 ? height - 1 - y : y) * rowBytes
    for (let x = 0, to = y * width * 3; x < width; x++, to += 3) {
      const from = palette === null ? row + (x * depth) / 8 : 4 * indexAt(bytes, row, x, depth)
      const source = palette ?? bytes
      if (from + 2 >= source.length) throw new RuntimeError('the BMP file is damaged: a colour is not in its palette')
      for (let c = 0; c < 3; c++) data[to + c] = source[from + 2 - c]!
    }
  }
  return greyIfPaletteIs(palette, { width, height, channels: 3, data })
}

function paletteOf(bytes: Uint8Array, at: number, colors: number, limit: number): Uint8Array {
  const end = at + 4 * Math.min(colors, 256)
  if (end > limit) throw new RuntimeError('the BMP file is damaged: its palette does not fit')
  return bytes.subarray(at, end)
}

function indexAt(bytes: Uint8Array, row: number, x: number, depth: number): number {
  const bit = x * depth
  return (bytes[row + (bit >> 3)]! >> (8 - depth - (bit & 7))) & ((1 << depth) - 1)
}

/** A palette of all greys in their order stands for an image of one channel. */
function greyIfPaletteIs(palette: Uint8Array | null, image: Image): Image {
  if (palette === null) return image
  const steps = palette.length / 4
  for (let i = 0; i < steps; i++) {
    const v = Math.round((i * 255) / (steps - 1))
    if (palette[4 * i] !== v || palette[4 * i + 1] !== v || palette[4 * i + 2] !== v) return image
  }
  return { ...image, channels: 1, data: image.data.filter((_, i) => i % 3 === 0) }
}
