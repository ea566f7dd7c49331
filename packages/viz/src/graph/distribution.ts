/** How the values of a parameter or a gradient are distributed, in two passes over them. */
import type { ValueArray } from './read-values.js'

export interface Distribution {
  /** one more than there are bins; empty if no value is finite */
  readonly edges: readonly number[]
  /** values in each bin, which holds its left edge, and the last its right edge too */
  readonly counts: readonly number[]
  /** square root of the sum of squares; NaN or infinite if a value is */
  readonly norm: number
  readonly nan: number
  readonly infinite: number
}

/**
 * Counts values in bins of one width, from the least to the greatest. NaN and infinite values are counted apart.
 *
 * @param bins - how many, 1 or more
 */
export function distributionOf(values: ValueArray, bins: number): Distribution {
  const { min, max, squares } = extremesOf(values)
  const norm = Math.sqrt(squares)
  // NaN passes comparisons by, but no sum
  const allFinite = min > Number.NEGATIVE_INFINITY && max < Number.POSITIVE_INFINITY && !Number.isNaN(squares)
  if (allFinite) return { ...binned(values, min, max, bins), norm, nan: 0, infinite: 0 }
  const finite = values.slice()
  let [count, nan] = [0, 0]
  for (let i = 0; i < values.length; i++) {
    const v = values[i]!
    // 0 for all finite values
    if (v - v === 0) finite[count++] = v
    else if (Number.isNaN(v)) nan++
  }
  const kept = finite.subarray(0, count)
  const inner = extremesOf(kept)
  return { ...binned(kept, inner.min, inner.max, bins), norm, nan, infinite: values.length - count - nan }
}

/** Four values at a time: then most of them cost one comparison, and sums need not wait for each other. */
function extremesOf(values: ValueArray): { min: number; max: number; squares: number } {
  let min = Number.POSITIVE_INFINITY
  let max = Number.NEGATIVE_INFINITY
  let [sumA, sumB, sumC, sumD] = [0, 0, 0, 0]
  const fours = values.length - (values.length % 4)
  for (let i = 0; i < fours; i += 4) {
    const a = values[i]!
    const b = values[i + 1]!
    const c = values[i + 2]!
    const d = values[i + 3]!
    sumA += a * a
    sumB += b * b
    sumC += c * c
    sumD += d * d
    if (a < min || b < min || c < min || d < min) min = Math.min(min, a, b, c, d)
    if (a > max || b > max || c > max || d > max) max = Math.max(max, a, b, c, d)
  }
  for (let i = fours; i < values.length; i++) {
    const v = values[i]!
    sumA += v * v
    min = Math.min(min, v)
    max = Math.max(max, v)
  }
  return { min, max, squares: sumA + sumB + sumC + sumD }
}

function binned(
  values: ValueArray,
  min: number,
  max: number,
  bins: number,
): { edges: readonly number[]; counts: readonly number[] } {
  if (values.length === 0) return { edges: [], counts: [] }
  const range = rangeOf(min, max, bins)
  return { edges: edgesOf(range, bins), counts: countIn(values, range, bins) }
}

type Range = readonly [first: number, last: number]

/** Where the first bin begins and the last one ends. A single value gets bins around it, as NumPy has it. */
function rangeOf(min: number, max: number, bins: number): Range {
  const width = widthOf([min, max], bins)
  // too narrow for edges that differ
  if (width > Math.max(-min, max) * Number.EPSILON * 8 && width >= 2 ** -1000) return [min, max]
  const margin = Math.max(0.5, Math.max(-min, max) * 2 ** -20)
  return [Math.max(min - margin, -Number.MAX_VALUE), Math.min(max + margin, Number.MAX_VALUE)]
}

/** Width of a bin. The range may be too large for a number. */
function widthOf([first, last]: Range, bins: number): number {
  return last / bins - first / bins
}

/**
 * Counts values that are all finite and in the range: in four tables, so that a count need not wait for the last one. A table has
 * a bin more at each end, since rounding may step over it; the greatest value always does.
 */
function countIn(values: ValueArray, range: Range, bins: number): number[] {
  const size = bins + 2
  const tables = new Int32Array(4 * size)
  const scale = 1 / widthOf(range, bins)
  const offset = 1 - range[0] * scale
  const [second, third, fourth] = [offset + size, offset + 2 * size, offset + 3 * size]
  const fours = values.length - (values.length % 4)
  for (let i = 0; i < fours; i += 4) {
    tables[(values[i]! * scale + offset) | 0]!++
    tables[(values[i + 1]! * scale + second) | 0]!++
    tables[(values[i + 2]! * scale + third) | 0]!++
    tables[(values[i + 3]! * scale + fourth) | 0]!++
  }
  for (let i = fours; i < values.length; i++) tables[(values[i]! * scale + offset) | 0]!++
  const counts = new Array<number>(bins).fill(0)
  tables.forEach((count, i) => {
    counts[Math.min(Math.max((i % size) - 1, 0), bins - 1)]! += count
  })
  return counts
}

/** Edges, with no more digits than tell them apart: they are sent as text. */
function edgesOf(range: Range, bins: number): number[] {
  const [first, last] = range
  const digits = 3 - Math.floor(Math.log10(widthOf(range, bins)))
  const shorten = digits >= 0 && digits <= 20 ? (x: number) => Number(x.toFixed(digits)) : (x: number) => x
  return Array.from({ length: bins + 1 }, (_, i) => shorten(first * (1 - i / bins) + last * (i / bins)))
}
