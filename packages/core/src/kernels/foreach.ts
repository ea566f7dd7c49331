/** Steps of optimizers as one pass over the memory of each parameter; what the kernels decline goes to the composite. */
import type { SgdStep } from '../ops/foreach.js'
import { wrote } from '../ops/inplace.js'
import type { Tensor } from '../tensor.js'
import { sgdUpdate } from './optimizer-steps.js'

/** One step of SGD; every intermediate is rounded to float32 where PyTorch rounds. */
export function sgdStep(
  _first: Tensor,
  params: readonly Tensor[],
  grads: readonly Tensor[],
  buffers: readonly Tensor[] | null,
  step: SgdStep,
): true | undefined {
  if (!sgdUpdate(params, grads, buffers, step)) return undefined
  params.forEach(wrote)
  buffers?.forEach(wrote)
  return true
}
