/** What the page's shell and the plots agree on. */
import type { NetworkContent, PatchOp, PlotContent } from '../../protocol/types.js'

/**
 * What runs along x: the step (visdom's x), the seconds since the first point, the time of day, the epoch. Where not all traces of a pane
 * have the column, it stays with the step.
 */
export type XAxisKind = 'step' | 'relative' | 'time' | 'epoch'

/** What a user chose for a pane; all may change while it is shown. */
export interface PlotOptions {
  /** Weight of the past in the moving mean of lines: 0 (none) to below 1. */
  readonly smoothing: number
  readonly xAxis: XAxisKind
  /** `undefined` leaves it to the layout of the window. */
  readonly logX?: boolean | undefined
  readonly logY?: boolean | undefined
  /** A zoomed pane moves along with new points; otherwise it stays where it is. */
  readonly follow: boolean
  readonly dark: boolean
  readonly locale: 'en' | 'zh'
  /** What the bar above the pane says: not drawn again as the title, but in exports. */
  readonly paneTitle?: string
  /** Histograms over time: one behind the other, or as a map of colours. Default `'ridges'`. */
  readonly histograms?: 'ridges' | 'heat'
  /** What a window of type `network` says beside its content. */
  readonly network?: {
    readonly directed?: boolean
    readonly showEdgeLabels?: boolean
    readonly showVertexLabels?: boolean
  }
  /** Loads Plotly, for the kinds that are not drawn here. Rejects where it is not installed. */
  loadPlotly(): Promise<unknown>
  /** Hears of values that are not finite and of a loss that diverges; `null` when there is nothing (more) to say. */
  onFlag(flag: PlotFlag | null): void
  /** Hears whether the pane is zoomed, so that a button for the whole range can be shown. */
  onZoom?(zoomed: boolean): void
}

/** What is wrong with a trace. */
export interface PlotFlag {
  readonly trace: string
  readonly message: string
  readonly reason: 'not finite' | 'diverges'
}

/** What of {@link PlotOptions} has an effect on a pane, for its toolbar. */
export interface PlotAbilities {
  readonly smoothing: boolean
  readonly xAxes: readonly XAxisKind[]
  readonly log: boolean
  readonly zoom: boolean
  readonly histograms: boolean
  /** `false` for what Plotly draws if it can't be exported as a drawing. */
  readonly svg: boolean
}

/** A plot that is shown in an element. */
export interface PlotHandle {
  /**
   * Takes a change. Drawing follows at the next frame, if the pane is in sight.
   *
   * @param ops The operations, with paths from the window: `/content/data/0/y/2`. Without any, the content is new.
   * @param content The content after them; the same object as before, or a new one.
   */
  update(ops: readonly PatchOp[], content: PlotContent | NetworkContent): void
  set(options: Partial<PlotOptions>): void
  /** Takes the size of the host. (It is watched as well: only needed where it must be drawn at once.) */
  resize(): void
  /** Back to the whole range. */
  resetZoom(): void
  abilities(): PlotAbilities
  /** A whole SVG document. @throws Error for what Plotly draws: use {@link PlotHandle.toPNG} */
  toSVG(): string
  toPNG(): Promise<Blob>
  /** All points and all columns. */
  toCSV(): string
  destroy(): void
}
