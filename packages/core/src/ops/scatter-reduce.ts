/** Scattering with a reduction: all elements of `src` that meet at one place become one, by sum, product, mean or extreme. */
import { record } from '../autograd/node.js'
import { Binary, type ScatterCode, ScatterMode } from '../dispatch/opcodes.js'
import { bool, Category } from '../dtype.js'
import { RuntimeError } from '../errors.js'
import { bindOptions } from '../options.js'
import { allocate, type Method, Tensor } from '../tensor.js'
import { cast } from './cast.js'
import { bitwiseAnd, eq } from './compare.js'
import { addedAt, checkScatter, filled, gathered } from './gather.js'
import { attachMethods } from './methods.js'
import { notImplemented } from './operands.js'
import { div, mul } from './pointwise.js'
import { checkTensor } from './promote.js'
import { atLeast1d, copyOf, updateInto, zerosOf } from './update.js'
import { where } from './where.js'

declare module '../tensor.js' {
  interface Tensor {
    scatterReduce: Method<typeof scatterReduce>
    scatterReduce_(dim: number, index: Tensor, src: Tensor, reduce: Reduction, options?: IncludeSelfOptions): this
  }
}

/** How elements that meet at one place become one. */
export type Reduction = 'sum' | 'prod' | 'mean' | 'amax' | 'amin'

/** Options of {@link scatterReduce} and of `indexReduce`. */
export interface IncludeSelfOptions {
  /** Whether what is there takes part in the reduction; true if not given. */
  includeSelf?: boolean
}

/** Where a reduction puts its elements: by an index for each element, or by one for each slice. */
export interface Placement {
  /** Writes `src` into `out`. */
  put(mode: ScatterCode, out: Tensor, src: Tensor | number): void
  /** Of a tensor like the result, what belongs to each element of `src`; recorded. */
  pick(x: Tensor): Tensor
  /** `x` plus the elements of `src`; recorded. */
  add(x: Tensor, src: Tensor): Tensor
  /** `x` with zeros at all places; recorded. */
  clear(x: Tensor): Tensor
}

const modes = {
  sum: ScatterMode.add,
  mean: ScatterMode.add,
  prod: ScatterMode.mul,
  amax: ScatterMode.amax,
  amin: ScatterMode.amin,
} as const

function fullLike(x: Tensor, value: number): Tensor {
  const out = allocate(x.storage, x.dtype, x.shape)
  out.storage.device.primitives.fill(out, value)
  return out
}

/** How many elements meet at each place, at least 1, in the dtype of `x`. */
function counts(x: Tensor, src: Tensor, at: Placement, includeSelf: boolean): Tensor {
  const n = fullLike(x, includeSelf ? 1 : 0)
  at.put(ScatterMode.add, n, fullLike(src, 1))
  const { primitives } = x.storage.device
  primitives.binary(Binary.maximum, n, 1, n)
  return n
}

/** Reduces `src` into `out`, unrecorded. */
export function reduceInto(out: Tensor, src: Tensor, at: Placement, reduce: Reduction, includeSelf: boolean): void {
  const n = reduce === 'mean' ? counts(out, src, at, includeSelf) : null
  // without self each place starts from what changes nothing; for extremes any of the elements is that
  if (!includeSelf)
    at.put(ScatterMode.set, out, reduce === 'prod' ? 1 : reduce === 'sum' || reduce === 'mean' ? 0 : src)
  at.put(modes[reduce], out, src)
  if (n === null) return
  const code = out.dtype.category === Category.float ? Binary.div : Binary.divFloor
  out.storage.device.primitives.binary(code, out, n, out)
}

/** The reduction on a copy of `x`, with its gradient. */
export function reduced(
  name: string,
  x: Tensor,
  src: Tensor,
  index: Tensor,
  place: (index: Tensor) => Placement,
  reduce: Reduction,
  includeSelf: boolean,
): Tensor {
  const at = place(index)
  const out = copyOf(x)
  reduceInto(out, src, at, reduce, includeSelf)
  return record(name, out, [x, src], [index, x, src, out], (g, node) => {
    const again = place(node.saved(0))
    const [own, theirs] = gradients(
      g,
      node.saved(1),
      node.saved(2),
      node.saved(3),
      again,
      reduce,
      includeSelf,
      (y, s) => reduced(name, y, s, node.saved(0), place, reduce, includeSelf),
    )
    return [node.needs(0) ? (includeSelf ? own : again.clear(own)) : null, node.needs(1) ? theirs : null]
  })
}

type Again = (x: Tensor, src: Tensor) => Tensor

