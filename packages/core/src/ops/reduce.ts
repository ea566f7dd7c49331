/** Reductions over dimensions: sums, products, extremes and their positions. */
import { record, recordMany } from '../autograd/node.js'
import { ArgReduce, type ArgReduceCode, Reduce, type ReduceCode, ScatterMode } from '../dispatch/opcodes.js'
import { bool, Category, type DType, type DTypeLike, int64, toDType, uint8 } from '../dtype.js'
import { IndexError, RuntimeError } from '../errors.js'
import { namedTuple, type ValuesIndices, valuesIndices } from '../named-tuple.js'
import { bindOptions } from '../options.js'
import { type Shape, wrapDim, wrapDims } from '../shape.js'
import { allocate, type Method, Tensor } from '../tensor.js'
import { cast } from './cast.js'
import { eq, ne } from './compare.js'
import { attach } from './define.js'
import { castTo } from './elementwise.js'
import { maximum, minimum } from './extremes.js'
import { div, mul } from './pointwise.js'
import { checkTensor } from './promote.js'
import { expand, reshape, squeeze, unsqueeze } from './view.js'
import { where } from './where.js'

declare module '../tensor.js' {
  interface Tensor {
    sum: Method<typeof sum>
    mean: Method<typeof mean>
    nansum: Method<typeof nansum>
    nanmean: Method<typeof nanmean>
    prod: Method<typeof prod>
    amax: Method<typeof amax>
    amin: Method<typeof amin>
    max(): Tensor
    max(other: Tensor): Tensor
    max(dim: number | MaxOptions, keepdim?: boolean): ValuesIndices<Tensor>
    min(): Tensor
    min(other: Tensor): Tensor
    min(dim: number | MaxOptions, keepdim?: boolean): ValuesIndices<Tensor>
    argmax: Method<typeof argmax>
    argmin: Method<typeof argmin>
    aminmax: Method<typeof aminmax>
    any: Method<typeof any>
    all: Method<typeof all>
    countNonzero: Method<typeof countNonzero>
  }
}

/** One dimension, several, or all (null, or an empty list where PyTorch takes that for all). */
export type Dim = number | readonly number[] | null

/** Options of the reductions. */
export interface ReduceOptions {
  dim?: Dim
  /** Leaves reduced dimensions with size 1. */
  keepdim?: boolean
  /** Cast to before anything is added. */
  dtype?: DTypeLike
}
const reduceNames = ['dim', 'keepdim', 'dtype'] as const

/** The dimensions that `dim` means, counted from the front and sorted. */
export function dimsOf(dim: Dim | undefined, ndim: number): number[] {
  if (ndim > 64) throw new RuntimeError(`only tensors with up to 64 dims are supported, but got ${ndim}`)
  if (dim == null || (Array.isArray(dim) && dim.length === 0)) return Array.from({ length: ndim }, (_, i) => i)
  const dims = wrapDims(typeof dim === 'number' ? [dim] : (dim as readonly number[]), ndim)
  // a 0-d tensor has no dimension to reduce, though 0 and -1 may be named
  return ndim === 0 ? [] : dims.sort((a, b) => a - b)
}

/** The shape with reduced dimensions at size 1. */
export function keptShape(shape: Shape, dims: readonly number[]): number[] {
  return shape.map((size, d) => (dims.includes(d) ? 1 : size))
}

/** The shape without the reduced dimensions. */
export function droppedShape(shape: Shape, dims: readonly number[]): number[] {
  return shape.filter((_, d) => !dims.includes(d))
}

/** Calls the primitive; the result keeps the reduced dimensions. Unrecorded. */
export function reduceCall(code: ReduceCode, x: Tensor, dims: readonly number[]): Tensor {
  const out = allocate(x.storage, x.dtype, keptShape(x.shape, dims))
  x.storage.device.primitives.reduce(code, x, dims, out)
  return out
}

