/** Reductions that count every element: sums, means, products, and whether any or all are nonzero. */
import { record } from '../autograd/node.js'
import { full } from '../create/fill.js'
import { Binary, Reduce, type ReduceCode } from '../dispatch/opcodes.js'
import { bool, Category, type DType, type DTypeLike, int64, toDType, uint8 } from '../dtype.js'
import { RuntimeError } from '../errors.js'
import { bindOptions } from '../options.js'
import { allocate, type Method, type Tensor } from '../tensor.js'
import { shifted } from './along.js'
import { cast } from './cast.js'
import { eq, isnan, ne } from './compare.js'
import { castTo } from './elementwise.js'
import { attachMethods } from './methods.js'
import { div, mul } from './pointwise.js'
import { checkTensor } from './promote.js'
import { flip } from './rearrange.js'
import {
  type Dim,
  dimsOf,
  type ExtremeOptions,
  finished,
  foldedCount,
  isGiven,
  keptShape,
  type ReduceOptions,
  reduceCall,
  restored,
  wideSum,
} from './reduction.js'
import { cumprod } from './scan.js'
import { expand, reshape } from './view.js'
import { where } from './where.js'

declare module '../tensor.js' {
  interface Tensor {
    sum: Method<typeof sum>
    mean: Method<typeof mean>
    nansum: Method<typeof nansum>
    nanmean: Method<typeof nanmean>
    prod: Method<typeof prod>
    any: Method<typeof any>
    all: Method<typeof all>
    countNonzero: Method<typeof countNonzero>
  }
}

export {
  type ArgmaxOptions,
  amax,
  amin,
  aminmax,
  argmax,
  argmin,
  type MaxOptions,
  max,
  min,
} from './max-min.js'
export type { Dim, ExtremeOptions, ReduceOptions } from './reduction.js'

const reduceNames = ['dim', 'keepdim', 'dtype'] as const

function bind(name: string, args: readonly unknown[]): Partial<ReduceOptions> {
  // null names no dimension, as undefined does
  const [first, ...rest] = args
  return bindOptions<ReduceOptions>(name, reduceNames, [first ?? undefined, ...rest])
}

/** The name of the node: PyTorch has one for whole tensors and one for given dimensions. */
function backwardOf(name: string, dim: Dim | undefined): string {
  return `${name}Backward${isGiven(dim) ? 1 : 0}`
}

/** Sums of integers and bool are int64. */
function sumType(x: Tensor, dtype: DTypeLike | undefined): DType {
  if (dtype !== undefined) return toDType(dtype)
  return x.dtype.category === Category.float ? x.dtype : int64
}

/**
 * The sum over dimensions.
 *
 * @param x - any shape; integers and bool are summed up as int64
 * @param dim - one or several dimensions; all if not given
 * @param keepdim - leaves them with size 1
 * @param options - the same by name, and the `dtype` in which to sum
 * @returns a tensor without the reduced dimensions; 0 where there is nothing to sum
 * @throws IndexError for a dimension out of range
 * @throws RuntimeError for a dimension named twice
 * @example
 * ```ts
 * sum(ones([2, 3]), 1) // tensor([3., 3.])
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.sum.html
 */
export function sum(
  x: Tensor,
  dim?: Dim | ReduceOptions,
  keepdim?: boolean | ReduceOptions,
  options?: ReduceOptions,
): Tensor {
  checkTensor('sum', 'input', x)
  const o = bind('sum', [dim, keepdim, options])
  const dims = dimsOf(o.dim, x.ndim)
  const keep = o.keepdim ?? false
  const input = cast(x, sumType(x, o.dtype))
  const out = finished(reduceCall(Reduce.sum, input, dims), dims, keep)
  const { shape } = input
  return record(backwardOf('Sum', o.dim), out, [input], null, (g) => expand(restored(g, shape, dims, keep), shape))
}

/**
 * The mean over dimensions.
 *
 * @param x - any shape, floating point unless `dtype` says otherwise
 * @param dim - one or several dimensions; all if not given
 * @param keepdim - leaves them with size 1
 * @returns a tensor without the reduced dimensions; NaN where there is nothing to average
 * @throws RuntimeError for integers and bool
 * @throws IndexError for a dimension out of range
 * @example
 * ```ts
 * mean(tensor([[1., 2.], [3., 5.]]), { dim: 0 }) // tensor([2.0000, 3.5000])
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.mean.html
 */
