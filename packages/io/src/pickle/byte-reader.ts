import { decodeText } from './text.js'
import { PickleError } from './values.js'

/** Longer ones take long to print, and no checkpoint has them. */
const MAX_INTEGER_BYTES = 2 ** 16

/** Numbers and texts one after the other, never beyond the end. */
export class ByteReader {
  private readonly all: Uint8Array
  private readonly view: DataView
  /** The next byte. */
  at: number

  constructor(bytes: Uint8Array, at = 0) {
    this.all = bytes
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    this.at = at
  }

  /** Bytes in all. */
  get size(): number {
    return this.all.length
  }

  /** Steps over `count` bytes, and says where they begin. */
  private take(count: number): number {
    const at = this.at
    if (count > this.all.length - at)
      throw new PickleError(`the pickle ends inside of a value, at byte ${this.all.length}`)
    this.at += count
    return at
  }

  byte(): number {
    return this.all[this.take(1)]!
  }

  uint16(): number {
    return this.view.getUint16(this.take(2), true)
  }

  uint32(): number {
    return this.view.getUint32(this.take(4), true)
  }

  int32(): number {
    return this.view.getInt32(this.take(4), true)
  }

  float64(): number {
    return this.view.getFloat64(this.take(8), false)
  }

  /** A length of four bytes; no more than there is left. */
  length32(): number {
    return this.checkLength(this.uint32())
  }

  /** A length of eight bytes; no more than there is left. */
  length64(): number {
    const low = this.uint32()
    return this.checkLength(this.uint32() * 2 ** 32 + low)
  }

  private checkLength(length: number): number {
    if (length > this.all.length - this.at)
      throw new PickleError(
        `a value of ${length} bytes reaches beyond the end of the pickle, at byte ${this.all.length}`,
      )
    return length
  }

  /** A window of the bytes. */
  bytes(length: number): Uint8Array {
    const at = this.take(length)
    return this.all.subarray(at, at + length)
  }

  text(length: number): string {
    return decodeText(this.bytes(length))
  }

  /** Up to the end of the line, and over it. */
  line(): string {
    const end = this.all.indexOf(0x0a, this.at)
    if (end < 0) throw new PickleError(`the pickle ends inside of a name, at byte ${this.all.length}`)
    const text = this.text(end - this.at)
    this.at++
    return text
  }

  /** An integer in two's complement; a bigint past 2^53. */
  long(length: number): number | bigint {
    if (length > MAX_INTEGER_BYTES)
      throw new PickleError(`an integer of ${length} bytes is longer than any in a checkpoint`)
    const bytes = this.bytes(length)
    let hex = ''
    for (let i = bytes.length - 1; i >= 0; i--) hex += bytes[i]!.toString(16).padStart(2, '0')
    const value = length === 0 ? 0n : BigInt.asIntN(8 * length, BigInt(`0x${hex}`))
    const number = Number(value)
    return Number.isSafeInteger(number) ? number : value
  }
}
