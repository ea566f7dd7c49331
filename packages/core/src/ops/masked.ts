/** Elements that a bool mask picks: filled with one value, taken out, or replaced in order. */
import { checkWritable } from '../autograd/inplace.js'
import { record, recording } from '../autograd/node.js'
import { bool } from '../dtype.js'
import { RuntimeError } from '../errors.js'
import { broadcastShapes, formatShape, sameShape } from '../shape.js'
import { type Method, Tensor } from '../tensor.js'
import { allocateLike } from './elementwise.js'
import { copied } from './index-copy.js'
import { selected } from './index-select.js'
import { longTensor } from './index-tensor.js'
import { assign, checkFits, wrote } from './inplace.js'
import { attachMethods } from './methods.js'
import { nonzeroPositions } from './nonzero.js'
import { checkTensor, isTensor, type TensorOrScalar } from './promote.js'
import { sum } from './reduce.js'
import { slice } from './slicing.js'
import { checkSameDevice, storable } from './update.js'
import { expand, reshape } from './view.js'
import { where } from './where.js'

declare module '../tensor.js' {
  interface Tensor {
    maskedFill: Method<typeof maskedFill>
    maskedFill_(mask: Tensor, value: TensorOrScalar): this
    maskedSelect: Method<typeof maskedSelect>
    maskedScatter: Method<typeof maskedScatter>
    maskedScatter_(mask: Tensor, source: Tensor): this
  }
}

function checkFill(x: Tensor, mask: Tensor, value: TensorOrScalar): void {
  checkTensor('maskedFill', 'input', x)
  checkTensor('maskedFill', 'mask', mask)
  if (isTensor(value) && value.ndim > 0) {
    throw new RuntimeError(
      `masked_fill_ only supports a 0-dimensional value tensor, but got tensor with ${value.ndim} dimension(s).`,
    )
  }
  if (mask.dtype !== bool)
    throw new RuntimeError(`masked_fill_ only supports boolean masks, but got mask with dtype ${mask.dtype.name}`)
  checkSameDevice(x, mask, isTensor(value) ? value : null)
}

/**
 * A copy of `x` with `value` wherever `mask` is true.
 *
 * @param mask - bool, broadcast with `x`
 * @param value - a number or a 0-d tensor; it is cast to the dtype of `x`
 * @throws RuntimeError if `mask` is not bool, the shapes do not broadcast, or the dtype cannot hold the value
 * @example
 * ```ts
 * maskedFill(FloatTensor([1, 2, 3]), BoolTensor([true, false, true]), -Infinity) // tensor([-inf, 2., -inf])
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.Tensor.masked_fill_.html
 */
export function maskedFill(x: Tensor, mask: Tensor, value: TensorOrScalar): Tensor {
  checkFill(x, mask, value)
  const operand = storable('maskedFill', x, value)
  const out = allocateLike(x, x.dtype, broadcastShapes(mask.shape, x.shape))
  x.storage.device.primitives.where(mask, operand, x, out)
  return record('MaskedFillBackward0', out, [x, isTensor(value) ? value : null], [mask], (g, node) => [
    node.needs(0) ? maskedFill(g, node.saved(0), 0) : null,
    node.needs(1) ? sum(where(node.saved(0), g, 0)) : null,
  ])
}

/** Positions of the true elements of a mask, as a 1-d int64 tensor. */
function positionsOf(mask: Tensor, op: string): Tensor {
  const positions = nonzeroPositions(mask, op)
  return longTensor(positions, [positions.length], mask.storage.device)
}

/**
 * The elements of `x` where `mask` is true, in row-major order.
 *
 * @param mask - bool, broadcast with `x`
 * @returns a 1-d tensor, a copy
 * @throws RuntimeError if `mask` is not bool or the shapes do not broadcast
 * @example
 * ```ts
 * const x = tensor([3, 1, 2])
 * maskedSelect(x, x.gt(1)) // tensor([3, 2])
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.masked_select.html
 */
