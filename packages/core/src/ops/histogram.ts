/** Counting: how often each whole number occurs, how many elements fall into each bin. */
import { full } from '../create/fill.js'
import { linspace } from '../create/ranges.js'
import { defineOp } from '../dispatch/op.js'
import { ScatterMode } from '../dispatch/opcodes.js'
import { Category, float32, float64, int64 } from '../dtype.js'
import { NotImplementedError, RuntimeError } from '../errors.js'
import { wordAt } from '../host.js'
import { type NamedTuple, namedTuple } from '../named-tuple.js'
import { bindOptions } from '../options.js'
import { formatShape, numelOf, type Shape, sameShape } from '../shape.js'
import { allocate, type Method, type Tensor } from '../tensor.js'
import { hostWords } from './access.js'
import { clone } from './cast.js'
import { eq, ge, le, logicalAnd } from './compare.js'
import { diff } from './differences.js'
import { castTo } from './elementwise.js'
import { clampMax } from './extremes.js'
import { aminmax, max, min } from './max-min.js'
import { attachMethods, type TensorFunction } from './methods.js'
import { add, div, mul, sub } from './pointwise.js'
import { checkTensor } from './promote.js'
import { sum } from './reduce.js'
import { insertionPlaces } from './searching.js'
import { select, slice } from './slicing.js'
import { reshape } from './view.js'
import { where } from './where.js'

declare module '../tensor.js' {
  interface Tensor {
    bincount: Method<typeof bincount>
    histc: Method<typeof histc>
    histogram: Method<typeof histogram>
  }
}

/** How much falls on each of `bins` numbers; `places` (int64) beyond them are not counted. */
const tally = defineOp('tally', (places: Tensor, bins: number, weights: Tensor | null, like: Tensor): Tensor => {
  // one bin more, for what is not counted
  const out = allocate(places.storage, like.dtype, [bins + 1], true)
  places.storage.device.primitives.scatter(ScatterMode.add, out, 0, reshape(places, [-1]), weights ?? 1)
  return slice(out, 0, 0, bins, 1)
})

/** The value of a tensor of one element. */
function numberOf(x: Tensor, op: string): number {
  return Number(wordAt(hostWords(x, op), x.dtype, 0))
}

/** Options of {@link bincount}. */
export interface BincountOptions {
  /** What each element counts for, 1 if not given. */
  weights?: Tensor
  /** The least number of bins. */
  minlength?: number
}

/**
 * How often each whole number occurs, from 0 to the largest.
 *
 * @param x - 1-d, integers that are not negative
 * @param weights - what each element counts for: 1-d, as long as `x`
 * @param minlength - the least number of bins
 * @returns int64; with weights float32 if they are, else float64
 * @throws RuntimeError for negative numbers, for other than one dimension, and for weights that do not fit
 * @example
 * ```ts
 * bincount(tensor([0, 2, 2])) // tensor([1, 0, 2])
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.bincount.html
 */
export function bincount(x: Tensor, weights?: Tensor | BincountOptions, minlength?: number | BincountOptions): Tensor {
  checkTensor('bincount', 'input', x)
  const o = bindOptions<BincountOptions>('bincount', ['weights', 'minlength'], [weights, minlength])
  const least = o.minlength ?? 0
  if (x.dtype.category !== Category.integer)
    throw new NotImplementedError(`"bincount_cpu" not implemented for '${x.dtype.label}'`)
  if (least < 0) throw new RuntimeError('minlength should be >= 0')
  const { device } = x
  if (x.ndim === 1 && x.count === 0) return full([least], 0, { dtype: int64, device })
  const long = castTo(x, int64)
  if (x.ndim !== 1 || numberOf(min(long), 'bincount') < 0)
    throw new RuntimeError('bincount only supports 1-d non-negative integral inputs.')
  const w = o.weights
  if (w !== undefined && (w.ndim !== 1 || w.count !== x.count))
    throw new RuntimeError('weights should be 1-d and have the same length as input')
  const bins = Math.max(numberOf(max(long), 'bincount') + 1, least)
  if (w === undefined) return tally(long, bins, null, long)
  const values = castTo(w, w.dtype === float32 ? float32 : float64)
  return tally(long, bins, values, values)
}

