/** Bars: beside each other, or stacked. */
import type { JsonObject, Trace } from '../../../../protocol/types.js'
import { valueText } from '../../axis/numbers.js'
import type { Span } from '../../axis/scale.js'
import { fieldsOf } from '../../axis/spec.js'
import { withAlpha } from '../../color/color.js'
import { listOf, plainNumber, type Reader } from '../../data/cells.js'
import type { Painter } from '../../draw/painter.js'
import type { Style } from '../chart.js'
import type { Found, Layer, LegendItem, Scales, View } from '../layer.js'
import { ownColor } from '../lines/look.js'

interface Bars {
  readonly trace: Trace
  readonly name: string
  /** number among all traces, for its colour */
  readonly index: number
  readonly xs: readonly number[]
  readonly ys: readonly number[]
}

interface Bar {
  readonly bars: Bars
  readonly i: number
  /** place of the group */
  readonly x: number
  readonly left: number
  readonly right: number
  readonly from: number
  readonly to: number
}

export class BarLayer implements Layer {
  readonly name: null = null
  readonly hasZero: boolean = true
  readonly #bars: readonly Bars[]
  readonly #reader: Reader
  readonly #mode: 'group' | 'stack' | 'overlay'
  /** share of the distance between places that stays free */
  readonly #gap: number
  readonly #step: number
  #placed: readonly Bar[] = []
  #key = ''

