/** Environments as a file that shows them without a server. */
import type { Hub, SavedEnv } from '../hub/index.js'
import { builtin } from '../tensorboard/node.js'
import { makeDocument } from './document.js'

/** What can be shown: a hub, whoever has one (as a server does), or an environment that was saved. */
export type HTMLSource = Hub | { readonly hub: Hub } | SavedEnv

/** Options of {@link toHTML}. */
export interface HTMLOptions {
  /** Default: the names of the environments. */
  readonly title?: string
  /** The environments of a hub that are taken; by default all, the first one open. For a saved environment its name, by default `main`. */
  readonly env?: string | readonly string[]
  /** Several environments are shown over each other at first. Default `false`. */
  readonly compare?: boolean
  /** Default: as the reader's system is set. */
  readonly theme?: 'auto' | 'light' | 'dark'
  /** Default: the language of the reader's browser, if it is one that the page speaks. */
  readonly locale?: 'en' | 'zh'
  /** The page's source: `dist/page/page.js` of this package as text. Needed in browsers; Node reads it. */
  readonly pageSource?: string
}

/**
 * Writes environments as an HTML file with all that is needed to look at them, without a server and without a network. Nothing can be changed
 * there; zooming, smoothing, comparing and saving work as on the page.
 *
 * @throws RangeError if there is no such environment
 * @throws TypeError if `source` is nothing that can be shown
 * @throws Error in a browser without `pageSource`
 *
 * @example
 * ```ts
 * import { Hub, toHTML } from '@tsorch/viz'
 *
 * const hub = new Hub()
 * hub.handle('events', { win: 'loss', data: [{ type: 'scatter', y: [3, 2, 1] }] })
 * const page: string = toHTML(hub, { title: 'my run' })
 * ```
 */
export function toHTML(source: HTMLSource, options: HTMLOptions = {}): string {
  const envs = readSource(source, options.env)
  const names = Object.keys(envs)
  return makeDocument(envs, {
    title: options.title ?? names.join(', '),
    source: options.pageSource ?? readPage(),
    open: options.compare === true ? names : undefined,
    theme: options.theme,
    locale: options.locale,
  })
}

function readSource(source: HTMLSource, env: string | readonly string[] | undefined): Record<string, SavedEnv> {
  if (typeof source !== 'object' || source === null) throw notShown(source)
  if ('jsons' in source) {
    if (typeof source.jsons !== 'object' || source.jsons === null) throw notShown(source)
    const name = env ?? 'main'
    if (typeof name !== 'string')
      throw new TypeError(`toHTML: a saved environment has one name, but got ${name.length}`)
    return { [name]: source }
  }
  const hub = 'hub' in source ? source.hub : source
  if (typeof hub?.exportEnv !== 'function') throw notShown(source)
  const names = env === undefined ? hub.environments() : typeof env === 'string' ? [env] : env
  if (names.length === 0) throw new RangeError('toHTML: there is no environment to show')
  // what a hub exports changes with it, but is read before this function returns
  return Object.fromEntries(names.map((name) => [name, exported(hub, name)]))
}

function exported(hub: Hub, name: string): SavedEnv {
  const saved = hub.exportEnv(name)
  if (saved === undefined)
    throw new RangeError(`toHTML: there is no environment '${name}', only ${hub.environments().join(', ') || 'none'}`)
  return saved
}

function notShown(source: unknown): TypeError {
  return new TypeError(
    `toHTML: the first argument should be a hub, a server or a saved environment, but got ${source === null ? 'null' : typeof source}`,
  )
}

/** Where the page lies, seen from the built file and from its source. */
const places = ['../page/page.js', '../../dist/page/page.js']

let page: string | undefined

/** The page's source, read once. */
function readPage(): string {
  if (page !== undefined) return page
  const { existsSync, readFileSync } = builtin('node:fs', 'toHTML without the option pageSource')
  const found = places.map((place) => new URL(place, import.meta.url)).find((url) => existsSync(url))
  if (found === undefined) throw new Error('toHTML: the page is not built: dist/page/page.js is missing')
  page = readFileSync(found, 'utf8')
  return page
}
