import type { Histogram, SummaryTensor } from '../../tensorboard/event.js'

/** A histogram as it is drawn: bar `k` lies between `edges[k]` and `edges[k + 1]`. */
export interface Bars {
  readonly edges: number[]
  readonly counts: number[]
}

/** Bars of equal width that stand for those of others: TensorBoard shows as many. */
const EQUAL_BARS = 30

/** The bars of a histogram, or `null` if nothing was counted. */
export function barsOf({ min, max, bucketLimit, bucket }: Histogram): Bars | null {
  // an empty bucket in front only says where the first begins
  const first = bucket.findIndex((count) => count > 0)
  if (first < 0) return null
  const last = bucket.findLastIndex((count) => count > 0)
  const limits = bucketLimit.slice(first, last + 1)
  const left = first > 0 ? Math.max(bucketLimit[first - 1]!, min) : min
  // the outermost of TensorFlow's buckets reach far beyond the values
  const edges = [left <= limits[0]! ? left : limits[0]!, ...limits]
  if (max >= edges[edges.length - 2]!) edges[edges.length - 1] = Math.min(edges.at(-1)!, max)
  return withEqualWidths({ edges, counts: bucket.slice(first, last + 1) })
}

/** TensorFlow 2's way: a row for each bucket, of its left edge, right edge and count. */
export function barsOfTensor({ shape, values }: SummaryTensor): Bars | null {
  const rows = shape?.[0] ?? 0
  if (rows === 0 || shape?.[1] !== 3 || values.length < 3 * rows) return null
  const edges = [values[0]!]
  const counts: number[] = []
  for (let row = 0; row < rows; row++) {
    edges.push(values[3 * row + 1]!)
    counts.push(values[3 * row + 2]!)
  }
  return withEqualWidths({ edges, counts })
}

/** Bars that are not equally wide would show their widths: their counts are spread over some that are. */
function withEqualWidths(bars: Bars): Bars {
  const { edges, counts } = bars
  const [from, to] = [edges[0]!, edges.at(-1)!]
  const width = (to - from) / counts.length
  const isEqual = edges.every((edge, i) => Math.abs(edge - (from + i * width)) <= 1e-6 * width * counts.length)
  if (isEqual || !(width > 0) || !Number.isFinite(width)) return bars
  const spread = new Array<number>(EQUAL_BARS).fill(0)
  const scale = EQUAL_BARS / (to - from)
  for (let i = 0; i < counts.length; i++) {
    const [low, high] = [(edges[i]! - from) * scale, (edges[i + 1]! - from) * scale]
    const begin = Math.min(Math.floor(low), EQUAL_BARS - 1)
    if (!(high > low)) {
      spread[begin]! += counts[i]!
      continue
    }
    for (let bar = begin; bar < Math.min(Math.ceil(high), EQUAL_BARS); bar++) {
      const share = (Math.min(high, bar + 1) - Math.max(low, bar)) / (high - low)
      spread[bar]! += share * counts[i]!
    }
  }
  return {
    edges: Array.from({ length: EQUAL_BARS + 1 }, (_, i) => (i === EQUAL_BARS ? to : from + i / scale)),
    counts: spread,
  }
}
