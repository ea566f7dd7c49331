/** Plots of the page: windows of type `plot` and `network`, drawn and kept up to date. */
import type { NetworkContent, PlotContent } from '../../protocol/types.js'
import { PlotPane } from './pane/plot-pane.js'
import type { PlotHandle, PlotOptions } from './types.js'

export type { PlotAbilities, PlotFlag, PlotHandle, PlotOptions, XAxisKind } from './types.js'

/**
 * Shows a plot in an element, which it fills and whose size it follows.
 *
 * @param host - element with a size of its own; gets `position: relative` if it has no position
 * @param content - of a window of type `plot` or `network`; read again when {@link PlotHandle.update} tells of changes
 *
 * @example
 * ```ts
 * const plot = drawPlot(host, { data: [{ type: 'scatter', mode: 'lines', y: [3, 2, 1] }], layout: { title: 'loss' } }, options)
 * content.data[0].y.push(0.5)
 * plot.update([{ op: 'add', path: '/content/data/0/y/3', value: 0.5 }], content)
 * ```
 */
export function drawPlot(host: HTMLElement, content: PlotContent | NetworkContent, options: PlotOptions): PlotHandle {
  const pane = new PlotPane(host, options)
  pane.update([], content)
  return pane
}
