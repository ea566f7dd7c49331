import type { DTypeName, StorageArray } from '../dtype.js'
import type { Generator } from './generator.js'
import type { IntegerRange } from './integer-range.js'
import type { Mt19937 } from './mt19937.js'

/*
 * `out` is the dtype's own storage, with two exceptions: the half types take their integers, still unrounded, from a
 * Float32Array, and an int64 is two elements, low word first, with `start` counted in words.
 */

/** From this range on 64 bits are drawn, as the remainder of 32 would favour small numbers visibly. */
const WIDE_RANGE = 2 ** 28

/** The remainder of the 64-bit number (high, low) by a divisor below 2^32: 16 more bits at a time stay exact in float64. */
export function remainder64(high: number, low: number, divisor: number): number {
  let rest = high % divisor
  rest = (rest * 65536 + (low >>> 16)) % divisor
  return (rest * 65536 + (low & 0xffff)) % divisor
}

function uint64(engine: Mt19937): bigint {
  const high = engine.uint32()
  return (BigInt(high) << 32n) | BigInt(engine.uint32())
}

/** An int64 as a float64 that rounds to the same float32 as the int64 itself: below 2^53 there is nothing to do. */
function toFloat(value: bigint, single: boolean): number {
  const magnitude = value < 0n ? -value : value
  if (!single || magnitude < 2n ** 53n) return Number(value)
  // float64 would round first: leave it 52 bits and the knowledge that there was something below
  const kept = (magnitude >> 11n) << 11n
  const sticky = kept === magnitude ? kept : kept | 2048n
  return Number(value < 0n ? -sticky : sticky)
}

/**
 * Integers of [from, from + range), uniformly: one draw a value, two from a range of 2^28 on.
 *
 * @see https://pytorch.org/docs/stable/generated/torch.randint.html
 */
export function fillRandomFromTo(
  generator: Generator,
  dtype: DTypeName,
  out: StorageArray,
  start: number,
  count: number,
  { from, range }: IntegerRange,
): void {
  const { engine } = generator
  const base = Number(from)
  if (range >= 2n ** 32n || !Number.isSafeInteger(base)) {
    fillWide(generator, dtype, out, start, count, from, range)
    return
  }
  const divisor = Number(range)
  const wide = divisor >= WIDE_RANGE
  const step = dtype === 'int64' ? 2 : 1
  const narrow = divisor >>> 0
  for (let i = 0, at = start; i < count; i++, at += step) {
    let value: number
    if (wide) {
      const high = engine.uint32()
      value = base + remainder64(high, engine.uint32(), divisor)
    } else value = base + (engine.uint32() % narrow)
    out[at] = value
    if (step === 2) out[at + 1] = Math.floor(value / 2 ** 32)
  }
}

/** Ranges and bounds beyond what float64 counts exactly; rare enough for BigInt. */
function fillWide(
  generator: Generator,
  dtype: DTypeName,
  out: StorageArray,
  start: number,
  count: number,
  from: bigint,
  range: bigint,
): void {
  const { engine } = generator
  const wide = range >= BigInt(WIDE_RANGE)
  for (let i = 0; i < count; i++) {
    const draw = wide ? uint64(engine) : BigInt(engine.uint32())
    const value = BigInt.asIntN(64, (draw % range) + from)
    if (dtype === 'int64') {
      out[start + 2 * i] = Number(value & 0xffffffffn)
      out[start + 2 * i + 1] = Number(value >> 32n)
    } else out[start + i] = toFloat(value, dtype !== 'float64')
  }
}

/** All that `random_()` of a dtype draws: below 2^31, the integers up to its largest; for floats up to 2^precision. */
const DIVISORS: Readonly<Partial<Record<DTypeName, number>>> = {
  float32: 2 ** 24 + 1,
  float16: 2 ** 11 + 1,
  bfloat16: 2 ** 8 + 1,
  int8: 2 ** 7,
  uint8: 2 ** 8,
  int16: 2 ** 15,
  int32: 2 ** 31,
  bool: 2,
}

/**
 * `random_()` without bounds: non-negative integers of the dtype, up to 2^24, 2^53, 2^11 or 2^8 for the floating-point types.
 *
 * @see https://pytorch.org/docs/stable/generated/torch.Tensor.random_.html
 */
export function fillRandom(
  generator: Generator,
  dtype: DTypeName,
  out: StorageArray,
  start: number,
  count: number,
): void {
  const { engine } = generator
  if (dtype === 'int64') {
    for (let i = start; i < start + 2 * count; i += 2) {
      out[i + 1] = engine.int32() & 0x7fffffff
      out[i] = engine.int32()
    }
  } else if (dtype === 'float64') {
    for (let i = start; i < start + count; i++) out[i] = Number(uint64(engine) % (2n ** 53n + 1n))
  } else {
    const divisor = DIVISORS[dtype]! >>> 0
    for (let i = start; i < start + count; i++) out[i] = engine.uint32() % divisor
  }
}

/** From this length on `randperm` draws 64 bits and builds the permutation inside out. */
const LONG_PERMUTATION = Math.floor((2 ** 32 - 1) / 20)

/**
 * A random permutation of 0 ... n - 1: n - 1 draws. `step` is 2 for int64 (both words are written) and 1 for an Int32Array
 * of int32 numbers, from which the other dtypes are cast.
 *
 * @see https://pytorch.org/docs/stable/generated/torch.randperm.html
 */
export function fillRandperm(generator: Generator, out: Int32Array, start: number, n: number, step: 1 | 2): void {
  const { engine } = generator
  if (step === 2) for (let i = 0; i < n; i++) out[start + 2 * i + 1] = 0
  if (n >= LONG_PERMUTATION) {
    for (let i = 0; i < n; i++) {
      const high = engine.uint32()
      const z = remainder64(high, engine.uint32(), i + 1)
      out[start + i * step] = i
      out[start + i * step] = out[start + z * step]!
      out[start + z * step] = i
    }
    return
  }
  for (let i = 0; i < n; i++) out[start + i * step] = i
  for (let i = 0; i < n - 1; i++) {
    const z = i + (engine.uint32() % ((n - i) >>> 0))
    const saved = out[start + i * step]!
    out[start + i * step] = out[start + z * step]!
    out[start + z * step] = saved
  }
}
