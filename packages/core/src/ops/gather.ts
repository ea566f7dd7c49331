/** Elements picked from, and put at, positions along one dimension that an index tensor names for each element. */
import { record } from '../autograd/node.js'
import type { Operand } from '../dispatch/backend.js'
import { type ScatterCode, ScatterMode } from '../dispatch/opcodes.js'
import { int64 } from '../dtype.js'
import { RuntimeError } from '../errors.js'
import { bindOptions } from '../options.js'
import { broadcastShapes, formatShape, type Shape, wrapDim } from '../shape.js'
import { allocate, type Method, Tensor } from '../tensor.js'
import { inRange, isIndexType, wrapIndex } from './index-tensor.js'
import { attachMethods } from './methods.js'
import { noDerivative } from './operands.js'
import { checkTensor, isTensor, type Scalar } from './promote.js'
import { slice } from './slicing.js'
import { atLeast1d, checkSameDevice, copyOf, storable, updateInto, zerosOf } from './update.js'
import { expand, reshape } from './view.js'

declare module '../tensor.js' {
  interface Tensor {
    gather: Method<typeof gather>
    scatter: Method<typeof scatter>
    scatter_(dim: number, index: Tensor, src: Tensor | Scalar, options?: ScatterOptions): this
    scatterAdd: Method<typeof scatterAdd>
    scatterAdd_(dim: number, index: Tensor, src: Tensor): this
    takeAlongDim: Method<typeof takeAlongDim>
  }
}

/** PyTorch treats a 0-d tensor as one of one dimension here. */
function sizesOf(x: Tensor): Shape {
  return x.ndim === 0 ? [1] : x.shape
}

function outOfBounds(dim: number, size: number): (value: number) => Error {
  return (value) => new RuntimeError(`index ${value} is out of bounds for dimension ${dim} with size ${size}`)
}

/** An index that names no element may have any shape and dtype. */
function emptyIndex(index: Tensor): Tensor {
  return allocate(index.storage, int64, index.shape)
}

function checkIndexType(op: string, index: Tensor): void {
  if (!isIndexType(index.dtype))
    throw new RuntimeError(`${op}(): Expected dtype int32/int64 for index, but got ${index.dtype.name}`)
}

/** Options of {@link gather}. */
export interface GatherOptions {
  /** Accepted for PyTorch's sake; gradients are dense. */
  sparseGrad?: boolean
}

/**
 * Picks elements along `dim`: `out[i][j] = x[index[i][j]][j]` for `dim` 0, `x[i][index[i][j]]` for `dim` 1, and so on.
 *
 * @param x - any dtype
 * @param dim - the dimension that `index` counts
 * @param index - int64 or int32, as many dimensions as `x`, no larger than `x` in any other than `dim`
 * @returns a tensor with the shape of `index` and the dtype of `x`
 * @throws RuntimeError if the shapes do not fit, or for an index out of bounds
 * @example
 * ```ts
 * gather(tensor([[1, 2], [3, 4]]), 1, tensor([[0, 0], [1, 0]])) // tensor([[1, 1], [4, 3]])
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.gather.html
 */
export function gather(x: Tensor, dim: number, index: Tensor, options?: GatherOptions): Tensor {
  checkTensor('gather', 'input', x)
  checkTensor('gather', 'index', index)
  bindOptions<GatherOptions>('gather', ['sparseGrad'], [options])
  const d = wrapDim(dim, x.ndim)
  if (index.count === 0) return gathered(x, d, emptyIndex(index))
  checkIndexType('gather', index)
  checkSameDevice(x, index)
  const sizes = sizesOf(x)
  if (sizes.length !== sizesOf(index).length)
    throw new RuntimeError(
      `Index tensor must have the same number of dimensions as input tensor, but got ${index.ndim} and ${x.ndim}`,
    )
  sizesOf(index).forEach((size, i) => {
    if (i !== d && size > sizes[i]!) {
      throw new RuntimeError(
        `Size does not match at dimension ${i} expected index ${formatShape(index.shape)} to be no larger than self ${formatShape(x.shape)} apart from dimension ${d}`,
      )
    }
  })
  return gathered(x, d, inRange(index, sizes[d]!, outOfBounds(d, sizes[d]!)))
}

/** {@link gather} with an index that was checked. */
export function gathered(x: Tensor, d: number, index: Tensor): Tensor {
  const out = allocate(x.storage, x.dtype, index.shape)
  if (out.count > 0) x.storage.device.primitives.gather(atLeast1d(x), d, atLeast1d(index), atLeast1d(out))
  const from = x.shape
  return record('GatherBackward0', out, [x], [index], (g, node) => {
    const zeros = zerosOf(g, from)
    return scattered('ScatterAddBackward0', ScatterMode.add, zeros, d, node.saved(0), g, zeros)
  })
}

