/** Sorting along a dimension, whole or the first few. */
import { recordMany } from '../autograd/node.js'
import { defineOp, type Op } from '../dispatch/op.js'
import { bool, int64 } from '../dtype.js'
import { RuntimeError } from '../errors.js'
import { type ValuesIndices, valuesIndices } from '../named-tuple.js'
import { bindOptions } from '../options.js'
import { ascending, descending, topPositions } from '../selection.js'
import { wrapDim } from '../shape.js'
import { allocate, type Method, Tensor } from '../tensor.js'
import { placed } from './along.js'
import { chosen } from './max-min.js'
import { attachMethods, type TensorFunction } from './methods.js'
import { checkTensor } from './promote.js'
import { chosenPositions } from './row-choice.js'
import { slice } from './slicing.js'
import { atLeast1d } from './update.js'

declare module '../tensor.js' {
  interface Tensor {
    sort: Method<typeof sort>
    argsort: Method<typeof argsort>
    msort: Method<typeof msort>
    topk: Method<typeof topk>
  }
}

/** Options of {@link sort} and {@link argsort}. */
export interface SortOptions {
  /** The dimension, the last one if not given. */
  dim?: number
  /** Largest first. */
  descending?: boolean
  /** Equal elements keep their order; here they always do. */
  stable?: boolean
}

const sortNames = ['dim', 'descending', 'stable'] as const

/** Sorted values and where they come from, along `d`; of the shape of `x`, unrecorded. */
export function sortCall(x: Tensor, d: number, largestFirst: boolean): [values: Tensor, indices: Tensor] {
  const input = atLeast1d(x)
  const values = allocate(x.storage, x.dtype, input.shape)
  const indices = allocate(x.storage, int64, input.shape)
  x.storage.device.primitives.sort(input, d, largestFirst, values, indices)
  const shaped = (t: Tensor): Tensor => (x.ndim === 0 ? new Tensor(t.storage, t.dtype, [], [], t.offset, 1) : t)
  return [shaped(values), shaped(indices)]
}

/** Sorted values that send their gradients back where they came from, and the places. */
export function recordedSort(
  backward: string,
  x: Tensor,
  d: number,
  largestFirst: boolean,
): [values: Tensor, indices: Tensor] {
  const [values, indices] = sortCall(x, d, largestFirst)
  const { shape } = x
  recordMany(backward, [values], [x], [indices], ([g], node) =>
    shape.length === 0 ? g! : placed(g!, d, node.saved(0), shape),
  )
  return [values, indices]
}

/**
 * The elements in ascending order along a dimension, and where they were.
 *
 * @param x - any shape and dtype
 * @param dim - the dimension, the last one if not given
 * @param descending - largest first
 * @param options - the same by name, and `stable`, which here is always so
 * @returns `[values, indices]` of the shape of `x`; NaN counts as the largest
 * @throws IndexError for a dimension out of range
 * @example
 * ```ts
 * const { values, indices } = sort(tensor([3, 1, 2])) // [1, 2, 3], [1, 2, 0]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.sort.html
 */
export function sort(
  x: Tensor,
  dim?: number | SortOptions,
  descending?: boolean | SortOptions,
  options?: SortOptions,
): ValuesIndices<Tensor> {
  checkTensor('sort', 'input', x)
  const o = bindOptions<SortOptions>('sort', sortNames, [dim, descending, options])
  const d = wrapDim(o.dim ?? -1, x.ndim)
  const [values, indices] = recordedSort(
    o.stable === undefined ? 'SortBackward0' : 'SortBackward1',
    x,
    d,
    o.descending ?? false,
  )
  return valuesIndices(values, indices)
}

/**
 * Where the elements come from that are in ascending order along a dimension; arguments as of {@link sort}.
 *
 * @returns int64, of the shape of `x`
 * @see https://pytorch.org/docs/stable/generated/torch.argsort.html
 */
export function argsort(
  x: Tensor,
  dim?: number | SortOptions,
  descending?: boolean | SortOptions,
  options?: SortOptions,
): Tensor {
  checkTensor('argsort', 'input', x)
  const o = bindOptions<SortOptions>('argsort', sortNames, [dim, descending, options])
  return sortCall(x, wrapDim(o.dim ?? -1, x.ndim), o.descending ?? false)[1]
}

/**
 * The elements in ascending order along the first dimension.
 *
 * @see https://pytorch.org/docs/stable/generated/torch.msort.html
 */
export function msort(x: Tensor): Tensor {
  checkTensor('msort', 'input', x)
  return recordedSort('SortBackward0', x, 0, false)[0]
}

/** Options of {@link topk}. */
export interface TopkOptions {
  /** The dimension, the last one if not given. */
  dim?: number
  /** false finds the smallest. */
  largest?: boolean
  /** false lets the result be in any order. */
  sorted?: boolean
}

/** Kernel key: where the first `k` are along `d`, which has `k` elements then. Of equal elements those that PyTorch takes. */
export const topkOp: Op<[x: Tensor, d: number, k: number, largest: boolean, sorted: boolean], Tensor> = defineOp(
  'topk',
  (x: Tensor, d: number, k: number, largest: boolean, sorted: boolean): Tensor => {
    const before = largest ? descending : ascending
    return (
      chosenPositions(x, d, k, (keys) => topPositions(keys, k, before, sorted)) ??
      // of equal elements the first ones, where the host cannot look
      slice(sortCall(x, d, largest)[1], d, 0, k, 1)
    )
  },
)

/**
 * The `k` largest elements along a dimension, or the smallest, and where they are.
 *
 * @param x - any shape, not bool
 * @param k - how many
 * @param dim - the dimension, the last one if not given
 * @param largest - false finds the smallest
 * @param sorted - false lets them be in any order
 * @param options - the same by name
 * @returns `[values, indices]` with `k` elements along the dimension; NaN counts as the largest
 * @throws RuntimeError if there are fewer than `k` elements
 * @throws IndexError for a dimension out of range
 * @example
 * ```ts
 * const [values, indices] = topk(tensor([1, 5, 3, 4]), 2) // [5, 4], [1, 3]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.topk.html
 */
export function topk(
  x: Tensor,
  k: number,
  dim?: number | TopkOptions,
  largest?: boolean | TopkOptions,
  sorted?: boolean | TopkOptions,
): ValuesIndices<Tensor> {
  checkTensor('topk', 'input', x)
  const o = bindOptions<TopkOptions>('topk', ['dim', 'largest', 'sorted'], [dim, largest, sorted])
  const d = wrapDim(o.dim ?? -1, x.ndim)
  const size = x.ndim === 0 ? 1 : x.shape[d]!
  if (!Number.isInteger(k)) throw new TypeError(`topk(): argument 'k' must be an integer, but got ${k}`)
  if (k < 0 || k > size) throw new RuntimeError('selected index k out of range')
  if (x.dtype === bool) throw new RuntimeError('topk does not support bool dtypes on CPU')
  const input = atLeast1d(x)
  const indices =
    x.ndim === 0 || k === 0
      ? allocate(x.storage, int64, x.ndim === 0 ? [1] : x.shape.map((n, i) => (i === d ? k : n)), true)
      : topkOp(input, d, k, o.largest ?? true, o.sorted ?? true)
  return chosen('TopkBackward0', x, d, indices, x.ndim > 0)
}

attachMethods({ sort, argsort, msort, topk } as Readonly<Record<string, TensorFunction>>)
