/** One trace of histograms over time: ridges, one behind the other, or a map of colours. */
import { drawFrame, type Frame, type FrameAxis, type FrameOptions, layoutFrame } from '../../axis/frame.js'
import { valueText } from '../../axis/numbers.js'
import { padSpan, Scale } from '../../axis/scale.js'
import { readAxis } from '../../axis/spec.js'
import { ticksOf } from '../../axis/ticks.js'
import { cssColor, mix, parseColor } from '../../color/color.js'
import { colorScale } from '../../color/scales.js'
import { isIn, type Painter, type Pixels, type Rect } from '../../draw/painter.js'
import type { Strings } from '../../strings.js'
import type { Hover, Style } from '../chart.js'
import { binOf, type Distribution, densityAt, densityOf, type Histogram, someOf } from './data.js'

/** Share of the plot's height that the highest ridge takes. */
const RIDGE = 0.34

interface Ridge {
  readonly histogram: Histogram
  readonly base: number
  readonly outline: readonly number[]
}

export class Cell {
  readonly distribution: Distribution
  readonly area: Rect
  #frame: Frame | null = null
  #ridges: readonly Ridge[] = []
  #isHeat = false

  constructor(distribution: Distribution, area: Rect) {
    this.distribution = distribution
    this.area = area
  }

  draw(
    painter: Painter,
    style: Style,
    color: string,
    isHeat: boolean,
    titles: { readonly x: string; readonly y: string },
  ): void {
    this.#isHeat = isHeat
    const { histograms, name } = this.distribution
    const values: FrameAxis = {
      spec: readAxis({}),
      kind: 'linear',
      span: padSpan(this.distribution, 0.02),
      categories: [],
      title: titles.x,
    }
    const steps = this.#steps(isHeat, titles.y)
    const options: FrameOptions = isHeat
      ? { title: name, x: steps, y: values, offset: this.area, hasGrid: false }
      : { title: name, x: values, y: steps, offset: this.area, hasGrid: true }
    const frame = layoutFrame(painter, style, options)
    this.#frame = frame
    drawFrame(painter, style, frame, options)
    if (histograms.length === 0) return
    const { plot } = frame
    painter.clip({ x: plot.x, y: plot.y - 2, width: plot.width, height: plot.height + 3 }, () => {
      if (isHeat) this.#drawHeat(painter, frame)
      else this.#drawRidges(painter, style, frame, color)
    })
  }

