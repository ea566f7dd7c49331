/** Steps of optimizers as one pass over the memory of each parameter; what the kernels decline goes to the composite. */
import type { AdamArguments, SgdStep } from '../ops/foreach.js'
import { wrote } from '../ops/inplace.js'
import type { Tensor } from '../tensor.js'
import { adamUpdate, sgdUpdate } from './optimizer-steps.js'

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

/** One step of Adam; every intermediate is rounded to float32 where PyTorch rounds. */
export function adamStep(...args: AdamArguments): true | undefined {
  const [, params, grads, means, squares, largest, step] = args
  if (!adamUpdate(params, grads, means, squares, largest, step)) return undefined
  for (const list of [params, means, squares, largest ?? []]) list.forEach(wrote)
  return true
}
