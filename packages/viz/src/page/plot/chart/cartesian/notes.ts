/** Lines, rectangles and texts that a layout puts into a plot. */

import type { JsonObject } from '../../../../protocol/types.js'
import type { Scale } from '../../axis/scale.js'
import { fieldsOf, plainText } from '../../axis/spec.js'
import { parseColor, withAlpha } from '../../color/color.js'
import { dashOf } from '../../color/palette.js'
import { dateOf, listOf, numberOf, textOf } from '../../data/cells.js'
import type { Painter } from '../../draw/painter.js'
import type { Style } from '../chart.js'
import type { Scales } from '../layer.js'
import { readable } from '../lines/look.js'
import type { Readers } from './layers.js'

/** Draws `layout.shapes` (lines and rectangles) and `layout.annotations`. */
export function drawNotes(painter: Painter, style: Style, layout: JsonObject, scales: Scales, readers: Readers): void {
  const place = placer(scales, readers)
  for (const shape of listOf(layout.shapes)) drawShape(painter, style, fieldsOf(shape), place)
  for (const note of listOf(layout.annotations)) drawAnnotation(painter, style, fieldsOf(note), place)
}

type Place = (axis: 'x' | 'y', ref: unknown, value: unknown) => number

/** Pixels of values; those of `paper` are shares of the plot, `domain` as well. */
function placer({ plot, x, y }: Scales, readers: Readers): Place {
  return (axis, ref, value) => {
    if (textOf(ref ?? axis).endsWith('paper') || textOf(ref ?? axis).endsWith('domain')) {
      const share = typeof value === 'number' ? value : Number.NaN
      return axis === 'x' ? plot.x + share * plot.width : plot.y + (1 - share) * plot.height
    }
    return at(axis === 'x' ? x : y, readers[axis].kind === 'category', readers[axis].categories, value)
  }
}

function at(scale: Scale, isCategory: boolean, categories: readonly string[], value: unknown): number {
  if (isCategory && typeof value === 'string') {
    const index = categories.indexOf(value)
    return index < 0 ? Number.NaN : scale.at(index)
  }
  return scale.at(numberOf(value) ?? dateOf(textOf(value)))
}

function drawShape(painter: Painter, style: Style, shape: ReturnType<typeof fieldsOf>, place: Place): void {
  const { type, xref, yref, fillcolor } = shape
  const [x0, x1] = [place('x', xref, shape.x0), place('x', xref, shape.x1)]
  const [y0, y1] = [place('y', yref, shape.y0), place('y', yref, shape.y1)]
  if (![x0, x1, y0, y1].every(Number.isFinite)) return
  const line = fieldsOf(shape, 'line')
  const opacity = typeof shape.opacity === 'number' ? shape.opacity : 1
  const color = parseColor(line.color) === null ? style.muted : readable(String(line.color), style)
  const width = typeof line.width === 'number' ? line.width : 1.5
  const stroke = { color: withAlpha(color, opacity), width, dash: dashOf(line.dash) }
  if (type === 'line') painter.line([x0, y0, x1, y1], stroke)
  else if (type === 'rect') {
    const rect = { x: Math.min(x0, x1), y: Math.min(y0, y1), width: Math.abs(x1 - x0), height: Math.abs(y1 - y0) }
    painter.rect(
      rect,
      parseColor(fillcolor) === null ? null : withAlpha(String(fillcolor), opacity),
      width > 0 ? stroke : undefined,
    )
  }
}

function drawAnnotation(painter: Painter, style: Style, note: ReturnType<typeof fieldsOf>, place: Place): void {
  const [x, y] = [place('x', note.xref, note.x), place('y', note.yref, note.y)]
  const text = plainText(note.text)
  if (!Number.isFinite(x) || !Number.isFinite(y) || text === '') return
  const font = fieldsOf(note, 'font')
  const color = parseColor(font.color) === null ? style.text : readable(String(font.color), style)
  const number = (value: unknown, otherwise: number): number => (typeof value === 'number' ? value : otherwise)
  // an arrow leads from the text to the point, unless there is to be none
  const hasArrow = note.showarrow !== false
  const [dx, dy] = hasArrow ? [number(note.ax, -10), number(note.ay, -30)] : [0, 0]
  if (hasArrow) {
    painter.line([x + dx, y + dy, x, y], { color, width: 1 })
    painter.markers([x, y], { symbol: 'circle', size: 4, fill: color })
  }
  const lift = hasArrow ? Math.sign(dy) * style.size * 0.7 : 0
  painter.text(text, x + dx, y + dy + lift, {
    color,
    size: number(font.size, style.size),
    align: 'center',
    halo: style.ground,
  })
}
