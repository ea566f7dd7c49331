/** The frame of a plot: title, axes with marks and numbers, and the room that is left for what is drawn. */
import type { Style } from '../chart/chart.js'
import type { Painter, Rect } from '../draw/painter.js'
import { tickText } from './numbers.js'
import { Scale, type ScaleKind, type Span } from './scale.js'
import type { AxisSpec } from './spec.js'
import { givenTicks, shorten, stepTicks, type Tick, ticksOf } from './ticks.js'

export interface FrameAxis {
  readonly spec: AxisSpec
  readonly kind: ScaleKind
  readonly span: Span
  readonly categories: readonly string[]
  readonly title: string
  /** dates are times of day where the reader is */
  readonly isLocal?: boolean
  /** numbers of rows or columns, of which there are no halves */
  readonly isWhole?: boolean
}

export interface FrameOptions {
  readonly title: string
  readonly x: FrameAxis
  readonly y: FrameAxis
  readonly y2?: FrameAxis | undefined
  /** room that is taken: above by a legend, on the right by a colour bar */
  readonly above?: number
  readonly beside?: number
  /** margins that somebody chose */
  readonly margin?: Partial<Record<'l' | 'r' | 't' | 'b', number>>
  /** no lines behind what is drawn: heatmaps */
  readonly hasGrid?: boolean
  readonly offset?: { readonly x: number; readonly y: number; readonly width: number; readonly height: number }
}

export interface Frame {
  readonly title: { readonly text: string; readonly x: number; readonly y: number }
  readonly plot: Rect
  readonly x: Scale
  readonly y: Scale
  readonly y2: Scale | null
  readonly ticks: { readonly x: readonly Tick[]; readonly y: readonly Tick[]; readonly y2: readonly Tick[] }
  /** labels of x are turned */
  readonly isTurned: boolean
}

const GAP = 6

/** Finds the places of all parts of a frame. */
export function layoutFrame(painter: Painter, style: Style, options: FrameOptions): Frame {
  const { x, y, y2, title, above = 0, beside = 0, margin = {} } = options
  const area = options.offset ?? { x: 0, y: 0, width: painter.width, height: painter.height }
  const { size } = style
  const line = size * 1.3
  const top = margin.t ?? (title === '' ? 10 : size * 1.2 + 16) + above
  const turned = turnedHeight(painter, style, x, area.width)
  const below = (x.spec.hasLabels ? (turned > 0 ? turned : line) + GAP : 4) + (x.title === '' ? 2 : line + 4)
  const bottom = margin.b ?? below + 2
  const height = Math.max(10, area.height - top - bottom)
  const upright = (axis: FrameAxis): { scale: Scale; ticks: readonly Tick[]; width: number } => {
    const scale = scaleFor(axis, area.y + top + height, area.y + top)
    const ticks = ticksFor(axis, scale, (list) => isApart(scale, list, () => line * 1.5))
    const widest = axis.spec.hasLabels ? Math.max(0, ...ticks.map(({ label }) => painter.measure(label, size))) : 0
    return { scale, ticks, width: widest + GAP + 4 + (axis.title === '' ? 0 : line + 3) }
  }
  const [left, right] = [upright(y), y2 === undefined ? null : upright(y2)]
  // the first turned label reaches out to the left
  const reach =
    turned > 0 ? ((turned - size) / SIN) * COS - (area.width * 0.4) / Math.max(1, x.span.high - x.span.low) : 0
  const marginLeft = margin.l ?? Math.max(left.width, 14, reach) + 4
  const marginRight = margin.r ?? (right === null ? 14 : right.width + 4) + beside
  const width = Math.max(10, area.width - marginLeft - marginRight)
  const plot = { x: area.x + marginLeft, y: area.y + top, width, height }
  const scale = scaleFor(x, plot.x, plot.x + width)
  const room = (tick: Tick): number => (turned > 0 ? line * 1.2 : painter.measure(tick.label, size) + 14)
  const ticks = ticksFor(x, scale, (list) => isApart(scale, list, room))
  return {
    title: { text: title, x: area.x + marginLeft, y: area.y + 6 + size * 0.6 },
    plot,
    x: scale,
    y: left.scale,
    y2: right?.scale ?? null,
    ticks: { x: ticks, y: left.ticks, y2: right?.ticks ?? [] },
    isTurned: turned > 0,
  }
}

