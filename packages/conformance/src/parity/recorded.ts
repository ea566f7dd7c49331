import type { Tolerance } from '../cases/encoded.js'
import { show } from '../compare/results.js'
import { compareValues, toNumbers } from '../compare/values.js'
import { isTensor, type Library, Mismatch, read } from '../library.js'
import { crc32 } from './crc32.js'

/** A tensor as the random streams are recorded: a checksum of its bytes, all or the first and last values. */
export interface Recorded {
  readonly shape: readonly number[]
  readonly dtype: string
  readonly crc: string
  readonly v?: readonly (number | string)[]
  readonly first?: readonly (number | string)[]
  readonly last?: readonly (number | string)[]
  readonly sum?: number | string
}

/**
 * Checks a tensor against a recorded one: bit for bit, or, where the C library's own logarithms and sines decide the last
 * bits, within `tolerance`.
 *
 * @throws Mismatch if it differs
 */
export async function expectRecorded(
  library: Library,
  got: unknown,
  want: Recorded,
  path: string,
  tolerance?: Tolerance,
): Promise<void> {
  if (!isTensor(library, got)) throw new Mismatch(`${path} is ${show(got)} instead of a tensor`)
  if (got.dtype.name !== want.dtype) throw new Mismatch(`${path} has dtype ${got.dtype.name} instead of ${want.dtype}`)
  if (String(got.shape) !== String(want.shape))
    throw new Mismatch(`${path} has shape [${got.shape}] instead of [${want.shape}]`)
  const values = await read(got)
  if (checksum(values, want.dtype) === want.crc) return
  const integers = values instanceof BigInt64Array
  const numbers = integers ? values : toNumbers(values)
  for (const [part, given] of [
    [want.v ?? want.first ?? [], numbers.subarray(0, (want.v ?? want.first ?? []).length)],
    [want.last ?? [], numbers.subarray(numbers.length - (want.last ?? []).length)],
  ] as const) {
    const wanted = integers ? BigInt64Array.from(part, (x) => BigInt(x)) : Float64Array.from(part, Number)
    const exact = { rtol: 0, atol: 0 }
    // printed with nine digits, a float32 is exact only once it is rounded to one
    const difference = compareValues(
      given,
      want.dtype === 'float32' ? (wanted as Float64Array).map(Math.fround) : wanted,
      tolerance ?? exact,
    )
    if (difference !== null) throw new Mismatch(`${path}${difference}`)
  }
  if (tolerance === undefined) throw new Mismatch(`${path}: the checksum differs, at values that are not recorded`)
  if (want.sum !== undefined) {
    const sum = toNumbers(values).reduce((a, b) => a + b, 0)
    if (Math.abs(sum - Number(want.sum)) > 1e-6 * (1 + Math.abs(Number(want.sum))))
      throw new Mismatch(`sum of ${path} is ${sum} instead of ${want.sum}`)
  }
}

/** The checksum of elements as little-endian bytes of their dtype. */
export function checksum(values: ArrayLike<number> | BigInt64Array, dtype: string): string {
  const array = inDtype(values, dtype)
  return crc32(new Uint8Array(array.buffer, array.byteOffset, array.byteLength))
}

function inDtype(values: ArrayLike<number> | BigInt64Array, dtype: string): ArrayBufferView {
  if (values instanceof BigInt64Array) return values
  switch (dtype) {
    case 'float32':
      return Float32Array.from(values)
    case 'float64':
      return Float64Array.from(values)
    case 'int32':
      return Int32Array.from(values)
    case 'int16':
      return Int16Array.from(values)
    case 'int8':
      return Int8Array.from(values)
    case 'uint8':
    case 'bool':
      return Uint8Array.from(values)
    default:
      throw new Error(`fixture: no checksum for ${dtype}`)
  }
}
