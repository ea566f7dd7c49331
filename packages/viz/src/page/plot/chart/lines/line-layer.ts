/** A line, or points. */

import type { Trace } from '../../../../protocol/types.js'
import { valueText } from '../../axis/numbers.js'
import type { Span } from '../../axis/scale.js'
import { shorten } from '../../axis/ticks.js'
import { withAlpha } from '../../color/color.js'
import { type Reader, textOf } from '../../data/cells.js'
import type { Series } from '../../data/series.js'
import { isIn, type Painter, type Points } from '../../draw/painter.js'
import type { Style } from '../chart.js'
import type { Found, Layer, LegendItem, Scales, View } from '../layer.js'
import { type Look, lookOf } from './look.js'
import { drawMarkers, drawNotFinite } from './marks.js'
import { Path, stairs, tracePath } from './path.js'

const path = new Path()

export interface LinePlace {
  readonly color: number
  readonly dash: number
  /** colours and dashes of the trace don't count: traces of several runs */
  readonly forced: boolean
  /** a map of colours lies below: black and white show on it */
  readonly onMap?: boolean
}

export class LineLayer implements Layer {
  readonly trace: Trace
  readonly name: string
  readonly series: Series
  readonly isOnY2: boolean
  readonly hasMarkers: boolean
  readonly isLine: boolean = true
  /** texts of categories on y */
  readonly readers: { readonly x: Reader; readonly y: Reader }
  #place: LinePlace = { color: 0, dash: 0, forced: false }
  /** the line that `tonexty` fills to */
  #below: LineLayer | null = null
  #look: Look | null = null
  #lookStyle: Style | null = null
  /** its path, if it is filled or filled to */
  #drawn: Float64Array = new Float64Array(0)
  /** the next line fills to this one */
  #isFilledTo = false

  constructor(trace: Trace, name: string, series: Series, readers: { readonly x: Reader; readonly y: Reader }) {
    this.trace = trace
    this.name = name
    this.series = series
    this.readers = readers
    this.isOnY2 = trace.yaxis === 'y2'
    this.hasMarkers = typeof trace.mode === 'string' && trace.mode.includes('markers')
  }

  /** Lines are placed in their order: the next says if it fills to this one. */
  place(place: LinePlace, below: LineLayer | null): void {
    this.#place = place
    this.#look = null
    this.#isFilledTo = false
    this.#below = this.trace.fill === 'tonexty' ? below : null
    if (this.#below !== null) this.#below.#isFilledTo = true
  }

  /** The trace's colours may have grown with its points. */
  forgetLook(): void {
    this.#look = null
  }

  look(style: Style): Look {
    if (this.#look === null || this.#lookStyle !== style) {
      this.#look = lookOf(this.trace, this.series.length, this.#place, style)
      this.#lookStyle = style
    }
    return this.#look
  }

  legend(style: Style): readonly LegendItem[] {
    const { color, markerColor, hasLines, dash } = this.look(style)
    return [{ name: this.name, color: hasLines ? color : markerColor, mark: hasLines ? 'line' : 'point', dash }]
  }

  spanX({ xAxis, logX }: View): Span | null {
    const column = this.series.column(xAxis)
    const low = logX ? column.minPositive : column.min
    return low <= column.max ? { low, high: column.max } : null
  }

  spanY({ xAxis, logY }: View, low: number, high: number): Span | null {
    const { min, max } = this.series.extremes(this.series.column(xAxis), low, high, logY)
    if (!(min <= max)) return null
    return this.trace.fill === 'tozeroy' && !logY
      ? { low: Math.min(0, min), high: Math.max(0, max) }
      : { low: min, high: max }
  }

  draw(painter: Painter, style: Style, scales: Scales, view: View): void {
    const look = this.look(style)
    const column = this.series.column(view.xAxis)
    const { series } = this
    const raw = { values: series.y.values, pyramid: series.pyramid }
    const { x, y, plot } = scales
    if (look.hasLines) {
      const isSmooth = view.smoothing > 0 && this.canSmooth
      if (isSmooth) {
        tracePath(path, column, raw, series.length, x, y, plot.width)
        painter.line(
          path.points,
          { color: withAlpha(look.color, style.isDark ? 0.3 : 0.25), width: Math.min(1.2, look.lineWidth) },
          path.length,
        )
      }
      tracePath(path, column, isSmooth ? series.smoothed(view.smoothing) : raw, series.length, x, y, plot.width)
      const points = look.shape === 'linear' ? null : stairs(path, look.shape)
      const stroke = { color: withAlpha(look.color, look.opacity), width: look.lineWidth, dash: look.dash }
      if (this.#isFilledTo || look.fill !== null) this.#drawn = points ?? path.copy()
      if (look.fill !== null) this.#fill(painter, scales, look.fill)
      if (points === null) painter.line(path.points, stroke, path.length)
      else painter.line(points, stroke)
      if (!look.hasMarkers) this.#drawSingles(painter, path, look)
    }
    if (look.hasMarkers) drawMarkers(painter, series, column, scales, look)
    if (look.hasText) this.#drawText(painter, style, scales, view)
    drawNotFinite(painter, style, series, column, scales, look.color)
  }

  get canSmooth(): boolean {
    return this.series.x.isSorted && this.series.length > 2
  }

  /** A point between two gaps has no line that would show it. */
  #drawSingles(painter: Painter, { points, length }: Path, look: Look): void {
    const singles: number[] = []
    for (let i = 0; i < length; i += 2) {
      const isStart = i === 0 || Number.isNaN(points[i - 2]!)
      const isEnd = i + 2 >= length || Number.isNaN(points[i + 2]!)
      if (isStart && isEnd && !Number.isNaN(points[i]!)) singles.push(points[i]!, points[i + 1]!)
    }
    if (singles.length > 0)
      painter.markers(singles, { symbol: 'circle', size: look.lineWidth * 2 + 2, fill: look.color })
  }

  #fill(painter: Painter, { y, plot }: Scales, { to, color }: NonNullable<Look['fill']>): void {
    const points = this.#drawn
    if (to === 'self') {
      painter.polygon(points, color)
      return
    }
    const below = to === 'next' && this.#below !== null ? this.#below.#drawn : null
    if (below !== null && below.length > 0) {
      const finite = (list: Points): number[] => [...list].filter((value) => !Number.isNaN(value))
      const back = finite(below)
      const outline = finite(points)
      for (let i = back.length - 2; i >= 0; i -= 2) outline.push(back[i]!, back[i + 1]!)
      painter.polygon(outline, color)
      return
    }
    const zero = y.isLog ? plot.y + plot.height : y.at(0)
    const outline: number[] = []
    let start = 0
    for (let i = 0; i <= points.length; i += 2) {
      if (i < points.length && !Number.isNaN(points[i]!)) continue
      if (i > start) {
        outline.push(points[start]!, zero, ...points.subarray(start, i), points[i - 2]!, zero, Number.NaN, Number.NaN)
      }
      start = i + 2
    }
    painter.polygon(outline, color)
  }

