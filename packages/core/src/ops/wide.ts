/** Halves computed in float32, so that a result of several steps is rounded once. */
import type { Tensor } from '../tensor.js'
import { cast } from './cast.js'
import { wideType } from './reduction.js'

/** `compute` of tensors of one dtype, in float32 if they are halves. Differentiable. */
export function inFloat(compute: (...wide: Tensor[]) => Tensor, ...inputs: readonly [Tensor, ...Tensor[]]): Tensor {
  const { dtype } = inputs[0]
  const wide = wideType(dtype)
  return wide === dtype ? compute(...inputs) : cast(compute(...inputs.map((x) => cast(x, wide))), dtype)
}
