/**
 * Compression for runtimes that have none that answers at once: repeats found through a table of what stood where, and the fixed code of
 * deflate. A third larger than what zlib makes of a picture, and as fast.
 *
 * @see https://www.rfc-editor.org/rfc/rfc1950
 * @see https://www.rfc-editor.org/rfc/rfc1951
 */

const WINDOW = 1 << 15
const LONGEST = 258
const SHORTEST = 4
const HASH_BITS = 15

/** First length of each of the 29 codes for lengths, and how many bits follow the code; and the same for distances. */
const lengthBase: number[] = []
const lengthBits: number[] = []
const distanceBase: number[] = []
const distanceBits: number[] = []

for (let code = 0, length = 3; code < 28; code++) {
  const bits = code < 8 ? 0 : (code >> 2) - 1
  lengthBase.push(length)
  lengthBits.push(bits)
  length += 1 << bits
}
lengthBase.push(LONGEST)
lengthBits.push(0)
for (let code = 0, distance = 1; code < 30; code++) {
  const bits = code < 4 ? 0 : (code >> 1) - 1
  distanceBase.push(distance)
  distanceBits.push(bits)
  distance += 1 << bits
}

/** Code of each length, by the length. */
const codeOfLength: Uint8Array = new Uint8Array(LONGEST + 1)
lengthBase.forEach((base, code) => {
  codeOfLength.fill(code, base)
})

class Bits {
  #bytes: Uint8Array
  #at = 0
  #held = 0
  #count = 0

  constructor(capacity: number) {
    this.#bytes = new Uint8Array(capacity)
  }

  /** Adds bits, the lowest first. */
  add(value: number, count: number): void {
    this.#held |= value << this.#count
    this.#count += count
    while (this.#count >= 8) {
      this.byte(this.#held & 0xff)
      this.#held >>>= 8
      this.#count -= 8
    }
  }

  /** Adds a Huffman code, whose highest bit comes first. */
  code(value: number, count: number): void {
    let reversed = 0
    for (let i = 0; i < count; i++) reversed |= ((value >> i) & 1) << (count - 1 - i)
    this.add(reversed, count)
  }

  byte(value: number): void {
    if (this.#at === this.#bytes.length) {
      const grown = new Uint8Array(this.#bytes.length * 2)
      grown.set(this.#bytes)
      this.#bytes = grown
    }
    this.#bytes[this.#at++] = value
  }

  /** Fills the last byte, and gives them all. */
  end(): Uint8Array {
    if (this.#count > 0) this.add(0, 8 - this.#count)
    return this.#bytes.subarray(0, this.#at)
  }
}

/** A symbol of the fixed code: bytes, 256 for the end, and codes of lengths. */
function symbol(out: Bits, value: number): void {
  if (value < 144) out.code(0x30 + value, 8)
  else if (value < 256) out.code(0x190 + value - 144, 9)
  else if (value < 280) out.code(value - 256, 7)
  else out.code(0xc0 + value - 280, 8)
}

function repeat(out: Bits, length: number, distance: number): void {
  const code = codeOfLength[length]!
  symbol(out, 257 + code)
  out.add(length - lengthBase[code]!, lengthBits[code]!)
  let far = distanceBase.length - 1
  while (distanceBase[far]! > distance) far--
  out.code(far, 5)
  out.add(distance - distanceBase[far]!, distanceBits[far]!)
}

/** A zlib stream. */
export function deflate(bytes: Uint8Array): Uint8Array {
  const out = new Bits(Math.max(64, bytes.length >> 1))
  out.byte(0x78)
  out.byte(0x01)
  out.add(0b011, 3) // the last block, of the fixed code
  const latest = new Int32Array(1 << HASH_BITS).fill(-1)
  const last = bytes.length - SHORTEST
  for (let at = 0; at < bytes.length; ) {
    let length = 0
    let from = -1
    if (at <= last) {
      const word = bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24)
      const hash = Math.imul(word, 0x9e3779b1) >>> (32 - HASH_BITS)
      from = latest[hash]!
      latest[hash] = at
      if (from >= 0 && at - from <= WINDOW) {
        const most = Math.min(LONGEST, bytes.length - at)
        while (length < most && bytes[from + length] === bytes[at + length]) length++
      }
    }
    if (length >= SHORTEST) {
      repeat(out, length, at - from)
      at += length
    } else symbol(out, bytes[at++]!)
  }
  symbol(out, 256)
  out.end()
  const sum = adler32(bytes)
  for (let shift = 24; shift >= 0; shift -= 8) out.byte((sum >>> shift) & 0xff)
  return out.end()
}

function adler32(bytes: Uint8Array): number {
  let [a, b] = [1, 0]
  for (let at = 0; at < bytes.length; ) {
    // so many sums fit in 32 bits
    for (const end = Math.min(bytes.length, at + 3800); at < end; at++) {
      a += bytes[at]!
      b += a
    }
    a %= 65521
    b %= 65521
  }
  return ((b << 16) | a) >>> 0
}
