import { Opcode } from './opcodes.js'
import { encodeText } from './text.js'

/** Python's restricted unpickler knows integers of at most so many bytes. */
const MAX_LONG_BYTES = 255

/**
 * Writes a pickle of protocol 2, with the opcodes that PyTorch's restricted unpickler (`weights_only=True`) accepts.
 *
 * What was written is remembered under a key by {@link remember}, and written again as a reference by {@link recall}.
 */
export class PickleWriter {
  private bytes: Uint8Array = new Uint8Array(1024)
  private view: DataView = new DataView(this.bytes.buffer)
  private length = 0
  private readonly memo: Map<unknown, number> = new Map()
  private readonly globals: Map<string, number> = new Map()
  private memoized = 0

  constructor() {
    this.op(Opcode.protocol)
    this.byte(2)
  }

  /** The whole pickle: its value is the last one written. */
  finish(): Uint8Array {
    this.op(Opcode.stop)
    return this.bytes.slice(0, this.length)
  }

  /** An opcode without an argument. */
  op(code: number): void {
    this.byte(code)
  }

  bool(value: boolean): void {
    this.op(value ? Opcode.newTrue : Opcode.newFalse)
  }

  /** An int. Whether there is one so long. */
  int(value: number | bigint): boolean {
    if (value >= 0 && value < 2 ** 8) {
      this.op(Opcode.binInt1)
      this.byte(Number(value))
    } else if (value >= 0 && value < 2 ** 16) {
      this.op(Opcode.binInt2)
      const at = this.reserve(2)
      this.view.setUint16(at, Number(value), true)
    } else if (value >= -(2 ** 31) && value < 2 ** 31) {
      this.op(Opcode.binInt)
      const at = this.reserve(4)
      this.view.setInt32(at, Number(value), true)
    } else return this.long(BigInt(value))
    return true
  }

  private long(value: bigint): boolean {
    // two's complement, with a sign bit
    const bits = (value < 0n ? ~value : value).toString(2).length + 1
    const count = Math.ceil(bits / 8)
    if (count > MAX_LONG_BYTES) return false
    this.op(Opcode.long1)
    this.byte(count)
    let at = this.reserve(count)
    const hex = BigInt.asUintN(8 * count, value)
      .toString(16)
      .padStart(2 * count, '0')
    for (let i = hex.length; i > 0; i -= 2) this.bytes[at++] = Number.parseInt(hex.slice(i - 2, i), 16)
    return true
  }

  float(value: number): void {
    this.op(Opcode.binFloat)
    const at = this.reserve(8)
    this.view.setFloat64(at, value, false)
  }

  /** A string, or a reference to the same one. */
  string(value: string): void {
    if (this.recall(value)) return
    const text = encodeText(value)
    this.op(Opcode.binUnicode)
    this.uint32(text.length)
    this.append(text)
    this.remember(value)
  }

  /** A class or function. */
  global(module: string, name: string): void {
    const key = `${module}\n${name}\n`
    const known = this.globals.get(key)
    if (known === undefined) {
      this.op(Opcode.global)
      this.append(encodeText(key))
      this.globals.set(key, this.put())
    } else this.get(known)
  }

  /** A tuple of the values written by `items`. */
  tuple(items: readonly (() => void)[]): void {
    const short = [Opcode.emptyTuple, Opcode.tuple1, Opcode.tuple2, Opcode.tuple3][items.length]
    if (short === undefined) this.op(Opcode.mark)
    for (const item of items) item()
    this.op(short ?? Opcode.tuple)
  }

  /** A reference to what was remembered under `key`, if anything was. */
  recall(key: unknown): boolean {
    const index = this.memo.get(key)
    if (index === undefined) return false
    this.get(index)
    return true
  }

  /** Remembers the value written last. */
  remember(key: unknown): void {
    this.memo.set(key, this.put())
  }

  private get(index: number): void {
    if (index < 2 ** 8) {
      this.op(Opcode.binGet)
      this.byte(index)
    } else {
      this.op(Opcode.longBinGet)
      this.uint32(index)
    }
  }

  private put(): number {
    const index = this.memoized++
    if (index < 2 ** 8) {
      this.op(Opcode.binPut)
      this.byte(index)
    } else {
      this.op(Opcode.longBinPut)
      this.uint32(index)
    }
    return index
  }

  private byte(value: number): void {
    const at = this.reserve(1)
    this.bytes[at] = value
  }

  private uint32(value: number): void {
    const at = this.reserve(4)
    this.view.setUint32(at, value, true)
  }

  private append(bytes: Uint8Array): void {
    const at = this.reserve(bytes.length)
    this.bytes.set(bytes, at)
  }

  /** Makes room for `count` bytes, and says where; only then are `bytes` and `view` those to write to. */
  private reserve(count: number): number {
    const at = this.length
    this.length += count
    if (this.length > this.bytes.length) {
      const larger = new Uint8Array(Math.max(this.length, 2 * this.bytes.length))
      larger.set(this.bytes.subarray(0, at))
      this.bytes = larger
      this.view = new DataView(larger.buffer)
    }
    return at
  }
}
