/** Histograms over time, as they come and as they are drawn. */
import type { Trace } from '../../../../protocol/types.js'
import { plainNumber } from '../../data/cells.js'

export interface Histogram {
  readonly step: number
  readonly edges: readonly number[]
  readonly counts: readonly number[]
  readonly total: number
  /** largest share of a bar by its width */
  readonly peak: number
}

export interface Distribution {
  readonly name: string
  readonly histograms: readonly Histogram[]
  readonly low: number
  readonly high: number
  readonly peak: number
}

/** Reads the histograms of a trace from number `from` on; those that are none are left out. */
export function readHistograms(trace: Trace, from = 0): Histogram[] {
  const [steps, edges, counts] = ['steps', 'edges', 'counts'].map((key) =>
    Array.isArray(trace[key]) ? (trace[key] as unknown[]) : [],
  )
  const read: Histogram[] = []
  for (let i = from; i < steps!.length; i++) {
    const [limits, numbers] = [listOf(edges![i]), listOf(counts![i])]
    const step = plainNumber(steps![i])
    if (!Number.isFinite(step) || limits.length !== numbers.length + 1 || numbers.length === 0) continue
    const total = numbers.reduce((sum, count) => sum + (count > 0 ? count : 0), 0)
    const bars = { edges: limits, counts: numbers, total }
    const peak = numbers.reduce((most, _, bin) => Math.max(most, densityOf(bars, bin)), 0)
    read.push({ step, ...bars, peak })
  }
  return read
}

const listOf = (list: unknown): number[] => (Array.isArray(list) ? list.map(plainNumber) : [])

/** Ends and peak of all histograms of a trace. */
export function distributionOf(name: string, histograms: readonly Histogram[]): Distribution {
  let [low, high, peak] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 0]
  const finite = (value: number): boolean => Number.isFinite(value)
  for (const { edges, counts, peak: own } of histograms) {
    const first = counts.findIndex((count) => count > 0)
    if (first < 0) continue
    const last = counts.findLastIndex((count) => count > 0)
    if (finite(edges[first]!)) low = Math.min(low, edges[first]!)
    if (finite(edges[last + 1]!)) high = Math.max(high, edges[last + 1]!)
    if (finite(own)) peak = Math.max(peak, own)
  }
  return low <= high ? { name, histograms, low, high, peak } : { name, histograms, low: 0, high: 1, peak: 1 }
}

/** How much of a histogram lies at a value: its share by width. */
export function densityAt(histogram: Histogram, value: number): number {
  const bin = binOf(histogram.edges, value)
  return bin < 0 ? 0 : densityOf(histogram, bin)
}

/** How high a bar is: its share by its width. */
export function densityOf({ edges, counts, total }: Omit<Histogram, 'step' | 'peak'>, bin: number): number {
  const width = edges[bin + 1]! - edges[bin]!
  return width > 0 && total > 0 ? Math.max(0, counts[bin]!) / total / width : 0
}

/** Number of the bar that a value lies in; -1 outside. */
export function binOf(edges: readonly number[], value: number): number {
  let [low, high] = [0, edges.length - 1]
  if (!(value >= edges[0]! && value <= edges[high]!)) return -1
  while (high - low > 1) {
    const middle = (low + high) >>> 1
    if (edges[middle]! <= value) low = middle
    else high = middle
  }
  return low
}

/** At most `most` of a list, evenly, always with the first and the last. */
export function someOf<T>(list: readonly T[], most: number): readonly T[] {
  if (list.length <= most) return list
  return Array.from({ length: most }, (_, i) => list[Math.round((i * (list.length - 1)) / (most - 1))]!)
}