/** A scale between two pixels, which lead to larger values unless the layout wants it the other way round. */
function scaleFor({ kind, span, spec }: FrameAxis, start: number, end: number): Scale {
  const isDescending = spec.isReversed || (spec.range !== undefined && spec.range[0] > spec.range[1])
  return isDescending ? new Scale(kind, span, end, start) : new Scale(kind, span, start, end)
}

/** Of longer labels that are turned, the middle is left out. */
const TURNED = 96

/** Height of the labels of categories that are too long to stand side by side; 0 if they need not be turned. */
function turnedHeight(
  painter: Painter,
  { size }: Style,
  { kind, categories, span, spec }: FrameAxis,
  width: number,
): number {
  if (kind !== 'category' || !spec.hasLabels || spec.tickvals !== undefined) return 0
  const count = span.high - span.low
  const widest = categories.reduce((most, text) => Math.max(most, painter.measure(shorten(text, 24), size)), 0)
  const each = (width * 0.85) / Math.max(1, count)
  if (widest + 10 <= each || each < size * 1.4) return 0
  return Math.min(TURNED, widest) * SIN + size
}

/** Of 40 degrees, by which labels are turned. */
const [SIN, COS] = [0.643, 0.766]

function ticksFor(
  { spec, categories, isLocal, isWhole }: FrameAxis,
  scale: Scale,
  fits: (ticks: readonly Tick[]) => boolean,
): readonly Tick[] {
  const { dtick } = spec
  const given = givenTicks(spec, scale)
  if (given !== null) {
    for (let every = 1; every < 64; every *= 2) {
      const some = given.filter((_, i) => i % every === 0)
      if (fits(some)) return some
    }
    return []
  }
  if (dtick !== undefined && scale.kind === 'linear') {
    const ticks = stepTicks(scale, dtick, (value) => tickText(value, dtick))
    if (ticks !== null && fits(ticks)) return ticks
  }
  return ticksOf(scale, categories, fits, isLocal !== true, isWhole === true ? 1 : 0)
}

/** Whether neighbours leave the room that each needs. */
function isApart(scale: Scale, ticks: readonly Tick[], room: (tick: Tick) => number): boolean {
  let [before, needed] = [Number.NEGATIVE_INFINITY, 0]
  const sorted = [...ticks].sort((a, b) => scale.at(a.value) - scale.at(b.value))
  for (const tick of sorted) {
    const [at, own] = [scale.at(tick.value), room(tick)]
    if (at - before < (own + needed) / 2) return false
    before = at
    needed = own
  }
  return true
}

/** What lies behind the plot: lines of the grid and the title. */
export function drawFrame(painter: Painter, style: Style, frame: Frame, options: FrameOptions): void {
  const { plot, ticks, x, y, y2, title } = frame
  const { size } = style
  const [right, bottom] = [plot.x + plot.width, plot.y + plot.height]
  if (title.text !== '') {
    const room = painter.width - title.x - 8
    painter.text(fitText(painter, title.text, size + 1.5, room, true), title.x, title.y, {
      color: style.text,
      size: size + 1.5,
      bold: true,
    })
  }
  if (options.hasGrid !== false) {
    const lines: number[] = []
    for (const tick of ticks.x) {
      const at = crisp(x.at(tick.value))
      lines.push(at, plot.y, at, bottom, Number.NaN, Number.NaN)
    }
    for (const tick of ticks.y) {
      const at = crisp(y.at(tick.value))
      lines.push(plot.x, at, right, at, Number.NaN, Number.NaN)
    }
    painter.line(lines, { color: style.grid, width: 1 })
    const zero = y.kind === 'linear' && y.low < 0 && y.high > 0 ? crisp(y.at(0)) : null
    if (zero !== null) painter.line([plot.x, zero, right, zero], { color: style.axis, width: 1 })
  }
  drawAxisX(painter, style, frame, options.x)
  drawAxisY(painter, style, plot, ticks.y, y, options.y, false)
  if (y2 !== null && options.y2 !== undefined) drawAxisY(painter, style, plot, ticks.y2, y2, options.y2, true)
}