/** Writes `src`, or one value, at the places that `index` names. */
function write(mode: ScatterCode, out: Tensor, d: number, index: Tensor, src: Operand): void {
  if (index.count === 0) return
  const values = src instanceof Tensor ? atLeast1d(src) : src
  out.storage.device.primitives.scatter(mode, atLeast1d(out), d, atLeast1d(index), values)
}

/** A copy of `x` with the elements of `src`, which has the shape of `index`, set or added; with its gradient. */
function scattered(
  name: string,
  mode: typeof ScatterMode.set | typeof ScatterMode.add,
  x: Tensor,
  d: number,
  index: Tensor,
  src: Tensor,
  out: Tensor = copyOf(x),
): Tensor {
  write(mode, out, d, index, src)
  return record(name, out, [x, src], [index], (g, node) => [
    !node.needs(0) ? null : mode === ScatterMode.add ? g : filled(g, d, node.saved(0), 0),
    node.needs(1) ? gathered(g, d, node.saved(0)) : null,
  ])
}

/** A copy of `x` with one value at the places that `index` names. */
export function filled(x: Tensor, d: number, index: Tensor, value: Scalar): Tensor {
  const out = copyOf(x)
  write(ScatterMode.set, out, d, index, storable('scatter', x, value))
  return record('ScatterBackward1', out, [x], [index], (g, node) => filled(g, d, node.saved(0), 0))
}

/** {@link scatterAdd} with arguments that were checked. */
export function addedAt(x: Tensor, d: number, index: Tensor, src: Tensor): Tensor {
  return scattered('ScatterAddBackward0', ScatterMode.add, x, d, index, src)
}

/** The part of `src` that `index` covers: the rest is never read, and its gradient is zero. */
function coveredBy(index: Tensor, src: Tensor): Tensor {
  let part = src.ndim === index.ndim ? src : reshape(src, index.shape)
  index.shape.forEach((size, i) => {
    if (part.shape[i] !== size) part = slice(part, i, 0, size, 1)
  })
  return part
}

/** What scatter and its like read, checked. */
export interface ScatterCall {
  readonly dim: number
  readonly index: Tensor
  readonly src: Tensor | null
}

/** Checks the arguments of scatter and its like. `src` is null where one value is written everywhere. */
export function checkScatter(x: Tensor, dim: number, index: Tensor, src: Tensor | null): ScatterCall {
  checkTensor('scatter', 'input', x)
  checkTensor('scatter', 'index', index)
  const d = wrapDim(dim, x.ndim)
  if (index.count > 0) checkIndexType('scatter', index)
  if (src !== null && src.dtype !== x.dtype) {
    throw new RuntimeError(
      `scatter(): Expected self.dtype to be equal to src.dtype, but got ${x.dtype.name} and ${src.dtype.name}`,
    )
  }
  checkSameDevice(x, index, src)
  if (index.count === 0)
    return { dim: d, index: emptyIndex(index), src: src === null ? null : zerosOf(src, index.shape) }
  const sizes = sizesOf(x)
  const wanted = sizesOf(index)
  if (wanted.length !== sizes.length) {
    throw new RuntimeError(
      `Index tensor must have the same number of dimensions as self tensor, but got ${index.ndim} and ${x.ndim}`,
    )
  }
  const given = src === null ? null : sizesOf(src)
  if (given !== null && given.length !== wanted.length) {
    throw new RuntimeError(
      `Index tensor must have the same number of dimensions as src tensor, but got ${index.ndim} and ${src!.ndim}`,
    )
  }
  if (wanted.some((size, i) => (i !== d && size > sizes[i]!) || (given !== null && size > given[i]!))) {
    const larger = src === null ? '' : ` and to be no larger size than src ${formatShape(src.shape)}`
    throw new RuntimeError(
      `Expected index ${formatShape(index.shape)} to be no larger than self ${formatShape(x.shape)} apart from dimension ${d}${larger}`,
    )
  }
  const checked = inRange(index, sizes[d]!, outOfBounds(d, sizes[d]!))
  return { dim: d, index: checked, src: src === null ? null : coveredBy(index, src) }
}

/** Options of {@link scatter}. */
export interface ScatterOptions {
  /** Adds to or multiplies what is there, instead of replacing it; without a gradient. See {@link scatterReduce}. */
  reduce?: 'add' | 'multiply'
}

function modeOf(reduce: string | undefined): ScatterCode {
  if (reduce === undefined) return ScatterMode.set
  if (reduce === 'add') return ScatterMode.add
  if (reduce === 'multiply') return ScatterMode.mul
  throw new RuntimeError(`reduce argument must be either add or multiply, but got ${reduce}.`)
}