  #drawText(painter: Painter, style: Style, { x, y, plot }: Scales, { xAxis }: View): void {
    const { text } = this.trace
    const column = this.series.column(xAxis)
    const count = Math.min(this.series.length, 2000)
    for (let i = 0; i < count; i++) {
      const label = Array.isArray(text) ? text[i] : text
      if (label === null || label === undefined || label === '') continue
      const [px, py] = [x.at(column.values[i]!), y.at(this.series.y.values[i]!)]
      if (!isIn(plot, px, py)) continue
      painter.text(shorten(textOf(label), 40), px + 8, py, { color: style.text, size: style.size })
    }
  }

  find(px: number, py: number, { x, y }: Scales, view: View, style: Style): readonly Found[] {
    const column = this.series.column(view.xAxis)
    const look = this.look(style)
    const isByX = column.isSorted && look.hasLines
    const i = isByX ? column.nearest(x.valueAt(px)) : this.#nearest(px, py, x, y, column.values)
    if (i < 0) return []
    const value = this.series.y.values[i]!
    const smooth =
      look.hasLines && view.smoothing > 0 && this.canSmooth ? this.series.smoothed(view.smoothing).values[i]! : value
    const [atX, atY] = [x.at(column.values[i]!), y.at(smooth)]
    const show = (v: number): string =>
      this.readers.y.kind === 'category' ? (this.readers.y.categories[v] ?? '') : valueText(v)
    const { text } = this.trace
    const label = Array.isArray(text) && text[i] !== null && text[i] !== undefined ? textOf(text[i]) : undefined
    const notes = [smooth !== value ? show(value) : undefined, label].filter((note) => note !== undefined)
    const color = look.colorOf === null ? (look.hasLines ? look.color : look.markerColor) : look.colorOf(i)
    return [
      {
        x: atX,
        y: atY,
        distance: isByX ? Math.abs(atX - px) : Math.hypot(atX - px, (Number.isNaN(atY) ? py : atY) - py),
        title: column.values[i]!,
        color,
        isByX,
        rows: [
          { color, name: this.name, value: show(smooth), ...(notes.length > 0 ? { note: notes.join(' · ') } : {}) },
        ],
      },
    ]
  }

  #nearest(px: number, py: number, x: Scales['x'], y: Scales['y'], xs: Float64Array): number {
    let [best, distance] = [-1, Number.POSITIVE_INFINITY]
    for (let i = 0; i < this.series.length; i++) {
      const d = (x.at(xs[i]!) - px) ** 2 + (y.at(this.series.y.values[i]!) - py) ** 2
      if (d < distance) {
        distance = d
        best = i
      }
    }
    return best
  }
}
