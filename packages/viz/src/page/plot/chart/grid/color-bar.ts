/** What the colours of a map mean: a bar of them, with numbers. */

import { Scale } from '../../axis/scale.js'
import { ticksOf } from '../../axis/ticks.js'
import type { Painter, Pixels, Rect } from '../../draw/painter.js'
import type { Style } from '../chart.js'
import type { ColorBar } from '../layer.js'

/** Room that it takes on the right, in pixels. */
export const COLOR_BAR_WIDTH = 62

const images = new WeakMap<object, Pixels>()

export function drawColorBar(painter: Painter, style: Style, { scale, low, high }: ColorBar, plot: Rect): void {
  const place = { x: plot.x + plot.width + 14, y: plot.y, width: 12, height: plot.height }
  let pixels = images.get(scale)
  if (pixels === undefined) {
    const data = new Uint8ClampedArray(256 * 4)
    for (let i = 0; i < 256; i++) data.set([...scale.table.subarray((255 - i) * 3, (255 - i) * 3 + 3), 255], i * 4)
    pixels = { width: 1, height: 256, data }
    images.set(scale, pixels)
  }
  painter.image(pixels, place, true)
  painter.rect(place, null, { color: style.axis, width: 1 })
  if (!(high > low)) {
    if (Number.isFinite(low))
      label(painter, style, String(Number(low.toPrecision(4))), place, place.y + place.height / 2)
    return
  }
  const axis = new Scale('linear', { low, high }, place.y + place.height, place.y)
  const isApart = (count: number): boolean => place.height / Math.max(1, count) >= style.size * 1.8
  for (const tick of ticksOf(axis, [], (ticks) => isApart(ticks.length)))
    label(painter, style, tick.label, place, axis.at(tick.value))
}

function label(painter: Painter, style: Style, text: string, { x, width }: Rect, y: number): void {
  painter.text(text, x + width + 4, y, { color: style.muted, size: style.size - 1 })
}
