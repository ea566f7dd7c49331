import type { Tolerance } from '../cases/encoded.js'
import type { Values } from '../cases/group.js'

/** Elements as the library gives them. */
export type Elements = ArrayLike<number> | BigInt64Array

/**
 * Compares elements: null if they agree, else where they first do not. NaN equals NaN, -0 equals 0, infinities are exact.
 */
export function compareValues(got: Elements, want: Values, { rtol, atol }: Tolerance): string | null {
  if (got.length !== want.length) return `${got.length} elements instead of ${want.length}`
  for (let i = 0; i < want.length; i++) {
    const a = got[i]!
    const b = want[i]!
    if (Object.is(a, b)) continue
    // a bigint is compared as one, so that values past 2^53 count to the last digit
    if (typeof b === 'bigint' || typeof a === 'bigint') {
      if (!(a <= b && a >= b)) return `[${i}] is ${a} instead of ${b}`
    } else if (!(a === b || (Number.isFinite(b) && Math.abs(a - b) <= atol + rtol * Math.abs(b)))) {
      return `[${i}] is ${a} instead of ${b}`
    }
  }
  return null
}

/** Compares elements bit for bit, with any NaN equal to any other. */
export function compareExactly(got: Elements, want: Elements): string | null {
  if (got.length !== want.length) return `${got.length} elements instead of ${want.length}`
  for (let i = 0; i < want.length; i++)
    if (!Object.is(got[i], want[i])) return `[${i}] is ${got[i]} instead of ${want[i]}`
  return null
}

/** Elements as plain numbers. */
export function toNumbers(elements: Elements): Float64Array {
  return elements instanceof BigInt64Array
    ? Float64Array.from(elements, Number)
    : Float64Array.from(elements as ArrayLike<number>)
}
