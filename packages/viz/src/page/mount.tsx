/** Shows the page in an element of any web page. */
import { effect } from '@preact/signals'
import { render } from 'preact'
import { Settings } from './state/settings.js'
import { Store } from './state/store.js'
import { pageStyle } from './style/index.js'
import type { PageHandle, PageOptions } from './types.js'
import { AppView } from './ui/app.js'
import { App } from './ui/context.js'

/**
 * Shows the page in an element: the windows of an environment, live. It lives in a shadow root, so that neither its style nor that of the
 * page around it reaches the other. The element should have a height; without one the page is as high as its windows.
 *
 * @throws TypeError if `element` is no element
 *
 * @example
 * ```ts
 * import { Hub } from '@tsorch/viz'
 * import { mount } from '@tsorch/viz/page'
 *
 * const hub = new Hub()
 * const page = mount(document.body, { link: hub.link() })
 * hub.handle('events', { win: 'note', data: [{ type: 'text', content: 'training starts' }] })
 * page.openEnv('main')
 * ```
 */
export function mount(element: Element, options: PageOptions): PageHandle {
  if (!(element instanceof Element))
    throw new TypeError(`mount: the first argument should be an element, but got ${element}`)
  const { link, env, theme, locale, loadPlotly = noPlotly, loadSource = noSource, styles = [], onChange } = options
  const host = document.createElement('div')
  host.style.cssText = 'display:block;height:100%;min-height:0'
  const shadow = host.attachShadow({ mode: 'open' })
  const style = document.createElement('style')
  style.textContent = pageStyle
  const root = document.createElement('div')
  root.className = 'root'
  shadow.append(style, ...styles.map(styleLink), root)
  element.append(host)

  const store = new Store(link, typeof env === 'string' ? [env] : env)
  const app = new App(store, new Settings({ theme, locale }), {
    loadPlotly: async () => {
      const plotly = await loadPlotly()
      adoptPlotlyStyle(shadow)
      return plotly
    },
    loadSource,
  })
  const observer = new ResizeObserver(([entry]) => {
    const width = Math.round(entry!.contentRect.width)
    if (width > 0) app.width.value = width
  })
  app.width.value = element.clientWidth || app.width.peek()
  observer.observe(host)
  const stop = effect(() => {
    const alerts = store.flagged.value.length
    onChange?.({ envs: store.open.value, alerts, tab: app.tab.value })
  })
  render(<AppView app={app} />, root)
  return {
    openEnv: (...names) => store.openEnvs(names),
    showTab: (tab) => {
      app.tab.value = tab
    },
    setTheme: (value) => {
      app.settings.theme.value = value
    },
    setLocale: (value) => {
      app.settings.locale.value = value
    },
    destroy() {
      stop()
      observer.disconnect()
      render(null, root)
      app.destroy()
      host.remove()
    },
  }
}

function styleLink(href: string): HTMLLinkElement {
  const link = document.createElement('link')
  link.rel = 'stylesheet'
  link.href = href
  return link
}

/** Plotly puts its rules into the head of the document, from where they don't reach into a shadow root. */
function adoptPlotlyStyle(shadow: ShadowRoot): void {
  const given = document.getElementById('plotly.js-style-global')
  if (!(given instanceof HTMLStyleElement) || given.sheet === null || shadow.getElementById('plotly-style')) return
  const style = document.createElement('style')
  style.id = 'plotly-style'
  style.textContent = [...given.sheet.cssRules].map(({ cssText }) => cssText).join('\n')
  shadow.append(style)
}

function noPlotly(): Promise<never> {
  return Promise.reject(new Error('this kind of plot needs plotly.js-strict-dist-min, which is not installed'))
}

function noSource(): Promise<never> {
  return Promise.reject(new Error('the source of the page is not known here'))
}
