import { record } from '../autograd/node.js'
import { bool } from '../dtype.js'
import { RuntimeError } from '../errors.js'
import { Tensor } from '../tensor.js'
import { whereCall } from './elementwise.js'
import { checkTensor, isTensor, type TensorOrScalar } from './promote.js'

declare module '../tensor.js' {
  interface Tensor {
    /** Elements of this tensor where `condition` holds, else those of `other`. See {@link where}. */
    where(condition: Tensor, other: TensorOrScalar): Tensor
  }
}

/**
 * Elements of `input` where `condition` is true, else those of `other`; all three broadcast.
 *
 * @param condition - bool tensor
 * @param input - tensor or number
 * @param other - tensor or number
 * @returns a tensor of the common shape and the promoted dtype of `input` and `other`
 * @throws RuntimeError if `condition` is not bool
 * @example
 * ```ts
 * where(x.gt(0), x, 0)
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.where.html
 */
export function where(condition: Tensor, input: TensorOrScalar, other: TensorOrScalar): Tensor {
  checkTensor('where', 'condition', condition)
  if (condition.dtype !== bool && condition.dtype.name !== 'uint8') {
    throw new RuntimeError(
      `where expected condition to be a boolean tensor, but got a tensor with dtype ${condition.dtype.label}`,
    )
  }
  const out = whereCall(condition, input, other)
  const a = isTensor(input) ? input : null
  const b = isTensor(other) ? other : null
  return record('WhereBackward0', out, [a, b], [condition], (g, node) => {
    const mask = node.saved(0)
    return [node.needs(0) ? where(mask, g, 0) : null, node.needs(1) ? where(mask, 0, g) : null]
  })
}

Tensor.prototype.where = function (condition, other) {
  return where(condition, this, other)
}