  /** The axis of steps: for ridges it goes down, and leaves room above the first. */
  #steps(isHeat: boolean, title: string): FrameAxis {
    const { histograms } = this.distribution
    const [first, last] = [histograms[0]?.step ?? 0, histograms[histograms.length - 1]?.step ?? 1]
    const [low, high] = [Math.min(first, last), Math.max(first, last)]
    if (isHeat) {
      const edge = histograms.length > 1 ? (high - low) / (histograms.length - 1) / 2 : 0.5
      return {
        spec: readAxis({}),
        kind: 'linear',
        span: { low: low - edge, high: high + edge },
        categories: [],
        title,
      }
    }
    const length = high > low ? high - low : 1
    const ticks =
      high > low
        ? ticksOf(
            new Scale('linear', { low, high }, 0, 1),
            [],
            (list) => list.length <= Math.max(2, this.area.height / 55),
          )
        : [{ value: low, label: valueText(low) }]
    const spec = {
      ...readAxis({}),
      isReversed: true,
      tickvals: ticks.map(({ value }) => value),
      ticktext: ticks.map(({ label }) => label),
    }
    return {
      spec,
      kind: 'linear',
      span: {
        low: high > low ? low - (length * RIDGE) / (1 - RIDGE) : low - 1,
        high: high > low ? high + length * 0.01 : low + 0.02,
      },
      categories: [],
      title,
    }
  }

  #drawRidges(painter: Painter, style: Style, { plot, x, y }: Frame, color: string): void {
    const { histograms, peak } = this.distribution
    const shown = someOf(histograms, Math.max(6, Math.min(60, Math.floor(plot.height / 5))))
    const height = histograms.length > 1 ? plot.height * RIDGE : plot.height * 0.9
    const [near, far] = [parseColor(color)!, mix(parseColor(style.ground)!, parseColor(color)!, 0.3)]
    this.#ridges = shown.map((histogram, i) => {
      const base = y.at(histogram.step)
      const outline = ridgeOutline(histogram, x, base, height / (peak || 1))
      const tint = mix(far, near, shown.length > 1 ? i / (shown.length - 1) : 1)
      painter.polygon(outline, cssColor([tint[0], tint[1], tint[2], 0.86]))
      painter.line(outline, { color: i === shown.length - 1 ? style.text : style.ground, width: 0.9 })
      return { histogram, base, outline }
    })
  }

  #drawHeat(painter: Painter, { plot, x, y }: Frame): void {
    const { histograms } = this.distribution
    const shown = someOf(histograms, Math.max(2, Math.floor(plot.width)))
    const rows = Math.max(1, Math.min(160, Math.floor(plot.height / 2)))
    painter.image(this.#pixels(shown, rows, y.low, y.high), {
      x: x.at(x.low),
      y: plot.y,
      width: plot.width,
      height: plot.height,
    })
  }

  #pixels(shown: readonly Histogram[], rows: number, low: number, high: number): Pixels {
    const { table } = colorScale('viridis')
    const data = new Uint8ClampedArray(shown.length * rows * 4)
    shown.forEach((histogram, c) => {
      for (let r = 0; r < rows; r++) {
        const density = densityAt(histogram, high - ((r + 0.5) / rows) * (high - low))
        if (density === 0) continue
        // of each step its own peak: a narrow early one would leave nothing of the others
        const t = Math.round(Math.sqrt(density / (histogram.peak || 1)) * 255)
        const to = (r * shown.length + c) * 4
        data.set(table.subarray(t * 3, t * 3 + 3), to)
        data[to + 3] = 255
      }
    })
    return { width: shown.length, height: rows, data }
  }

  hover(px: number, py: number, strings: Strings): Hover | null {
    const frame = this.#frame
    if (frame === null) return null
    const { plot, x, y } = frame
    if (!isIn(plot, px, py)) return null
    if (this.#isHeat) {
      const step = x.valueAt(px)
      const histogram = this.distribution.histograms.reduce<Histogram | null>(
        (best, one) => (best === null || Math.abs(one.step - step) < Math.abs(best.step - step) ? one : best),
        null,
      )
      return histogram === null ? null : hoverOf(histogram, y.valueAt(py), px, py, strings)
    }
    // the nearest in front of those that are under the pointer
    const ridge = this.#ridges.find(({ base }) => base >= py - 2) ?? this.#ridges[this.#ridges.length - 1]
    if (ridge === undefined) return null
    const hover = hoverOf(ridge.histogram, x.valueAt(px), px, py, strings)
    return { ...hover, outline: ridge.outline, ruler: { x: px, within: plot } }
  }
}

function hoverOf(
  { step, edges, counts, total }: Histogram,
  value: number,
  x: number,
  y: number,
  strings: Strings,
): Hover {
  const bin = binOf(edges, value)
  const range = bin < 0 ? valueText(value, 4) : `${valueText(edges[bin]!, 4)} … ${valueText(edges[bin + 1]!, 4)}`
  const share = bin < 0 || total === 0 ? 0 : (counts[bin]! / total) * 100
  return {
    title: `${strings.step} ${valueText(step)}`,
    rows: [
      { name: strings.value, value: range },
      { name: strings.count, value: bin < 0 ? '0' : valueText(counts[bin]!), note: `${Number(share.toPrecision(3))}%` },
    ],
    x,
    y,
  }
}

/** From the base line up along the middles of the bars, and back; bars with nothing in them at either end are left out. */
function ridgeOutline(histogram: Histogram, x: Scale, base: number, factor: number): number[] {
  const { edges, counts } = histogram
  const first = Math.max(
    0,
    counts.findIndex((count) => count > 0),
  )
  const last = counts.findLastIndex((count) => count > 0)
  const points = [x.at(edges[first]!), base]
  for (let k = first; k <= last; k++) {
    points.push(x.at((edges[k]! + edges[k + 1]!) / 2), base - densityOf(histogram, k) * factor)
  }
  points.push(x.at(edges[Math.max(first, last + 1)]!), base)
  return points
}