/** Options of {@link histc}. */
export interface HistcOptions {
  /** 100 if not given. */
  bins?: number
  /** The left end; that of the data if `min` and `max` are equal. */
  min?: number
  max?: number
}

function checkBins(bins: number, dimension: number): void {
  if (!(bins > 0))
    throw new RuntimeError(`torch.histogram(): bins must be > 0, but got ${bins} for dimension ${dimension}`)
}

/** Numbers of equal bins, the right end belonging to the last; the number of bins for what lies outside. */
function evenPlaces(x: Tensor, edges: Tensor): Tensor {
  const bins = edges.count - 1
  const [left, right] = [select(edges, 0, 0), select(edges, 0, bins)]
  const inside = logicalAnd(ge(x, left), le(x, right))
  const place = castTo(where(inside, div(mul(sub(x, left), bins), sub(right, left)), 0), int64)
  return where(inside, clampMax(place, bins - 1), bins)
}

/**
 * How many elements fall into each of equal bins; those outside and NaN are not counted.
 *
 * @param x - any shape, floating point
 * @param bins - how many, 100 if not given
 * @param min - the left end; the smallest element if `min` and `max` are equal
 * @param max - the right end, which belongs to the last bin
 * @param options - the same by name
 * @returns a 1-d tensor of the dtype of `x`
 * @throws RuntimeError for a range that is not finite or turned round, and for no bins
 * @throws NotImplementedError for integers and bool
 * @example
 * ```ts
 * histc(tensor([1., 2., 1.]), 4, 0, 3) // tensor([0., 2., 1., 0.])
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.histc.html
 */
export function histc(
  x: Tensor,
  bins?: number | HistcOptions,
  min?: number | HistcOptions,
  max?: number | HistcOptions,
): Tensor {
  checkTensor('histc', 'input', x)
  const o = bindOptions<HistcOptions>('histc', ['bins', 'min', 'max'], [bins, min, max])
  const count = o.bins ?? 100
  if (x.dtype.category !== Category.float)
    throw new NotImplementedError(`"histogram_cpu" not implemented for '${x.dtype.label}'`)
  checkBins(count, 0)
  let [left, right] = [o.min ?? 0, o.max ?? 0]
  if (left === right && x.count > 0) {
    const ends = aminmax(bareOf(x))
    left = numberOf(ends[0], 'histc')
    right = numberOf(ends[1], 'histc')
  }
  if (left === right) {
    left--
    right++
  }
  if (!Number.isFinite(left) || !Number.isFinite(right))
    throw new RuntimeError(`torch.histc: range of [${spelled(left)}, ${spelled(right)}] is not finite`)
  if (left > right) throw new RuntimeError('torch.histc: max must be larger than min')
  const { dtype, device } = x
  const edges = linspace(left, right, count + 1, { dtype, device })
  return tally(evenPlaces(bareOf(x), edges), count, null, edges)
}

/** Infinity and NaN as Python writes them. */
function spelled(value: number): string {
  return Number.isFinite(value) ? String(value) : Number.isNaN(value) ? 'nan' : value > 0 ? 'inf' : '-inf'
}

/** The same elements without history: counts have no gradient. */
function bareOf(x: Tensor): Tensor {
  return x.detach()
}

/** Options of {@link histogram} and {@link histogramdd}. */
export interface HistogramOptions {
  /** The ends of the bins, two numbers a dimension; those of the data if not given. */
  range?: readonly number[]
  /** What each element, or point, counts for. */
  weight?: Tensor
  /** Gives shares per unit of length, area, ... that sum up to 1 over the bins. */
  density?: boolean
}

/** Bins: how many equal ones, or all their edges (1-d, sorted). */
export type Bins = number | Tensor

/** The edges of the bins along each dimension of the points `[M, N]`. */
function edgesOf(points: Tensor, bins: readonly Bins[], range: readonly number[] | undefined): Tensor[] {
  const { dtype, device } = points
  const n = points.shape[1]!
  bins.forEach((bin, d) => {
    if (typeof bin === 'number') checkBins(bin, d)
    else checkEdges(bin, points, d)
  })
  if (range !== undefined && range.length !== 2 * n)
    throw new RuntimeError(
      `torch.histogramdd: for a ${n}-dimensional histogram range should have ${2 * n} elements, but got ${range.length}`,
    )
  return bins.map((bin, d) => {
    if (typeof bin !== 'number') return bin
    const [left, right] = endsOf(points, d, range)
    return linspace(left, right, bin + 1, { dtype, device })
  })
}

