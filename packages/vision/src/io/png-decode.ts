import { RuntimeError } from '@tsorch/core'
import type { Image } from '../image.js'
import { readChunks } from './png-chunks.js'
import { inflate } from './zlib.js'

interface Header {
  readonly width: number
  readonly height: number
  /** Bits of a sample: 1, 2, 4, 8 or 16. */
  readonly depth: number
  /** 0 grey, 2 RGB, 3 palette, 4 grey and opacity, 6 RGB and opacity. */
  readonly colorType: number
  readonly interlaced: boolean
}

const depths: Readonly<Record<number, readonly number[]>> = {
  0: [1, 2, 4, 8, 16],
  2: [8, 16],
  3: [1, 2, 4, 8],
  4: [8, 16],
  6: [8, 16],
}
const samplesOf: Readonly<Record<number, number>> = { 0: 1, 2: 3, 3: 1, 4: 2, 6: 4 }

/** Passes of an interlaced image: where they start, and the distance of their pixels. */
const adam7 = [
  [0, 0, 8, 8],
  [4, 0, 8, 8],
  [0, 4, 4, 8],
  [2, 0, 4, 4],
  [0, 2, 2, 4],
  [1, 0, 2, 2],
  [0, 1, 1, 2],
] as const

/** Longest side of an image that is decoded; a larger one is rather a damaged header. */
const longest = 1 << 20

/**
 * Decodes a PNG file to 8 bits: palettes and transparent colours become RGB (with opacity), 16-bit samples lose their lower half.
 *
 * @throws RuntimeError if the file is damaged
 */
export async function decodePng(bytes: Uint8Array): Promise<Image> {
  let header: Header | null = null
  let palette: Uint8Array | null = null
  let transparency: Uint8Array | null = null
  const packed: Uint8Array[] = []
  for (const { type, data } of readChunks(bytes)) {
    if (type === 'IHDR') header = headerOf(data)
    else if (type === 'PLTE') palette = data
    else if (type === 'tRNS') transparency = data
    else if (type === 'IDAT') packed.push(data)
  }
  if (header === null) throw new RuntimeError('the PNG file is damaged: it has no header')
  const samples = await samplesIn(header, packed)
  if (header.colorType === 3) return colored(header, samples, palette, transparency)
  const image = inBytes(header, samples)
  return transparency === null || header.colorType > 2 ? image : keyed(header, image, samples, transparency)
}

function headerOf(data: Uint8Array): Header {
  if (data.length !== 13) throw new RuntimeError('the PNG file is damaged: its header has a wrong size')
  const view = new DataView(data.buffer, data.byteOffset, 13)
  const [width, height] = [view.getUint32(0), view.getUint32(4)]
  const [depth, colorType, compression, filter, interlace] = data.subarray(8) as unknown as number[]
  const known = depths[colorType!]?.includes(depth!) && compression === 0 && filter === 0 && interlace! <= 1
  if (!known || width === 0 || height === 0 || width > longest || height > longest) {
    throw new RuntimeError(
      `the PNG file is damaged: its header tells ${width} x ${height} pixels, colour type ${colorType}, ${depth} bits`,
    )
  }
  return { width, height, depth: depth!, colorType: colorType!, interlaced: interlace === 1 }
}

/** The samples of all pixels, channels interleaved. */
async function samplesIn(header: Header, parts: readonly Uint8Array[]): Promise<Uint16Array> {
  const { width, height, depth, colorType, interlaced } = header
  const perPixel = samplesOf[colorType]!
  const passes = (interlaced ? adam7 : ([[0, 0, 1, 1]] as const)).map(([x0, y0, dx, dy]) => {
    const [w, h] = [Math.ceil((width - x0) / dx), Math.ceil((height - y0) / dy)]
    return { x0, y0, dx, dy, w, h: w === 0 ? 0 : h, rowBytes: Math.ceil((w * perPixel * depth) / 8) }
  })
  const expected = passes.reduce((sum, { h, rowBytes }) => sum + h * (rowBytes + 1), 0)
  const packed = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0))
  parts.reduce((at, part) => {
    packed.set(part, at)
    return at + part.length
  }, 0)
  const raw = await inflate(packed, expected).catch((cause: unknown) => {
    throw new RuntimeError(`the PNG file is damaged: its pixels cannot be unpacked (${String(cause)})`, { cause })
  })
  if (raw.length < expected)
    throw new RuntimeError(`the PNG file is damaged: it has ${raw.length} bytes of pixels, but needs ${expected}`)
  const out = new Uint16Array(width * height * perPixel)
  let from = 0
  for (const { x0, y0, dx, dy, w, h, rowBytes } of passes) {
    unfilter(raw, from, h, rowBytes, Math.max((perPixel * depth) >> 3, 1))
    for (let row = 0; row < h; row++) {
      const line = raw.subarray(from + row * (rowBytes + 1) + 1)
      for (let i = 0; i < w * perPixel; i++) {
        const x = x0 + Math.floor(i / perPixel) * dx
        out[((y0 + row * dy) * width + x) * perPixel + (i % perPixel)] = sampleAt(line, i, depth)
      }
    }
    from += h * (rowBytes + 1)
  }
  return out
}

