/** A plot between two axes: lines, points, bars, boxes, maps of colours, and any of these together. */
import type { JsonObject, NetworkContent, PlotContent } from '../../../../protocol/types.js'
import { drawFrame, type Frame, type FrameOptions, layoutFrame } from '../../axis/frame.js'
import { fieldsOf, plainText, readAxis } from '../../axis/spec.js'
import type { Touched } from '../../data/touched.js'
import type { Painter } from '../../draw/painter.js'
import type { PlotAbilities, PlotFlag } from '../../types.js'
import type { Chart, ChartHost, Drag, DragKeys, Hover, Region, Style } from '../chart.js'
import { COLOR_BAR_WIDTH, drawColorBar } from '../grid/color-bar.js'
import type { Found, Layer, Scales, View } from '../layer.js'
import { drawLegend, Hidden, type Legend, layoutLegend, legendRows } from '../legend.js'
import { type Axes, axesOf, viewOf, xAxesOf } from './axes.js'
import { hoverOf, titleText } from './hover.js'
import { Layers } from './layers.js'
import { drawNotes } from './notes.js'
import { tableOf } from './table.js'
import { WHOLE, type Zoomed, zoomAround, zoomDrag } from './zoom.js'

export class CartesianChart implements Chart {
  regions: readonly Region[] = []
  readonly #host: ChartHost
  readonly #layers: Layers = new Layers()
  readonly #hidden: Hidden = new Hidden()
  #content: PlotContent = { data: [], layout: {} }
  #zoomed: Zoomed = WHOLE
  #frame: Frame | null = null
  #axes: Axes | null = null
  /** as of the last drawing or change of options */
  #shownAs: View | null = null
  #style: Style | null = null
  #isLegendLong = false
  #flag = ''
  /** traces that were seen before: what begins switched off does so once */
  readonly #seen: Set<string> = new Set()

  constructor(host: ChartHost) {
    this.#host = host
  }

  update(content: PlotContent | NetworkContent, touched: Touched): void {
    this.#content = content as PlotContent
    const before = this.#zoomed.x === null ? 0 : this.#end()
    this.#layers.update(this.#content, touched)
    for (const name of this.#layers.beginHidden) {
      if (!this.#seen.has(name)) this.#hidden.hide(name)
      this.#seen.add(name)
    }
    if (this.#zoomed.x !== null && this.#host.options.follow) this.#follow(before)
    this.#tellTrouble()
  }

  changed(): void {
    const [before, now] = [this.#shownAs, this.#view()]
    this.#shownAs = now
    // another axis: what was chosen of the old one means nothing
    const isSameX = before === null || (before.xAxis === now.xAxis && before.logX === now.logX)
    const isSameY = before === null || before.logY === now.logY
    const { x, y, y2 } = this.#zoomed
    if (!(isSameX && isSameY) && this.isZoomed) {
      const kept = { x: isSameX ? x : null, y: isSameY ? y : null, y2: isSameY ? y2 : null }
      this.#zoomed = kept.x === null && kept.y === null && kept.y2 === null ? WHOLE : kept
    }
    this.#tellTrouble()
  }

  /** Largest x of all lines, in the axis's units. */
  #end(): number {
    const view = this.#view()
    const ends = this.#shown().map((layer) => layer.spanX(view)?.high ?? Number.NEGATIVE_INFINITY)
    const end = Math.max(...ends)
    return view.logX ? Math.log10(end) : end
  }

  #follow(before: number): void {
    const { x } = this.#zoomed
    const end = this.#end()
    if (x === null || !Number.isFinite(end) || end === before) return
    this.#zoomed = { ...this.#zoomed, x: { low: end - (x.high - x.low), high: end } }
  }

  #view(): View {
    return viewOf(this.#layers, this.#content.layout, this.#host.options, (name) => this.#hidden.has(name))
  }

  /** Layers of which something is switched on. */
  #shown(): readonly Layer[] {
    return this.#layers.all.filter((layer) => layer.name === null || !this.#hidden.has(layer.name))
  }