function checkEdges(edges: Tensor, points: Tensor, d: number): void {
  checkTensor('histogramdd', 'bins', edges)
  const named = (dtype: Tensor['dtype']): string => (dtype === int64 ? 'long int' : dtype.label.toLowerCase())
  if (edges.dtype !== points.dtype)
    throw new RuntimeError(
      `torch.histogramdd: input tensor and bins tensors should have the same dtype, but got input with dtype ${named(points.dtype)} and bins for dimension ${d} with dtype ${named(edges.dtype)}`,
    )
  if (edges.ndim !== 1)
    throw new RuntimeError(
      `torch.histogramdd: bins tensor should have one dimension, but got ${edges.ndim} dimensions in the bins tensor for dimension ${d}`,
    )
  if (edges.count === 0)
    throw new RuntimeError(
      `torch.histogramdd: bins tensor should have at least 1 element, but got 0 elements in the bins tensor for dimension ${d}`,
    )
  checkBins(edges.count - 1, d)
}

function endsOf(points: Tensor, d: number, range: readonly number[] | undefined): [number, number] {
  let [left, right] = [0, 1]
  if (range !== undefined) [left, right] = [range[2 * d]!, range[2 * d + 1]!]
  else if (points.count > 0) {
    const ends = aminmax(select(points, 1, d))
    left = numberOf(ends[0], 'histogram')
    right = numberOf(ends[1], 'histogram')
  }
  if (!Number.isFinite(left) || !Number.isFinite(right))
    throw new RuntimeError(
      `torch.histogramdd: dimension ${d}'s range [${spelled(left)}, ${spelled(right)}] is not finite`,
    )
  if (left > right)
    throw new RuntimeError(
      `torch.histogramdd: min should not exceed max, but got min ${left} max ${right} for dimension ${d}`,
    )
  return left === right ? [left - 0.5, right + 0.5] : [left, right]
}

/** Numbers of the bins between any edges. The last one holds its right edge; -1 and beyond lie outside. */
function placesBetween(x: Tensor, edges: Tensor): Tensor {
  const bins = edges.count - 1
  const place = sub(insertionPlaces(edges, x, true, null), 1)
  return where(eq(x, select(edges, 0, bins)), bins - 1, place)
}

/** Counts of points `[M, N]` in the boxes between the edges; the shape has the number of bins along each dimension. */
function boxCounts(points: Tensor, edges: readonly Tensor[], weight: Tensor | undefined, density: boolean): Tensor {
  const shape = edges.map((e) => e.count - 1)
  const total = numelOf(shape)
  let place = full([points.shape[0]!], 0, { dtype: int64, device: points.device })
  let inside: Tensor | null = null
  edges.forEach((e, d) => {
    const own = placesBetween(select(points, 1, d), e)
    const fits = logicalAnd(ge(own, 0), le(own, shape[d]! - 1))
    inside = inside === null ? fits : logicalAnd(inside, fits)
    place = add(mul(place, shape[d]!), own)
  })
  const weights = weight === undefined ? null : reshape(bareOf(weight), [-1])
  const counted = inside === null ? place : where(inside, place, total)
  let out = reshape(tally(counted, total, weights, points), shape)
  if (density) {
    out = div(out, sum(out))
    edges.forEach((e, d) => {
      out = div(
        out,
        reshape(
          diff(e),
          shape.map((_, i) => (i === d ? -1 : 1)),
        ),
      )
    })
  }
  return out
}

