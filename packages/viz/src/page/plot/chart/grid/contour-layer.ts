/** A contour plot: bands of equal colour, and the lines between them. */
import { tickText, valueText } from '../../axis/numbers.js'
import { Scale, type Span } from '../../axis/scale.js'
import { fieldsOf } from '../../axis/spec.js'
import { ticksOf } from '../../axis/ticks.js'
import { withAlpha } from '../../color/color.js'
import type { Painter } from '../../draw/painter.js'
import type { Style } from '../chart.js'
import type { Found, Layer, Scales } from '../layer.js'
import type { Places } from './grid-data.js'
import { GridLayer } from './grid-layer.js'
import { abovePolygons, isoSegments } from './marching.js'

interface Band {
  readonly color: string
  /** in columns and rows */
  readonly polygons: readonly number[]
}

export class ContourLayer extends GridLayer implements Layer {
  #bands: readonly Band[] | null = null
  #lines: readonly { readonly level: number; readonly segments: readonly number[] }[] = []

  spanX(): Span | null {
    return centreSpan(this.x)
  }

  spanY(): Span | null {
    return centreSpan(this.y)
  }

  /** Values between which a band lies, from below the least to above the greatest. */
  #levels(): readonly number[] {
    const { start, end, size } = fieldsOf(this.trace, 'contours')
    if (
      typeof start === 'number' &&
      typeof end === 'number' &&
      typeof size === 'number' &&
      size > 0 &&
      (end - start) / size < 200
    )
      return Array.from({ length: Math.floor((end - start) / size + 1e-9) + 1 }, (_, i) => start + i * size)
    const { ncontours } = this.trace
    const most = typeof ncontours === 'number' && ncontours > 0 ? ncontours : 15
    if (!(this.high > this.low)) return []
    const axis = new Scale('linear', { low: this.low, high: this.high }, 0, 1)
    return ticksOf(axis, [], (ticks) => ticks.length <= most).map(({ value }) => value)
  }

  #make(): readonly Band[] {
    const levels = this.#levels()
    const { coloring } = fieldsOf(this.trace, 'contours')
    this.#lines = levels.map((level) => ({ level, segments: isoSegments(this.grid, level) }))
    if (coloring === 'lines' || coloring === 'none') return []
    // each covers what is lower: from the whole up to the peaks
    return [Number.NEGATIVE_INFINITY, ...levels].map((level, i) => {
      const next = levels[i] ?? Math.max(level, this.high)
      const middle = i === 0 ? Math.min(this.low, next) : (level + next) / 2
      return { color: this.css(middle), polygons: abovePolygons(this.grid, level) }
    })
  }

  draw(painter: Painter, style: Style, { x, y, plot }: Scales): void {
    this.#bands ??= this.#make()
    const place = (points: readonly number[], every: number): number[] => {
      const out: number[] = []
      for (let i = 0; i < points.length; i += 2) {
        out.push(x.at(between(this.x, points[i]!)), y.at(between(this.y, points[i + 1]!)))
        if (every > 0 && (i / 2) % every === every - 1) out.push(Number.NaN, Number.NaN)
      }
      return out
    }
    for (const { color, polygons } of this.#bands) {
      if (polygons.length === 0) continue
      // the border closes the seams between cells
      painter.polygon(place(polygons, 0), color, { color, width: 0.8 })
    }
    const isBare = this.#bands.length === 0
    for (const { level, segments } of this.#lines) {
      const t = (level - this.low) / (this.high - this.low)
      const color = isBare ? this.scale.css(t) : withAlpha('#000000', 0.45)
      painter.line(place(segments, 2), { color, width: isBare ? 1.6 : 0.7 })
    }
    this.#writeLevels(painter, style, x, y, plot)
  }

  #writeLevels(painter: Painter, style: Style, x: Scales['x'], y: Scales['y'], plot: Scales['plot']): void {
    if (fieldsOf(this.trace, 'contours').showlabels !== true) return
    const step = this.#lines.length > 1 ? Math.abs(this.#lines[1]!.level - this.#lines[0]!.level) : 1
    for (const { level, segments } of this.#lines) {
      const k = Math.floor(segments.length / 8) * 4
      if (segments.length === 0) continue
      const [px, py] = [x.at(between(this.x, segments[k]!)), y.at(between(this.y, segments[k + 1]!))]
      if (px < plot.x + 16 || px > plot.x + plot.width - 16 || py < plot.y + 8 || py > plot.y + plot.height - 8)
        continue
      painter.text(tickText(level, step), px, py, {
        color: style.text,
        size: style.size - 1,
        align: 'center',
        halo: style.ground,
      })
    }
  }

  find(px: number, py: number, { x, y }: Scales): readonly Found[] {
    const { width, height, values } = this.grid
    const [c, r] = [indexOf(this.x, x.valueAt(px)), indexOf(this.y, y.valueAt(py))]
    if (!(c >= 0 && r >= 0 && c <= width - 1 && r <= height - 1)) return []
    const [i, j] = [Math.min(width - 2, Math.floor(c)), Math.min(height - 2, Math.floor(r))]
    const [u, v] = [c - i, r - j]
    const at = (dx: number, dy: number): number => values[Math.max(0, j + dy) * width + Math.max(0, i + dx)]!
    const value = at(0, 0) * (1 - u) * (1 - v) + at(1, 0) * u * (1 - v) + at(0, 1) * (1 - u) * v + at(1, 1) * u * v
    const color = Number.isNaN(value) ? 'transparent' : this.css(value)
    const title = `${valueText(x.valueAt(px), 4)}, ${valueText(y.valueAt(py), 4)}`
    return [
      { x: px, y: py, distance: 0, title, color, isByX: false, rows: [{ color, name: '', value: valueText(value) }] },
    ]
  }
}

function centreSpan({ centres }: Places): Span | null {
  if (centres.length === 0) return null
  const [a, b] = [centres[0]!, centres[centres.length - 1]!]
  return { low: Math.min(a, b), high: Math.max(a, b) }
}

/** Place at a number of a column that need not be whole. */
function between({ centres }: Places, at: number): number {
  const i = Math.min(centres.length - 1, Math.floor(at))
  const next = Math.min(centres.length - 1, i + 1)
  return centres[i]! + (centres[next]! - centres[i]!) * (at - i)
}

/** Number of a column, that need not be whole, of a place; -1 outside. */
function indexOf({ centres }: Places, value: number): number {
  for (let i = 0; i + 1 < centres.length; i++) {
    const [a, b] = [centres[i]!, centres[i + 1]!]
    if (value >= Math.min(a, b) && value <= Math.max(a, b)) return i + (b === a ? 0 : (value - a) / (b - a))
  }
  return -1
}