/** A window of a kept result with the reduced dimensions dropped, if so wanted: no view for autograd. */
function finished(kept: Tensor, x: Tensor, dims: readonly number[], keepdim: boolean): Tensor {
  if (keepdim || dims.length === 0) return kept
  const shape = droppedShape(x.shape, dims)
  const strides = kept.strides.filter((_, d) => !dims.includes(d))
  return new Tensor(kept.storage, kept.dtype, shape, strides, kept.offset, kept.count)
}

/** A reduced tensor with its reduced dimensions back, at size 1. */
export function restored(x: Tensor, shape: Shape, dims: readonly number[], keepdim: boolean): Tensor {
  return keepdim || dims.length === 0 ? x : reshape(x, keptShape(shape, dims))
}

/** Sums of integers and bool are int64. */
function sumType(x: Tensor, dtype: DTypeLike | undefined): DType {
  if (dtype !== undefined) return toDType(dtype)
  return x.dtype.category === Category.float ? x.dtype : int64
}

/**
 * The sum over dimensions; integers and bool give int64.
 *
 * @param x - any shape
 * @param dim - one or several dimensions; all if not given
 * @param keepdim - leaves them with size 1
 * @example
 * ```ts
 * sum(ones([2, 3]), 1) // tensor([3., 3.])
 * ```
 * @throws IndexError for a dimension out of range
 * @see https://pytorch.org/docs/stable/generated/torch.sum.html
 */
export function sum(
  x: Tensor,
  dim?: Dim | ReduceOptions,
  keepdim?: boolean | ReduceOptions,
  options?: ReduceOptions,
): Tensor {
  checkTensor('sum', 'input', x)
  const o = bindOptions<ReduceOptions>('sum', reduceNames, [dim ?? undefined, keepdim, options])
  const input = cast(x, sumType(x, o.dtype))
  const dims = dimsOf(o.dim, x.ndim)
  const keep = o.keepdim ?? false
  const out = finished(reduceCall(Reduce.sum, input, dims), input, dims, keep)
  const { shape } = input
  return record('SumBackward0', out, [input], null, (g) => expand(restored(g, shape, dims, keep), shape))
}

/** Number of elements that a reduction folds into one. */
export function foldedCount(shape: Shape, dims: readonly number[]): number {
  return dims.reduce((n, d) => n * shape[d]!, 1)
}

/** The mean over dimensions. @throws RuntimeError for integers @see https://pytorch.org/docs/stable/generated/torch.mean.html */
export function mean(
  x: Tensor,
  dim?: Dim | ReduceOptions,
  keepdim?: boolean | ReduceOptions,
  options?: ReduceOptions,
): Tensor {
  checkTensor('mean', 'input', x)
  const o = bindOptions<ReduceOptions>('mean', reduceNames, [dim ?? undefined, keepdim, options])
  const dtype = o.dtype === undefined ? x.dtype : toDType(o.dtype)
  if (dtype.category !== Category.float) {
    throw new RuntimeError(
      `mean(): could not infer output dtype. Input dtype must be either a floating point or complex dtype. Got: ${dtype.label}`,
    )
  }
  const input = cast(x, dtype)
  const n = foldedCount(x.shape, dimsOf(o.dim, x.ndim))
  return div(sum(input, { ...(o.dim == null ? {} : { dim: o.dim }), keepdim: o.keepdim ?? false }), n)
}

/** The sum of all elements but NaN. @see https://pytorch.org/docs/stable/generated/torch.nansum.html */
export function nansum(
  x: Tensor,
  dim?: Dim | ReduceOptions,
  keepdim?: boolean | ReduceOptions,
  options?: ReduceOptions,
): Tensor {
  checkTensor('nansum', 'input', x)
  return sum(x.dtype.isFloatingPoint ? where(ne(x, x), 0, x) : x, dim, keepdim, options)
}

