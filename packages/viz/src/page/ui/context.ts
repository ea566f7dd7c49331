/** What all parts of the page share. */
import { computed, effect, type ReadonlySignal, type Signal, signal } from '@preact/signals'
import { type Context, createContext } from 'preact'
import { useContext } from 'preact/hooks'
import { Layout, toItem } from '../state/layout.js'
import type { Place } from '../state/pack.js'
import type { Settings } from '../state/settings.js'
import type { Store } from '../state/store.js'
import { type Text, textOf } from '../text/text.js'
import type { DialogRequest } from './dialog.js'

/** Below this width, in pixels, panes are under one another, and the bar folds. */
export const NARROW = 640
/** Below this width the settings of plots are in a menu. */
export const MEDIUM = 1240

export class App {
  readonly store: Store
  readonly settings: Settings
  readonly layout: Layout = new Layout()
  readonly text: ReadonlySignal<Text>
  readonly dark: ReadonlySignal<boolean>
  readonly tab: Signal<'panes' | 'runs'> = signal('panes')
  /** Width of the page, in pixels. */
  readonly width: Signal<number> = signal(1280)
  readonly maximized: Signal<string | null> = signal(null)
  readonly dialog: Signal<DialogRequest | null> = signal(null)
  /** Counts the times that panes are to be placed anew. */
  readonly arranged: Signal<number> = signal(0)
  readonly loadPlotly: () => Promise<unknown>
  /** The source of the page, for files that bring it along. */
  readonly loadSource: () => Promise<string>
  readonly #ends: (() => void)[] = []

  constructor(
    store: Store,
    settings: Settings,
    loaders: { readonly loadPlotly: () => Promise<unknown>; readonly loadSource: () => Promise<string> },
  ) {
    this.store = store
    this.settings = settings
    this.loadPlotly = loaders.loadPlotly
    this.loadSource = loaders.loadSource
    this.text = computed(() => textOf(settings.locale.value))
    const query = matchMedia('(prefers-color-scheme: dark)')
    const systemDark = signal(query.matches)
    const onChange = (): void => {
      systemDark.value = query.matches
    }
    query.addEventListener('change', onChange)
    this.#ends.push(() => query.removeEventListener('change', onChange))
    this.dark = computed(() => (settings.theme.value === 'auto' ? systemDark.value : settings.theme.value === 'dark'))
    this.#ends.push(
      effect(() => {
        this.layout.load(store.open.value.join('+'), store.places.value, store.readonly.value)
        this.arranged.value = this.arranged.peek() + 1
      }),
    )
  }

  /** Tells the server where a user put panes; of a comparison it keeps no places. */
  sendPlaces(places: Iterable<readonly [id: string, place: Place]>): void {
    const { store } = this
    if (store.isCompare) return
    for (const [id, place] of places)
      store.send({ cmd: 'layout_item_update', eid: store.envOf(), win: id, data: toItem(id, place) })
  }

  destroy(): void {
    for (const end of this.#ends) end()
    this.settings.destroy()
    this.store.destroy()
  }
}

export const AppContext: Context<App | null> = createContext<App | null>(null)

export function useApp(): App {
  const app = useContext(AppContext)
  if (app === null) throw new Error('a part of the page is shown outside of it')
  return app
}
