/** An element with a plot of a kind that is not drawn here: Plotly draws it, where it is installed. */
import type { NetworkContent, PlotContent } from '../../../protocol/types.js'
import { messageOf } from '../../message.js'
import { fieldsOf } from '../axis/spec.js'
import { namesOf } from '../chart/cartesian/layers.js'
import { tableOf } from '../chart/cartesian/table.js'
import { NO_ABILITIES, type Style } from '../chart/chart.js'
import { stringsOf } from '../strings.js'
import type { PlotAbilities, PlotOptions } from '../types.js'
import { fillHost, LEAST } from './host.js'
import { readStyle } from './theme.js'

/** What of Plotly is used. */
interface Plotly {
  react(element: HTMLElement, data: unknown, layout: unknown, config: unknown): Promise<unknown>
  purge(element: HTMLElement): void
  toImage(element: HTMLElement, options: { format: 'png'; scale: number }): Promise<string>
  Plots: { resize(element: HTMLElement): unknown }
}

export class PlotlyPane {
  readonly #host: HTMLElement
  readonly #root: HTMLDivElement = document.createElement('div')
  readonly #observer: ResizeObserver = new ResizeObserver(() => this.resize())
  #options: PlotOptions
  #content: PlotContent = { data: [], layout: {} }
  #plotly: Plotly | null = null
  #frame = 0
  #isLoading = false
  #isEnded = false

  constructor(host: HTMLElement, options: PlotOptions) {
    this.#host = host
    this.#options = options
    this.#root.className = 'viz-plot viz-plot-plotly'
    fillHost(host, this.#root)
    this.#observer.observe(host)
  }

  update(content: PlotContent | NetworkContent): void {
    this.#content = content as PlotContent
    if (this.#plotly !== null) this.#schedule()
    else if (!this.#isLoading) void this.#load()
  }

  async #load(): Promise<void> {
    const strings = stringsOf(this.#options.locale)
    this.#isLoading = true
    this.#say(strings.loading)
    let loaded: unknown
    try {
      loaded = await this.#options.loadPlotly()
    } catch {
      loaded = undefined
    }
    this.#isLoading = false
    if (this.#isEnded) return
    const module = loaded as { default?: unknown } | undefined
    const plotly = [module, module?.default].find((one) => typeof (one as Plotly | undefined)?.react === 'function')
    if (plotly === undefined) {
      const kinds = [...new Set(this.#content.data.map(({ type }) => type ?? 'scatter'))].join(', ')
      this.#say(stringsOf(this.#options.locale).noPlotly(kinds))
      return
    }
    this.#plotly = plotly as Plotly
    this.#root.replaceChildren()
    this.#schedule()
  }

  #say(text: string): void {
    const message = document.createElement('div')
    message.textContent = text
    const { muted, ground, size } = this.#style()
    Object.assign(message.style, {
      position: 'absolute',
      inset: '0',
      display: 'flex',
      alignItems: 'center',
      justifyContent: 'center',
      padding: '16px',
      textAlign: 'center',
      color: muted,
      background: ground,
      fontSize: `${size + 1}px`,
    })
    this.#root.replaceChildren(message)
  }

  #style(): Style {
    return readStyle(this.#host, this.#options.dark)
  }

  #schedule(): void {
    if (this.#frame !== 0) return
    this.#frame = requestAnimationFrame(() => {
      this.#frame = 0
      void this.#draw()
    })
  }

  async #draw(): Promise<void> {
    const { clientWidth: width, clientHeight: height } = this.#host
    if (this.#plotly === null || width < LEAST || height < LEAST) return
    const { text, grid, axis, ground } = this.#style()
    const { data, layout } = this.#content
    const lines = { gridcolor: grid, zerolinecolor: axis, linecolor: axis }
    const axes = Object.fromEntries(
      Object.entries({ xaxis: {}, yaxis: {}, ...layout })
        .filter(([key]) => /^[xy]axis\d*$/.test(key))
        .map(([key, value]) => [key, { ...lines, ...fieldsOf(value) }]),
    )
    const themed = {
      ...layout,
      ...axes,
      width,
      height,
      paper_bgcolor: ground,
      plot_bgcolor: ground,
      font: { color: text, ...fieldsOf(layout, 'font') },
    }
    // Plotly writes into what it is given
    const own = structuredClone({ data, layout: themed })
    try {
      await this.#plotly.react(this.#root, own.data, own.layout, { displaylogo: false, responsive: false })
    } catch (error) {
      this.#say(stringsOf(this.#options.locale).plotlyFailed(messageOf(error)))
      this.#plotly = null
    }
  }

  set(changes: Partial<PlotOptions>): void {
    this.#options = { ...this.#options, ...changes }
    if (this.#plotly !== null) this.#schedule()
    else if (!this.#isLoading) void this.#load()
  }

  resize(): void {
    if (this.#plotly !== null) this.#schedule()
  }

  resetZoom(): void {
    this.#schedule()
  }

  abilities(): PlotAbilities {
    return { ...NO_ABILITIES, svg: false }
  }

  toSVG(): string {
    throw new Error('toSVG: what Plotly draws is exported as PNG only')
  }

  async toPNG(): Promise<Blob> {
    if (this.#plotly === null) throw new Error('toPNG: Plotly is not loaded, so that there is no picture')
    const url = await this.#plotly.toImage(this.#root, { format: 'png', scale: 2 })
    const bytes = Uint8Array.from(atob(url.slice(url.indexOf(',') + 1)), (c) => c.charCodeAt(0))
    return new Blob([bytes], { type: 'image/png' })
  }

  toCSV(): string {
    return tableOf(this.#content, namesOf(this.#content.data))
  }

  destroy(): void {
    this.#isEnded = true
    this.#observer.disconnect()
    cancelAnimationFrame(this.#frame)
    if (this.#plotly !== null) this.#plotly.purge(this.#root)
    this.#root.remove()
  }
}
