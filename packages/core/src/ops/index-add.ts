/** Slices added to, or reduced into, those of a tensor along one dimension. */
import { ScatterMode } from '../dispatch/opcodes.js'
import { bool } from '../dtype.js'
import { IndexError, RuntimeError } from '../errors.js'
import { bindOptions } from '../options.js'
import { formatShape, sameShape, wrapDim } from '../shape.js'
import { type Method, Tensor } from '../tensor.js'
import { filled } from './index-copy.js'
import { added, outOfRange, resized, row, selected, sizeAt, writeSlices } from './index-select.js'
import { inRange, isIndexType } from './index-tensor.js'
import { attachMethods } from './methods.js'
import { notImplemented } from './operands.js'
import { mul } from './pointwise.js'
import { checkTensor } from './promote.js'
import { type IncludeSelfOptions, type Placement, type Reduction, reduced, reduceInto } from './scatter-reduce.js'
import { checkSameDevice, updateInto, zerosOf } from './update.js'

declare module '../tensor.js' {
  interface Tensor {
    indexAdd: Method<typeof indexAdd>
    indexAdd_(dim: number, index: Tensor, source: Tensor, options?: IndexAddOptions): this
    indexReduce: Method<typeof indexReduce>
    indexReduce_(
      dim: number,
      index: Tensor,
      source: Tensor,
      reduce: Exclude<Reduction, 'sum'>,
      options?: IncludeSelfOptions,
    ): this
  }
}

/** Options of {@link indexAdd}. */
export interface IndexAddOptions {
  /** Factor of `source`, 1 if not given. */
  alpha?: number
}

/** Checks the arguments of indexAdd and indexReduce. Returns the dimension and the index as the kernel takes it. */
function checkAccumulate(op: string, x: Tensor, dim: number, index: Tensor, source: Tensor): [number, Tensor] {
  checkTensor(op, 'input', x)
  checkTensor(op, 'index', index)
  checkTensor(op, 'source', source)
  const d = wrapDim(dim, x.ndim)
  if (index.ndim > 1) {
    throw new IndexError(
      `${op}(): Index is supposed to be a vector, but got dim: ${index.ndim} with type: ${index.dtype.label} and size: ${formatShape(index.shape)}`,
    )
  }
  if (!isIndexType(index.dtype))
    throw new RuntimeError(`${op}(): Expected dtype int32/int64 for index but got: ${index.dtype.label}`)
  if (x.dtype !== source.dtype) {
    throw new RuntimeError(
      `${op}(): self (${x.dtype.label}) and source (${source.dtype.label}) must have the same scalar type`,
    )
  }
  checkSameDevice(x, index, source)
  if (sizeAt(source, d) !== index.count) {
    throw new RuntimeError(
      `${op}(): Number of indices (${index.count}) should be equal to source.size(dim): (${sizeAt(source, d)}), for dim: ${d}`,
    )
  }
  if (!sameShape(resized(x.shape, d, index.count), source.shape)) {
    throw new RuntimeError(
      `source tensor shape must match self tensor shape, excluding the specified dimension. Got self.shape = ${formatShape(x.shape)} source.shape = ${formatShape(source.shape)}`,
    )
  }
  const size = sizeAt(x, d)
  return [d, row(inRange(index, size, outOfRange(size)))]
}

/** `alpha * source` in the dtype of `source`. */
function scaled(source: Tensor, alpha: number): Tensor {
  if (alpha === 1) return source
  if (source.dtype === bool) return alpha !== 0 ? source : zerosOf(source, source.shape)
  return mul(source, source.dtype.isFloatingPoint ? alpha : Math.trunc(alpha))
}

/**
 * A copy of `x` with `alpha * source` added, slice by slice along `dim`, at the places that `index` lists.
 *
 * @param index - int64 or int32, 1-d
 * @param source - as `x`, with the size of `index` along `dim`
 * @throws RuntimeError if shapes or dtypes do not fit; IndexError for an index out of range
 * @example
 * ```ts
 * indexAdd(zeros([3]), 0, tensor([0, 0, 2]), FloatTensor([1, 2, 3])) // tensor([3., 0., 3.])
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.Tensor.index_add_.html
 */
export function indexAdd(x: Tensor, dim: number, index: Tensor, source: Tensor, options?: IndexAddOptions): Tensor {
  const { alpha = 1 } = bindOptions<IndexAddOptions>('indexAdd', ['alpha'], [options])
  const [d, checked] = checkAccumulate('index_add_', x, dim, index, source)
  return added(x, d, checked, scaled(source, alpha))
}

function place(d: number): (index: Tensor) => Placement {
  return (index) => ({
    put: (mode, out, src) => writeSlices(mode, out, d, index, src),
    pick: (y) => selected(y, d, index),
    add: (y, src) => added(y, d, index, src),
    clear: (y) => filled(y, d, index, 0),
  })
}

function checkReduce(
  x: Tensor,
  dim: number,
  index: Tensor,
  source: Tensor,
  reduce: string,
  options: IncludeSelfOptions | undefined,
): [number, Tensor, boolean] {
  const { includeSelf = true } = bindOptions<IncludeSelfOptions>('indexReduce', ['includeSelf'], [options])
  if (!['prod', 'mean', 'amax', 'amin'].includes(reduce))
    throw new RuntimeError(`index_reduce(): Expected reduce to be one of prod, mean, amax or amin but got ${reduce}.`)
  const [d, checked] = checkAccumulate('index_reduce_', x, dim, index, source)
  if (x.dtype === bool) throw notImplemented('index_func_', bool)
  return [d, checked, includeSelf]
}

/**
 * A copy of `x` into which the slices of `source` along `dim` are reduced, at the places that `index` lists.
 *
 * @param index - int64 or int32, 1-d
 * @param reduce - `'prod'`, `'mean'`, `'amax'` or `'amin'`
 * @throws RuntimeError if shapes or dtypes do not fit; IndexError for an index out of range
 * @see https://pytorch.org/docs/stable/generated/torch.Tensor.index_reduce_.html
 */
export function indexReduce(
  x: Tensor,
  dim: number,
  index: Tensor,
  source: Tensor,
  reduce: Exclude<Reduction, 'sum'>,
  options?: IncludeSelfOptions,
): Tensor {
  const [d, checked, includeSelf] = checkReduce(x, dim, index, source, reduce, options)
  return reduced('IndexReduceBackward0', x, source, checked, place(d), reduce, includeSelf)
}

attachMethods({ indexAdd, indexReduce })
const p = Tensor.prototype
p.indexAdd_ = function (dim, index, source, options) {
  const { alpha = 1 } = bindOptions<IndexAddOptions>('indexAdd_', ['alpha'], [options])
  const [d, checked] = checkAccumulate('index_add_', this, dim, index, source)
  const slices = scaled(source, alpha)
  updateInto(
    this,
    [slices, index],
    (x) => writeSlices(ScatterMode.add, x, d, checked, slices),
    () => added(this, d, checked, slices),
  )
  return this
}
p.indexReduce_ = function (dim, index, source, reduce, options) {
  const [d, checked, includeSelf] = checkReduce(this, dim, index, source, reduce, options)
  updateInto(
    this,
    [source, index],
    (x) => reduceInto(x, source, place(d)(checked), reduce, includeSelf),
    () => reduced('IndexReduceBackward0', this, source, checked, place(d), reduce, includeSelf),
  )
  return this
}
