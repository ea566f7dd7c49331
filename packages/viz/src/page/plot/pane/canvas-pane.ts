/** An element with a plot that is drawn here: size, frames, pointer, export. */
import type { NetworkContent, PlotContent } from '../../../protocol/types.js'
import type { Chart, ChartHost, Hover, Style } from '../chart/chart.js'
import { withAlpha } from '../color/color.js'
import type { Touched } from '../data/touched.js'
import { CanvasPainter } from '../draw/canvas.js'
import type { Pixels, Rect } from '../draw/painter.js'
import { SvgPainter } from '../draw/svg.js'
import { type Strings, stringsOf } from '../strings.js'
import type { PlotAbilities, PlotOptions } from '../types.js'
import { fillHost, LEAST } from './host.js'
import { listenToPointer } from './pointer.js'
import { readStyle } from './theme.js'
import { Tooltip } from './tooltip.js'

export class CanvasPane implements ChartHost {
  options: PlotOptions
  strings: Strings
  readonly #host: HTMLElement
  readonly #root: HTMLDivElement = document.createElement('div')
  readonly #canvas: HTMLCanvasElement = document.createElement('canvas')
  readonly #overlay: HTMLCanvasElement = document.createElement('canvas')
  readonly #tooltip: Tooltip
  readonly #chart: Chart
  readonly #images: WeakMap<Pixels, OffscreenCanvas> = new WeakMap()
  readonly #ended: AbortController = new AbortController()
  readonly #observers: { disconnect(): void }[] = []
  #style: Style | null = null
  #width = 0
  #height = 0
  #frame = 0
  #isInSight = true
  #isStale = true
  #wasZoomed = false
  /** exports have the title that the pane's bar shows */
  #isExporting = false
  #pointer: { x: number; y: number } | null = null

