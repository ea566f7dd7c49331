/** The element at a place in the order: medians, k-th values; and the most frequent one. */
import { record } from '../autograd/node.js'
import { full } from '../create/fill.js'
import { defineOp } from '../dispatch/op.js'
import { bool } from '../dtype.js'
import { NotImplementedError, RuntimeError } from '../errors.js'
import type { ValuesIndices } from '../named-tuple.js'
import { bindOptions } from '../options.js'
import { mostFrequent, nthPosition, quickSelect } from '../selection.js'
import { wrapDim } from '../shape.js'
import type { Method, Tensor } from '../tensor.js'
import { picked } from './along.js'
import { eq, isnan, logicalNot } from './compare.js'
import { argmax, chosen, type MaxOptions, sharedEvenly } from './max-min.js'
import { attachMethods, type TensorFunction } from './methods.js'
import { add, floorDivide, sub } from './pointwise.js'
import { checkTensor } from './promote.js'
import { any, sum } from './reduce.js'
import { checkNotEmpty, dimsOf } from './reduction.js'
import { chosenPositions } from './row-choice.js'
import { slice } from './slicing.js'
import { sortCall } from './sort.js'
import { atLeast1d } from './update.js'
import { expand, reshape, unsqueeze } from './view.js'
import { where } from './where.js'

declare module '../tensor.js' {
  interface Tensor {
    median(): Tensor
    median(dim: number | MaxOptions, keepdim?: boolean | MaxOptions): ValuesIndices<Tensor>
    nanmedian(): Tensor
    nanmedian(dim: number | MaxOptions, keepdim?: boolean | MaxOptions): ValuesIndices<Tensor>
    kthvalue: Method<typeof kthvalue>
    mode: Method<typeof mode>
  }
}

/** Where the median is along `d`, the lower one of two: among all, NaN if there is one, or among those that are not NaN. */
const medianIndices = defineOp('median', (x: Tensor, d: number, ignoreNaN: boolean): Tensor => {
  const last = x.shape[d]! - 1
  const positions = chosenPositions(x, d, 1, (keys) => {
    const firstNaN = ignoreNaN ? -1 : keys.findIndex(Number.isNaN)
    if (firstNaN >= 0) return [firstNaN]
    const count = ignoreNaN ? keys.reduce((n, key) => (Number.isNaN(key) ? n : n + 1), 0) : keys.length
    return [nthPosition(keys, Math.max(0, count - 1) >> 1)]
  })
  if (positions !== null) return positions
  // where the host cannot look: the place in the sorted order, NaN being at its end
  const [sorted, indices] = sortCall(x, d, false)
  const numbers = sum(logicalNot(isnan(sorted)), d, true)
  const middle = floorDivide(sub(numbers, where(eq(numbers, 0), 0, 1)), 2)
  const place = ignoreNaN ? middle : where(any(isnan(sorted), d, true), last, middle)
  return picked(indices, d, place)
})

function medianOf(name: 'median' | 'nanmedian', x: Tensor, args: readonly unknown[]): Tensor | ValuesIndices<Tensor> {
  checkTensor(name, 'input', x)
  const o = bindOptions<MaxOptions>(name, ['dim', 'keepdim'], args)
  const backward = name === 'median' ? 'MedianBackward' : 'NanmedianBackward'
  const ignoreNaN = name === 'nanmedian'
  if (o.dim !== undefined) {
    const d = wrapDim(o.dim, x.ndim)
    checkNotEmpty(name, x, [d], true)
    checkNotBool('median', x)
    return chosen(`${backward}1`, x, d, medianIndices(atLeast1d(x), d, ignoreNaN), o.keepdim ?? false)
  }
  checkNotBool('median', x)
  if (x.count === 0) return medianOfNothing(x)
  const flat = reshape(x, [-1])
  const kept = picked(flat, 0, medianIndices(flat, 0, ignoreNaN))
  const dims = dimsOf(null, x.ndim)
  const result = reshape(kept, [])
  return record(`${backward}0`, result, [x], [x, result], (g, node) =>
    sharedEvenly(g, node.saved(0), node.saved(1), dims, true),
  )
}

function checkNotBool(kernel: string, x: Tensor): void {
  if (x.dtype === bool) throw new NotImplementedError(`"${kernel}_cpu" not implemented for 'Bool'`)
}

/** NaN; the smallest value of an integer dtype, which has none. */
function medianOfNothing(x: Tensor): Tensor {
  const { dtype, device } = x
  if (dtype.isFloatingPoint) return full([], Number.NaN, { dtype, device })
  return full([], dtype.isSigned ? -(2n ** BigInt(8 * dtype.itemsize - 1)) : 0, { dtype, device })
}

/**
 * The median: the element in the middle of the sorted order, the lower one of two; with a dimension those along it, and where
 * they are.
 *
 * @param x - any shape, not bool
 * @param dim - the dimension
 * @param keepdim - leaves it with size 1
 * @returns one element, or `[values, indices]`; NaN if there is one
 * @throws NotImplementedError for bool
 * @throws IndexError for a dimension out of range, or an empty one
 * @example
 * ```ts
 * median(tensor([1, 9, 3, 2])) // tensor(2)
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.median.html
 */
