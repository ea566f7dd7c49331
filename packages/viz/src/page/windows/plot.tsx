/** Plots and networks: the shell around what `plot/` draws. */
import { effect, useSignal } from '@preact/signals'
import type { JSX } from 'preact'
import { useEffect, useRef } from 'preact/hooks'
import type { NetworkContent, PatchOp, PlotContent, Window } from '../../protocol/types.js'
import { messageOf } from '../message.js'
import { drawPlot } from '../plot/index.js'
import type { PlotHandle, PlotOptions } from '../plot/types.js'
import type { Pane } from '../state/pane.js'
import { type App, useApp } from '../ui/context.js'
import { IconButton } from '../ui/icons.js'
import type { BodyProps } from './body.js'

export function PlotBody({ pane }: BodyProps): JSX.Element {
  const app = useApp()
  const host = useRef<HTMLDivElement>(null)
  const zoomed = useSignal(false)
  const error = useSignal<string | null>(null)
  const shown = useRef<ShownPlot | null>(null)
  useEffect(() => {
    const plot = new ShownPlot(app, pane, host.current!, {
      onZoom: (isZoomed) => {
        zoomed.value = isZoomed
      },
      onError: (message) => {
        error.value = message
      },
    })
    shown.current = plot
    return () => plot.destroy()
  }, [pane])
  const text = app.text.value
  return (
    <div class="plot-body">
      <div class="plot-host" ref={host} />
      {zoomed.value && (
        <IconButton icon="reset" class="plot-reset" label={text.resetZoom} onClick={() => shown.current?.resetZoom()} />
      )}
      {error.value !== null && <p class="body-note">{text.drawFailed(error.value)}</p>}
    </div>
  )
}

interface PlotListeners {
  onZoom(zoomed: boolean): void
  onError(message: string | null): void
}

/** A plot, and the changes that come for it. */
class ShownPlot {
  readonly #app: App
  readonly #pane: Pane
  readonly #host: HTMLElement
  readonly #listeners: PlotListeners
  readonly #ends: (() => void)[] = []
  #handle: PlotHandle | null = null
  /** Changes that came while the pane was not in sight; no operations stand for a new content. */
  #waiting: PatchOp[] | 'all' | null = null

  constructor(app: App, pane: Pane, host: HTMLElement, listeners: PlotListeners) {
    this.#app = app
    this.#pane = pane
    this.#host = host
    this.#listeners = listeners
    this.#ends.push(pane.listen((ops) => this.#take(ops)))
    this.#draw()
  }

  resetZoom(): void {
    this.#handle?.resetZoom()
  }

  #draw(): void {
    let handle: PlotHandle
    try {
      handle = drawPlot(this.#host, this.#content(), {
        ...this.#chosen(),
        loadPlotly: this.#app.loadPlotly,
        onFlag: (flag) => {
          this.#pane.flag.value = flag
        },
        onZoom: (zoomed) => this.#listeners.onZoom(zoomed),
      })
    } catch (error) {
      this.#listeners.onError(messageOf(error))
      return
    }
    this.#handle = handle
    this.#ends.push(
      effect(() => {
        const chosen = this.#chosen()
        this.#try(() => handle.set(chosen))
      }),
      effect(() => {
        if (this.#pane.visible.value) this.#catchUp()
      }),
    )
    const { svg } = handle.abilities()
    this.#pane.exports.value = {
      csv: () => handle.toCSV(),
      ...(svg && { svg: () => handle.toSVG() }),
      png: () => handle.toPNG(),
    }
  }

  #content(): PlotContent & NetworkContent {
    return this.#pane.window.content as PlotContent & NetworkContent
  }

  #chosen(): Omit<PlotOptions, 'loadPlotly' | 'onFlag' | 'onZoom'> {
    const { settings, dark, store } = this.#app
    return {
      smoothing: store.isSmooth(this.#pane) ? settings.smoothing.value : 0,
      xAxis: settings.xAxis.value,
      logX: this.#pane.logX.value,
      logY: this.#pane.logY.value ?? (settings.logY.value || undefined),
      follow: settings.follow.value,
      dark: dark.value,
      locale: settings.locale.value,
      histograms: this.#pane.histograms.value,
      paneTitle: this.#pane.title.value,
      network: networkOf(this.#pane.window),
    }
  }

  #take(ops: readonly PatchOp[]): void {
    if (this.#handle !== null && this.#pane.visible.peek()) this.#update(ops)
    else if (ops.length === 0 || this.#waiting === 'all') this.#waiting = 'all'
    else {
      this.#waiting ??= []
      for (const op of ops) this.#waiting.push(op)
      if (this.#waiting.length > MAX_WAITING) this.#waiting = 'all'
    }
  }

  #catchUp(): void {
    const waiting = this.#waiting
    this.#waiting = null
    if (waiting !== null) this.#update(waiting === 'all' ? [] : waiting)
  }

  #update(ops: readonly PatchOp[]): void {
    const ofContent = ops.filter(({ path }) => path === '/content' || path.startsWith('/content/'))
    // only the version changed, or a field beside the content
    if (ops.length > 0 && ofContent.length === 0) return
    this.#try(() => this.#handle?.update(ofContent, this.#content()))
  }

  /** A plot that can't be drawn should not take the page with it. */
  #try(action: () => void): void {
    try {
      action()
      this.#listeners.onError(null)
    } catch (error) {
      this.#listeners.onError(messageOf(error))
    }
  }

  destroy(): void {
    for (const end of this.#ends) end()
    this.#pane.exports.value = {}
    this.#handle?.destroy()
    this.#host.replaceChildren()
  }
}

/** What a window of type `network` says of how it is shown; visdom's 'hover' is its usual way. */
function networkOf(window: Window): NonNullable<PlotOptions['network']> {
  const { directed, showEdgeLabels, showVertexLabels } = window
  return {
    ...(typeof directed === 'boolean' && { directed }),
    ...(typeof showEdgeLabels === 'boolean' && { showEdgeLabels }),
    ...(typeof showVertexLabels === 'boolean' && { showVertexLabels }),
  }
}

/** More operations than this are not worth keeping: drawing anew is faster. */
const MAX_WAITING = 50_000
