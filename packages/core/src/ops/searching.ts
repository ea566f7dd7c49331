/** Finding places in sorted sequences, and members of sets. */
import { full } from '../create/fill.js'
import { defineOp, type Op } from '../dispatch/op.js'
import { bool, int32, int64, promoteTypes } from '../dtype.js'
import { NotImplementedError, RuntimeError } from '../errors.js'
import { bindOptions } from '../options.js'
import { formatShape, sameShape } from '../shape.js'
import { allocate, type Method, Tensor } from '../tensor.js'
import { picked } from './along.js'
import { eq, ge, gt, le, logicalAnd, logicalNot, lt } from './compare.js'
import { castTo } from './elementwise.js'
import { clampMax } from './extremes.js'
import { max, min } from './max-min.js'
import { attachMethods } from './methods.js'
import { add, mul, sub } from './pointwise.js'
import { checkTensor, resultType, type Scalar, type TensorOrScalar } from './promote.js'
import { sortCall } from './sort.js'
import { reshape } from './view.js'

declare module '../tensor.js' {
  interface Tensor {
    bucketize: Method<typeof bucketize>
    isin(testElements: TensorOrScalar, options?: IsinOptions): Tensor
  }
}

/**
 * How many elements of each sorted row (last dimension) come before each value: those that are smaller or, from the right,
 * not larger. Halving the step from the largest power of two down, each round decides one bit of the answer.
 *
 * @param sequence - `[N]`, or with the leading dimensions of `values`
 * @param sorter - where in the row the element of each place stands, if the rows are not sorted themselves
 */
export const insertionPlaces: Op<[sequence: Tensor, values: Tensor, right: boolean, sorter: Tensor | null], Tensor> =
  defineOp('searchsorted', (sequence: Tensor, values: Tensor, right: boolean, sorter: Tensor | null): Tensor => {
    const n = sequence.shape[sequence.ndim - 1]!
    const flat = sequence.ndim === 1
    const sought = flat ? reshape(values, [-1]) : values
    const d = sought.ndim - 1
    let places = allocate(sought.storage, int64, sought.shape, true)
    for (let step = n === 0 ? 0 : 2 ** (31 - Math.clz32(n)); step >= 1; step /= 2) {
      const reach = add(places, step)
      const last = clampMax(sub(reach, 1), n - 1)
      const element = picked(sequence, d, sorter === null ? last : picked(sorter, d, last))
      const before = logicalNot(right ? gt(element, sought) : ge(element, sought))
      places = add(places, mul(castTo(logicalAnd(le(reach, n), before), int64), step))
    }
    return flat ? reshape(places, values.shape) : places
  })

/** Options of {@link bucketize}. */
export interface BucketizeOptions {
  /** Gives int32 in place of int64. */
  outInt32?: boolean
  /** The place behind equal elements, not before them. */
  right?: boolean
}

/** Options of {@link searchsorted}. */
export interface SearchsortedOptions extends BucketizeOptions {
  /** `'right'` is the same as `right: true`. */
  side?: 'left' | 'right'
  /** The result of `argsort`, for a sequence that is not sorted. */
  sorter?: Tensor
}

function checkSorter(sequence: Tensor, sorter: Tensor): void {
  checkTensor('searchsorted', 'sorter', sorter)
  if (!sameShape(sequence.shape, sorter.shape))
    throw new RuntimeError(
      `torch.searchsorted(): boundary and sorter must have the same size, but got boundary tensor ${formatShape(sequence.shape)} and got sorter tensor ${formatShape(sorter.shape)}`,
    )
  if (sorter.dtype !== int64)
    throw new RuntimeError(
      `torch.searchsorted(): sorter must be a tensor of long dtype but got dtype ${sorter.dtype.label}`,
    )
  if (sorter.count === 0) return
  const outside = logicalNot(logicalAnd(ge(min(sorter), 0), lt(max(sorter), sorter.shape[sorter.ndim - 1]!)))
  const words = sorter.storage.device.memory.readSync(outside)
  if (words !== null && words[0] !== 0) throw new RuntimeError('torch.searchsorted(): sorter index out of range')
}

function checkSearch(sequence: Tensor, values: TensorOrScalar): void {
  const shape = values instanceof Tensor ? values.shape : []
  if (shape.length === 0 && sequence.ndim !== 1 && sequence.ndim !== 0)
    throw new RuntimeError(
      `torch.searchsorted(): input value can be a scalar only when boundaries tensor dimension is 1, but we got boundaries tensor dim(${sequence.ndim}) and input value's dim(0) numel(1)`,
    )
  if (sequence.ndim === 0)
    throw new RuntimeError(
      'torch.searchsorted(): boundaries tensor should have positive dimension, but got 0 dimension',
    )
  if (sequence.ndim > 1 && !sameShape(sequence.shape.slice(0, -1), shape.slice(0, -1)))
    throw new RuntimeError(
      `torch.searchsorted(): boundaries tensor should be 1 dimension or the first N-1 dimensions of boundaries tensor and input value tensor must match, but we got boundaries tensor ${formatShape(sequence.shape)} and input value tensor ${formatShape(shape)}`,
    )
}

function search(
  sequence: Tensor,
  values: TensorOrScalar,
  right: boolean,
  sorter: Tensor | null,
  narrow: boolean,
): Tensor {
  const dtype = resultType(sequence, values)
  if (dtype === bool) throw new NotImplementedError(`"searchsorted_out_cpu" not implemented for 'Bool'`)
  const sought = values instanceof Tensor ? castTo(values, dtype) : scalarTensor(values, sequence, dtype)
  const places = insertionPlaces(castTo(sequence, dtype), sought, right, sorter)
  return narrow ? castTo(places, int32) : places
}