  constructor(host: HTMLElement, options: PlotOptions, makeChart: (host: ChartHost) => Chart) {
    this.#host = host
    this.options = options
    this.strings = stringsOf(options.locale)
    Object.assign(this.#root.style, { touchAction: 'pan-y', userSelect: 'none' })
    this.#root.className = 'viz-plot'
    for (const canvas of [this.#canvas, this.#overlay])
      Object.assign(canvas.style, { position: 'absolute', inset: '0', width: '100%', height: '100%' })
    this.#overlay.style.pointerEvents = 'none'
    this.#canvas.setAttribute('role', 'img')
    this.#canvas.setAttribute('aria-label', options.paneTitle ?? '')
    this.#root.append(this.#canvas, this.#overlay)
    fillHost(host, this.#root)
    this.#tooltip = new Tooltip(this.#root)
    this.#chart = makeChart(this)
    listenToPointer(
      this.#root,
      { chart: this.#chart, show: (hover, selected, x, y) => this.#show(hover, selected, x, y) },
      this.#ended.signal,
    )
    this.#observe()
  }

  #observe(): void {
    const size = new ResizeObserver(() => this.resize())
    size.observe(this.#host)
    const sight = new IntersectionObserver((entries) => {
      this.#isInSight = entries[entries.length - 1]!.isIntersecting
      if (this.#isInSight && this.#isStale) this.redraw()
    })
    sight.observe(this.#root)
    this.#observers.push(size, sight)
  }

  update(content: PlotContent | NetworkContent, touched: Touched): void {
    this.#chart.update(content, touched)
    this.redraw()
  }

  set(changes: Partial<PlotOptions>): void {
    const { dark, locale } = this.options
    this.options = { ...this.options, ...changes }
    if (this.options.dark !== dark) this.#style = null
    if (this.options.locale !== locale) this.strings = stringsOf(this.options.locale)
    this.#chart.changed()
    this.redraw()
  }

  isTitleShown(title: string): boolean {
    return !this.#isExporting && title === this.options.paneTitle
  }

  /** Draws at the next frame, or when it comes into sight. */
  redraw(): void {
    this.#isStale = true
    if (this.#frame !== 0 || !this.#isInSight) return
    this.#frame = requestAnimationFrame(() => {
      this.#frame = 0
      this.#draw()
    })
  }

  /** Takes the size of the host, and draws at once if it has changed. */
  resize(): void {
    const { clientWidth, clientHeight } = this.#host
    if (clientWidth === this.#width && clientHeight === this.#height && !this.#isStale) return
    if (this.#isInSight) this.#draw()
    else this.#isStale = true
  }

  #draw(): void {
    const { clientWidth: width, clientHeight: height } = this.#host
    if (width < LEAST || height < LEAST) return
    const scale = Math.min(4, globalThis.devicePixelRatio || 1)
    const [w, h] = [Math.round(width * scale), Math.round(height * scale)]
    for (const canvas of [this.#canvas, this.#overlay])
      if (canvas.width !== w || canvas.height !== h) {
        canvas.width = w
        canvas.height = h
      }
    this.#width = width
    this.#height = height
    const style = this.style
    const context = this.#canvas.getContext('2d')
    if (context === null) return
    const painter = new CanvasPainter(context, width, height, scale, style.fonts, this.#images)
    context.clearRect(0, 0, width, height)
    painter.rect({ x: 0, y: 0, width, height }, style.ground)
    this.#chart.draw(painter, style)
    this.#isStale = false
    if (this.#chart.isZoomed !== this.#wasZoomed) {
      this.#wasZoomed = this.#chart.isZoomed
      this.options.onZoom?.(this.#wasZoomed)
    }
    // what the pointer is over may have moved
    if (this.#pointer !== null) {
      const { x, y } = this.#pointer
      this.#show(this.#chart.hover?.(x, y) ?? null, null, x, y)
    }
  }

  get style(): Style {
    this.#style ??= readStyle(this.#host, this.options.dark)
    return this.#style
  }

  #show(hover: Hover | null, selected: Rect | null, x: number, y: number): void {
    this.#pointer = hover === null ? null : { x, y }
    const context = this.#overlay.getContext('2d')
    if (context === null) return
    const { style } = this
    const scale = this.#overlay.width / Math.max(1, this.#width)
    const painter = new CanvasPainter(context, this.#width, this.#height, scale, style.fonts)
    context.clearRect(0, 0, this.#width, this.#height)
    if (selected !== null) painter.rect(selected, withAlpha(style.accent, 0.16), { color: style.accent, width: 1 })
    if (hover !== null) {
      const { ruler, outline, marks = [] } = hover
      if (ruler !== undefined)
        painter.line([ruler.x, ruler.within.y, ruler.x, ruler.within.y + ruler.within.height], {
          color: style.muted,
          width: 1,
          dash: [3, 3],
        })
      if (outline !== undefined) {
        painter.line(outline, { color: style.ground, width: 3 })
        painter.line(outline, { color: style.text, width: 1.5 })
      }
      for (const mark of marks)
        painter.markers([mark.x, mark.y], {
          symbol: 'circle',
          size: 8,
          fill: mark.color,
          stroke: { color: style.ground, width: 1.5 },
        })
    }
    if (hover === null) this.#tooltip.hide()
    else this.#tooltip.show(hover, x, y, style, this.strings, { width: this.#width, height: this.#height })
  }

  resetZoom(): void {
    this.#chart.resetZoom()
  }

  abilities(): PlotAbilities {
    return this.#chart.abilities()
  }

  toCSV(): string {
    return this.#chart.csv()
  }

  toSVG(): string {
    const { width, height } = this.#sizeOfExport()
    const measuring = new OffscreenCanvas(1, 1).getContext('2d')!
    const canvas = new CanvasPainter(measuring, width, height, 1, this.style.fonts)
    const painter = new SvgPainter(width, height, pngUrl, this.style.fonts, (text, size, bold) =>
      canvas.measure(text, size, bold),
    )
    painter.rect({ x: 0, y: 0, width, height }, this.style.ground)
    this.#export(() => this.#chart.draw(painter, this.style))
    return painter.toString()
  }

  async toPNG(): Promise<Blob> {
    const { width, height } = this.#sizeOfExport()
    const scale = Math.max(2, globalThis.devicePixelRatio || 1)
    const canvas = new OffscreenCanvas(Math.round(width * scale), Math.round(height * scale))
    const painter = new CanvasPainter(canvas.getContext('2d')!, width, height, scale, this.style.fonts)
    painter.rect({ x: 0, y: 0, width, height }, this.style.ground)
    this.#export(() => this.#chart.draw(painter, this.style))
    return canvas.convertToBlob({ type: 'image/png' })
  }

  #sizeOfExport(): { width: number; height: number } {
    const { clientWidth: width, clientHeight: height } = this.#host
    // a pane that is closed still has a drawing
    const size = width < LEAST || height < LEAST ? { width: 640, height: 400 } : { width, height }
    return this.#chart.sizeOfAll?.(size) ?? size
  }

  #export(draw: () => void): void {
    this.#isExporting = true
    try {
      draw()
    } finally {
      this.#isExporting = false
    }
    // places of the legend and of the axes are those of the screen again
    this.redraw()
  }

  destroy(): void {
    this.#ended.abort()
    cancelAnimationFrame(this.#frame)
    for (const observer of this.#observers) observer.disconnect()
    this.#root.remove()
  }
}

function pngUrl({ width, height, data }: Pixels): string {
  const canvas = document.createElement('canvas')
  canvas.width = width
  canvas.height = height
  canvas.getContext('2d')!.putImageData(new ImageData(data, width, height), 0, 0)
  return canvas.toDataURL('image/png')
}
