import { RuntimeError } from '../errors.js'
import { isContiguous } from '../shape.js'
import type { Tensor } from '../tensor.js'
import { mode } from './mode.js'
import { isLeaf, needsGrad } from './node.js'

/**
 * Checks that `x` may be written to in place.
 *
 * @throws RuntimeError for a leaf that wants a gradient, or a view of one, while recording; for expanded memory
 */
export function checkWritable(x: Tensor): void {
  if (mode.enabled && (needsGrad(x) || x._view !== null)) {
    if (x._requiresGrad && isLeaf(x))
      throw new RuntimeError('a leaf Variable that requires grad is being used in an in-place operation.')
    const view = x._view
    if (view?.base._requiresGrad && isLeaf(view.base)) {
      if (view.differentiable)
        throw new RuntimeError('a view of a leaf Variable that requires grad is being used in an in-place operation.')
      throw new RuntimeError(
        'A view was created in no_grad mode and is being modified inplace with grad mode enabled. This view is the output of a function that returns multiple views or was created without recording; use x.clone() first, or modify it inside noGrad().',
      )
    }
  }
  if (!isContiguous(x.shape, x.strides)) {
    for (let d = 0; d < x.shape.length; d++) {
      if (x.strides[d] === 0 && x.shape[d]! > 1) {
        throw new RuntimeError(
          'unsupported operation: more than one element of the written-to tensor refers to a single memory location. Please clone() the tensor before performing the operation.',
        )
      }
    }
  }
}
