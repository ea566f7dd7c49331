/** What charts without axes say: their title, and that there is nothing yet. */
import { fitText } from '../axis/frame.js'
import { plainText } from '../axis/spec.js'
import type { Painter } from '../draw/painter.js'
import type { ChartHost, Style } from './chart.js'

/** Draws the title of a layout in the upper left corner. @returns whether there is one that the pane does not show already */
export function drawTitle(painter: Painter, style: Style, host: ChartHost, given: unknown): boolean {
  const title = plainText(given)
  if (title === '' || host.isTitleShown(title)) return false
  const size = style.size + 1.5
  painter.text(fitText(painter, title, size, painter.width - 24, true), 14, 14, { color: style.text, size, bold: true })
  return true
}

/** Says that there is no data yet, around a point. */
export function drawEmpty(painter: Painter, style: Style, host: ChartHost, x: number, y: number): void {
  painter.text(host.strings.empty, x, y, { color: style.muted, size: style.size, align: 'center' })
}