/**
 * A copy of `x` with elements of `src` written along `dim`: `out[index[i][j]][j] = src[i][j]` for `dim` 0, and so on. Where an
 * index comes twice, the last one stays.
 *
 * @param index - int64 or int32, as many dimensions as `x`, no larger than `src`, nor than `x` in any other than `dim`
 * @param src - a tensor with the dtype of `x`, or one value for all
 * @throws RuntimeError if shapes or dtypes do not fit, or for an index out of bounds
 * @example
 * ```ts
 * scatter(zeros([2, 3]), 1, tensor([[2], [0]]), 1) // tensor([[0., 0., 1.], [1., 0., 0.]])
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.Tensor.scatter_.html
 */
export function scatter(x: Tensor, dim: number, index: Tensor, src: Tensor | Scalar, options?: ScatterOptions): Tensor {
  const { reduce } = bindOptions<ScatterOptions>('scatter', ['reduce'], [options])
  const mode = modeOf(reduce)
  const call = checkScatter(x, dim, index, isTensor(src) ? src : null)
  if (mode === ScatterMode.set) {
    return call.src === null
      ? filled(x, call.dim, call.index, src as Scalar)
      : scattered('ScatterBackward0', mode, x, call.dim, call.index, call.src)
  }
  const value = call.src ?? storable('scatter', x, src)
  const out = copyOf(x)
  write(mode, out, call.dim, call.index, value)
  return record('ScatterBackward2', out, [x, call.src], null, noDerivative('scatter'))
}

/**
 * A copy of `x` to which elements of `src` are added along `dim`: `out[index[i][j]][j] += src[i][j]` for `dim` 0, and so on.
 *
 * @param index - as for {@link scatter}
 * @throws RuntimeError if shapes or dtypes do not fit, or for an index out of bounds
 * @see https://pytorch.org/docs/stable/generated/torch.Tensor.scatter_add_.html
 */
export function scatterAdd(x: Tensor, dim: number, index: Tensor, src: Tensor): Tensor {
  checkTensor('scatterAdd', 'src', src)
  const call = checkScatter(x, dim, index, src)
  return addedAt(x, call.dim, call.index, call.src!)
}

/** Options of {@link takeAlongDim}. */
export interface TakeAlongDimOptions {
  /** The dimension that `indices` counts; without it both are taken as one row. */
  dim?: number
}

/**
 * {@link gather} with `x` and `indices` broadcast in all dimensions but `dim`, and negative indices counted from the end: takes
 * what `argmax` and `argsort` give.
 *
 * @throws RuntimeError if `indices` is not int64, the numbers of dimensions differ, or for an index out of bounds
 * @see https://pytorch.org/docs/stable/generated/torch.take_along_dim.html
 */
export function takeAlongDim(x: Tensor, indices: Tensor, dim?: number | TakeAlongDimOptions): Tensor {
  checkTensor('takeAlongDim', 'input', x)
  checkTensor('takeAlongDim', 'indices', indices)
  const o = bindOptions<TakeAlongDimOptions>('takeAlongDim', ['dim'], [dim])
  if (indices.dtype !== int64)
    throw new RuntimeError(`torch.take_along_dim(): dtype of indices should be Long but got ${indices.dtype.label}`)
  if (o.dim === undefined) return gather(reshape(x, [-1]), 0, reshape(indices, [-1]))
  if (x.ndim !== indices.ndim) {
    throw new RuntimeError(
      `torch.take_along_dim(): input and indices should have the same number of dimensions, but got ${x.ndim} dimensions for input, and ${indices.ndim} dimensions for indices`,
    )
  }
  const d = wrapDim(o.dim, x.ndim)
  const size = sizesOf(x)[d]!
  const others = (t: Tensor) => t.shape.map((s, i) => (i === d ? 1 : s))
  const common = broadcastShapes(others(x), others(indices))
  const withDim = (t: Tensor) =>
    expand(
      t,
      common.map((s, i) => (i === d ? t.shape[d]! : s)),
    )
  return gathered(withDim(x), d, wrapIndex(withDim(indices), size, outOfBounds(d, size)))
}

attachMethods({ gather, scatter, scatterAdd, takeAlongDim })
const p = Tensor.prototype
p.scatter_ = function (dim, index, src, options) {
  const { reduce } = bindOptions<ScatterOptions>('scatter_', ['reduce'], [options])
  const mode = modeOf(reduce)
  const call = checkScatter(this, dim, index, isTensor(src) ? src : null)
  const value = call.src ?? storable('scatter_', this, src)
  updateInto(
    this,
    [call.src, index],
    (x) => write(mode, x, call.dim, call.index, value),
    () => scatter(this, dim, index, src, options),
  )
  return this
}
p.scatterAdd_ = function (dim, index, src) {
  checkTensor('scatterAdd_', 'src', src)
  const call = checkScatter(this, dim, index, src)
  updateInto(
    this,
    [call.src, index],
    (x) => write(ScatterMode.add, x, call.dim, call.index, call.src!),
    () => addedAt(this, call.dim, call.index, call.src!),
  )
  return this
}
