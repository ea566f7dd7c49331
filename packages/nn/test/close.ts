import type { Tensor } from '@tsorch/core'
import { expect } from 'vitest'

/** Compares the elements, row-major, with numbers from PyTorch. */
export function expectClose(x: Tensor | null | undefined, wanted: readonly number[], tolerance = 2e-6): void {
  expect(x).toBeTruthy()
  const got = Array.from(x!.toTypedArray() as Float32Array)
  expect(got).toHaveLength(wanted.length)
  const off = wanted.findIndex((w, i) => !(Math.abs(got[i]! - w) <= tolerance * (1 + Math.abs(w))))
  if (off >= 0) expect.fail(`element ${off} is ${got[off]} instead of ${wanted[off]}`)
}

/** The numbers of a random stream are PyTorch's to the last bit. */
export function expectSameFloats(x: Tensor, wanted: readonly number[]): void {
  expect(Array.from(x.toTypedArray() as Float32Array)).toEqual(wanted.map(Math.fround))
}
