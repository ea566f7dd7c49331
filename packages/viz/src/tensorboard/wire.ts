/**
 * Protocol buffers, as far as event files use them. A message is a sequence of fields: a key (number and wire type) and a value.
 *
 * @see https://protobuf.dev/programming-guides/encoding/
 */

const utf8 = new TextEncoder()
const text = new TextDecoder()

/** Wire types. */
const VARINT = 0
const FIXED64 = 1
const BYTES = 2
const FIXED32 = 5

/** A message being written. Fields appear in the order of the calls; as proto3 has it, plain zeros are left out. */
export class ProtoWriter {
  #bytes = new Uint8Array(64)
  #view = new DataView(this.#bytes.buffer)
  #length = 0

  /** An integer field: int64, int32, uint32, an enum. A fraction is cut off. */
  int(field: number, value: number | bigint): this {
    return BigInt.asUintN(64, toBigInt(value)) === 0n ? this : this.presentInt(field, value)
  }

  /** The same, written even if it is zero: in a `oneof`. */
  presentInt(field: number, value: number | bigint): this {
    this.#key(field, VARINT)
    this.#varint64(value)
    return this
  }

  double(field: number, value: number): this {
    return Object.is(value, 0) ? this : this.presentDouble(field, value)
  }

  presentDouble(field: number, value: number): this {
    this.#key(field, FIXED64)
    this.#reserve(8)
    this.#view.setFloat64(this.#length, value, true)
    this.#length += 8
    return this
  }

  presentFloat(field: number, value: number): this {
    this.#key(field, FIXED32)
    this.#reserve(4)
    this.#view.setFloat32(this.#length, value, true)
    this.#length += 4
    return this
  }

  /** A string, bytes or a message inside this one; left out if empty. */
  bytes(field: number, value: string | Uint8Array): this {
    return value.length === 0 ? this : this.presentBytes(field, value)
  }

  presentBytes(field: number, value: string | Uint8Array | ProtoWriter): this {
    const bytes = typeof value === 'string' ? utf8.encode(value) : value instanceof ProtoWriter ? value.finish() : value
    this.#key(field, BYTES)
    this.#varint(bytes.length)
    this.#reserve(bytes.length)
    this.#bytes.set(bytes, this.#length)
    this.#length += bytes.length
    return this
  }

  packedDoubles(field: number, values: ArrayLike<number>): this {
    return this.#packed(field, values, 8, (at, value) => this.#view.setFloat64(at, value, true))
  }

  packedFloats(field: number, values: ArrayLike<number>): this {
    return this.#packed(field, values, 4, (at, value) => this.#view.setFloat32(at, value, true))
  }

  packedInts(field: number, values: ArrayLike<number | bigint>): this {
    if (values.length === 0) return this
    const inner = new ProtoWriter()
    for (let i = 0; i < values.length; i++) inner.#varint64(values[i]!)
    return this.presentBytes(field, inner)
  }

  /** The bytes written so far, not copied. */
  finish(): Uint8Array {
    return this.#bytes.subarray(0, this.#length)
  }

  #packed(field: number, values: ArrayLike<number>, size: number, set: (at: number, value: number) => void): this {
    if (values.length === 0) return this
    this.#key(field, BYTES)
    this.#varint(values.length * size)
    this.#reserve(values.length * size)
    for (let i = 0; i < values.length; i++) set(this.#length + i * size, values[i]!)
    this.#length += values.length * size
    return this
  }

