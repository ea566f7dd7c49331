/** A heatmap: a cell for each value, in colours. */
import type { Trace } from '../../../../protocol/types.js'
import { valueText } from '../../axis/numbers.js'
import type { Span } from '../../axis/scale.js'
import { luminance, parseColor } from '../../color/color.js'
import { type Reader, textOf } from '../../data/cells.js'
import type { Painter, Pixels, Rect } from '../../draw/painter.js'
import type { Style } from '../chart.js'
import type { Found, Layer, Scales } from '../layer.js'
import { type Places, placeAt } from './grid-data.js'
import { GridLayer } from './grid-layer.js'

export class HeatLayer extends GridLayer implements Layer {
  readonly #readers: { readonly x: Reader; readonly y: Reader }
  /** a heatmap below shows where there are no values, as visdom's `nancolor` */
  readonly #hasGround: boolean
  #pixels: Pixels | null = null

  constructor(trace: Trace, readers: { readonly x: Reader; readonly y: Reader }, hasGround = false) {
    super(trace, readers)
    this.#hasGround = hasGround
    this.#readers = readers
  }

  spanX(): Span | null {
    return spanOf(this.x)
  }

  spanY(): Span | null {
    return spanOf(this.y)
  }

  draw(painter: Painter, style: Style, { x, y, plot }: Scales): void {
    const { width, height, values } = this.grid
    if (width === 0 || height === 0) return
    this.#pixels ??= this.#paint()
    if (this.x.isEven && this.y.isEven && !x.isLog && !y.isLog) {
      const [left, right] = [x.at(this.x.edges[0]!), x.at(this.x.edges[width]!)]
      const [top, bottom] = [y.at(this.y.edges[height]!), y.at(this.y.edges[0]!)]
      // rows of an image go down, those of the plot up
      painter.image(
        flipped(this.#pixels, right < left, bottom < top),
        {
          x: Math.min(left, right),
          y: Math.min(top, bottom),
          width: Math.abs(right - left),
          height: Math.abs(bottom - top),
        },
        this.trace.zsmooth === 'best' || this.trace.zsmooth === 'fast',
      )
    } else {
      for (let r = 0; r < height; r++)
        for (let c = 0; c < width; c++) {
          const value = values[r * width + c]!
          if (!Number.isNaN(value)) painter.rect(this.#rect(c, r, x, y), this.css(value))
        }
    }
    if (!this.#hasGround) this.#hatch(painter, style, x, y, plot)
    this.#writeValues(painter, x, y)
  }

  #paint(): Pixels {
    const { width, height, values } = this.grid
    const data = new Uint8ClampedArray(width * height * 4)
    const { table } = this.scale
    const factor = this.high > this.low ? 1 / (this.high - this.low) : 0
    for (let r = 0; r < height; r++)
      for (let c = 0; c < width; c++) {
        const value = values[r * width + c]!
        if (Number.isNaN(value)) continue
        const from = this.scale.index(factor === 0 ? 0.5 : (value - this.low) * factor) * 3
        const to = ((height - 1 - r) * width + c) * 4
        data[to] = table[from]!
        data[to + 1] = table[from + 1]!
        data[to + 2] = table[from + 2]!
        data[to + 3] = 255
      }
    return { width, height, data }
  }

  #rect(c: number, r: number, x: Scales['x'], y: Scales['y']): Rect {
    const [a, b] = [x.at(this.x.edges[c]!), x.at(this.x.edges[c + 1]!)]
    const [d, e] = [y.at(this.y.edges[r]!), y.at(this.y.edges[r + 1]!)]
    return { x: Math.min(a, b), y: Math.min(d, e), width: Math.abs(b - a), height: Math.abs(e - d) }
  }

  /** Cells that are NaN have lines across; missing ones stay empty. */
  #hatch(painter: Painter, style: Style, x: Scales['x'], y: Scales['y'], plot: Rect): void {
    const { width, height, values, isNotFinite } = this.grid
    if (!isNotFinite && !values.some(Number.isNaN)) return
    const lines: number[] = []
    let count = 0
    for (let i = 0; i < width * height && count < 4000; i++) {
      if (!Number.isNaN(values[i]!)) continue
      count++
      const { x: left, y: top, width: w, height: h } = within(this.#rect(i % width, Math.floor(i / width), x, y), plot)
      const step = 6
      for (let at = step; at < w + h; at += step)
        lines.push(
          left + Math.max(0, at - h),
          top + Math.min(at, h),
          left + Math.min(at, w),
          top + Math.max(0, at - w),
          Number.NaN,
          Number.NaN,
        )
    }
    painter.line(lines, { color: style.muted, width: 0.7 })
  }

  /** Numbers in cells, where there is room for them. */
  #writeValues(painter: Painter, x: Scales['x'], y: Scales['y']): void {
    const { width, height, values } = this.grid
    const { text, texttemplate } = this.trace
    const isWanted = Array.isArray(text) || typeof texttemplate === 'string'
    if (!isWanted || width * height > 2500) return
    for (let r = 0; r < height; r++)
      for (let c = 0; c < width; c++) {
        const rect = this.#rect(c, r, x, y)
        const value = values[r * width + c]!
        const row: unknown = Array.isArray(text) ? text[r] : undefined
        const label = Array.isArray(row) ? textOf(row[c] ?? '') : Number.isNaN(value) ? '' : valueText(value, 3)
        if (!(rect.height >= 12 && Number.isFinite(rect.x + rect.y)) || painter.measure(label, 10) > rect.width - 2)
          continue
        const color = Number.isNaN(value) || luminance(parseColor(this.css(value))!) > 0.35 ? '#000000' : '#ffffff'
        painter.text(label, rect.x + rect.width / 2, rect.y + rect.height / 2, { color, size: 10, align: 'center' })
      }
  }