export function mean(
  x: Tensor,
  dim?: Dim | ReduceOptions,
  keepdim?: boolean | ReduceOptions,
  options?: ReduceOptions,
): Tensor {
  checkTensor('mean', 'input', x)
  const o = bind('mean', [dim, keepdim, options])
  const dtype = o.dtype === undefined ? x.dtype : toDType(o.dtype)
  if (dtype.category !== Category.float) {
    const which = o.dtype === undefined ? 'Input' : 'Optional'
    throw new RuntimeError(
      `mean(): could not infer output dtype. ${which} dtype must be either a floating point or complex dtype. Got: ${dtype.label}`,
    )
  }
  const dims = dimsOf(o.dim, x.ndim)
  const keep = o.keepdim ?? false
  const input = cast(x, dtype)
  const n = foldedCount(x.shape, dims)
  const total = wideSum(input, dims)
  const { primitives } = x.storage.device
  primitives.binary(Binary.div, total, n, total)
  const { shape } = input
  return record(backwardOf('Mean', o.dim), finished(castTo(total, dtype), dims, keep), [input], null, (g) =>
    expand(div(restored(g, shape, dims, keep), n), shape),
  )
}

/**
 * The sum of all elements but NaN, which count as 0.
 *
 * @param x - any shape and dtype
 * @param dim - one or several dimensions; all if not given
 * @param keepdim - leaves them with size 1
 * @example
 * ```ts
 * nansum(tensor([1, NaN, 2.5])) // tensor(3.5000)
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.nansum.html
 */
export function nansum(
  x: Tensor,
  dim?: Dim | ReduceOptions,
  keepdim?: boolean | ReduceOptions,
  options?: ReduceOptions,
): Tensor {
  checkTensor('nansum', 'input', x)
  const o = bind('nansum', [dim, keepdim, options])
  if (!x.dtype.isFloatingPoint) return sum(x, o)
  const dims = dimsOf(o.dim, x.ndim)
  const keep = o.keepdim ?? false
  const input = cast(x, sumType(x, o.dtype))
  const out = finished(
    reduceCall(Reduce.sum, input.dtype.isFloatingPoint ? withoutNaN(input) : input, dims),
    dims,
    keep,
  )
  const { shape } = input
  return record('NansumBackward0', out, [input], [input], (g, node) =>
    where(isnan(node.saved(0)), 0, expand(restored(g, shape, dims, keep), shape)),
  )
}

/** `x` with 0 for NaN, unrecorded. */
function withoutNaN(x: Tensor): Tensor {
  const out = allocate(x.storage, x.dtype, x.shape)
  x.storage.device.primitives.where(isnan(x), 0, x, out)
  return out
}

/**
 * The mean of all elements but NaN.
 *
 * @param x - any shape, floating point
 * @param dim - one or several dimensions; all if not given
 * @param keepdim - leaves them with size 1
 * @throws RuntimeError for integers and bool
 * @example
 * ```ts
 * nanmean(tensor([1, NaN, 2])) // tensor(1.5000)
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.nanmean.html
 */
export function nanmean(
  x: Tensor,
  dim?: Dim | ReduceOptions,
  keepdim?: boolean | ReduceOptions,
  options?: ReduceOptions,
): Tensor {
  checkTensor('nanmean', 'input', x)
  const o = bind('nanmean', [dim, keepdim, options])
  if (!x.dtype.isFloatingPoint)
    throw new RuntimeError(`nanmean(): expected input to have floating point or complex dtype but got ${x.dtype.label}`)
  const { dtype: _, ...place } = o
  return div(nansum(x, o), sum(eq(x, x), place))
}

/** Options of {@link prod}. */
export interface ProdOptions {
  dim?: number | null
  keepdim?: boolean
  dtype?: DTypeLike
}

/**
 * The product over one dimension, or of all elements.
 *
 * @param x - any shape; integers and bool are multiplied as int64
 * @param dim - one dimension; all if not given
 * @param keepdim - leaves it with size 1
 * @returns a tensor without the reduced dimension; 1 where there is nothing to multiply
 * @throws IndexError for a dimension out of range
 * @example
 * ```ts
 * prod(tensor([[1, 2], [3, 4]]), 1) // tensor([2, 12])
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.prod.html
 */
