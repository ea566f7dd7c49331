/** Reductions that choose: the largest and the smallest elements, and where they are. */
import { withoutGrad } from '../autograd/mode.js'
import { record, recordMany } from '../autograd/node.js'
import { ArgReduce, type ArgReduceCode, Reduce, type ReduceCode } from '../dispatch/opcodes.js'
import { bool, int64 } from '../dtype.js'
import { IndexError, RuntimeError } from '../errors.js'
import { type NamedTuple, namedTuple, type ValuesIndices, valuesIndices } from '../named-tuple.js'
import { bindOptions } from '../options.js'
import { wrapDim } from '../shape.js'
import { allocate, type Method, Tensor } from '../tensor.js'
import { picked, placed } from './along.js'
import { eq, isnan, logicalAnd, logicalOr } from './compare.js'
import { castTo } from './elementwise.js'
import { maximum, minimum } from './extremes.js'
import { zerosLike } from './inplace.js'
import { attachMethods, type TensorFunction } from './methods.js'
import { add, div, mul } from './pointwise.js'
import { checkTensor } from './promote.js'
import {
  checkNotEmpty,
  type Dim,
  dimsOf,
  type ExtremeOptions,
  finished,
  isGiven,
  keptShape,
  reduceCall,
  restored,
} from './reduction.js'
import { atLeast1d } from './update.js'
import { reshape } from './view.js'

declare module '../tensor.js' {
  interface Tensor {
    amax: Method<typeof amax>
    amin: Method<typeof amin>
    max(): Tensor
    max(other: Tensor): Tensor
    max(dim: number | MaxOptions, keepdim?: boolean | MaxOptions): ValuesIndices<Tensor>
    min(): Tensor
    min(other: Tensor): Tensor
    min(dim: number | MaxOptions, keepdim?: boolean | MaxOptions): ValuesIndices<Tensor>
    argmax: Method<typeof argmax>
    argmin: Method<typeof argmin>
    aminmax: Method<typeof aminmax>
  }
}

/**
 * The gradient of an extreme over `dims`: it goes to all elements that are the extreme, in equal parts.
 *
 * @param extremes - with the reduced dimensions kept
 * @param withNaN - whether NaN elements are where a NaN came from; else the parts are NaN, as PyTorch has it for `amax`
 */
export function sharedEvenly(
  g: Tensor,
  x: Tensor,
  extremes: Tensor,
  dims: readonly number[],
  withNaN: boolean,
): Tensor {
  const equal = eq(x, extremes)
  const hits = withNaN ? logicalOr(equal, logicalAnd(isnan(x), isnan(extremes))) : equal
  const mask = castTo(hits, g.dtype)
  return mul(div(g, reduceCall(Reduce.sum, mask, dims)), mask)
}

function extreme(name: string, code: ReduceCode, x: Tensor, args: readonly unknown[]): Tensor {
  checkTensor(name, 'input', x)
  const [first, second] = args
  const o = bindOptions<ExtremeOptions>(name, ['dim', 'keepdim'], [first ?? undefined, second])
  const dims = dimsOf(o.dim, x.ndim)
  checkNotEmpty(name, x, dims, isGiven(o.dim))
  const keep = o.keepdim ?? false
  const kept = reduceCall(code, x, dims)
  const { shape } = x
  const backward = code === Reduce.amax ? 'AmaxBackward0' : 'AminBackward0'
  return record(backward, finished(kept, dims, keep), [x], [x, kept], (g, node) =>
    sharedEvenly(restored(g, shape, dims, keep), node.saved(0), node.saved(1), dims, false),
  )
}

/**
 * The largest elements over dimensions; the gradient is shared by equal ones.
 *
 * @param x - any shape and dtype
 * @param dim - one or several dimensions; all if not given
 * @param keepdim - leaves them with size 1
 * @returns a tensor without the reduced dimensions; NaN where there is one
 * @throws RuntimeError for an empty tensor without a dimension
 * @throws IndexError for a dimension out of range, or an empty one
 * @example
 * ```ts
 * amax(tensor([[1, 5], [7, 2]]), 1) // tensor([5, 7])
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.amax.html
 */
export function amax(x: Tensor, dim?: Dim | ExtremeOptions, keepdim?: boolean | ExtremeOptions): Tensor {
  return extreme('amax', Reduce.amax, x, [dim, keepdim])
}

