/** Reading and writing by index: Python's `x[1:, None, [0, 2]]` and `x[mask] = 0`. */

import { full } from '../create/fill.js'
import { ScatterMode } from '../dispatch/opcodes.js'
import { bool, int64 } from '../dtype.js'
import { IndexError } from '../errors.js'
import { bindOptions, describe } from '../options.js'
import { Tensor } from '../tensor.js'
import { type AdvancedIndex, checkMask, checkValues, pick, planIndex, put, writeAt } from './advanced-index.js'
import { cast, moveTo } from './cast.js'
import { castTo } from './elementwise.js'
import { boundsOf, dimensionsOf, type Index, type IndexItem, isMask, parseIndex } from './index-parse.js'
import { isIndexType, longTensor } from './index-tensor.js'
import { copyInto } from './inplace.js'
import { maskedFillInto } from './masked.js'
import { checkTensor, isTensor, type TensorOrScalar } from './promote.js'
import { select, slice } from './slicing.js'
import { checkSameDevice, storable, updateInto } from './update.js'
import { expand, reshape, unsqueeze } from './view.js'
import { fillInto } from './write.js'

declare module '../tensor.js' {
  interface Tensor {
    /**
     * Reads by index, Python's `x[...]`: a view for positions, slices, `'...'` and null, a copy where tensors, masks or lists
     * of positions pick.
     *
     * @param indices - an item for each dimension; dimensions without one are taken whole
     * @throws IndexError for a position out of bounds, too many items, or what cannot be an index; ValueError for a slice whose
     * step is not greater than zero
     * @example
     * ```ts
     * const x = arange(12).reshape(3, 4)
     * x.at(0)              // x[0]
     * x.at(':', '1:3')     // x[:, 1:3]
     * x.at('...', -1)      // x[..., -1]
     * x.at(':', [0, 2])    // x[:, [0, 2]]
     * x.at(x.gt(5))        // x[x > 5]
     * ```
     * @see https://pytorch.org/docs/stable/tensor_view.html
     */
    at(...indices: readonly Index[]): Tensor
    /**
     * Writes by index, Python's `x[...] = value`: broadcast and cast to this tensor's dtype.
     *
     * @param indices - the items of the index in a list, or a single item that is no list
     * @param value - a number or a tensor
     * @returns this tensor
     * @throws as {@link at}; RuntimeError if `value` does not broadcast to what is indexed, or, where tensors, masks or lists
     * pick, has another dtype (int64 values may be written into floating-point tensors: whole numbers in JavaScript are int64)
     * @example
     * ```ts
     * x.set([0], 1)                        // x[0] = 1
     * x.set([':', [0, 2]], zeros([3, 2]))  // x[:, [0, 2]] = torch.zeros(3, 2)
     * x.set([x.lt(0)], 0)                  // x[x < 0] = 0
     * ```
     */
    set(indices: readonly Index[] | Exclude<Index, object> | Tensor, value: TensorOrScalar): this
    indexPut(indices: readonly (Tensor | null)[], values: Tensor, accumulate?: boolean | IndexPutOptions): Tensor
    indexPut_(indices: readonly (Tensor | null)[], values: Tensor, accumulate?: boolean | IndexPutOptions): this
  }
}

/** A view of what positions, slices and new dimensions leave, and the tensors that index its dimensions. */
interface Located {
  readonly view: Tensor
  /** By dimension of the view; a mask stands at the first of its dimensions. */
  readonly indices: readonly (Tensor | null)[]
}

/** The dimension at `dim`, at one position of it. */
function atPosition(x: Tensor, dim: number, value: number): Tensor {
  const size = x.shape[dim]!
  if (value < -size || value >= size)
    throw new IndexError(`index ${value} is out of bounds for dimension ${dim} with size ${size}`)
  return select(x, dim, value)
}

