/** A pie: shares of a whole. */
import type { NetworkContent, PlotContent, Trace } from '../../../protocol/types.js'
import { valueText } from '../axis/numbers.js'
import { fieldsOf } from '../axis/spec.js'
import { inkOn, parseColor } from '../color/color.js'
import { paletteColor } from '../color/palette.js'
import { plainNumber, textOf } from '../data/cells.js'
import type { Painter } from '../draw/painter.js'
import type { PlotAbilities } from '../types.js'
import { tableOf } from './cartesian/table.js'
import { type Chart, type ChartHost, type Hover, NO_ABILITIES, type Region, type Style } from './chart.js'
import { drawLegend, Hidden, layoutLegend, legendRows } from './legend.js'
import { angleAt, isWholeRing, ringOutline } from './rings.js'
import { drawEmpty, drawTitle } from './words.js'

interface Slice {
  readonly name: string
  readonly value: number
  readonly color: string
  /** angles from the top, clockwise */
  readonly from: number
  readonly to: number
}

export class PieChart implements Chart {
  regions: readonly Region[] = []
  readonly isZoomed: boolean = false
  readonly #host: ChartHost
  readonly #hidden: Hidden = new Hidden()
  #content: PlotContent = { data: [], layout: {} }
  #slices: readonly Slice[] = []
  #place: { x: number; y: number; radius: number; hole: number } = { x: 0, y: 0, radius: 0, hole: 0 }

  constructor(host: ChartHost) {
    this.#host = host
  }

  update(content: PlotContent | NetworkContent): void {
    this.#content = content as PlotContent
  }

  changed(): void {}
  resetZoom(): void {}

  draw(painter: Painter, style: Style): void {
    const trace = this.#content.data[0] ?? {}
    const all = slicesOf(trace, style, new Hidden())
    this.#slices = slicesOf(trace, style, this.#hidden)
    const items = all.map(({ name, color }) => ({ name, color, mark: 'box' as const, dash: [] }))
    const legend = layoutLegend(
      painter,
      style,
      this.#content.layout.showlegend === false ? [] : items,
      painter.width - 28,
      legendRows(painter.height * 0.25),
      this.#host.strings.more,
    )
    const top = drawTitle(painter, style, this.#host, this.#content.layout.title) ? 28 : 8
    const names = all.map(({ name }) => name)
    const presses = this.#hidden.presses(names, () => this.#host.redraw())
    this.regions = drawLegend(painter, style, legend, 14, top, (name) => this.#hidden.has(name), presses)
    const above = top + legend.height
    const radius = Math.max(4, Math.min(painter.width - 120, painter.height - above - 40) / 2)
    const hole = typeof trace.hole === 'number' ? Math.min(0.95, Math.max(0, trace.hole)) * radius : 0
    this.#place = { x: painter.width / 2, y: above + (painter.height - above) / 2, radius, hole }
    for (const slice of this.#slices) this.#drawSlice(painter, style, slice)
    if (this.#slices.length === 0) drawEmpty(painter, style, this.#host, this.#place.x, this.#place.y)
  }

  #drawSlice(painter: Painter, style: Style, slice: Slice): void {
    const { x, y, radius, hole } = this.#place
    const { from, to, color } = slice
    const isWhole = isWholeRing(from, to)
    painter.polygon(this.#outline(slice), color, isWhole ? undefined : { color: style.ground, width: 1.5 })
    const share = (to - from) / (2 * Math.PI)
    const middle = (from + to) / 2
    const text = `${Number((share * 100).toPrecision(3))}%`
    const at = (r: number): [number, number] => [x + Math.sin(middle) * r, y - Math.cos(middle) * r]
    const inner = (radius + hole) * (hole > 0 ? 0.5 : 0.62)
    if (painter.measure(text, style.size) + 8 < Math.min(inner * (to - from), radius - hole) || isWhole) {
      painter.text(text, ...at(isWhole && hole === 0 ? 0 : inner), {
        color: inkOn(parseColor(color) ?? [128, 128, 128, 1]),
        size: style.size,
        align: 'center',
        bold: true,
      })
    } else if (share > 0.012) {
      const [tx, ty] = at(radius + 10)
      painter.text(text, tx, ty, {
        color: style.muted,
        size: style.size - 1,
        align: Math.sin(middle) < 0 ? 'right' : 'left',
      })
    }
  }

  #outline({ from, to }: Slice): number[] {
    const { x, y, radius, hole } = this.#place
    return ringOutline(x, y, hole, radius, from, to)
  }

  hover(px: number, py: number): Hover | null {
    const { x, y, radius, hole } = this.#place
    const distance = Math.hypot(px - x, py - y)
    if (distance > radius || distance < hole) return null
    const angle = angleAt(px - x, py - y)
    const slice = this.#slices.find(({ from, to }) => angle >= from && angle < to)
    if (slice === undefined) return null
    const share = ((slice.to - slice.from) / (2 * Math.PI)) * 100
    const outline = this.#outline(slice)
    return {
      title: slice.name,
      rows: [{ color: slice.color, name: '', value: valueText(slice.value), note: `${Number(share.toPrecision(4))}%` }],
      x: px,
      y: py,
      outline: [...outline, outline[0]!, outline[1]!],
    }
  }

  abilities(): PlotAbilities {
    return NO_ABILITIES
  }

  csv(): string {
    return tableOf(this.#content, [textOf(this.#content.data[0]?.name ?? '1')])
  }
}

function slicesOf(trace: Trace, style: Style, hidden: Hidden): Slice[] {
  const { values, labels } = trace
  const colors = fieldsOf(trace, 'marker').colors
  const names = Array.isArray(labels) ? labels.map(textOf) : []
  const numbers = (Array.isArray(values) ? values : names.map(() => 1)).map(plainNumber)
  const parts = numbers.map((value, i) => {
    const own = Array.isArray(colors) ? colors[i] : undefined
    return {
      name: names[i] ?? String(i + 1),
      value,
      color: parseColor(own) === null ? paletteColor(i, style.isDark) : String(own),
    }
  })
  const shown = parts.filter(({ name, value }) => value > 0 && Number.isFinite(value) && !hidden.has(name))
  // in parts of the largest: the sum of huge numbers is none
  const largest = shown.reduce((most, { value }) => Math.max(most, value), 0)
  const sum = shown.reduce((total, { value }) => total + value / largest, 0)
  let at = 0
  return shown.map((part) => {
    const from = at
    at += (part.value / largest / sum) * 2 * Math.PI
    return { ...part, from, to: at }
  })
}
