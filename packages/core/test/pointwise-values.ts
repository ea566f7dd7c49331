/** Checks that several test files of pointwise operations share. */
import { expect } from 'vitest'
import { type Tensor, tensor } from '../src/index.js'

/** A float64 tensor that wants a gradient. */
export function leaf(values: readonly number[] | readonly (readonly number[])[]): Tensor {
  return tensor(values, { dtype: 'float64', requiresGrad: true })
}

/** The elements of a tensor as numbers. */
export function numbers(x: Tensor): number[] {
  return Array.from(x.toTypedArray() as ArrayLike<number | bigint>, Number)
}

/** Compares within a relative distance; NaN, infinities and the sign of zero count. */
export function expectNumbers(x: Tensor, wanted: readonly number[], relative = 1e-14): void {
  const got = numbers(x)
  expect(got.length).toBe(wanted.length)
  got.forEach((value, i) => {
    const want = wanted[i]!
    if (Number.isFinite(want) && Number.isFinite(value)) {
      expect(Math.abs(value - want), `[${i}]: ${value}, want ${want}`).toBeLessThanOrEqual(relative * Math.abs(want))
    } else expect(value, `[${i}]`).toBe(want)
  })
}

/** The gradients of the sum of `fn(...inputs)`. */
export function slopes(fn: (...inputs: Tensor[]) => Tensor, ...values: (readonly number[])[]): number[][] {
  const inputs = values.map(leaf)
  fn(...inputs)
    .sum()
    .backward()
  return inputs.map((x) => numbers(x.grad!))
}