/** Applies all items but tensors, which it collects. */
function locate(x: Tensor, items: readonly IndexItem[]): Located {
  const skipped = x.ndim - dimensionsOf(items)
  const indices: (Tensor | null)[] = []
  let view = x
  let dim = 0
  // how many dimensions a mask covers beyond its first: its entry in `indices` is one
  let covered = 0
  let ellipsis = false
  for (const item of items) {
    switch (item.kind) {
      case 'position':
        view = atPosition(view, dim, item.value)
        break
      case 'range': {
        const [start, stop] = boundsOf(item.range, view.shape[dim]!)
        const { step } = item.range
        if (start !== 0 || stop !== view.shape[dim] || step !== 1) view = slice(view, dim, start, stop, step)
        dim++
        break
      }
      case 'ellipsis':
        // only the first one stands for the dimensions in between
        if (!ellipsis) dim += skipped
        ellipsis = true
        break
      case 'newDimension':
        view = unsqueeze(view, dim)
        dim++
        break
      case 'truth': {
        view = unsqueeze(view, dim)
        indices[dim - covered] = longTensor(item.value ? [0] : [], [item.value ? 1 : 0], x.storage.device)
        dim++
        break
      }
      case 'tensor': {
        indices[dim - covered] = item.tensor
        const extra = isMask(item.tensor) ? item.tensor.ndim - 1 : 0
        covered += extra
        dim += 1 + extra
        break
      }
    }
  }
  return { view, indices: Array.from(indices, (index) => index ?? null) }
}

function at(x: Tensor, indices: readonly Index[]): Tensor {
  if (indices.length === 1 && typeof indices[0] === 'number' && Number.isInteger(indices[0]) && x.ndim > 0) {
    return atPosition(x, 0, indices[0])
  }
  const located = locate(x, parseIndex(indices, x.ndim, x.storage.device))
  if (located.indices.length > 0) return pick(located.view, planIndex(located.view, located.indices))
  // the whole is a view as well, never the tensor itself
  return located.view === x ? expand(x, x.shape) : located.view
}

/** The value of an assignment, as a tensor where it is not a number. */
function checkedValue(x: Tensor, value: TensorOrScalar): TensorOrScalar {
  if (isTensor(value) || typeof value === 'number' || typeof value === 'boolean' || typeof value === 'bigint')
    return value
  throw new TypeError(
    `can't assign ${describe(value)} to a tensor of dtype ${x.dtype.name}, expected a Tensor or a number`,
  )
}

/** `value` without leading dimensions of size 1 beyond those of `shape`, which an assignment ignores. */
function withoutLeadingOnes(value: Tensor, ndim: number): Tensor {
  let lead = 0
  while (value.ndim - lead > ndim && value.shape[lead] === 1) lead++
  return lead === 0 ? value : reshape(value, value.shape.slice(lead))
}

function set(x: Tensor, indices: readonly Index[], given: TensorOrScalar): void {
  const value = checkedValue(x, given)
  const items = parseIndex(indices, x.ndim, x.storage.device)
  if (items.length === 1 && items[0]!.kind === 'truth' && !items[0]!.value) return
  const { view, indices: tensors } = locate(x, items)
  if (tensors.length > 0) setPicked(view, tensors, value)
  else if (!isTensor(value)) fillInto(view, value)
  else copyInto(view, expand(withoutLeadingOnes(moved(value, x), view.ndim), view.shape))
}

/** `value` on the device of `x`; only a 0-d one may come from another. */
function moved(value: Tensor, x: Tensor): Tensor {
  if (value.ndim > 0) checkSameDevice(x, value)
  return moveTo(value, x.storage.device)
}

/** `value` as a tensor of the dtype of `x`. Whole numbers in JavaScript are int64, so these may become floating point. */
function valuesFor(x: Tensor, value: TensorOrScalar): Tensor {
  if (isTensor(value)) {
    const here = moved(value, x)
    return here.dtype === int64 && x.dtype.isFloatingPoint ? cast(here, x.dtype) : here
  }
  const operand = storable('set', x, value)
  return operand instanceof Tensor ? operand : full([], operand as number, { dtype: x.dtype, device: x.device })
}