/** The mean of all elements but NaN. @see https://pytorch.org/docs/stable/generated/torch.nanmean.html */
export function nanmean(
  x: Tensor,
  dim?: Dim | ReduceOptions,
  keepdim?: boolean | ReduceOptions,
  options?: ReduceOptions,
): Tensor {
  checkTensor('nanmean', 'input', x)
  const o = bindOptions<ReduceOptions>('nanmean', reduceNames, [dim ?? undefined, keepdim, options])
  if (!x.dtype.isFloatingPoint)
    throw new RuntimeError(`nanmean(): expected input to have floating point or complex dtype but got ${x.dtype.label}`)
  const where_ = { ...(o.dim == null ? {} : { dim: o.dim }), keepdim: o.keepdim ?? false }
  return div(nansum(x, { ...where_, ...(o.dtype === undefined ? {} : { dtype: o.dtype }) }), sum(eq(x, x), where_))
}

/** Options of {@link prod}. */
export interface ProdOptions {
  dim?: number | null
  keepdim?: boolean
  dtype?: DTypeLike
}

/** The product over one dimension, or over all. @see https://pytorch.org/docs/stable/generated/torch.prod.html */
export function prod(
  x: Tensor,
  dim?: number | ProdOptions | null,
  keepdim?: boolean | ProdOptions,
  options?: ProdOptions,
): Tensor {
  checkTensor('prod', 'input', x)
  const o = bindOptions<ProdOptions>('prod', reduceNames, [dim ?? undefined, keepdim, options])
  const input = cast(x, sumType(x, o.dtype))
  const dims = dimsOf(o.dim, x.ndim)
  const keep = o.keepdim ?? false
  const out = finished(reduceCall(Reduce.prod, input, dims), input, dims, keep)
  const { shape } = input
  return record('ProdBackward0', out, [input], [input], (g, node) =>
    mul(restored(g, shape, dims, keep), productOfOthers(node.saved(0), dims)),
  )
}

/** For each element the product of all the others in its group, right also where there are zeros. */
function productOfOthers(x: Tensor, dims: readonly number[]): Tensor {
  let out: Tensor | null = null
  // dimension by dimension: the others along this one, times what is already reduced of the rest
  let rest = x
  for (const d of dims) {
    const others = exclusiveProduct(rest, d)
    out = out === null ? others : mul(out, others)
    rest = prod(rest, d, true)
  }
  return out ?? onesLike(x)
}

/** The product of the elements before and after each one along `dim`. */
function exclusiveProduct(x: Tensor, dim: number): Tensor {
  const size = x.shape[dim]!
  let out = onesLike(x)
  // by rotation: each element meets all others once
  for (let shift = 1; shift < size; shift++) out = mul(out, rotated(x, dim, shift))
  return out
}

function rotated(x: Tensor, dim: number, shift: number): Tensor {
  const size = x.shape[dim]!
  const out = allocate(x.storage, x.dtype, x.shape)
  const index = allocate(x.storage, int64, [size])
  const words = new Int32Array(2 * size)
  for (let i = 0; i < size; i++) words[2 * i] = (i + shift) % size
  x.storage.device.memory.write(index, words)
  x.storage.device.primitives.indexSelect(x, dim, index, out)
  return record('RollBackward0', out, [x], null, (g) => rotated(g, dim, size - shift))
}

function onesLike(x: Tensor): Tensor {
  const out = allocate(x.storage, x.dtype, x.shape)
  x.storage.device.primitives.fill(out, 1)
  return out
}

/** @throws IndexError where an empty dimension would have to give an element */
function checkNotEmpty(name: string, x: Tensor, dims: readonly number[], given: boolean): void {
  if (x.count > 0) return
  if (!given)
    throw new RuntimeError(
      `${name}(): Expected reduction dim to be specified for input.numel() == 0. Specify the reduction dim with the 'dim' argument.`,
    )
  for (const d of dims) {
    if (x.shape[d] === 0) throw new IndexError(`${name}(): Expected reduction dim ${d} to have non-zero size.`)
  }
}

/** Options of {@link amax}. */
export interface ExtremeOptions {
  dim?: Dim
  keepdim?: boolean
}

