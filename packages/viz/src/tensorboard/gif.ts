/**
 * Animated GIF files, each frame with a palette of its own.
 *
 * @see https://www.w3.org/Graphics/GIF/spec-gif89a.txt
 */
import { makePalette } from './palette.js'

/** Frames of one size, their pixels red, green and blue in turn. */
export interface Animation {
  readonly width: number
  readonly height: number
  readonly frames: readonly Uint8Array[]
  readonly framesPerSecond: number
}

/** Bytes of a block of data at most. */
const BLOCK = 255

/** The file. It is shown again and again. */
export function encodeGif({ width, height, frames, framesPerSecond }: Animation): Uint8Array {
  const out: number[] = []
  const text = (letters: string): void => {
    for (const letter of letters) out.push(letter.charCodeAt(0))
  }
  const short = (value: number): void => {
    out.push(value & 255, value >> 8)
  }
  text('GIF89a')
  short(width)
  short(height)
  // no palette for all frames
  out.push(0, 0, 0)
  out.push(0x21, 0xff, 11)
  text('NETSCAPE2.0')
  out.push(3, 1, 0, 0, 0)
  const delay = Math.min(Math.max(Math.round(100 / framesPerSecond), 1), 65535)
  for (const frame of frames) {
    const { colors, indices } = makePalette(frame)
    const bits = Math.max(Math.ceil(Math.log2(colors.length / 3)), 1)
    out.push(0x21, 0xf9, 4, 0)
    short(delay)
    out.push(0, 0)
    out.push(0x2c)
    for (const value of [0, 0, width, height]) short(value)
    out.push(0x80 | (bits - 1))
    for (let i = 0; i < 3 << bits; i++) out.push(colors[i] ?? 0)
    const depth = Math.max(bits, 2)
    out.push(depth)
    const data = compress(indices, depth)
    for (let at = 0; at < data.length; at += BLOCK) {
      const end = Math.min(at + BLOCK, data.length)
      out.push(end - at)
      for (let i = at; i < end; i++) out.push(data[i]!)
    }
    out.push(0)
  }
  out.push(0x3b)
  return Uint8Array.from(out)
}

/** Codes have 12 bits at most. */
const MAX_CODES = 4096

/** GIF's variant of LZW: codes grow from `depth + 1` bits on, the lowest bit first. */
function compress(indices: Uint8Array, depth: number): number[] {
  const clear = 1 << depth
  const out: number[] = []
  let [bits, held] = [0, 0]
  let width = depth + 1
  const write = (code: number): void => {
    held |= code << bits
    bits += width
    while (bits >= 8) {
      out.push(held & 255)
      held >>>= 8
      bits -= 8
    }
  }
  // codes of a known string and one index more
  const codes = new Map<number, number>()
  let next = clear + 2
  write(clear)
  let string = indices[0]!
  for (let i = 1; i < indices.length; i++) {
    const key = string * 256 + indices[i]!
    const known = codes.get(key)
    if (known !== undefined) {
      string = known
      continue
    }
    write(string)
    if (next === MAX_CODES) {
      write(clear)
      codes.clear()
      next = clear + 2
      width = depth + 1
    } else {
      if (next >= 1 << width) width++
      codes.set(key, next++)
    }
    string = indices[i]!
  }
  write(string)
  // the reader has met one more string, which may need a longer code
  if (next >= 1 << width && width < 12) width++
  write(clear + 1)
  if (bits > 0) out.push(held & 255)
  return out
}