function checkPoints(points: Tensor, lead: Shape, weight: Tensor | undefined): void {
  if (points.dtype.category !== Category.float)
    throw new NotImplementedError(`"histogramdd" not implemented for '${points.dtype.label}'`)
  if (weight === undefined) return
  checkTensor('histogramdd', 'weight', weight)
  if (weight.dtype !== points.dtype)
    throw new RuntimeError(
      `torch.histogramdd: if weight tensor is provided, input tensor and weight tensor should have the same dtype, but got input(${points.dtype.label.toLowerCase()}), and weight(${weight.dtype.label.toLowerCase()})`,
    )
  if (!sameShape(weight.shape, lead))
    throw new RuntimeError(
      `torch.histogramdd: if weight tensor is provided it should have the same shape as the input tensor excluding its innermost dimension, but got input with shape ${formatShape([...lead, points.shape[1]!])} and weight with shape ${formatShape(weight.shape)}`,
    )
}

const histogramNames = ['bins', 'range', 'weight', 'density'] as const

/**
 * A histogram of all elements.
 *
 * @param x - any shape, floating point
 * @param bins - how many equal bins, 100 if not given, or all their edges (1-d, sorted, of the dtype of `x`)
 * @param options - `range`, `weight` (of the shape of `x`), `density`
 * @returns `[hist, binEdges]`, of which there is one more
 * @throws RuntimeError for bins, a range or weights that do not fit
 * @example
 * ```ts
 * const [hist, binEdges] = histogram(tensor([1., 2., 1.]), 3, { range: [0, 3] }) // [0, 2, 1], [0, 1, 2, 3]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.histogram.html
 */
export function histogram(
  x: Tensor,
  bins?: Bins | (HistogramOptions & { bins?: Bins }),
  options?: HistogramOptions,
): NamedTuple<['hist', 'binEdges'], [hist: Tensor, binEdges: Tensor]> {
  checkTensor('histogram', 'input', x)
  const o = bindOptions<HistogramOptions & { bins: Bins }>('histogram', histogramNames, [bins, options])
  const points = reshape(bareOf(x), [-1, 1])
  checkPoints(points, o.weight !== undefined && sameShape(o.weight.shape, x.shape) ? x.shape : [x.count], o.weight)
  const edges = edgesOf(points, [o.bins ?? 100], o.range)
  const hist = boxCounts(points, edges, o.weight, o.density ?? false)
  const own = typeof o.bins === 'object' ? clone(edges[0]!) : edges[0]!
  return namedTuple(['hist', 'binEdges'], [hist, own])
}

/**
 * A histogram of points in several dimensions.
 *
 * @param x - points along the last dimension: `[..., N]`, floating point
 * @param bins - for all dimensions or each: how many equal bins, or all their edges
 * @param range - two numbers for each dimension; the ends of the data if not given
 * @param options - the same by name, and `weight` (of the shape of `x` without the last dimension), `density`
 * @returns `[hist, binEdges]`: N dimensions of counts, and the list of their edges
 * @throws RuntimeError for bins, a range or weights that do not fit
 * @example
 * ```ts
 * const { hist } = histogramdd(tensor([[0., 1.], [1., 0.], [2., 0.]]), [3, 2])
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.histogramdd.html
 */
export function histogramdd(
  x: Tensor,
  bins: number | readonly Bins[],
  range?: readonly number[] | HistogramOptions,
  options?: HistogramOptions,
): readonly [hist: Tensor, binEdges: Tensor[]] & { readonly hist: Tensor; readonly binEdges: Tensor[] } {
  checkTensor('histogramdd', 'input', x)
  const o = bindOptions<HistogramOptions>('histogramdd', ['range', 'weight', 'density'], [range, options])
  if (x.ndim < 2) throw new RuntimeError('torch.histogramdd: input tensor should have at least 2 dimensions')
  const n = x.shape[x.ndim - 1]!
  const list: readonly Bins[] = typeof bins === 'number' ? new Array<number>(n).fill(bins) : bins
  if (list.length !== n)
    throw new RuntimeError('histogramdd: The size of bins must be equal to the innermost dimension of the input.')
  const lead = x.shape.slice(0, -1)
  const points = reshape(bareOf(x), [numelOf(lead), n])
  checkPoints(points, lead, o.weight)
  const edges = edgesOf(points, list, o.range)
  const hist = boxCounts(points, edges, o.weight, o.density ?? false)
  return namedTuple(['hist', 'binEdges'], [hist, edges] as const) as unknown as ReturnType<typeof histogramdd>
}

attachMethods({ bincount, histc, histogram } as Readonly<Record<string, TensorFunction>>)
