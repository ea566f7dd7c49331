/** Starts the page where it has a document of its own: one that a server gives, or one that was saved with its data. */
import { DATA_TYPE, type SavedDocument } from '../html/document.js'
import { parseJson } from '../protocol/json.js'
import { savedLink } from './links/saved.js'
import { webSocketLink } from './links/websocket.js'
import { mount } from './mount.js'
import type { PageHandle, PageState } from './types.js'

/**
 * Starts the page of a server: which server, says `<meta name="tsorch-viz-base">`, and which environment the address of the document
 * (`/env/NAME`, `/compare/A+B`).
 *
 * @throws TypeError if there is no element
 *
 * @example
 * ```ts
 * import { start } from '@tsorch/viz/page'
 *
 * start(document.querySelector('#app'))
 * ```
 */
export function start(element: Element | null): PageHandle {
  if (element === null) throw new TypeError('start: there is no element for the page')
  const base = document.querySelector<HTMLMetaElement>('meta[name="tsorch-viz-base"]')?.content ?? ''
  fillWindow(element)
  const page = mount(element, {
    link: webSocketLink(`${location.origin}${base}`),
    env: envsOfAddress(base),
    styles: [`${base}/user/style.css`],
    loadPlotly: () => loadScript(`${base}/page/plotly.js`, 'Plotly'),
    loadSource: async () => (await fetch(`${base}/page/page.js`)).text(),
    onChange: (state) => {
      showTitle(state)
      keepAddress(base, state.envs)
    },
  })
  addEventListener('popstate', () => page.openEnv(...(envsOfAddress(base) ?? ['main'])))
  return page
}

/** Shows what a document brings along; `undefined` if it brings nothing. */
export function startSaved(): PageHandle | undefined {
  const data = document.querySelector(`script[type="${DATA_TYPE}"]`)
  if (data === null) return undefined
  const { envs, open, theme, locale } = parseJson(data.textContent ?? '') as unknown as SavedDocument
  const element = document.getElementById('app') ?? document.body
  fillWindow(element)
  return mount(element, {
    link: savedLink(envs),
    env: open,
    theme,
    locale,
    loadSource: async () => document.querySelector('script[type="module"]')?.textContent ?? '',
    onChange: showTitle,
  })
}

function fillWindow(element: Element): void {
  document.documentElement.style.height = document.body.style.height = '100%'
  document.body.style.margin = '0'
  if (element instanceof HTMLElement) element.style.height = '100%'
}

function showTitle({ envs, alerts }: PageState): void {
  document.title = `${alerts > 0 ? '⚠ ' : ''}${envs.join(' + ')} – tsorch viz`
}

/** The environments in the address; `undefined` if there are none in it. */
function envsOfAddress(base: string): readonly string[] | undefined {
  const path = location.pathname.slice(base.length)
  const match = /^\/(env|compare)\/(.+)$/.exec(path)
  if (match === null) return undefined
  const names = match[1] === 'env' ? [match[2]!] : match[2]!.split('+')
  return names.map(decode)
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

function keepAddress(base: string, envs: readonly string[]): void {
  if ((envsOfAddress(base) ?? ['main']).join('\n') === envs.join('\n')) return
  const kind = envs.length === 1 ? 'env' : 'compare'
  history.pushState(null, '', `${base}/${kind}/${envs.map(encodeURIComponent).join('+')}`)
}

/** Loads a script that leaves its exports in a global variable. */
function loadScript(src: string, name: string): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const script = document.createElement('script')
    script.src = src
    script.onload = () => resolve((globalThis as Record<string, unknown>)[name])
    script.onerror = () => {
      script.remove()
      reject(new Error('this kind of plot needs Plotly: run `npm install plotly.js-strict-dist-min` beside the server'))
    }
    document.head.append(script)
  })
}