  constructor(
    traces: readonly (readonly [Trace, string])[],
    layout: JsonObject,
    readers: { readonly x: Reader },
    all: readonly Trace[],
  ) {
    this.#reader = readers.x
    this.#bars = traces.map(([trace, name]) => ({
      trace,
      name,
      index: all.indexOf(trace),
      xs: listOf(trace.y).map((_, i) => (Array.isArray(trace.x) ? readers.x.read(trace.x[i]) : i)),
      ys: listOf(trace.y).map(plainNumber),
    }))
    const { barmode, bargap } = layout
    this.#mode = barmode === 'stack' || barmode === 'relative' ? 'stack' : barmode === 'overlay' ? 'overlay' : 'group'
    this.#step = leastStep(this.#bars.flatMap(({ xs }) => xs))
    const isHistogram = traces.length === 1 && this.#reader.kind === 'number' && this.#bars[0]!.xs.length > 8
    this.#gap = typeof bargap === 'number' && bargap >= 0 && bargap < 1 ? bargap : isHistogram ? 0.04 : 0.24
  }

  legend(style: Style): readonly LegendItem[] {
    return this.#bars.map((bars) => ({ name: bars.name, color: colorOf(bars, style), mark: 'box', dash: [] }))
  }

  /** Rectangles in the units of the axes. */
  #place(view: View): readonly Bar[] {
    const shown = this.#bars.filter(({ name }) => !view.isHidden(name))
    const key = shown.map(({ index }) => index).join()
    if (key === this.#key) return this.#placed
    this.#key = key
    const room = this.#step * (1 - this.#gap)
    const each = this.#mode === 'group' ? room / Math.max(1, shown.length) : room
    const [above, below] = [new Map<number, number>(), new Map<number, number>()]
    this.#placed = shown.flatMap((bars, k) =>
      bars.xs.flatMap((x, i) => {
        const value = bars.ys[i]!
        if (!Number.isFinite(x)) return []
        const own = widthOf(bars.trace, i)
        const left = own !== undefined ? x - own / 2 : x - room / 2 + (this.#mode === 'group' ? k * each : 0)
        const side = value >= 0 ? above : below
        const from = this.#mode === 'stack' ? (side.get(x) ?? 0) : baseOf(bars.trace, i)
        const to = from + value
        if (this.#mode === 'stack' && Number.isFinite(value)) side.set(x, to)
        return [{ bars, i, x, left, right: left + (own ?? each), from, to }]
      }),
    )
    return this.#placed
  }

  spanX(view: View): Span | null {
    let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]
    for (const { x, left, right } of this.#place(view)) {
      low = Math.min(low, left, x - this.#step / 2)
      high = Math.max(high, right, x + this.#step / 2)
    }
    return low <= high ? { low, high } : null
  }

  spanY(view: View, low: number, high: number): Span | null {
    let [min, max] = [view.logY ? Number.POSITIVE_INFINITY : 0, view.logY ? Number.NEGATIVE_INFINITY : 0]
    let isAny = false
    for (const { left, right, from, to } of this.#place(view)) {
      if (right < low || left > high) continue
      isAny = true
      for (const end of [from, to]) {
        if (!Number.isFinite(end) || (view.logY && end <= 0)) continue
        min = Math.min(min, end)
        max = Math.max(max, end)
      }
    }
    return isAny && min <= max ? { low: min, high: max } : null
  }

  draw(painter: Painter, style: Style, { x, y, plot }: Scales, view: View): void {
    const bottom = plot.y + plot.height
    for (const bar of this.#place(view)) {
      const { left, right, from, to, bars, i } = bar
      const [a, b] = [x.at(left), x.at(right)]
      if (b < plot.x || a > plot.x + plot.width) continue
      const value = bars.ys[i]!
      if (!Number.isFinite(value)) {
        if (bars.trace.y?.[i] !== null) drawTrouble(painter, style, (a + b) / 2, bottom, value)
        continue
      }
      const [c, d] = [y.isLog && from <= 0 ? bottom : y.at(from), y.at(to)]
      if (Number.isNaN(d)) continue
      const rect = {
        x: Math.min(a, b),
        y: Math.min(c, d),
        width: Math.max(0.6, Math.abs(b - a)),
        height: Math.abs(d - c),
      }
      painter.rect(
        rect,
        withAlpha(colorOf(bars, style, i), this.#mode === 'overlay' ? 0.6 : 0.92),
        undefined,
        rect.width > 14 && rect.height > 4 ? 2 : 0,
      )
    }
  }

  find(px: number, py: number, { x, y, plot }: Scales, view: View, style: Style): readonly Found[] {
    const at = x.valueAt(px)
    const under = this.#place(view).filter(({ left, right }) => at >= left && at <= right)
    const shown = under.length > 1 ? under.filter(({ from, to }) => between(py, y.at(from), y.at(to))) : under
    return (shown.length > 0 ? shown : under.slice(0, 1)).map(({ bars, i, left, right, from, to }) => {
      const [a, b, c, d] = [x.at(left), x.at(right), y.isLog && from <= 0 ? plot.y + plot.height : y.at(from), y.at(to)]
      const color = colorOf(bars, style, i)
      return {
        x: (a + b) / 2,
        y: Math.min(c, d),
        distance: 0,
        title: Array.isArray(bars.trace.x) ? bars.xs[i]! : String(i),
        color,
        isByX: false,
        outline: [a, c, b, c, b, d, a, d, a, c],
        rows: [{ color, name: bars.name, value: valueText(bars.ys[i]!) }],
      }
    })
  }
}

const between = (value: number, a: number, b: number): boolean =>
  value >= Math.min(a, b) - 2 && value <= Math.max(a, b) + 2

function widthOf({ width }: Trace, i: number): number | undefined {
  const own = Array.isArray(width) ? width[i] : width
  return typeof own === 'number' && own > 0 ? own : undefined
}

function baseOf({ base }: Trace, i: number): number {
  const own = Array.isArray(base) ? base[i] : base
  return typeof own === 'number' ? own : 0
}

function colorOf({ trace, index }: Bars, style: Style, i = 0): string {
  const given = fieldsOf(trace, 'marker').color
  return ownColor(Array.isArray(given) ? given[i] : given, index, style)
}

/** A value without a height. */
function drawTrouble(painter: Painter, style: Style, x: number, bottom: number, value: number): void {
  painter.text(valueText(value), x, bottom - 8, {
    color: style.alarm,
    size: style.size - 1,
    align: 'center',
    bold: true,
  })
}

/** Least distance between two places; 1 if there is but one. */
function leastStep(xs: readonly number[]): number {
  const sorted = [...new Set(xs.filter(Number.isFinite))].sort((a, b) => a - b)
  let step = Number.POSITIVE_INFINITY
  for (let i = 1; i < sorted.length; i++) step = Math.min(step, sorted[i]! - sorted[i - 1]!)
  return Number.isFinite(step) ? step : 1
}