function setPicked(view: Tensor, tensors: readonly (Tensor | null)[], value: TensorOrScalar): void {
  const values = valuesFor(view, value)
  const mask = tensors.length === 1 ? tensors[0]! : null
  if (mask !== null && isMask(mask) && values.ndim === 0 && values.dtype === view.dtype) {
    // no position is looked for, so that this works on every device
    checkMask(view, mask, 0)
    maskedFillInto(
      view,
      reshape(castTo(mask, bool), [...mask.shape, ...view.shape.slice(mask.ndim).map(() => 1)]),
      values,
    )
    return
  }
  const index = planIndex(view, tensors)
  putInto(view, index, withoutLeadingOnes(values, index.plan.out.length), false)
}

/** Writes into `x` itself where the index picks. */
function putInto(x: Tensor, index: AdvancedIndex, values: Tensor, accumulate: boolean): void {
  checkValues(x, index, values)
  updateInto(
    x,
    [values, ...index.positions],
    (own) => writeAt(accumulate ? ScatterMode.add : ScatterMode.set, own, index, values),
    () => put(x, index, values, accumulate),
  )
}

/** Options of {@link indexPut}. */
export interface IndexPutOptions {
  /** Adds to what is there, repeated positions repeatedly, instead of replacing it. */
  accumulate?: boolean
}

/** The arguments of indexPut, checked. */
function planPut(
  x: Tensor,
  indices: readonly (Tensor | null)[],
  values: Tensor,
  accumulate: boolean | IndexPutOptions | undefined,
): [AdvancedIndex, boolean] {
  checkTensor('indexPut', 'input', x)
  checkTensor('indexPut', 'values', values)
  const o = bindOptions<IndexPutOptions>('indexPut', ['accumulate'], [accumulate])
  const here = indices.map((index) => {
    if (index === null) return null
    checkTensor('indexPut', 'indices', index)
    if (!isMask(index) && !isIndexType(index.dtype))
      throw new IndexError(
        `tensors used as indices must be long, int, byte or bool tensors, but got ${index.dtype.name}`,
      )
    return moveTo(index, x.storage.device)
  })
  if (here.every((index) => index === null)) throw new IndexError('indexPut(): expected at least one tensor of indices')
  const count = here.reduce((n, index) => n + (index !== null && isMask(index) ? index.ndim : 1), 0)
  if (count > x.ndim) throw new IndexError(`too many indices for tensor of dimension ${x.ndim} (got ${count})`)
  const index = planIndex(x, here)
  checkValues(x, index, moved(values, x))
  return [index, o.accumulate ?? false]
}

/**
 * A copy of `x` with `values` written, or added, where tensors of positions pick: as `x.set(indices, values)`, out of place.
 *
 * @param indices - for each dimension int64 or int32 positions, a bool mask for as many dimensions as it has, or null for all
 * @param values - of the dtype of `x`, broadcast to what is indexed
 * @throws IndexError for a position out of bounds; RuntimeError if dtype or shape of `values` do not fit
 * @example
 * ```ts
 * indexPut(zeros([3]), [tensor([0, 0, 2])], FloatTensor([1, 2, 3]), true) // tensor([3., 0., 3.])
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.Tensor.index_put_.html
 */
export function indexPut(
  x: Tensor,
  indices: readonly (Tensor | null)[],
  values: Tensor,
  accumulate?: boolean | IndexPutOptions,
): Tensor {
  const [index, add] = planPut(x, indices, values, accumulate)
  return put(x, index, moved(values, x), add)
}

const p = Tensor.prototype
p.at = function (...indices) {
  return at(this, indices)
}
p.set = function (indices, value) {
  set(this, Array.isArray(indices) ? indices : [indices as Index], value)
  return this
}
p.indexPut = function (indices, values, accumulate) {
  return indexPut(this, indices, values, accumulate)
}
p.indexPut_ = function (indices, values, accumulate) {
  const [index, add] = planPut(this, indices, values, accumulate)
  putInto(this, index, moved(values, this), add)
  return this
}