export function maskedSelect(x: Tensor, mask: Tensor): Tensor {
  checkTensor('maskedSelect', 'input', x)
  checkTensor('maskedSelect', 'mask', mask)
  if (mask.dtype !== bool)
    throw new RuntimeError(`masked_select: expected BoolTensor for mask, but got dtype ${mask.dtype.name}`)
  checkSameDevice(x, mask)
  const shape = broadcastShapes(mask.shape, x.shape)
  const positions = positionsOf(expand(mask, shape), 'maskedSelect')
  return selected(reshape(expand(x, shape), [-1]), 0, positions)
}

/** Checks the arguments of maskedScatter for a result of `shape`; the positions to write and what to write there. */
function checkScatter(x: Tensor, mask: Tensor, source: Tensor, shape: Tensor['shape']): [Tensor, Tensor] {
  if (mask.dtype !== bool)
    throw new RuntimeError(`masked_scatter_ only supports boolean masks, but got mask with dtype ${mask.dtype.label}`)
  if (x.dtype !== source.dtype) {
    throw new RuntimeError(
      `masked_scatter: expected self and source to have same dtypes but got ${x.dtype.label} and ${source.dtype.label}`,
    )
  }
  checkSameDevice(x, mask, source)
  const positions = positionsOf(expand(mask, shape), 'maskedScatter')
  if (source.count < positions.count) {
    throw new RuntimeError(
      `Number of elements of source < number of ones in mask: ${source.count} elements for ${positions.count} ones`,
    )
  }
  return [positions, slice(reshape(source, [-1]), 0, 0, positions.count, 1)]
}

/**
 * A copy of `x` in which the elements where `mask` is true are, in row-major order, the first elements of `source`.
 *
 * @param mask - bool, broadcast with `x`
 * @param source - of the dtype of `x`, with at least as many elements as `mask` has ones
 * @throws RuntimeError if dtypes do not fit, the shapes do not broadcast, or `source` is too short
 * @see https://pytorch.org/docs/stable/generated/torch.Tensor.masked_scatter_.html
 */
export function maskedScatter(x: Tensor, mask: Tensor, source: Tensor): Tensor {
  checkTensor('maskedScatter', 'input', x)
  checkTensor('maskedScatter', 'mask', mask)
  checkTensor('maskedScatter', 'source', source)
  const shape = broadcastShapes(x.shape, mask.shape)
  const [positions, values] = checkScatter(x, mask, source, shape)
  return reshape(copied(reshape(expand(x, shape), [-1]), 0, positions, values), shape)
}

/** Fills `x` itself where `mask`, which broadcasts to it, is true. */
export function maskedFillInto(x: Tensor, mask: Tensor, value: TensorOrScalar): void {
  checkFill(x, mask, value)
  checkFits(x, x.dtype, broadcastShapes(mask.shape, x.shape))
  const source = isTensor(value) ? value : null
  const shared = mask.storage.shares(x.storage) || source?.storage.shares(x.storage) === true
  if (shared || recording(x, source)) {
    assign(x, maskedFill(x, mask, value))
    return
  }
  const operand = storable('maskedFill_', x, value)
  checkWritable(x)
  x.storage.device.primitives.where(mask, operand, x, x)
  wrote(x)
}

attachMethods({ maskedFill, maskedSelect, maskedScatter })
const p = Tensor.prototype
p.maskedFill_ = function (mask, value) {
  maskedFillInto(this, mask, value)
  return this
}
p.maskedScatter_ = function (mask, source) {
  checkTensor('maskedScatter_', 'mask', mask)
  checkTensor('maskedScatter_', 'source', source)
  if (!sameShape(broadcastShapes(this.shape, mask.shape), this.shape)) {
    throw new RuntimeError(
      `masked_scatter_: the mask of shape ${formatShape(mask.shape)} cannot be expanded to the shape ${formatShape(this.shape)}`,
    )
  }
  assign(this, maskedScatter(this, mask, source))
  return this
}