/**
 * The smallest elements over dimensions, as {@link amax}.
 *
 * @see https://pytorch.org/docs/stable/generated/torch.amin.html
 */
export function amin(x: Tensor, dim?: Dim | ExtremeOptions, keepdim?: boolean | ExtremeOptions): Tensor {
  return extreme('amin', Reduce.amin, x, [dim, keepdim])
}

/** Options of {@link max}, {@link min}, {@link argmax} and {@link aminmax}. */
export interface MaxOptions {
  dim?: number
  keepdim?: boolean
}

/**
 * The smallest and the largest elements, over one dimension or all.
 *
 * @param x - any shape and dtype
 * @param options - `dim` and `keepdim`
 * @returns `[min, max]`
 * @throws RuntimeError for an empty tensor without a dimension
 * @throws IndexError for a dimension out of range, or an empty one
 * @example
 * ```ts
 * const { min, max } = aminmax(tensor([3, 1, 2]))
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.aminmax.html
 */
export function aminmax(x: Tensor, options?: MaxOptions): NamedTuple<['min', 'max'], [min: Tensor, max: Tensor]> {
  checkTensor('aminmax', 'input', x)
  const o = bindOptions<MaxOptions>('aminmax', ['dim', 'keepdim'], [options])
  if (o.dim === undefined && x.count === 0) {
    throw new RuntimeError(
      'aminmax(): cannot compute aminmax over an empty dimension as the operation has no identity.',
    )
  }
  const dims = o.dim === undefined ? dimsOf(null, x.ndim) : dimsOf(o.dim, x.ndim)
  for (const d of dims) {
    if (x.shape[d] === 0) throw new IndexError(`aminmax: Expected reduction dim ${d} to have non-zero size.`)
  }
  const keep = o.keepdim ?? false
  const kept = [reduceCall(Reduce.amin, x, dims), reduceCall(Reduce.amax, x, dims)] as const
  const result = namedTuple(['min', 'max'], [finished(kept[0], dims, keep), finished(kept[1], dims, keep)])
  const { shape } = x
  recordMany('AminmaxBackward0', [...result], [x], [x, ...kept], (grads, node) => {
    const parts = grads.map((g, i) =>
      g === null ? null : sharedEvenly(restored(g, shape, dims, keep), node.saved(0), node.saved(i + 1), dims, false),
    )
    const [low, high] = parts
    return low != null && high != null ? add(low, high) : (low ?? high)
  })
  return result as ReturnType<typeof aminmax>
}

/** One value: the gradient is shared by its equals, or by the NaNs. */
function overall(name: 'Max' | 'Min', code: ReduceCode, x: Tensor): Tensor {
  checkNotEmpty(name.toLowerCase(), x, [], false)
  const dims = dimsOf(null, x.ndim)
  const kept = reduceCall(code, x, dims)
  return record(`${name}Backward1`, finished(kept, dims, false), [x], [x, kept], (g, node) =>
    sharedEvenly(g, node.saved(0), node.saved(1), dims, true),
  )
}

/**
 * A pair of the elements at `indices` along `d` and of `indices`, the gradient of which goes back there.
 *
 * @param indices - with the dimension kept, 1-d for a 0-d tensor
 */
export function chosen(
  backward: string,
  x: Tensor,
  d: number,
  indices: Tensor,
  keepdim: boolean,
): ValuesIndices<Tensor> {
  const { shape } = x
  const values = picked(atLeast1d(x), d, indices)
  const drop = (t: Tensor): Tensor => (shape.length === 0 ? finished(t, [0], false) : finished(t, [d], keepdim))
  const result = valuesIndices(drop(values), drop(indices))
  recordMany(backward, [result.values], [x], [indices], ([g], node) =>
    shape.length === 0 ? g! : placed(restored(g!, shape, [d], keepdim), d, node.saved(0), shape),
  )
  return result
}

/** Where the extreme is along `d`, which is kept. */
function positions(code: ArgReduceCode, x: Tensor, d: number): Tensor {
  const out = allocate(x.storage, int64, keptShape(x.shape, [d]))
  x.storage.device.primitives.argReduce(code, x, d, out)
  return out
}

