/** Quantiles: the value below which a given part of the elements lies. */
import { full } from '../create/fill.js'
import { type DType, float32, float64, int64 } from '../dtype.js'
import { RuntimeError } from '../errors.js'
import { bindOptions } from '../options.js'
import { wrapDim } from '../shape.js'
import type { Method, Tensor } from '../tensor.js'
import { lerp } from './arithmetic.js'
import { cast } from './cast.js'
import { ge, isnan, le, logicalAnd, logicalNot } from './compare.js'
import { clampMin } from './extremes.js'
import { gathered } from './gather.js'
import { attachMethods } from './methods.js'
import { mul, sub } from './pointwise.js'
import { checkTensor } from './promote.js'
import { all, any, sum } from './reduce.js'
import { ceil, floor, round } from './round.js'
import { recordedSort } from './sort.js'
import { expand, movedim, reshape, squeeze, unsqueeze } from './view.js'
import { where } from './where.js'

declare module '../tensor.js' {
  interface Tensor {
    quantile: Method<typeof quantile>
    nanquantile: Method<typeof nanquantile>
  }
}

/** What to take where a quantile lies between two elements. */
export type Interpolation = 'linear' | 'lower' | 'higher' | 'midpoint' | 'nearest'
const interpolations: readonly Interpolation[] = ['linear', 'lower', 'higher', 'midpoint', 'nearest']

/** Options of {@link quantile}. */
export interface QuantileOptions {
  dim?: number | null
  keepdim?: boolean
  /** `'linear'` if not given. */
  interpolation?: Interpolation
}

interface Bound {
  readonly levels: Tensor
  readonly dim: number | null
  readonly keepdim: boolean
  readonly interpolation: Interpolation
}

function bindQuantile(name: string, x: Tensor, q: number | Tensor, args: readonly unknown[]): Bound {
  checkTensor(name, 'input', x)
  const [dim, ...rest] = args
  const o = bindOptions<QuantileOptions>(name, ['dim', 'keepdim', 'interpolation'], [dim ?? undefined, ...rest])
  const interpolation = o.interpolation ?? 'linear'
  if (!interpolations.includes(interpolation))
    throw new RuntimeError(
      `quantile() interpolation must be one of linear, lower, higher, midpoint or nearest, but got ${interpolation}`,
    )
  if (typeof q === 'number' && !(q >= 0 && q <= 1))
    throw new RuntimeError(`quantile() q must be in the range [0, 1] but got ${q}`)
  if (x.count === 0) throw new RuntimeError('quantile() input tensor must be non-empty')
  if (x.dtype !== float32 && x.dtype !== float64)
    throw new RuntimeError('quantile() input tensor must be either float or double dtype')
  const levels = typeof q === 'number' ? full([], q, { dtype: x.dtype, device: x.device }) : q
  checkTensor(name, 'q', levels)
  checkLevels(levels, x.dtype)
  return { levels, dim: o.dim ?? null, keepdim: o.keepdim ?? false, interpolation }
}

function checkLevels(q: Tensor, dtype: DType): void {
  if (q.ndim > 1) throw new RuntimeError('quantile() q must be a scalar or 1D tensor')
  if (q.dtype !== dtype) throw new RuntimeError('quantile() q tensor must be same dtype as the input tensor')
  const inside = q.storage.device.memory.readSync(all(logicalAnd(ge(q, 0), le(q, 1))))
  if (inside !== null && inside[0] === 0) throw new RuntimeError('quantile() q values must be in the range [0, 1]')
}

/** Where in the sorted order (last dimension) the levels lie: a row of them for each row. */
function ranks(sorted: Tensor, q: Tensor, ignoreNaN: boolean): Tensor {
  const missing = isnan(sorted)
  if (ignoreNaN) return clampMin(mul(q, sub(sum(logicalNot(missing), -1, true), 1)), 0)
  const last = sorted.shape[sorted.ndim - 1]! - 1
  // NaN comes last: where there is one it is the result
  return where(any(missing, -1, true), last, mul(q, last))
}

/** The elements at the levels, or what lies between two. */
function interpolated(sorted: Tensor, place: Tensor, interpolation: Interpolation): Tensor {
  const at = (r: Tensor): Tensor => gathered(sorted, sorted.ndim - 1, cast(r, int64))
  if (interpolation === 'lower') return at(floor(place))
  if (interpolation === 'higher') return at(ceil(place))
  if (interpolation === 'nearest') return at(round(place))
  const below = floor(place)
  return lerp(at(below), at(ceil(place)), interpolation === 'midpoint' ? 0.5 : sub(place, below))
}

function quantileOf(name: string, x: Tensor, q: number | Tensor, args: readonly unknown[]): Tensor {
  const { levels, dim, keepdim, interpolation } = bindQuantile(name, x, q, args)
  const d = dim === null ? 0 : wrapDim(dim, x.ndim)
  const rows = dim === null || x.ndim === 0 ? reshape(x, [-1]) : movedim(x, d, -1)
  const [sorted] = recordedSort('SortBackward0', rows, rows.ndim - 1, false)
  const place = ranks(sorted, levels.ndim === 0 ? unsqueeze(levels, 0) : levels, name === 'nanquantile')
  const found = interpolated(sorted, expand(place, [...rows.shape.slice(0, -1), levels.count]), interpolation)
  // the levels come first, a single one leaves no dimension
  const first = levels.ndim === 0 ? squeeze(found, -1) : movedim(found, -1, 0)
  if (!keepdim) return first
  const lead = levels.ndim === 0 ? [] : [levels.count]
  return reshape(first, [...lead, ...x.shape.map((size, i) => (dim === null || i === d ? 1 : size))])
}

/**
 * Quantiles of the elements, along a dimension or of all.
 *
 * @param x - any shape, float32 or float64, not empty
 * @param q - a level in [0, 1], or a 1-d tensor of levels of the dtype of `x`
 * @param dim - the dimension; all elements if not given
 * @param keepdim - leaves the dimension with size 1
 * @param options - the same by name, and the `interpolation` between two elements
 * @returns a tensor without the dimension; with several levels they are the first dimension. NaN where there is one
 * @throws RuntimeError for an empty tensor, another dtype, and levels out of range
 * @example
 * ```ts
 * quantile(tensor([0., 1., 2., 3.]), 0.4) // tensor(1.2000)
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.quantile.html
 */
export function quantile(
  x: Tensor,
  q: number | Tensor,
  dim?: number | null | QuantileOptions,
  keepdim?: boolean | QuantileOptions,
  options?: QuantileOptions,
): Tensor {
  return quantileOf('quantile', x, q, [dim, keepdim, options])
}

/**
 * The {@link quantile} of all elements but NaN; NaN only where there is nothing else.
 *
 * @see https://pytorch.org/docs/stable/generated/torch.nanquantile.html
 */
export function nanquantile(
  x: Tensor,
  q: number | Tensor,
  dim?: number | null | QuantileOptions,
  keepdim?: boolean | QuantileOptions,
  options?: QuantileOptions,
): Tensor {
  return quantileOf('nanquantile', x, q, [dim, keepdim, options])
}

attachMethods({ quantile, nanquantile })