export function prod(
  x: Tensor,
  dim?: number | ProdOptions | null,
  keepdim?: boolean | ProdOptions,
  options?: ProdOptions,
): Tensor {
  checkTensor('prod', 'input', x)
  const o = bind('prod', [dim, keepdim, options])
  const dims = dimsOf(o.dim, x.ndim)
  const keep = o.keepdim ?? false
  const input = cast(x, sumType(x, o.dtype))
  const out = finished(reduceCall(Reduce.prod, input, dims), dims, keep)
  const { shape } = input
  return record(backwardOf('Prod', o.dim), out, [input], [input], (g, node) =>
    mul(restored(g, shape, dims, keep), productOfOthers(node.saved(0), dims)),
  )
}

/** For each element the product of all the others in its group, right also where there are zeros. */
function productOfOthers(x: Tensor, dims: readonly number[]): Tensor {
  const d = dims[0]
  if (d === undefined) return full(x.shape, 1, { dtype: x.dtype, device: x.device })
  // one dimension, or all of them as one
  if (dims.length > 1) return reshape(productOfOthers(reshape(x, [-1]), [0]), x.shape)
  const before = cumprod(shifted(x, d, -1, 1), d)
  const after = flip(cumprod(shifted(flip(x, [d]), d, -1, 1), d), [d])
  return mul(before, after)
}

function quantified(name: string, code: ReduceCode, x: Tensor, args: readonly unknown[]): Tensor {
  checkTensor(name, 'input', x)
  const o = bind(name, args)
  // an empty list names no dimension here: nothing is reduced
  const dims = Array.isArray(o.dim) && o.dim.length === 0 ? [] : dimsOf(o.dim, x.ndim)
  const truth = castTo(x, bool)
  let kept: Tensor
  if (x.count > 0) kept = reduceCall(code, truth, dims)
  else {
    // of nothing, any() is false and all() is true
    kept = allocate(x.storage, bool, keptShape(x.shape, dims))
    x.storage.device.primitives.fill(kept, code === Reduce.amin ? 1 : 0)
  }
  const out = finished(kept, dims, o.keepdim ?? false)
  return x.dtype === uint8 ? castTo(out, uint8) : out
}

/**
 * Whether any element is nonzero.
 *
 * @param x - any shape and dtype
 * @param dim - one or several dimensions; all if not given, none for an empty list
 * @param keepdim - leaves them with size 1
 * @returns bool; uint8 for a uint8 tensor
 * @throws IndexError for a dimension out of range
 * @example
 * ```ts
 * any(tensor([[0, 0], [0, 3]]), 1) // tensor([False,  True])
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.any.html
 */
export function any(x: Tensor, dim?: Dim | ExtremeOptions, keepdim?: boolean | ExtremeOptions): Tensor {
  return quantified('any', Reduce.amax, x, [dim, keepdim])
}

/**
 * Whether all elements are nonzero, as {@link any}.
 *
 * @see https://pytorch.org/docs/stable/generated/torch.all.html
 */
export function all(x: Tensor, dim?: Dim | ExtremeOptions, keepdim?: boolean | ExtremeOptions): Tensor {
  return quantified('all', Reduce.amin, x, [dim, keepdim])
}

/**
 * How many elements are nonzero.
 *
 * @param x - any shape and dtype
 * @param dim - one or several dimensions; all if not given
 * @returns int64
 * @throws IndexError for a dimension out of range
 * @example
 * ```ts
 * countNonzero(tensor([[0, 1], [2, 3]]), 0) // tensor([1, 2])
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.count_nonzero.html
 */
export function countNonzero(x: Tensor, dim?: Dim | { dim?: Dim }): Tensor {
  checkTensor('countNonzero', 'input', x)
  const o = bindOptions<{ dim: Dim }>('countNonzero', ['dim'], [dim ?? undefined])
  return sum(ne(x, 0), { dim: o.dim ?? null })
}

attachMethods({ sum, mean, nansum, nanmean, prod, any, all, countNonzero })
