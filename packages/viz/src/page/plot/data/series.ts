/** The points of a line, in typed arrays that grow with the window's content. */
import type { Cell, Trace } from '../../../protocol/types.js'
import { type LossWatch, lossWatch } from '../../../terminal/loss-watch.js'
import type { XAxisKind } from '../types.js'
import { isGap, listOf, type Reader } from './cells.js'
import { Column } from './column.js'
import { Growing } from './growing.js'
import { type Extremes, Pyramid } from './pyramid.js'
import { MovingMean } from './smoothing.js'

const SIDES = ['t', 'epoch'] as const

export class Series {
  readonly x: Column = new Column()
  readonly y: Growing = new Growing()
  readonly pyramid: Pyramid = new Pyramid()
  /** Indices of points whose y is NaN or infinite, or missing though there is an x. */
  readonly notFinite: Growing = new Growing()
  /** x is the number of the point */
  readonly isCounted: boolean
  readonly sides: { readonly t: Column | null; readonly epoch: Column | null }
  /** seconds since the first point, from `t` */
  readonly relative: Column | null
  /** watches a loss, if this is one */
  readonly watch: LossWatch | null
  #smooth: { readonly mean: MovingMean; readonly pyramid: Pyramid } | null = null
  /** index of the first point that is NaN or infinite beyond doubt */
  #firstMeasured = -1
  /** index of the point from which on no y is finite; -1 if the last is */
  #lostSince = -1
  /** index of the point at which the loss began to diverge */
  #divergedAt = -1

  constructor(trace: Trace, readers: { readonly x: Reader; readonly y: Reader }, isLoss = false) {
    this.isCounted = !Array.isArray(trace.x)
    this.sides = {
      t: Array.isArray(trace.t) ? new Column() : null,
      epoch: Array.isArray(trace.epoch) ? new Column() : null,
    }
    this.relative = this.sides.t === null ? null : new Column()
    this.watch = isLoss ? lossWatch() : null
    this.extend(trace, readers)
  }

  get length(): number {
    return this.y.length
  }

  /** Takes the points that came to a trace; of what was there before, nothing is read. */
  extend(trace: Trace, readers: { readonly x: Reader; readonly y: Reader }): void {
    const length = pointCount(trace)
    const [xs, ys] = [trace.x, listOf(trace.y)]
    this.x.growing.reserve(length)
    this.y.reserve(length)
    for (let i = this.length; i < length; i++) {
      const x = this.isCounted ? i : readers.x.read(xs![i])
      this.x.push(x)
      this.#pushY(i, x, ys[i], readers.y.read(ys[i]))
    }
    for (const key of SIDES) this.#extendSide(key, trace[key], length)
    this.pyramid.extend(this.y.values, length)
    if (this.#smooth !== null) this.#extendSmooth()
  }

  #pushY(i: number, x: number, cell: unknown, y: number): void {
    this.y.push(y)
    if (Number.isFinite(y)) this.#lostSince = -1
    else if (!isGap(cell) || !Number.isNaN(x)) {
      this.notFinite.push(i)
      if (!isGap(cell) && this.#firstMeasured < 0) this.#firstMeasured = i
      if (this.#lostSince < 0) this.#lostSince = i
    }
    if (this.watch === null || isGap(cell)) return
    const before = this.watch.diverged
    this.watch.update(y)
    if (!this.watch.diverged) this.#divergedAt = -1
    else if (!before) this.#divergedAt = i
  }

  #extendSide(key: 't' | 'epoch', cells: readonly Cell[] | undefined, length: number): void {
    const column = this.sides[key]
    if (column === null) return
    for (let i = column.length; i < length; i++) {
      const value = cells?.[i]
      const number = typeof value === 'number' ? value : Number.NaN
      // dates are in milliseconds
      column.push(key === 't' ? number * 1000 : number)
      if (key === 't') this.relative!.push((column.values[i]! - column.values[0]!) / 1000)
    }
  }

  /** The column that runs along x; that of steps where the trace has no other. */
  column(kind: XAxisKind): Column {
    if (kind === 'time') return this.sides.t ?? this.x
    if (kind === 'relative') return this.relative ?? this.x
    if (kind === 'epoch') return this.sides.epoch ?? this.x
    return this.x
  }

  /** The moving mean with a weight, kept for the next call and lengthened with the line. */
  smoothed(weight: number): { readonly values: Float64Array; readonly pyramid: Pyramid } {
    if (this.#smooth?.mean.weight !== weight) this.#smooth = { mean: new MovingMean(weight), pyramid: new Pyramid() }
    this.#extendSmooth()
    return { values: this.#smooth!.mean.values.values, pyramid: this.#smooth!.pyramid }
  }

  #extendSmooth(): void {
    const { mean, pyramid } = this.#smooth!
    mean.extend(this.y.values, this.length)
    pyramid.extend(mean.values.values, this.length)
  }

  /** Least and greatest y of the points with x from `low` to `high`. */
  extremes(column: Column, low: number, high: number, positive: boolean): Extremes {
    if (low <= column.min && high >= column.max) return this.pyramid.extremes(this.y.values, 0, this.length, positive)
    if (column.isSorted) {
      const [from, to] = [column.lowerBound(low), column.lowerBound(nextUp(high))]
      return this.pyramid.extremes(this.y.values, from, to, positive)
    }
    let [min, max] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]
    for (let i = 0; i < this.length; i++) {
      const [x, y] = [column.values[i]!, this.y.values[i]!]
      if (!(x >= low && x <= high) || !Number.isFinite(y) || (positive && y <= 0)) continue
      if (y < min) min = y
      if (y > max) max = y
    }
    return min <= max ? { min, max } : { min: Number.NaN, max: Number.NaN }
  }

  /** What is wrong with the line now, and the point since which it is. */
  trouble(): {
    readonly reason: 'not finite' | 'diverges'
    readonly index: number
    readonly isMissing: boolean
  } | null {
    if (this.#firstMeasured >= 0) return { reason: 'not finite', index: this.#firstMeasured, isMissing: false }
    if (this.#lostSince > 0 && this.watch !== null)
      return { reason: 'not finite', index: this.#lostSince, isMissing: true }
    return this.#divergedAt >= 0 ? { reason: 'diverges', index: this.#divergedAt, isMissing: false } : null
  }
}

/** The next larger number. */
const nextUp = (value: number): number => value + Math.max(Number.MIN_VALUE, Math.abs(value) * Number.EPSILON)

/** How many points a trace has: Plotly draws as many as the shorter of x and y. */
export function pointCount(trace: Trace): number {
  const y = listOf(trace.y).length
  return Array.isArray(trace.x) ? Math.min(trace.x.length, y) : y
}
