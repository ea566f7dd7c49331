/** Histograms as PyTorch's writer makes them, which are NumPy's with one more limit on the left. */
import type { Histogram } from './event.js'

/** How values are put into bins: TensorBoard's limits, a rule for their number, their number, or their edges. */
export type HistogramBins = 'tensorflow' | 'auto' | 'fd' | 'sturges' | 'sqrt' | 'rice' | number | ArrayLike<number>

let exponential: Float64Array | null = null

/** Edges at 0 and at ±1e-12 times powers of 1.1, up to 1e20. */
function tensorflowEdges(): Float64Array {
  if (exponential !== null) return exponential
  const positive: number[] = []
  for (let v = 1e-12; v < 1e20; v *= 1.1) positive.push(v)
  exponential = Float64Array.from([...positive.map((v) => -v).reverse(), 0, ...positive])
  return exponential
}

/**
 * Counts values.
 *
 * @param maxBins more bins than this are put together
 * @throws RangeError if there are no values or bins are unusable
 */
export function makeHistogram(values: ArrayLike<number>, bins: HistogramBins, maxBins: number | null): Histogram {
  const num = values.length
  if (num === 0) throw new RangeError('The input has no element.')
  let [min, max, sum, sumSquares] = [values[0]!, values[0]!, 0, 0]
  for (let i = 0; i < num; i++) {
    const v = values[i]!
    // NaN stays, as in NumPy
    min = Math.min(min, v)
    max = Math.max(max, v)
    sum += v
    sumSquares += v * v
  }
  let edges = edgesOf(values, bins, min, max)
  let counts = countsOf(values, edges)
  if (maxBins !== null && counts.length > maxBins) [counts, edges] = fewerBins(counts, edges, maxBins)

  const start = counts.findIndex((count) => count > 0)
  if (start < 0) throw new RangeError('The histogram is empty: no value lies in a bin')
  const end = counts.findLastIndex((count) => count > 0) + 1
  // A bucket knows only its upper limit: an empty one in front says where the first begins.
  return {
    min,
    max,
    num,
    sum,
    sumSquares,
    bucketLimit: Array.from(edges.subarray(start, end + 1)),
    bucket: [0, ...counts.subarray(start, end)],
  }
}

function edgesOf(values: ArrayLike<number>, bins: HistogramBins, min: number, max: number): Float64Array {
  if (bins === 'tensorflow') return tensorflowEdges()
  if (typeof bins === 'object') {
    const edges = Float64Array.from(bins)
    if (edges.length < 2) throw new RangeError(`bins: expected two edges or more, but got ${edges.length}`)
    for (let i = 1; i < edges.length; i++)
      if (edges[i - 1]! > edges[i]!) throw new RangeError('`bins` must increase monotonically, when an array')
    return edges
  }
  if (!Number.isFinite(min) || !Number.isFinite(max))
    throw new RangeError(`autodetected range of [${min}, ${max}] is not finite`)
  const count = typeof bins === 'number' ? bins : binCount(values, bins, min, max)
  if (!Number.isInteger(count) || count < 1) throw new RangeError('`bins` must be positive, when an integer')
  const [first, last] = min === max ? [min - 0.5, max + 0.5] : [min, max]
  const step = (last - first) / count
  const edges = Float64Array.from({ length: count + 1 }, (_, i) => (i === count ? last : first + i * step))
  for (let i = 1; i <= count; i++)
    if (edges[i - 1]! >= edges[i]!)
      throw new RangeError(`Too many bins for data range. Cannot create ${count} finite-sized bins.`)
  return edges
}

/** @see https://numpy.org/doc/stable/reference/generated/numpy.histogram_bin_edges.html */
function binCount(values: ArrayLike<number>, rule: string, min: number, max: number): number {
  const n = values.length
  const range = max - min
  const sturges = range / (Math.log2(n) + 1)
  const sqrt = range / Math.sqrt(n)
  const widths: Readonly<Record<string, () => number>> = {
    sturges: () => sturges,
    sqrt: () => sqrt,
    rice: () => range / (2 * Math.cbrt(n)),
    fd: () => freedmanDiaconis(values),
    auto: () => Math.min(Math.max(freedmanDiaconis(values), sqrt / 2), sturges),
  }
  const width = widths[rule]
  if (width === undefined) throw new RangeError(`'${rule}' is not a valid estimator for \`bins\``)
  const found = width()
  return found > 0 ? Math.ceil((range || 1) / found) : 1
}

function freedmanDiaconis(values: ArrayLike<number>): number {
  const sorted = Float64Array.from(values).sort()
  const quantile = (q: number): number => {
    const at = q * (sorted.length - 1)
    const low = Math.floor(at)
    const [a, b] = [sorted[low]!, sorted[Math.min(low + 1, sorted.length - 1)]!]
    return a + (b - a) * (at - low)
  }
  return (2 * (quantile(0.75) - quantile(0.25))) / Math.cbrt(sorted.length)
}

/** A bin holds its left edge, the last one its right edge too; what lies outside, and NaN, is not counted. */
function countsOf(values: ArrayLike<number>, edges: Float64Array): Float64Array {
  const bins = edges.length - 1
  const counts = new Float64Array(bins)
  for (let i = 0; i < values.length; i++) {
    const v = values[i]!
    if (!(v >= edges[0]! && v <= edges[bins]!)) continue
    let [low, high] = [0, bins]
    while (high - low > 1) {
      const middle = (low + high) >>> 1
      if (edges[middle]! <= v) low = middle
      else high = middle
    }
    counts[low]!++
  }
  return counts
}

function fewerBins(counts: Float64Array, edges: Float64Array, maxBins: number): [Float64Array, Float64Array] {
  const step = Math.floor(counts.length / maxBins)
  const length = Math.ceil(counts.length / step)
  const sums = new Float64Array(length)
  for (let i = 0; i < counts.length; i++) sums[Math.floor(i / step)]! += counts[i]!
  const limits = Float64Array.from({ length: length + 1 }, (_, i) => (i === length ? edges.at(-1)! : edges[i * step]!))
  return [sums, limits]
}
