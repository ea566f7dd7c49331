/** Inputs by a formula, so that the values PyTorch gave for them can stand in the tests. */
import { expect } from 'vitest'
import { type DTypeName, type Tensor, tensor } from '../src/index.js'

/** Element i is `2 sin(1.7 i + phase) + 0.3`. */
export function wave(shape: readonly number[], phase = 0, dtype: DTypeName = 'float32'): Tensor {
  const n = shape.reduce((a, b) => a * b, 1)
  const values = Array.from({ length: n }, (_, i) => 2 * Math.sin(1.7 * i + phase) + 0.3)
  return tensor(values, { dtype }).reshape(shape)
}

/** {@link wave} as a leaf that wants a gradient. */
export function leaf(shape: readonly number[], phase = 0, dtype: DTypeName = 'float32'): Tensor {
  return wave(shape, phase, dtype).requiresGrad_()
}

/** Row-major elements, each within `tolerance` (absolute below 1, relative above). */
export function expectClose(x: Tensor | null, want: readonly number[], tolerance = 1e-5): void {
  const got = Array.from(x!.contiguous().to('float64').toTypedArray() as Float64Array)
  expect(got.length).toBe(want.length)
  for (const [i, value] of got.entries()) {
    if (Math.abs(value - want[i]!) > tolerance * Math.max(1, Math.abs(want[i]!)))
      expect.fail(`element ${i} is ${value}, not ${want[i]}: [${got.join(', ')}]`)
  }
}
