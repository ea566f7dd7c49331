/** Inputs by a formula, so that the values PyTorch gave for them can stand in the tests. */
import { type DTypeName, type Tensor, tensor } from '@tsorch/core'

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
