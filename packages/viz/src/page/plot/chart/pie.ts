/** A pie: shares of a whole. */
import type { NetworkContent, PlotContent, Trace } from '../../../protocol/types.js'
import { fitText } from '../axis/frame.js'
import { valueText } from '../axis/numbers.js'
import { fieldsOf, plainText } from '../axis/spec.js'
import { luminance, parseColor } from '../color/color.js'
import { paletteColor } from '../color/palette.js'
import { plainNumber, textOf } from '../data/cells.js'
import type { Painter } from '../draw/painter.js'
import type { PlotAbilities } from '../types.js'
import { tableOf } from './cartesian/table.js'
import { type Chart, type ChartHost, type Hover, NO_ABILITIES, type Region, type Style } from './chart.js'
import { drawLegend, Hidden, layoutLegend } from './legend.js'

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
    const title = plainText(this.#content.layout.title)
    const hasTitle = title !== '' && !this.#host.isTitleShown(title)
    if (hasTitle)
      painter.text(fitText(painter, title, style.size + 1.5, painter.width - 24, true), 14, 14, {
        color: style.text,
        size: style.size + 1.5,
        bold: true,
      })
    const items = all.map(({ name, color }) => ({ name, color, mark: 'box' as const, dash: [] }))
    const rows = Math.max(1, Math.floor((painter.height * 0.25) / 18))
    const legend = layoutLegend(
      painter,
      style,
      this.#content.layout.showlegend === false ? [] : items,
      painter.width - 28,
      rows,
      this.#host.strings.more,
    )
    const top = hasTitle ? 28 : 8
    const names = all.map(({ name }) => name)
    const presses = this.#hidden.presses(names, () => this.#host.redraw())
    this.regions = drawLegend(painter, style, legend, 14, top, (name) => this.#hidden.has(name), presses)
    const above = top + legend.height
    const radius = Math.max(4, Math.min(painter.width - 120, painter.height - above - 40) / 2)
    const hole = typeof trace.hole === 'number' ? Math.min(0.95, Math.max(0, trace.hole)) * radius : 0
    this.#place = { x: painter.width / 2, y: above + (painter.height - above) / 2, radius, hole }
    for (const slice of this.#slices) this.#drawSlice(painter, style, slice)
    if (this.#slices.length === 0)
      painter.text(this.#host.strings.empty, this.#place.x, this.#place.y, {
        color: style.muted,
        size: style.size,
        align: 'center',
      })
  }

  #drawSlice(painter: Painter, style: Style, slice: Slice): void {
    const { x, y, radius, hole } = this.#place
    const { from, to, color } = slice
    const isWhole = to - from > 2 * Math.PI - 1e-9
    painter.polygon(this.#outline(slice), color, isWhole ? undefined : { color: style.ground, width: 1.5 })
    const share = (to - from) / (2 * Math.PI)
    const middle = (from + to) / 2
    const text = `${Number((share * 100).toPrecision(3))}%`
    const at = (r: number): [number, number] => [x + Math.sin(middle) * r, y - Math.cos(middle) * r]
    const inner = (radius + hole) * (hole > 0 ? 0.5 : 0.62)
    if (painter.measure(text, style.size) + 8 < Math.min(inner * (to - from), radius - hole) || isWhole) {
      const ink = luminance(parseColor(color) ?? [128, 128, 128, 1]) > 0.35 ? '#14181c' : '#ffffff'
      painter.text(text, ...at(isWhole && hole === 0 ? 0 : inner), {
        color: ink,
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
    const steps = Math.max(2, Math.ceil((to - from) * 40))
    const arc = (r: number, a: number, b: number): number[] =>
      Array.from({ length: steps + 1 }, (_, i) => a + ((b - a) * i) / steps).flatMap((angle) => [
        x + Math.sin(angle) * r,
        y - Math.cos(angle) * r,
      ])
    const isWhole = to - from > 2 * Math.PI - 1e-9
    if (hole > 0)
      return isWhole
        ? [...arc(radius, from, to), Number.NaN, Number.NaN, ...arc(hole, from, to)]
        : [...arc(radius, from, to), ...arc(hole, to, from)]
    return isWhole ? arc(radius, from, to) : [x, y, ...arc(radius, from, to)]
  }

  hover(px: number, py: number): Hover | null {
    const { x, y, radius, hole } = this.#place
    const distance = Math.hypot(px - x, py - y)
    if (distance > radius || distance < hole) return null
    const angle = (Math.atan2(px - x, y - py) + 2 * Math.PI) % (2 * Math.PI)
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