function sampleAt(line: Uint8Array, i: number, depth: number): number {
  if (depth === 8) return line[i]!
  if (depth === 16) return (line[2 * i]! << 8) | line[2 * i + 1]!
  const bit = i * depth
  return (line[bit >> 3]! >> (8 - depth - (bit & 7))) & ((1 << depth) - 1)
}

/** Adds to each byte what its filter has taken off: the byte before, the one above, or both. */
function unfilter(raw: Uint8Array, from: number, rows: number, rowBytes: number, pixelBytes: number): void {
  for (let row = 0; row < rows; row++) {
    const at = from + row * (rowBytes + 1)
    const filter = raw[at]!
    if (filter > 4) throw new RuntimeError(`the PNG file is damaged: there is no filter ${filter}`)
    for (let i = 0; i < rowBytes; i++) {
      const p = at + 1 + i
      const left = i < pixelBytes ? 0 : raw[p - pixelBytes]!
      const up = row === 0 ? 0 : raw[p - rowBytes - 1]!
      if (filter === 1) raw[p] = raw[p]! + left
      else if (filter === 2) raw[p] = raw[p]! + up
      else if (filter === 3) raw[p] = raw[p]! + ((left + up) >> 1)
      else if (filter === 4) {
        const corner = i < pixelBytes || row === 0 ? 0 : raw[p - rowBytes - 1 - pixelBytes]!
        raw[p] = raw[p]! + nearestOf(left, up, corner)
      }
    }
  }
}

/** Paeth's predictor: which of the three is closest to left + up - corner. */
function nearestOf(left: number, up: number, corner: number): number {
  const byLeft = Math.abs(up - corner)
  const byUp = Math.abs(left - corner)
  const byCorner = Math.abs(left + up - 2 * corner)
  if (byLeft <= byUp && byLeft <= byCorner) return left
  return byUp <= byCorner ? up : corner
}

function inBytes({ width, height, depth, colorType }: Header, samples: Uint16Array): Image {
  const data = new Uint8Array(samples.length)
  if (depth === 16) for (let i = 0; i < data.length; i++) data[i] = samples[i]! >> 8
  else for (let i = 0; i < data.length; i++) data[i] = samples[i]! * (255 / ((1 << depth) - 1))
  return { width, height, channels: samplesOf[colorType]!, data }
}

function colored(
  { width, height }: Header,
  samples: Uint16Array,
  palette: Uint8Array | null,
  transparency: Uint8Array | null,
): Image {
  if (palette === null) throw new RuntimeError('the PNG file is damaged: it has no palette')
  const channels = transparency === null ? 3 : 4
  const data = new Uint8Array(samples.length * channels)
  for (let i = 0; i < samples.length; i++) {
    const index = samples[i]!
    if (3 * index + 2 >= palette.length)
      throw new RuntimeError(`the PNG file is damaged: its palette has no colour ${index}`)
    for (let c = 0; c < 3; c++) data[i * channels + c] = palette[3 * index + c]!
    if (transparency !== null) data[i * 4 + 3] = transparency[index] ?? 255
  }
  return { width, height, channels, data }
}

/** One colour is transparent. */
function keyed({ colorType }: Header, image: Image, samples: Uint16Array, transparency: Uint8Array): Image {
  const { width, height, channels, data } = image
  const key = Array.from(
    { length: samplesOf[colorType]! },
    (_, c) => ((transparency[2 * c] ?? 0) << 8) | (transparency[2 * c + 1] ?? 0),
  )
  const out = new Uint8Array(width * height * (channels + 1))
  for (let i = 0; i < width * height; i++) {
    for (let c = 0; c < channels; c++) out[i * (channels + 1) + c] = data[i * channels + c]!
    out[(i + 1) * (channels + 1) - 1] = key.every((v, c) => samples[i * channels + c] === v) ? 0 : 255
  }
  return { width, height, channels: channels + 1, data: out }
}