function extreme(name: string, code: ReduceCode, x: Tensor, args: readonly unknown[]): Tensor {
  checkTensor(name, 'input', x)
  const o = bindOptions<ExtremeOptions>(name, ['dim', 'keepdim'], args)
  const dims = dimsOf(o.dim, x.ndim)
  checkNotEmpty(name, x, dims, o.dim != null)
  const keep = o.keepdim ?? false
  const kept = reduceCall(code, x, dims)
  const { shape } = x
  return record(
    `${name[0]!.toUpperCase()}${name.slice(1)}Backward0`,
    finished(kept, x, dims, keep),
    [x],
    [x, kept],
    (g, node) => sharedEvenly(restored(g, shape, dims, keep), node.saved(0), node.saved(1), dims),
  )
}

/** The gradient goes to all elements that are the extreme, in equal parts. */
function sharedEvenly(g: Tensor, x: Tensor, extremes: Tensor, dims: readonly number[]): Tensor {
  // NaN is the extreme where there is one
  const hits = where(ne(extremes, extremes), ne(x, x), eq(x, extremes))
  const mask = castTo(hits, g.dtype)
  const counts = reduceCall(Reduce.sum, mask, dims)
  return mul(g, div(mask, counts))
}

/** The largest elements over dimensions; gradients are shared by equals. @see https://pytorch.org/docs/stable/generated/torch.amax.html */
export function amax(x: Tensor, dim?: Dim | ExtremeOptions, keepdim?: boolean | ExtremeOptions): Tensor {
  return extreme('amax', Reduce.amax, x, [dim ?? undefined, keepdim])
}

/** The smallest elements over dimensions; gradients are shared by equals. @see https://pytorch.org/docs/stable/generated/torch.amin.html */
export function amin(x: Tensor, dim?: Dim | ExtremeOptions, keepdim?: boolean | ExtremeOptions): Tensor {
  return extreme('amin', Reduce.amin, x, [dim ?? undefined, keepdim])
}

/** `[min, max]` over one dimension or all. @see https://pytorch.org/docs/stable/generated/torch.aminmax.html */
export function aminmax(
  x: Tensor,
  options?: { dim?: number | null; keepdim?: boolean },
): readonly [Tensor, Tensor] & { readonly min: Tensor; readonly max: Tensor } {
  checkTensor('aminmax', 'input', x)
  const o = bindOptions<{ dim: number | null; keepdim: boolean }>('aminmax', ['dim', 'keepdim'], [options])
  if (x.count === 0 && o.dim == null)
    throw new RuntimeError(
      'aminmax(): cannot compute aminmax over an empty dimension as the operation has no identity.',
    )
  const at = { ...(o.dim == null ? {} : { dim: o.dim }), keepdim: o.keepdim ?? false }
  return namedTuple(['min', 'max'], [amin(x, at), amax(x, at)] as const) as unknown as ReturnType<typeof aminmax>
}

/** Options of {@link max} and {@link min} with a dimension. */
export interface MaxOptions {
  dim?: number
  keepdim?: boolean
}

function byDim(name: string, code: ArgReduceCode, x: Tensor, o: Partial<MaxOptions>): ValuesIndices<Tensor> {
  const d = wrapDim(o.dim!, x.ndim)
  const keep = o.keepdim ?? false
  checkNotEmpty(name, x, [d], true)
  const { primitives } = x.storage.device
  // a 0-d tensor is treated as one of size 1
  const input = x.ndim === 0 ? new Tensor(x.storage, x.dtype, [1], [1], x.offset, 1) : x
  const shape = keptShape(input.shape, [d])
  const indices = allocate(x.storage, int64, shape)
  const values = allocate(x.storage, x.dtype, shape)
  primitives.argReduce(code, input, d, indices)
  primitives.gather(input, d, indices, values)
  const drop = (t: Tensor) => (x.ndim === 0 ? new Tensor(t.storage, t.dtype, [], [], 0, 1) : finished(t, x, [d], keep))
  const from = x.shape
  const result = valuesIndices(drop(values), drop(indices))
  recordMany(`${name[0]!.toUpperCase()}${name.slice(1)}Backward0`, [result.values], [x], [indices], ([g], node) =>
    atIndices(g!, node.saved(0), from, d, keep),
  )
  return result
}

