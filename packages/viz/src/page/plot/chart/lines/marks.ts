/** Markers at points, and marks of values that are not finite. */

import { withAlpha } from '../../color/color.js'
import type { Column } from '../../data/column.js'
import type { Series } from '../../data/series.js'
import type { Marker, Painter } from '../../draw/painter.js'
import type { Style } from '../chart.js'
import type { Scales } from '../layer.js'
import type { Look } from './look.js'
import { Path } from './path.js'

const path = new Path()

/** Markers with their own sizes and colours are drawn by groups of those. */
const SIZES = 24

export function drawMarkers(painter: Painter, series: Series, x: Column, scales: Scales, look: Look): void {
  const groups = new Map<string, { marker: Marker; path: Path }>()
  const isMany = series.length > 20_000
  const taken = isMany ? new Taken(scales) : null
  const largest = look.sizes === null ? 1 : Math.max(1, ...look.sizes.slice(0, 100_000)) / SIZES
  for (let i = 0; i < series.length; i++) {
    const [px, py] = [scales.x.at(x.values[i]!), scales.y.at(series.y.values[i]!)]
    if (px - px !== 0 || py - py !== 0 || isOutside(px, py, scales, look.size)) continue
    if (taken?.take(px, py)) continue
    const color = look.colorOf === null ? look.markerColor : look.colorOf(i)
    const size = look.sizes === null ? look.size : Math.ceil((look.sizes[i] ?? look.size) / largest) * largest
    const key = look.colorOf === null && look.sizes === null ? '' : `${color} ${size}`
    let group = groups.get(key)
    if (group === undefined) {
      group = { marker: markerOf(look, color, size), path: groups.size === 0 ? path : new Path() }
      group.path.clear()
      groups.set(key, group)
    }
    group.path.push(px, py)
  }
  for (const group of groups.values()) painter.markers(group.path.points, group.marker, group.path.length)
}

function markerOf({ symbol, isOpen, border, opacity }: Look, color: string, size: number): Marker {
  if (isOpen) return { symbol, size, stroke: { color: withAlpha(color, opacity), width: 1.3 } }
  return { symbol, size, fill: withAlpha(color, opacity), stroke: border }
}

function isOutside(px: number, py: number, { plot }: Scales, room: number): boolean {
  return px < plot.x - room || px > plot.x + plot.width + room || py < plot.y - room || py > plot.y + plot.height + room
}

/** Places that have a marker already, where there are more points than pixels. */
class Taken {
  readonly #cells: Uint8Array
  readonly #columns: number
  readonly #scales: Scales

  constructor(scales: Scales) {
    this.#scales = scales
    this.#columns = Math.ceil(scales.plot.width) + 64
    this.#cells = new Uint8Array(this.#columns * (Math.ceil(scales.plot.height) + 64))
  }

  take(px: number, py: number): boolean {
    const { plot } = this.#scales
    const cell = Math.round(py - plot.y + 32) * this.#columns + Math.round(px - plot.x + 32)
    const was = this.#cells[cell] === 1
    this.#cells[cell] = 1
    return was
  }
}

/** NaN and missing values as ticks at the lower edge, infinite ones as arrows at the edge where they went. */
export function drawNotFinite(
  painter: Painter,
  style: Style,
  series: Series,
  x: Column,
  { plot, x: sx }: Scales,
  color: string,
): void {
  const { notFinite, y } = series
  if (notFinite.length === 0) return
  const ticks: number[] = []
  const [up, down]: [number[], number[]] = [[], []]
  const last = { tick: Number.NaN, up: Number.NaN, down: Number.NaN }
  const bottom = plot.y + plot.height
  for (let k = 0; k < notFinite.length; k++) {
    const i = notFinite.values[k]!
    const px = sx.at(x.values[i]!)
    if (!(px >= plot.x - 1 && px <= plot.x + plot.width + 1)) continue
    const value = y.values[i]!
    const kind = Number.isNaN(value) ? 'tick' : value > 0 ? 'up' : 'down'
    if (Math.abs(px - last[kind]) < (kind === 'tick' ? 1 : 4)) continue
    last[kind] = px
    if (kind === 'tick') ticks.push(px, bottom - 9, px, bottom - 1, Number.NaN, Number.NaN)
    else if (kind === 'up') up.push(px, plot.y + 6)
    else down.push(px, bottom - 6)
  }
  painter.line(ticks, { color: withAlpha(style.alarm, 0.35), width: 3 })
  painter.line(ticks, { color, width: 1.5 })
  const marker = { size: 9, fill: style.alarm, stroke: { color: style.ground, width: 1 } }
  if (up.length > 0) painter.markers(up, { ...marker, symbol: 'triangle-up' })
  if (down.length > 0) painter.markers(down, { ...marker, symbol: 'triangle-down' })
}