  #key(field: number, wireType: number): void {
    this.#varint(field * 8 + wireType)
  }

  #varint64(value: number | bigint): void {
    if (typeof value === 'number' && value >= 0 && value <= Number.MAX_SAFE_INTEGER) {
      this.#varint(Math.trunc(value))
      return
    }
    // negative numbers are written as 64-bit two's complement
    let rest = BigInt.asUintN(64, toBigInt(value))
    this.#reserve(10)
    for (; rest > 127n; rest >>= 7n) this.#bytes[this.#length++] = Number(rest & 127n) | 128
    this.#bytes[this.#length++] = Number(rest)
  }

  #varint(value: number): void {
    this.#reserve(10)
    for (; value > 127; value = Math.floor(value / 128)) this.#bytes[this.#length++] = (value % 128) | 128
    this.#bytes[this.#length++] = value
  }

  #reserve(count: number): void {
    if (this.#length + count <= this.#bytes.length) return
    const grown = new Uint8Array(Math.max(2 * this.#bytes.length, this.#length + count))
    grown.set(this.#bytes.subarray(0, this.#length))
    this.#bytes = grown
    this.#view = new DataView(grown.buffer)
  }
}

function toBigInt(value: number | bigint): bigint {
  return typeof value === 'bigint' ? value : BigInt(Math.trunc(value))
}

/**
 * Reads a message field by field: `while (reader.next())`, then by `reader.field` one of the methods for its value. A field whose
 * value is not asked for is skipped.
 */
export class ProtoReader {
  /** The number of the current field. */
  field = 0
  readonly #bytes: Uint8Array
  readonly #view: DataView
  #at = 0
  #wireType = VARINT
  #isRead = true

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  }

  /** Goes to the next field. @throws Error if the message is damaged */
  next(): boolean {
    if (!this.#isRead) this.#skip()
    if (this.#at >= this.#bytes.length) return false
    const key = Number(this.#varint())
    this.field = Math.floor(key / 8)
    this.#wireType = key % 8
    this.#isRead = false
    return true
  }

  /** A signed integer. */
  int(): number {
    return Number(
      BigInt.asIntN(
        64,
        this.#valueOf(VARINT, () => this.#varint()),
      ),
    )
  }

  double(): number {
    return this.#valueOf(FIXED64, () => this.#view.getFloat64(this.#advance(8), true))
  }

  float(): number {
    return this.#valueOf(FIXED32, () => this.#view.getFloat32(this.#advance(4), true))
  }

  /** The bytes of a field, not copied. */
  bytes(): Uint8Array {
    return this.#valueOf(BYTES, () => {
      const length = Number(this.#varint())
      const from = this.#advance(length)
      return this.#bytes.subarray(from, from + length)
    })
  }

  string(): string {
    return text.decode(this.bytes())
  }

  message(): ProtoReader {
    return new ProtoReader(this.bytes())
  }

  /** Adds the numbers of a repeated field, packed or not. */
  doubles(into: number[]): void {
    this.#repeated(FIXED64, into, (reader) => reader.#view.getFloat64(reader.#advance(8), true))
  }

  floats(into: number[]): void {
    this.#repeated(FIXED32, into, (reader) => reader.#view.getFloat32(reader.#advance(4), true))
  }

  ints(into: number[]): void {
    this.#repeated(VARINT, into, (reader) => Number(BigInt.asIntN(64, reader.#varint())))
  }

  #repeated(wireType: number, into: number[], read: (reader: ProtoReader) => number): void {
    if (this.#wireType !== BYTES) {
      into.push(this.#valueOf(wireType, () => read(this)))
      return
    }
    const packed = this.message()
    while (packed.#at < packed.#bytes.length) into.push(read(packed))
  }

  #valueOf<T>(wireType: number, read: () => T): T {
    if (this.#wireType !== wireType)
      throw new Error(`field ${this.field} has wire type ${this.#wireType}, expected ${wireType}`)
    this.#isRead = true
    return read()
  }

  #skip(): void {
    this.#isRead = true
    if (this.#wireType === VARINT) this.#varint()
    else if (this.#wireType === FIXED64) this.#advance(8)
    else if (this.#wireType === BYTES) this.#advance(Number(this.#varint()))
    else if (this.#wireType === FIXED32) this.#advance(4)
    else throw new Error(`field ${this.field} has the unknown wire type ${this.#wireType}`)
  }

  #varint(): bigint {
    let low = 0
    // up to 2^49 in plain numbers
    for (let shift = 1; shift < 2 ** 49; shift *= 128) {
      const byte = this.#bytes[this.#advance(1)]!
      low += (byte & 127) * shift
      if (byte < 128) return BigInt(low)
    }
    let value = BigInt(low)
    for (let shift = 49n; shift < 70n; shift += 7n) {
      const byte = this.#bytes[this.#advance(1)]!
      value |= BigInt(byte & 127) << shift
      if (byte < 128) return value
    }
    throw new Error('an integer is longer than 64 bits')
  }

  /** Steps over `count` bytes and returns where they started. */
  #advance(count: number): number {
    const from = this.#at
    if (count > this.#bytes.length - from) throw new Error(`field ${this.field} ends past its message`)
    this.#at = from + count
    return from
  }
}
