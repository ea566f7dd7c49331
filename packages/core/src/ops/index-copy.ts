/** Slices along one dimension replaced by others, or by one value. */
import { record } from '../autograd/node.js'
import type { Operand } from '../dispatch/backend.js'
import { ScatterMode } from '../dispatch/opcodes.js'
import { bool, int64 } from '../dtype.js'
import { IndexError, RuntimeError } from '../errors.js'
import { formatShape, numelOf, sameShape, wrapDim } from '../shape.js'
import { allocate, type Method, Tensor } from '../tensor.js'
import { resized, row, selected, sizeAt, writeSlices } from './index-select.js'
import { inRange, wrapIndex } from './index-tensor.js'
import { attachMethods } from './methods.js'
import { checkTensor, isTensor, type Scalar } from './promote.js'
import { sum } from './reduce.js'
import { atLeast1d, checkSameDevice, copyOf, storable, updateInto } from './update.js'
import { reshape } from './view.js'
import { where } from './where.js'

declare module '../tensor.js' {
  interface Tensor {
    indexCopy: Method<typeof indexCopy>
    indexCopy_(dim: number, index: Tensor, source: Tensor): this
    indexFill: Method<typeof indexFill>
    indexFill_(dim: number, index: Tensor, value: Scalar | Tensor): this
  }
}

/** `x` with slices replaced; with a gradient. `source` has the shape of the slices. */
export function copied(x: Tensor, d: number, index: Tensor, source: Tensor): Tensor {
  const out = copyOf(x)
  writeSlices(ScatterMode.set, out, d, index, source)
  return record('IndexCopyBackward0', out, [x, source], [index], (g, node) => [
    node.needs(0) ? filled(g, d, node.saved(0), 0) : null,
    node.needs(1) ? selected(g, d, node.saved(0)) : null,
  ])
}

/** `x` with one value in the slices; with a gradient. `value` may be a 0-d tensor. */
export function filled(x: Tensor, d: number, index: Tensor, value: Scalar | Tensor): Tensor {
  const out = copyOf(x)
  writeSlices(ScatterMode.set, out, d, index, spread(x, d, index, value))
  return record('IndexFillBackward0', out, [x, isTensor(value) ? value : null], [index], (g, node) => [
    node.needs(0) ? filled(g, d, node.saved(0), 0) : null,
    node.needs(1) ? sum(where(slicesMask(g, d, node.saved(0)), g, 0)) : null,
  ])
}

/** True in the slices that an index lists, however often it lists them. */
function slicesMask(x: Tensor, d: number, index: Tensor): Tensor {
  const mask = allocate(x.storage, bool, x.shape, true)
  writeSlices(ScatterMode.set, mask, d, index, 1)
  return mask
}

/** One value as an operand with the shape of the slices. */
function spread(x: Tensor, d: number, index: Tensor, value: Scalar | Tensor): Operand {
  const one = storable('indexFill', x, value)
  if (typeof one === 'number') return one
  const shape = resized(atLeast1d(x).shape, d, index.count)
  return new Tensor(
    one.storage,
    x.dtype,
    shape,
    shape.map(() => 0),
    one.offset,
    numelOf(shape),
  )
}

