import { RuntimeError } from '@tsorch/core'
import type { Image } from '../image.js'

/** Whether bytes start as a PGM or PPM file does: `P2`, `P3` in text, `P5`, `P6` in bytes. */
export function isNetpbm(bytes: Uint8Array): boolean {
  return bytes.length > 2 && bytes[0] === 0x50 && [0x32, 0x33, 0x35, 0x36].includes(bytes[1]!) && isSpace(bytes[2]!)
}

function isSpace(byte: number): boolean {
  return byte === 0x20 || (byte >= 0x09 && byte <= 0x0d)
}

/** Whole numbers between spaces and comments. */
class Numbers {
  at = 2
  private readonly bytes: Uint8Array

  constructor(bytes: Uint8Array) {
    this.bytes = bytes
  }

  next(): number {
    const { bytes } = this
    while (this.at < bytes.length && (isSpace(bytes[this.at]!) || bytes[this.at] === 0x23)) {
      // a comment goes to the end of its line
      if (bytes[this.at] === 0x23) while (this.at < bytes.length && bytes[this.at] !== 0x0a) this.at++
      else this.at++
    }
    const start = this.at
    let value = 0
    for (; bytes[this.at]! >= 0x30 && bytes[this.at]! <= 0x39; this.at++) value = value * 10 + bytes[this.at]! - 0x30
    if (this.at === start || this.at - start > 9) throw new RuntimeError('the PGM or PPM file is damaged or cut short')
    return value
  }
}

/** Decodes a PGM or PPM file; other depths than 8 bits are brought to it. @throws RuntimeError if it is damaged */
export function decodeNetpbm(bytes: Uint8Array): Image {
  const kind = bytes[1]! - 0x30
  const channels = kind === 2 || kind === 5 ? 1 : 3
  const numbers = new Numbers(bytes)
  const [width, height, most] = [numbers.next(), numbers.next(), numbers.next()]
  const count = width * height * channels
  const sampleBytes = most > 255 ? 2 : 1
  const start = numbers.at + 1
  const isText = kind < 5
  if (most < 1 || most > 65535 || count === 0) throw new RuntimeError('the PGM or PPM file is damaged')
  if (bytes.length - start < count * (isText ? 1 : sampleBytes))
    throw new RuntimeError('the PGM or PPM file is cut short')
  const sample = (i: number): number => {
    if (isText) return numbers.next()
    return sampleBytes === 1 ? bytes[start + i]! : (bytes[start + 2 * i]! << 8) | bytes[start + 2 * i + 1]!
  }
  const data = new Uint8Array(count)
  for (let i = 0; i < count; i++) {
    const v = Math.min(sample(i), most)
    data[i] = most === 255 ? v : Math.round((v / most) * 255)
  }
  return { width, height, channels, data }
}
