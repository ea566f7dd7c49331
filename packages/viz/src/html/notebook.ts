/** Environments in the cells of notebooks. */
import { escapeHtml } from '../protocol/html.js'
import { type HTMLOptions, type HTMLSource, toHTML } from './to-html.js'

/** Deno's kernel shows what has a method of this name. @see https://docs.deno.com/runtime/reference/cli/jupyter/ */
export const jupyterDisplay: unique symbol = Symbol.for('Jupyter.display')

/** Options of {@link display}. */
export interface DisplayOptions extends HTMLOptions {
  /** Height of the frame in pixels. Default 480. */
  readonly height?: number
}

/** What notebooks show. */
export interface NotebookDisplay {
  /** For kernels that are told what to show: `tslab.display.html(shown.html)`. */
  readonly html: string
  [jupyterDisplay](): { readonly 'text/html': string; readonly 'text/plain': string }
}

/**
 * Shows environments in a notebook, as they are now: in Deno's kernel as the last value of a cell, in tslab by
 * `tslab.display.html(display(hub).html)`. The frame has an origin of its own, so that nothing in a window reaches the notebook.
 *
 * @throws RangeError if there is no such environment, or for a height that is no positive number
 * @throws TypeError if `source` is nothing that can be shown
 *
 * @example
 * ```ts
 * import { display, Hub } from '@tsorch/viz'
 *
 * const hub = new Hub()
 * hub.handle('events', { win: 'note', data: [{ type: 'text', content: 'hello' }] })
 * display(hub, { height: 300 })
 * ```
 */
export function display(source: HTMLSource, options: DisplayOptions = {}): NotebookDisplay {
  const { height = 480, ...rest } = options
  const title = options.title ?? 'tsorch viz'
  if (!(height > 0 && height < Number.POSITIVE_INFINITY))
    throw new RangeError(`display: height should be a positive number of pixels, but got ${height}`)
  const page = toHTML(source, rest)
  const html =
    `<iframe sandbox="allow-scripts allow-downloads" style="width:100%;height:${height}px;border:1px solid #8884;border-radius:6px"` +
    ` title="${escapeHtml(title)}" srcdoc="${escapeHtml(page)}"></iframe>`
  return {
    html,
    [jupyterDisplay]: () => ({ 'text/html': html, 'text/plain': title }),
  }
}
