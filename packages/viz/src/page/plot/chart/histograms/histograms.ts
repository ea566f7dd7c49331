/** Histograms over time: a small plot for each trace; a press on its name shows it alone. */
import type { NetworkContent, PlotContent } from '../../../../protocol/types.js'
import { readAxis } from '../../axis/spec.js'
import { paletteColor } from '../../color/palette.js'
import { csvTable } from '../../data/csv.js'
import type { Touched } from '../../data/touched.js'
import type { Painter } from '../../draw/painter.js'
import type { PlotAbilities } from '../../types.js'
import { namesOf } from '../cartesian/layers.js'
import { type Chart, type ChartHost, type Hover, NO_ABILITIES, type Region, type Style } from '../chart.js'
import { drawEmpty, drawTitle } from '../words.js'
import { Cell } from './cell.js'
import { type Distribution, distributionOf, type Histogram, readHistograms } from './data.js'

/** A smaller plot shows nothing. */
const LEAST = { width: 190, height: 130 }

export class HistogramsChart implements Chart {
  regions: readonly Region[] = []
  readonly isZoomed: boolean = false
  readonly #host: ChartHost
  #content: PlotContent = { data: [], layout: {} }
  #read: Histogram[][] = []
  #distributions: readonly Distribution[] = []
  /** histograms that were read of each trace, those that are none among them */
  #seen: number[] = []
  #cells: readonly Cell[] = []
  /** number of the trace that is shown alone */
  #alone: number | null = null
  /** number of the first trace that is shown */
  #first = 0

  constructor(host: ChartHost) {
    this.#host = host
  }

  update(content: PlotContent | NetworkContent, touched: Touched): void {
    this.#content = content as PlotContent
    const { data } = this.#content
    const names = namesOf(data)
    if (touched.all || touched.layout) this.#read = []
    this.#distributions = data.map((trace, i) => {
      const isKnown = this.#read[i] !== undefined && !touched.changed.has(i)
      if (isKnown && !touched.grown.has(i)) return this.#distributions[i]!
      const before = isKnown ? this.#read[i]! : []
      const read = [...before, ...readHistograms(trace, isKnown ? this.#seen[i]! : 0)]
      this.#read[i] = read
      this.#seen[i] = Array.isArray(trace.steps) ? trace.steps.length : 0
      return distributionOf(names[i]!, read)
    })
    if (this.#alone !== null && this.#alone >= data.length) this.#alone = null
  }

  changed(): void {}
  resetZoom(): void {
    this.#alone = null
    this.#host.redraw()
  }

  draw(painter: Painter, style: Style): void {
    const { layout } = this.#content
    const { strings, options } = this.#host
    const top = drawTitle(painter, style, this.#host, layout.title) ? 24 : 2
    const isHeat = options.histograms === 'heat'
    const [specX, specY] = [readAxis(layout.xaxis), readAxis(layout.yaxis)]
    const titles = { x: specX.title || strings.value, y: specY.title || strings.step }
    const { shown, columns, rows, rest } = this.#arrange(painter.width, painter.height - top)
    const height = painter.height - top - (rest > 0 ? 18 : 0)
    const regions: Region[] = []
    this.#cells = shown.map((index, k) => {
      const area = {
        x: ((k % columns) * painter.width) / columns,
        y: top + (Math.floor(k / columns) * height) / rows,
        width: painter.width / columns,
        height: height / rows,
      }
      const cell = new Cell(this.#distributions[index]!, area)
      cell.draw(painter, style, paletteColor(index, style.isDark), isHeat, shown.length > 2 ? { x: '', y: '' } : titles)
      if (this.#distributions.length > 1)
        regions.push({
          x: area.x,
          y: area.y,
          width: area.width,
          height: 24,
          hint: this.#distributions[index]!.name,
          press: () => this.#show(index),
        })
      return cell
    })
    if (rest > 0) {
      const text = `${strings.more(rest)} ›`
      const width = painter.measure(text, style.size)
      const place = { x: painter.width - width - 14, y: painter.height - 18, width: width + 8, height: 18 }
      painter.text(text, place.x + 4, place.y + 9, { color: style.accent, size: style.size })
      regions.push({ ...place, press: () => this.#next(shown.length) })
    }
    if (this.#distributions.length === 0) drawEmpty(painter, style, this.#host, painter.width / 2, painter.height / 2)
    this.regions = regions
  }

  /** Which traces there is room for, and in what grid. */
  #arrange(width: number, height: number): { shown: readonly number[]; columns: number; rows: number; rest: number } {
    const count = this.#distributions.length
    if (this.#alone !== null) return { shown: [this.#alone], columns: 1, rows: 1, rest: 0 }
    const most = {
      columns: Math.max(1, Math.floor(width / LEAST.width)),
      rows: Math.max(1, Math.floor((height - 18) / LEAST.height)),
    }
    if (this.#first >= count) this.#first = 0
    const number = Math.min(count - this.#first, most.columns * most.rows)
    const wanted = Math.ceil(Math.sqrt((number * width) / Math.max(1, height) / 1.3))
    const columns = Math.min(most.columns, number, Math.max(1, wanted, Math.ceil(number / most.rows)))
    const rows = Math.max(1, Math.ceil(number / columns))
    return { shown: Array.from({ length: number }, (_, k) => this.#first + k), columns, rows, rest: count - number }
  }

  #show(index: number): void {
    this.#alone = this.#alone === null ? index : null
    this.#host.redraw()
  }

  #next(shown: number): void {
    this.#first = this.#first + shown >= this.#distributions.length ? 0 : this.#first + shown
    this.#host.redraw()
  }

  hover(x: number, y: number): Hover | null {
    for (const cell of this.#cells) {
      const hover = cell.hover(x, y, this.#host.strings)
      if (hover !== null) return hover
    }
    return null
  }

  abilities(): PlotAbilities {
    return { ...NO_ABILITIES, histograms: true }
  }

  csv(): string {
    const rows = this.#distributions.flatMap(({ name, histograms }) =>
      histograms.flatMap(({ step, edges, counts }) =>
        counts.map((count, k) => [name, step, edges[k], edges[k + 1], count]),
      ),
    )
    return csvTable(['trace', 'step', 'from', 'to', 'count'], rows)
  }
}
