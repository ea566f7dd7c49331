import type { DType, DTypeName } from '../dtype.js'
import { RuntimeError } from '../errors.js'
import { roundToBFloat16, roundToFloat16 } from './half.js'
import { check, checkImplemented, LIMITS } from './limits.js'

const MIN_INT64 = -(2n ** 63n)
const MAX_INT64 = 2n ** 63n - 1n

/** Which integers `random_` draws: `from + draw % range`. */
export interface IntegerRange {
  readonly from: bigint
  /** 2^64 for all integers of 64 bits. */
  readonly range: bigint
}

/** An int64 cast to a floating-point dtype and back. */
function castFloat(value: bigint, name: DTypeName): bigint {
  let rounded = Number(value)
  if (name !== 'float64') rounded = Math.fround(rounded)
  if (name === 'float16') rounded = roundToFloat16(rounded)
  if (name === 'bfloat16') rounded = roundToBFloat16(rounded)
  // a float beyond int64 becomes the most negative one, which moves no bound; the check of the range speaks up later
  return rounded < 2 ** 63 ? BigInt(rounded) : MIN_INT64
}

/** The distance of neighbouring floats of `digits` bits at an integer. */
function spacing(value: bigint, digits: number): bigint {
  const magnitude = value < 0n ? -value : value
  const exponent = magnitude === 0n ? 0 : magnitude.toString(2).length - 1
  return exponent < digits - 1 ? 1n : 1n << BigInt(exponent - digits + 1)
}

function checkInt64(value: bigint, name: string): void {
  if (value < MIN_INT64 || value > MAX_INT64) {
    throw new RuntimeError(`Overflow when unpacking long long: ${name} must be an int64, but got ${value}`)
  }
}

/**
 * The integers that `random_(from, to)` and `randint` draw from: [from, to), or up to the dtype's largest if `to` is null.
 * In a floating-point dtype the bounds move inwards to integers that it holds, so that no drawn number is rounded out of
 * the range.
 *
 * @throws RuntimeError if the range is empty or leaves the dtype
 * @see https://pytorch.org/docs/stable/generated/torch.Tensor.random_.html
 */
export function integerRange(dtype: DType, from: bigint, to: bigint | null): IntegerRange {
  checkInt64(from, 'from')
  if (to !== null) checkInt64(to, 'to')
  const { cName, min, max, digits } = LIMITS[dtype.name]
  if (to === null && from === MIN_INT64) {
    checkImplemented('random_full_64_bits_range_kernel_cpu', dtype, dtype.name !== 'bool' && dtype.name !== 'float16')
    check(
      dtype.isFloatingPoint || dtype.name === 'int64',
      'random_full_64_bits_range_kernel_cpu handles only int64, double, float and bfloat16',
    )
    // the draw itself is the number, its upper half standing for the negative ones
    return { from: 0n, range: 2n ** 64n }
  }
  if (to !== null) {
    check(from < to, `random_ expects 'from' to be less than 'to', but got from=${from} >= to=${to}`)
  }
  let low = from
  let last = to === null ? (dtype.name === 'int64' ? MAX_INT64 : BigInt(digits > 0 ? 2 ** digits : max)) : to - 1n
  if (digits > 0) {
    const castLow = castFloat(low + 1n, dtype.name)
    if (castLow < low) low = castLow + spacing(low + 1n, digits)
    if (to !== null) {
      const castLast = castFloat(last, dtype.name)
      if (castLast >= to) last = castLast - spacing(last, digits) - 1n
      const range = `from=${low} >= to=${last + 1n}`
      check(
        low <= last,
        `random_ expects 'from' casted to dtype to be less than 'to' casted to dtype, but got ${range}`,
      )
    } else {
      const range = `from=${low} > to_inc=${last}`
      check(
        low < last,
        `random_ expects 'from' casted to dtype to be less than or equal to 'to_inc' casted to dtype, but got ${range}`,
      )
    }
  }
  check(low >= min && low <= max, `from is out of bounds for ${cName}`)
  check(last >= min && last <= max, `to - 1 is out of bounds for ${cName}`)
  return { from: low, range: last - low + 1n }
}
