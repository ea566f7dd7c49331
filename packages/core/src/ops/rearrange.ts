/** The same elements in another order: turned round, shifted, rotated. Copies, as strides are never negative. */
import { IndexError, RuntimeError } from '../errors.js'
import { bindOptions, TypeError_ } from '../options.js'
import { wrapDim, wrapDims } from '../shape.js'
import type { Method, Tensor } from '../tensor.js'
import { clone } from './cast.js'
import { selected } from './index-select.js'
import { longTensor } from './index-tensor.js'
import { cat } from './join.js'
import { attachMethods } from './methods.js'
import { checkTensor } from './promote.js'
import { slice } from './slicing.js'
import { reshape, transpose } from './view.js'

declare module '../tensor.js' {
  interface Tensor {
    flip(...dims: readonly number[] | readonly [readonly number[]]): Tensor
    fliplr: Method<typeof fliplr>
    flipud: Method<typeof flipud>
    roll: Method<typeof roll>
    rot90: Method<typeof rot90>
  }
}

/**
 * A copy with the order of elements turned round along the dimensions listed.
 *
 * @throws RuntimeError if a dimension comes twice
 * @example
 * ```ts
 * flip(tensor([[1, 2], [3, 4]]), [0, 1]) // tensor([[4, 3], [2, 1]])
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.flip.html
 */
export function flip(x: Tensor, dims: readonly number[]): Tensor {
  checkTensor('flip', 'input', x)
  if (!Array.isArray(dims)) throw TypeError_("flip(): argument 'dims' must be a list of integers, not", dims)
  let out = x
  for (const d of wrapDims(dims, x.ndim)) {
    const size = x.shape[d] ?? 1
    if (size < 2) continue
    const order = Array.from({ length: size }, (_, i) => size - 1 - i)
    out = selected(out, d, longTensor(order, [size], x.storage.device))
  }
  return out === x ? clone(x) : out
}

/** Columns turned round. @throws RuntimeError below two dimensions @see https://pytorch.org/docs/stable/generated/torch.fliplr.html */
export function fliplr(x: Tensor): Tensor {
  checkTensor('fliplr', 'input', x)
  if (x.ndim < 2) throw new RuntimeError(`Input must be >= 2-d. Got ${x.ndim}-d.`)
  return flip(x, [1])
}

/** Rows turned round. @throws RuntimeError for a 0-d tensor @see https://pytorch.org/docs/stable/generated/torch.flipud.html */
export function flipud(x: Tensor): Tensor {
  checkTensor('flipud', 'input', x)
  if (x.ndim < 1) throw new RuntimeError(`Input must be >= 1-d. Got ${x.ndim}-d.`)
  return flip(x, [0])
}

/** Options of {@link roll}. */
export interface RollOptions {
  /** The dimensions to shift along; without them the flattened tensor is shifted. */
  dims?: number | readonly number[]
}

/**
 * A copy with elements shifted; those that leave at one end come in at the other.
 *
 * @param shifts - by how many positions, one number for each of `dims`
 * @throws RuntimeError if `shifts` and `dims` differ in length
 * @example
 * ```ts
 * roll(tensor([1, 2, 3]), 1) // tensor([3, 1, 2])
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.roll.html
 */
export function roll(
  x: Tensor,
  shifts: number | readonly number[],
  dims?: number | readonly number[] | RollOptions,
): Tensor {
  checkTensor('roll', 'input', x)
  const o = bindOptions<RollOptions>('roll', ['dims'], [dims])
  const by = typeof shifts === 'number' ? [shifts] : shifts
  const along = o.dims === undefined ? [] : typeof o.dims === 'number' ? [o.dims] : o.dims
  if (by.length === 0) throw new RuntimeError('`shifts` required')
  if (along.length === 0 && by.length === 1) return reshape(shifted(reshape(x, [x.count]), by[0]!, 0), x.shape)
  if (by.length !== along.length)
    throw new RuntimeError(`shifts and dimensions must align. shifts: ${by.length}, dims:${along.length}`)
  if (x.ndim === 0) throw new IndexError(`Dimension specified as ${along[0]} but tensor has no dimensions`)
  let out = x
  along
    .map((dim) => wrapDim(dim, x.ndim))
    .forEach((d, i) => {
      out = shifted(out, by[i]!, d)
    })
  return out
}

/** A copy, shifted along one dimension. */
function shifted(x: Tensor, by: number, d: number): Tensor {
  const size = x.shape[d]!
  if (x.count === 0) return clone(x)
  const start = (((size - by) % size) + size) % size
  if (start === 0) return clone(x)
  return cat([slice(x, d, start, size, 1), slice(x, d, 0, start, 1)], d)
}

/** Options of {@link rot90}. */
export interface Rot90Options {
  /** How many quarter turns, from the first of `dims` towards the second; 1 if not given. */
  k?: number
  /** The plane that turns, `[0, 1]` if not given. */
  dims?: readonly number[]
}

/**
 * A copy, turned by quarters in the plane of two dimensions.
 *
 * @throws RuntimeError if there are not two different dimensions
 * @example
 * ```ts
 * rot90(tensor([[1, 2], [3, 4]])) // tensor([[2, 4], [1, 3]])
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.rot90.html
 */
export function rot90(x: Tensor, k?: number | Rot90Options, dims?: readonly number[] | Rot90Options): Tensor {
  checkTensor('rot90', 'input', x)
  const o = bindOptions<Rot90Options>('rot90', ['k', 'dims'], [k, dims])
  const plane = o.dims ?? [0, 1]
  if (plane.length !== 2) throw new RuntimeError(`expected total rotation dims == 2, but got dims = ${plane.length}`)
  if (x.ndim < 2) throw new RuntimeError(`expected total dims >= 2, but got total dims = ${x.ndim}`)
  const [first, second] = plane as [number, number]
  if (first === second || Math.abs(first - second) === x.ndim) {
    throw new RuntimeError(`expected rotation dims to be different, but got dim0 = ${first} and dim1 = ${second}`)
  }
  const a = wrapDim(first, x.ndim)
  const b = wrapDim(second, x.ndim)
  const turns = (((o.k ?? 1) % 4) + 4) % 4
  if (turns === 1) return transpose(flip(x, [b]), a, b)
  if (turns === 2) return flip(x, [a, b])
  if (turns === 3) return transpose(flip(x, [a]), a, b)
  return clone(x)
}

attachMethods({
  fliplr,
  flipud,
  roll,
  rot90,
  flip: (x: Tensor, ...dims: never[]) => flip(x, Array.isArray(dims[0]) ? dims[0] : dims),
})
