/** What who shows the page says to it. */
import type { Link } from '../protocol/transport.js'

/** Options of {@link mount}. */
export interface PageOptions {
  /** The way to the windows: `hub.link()`, or {@link webSocketLink}. */
  readonly link: Link
  /** The environment that is shown, or several to compare. Default: `'main'`, or if nothing is in it the one that was made last. */
  readonly env?: string | readonly string[] | undefined
  /** Default: what the user chose before, or the system's. */
  readonly theme?: 'auto' | 'light' | 'dark' | undefined
  /** Default: what the user chose before, or the browser's. */
  readonly locale?: 'en' | 'zh' | undefined
  /** Loads Plotly for the kinds of plots that are not drawn here: `() => import('plotly.js-strict-dist-min')`. Default: they are not shown. */
  readonly loadPlotly?: () => Promise<unknown>
  /** Loads the source of the page as one module, for saving it with its data. Default: that can't be saved. */
  readonly loadSource?: () => Promise<string>
  /** Addresses of style sheets for the page. */
  readonly styles?: readonly string[]
  readonly onChange?: (state: PageState) => void
}

/** What a page shows. */
export interface PageState {
  readonly envs: readonly string[]
  /** how many plots need a look, because a value is not finite or a loss diverges */
  readonly alerts: number
  readonly tab: 'panes' | 'runs'
}

/** A page that is shown. */
export interface PageHandle {
  /** Shows an environment, or several to compare. */
  openEnv(...names: readonly string[]): void
  showTab(tab: 'panes' | 'runs'): void
  setTheme(theme: 'auto' | 'light' | 'dark'): void
  setLocale(locale: 'en' | 'zh'): void
  /** Takes the page out of the element and ends the connection. */
  destroy(): void
}