/** Checks the arguments of indexCopy. */
function checkCopy(x: Tensor, dim: number, index: Tensor, source: Tensor): [number, Tensor, Tensor] {
  const op = 'index_copy_()'
  checkTensor('indexCopy', 'input', x)
  checkTensor('indexCopy', 'index', index)
  checkTensor('indexCopy', 'source', source)
  const d = wrapDim(dim, x.ndim)
  if (index.ndim > 1) throw new IndexError(`${op}: Index should have dimension 1 or 0 (got ${index.ndim})`)
  if (source.ndim === 0 && index.count !== 1)
    throw new IndexError(`${op}: When source is scalar, index should have one element (got ${index.count})`)
  if (x.ndim !== source.ndim && x.ndim !== 0 && source.ndim !== 0) {
    throw new IndexError(
      `${op}: When source and destination are not scalars, their dimensionality must match. Source dimensionality (${source.ndim}), destination dimensionality (${x.ndim})`,
    )
  }
  if (index.dtype !== int64)
    throw new RuntimeError(`${op}: Expected a long tensor for index, but got ${index.dtype.label}`)
  if (x.dtype !== source.dtype) {
    throw new RuntimeError(
      `${op}: self and source expected to have the same dtype, but got (self) ${x.dtype.label} and (source) ${source.dtype.label}`,
    )
  }
  checkSameDevice(x, index, source)
  const without = (t: Tensor) => t.shape.filter((_, i) => i !== d)
  if (!sameShape(without(x), without(source))) {
    throw new RuntimeError(
      `${op}: Source/destination tensor must have same slice shapes. Destination slice shape: ${formatShape(without(x))} at dimension ${d} and source slice shape: ${formatShape(without(source))} at dimension ${d}.`,
    )
  }
  if (source.ndim > 0 && source.shape[d] !== index.count)
    throw new IndexError(
      `${op}: Number of indices (${index.count}) should be equal to source.size(dim) (${source.shape[d]})`,
    )
  const size = sizeAt(x, d)
  const fail = (value: number) =>
    new IndexError(`${op}: index ${value} is out of bounds for dimension ${d} with size ${size}`)
  const shape = resized(x.shape, d, index.count)
  return [d, row(inRange(index, size, fail)), sameShape(shape, source.shape) ? source : reshape(source, shape)]
}

/**
 * A copy of `x` with the slices of `source` along `dim` in the places that `index` lists. Where an index comes twice, the last
 * one stays.
 *
 * @param index - int64, 1-d
 * @param source - as `x`, with the size of `index` along `dim`
 * @throws RuntimeError if dtypes or slice shapes differ; IndexError if sizes do not fit or an index is out of bounds
 * @see https://pytorch.org/docs/stable/generated/torch.Tensor.index_copy_.html
 */
export function indexCopy(x: Tensor, dim: number, index: Tensor, source: Tensor): Tensor {
  const [d, checked, slices] = checkCopy(x, dim, index, source)
  return copied(x, d, checked, slices)
}

/** Checks the arguments of indexFill. Negative indices count from the end. */
function checkFill(x: Tensor, dim: number, index: Tensor, value: Scalar | Tensor): [number, Tensor] {
  checkTensor('indexFill', 'input', x)
  checkTensor('indexFill', 'index', index)
  const d = wrapDim(dim, x.ndim)
  if (isTensor(value) && value.ndim !== 0) {
    throw new RuntimeError(
      `index_fill_ only supports a 0-dimensional value tensor, but got tensor with ${value.ndim} dimension(s).`,
    )
  }
  if (index.dtype !== int64)
    throw new IndexError(`index_fill_(): Expected dtype int64 for index, but got ${index.dtype.name}.`)
  if (index.ndim > 1) throw new RuntimeError(`Index has to be a vector/scalar, but got ${index.ndim} dimensions`)
  checkSameDevice(x, index, isTensor(value) ? value : null)
  const size = sizeAt(x, d)
  const fail = (i: number) => new IndexError(`index ${i} is out of bounds for dimension ${d} with size ${size}`)
  return [d, row(wrapIndex(index, size, fail))]
}

/**
 * A copy of `x` with one value in the slices along `dim` that `index` lists.
 *
 * @param index - int64, 1-d; negative values count from the end
 * @param value - a number or a 0-d tensor
 * @throws IndexError for an index out of bounds; RuntimeError for a value with dimensions
 * @see https://pytorch.org/docs/stable/generated/torch.Tensor.index_fill_.html
 */
export function indexFill(x: Tensor, dim: number, index: Tensor, value: Scalar | Tensor): Tensor {
  const [d, checked] = checkFill(x, dim, index, value)
  return filled(x, d, checked, value)
}

attachMethods({ indexCopy, indexFill })
const p = Tensor.prototype
p.indexCopy_ = function (dim, index, source) {
  const [d, checked, slices] = checkCopy(this, dim, index, source)
  updateInto(
    this,
    [slices, index],
    (x) => writeSlices(ScatterMode.set, x, d, checked, slices),
    () => copied(this, d, checked, slices),
  )
  return this
}
p.indexFill_ = function (dim, index, value) {
  const [d, checked] = checkFill(this, dim, index, value)
  updateInto(
    this,
    [isTensor(value) ? value : null, index],
    (x) => writeSlices(ScatterMode.set, x, d, checked, spread(x, d, checked, value)),
    () => filled(this, d, checked, value),
  )
  return this
}