function byDim(name: 'max' | 'min', code: ArgReduceCode, x: Tensor, o: Partial<MaxOptions>): ValuesIndices<Tensor> {
  const d = wrapDim(o.dim!, x.ndim)
  checkNotEmpty(name, x, [d], true)
  const backward = name === 'max' ? 'MaxBackward0' : 'MinBackward0'
  return chosen(backward, x, d, positions(code, atLeast1d(x), d), o.keepdim ?? false)
}

function extremeOf(
  name: 'max' | 'min',
  x: Tensor,
  other: Tensor | number | MaxOptions | undefined,
  keepdim: boolean | MaxOptions | undefined,
): Tensor | ValuesIndices<Tensor> {
  checkTensor(name, 'input', x)
  const largest = name === 'max'
  if (other instanceof Tensor) return largest ? maximum(x, other) : minimum(x, other)
  const o = bindOptions<MaxOptions>(name, ['dim', 'keepdim'], [other, keepdim])
  if (o.dim !== undefined) return byDim(name, largest ? ArgReduce.argmax : ArgReduce.argmin, x, o)
  return largest ? overall('Max', Reduce.amax, x) : overall('Min', Reduce.amin, x)
}

/**
 * The largest element; with a dimension the largest along it and where they are; with another tensor the larger of each pair.
 *
 * @param x - any shape and dtype
 * @param dim - a dimension, or another tensor, see {@link maximum}
 * @param keepdim - leaves the dimension with size 1
 * @returns one element, or `[values, indices]`; NaN counts as the largest. Of equal elements the first is taken, and gets the
 * whole gradient; without a dimension they share it
 * @throws RuntimeError for an empty tensor without a dimension
 * @throws IndexError for a dimension out of range, or an empty one
 * @example
 * ```ts
 * const [values, indices] = max(tensor([[1.5, 3.5], [4.5, 2.5]]), 1) // [3.5, 4.5], [1, 0]
 * ```
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

/**
 * The smallest element; with a dimension the smallest along it and where they are; with another tensor the smaller of each
 * pair. See {@link max}.
 *
 * @see https://pytorch.org/docs/stable/generated/torch.min.html
 */
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
  const [first, second] = args
  const o = bindOptions<ArgmaxOptions>(name, ['dim', 'keepdim'], [first ?? undefined, second])
  if (x.dtype === bool) throw new RuntimeError(`${name}(): does not support bool input`)
  const keep = o.keepdim ?? false
  if (o.dim == null) {
    if (x.count === 0) throw new IndexError(`${name}(): Expected reduction dim to be specified for input.numel() == 0.`)
    return reshape(positions(code, withoutGrad(reshape, [x, [-1]]), 0), keep ? x.shape.map(() => 1) : [])
  }
  const d = wrapDim(o.dim, x.ndim)
  checkNotEmpty(name, x, [d], true)
  if (x.ndim === 0) return zerosLike(castTo(x, int64))
  return finished(positions(code, x, d), [d], keep)
}

/**
 * Where the largest element is.
 *
 * @param x - any shape, not bool
 * @param dim - a dimension; if not given, the place in the flattened tensor
 * @param keepdim - leaves the dimension with size 1
 * @returns int64; the first of equal elements, the first NaN if there is one
 * @throws RuntimeError for bool
 * @throws IndexError for a dimension out of range, or where there is nothing to choose from
 * @example
 * ```ts
 * argmax(tensor([[1, 5], [7, 2]]), 1) // tensor([1, 0])
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.argmax.html
 */
export function argmax(x: Tensor, dim?: number | null | ArgmaxOptions, keepdim?: boolean | ArgmaxOptions): Tensor {
  return position('argmax', ArgReduce.argmax, x, [dim, keepdim])
}

/**
 * Where the smallest element is, as {@link argmax}.
 *
 * @see https://pytorch.org/docs/stable/generated/torch.argmin.html
 */
export function argmin(x: Tensor, dim?: number | null | ArgmaxOptions, keepdim?: boolean | ArgmaxOptions): Tensor {
  return position('argmin', ArgReduce.argmin, x, [dim, keepdim])
}

attachMethods({ amax, amin, max, min, argmax, argmin, aminmax } as Readonly<Record<string, TensorFunction>>)