function gradients(
  g: Tensor,
  x: Tensor,
  src: Tensor,
  out: Tensor,
  at: Placement,
  reduce: Reduction,
  includeSelf: boolean,
  again: Again,
): [Tensor, Tensor] {
  if (reduce === 'sum') return [g, at.pick(g)]
  if (reduce === 'mean') {
    const shared = div(g, counts(x, src, at, includeSelf))
    return [shared, at.pick(shared)]
  }
  if (reduce === 'prod') return [productOfOthers(g, x, src, again), productOfRest(g, x, src, out, at, again)]
  // equal extremes share the gradient
  const own = cast(eq(x, out), x.dtype)
  const theirs = cast(eq(src, at.pick(out)), x.dtype)
  const share = div(g, at.add(own, theirs))
  return [mul(own, share), mul(theirs, at.pick(share))]
}

/** The gradient of a product with respect to self; a zero there is left out instead of divided by. */
function productOfOthers(g: Tensor, x: Tensor, src: Tensor, again: Again): Tensor {
  const masked = where(eq(x, 0), 1, x)
  return div(mul(g, again(masked, src)), masked)
}

/** The gradient of a product with respect to `src`. */
function productOfRest(g: Tensor, x: Tensor, src: Tensor, out: Tensor, at: Placement, again: Again): Tensor {
  const zero = eq(src, 0)
  const zeros = at.pick(at.add(zerosOf(x, x.shape), cast(zero, x.dtype)))
  // the only zero of its place: the others' product, which division cannot give
  const single = bitwiseAnd(zero, eq(zeros, 1))
  const others = again(x, where(single, 1, src))
  const divided = div(at.pick(mul(g, out)), where(zero, 1, src))
  return where(single, at.pick(mul(g, others)), divided)
}

const reductions = Object.keys(modes)

function checkReduction(reduce: string): asserts reduce is Reduction {
  if (!reductions.includes(reduce))
    throw new RuntimeError(`reduce argument must be either sum, prod, mean, amax or amin, got ${reduce}`)
}

function place(x: Tensor, d: number): (index: Tensor) => Placement {
  return (index) => ({
    put(mode, out, src) {
      if (index.count === 0) return
      const values = src instanceof Tensor ? atLeast1d(src) : src
      x.storage.device.primitives.scatter(mode, atLeast1d(out), d, atLeast1d(index), values)
    },
    pick: (y) => gathered(y, d, index),
    add: (y, src) => addedAt(y, d, index, src),
    clear: (y) => filled(y, d, index, 0),
  })
}

/**
 * A copy of `x` into which elements of `src` are reduced along `dim`, at the places that `index` names.
 *
 * @param index - as for `scatter`
 * @param reduce - `'sum'`, `'prod'`, `'mean'`, `'amax'` or `'amin'`
 * @throws RuntimeError if shapes or dtypes do not fit, for an index out of bounds, or for another reduction
 * @example
 * ```ts
 * scatterReduce(zeros([2]), 0, tensor([0, 0, 1]), FloatTensor([1, 5, 2]), 'amax') // tensor([5., 2.])
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.Tensor.scatter_reduce_.html
 */
export function scatterReduce(
  x: Tensor,
  dim: number,
  index: Tensor,
  src: Tensor,
  reduce: Reduction,
  options?: IncludeSelfOptions,
): Tensor {
  const call = checked(x, dim, index, src, reduce, options)
  const at = place(x, call.dim)
  return reduced('ScatterReduceBackward0', x, call.src, call.index, at, reduce, call.includeSelf)
}

function checked(x: Tensor, dim: number, index: Tensor, src: Tensor, reduce: Reduction, options?: IncludeSelfOptions) {
  checkTensor('scatterReduce', 'src', src)
  const { includeSelf = true } = bindOptions<IncludeSelfOptions>('scatterReduce', ['includeSelf'], [options])
  checkReduction(reduce)
  const call = checkScatter(x, dim, index, src)
  if (reduce === 'mean' && x.dtype === bool) throw notImplemented('scatter_gather_tensor_cpu_reduce_mean', bool)
  return { dim: call.dim, index: call.index, src: call.src!, includeSelf }
}

attachMethods({ scatterReduce })
Tensor.prototype.scatterReduce_ = function (dim, index, src, reduce, options) {
  const call = checked(this, dim, index, src, reduce, options)
  const at = place(this, call.dim)
  updateInto(
    this,
    [call.src, index],
    (x) => reduceInto(x, call.src, at(call.index), reduce, call.includeSelf),
    () => reduced('ScatterReduceBackward0', this, call.src, call.index, at, reduce, call.includeSelf),
  )
  return this
}
