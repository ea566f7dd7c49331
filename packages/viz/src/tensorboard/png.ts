/** PNG files. @see https://www.w3.org/TR/png-3/ */
import { builtin } from './node.js'

/** Bytes of an image: rows from the top, the channels of a pixel beside each other. */
export interface Pixels {
  readonly data: Uint8Array
  readonly width: number
  readonly height: number
  readonly channels: number
}

/** PNG's number for an image of so many channels: gray, gray with alpha, RGB, RGBA. */
const colorTypes: Readonly<Record<number, number>> = { 1: 0, 2: 4, 3: 2, 4: 6 }

const crcTable = Uint32Array.from({ length: 256 }, (_, n) => {
  let c = n
  for (let k = 0; k < 8; k++) c = c & 1 ? 0xedb88320 ^ (c >>> 1) : c >>> 1
  return c
})

const zlibOfNode = (bytes: Uint8Array): Uint8Array => builtin('node:zlib', 'an image').deflateSync(bytes)

/**
 * A PNG file of an image of 1 to 4 channels.
 *
 * @param deflate makes a zlib stream; default: Node's
 */
export function encodePng(
  { data, width, height, channels }: Pixels,
  deflate: (bytes: Uint8Array) => Uint8Array = zlibOfNode,
): Uint8Array {
  const header = new Uint8Array(13)
  const view = new DataView(header.buffer)
  view.setUint32(0, width)
  view.setUint32(4, height)
  header.set([8, colorTypes[channels]!, 0, 0, 0], 8)
  const row = width * channels
  // Each row is stored as differences to the pixel on its left (filter 1), which photographs and plots alike pack well.
  const raw = new Uint8Array(height * (row + 1))
  for (let y = 0; y < height; y++) {
    const [from, to] = [y * row, y * (row + 1)]
    raw[to] = 1
    for (let i = 0; i < row; i++) raw[to + 1 + i] = data[from + i]! - (i < channels ? 0 : data[from + i - channels]!)
  }
  const packed = deflate(raw)
  const chunks = [chunk('IHDR', header), chunk('IDAT', packed), chunk('IEND', new Uint8Array(0))]
  const file = new Uint8Array(8 + chunks.reduce((sum, { length }) => sum + length, 0))
  file.set([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a])
  let at = 8
  for (const bytes of chunks) {
    file.set(bytes, at)
    at += bytes.length
  }
  return file
}

function chunk(type: string, data: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(12 + data.length)
  const view = new DataView(bytes.buffer)
  view.setUint32(0, data.length)
  for (let i = 0; i < 4; i++) bytes[4 + i] = type.charCodeAt(i)
  bytes.set(data, 8)
  let c = 0xffffffff
  for (let i = 4; i < 8 + data.length; i++) c = crcTable[(c ^ bytes[i]!) & 0xff]! ^ (c >>> 8)
  view.setUint32(8 + data.length, ~c >>> 0)
  return bytes
}
