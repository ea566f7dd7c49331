import type { Image } from '../image.js'
import { writeChunks } from './png-chunks.js'
import { deflate } from './zlib.js'

/** PNG's number for an image of so many channels. */
const colorTypes: Readonly<Record<number, number>> = { 1: 0, 2: 4, 3: 2, 4: 6 }

/** A PNG file of an image of 1 to 4 channels. */
export async function encodePngImage({ width, height, channels, data }: Image, level: number): Promise<Uint8Array> {
  const header = new Uint8Array(13)
  const view = new DataView(header.buffer)
  view.setUint32(0, width)
  view.setUint32(4, height)
  header.set([8, colorTypes[channels]!, 0, 0, 0], 8)
  const row = width * channels
  const raw = new Uint8Array(height * (row + 1))
  for (let y = 0; y < height; y++) filterRow(data, y * row, row, channels, y === 0, raw, y * (row + 1))
  const pixels = await deflate(raw, level)
  return writeChunks([
    { type: 'IHDR', data: header },
    { type: 'IDAT', data: pixels },
    { type: 'IEND', data: new Uint8Array(0) },
  ])
}

/** Writes a row as differences to the byte before (filter 1) or above (2), whichever are smaller, or as it is. */
function filterRow(
  data: Image['data'],
  from: number,
  length: number,
  step: number,
  isFirst: boolean,
  out: Uint8Array,
  to: number,
): void {
  const before = (i: number): number => (i < step ? 0 : data[from + i - step]!)
  const above = (i: number): number => (isFirst ? 0 : data[from + i - length]!)
  const size = (difference: number): number => Math.min(difference & 255, 256 - (difference & 255))
  let [plain, sub, up] = [0, 0, 0]
  for (let i = 0; i < length; i++) {
    const v = data[from + i]!
    plain += size(v)
    sub += size(v - before(i))
    up += size(v - above(i))
  }
  const filter = sub < plain && sub <= up ? 1 : up < plain ? 2 : 0
  out[to] = filter
  for (let i = 0; i < length; i++) {
    out[to + 1 + i] = data[from + i]! - (filter === 1 ? before(i) : filter === 2 ? above(i) : 0)
  }
}