/** `g` at the positions that a reduction picked, in zeros of `shape`. Its gradient picks again. */
function atIndices(g: Tensor, indices: Tensor, shape: Shape, d: number, keep: boolean): Tensor {
  if (shape.length === 0) return g
  const kept = keep ? g : unsqueeze(g, d)
  const out = allocate(g.storage, g.dtype, shape, true)
  g.storage.device.primitives.scatter(ScatterMode.set, out, d, indices, kept)
  return record('ValueSelectingReductionBackward0', out, [g], [indices], (h, node) => {
    const index = node.saved(0)
    return pickedAt(h, index, shape, d, keep)
  })
}

function pickedAt(h: Tensor, indices: Tensor, shape: Shape, d: number, keep: boolean): Tensor {
  const out = allocate(h.storage, h.dtype, indices.shape)
  h.storage.device.primitives.gather(h, d, indices, out)
  const kept = record('GatherBackward0', out, [h], [indices], (g, node) => atIndices(g, node.saved(0), shape, d, true))
  return keep ? kept : squeeze(kept, d)
}

function extremeOf(
  name: 'max' | 'min',
  x: Tensor,
  other: Tensor | number | MaxOptions | undefined,
  keepdim: boolean | MaxOptions | undefined,
): Tensor | ValuesIndices<Tensor> {
  checkTensor(name, 'input', x)
  if (other instanceof Tensor) return name === 'max' ? maximum(x, other) : minimum(x, other)
  const o = bindOptions<MaxOptions>(name, ['dim', 'keepdim'], [other, keepdim])
  if (o.dim === undefined) {
    if (x.count === 0) checkNotEmpty(name, x, [], false)
    return extreme(name, name === 'max' ? Reduce.amax : Reduce.amin, x, [])
  }
  return byDim(name, name === 'max' ? ArgReduce.argmax : ArgReduce.argmin, x, o)
}

/**
 * The largest element; with a dimension the largest along it and where they are; with another tensor the larger of each pair.
 *
 * @example
 * ```ts
 * const [values, indices] = max(tensor([[1.5, 3.5], [4.5, 2.5]]), 1) // [3.5, 4.5], [1, 0]
 * ```
 * @throws RuntimeError for an empty tensor without a dimension
 * @see https://pytorch.org/docs/stable/generated/torch.max.html
 */
export function max(x: Tensor): Tensor
export function max(x: Tensor, other: Tensor): Tensor
export function max(x: Tensor, dim: number | MaxOptions, keepdim?: boolean | MaxOptions): ValuesIndices<Tensor>
export function max(
  x: Tensor,
  other?: Tensor | number | MaxOptions,
  keepdim?: boolean | MaxOptions,
): Tensor | ValuesIndices<Tensor> {
  return extremeOf('max', x, other, keepdim)
}

/** The smallest element, see {@link max}. @see https://pytorch.org/docs/stable/generated/torch.min.html */
export function min(x: Tensor): Tensor
export function min(x: Tensor, other: Tensor): Tensor
export function min(x: Tensor, dim: number | MaxOptions, keepdim?: boolean | MaxOptions): ValuesIndices<Tensor>
export function min(
  x: Tensor,
  other?: Tensor | number | MaxOptions,
  keepdim?: boolean | MaxOptions,
): Tensor | ValuesIndices<Tensor> {
  return extremeOf('min', x, other, keepdim)
}

/** Options of {@link argmax}. */
export interface ArgmaxOptions {
  dim?: number | null
  keepdim?: boolean
}

function position(name: string, code: ArgReduceCode, x: Tensor, args: readonly unknown[]): Tensor {
  checkTensor(name, 'input', x)
  const o = bindOptions<ArgmaxOptions>(name, ['dim', 'keepdim'], args)
  if (x.dtype === bool) throw new RuntimeError(`"${name}_cpu" not implemented for 'Bool'`)
  const keep = o.keepdim ?? false
  if (o.dim == null) {
    if (x.count === 0) throw new IndexError(`${name}(): Expected reduction dim to be specified for input.numel() == 0.`)
    const out = allocate(x.storage, int64, [1])
    x.storage.device.primitives.argReduce(code, reshape(castFree(x), [x.count]), 0, out)
    return reshape(out, keep ? x.shape.map(() => 1) : [])
  }
  const d = wrapDim(o.dim, x.ndim)
  if (x.ndim > 0 && x.shape[d] === 0)
    throw new IndexError(`${name}(): Expected reduction dim ${d} to have non-zero size.`)
  if (x.ndim === 0) return allocate(x.storage, int64, [], true)
  const out = allocate(x.storage, int64, keptShape(x.shape, [d]))
  x.storage.device.primitives.argReduce(code, x, d, out)
  return finished(out, x, [d], keep)
}