function drawAxisX(painter: Painter, style: Style, { plot, ticks, x, isTurned }: Frame, axis: FrameAxis): void {
  const { size } = style
  const bottom = plot.y + plot.height
  const color = axis.spec.tickColor ?? style.muted
  painter.line([plot.x, crisp(bottom), plot.x + plot.width, crisp(bottom)], { color: style.axis })
  const marks: number[] = []
  for (const { value, label } of ticks.x) {
    const at = x.at(value)
    marks.push(crisp(at), bottom, crisp(at), bottom + 4, Number.NaN, Number.NaN)
    if (!axis.spec.hasLabels) continue
    if (isTurned)
      painter.text(fitMiddle(painter, label, size, TURNED), at + 3, bottom + GAP + 4, {
        color,
        size,
        align: 'right',
        rotate: -40,
      })
    else {
      // the outermost labels stay within the drawing
      const half = painter.measure(label, size) / 2
      const centre = Math.min(painter.width - half - 2, Math.max(half + 2, at))
      painter.text(label, centre, bottom + GAP + size * 0.6, { color, size, align: 'center' })
    }
  }
  if (axis.spec.hasLabels) painter.line(marks, { color: style.axis })
  if (axis.title === '') return
  const y =
    bottom +
    (axis.spec.hasLabels ? (isTurned ? turnedHeight(painter, style, axis, painter.width) : size * 1.3) + GAP : 4) +
    size * 0.75
  const text = fitText(painter, axis.title, size, plot.width)
  painter.text(text, plot.x + plot.width / 2, y, { color: axis.spec.titleColor ?? style.text, size, align: 'center' })
}

function drawAxisY(
  painter: Painter,
  style: Style,
  plot: Rect,
  ticks: readonly Tick[],
  y: Scale,
  axis: FrameAxis,
  isRight: boolean,
): void {
  const { size } = style
  const edge = isRight ? plot.x + plot.width : plot.x
  const color = axis.spec.tickColor ?? style.muted
  const out = isRight ? 1 : -1
  painter.line([crisp(edge), plot.y, crisp(edge), plot.y + plot.height], { color: style.axis })
  let widest = 0
  if (axis.spec.hasLabels)
    for (const { value, label } of ticks) {
      widest = Math.max(widest, painter.measure(label, size))
      painter.text(label, edge + out * GAP, y.at(value), { color, size, align: isRight ? 'left' : 'right' })
    }
  if (axis.title === '') return
  const at = edge + out * (widest + GAP + 5 + size * 0.6)
  const text = fitText(painter, axis.title, size, plot.height)
  const titleColor = axis.spec.titleColor ?? style.text
  painter.text(text, at, plot.y + plot.height / 2, {
    color: titleColor,
    size,
    align: 'center',
    rotate: isRight ? 90 : -90,
  })
}

/** A text that ends in `…` where there is no room for all of it. */
export function fitText(painter: Painter, text: string, size: number, room: number, bold = false): string {
  if (painter.measure(text, size, bold) <= room) return text
  let [low, high] = [0, text.length]
  while (low < high) {
    const middle = (low + high + 1) >>> 1
    if (painter.measure(`${text.slice(0, middle)}…`, size, bold) <= room) low = middle
    else high = middle - 1
  }
  return low === 0 ? '' : `${text.slice(0, low)}…`
}

/** A text of which the middle is left out where there is no room for all of it: names often differ at their ends. */
function fitMiddle(painter: Painter, text: string, size: number, room: number): string {
  let short = text
  for (let kept = text.length - 1; kept > 1 && painter.measure(short, size) > room; kept--)
    short = `${text.slice(0, Math.ceil(kept / 2))}…${text.slice(text.length - Math.floor(kept / 2))}`
  return short
}

/** A line of one pixel lies on one row of pixels. */
const crisp = (at: number): number => Math.floor(at) + 0.5
