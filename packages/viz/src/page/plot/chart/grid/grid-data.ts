/** The values of a heatmap or a surface, in one block. */
import type { Trace } from '../../../../protocol/types.js'
import { isGap, numberOf, plainNumber, type Reader } from '../../data/cells.js'

export interface Grid {
  readonly width: number
  readonly height: number
  /** rows one after the other; NaN where there is no value */
  readonly values: Float64Array
  /** ends of the finite values; NaN if there are none */
  readonly min: number
  readonly max: number
  /** whether a value was NaN or infinite, not only missing */
  readonly isNotFinite: boolean
}

export function readGrid({ z }: Trace): Grid {
  const rows = (
    Array.isArray(z) ? (Array.isArray(z[0]) || z.length === 0 ? z : [z]) : []
  ) as readonly (readonly unknown[])[]
  const width = rows.reduce((most, row) => Math.max(most, Array.isArray(row) ? row.length : 0), 0)
  const values = new Float64Array(width * rows.length).fill(Number.NaN)
  let [min, max, isNotFinite] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, false]
  rows.forEach((row, r) => {
    for (let c = 0; c < (Array.isArray(row) ? row.length : 0); c++) {
      const value = plainNumber(row[c])
      values[r * width + c] = value
      if (!Number.isFinite(value)) {
        isNotFinite ||= !isGap(row[c])
        continue
      }
      if (value < min) min = value
      if (value > max) max = value
    }
  })
  if (min > max) [min, max] = [Number.NaN, Number.NaN]
  return { width, height: rows.length, values, min, max, isNotFinite }
}

/** Ends of the colours: what the trace says, else the ends of its values. */
export function limitsOf(trace: Trace, { min, max }: Grid): [number, number] {
  const end = (...keys: readonly string[]): number | undefined =>
    keys
      .map((key) => numberOf(trace[key]))
      .find((value): value is number => value !== undefined && Number.isFinite(value))
  return [end('zmin', 'cmin') ?? min, end('zmax', 'cmax') ?? max]
}

/** Places along an axis: where each row or column is, and where each begins and ends. */
export interface Places {
  readonly centres: Float64Array
  /** one more than there are centres */
  readonly edges: Float64Array
  /** all at the same distance */
  readonly isEven: boolean
}

/** Places of `count` columns, by the cells of the trace's `x` (or of its `y`, or 0, 1, 2, ...). */
export function placesOf(cells: readonly unknown[] | null | undefined, count: number, reader: Reader): Places {
  const centres = new Float64Array(count)
  const edges = new Float64Array(count + 1)
  const given = Array.isArray(cells) ? cells : []
  // one more than there are columns: those are the edges
  if (given.length === count + 1 && reader.kind === 'number') {
    for (let i = 0; i <= count; i++) edges[i] = reader.read(given[i])
    for (let i = 0; i < count; i++) centres[i] = (edges[i]! + edges[i + 1]!) / 2
  } else {
    for (let i = 0; i < count; i++) centres[i] = given.length > i ? reader.read(given[i]) : i
    for (let i = 1; i < count; i++) edges[i] = (centres[i - 1]! + centres[i]!) / 2
    const [first, last] = count > 1 ? [centres[1]! - centres[0]!, centres[count - 1]! - centres[count - 2]!] : [1, 1]
    edges[0] = centres[0]! - first / 2
    edges[count] = centres[count - 1]! + last / 2
  }
  const step = (edges[count]! - edges[0]!) / count
  const isEven = edges.every((edge, i) => Math.abs(edge - (edges[0]! + i * step)) <= Math.abs(step) * 1e-3)
  return { centres, edges, isEven }
}

/** Number of the place that a value lies in; -1 outside. */
export function placeAt({ edges }: Places, value: number): number {
  for (let i = 0; i + 1 < edges.length; i++) {
    const [a, b] = [edges[i]!, edges[i + 1]!]
    if (value >= Math.min(a, b) && value < Math.max(a, b)) return i
  }
  return -1
}