/** The same elements without history. */
function castFree(x: Tensor): Tensor {
  return new Tensor(x.storage, x.dtype, x.shape, x.strides, x.offset, x.count)
}

/** Position of the largest element (int64), flat without a dimension. @see https://pytorch.org/docs/stable/generated/torch.argmax.html */
export function argmax(x: Tensor, dim?: number | null | ArgmaxOptions, keepdim?: boolean | ArgmaxOptions): Tensor {
  return position('argmax', ArgReduce.argmax, x, [dim ?? undefined, keepdim])
}

/** Position of the smallest element (int64), flat without a dimension. @see https://pytorch.org/docs/stable/generated/torch.argmin.html */
export function argmin(x: Tensor, dim?: number | null | ArgmaxOptions, keepdim?: boolean | ArgmaxOptions): Tensor {
  return position('argmin', ArgReduce.argmin, x, [dim ?? undefined, keepdim])
}

function quantified(name: string, code: ReduceCode, x: Tensor, args: readonly unknown[]): Tensor {
  checkTensor(name, 'input', x)
  const o = bindOptions<ExtremeOptions>(name, ['dim', 'keepdim'], args)
  const dims = dimsOf(o.dim, x.ndim)
  const truth = castTo(x, bool)
  // an empty extreme has no value; any() of nothing is false and all() is true
  const kept = reduceOrIdentity(code, truth, dims)
  const out = finished(kept, x, dims, o.keepdim ?? false)
  return x.dtype === uint8 ? castTo(out, uint8) : out
}

function reduceOrIdentity(code: ReduceCode, x: Tensor, dims: readonly number[]): Tensor {
  if (x.count > 0) return reduceCall(code, x, dims)
  const out = allocate(x.storage, x.dtype, keptShape(x.shape, dims))
  x.storage.device.primitives.fill(out, code === Reduce.amin ? 1 : 0)
  return out
}

/** Whether any element is nonzero. @see https://pytorch.org/docs/stable/generated/torch.any.html */
export function any(x: Tensor, dim?: Dim | ExtremeOptions, keepdim?: boolean | ExtremeOptions): Tensor {
  return quantified('any', Reduce.amax, x, [dim ?? undefined, keepdim])
}

/** Whether all elements are nonzero. @see https://pytorch.org/docs/stable/generated/torch.all.html */
export function all(x: Tensor, dim?: Dim | ExtremeOptions, keepdim?: boolean | ExtremeOptions): Tensor {
  return quantified('all', Reduce.amin, x, [dim ?? undefined, keepdim])
}

/** How many elements are nonzero (int64). @see https://pytorch.org/docs/stable/generated/torch.count_nonzero.html */
export function countNonzero(x: Tensor, dim?: Dim | { dim?: Dim }): Tensor {
  checkTensor('countNonzero', 'input', x)
  const o = bindOptions<{ dim: Dim }>('countNonzero', ['dim'], [dim ?? undefined])
  return sum(ne(x, 0), o.dim == null ? {} : { dim: o.dim })
}

const simple = {
  sum,
  mean,
  nansum,
  nanmean,
  prod,
  amax,
  amin,
  max,
  min,
  argmax,
  argmin,
  aminmax,
  any,
  all,
  countNonzero,
} as Record<string, (x: Tensor, ...args: never[]) => unknown>
for (const [name, fn] of Object.entries(simple)) {
  attach(name, function (this: Tensor, a: never, b: never, c: never) {
    return fn(this, a, b, c)
  })
}
