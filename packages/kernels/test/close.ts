import type { Tensor } from '@tsorch/core'
import { expect } from 'vitest'

/** The elements as float64: one kind of array, which makes comparing millions of them several times as fast. */
function numbersOf(x: Tensor): Float64Array {
  const elements = x.toTypedArray()
  return elements instanceof BigInt64Array ? Float64Array.from(elements, Number) : new Float64Array(elements)
}

/** Expects two tensors of one shape whose elements differ by at most `tolerance` relative to the larger of 1 and theirs. */
export function expectClose(actual: Tensor, expected: Tensor, tolerance = 1e-5): void {
  expect(actual.shape).toEqual(expected.shape)
  const a = numbersOf(actual)
  const b = numbersOf(expected)
  let worst = 0
  let at = -1
  for (let i = 0; i < a.length; i++) {
    const x = a[i]!
    const y = b[i]!
    if (x === y || (Number.isNaN(x) && Number.isNaN(y))) continue
    const off = Math.abs(x - y) / Math.max(1, Math.abs(y))
    // a NaN on one side only counts as infinitely far
    if (!(off <= worst)) {
      worst = Number.isNaN(off) ? Number.POSITIVE_INFINITY : off
      at = i
    }
  }
  if (worst > tolerance) expect.fail(`element ${at}: ${a[at]} is not ${b[at]} (off by ${worst}, allowed ${tolerance})`)
}
