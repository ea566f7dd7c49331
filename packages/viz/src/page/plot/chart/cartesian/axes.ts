/** What the axes of a plot show: kinds, ends and titles. */
import type { JsonObject } from '../../../../protocol/types.js'
import type { FrameAxis } from '../../axis/frame.js'
import { padSpan, type ScaleKind, type Span } from '../../axis/scale.js'
import { type AxisSpec, readAxis } from '../../axis/spec.js'
import type { Reader } from '../../data/cells.js'
import type { Strings } from '../../strings.js'
import type { PlotOptions, XAxisKind } from '../../types.js'
import type { Layer, View } from '../layer.js'
import type { Layers, Readers } from './layers.js'
import type { Zoomed } from './zoom.js'

export interface Axes {
  readonly x: FrameAxis
  readonly y: FrameAxis
  readonly y2: FrameAxis | undefined
}

/** What x can be for all lines of a plot. */
export function xAxesOf({ lines, all }: Layers): readonly XAxisKind[] {
  if (lines.length === 0 || lines.length !== all.length) return []
  const have = (side: 't' | 'epoch'): boolean =>
    lines.every(({ series }) => series.sides[side] !== null || series.length === 0)
  return ['step', ...(have('t') ? (['relative', 'time'] as const) : []), ...(have('epoch') ? (['epoch'] as const) : [])]
}

/** How the options and the layout together want the plot seen. */
export function viewOf(
  layers: Layers,
  layout: JsonObject,
  options: PlotOptions,
  isHidden: (name: string) => boolean,
): View {
  const xAxis = xAxesOf(layers).includes(options.xAxis) ? options.xAxis : 'step'
  const { x, y } = layers.readers
  const hasMap = layers.all.some(({ hidesGrid }) => hidesGrid)
  const canLog = (reader: Reader): boolean => reader.kind === 'number' && !hasMap
  return {
    xAxis,
    smoothing: Math.min(0.9999, Math.max(0, options.smoothing)),
    logX: (options.logX ?? readAxis(layout.xaxis).type === 'log') && canLog(x) && xAxis !== 'time',
    logY: (options.logY ?? readAxis(layout.yaxis).type === 'log') && canLog(y),
    isHidden,
  }
}

/** @param shown - what is not switched off */
export function axesOf(
  shown: readonly Layer[],
  readers: Readers,
  layout: JsonObject,
  view: View,
  zoomed: Zoomed,
  strings: Strings,
): Axes {
  const [specX, specY, spec2] = [readAxis(layout.xaxis), readAxis(layout.yaxis), readAxis(layout.yaxis2)]
  const { x: readerX, y: readerY, y2: reader2 } = readers
  const isLog = (spec: AxisSpec, log: boolean): boolean => (spec.type === 'log') === log
  const rangeX = view.xAxis === 'step' && isLog(specX, view.logX) ? specX.range : undefined
  const x = zoomed.x ?? given(rangeX) ?? wholeX(shown, view)
  const [low, high] = view.logX ? [10 ** x.low, 10 ** x.high] : [x.low, x.high]
  const rangeY = isLog(specY, view.logY) ? specY.range : undefined
  const y =
    zoomed.y ??
    given(rangeY) ??
    wholeY(
      shown.filter((layer) => !layer.isOnY2),
      view,
      view.logY,
      low,
      high,
    )
  const second = shown.filter((layer) => layer.isOnY2)
  const log2 = spec2.type === 'log' && view.logY
  const y2 = zoomed.y2 ?? given(spec2.range) ?? wholeY(second, { ...view, logY: log2 }, log2, low, high)
  return {
    x: {
      spec: view.xAxis === 'step' ? specX : { ...specX, range: undefined, tickvals: undefined, dtick: undefined },
      kind: kindX(view, readerX),
      span: x,
      categories: readerX.categories,
      title: titleX(view.xAxis, specX, strings),
      isLocal: view.xAxis === 'time',
      isWhole: shown.some(({ isCounted }) => isCounted?.x),
    },
    y: {
      spec: specY,
      kind: kindY(view.logY, readerY),
      span: y,
      categories: readerY.categories,
      title: specY.title,
      isWhole: shown.some(({ isCounted }) => isCounted?.y),
    },
    y2:
      second.length === 0
        ? undefined
        : { spec: spec2, kind: kindY(log2, reader2), span: y2, categories: reader2.categories, title: spec2.title },
  }
}

function kindX({ xAxis, logX }: View, reader: Reader): ScaleKind {
  if (xAxis === 'time') return 'date'
  if (logX) return 'log'
  if (xAxis === 'relative') return 'duration'
  return xAxis === 'step' ? kindY(false, reader) : 'linear'
}

const kindY = (log: boolean, { kind }: Reader): ScaleKind => (log ? 'log' : kind === 'number' ? 'linear' : kind)

function titleX(xAxis: XAxisKind, { title }: AxisSpec, strings: Strings): string {
  return xAxis === 'step' ? title : strings[xAxis]
}

const given = (range: readonly [number, number] | undefined): Span | null =>
  range === undefined ? null : { low: Math.min(...range), high: Math.max(...range) }

function wholeX(layers: readonly Layer[], view: View): Span {
  const span = union(layers.map((layer) => layer.spanX(view)))
  if (span === null)
    return view.logX
      ? { low: 0, high: 1 }
      : view.xAxis === 'time'
        ? { low: Date.now() - 60_000, high: Date.now() }
        : { low: 0, high: 1 }
  const room = layers.some((layer) => layer.isTight) ? 0 : layers.some((layer) => layer.hasMarkers) ? 0.05 : 0.02
  return padSpan(view.logX ? logSpan(span) : span, room)
}

function wholeY(layers: readonly Layer[], view: View, log: boolean, low: number, high: number): Span {
  const span = union(layers.map((layer) => layer.spanY(view, low, high)))
  if (span === null) return { low: 0, high: 1 }
  const isTight = layers.some((layer) => layer.isTight)
  const padded = padSpan(log ? logSpan(span) : span, isTight ? 0 : 0.06)
  if (log || !layers.some((layer) => layer.hasZero)) return padded
  // bars begin at the axis
  return { low: span.low >= 0 ? 0 : padded.low, high: span.high <= 0 ? 0 : padded.high }
}

const logSpan = ({ low, high }: Span): Span =>
  low > 0
    ? { low: Math.log10(low), high: Math.log10(high) }
    : { low: Math.log10(high > 0 ? high : 1) - 1, high: Math.log10(high > 0 ? high : 1) }

function union(spans: readonly (Span | null)[]): Span | null {
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]
  for (const span of spans) {
    if (span === null) continue
    low = Math.min(low, span.low)
    high = Math.max(high, span.high)
  }
  return low <= high ? { low, high } : null
}
