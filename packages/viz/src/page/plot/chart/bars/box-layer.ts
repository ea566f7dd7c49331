/** Box plots: quartiles, whiskers to the furthest values within 1.5 interquartile ranges, and points beyond. */
import type { Trace } from '../../../../protocol/types.js'
import { valueText } from '../../axis/numbers.js'
import type { Span } from '../../axis/scale.js'
import { fieldsOf } from '../../axis/spec.js'
import { withAlpha } from '../../color/color.js'
import { listOf, plainNumber, type Reader, textOf } from '../../data/cells.js'
import type { Painter } from '../../draw/painter.js'
import type { Style } from '../chart.js'
import type { Found, Layer, LegendItem, Scales, View } from '../layer.js'
import { ownColor } from '../lines/look.js'

export interface Quartiles {
  readonly count: number
  readonly low: number
  readonly q1: number
  readonly median: number
  readonly q3: number
  readonly high: number
  readonly outliers: readonly number[]
}

/** Quartiles by linear interpolation between the values at `(n - 1) p`, as numpy's percentile. */
export function quartilesOf(values: readonly number[]): Quartiles | null {
  const sorted = values.filter(Number.isFinite).sort((a, b) => a - b)
  if (sorted.length === 0) return null
  const at = (p: number): number => {
    const place = (sorted.length - 1) * p
    const [i, rest] = [Math.floor(place), place % 1]
    return rest === 0 ? sorted[i]! : sorted[i]! + (sorted[i + 1]! - sorted[i]!) * rest
  }
  const [q1, median, q3] = [at(0.25), at(0.5), at(0.75)]
  const reach = 1.5 * (q3 - q1)
  const inner = sorted.filter((value) => value >= q1 - reach && value <= q3 + reach)
  const outliers = sorted.filter((value) => value < q1 - reach || value > q3 + reach)
  return {
    count: sorted.length,
    low: Math.min(q1, inner[0]!),
    q1,
    median,
    q3,
    high: Math.max(q3, inner[inner.length - 1]!),
    outliers,
  }
}

interface Box {
  readonly trace: Trace
  readonly name: string
  readonly index: number
  readonly x: number
  readonly quartiles: Quartiles
  /** share of the room of a place, and where in it */
  readonly width: number
  readonly shift: number
}

export class BoxLayer implements Layer {
  readonly name: null = null
  readonly #boxes: readonly Box[]

  constructor(traces: readonly (readonly [Trace, string])[], readers: { readonly x: Reader }, all: readonly Trace[]) {
    const grouped = traces.filter(([trace]) => Array.isArray(trace.x)).length
    let group = 0
    this.#boxes = traces.flatMap(([trace, name]) => {
      const isGrouped = Array.isArray(trace.x)
      const width = 0.62 / (isGrouped ? Math.max(1, grouped) : 1)
      const shift = isGrouped ? (group++ - (grouped - 1) / 2) * (0.7 / grouped) : 0
      return valuesByPlace(trace, name).flatMap(([place, values]) => {
        const quartiles = quartilesOf(values)
        const box = { trace, name, index: all.indexOf(trace), x: readers.x.place(place), width, shift }
        return quartiles === null ? [] : [{ ...box, quartiles }]
      })
    })
  }

  legend(style: Style): readonly LegendItem[] {
    const seen = new Map(this.#boxes.map((box) => [box.name, box]))
    return [...seen.values()].map((box) => ({ name: box.name, color: colorOf(box, style), mark: 'box', dash: [] }))
  }

  #shown({ isHidden }: View): readonly Box[] {
    return this.#boxes.filter(({ name }) => !isHidden(name))
  }

  spanX(view: View): Span | null {
    const places = this.#shown(view).map(({ x }) => x)
    return places.length === 0 ? null : { low: Math.min(...places) - 0.5, high: Math.max(...places) + 0.5 }
  }

  spanY(view: View, low: number, high: number): Span | null {
    let [min, max] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]
    for (const { x, quartiles } of this.#shown(view)) {
      if (x + 0.5 < low || x - 0.5 > high) continue
      const { outliers } = quartiles
      for (const value of [quartiles.low, quartiles.high, outliers[0], outliers[outliers.length - 1]]) {
        if (value === undefined || (view.logY && value <= 0)) continue
        min = Math.min(min, value)
        max = Math.max(max, value)
      }
    }
    return min <= max ? { low: min, high: max } : null
  }

  draw(painter: Painter, style: Style, { x, y }: Scales, view: View): void {
    for (const box of this.#shown(view)) {
      const { low, q1, median, q3, high, outliers } = box.quartiles
      const color = colorOf(box, style)
      const middle = x.at(box.x + box.shift)
      const half = Math.min(60, Math.abs(x.factor) * box.width) / 2
      const stroke = { color, width: 1.5 }
      const [a, b] = [middle - half, middle + half]
      painter.line(
        [middle, y.at(low), middle, y.at(q1), Number.NaN, Number.NaN, middle, y.at(q3), middle, y.at(high)],
        stroke,
      )
      painter.line(
        [
          middle - half / 2,
          y.at(low),
          middle + half / 2,
          y.at(low),
          Number.NaN,
          Number.NaN,
          middle - half / 2,
          y.at(high),
          middle + half / 2,
          y.at(high),
        ],
        stroke,
      )
      painter.rect(
        { x: a, y: y.at(q3), width: b - a, height: Math.max(1, y.at(q1) - y.at(q3)) },
        withAlpha(color, 0.3),
        stroke,
        2,
      )
      painter.line([a, y.at(median), b, y.at(median)], { color, width: 2.5 })
      painter.markers(
        outliers.flatMap((value) => [middle, y.at(value)]),
        { symbol: 'circle', size: 5, fill: withAlpha(color, 0.8) },
      )
    }
  }

  find(px: number, _py: number, { x, y }: Scales, view: View, style: Style): readonly Found[] {
    return this.#shown(view).flatMap((box) => {
      const middle = x.at(box.x + box.shift)
      const half = Math.max(8, Math.min(60, Math.abs(x.factor) * box.width) / 2)
      if (Math.abs(px - middle) > half) return []
      const { count, outliers, ...values } = box.quartiles
      const color = colorOf(box, style)
      const rows = (['high', 'q3', 'median', 'q1', 'low'] as const).map((key) => ({
        name: key,
        value: valueText(values[key]),
      }))
      const n = { name: 'n', value: outliers.length > 0 ? `${count} (${outliers.length} ○)` : String(count) }
      return [
        {
          x: middle,
          y: y.at(values.median),
          distance: Math.abs(px - middle) / 8,
          title: box.name,
          color,
          isByX: false,
          rows: [...rows, n],
        },
      ]
    })
  }
}

function valuesByPlace(trace: Trace, name: string): [string, number[]][] {
  const ys = listOf(trace.y).map(plainNumber)
  if (!Array.isArray(trace.x)) return [[name, ys]]
  const places = new Map<string, number[]>()
  ys.forEach((y, i) => {
    const place = textOf(trace.x![i])
    const values = places.get(place)
    if (values === undefined) places.set(place, [y])
    else values.push(y)
  })
  return [...places]
}

function colorOf({ trace, index }: Box, style: Style): string {
  return ownColor(fieldsOf(trace, 'marker').color, index, style)
}
