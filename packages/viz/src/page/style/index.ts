/** The style of the page, as text for its shadow root. */
import gridstack from 'gridstack/dist/gridstack.min.css?inline'
import bar from './bar.css?inline'
import base from './base.css?inline'
import panes from './panes.css?inline'
import runs from './runs.css?inline'

export const pageStyle: string = [gridstack, base, bar, panes, runs].join('\n')