function scalarTensor(value: Scalar, like: Tensor, dtype: Tensor['dtype']): Tensor {
  return full([], value, { dtype, device: like.device })
}

/**
 * Where values would have to be put into sorted sequences to keep them sorted.
 *
 * @param sortedSequence - 1-d, or of one row for each row of `values`; sorted along the last dimension
 * @param values - any shape for a 1-d sequence, else the same leading dimensions; or a number
 * @param options - `right` or `side`, `outInt32`, `sorter`
 * @returns int64 of the shape of `values`
 * @throws RuntimeError for shapes that do not fit, a contradiction of `side` and `right`, or a bad `sorter`
 * @example
 * ```ts
 * searchsorted(tensor([1, 3, 5]), tensor([3, 4])) // tensor([1, 2])
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.searchsorted.html
 */
export function searchsorted(sortedSequence: Tensor, values: TensorOrScalar, options?: SearchsortedOptions): Tensor {
  checkTensor('searchsorted', 'sorted_sequence', sortedSequence)
  const o = bindOptions<SearchsortedOptions>('searchsorted', ['outInt32', 'right', 'side', 'sorter'], [options])
  const { side, sorter } = o
  if (side !== undefined && side !== 'left' && side !== 'right')
    throw new RuntimeError(`torch.searchsorted(): side can only be 'left' or 'right' but got ${side}`)
  if (o.right === true && side === 'left')
    throw new RuntimeError(
      "torch.searchsorted(): side and right can't be set to opposites, got side of left while right was True",
    )
  if (sorter !== undefined) checkSorter(sortedSequence, sorter)
  checkSearch(sortedSequence, values)
  return search(sortedSequence, values, o.right === true || side === 'right', sorter ?? null, o.outInt32 ?? false)
}

/**
 * The number of the bucket that each value falls into.
 *
 * @param x - any shape, or a number
 * @param boundaries - 1-d, sorted
 * @param options - `right`: whether a bucket holds its left boundary instead of its right one; `outInt32`
 * @returns int64 of the shape of `x`
 * @throws RuntimeError if `boundaries` is not 1-d
 * @example
 * ```ts
 * bucketize(tensor([3, 6, 9]), tensor([1, 3, 5, 7, 9])) // tensor([1, 3, 4])
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.bucketize.html
 */
export function bucketize(x: TensorOrScalar, boundaries: Tensor, options?: BucketizeOptions): Tensor {
  checkTensor('bucketize', 'boundaries', boundaries)
  const o = bindOptions<BucketizeOptions>('bucketize', ['outInt32', 'right'], [options])
  if (boundaries.ndim !== 1)
    throw new RuntimeError(`boundaries tensor must be 1 dimension, but got dim(${boundaries.ndim})`)
  return search(boundaries, x, o.right ?? false, null, o.outInt32 ?? false)
}

/** Options of {@link isin}. */
export interface IsinOptions {
  /** Says that neither argument holds an element twice; nothing hangs on it here. */
  assumeUnique?: boolean
  /** Gives the opposite. */
  invert?: boolean
}

/** Whether each element is among the tests, by search in their sorted order. */
const memberOf = defineOp('isin', (elements: Tensor, tests: Tensor): Tensor => {
  const flat = reshape(elements, [-1])
  const [sorted] = sortCall(reshape(tests, [-1]), 0, false)
  const n = sorted.count
  const place = insertionPlaces(sorted, flat, false, null)
  const found = eq(picked(sorted, 0, clampMax(place, n - 1)), flat)
  return reshape(logicalAnd(found, lt(place, n)), elements.shape)
})

/**
 * Whether each element is in a set.
 *
 * @param elements - any shape, or a number
 * @param testElements - the set: any shape, or a number; at least one of the two is a tensor
 * @param options - `invert`, `assumeUnique`
 * @returns bool of the shape of `elements`; NaN is in no set
 * @throws RuntimeError for bool
 * @example
 * ```ts
 * isin(tensor([1, 2, 3]), tensor([3, 1])) // tensor([ True, False,  True])
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.isin.html
 */
export function isin(elements: TensorOrScalar, testElements: TensorOrScalar, options?: IsinOptions): Tensor {
  const like = elements instanceof Tensor ? elements : testElements
  checkTensor('isin', 'elements', like)
  const o = bindOptions<IsinOptions>('isin', ['assumeUnique', 'invert'], [options])
  for (const t of [elements, testElements]) {
    if (t instanceof Tensor && t.dtype === bool)
      throw new RuntimeError('Unsupported input type encountered for isin(): Bool')
  }
  const dtype = commonType(elements, testElements)
  const typed = (t: TensorOrScalar): Tensor => (t instanceof Tensor ? castTo(t, dtype) : scalarTensor(t, like, dtype))
  const [x, tests] = [typed(elements), typed(testElements)]
  const found = tests.count === 0 ? full(x.shape, false, { device: x.device }) : memberOf(x, tests)
  return o.invert === true ? logicalNot(found) : found
}

function commonType(a: TensorOrScalar, b: TensorOrScalar): Tensor['dtype'] {
  return a instanceof Tensor && b instanceof Tensor ? promoteTypes(a.dtype, b.dtype) : resultType(a, b)
}

attachMethods({ bucketize })