export function median(x: Tensor): Tensor
export function median(x: Tensor, dim: number | MaxOptions, keepdim?: boolean | MaxOptions): ValuesIndices<Tensor>
export function median(
  x: Tensor,
  dim?: number | MaxOptions,
  keepdim?: boolean | MaxOptions,
): Tensor | ValuesIndices<Tensor> {
  return medianOf('median', x, [dim, keepdim])
}

/**
 * The {@link median} of all elements but NaN; NaN only where there is nothing else.
 *
 * @see https://pytorch.org/docs/stable/generated/torch.nanmedian.html
 */
export function nanmedian(x: Tensor): Tensor
export function nanmedian(x: Tensor, dim: number | MaxOptions, keepdim?: boolean | MaxOptions): ValuesIndices<Tensor>
export function nanmedian(
  x: Tensor,
  dim?: number | MaxOptions,
  keepdim?: boolean | MaxOptions,
): Tensor | ValuesIndices<Tensor> {
  return medianOf('nanmedian', x, [dim, keepdim])
}

/** Where the k-th smallest element (from 1) is along `d`. */
const kthIndices = defineOp(
  'kthvalue',
  (x: Tensor, d: number, k: number): Tensor =>
    chosenPositions(x, d, 1, (keys) => [quickSelect(keys, k - 1)]) ?? slice(sortCall(x, d, false)[1], d, k - 1, k, 1),
)

/**
 * The `k`-th smallest element along a dimension, and where it is.
 *
 * @param x - any shape, not bool
 * @param k - from 1
 * @param dim - the dimension, the last one if not given
 * @param keepdim - leaves it with size 1
 * @returns `[values, indices]`; NaN counts as the largest
 * @throws RuntimeError for a `k` out of range
 * @throws IndexError for a dimension out of range, or an empty one
 * @example
 * ```ts
 * const { values } = kthvalue(tensor([5, 1, 4]), 2) // tensor(4)
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.kthvalue.html
 */
export function kthvalue(
  x: Tensor,
  k: number,
  dim?: number | MaxOptions,
  keepdim?: boolean | MaxOptions,
): ValuesIndices<Tensor> {
  checkTensor('kthvalue', 'input', x)
  const o = bindOptions<MaxOptions>('kthvalue', ['dim', 'keepdim'], [dim, keepdim])
  const d = wrapDim(o.dim ?? -1, x.ndim)
  checkNotEmpty('kthvalue', x, [d], true)
  const size = x.ndim === 0 ? 1 : x.shape[d]!
  if (!(k >= 1 && k <= size)) throw new RuntimeError(`kthvalue(): selected number k out of range for dimension ${d}`)
  checkNotBool('kthvalue', x)
  return chosen('KthvalueBackward0', x, d, kthIndices(atLeast1d(x), d, k), o.keepdim ?? false)
}

/** Where the most frequent element is along `d`. */
const modeIndices = defineOp('mode', (x: Tensor, d: number): Tensor => {
  const positions = chosenPositions(x, d, 1, (keys) => [mostFrequent(keys)])
  if (positions !== null) return positions
  // where the host cannot look: how many elements equal each one of the sorted order, the first maximum being the smallest
  const [sorted, indices] = sortCall(x, d, false)
  const n = x.shape[d]!
  const pairs = [...x.shape.slice(0, d + 1), n, ...x.shape.slice(d + 1)]
  const equal = eq(expand(unsqueeze(sorted, d + 1), pairs), expand(unsqueeze(sorted, d), pairs))
  const counts = sum(equal, d + 1)
  const first = argmax(counts, d, true)
  // of equal ones the last in order
  return picked(indices, d, add(first, sub(picked(counts, d, first), 1)))
})

/**
 * The most frequent element along a dimension, the smallest of several, and where it is.
 *
 * @param x - any shape and dtype
 * @param dim - the dimension, the last one if not given
 * @param keepdim - leaves it with size 1
 * @returns `[values, indices]`
 * @throws IndexError for a dimension out of range, or an empty one
 * @example
 * ```ts
 * const { values } = mode(tensor([3, 1, 3, 2])) // tensor(3)
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.mode.html
 */
export function mode(x: Tensor, dim?: number | MaxOptions, keepdim?: boolean | MaxOptions): ValuesIndices<Tensor> {
  checkTensor('mode', 'input', x)
  const o = bindOptions<MaxOptions>('mode', ['dim', 'keepdim'], [dim, keepdim])
  const d = wrapDim(o.dim ?? -1, x.ndim)
  checkNotEmpty('mode', x, [d], true)
  return chosen('ModeBackward0', x, d, modeIndices(atLeast1d(x), d), o.keepdim ?? false)
}

attachMethods({ median, nanmedian, kthvalue, mode } as Readonly<Record<string, TensorFunction>>)