  draw(painter: Painter, style: Style): void {
    this.#style = style
    const view = this.#view()
    this.#shownAs = view
    const layers = this.#shown()
    const { layout } = this.#content
    const axes = axesOf(layers, this.#layers.readers, layout, view, this.#zoomed, this.#host.strings)
    const legend = this.#legend(painter, style)
    const title = plainText(layout.title)
    const bar = layers.flatMap(({ colorBar }) => colorBar ?? []).at(-1)
    const options: FrameOptions = {
      ...axes,
      title: this.#host.isTitleShown(title) ? '' : title,
      above: legend?.height ?? 0,
      beside: bar === undefined ? 0 : COLOR_BAR_WIDTH,
      margin: marginsOf(layout),
      hasGrid: !layers.some((layer) => layer.hidesGrid),
    }
    const frame = layoutFrame(painter, style, options)
    drawFrame(painter, style, frame, options)
    const { plot, x } = frame
    painter.clip({ x: plot.x - 1, y: plot.y - 4, width: plot.width + 2, height: plot.height + 8 }, () => {
      for (const layer of layers) layer.draw(painter, style, scalesOf(frame, layer), view)
      drawNotes(painter, style, layout, { plot, x, y: frame.y }, this.#layers.readers)
    })
    if (bar !== undefined) drawColorBar(painter, style, bar, plot)
    if (this.#layers.all.every((layer) => layer.spanX(view) === null))
      painter.text(this.#host.strings.empty, plot.x + plot.width / 2, plot.y + plot.height / 2, {
        color: style.muted,
        size: style.size + 1,
        align: 'center',
      })
    this.#frame = frame
    this.#axes = axes
    this.regions = legend === null ? [] : this.#drawLegend(painter, style, legend, plot.x, plot.y - legend.height - 2)
  }

  #legend(painter: Painter, style: Style): Legend | null {
    const items = this.#layers.all.flatMap((layer) => layer.legend(style))
    const { showlegend } = this.#content.layout
    const isWanted = showlegend === true ? items.length > 0 : showlegend !== false && items.length > 1
    if (!isWanted) return null
    const rows = legendRows(painter.height * (this.#isLegendLong ? 0.6 : 0.22))
    return layoutLegend(painter, style, items, painter.width - 60, rows, this.#host.strings.more)
  }

  #drawLegend(painter: Painter, style: Style, legend: Legend, left: number, top: number): Region[] {
    const redraw = (): void => {
      this.#tellTrouble()
      this.#host.redraw()
    }
    const presses = this.#hidden.presses(this.#layers.names, redraw, () => {
      this.#isLegendLong = !this.#isLegendLong
      redraw()
    })
    return drawLegend(painter, style, legend, left, top, (name) => this.#hidden.has(name), presses)
  }

  hover(x: number, y: number): Hover | null {
    const [frame, axes, style] = [this.#frame, this.#axes, this.#style]
    if (frame === null || axes === null || style === null) return null
    const view = this.#view()
    const found: Found[] = this.#shown().flatMap((layer) => {
      return layer.find(x, y, scalesOf(frame, layer), view, style)
    })
    return hoverOf(found, x, y, frame, axes.x)
  }

  drag(x: number, y: number, keys: DragKeys): Drag | null {
    if (this.#frame === null) return null
    return zoomDrag(this.#frame, this.#zoomed, x, y, keys, (zoomed) => this.#setZoom(zoomed))
  }

  zoom(x: number, y: number, amount: number): void {
    if (this.#frame !== null) this.#setZoom(zoomAround(this.#frame, this.#zoomed, x, y, 2 ** amount))
  }

  #setZoom(zoomed: Zoomed): void {
    this.#zoomed = zoomed
    this.#host.redraw()
  }

  resetZoom(): void {
    this.#setZoom(WHOLE)
  }

  get isZoomed(): boolean {
    return this.#zoomed !== WHOLE
  }

  abilities(): PlotAbilities {
    const { lines, all } = this.#layers
    const isNumbers = this.#layers.readers.y.kind === 'number'
    return {
      smoothing: lines.some((line) => line.canSmooth && line.trace.mode !== 'markers'),
      xAxes: xAxesOf(this.#layers),
      log: isNumbers && all.some((layer) => layer.isLine || layer.hasZero),
      zoom: true,
      histograms: false,
      svg: true,
    }
  }

  #tellTrouble(): void {
    const flag = this.#trouble()
    const key = flag === null ? '' : `${flag.trace} ${flag.message}`
    if (key === this.#flag) return
    this.#flag = key
    this.#host.options.onFlag(flag)
  }

  #trouble(): PlotFlag | null {
    for (const { name, series } of this.#layers.lines) {
      const trouble = this.#hidden.has(name) ? null : series.trouble()
      if (trouble === null) continue
      const { strings } = this.#host
      const { kind, categories } = this.#layers.readers.x
      const at = titleText(series.x.values[trouble.index]!, {
        kind: kind === 'number' ? 'linear' : kind,
        categories,
        title: readAxis(this.#content.layout.xaxis).title || strings.step,
      })
      const value = series.y.values[trouble.index]!
      const message =
        trouble.reason === 'diverges'
          ? strings.diverges(at)
          : trouble.isMissing
            ? strings.missing(at)
            : strings.notFinite(String(value).replace('Infinity', '∞'), at)
      return {
        trace: name,
        reason: trouble.reason,
        message: this.#layers.lines.length > 1 ? `${name}: ${message}` : message,
      }
    }
    return null
  }

  csv(): string {
    return tableOf(this.#content, this.#layers.names)
  }
}

/** Layers stand on the left axis, or on the right if there is one. */
function scalesOf({ plot, x, y, y2 }: Frame, { isOnY2 }: Layer): Scales {
  return { plot, x, y: (isOnY2 ? y2 : null) ?? y }
}

/** Margins that are other than visdom's 60 pixels on each side. */
function marginsOf(layout: JsonObject): Partial<Record<'l' | 'r' | 't' | 'b', number>> {
  const margin = fieldsOf(layout, 'margin')
  const chosen: Partial<Record<'l' | 'r' | 't' | 'b', number>> = {}
  for (const side of ['l', 'r', 't', 'b'] as const) {
    const value = margin[side]
    if (typeof value === 'number' && value !== 60 && value >= 0 && value < 1000) chosen[side] = value
  }
  return chosen
}