  find(px: number, py: number, { x, y }: Scales): readonly Found[] {
    const [c, r] = [placeAt(this.x, x.valueAt(px)), placeAt(this.y, y.valueAt(py))]
    if (c < 0 || r < 0) return []
    const value = this.grid.values[r * this.grid.width + c]!
    const { x: left, y: top, width, height } = this.#rect(c, r, x, y)
    const isGap = Number.isNaN(value)
    const color = isGap ? 'transparent' : this.css(value)
    const given = (this.trace.z as readonly (readonly unknown[])[] | undefined)?.[r]?.[c]
    return [
      {
        x: left + width / 2,
        y: top + height / 2,
        distance: 0,
        title: `${label(this.x, this.#readers.x, c)}, ${label(this.y, this.#readers.y, r)}`,
        color,
        isByX: false,
        outline: [left, top, left + width, top, left + width, top + height, left, top + height, left, top],
        rows: [
          {
            color,
            name: '',
            value: isGap ? (given === null || given === undefined ? '–' : textOf(given)) : valueText(value),
          },
        ],
      },
    ]
  }
}

function spanOf({ edges }: Places): Span | null {
  if (edges.length < 2) return null
  const [a, b] = [edges[0]!, edges[edges.length - 1]!]
  return Number.isFinite(a) && Number.isFinite(b) ? { low: Math.min(a, b), high: Math.max(a, b) } : null
}

/** What a row or a column is called. */
function label({ centres }: Places, { kind, categories }: Reader, i: number): string {
  return kind === 'category' ? (categories[centres[i]!] ?? '') : valueText(centres[i]!)
}

const turned = new WeakMap<Pixels, Map<string, Pixels>>()

function flipped(pixels: Pixels, alongX: boolean, alongY: boolean): Pixels {
  if (!alongX && !alongY) return pixels
  const key = `${alongX} ${alongY}`
  let made = turned.get(pixels)
  if (made === undefined) {
    made = new Map()
    turned.set(pixels, made)
  }
  let result = made.get(key)
  if (result === undefined) {
    const { width, height, data } = pixels
    const [from, to] = [new Uint32Array(data.buffer), new Uint32Array(width * height)]
    for (let r = 0; r < height; r++)
      for (let c = 0; c < width; c++)
        to[(alongY ? height - 1 - r : r) * width + (alongX ? width - 1 - c : c)] = from[r * width + c]!
    result = { width, height, data: new Uint8ClampedArray(to.buffer) }
    made.set(key, result)
  }
  return result
}

/** The part of a rectangle that lies in another; of no size if there is none. */
function within(rect: Rect, outer: Rect): Rect {
  const [x, y] = [Math.max(rect.x, outer.x), Math.max(rect.y, outer.y)]
  const width = Math.min(rect.x + rect.width, outer.x + outer.width) - x
  const height = Math.min(rect.y + rect.height, outer.y + outer.height) - y
  return width > 0 && height > 0 ? { x, y, width, height } : { x, y, width: 0, height: 0 }
}
