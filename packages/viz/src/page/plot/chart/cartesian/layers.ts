/** The layers of a plot, made from its traces and kept while these only grow. */
import type { JsonObject, PlotContent, Trace } from '../../../../protocol/types.js'
import { fieldsOf, plainText, readAxis } from '../../axis/spec.js'
import { type CellKind, commonKind, listOf, Reader, textOf } from '../../data/cells.js'
import { pointCount, Series } from '../../data/series.js'
import type { Touched } from '../../data/touched.js'
import { BarLayer } from '../bars/bar-layer.js'
import { BoxLayer } from '../bars/box-layer.js'
import { histogramBars } from '../bars/histogram.js'
import { ContourLayer } from '../grid/contour-layer.js'
import { HeatLayer } from '../grid/heat-layer.js'
import type { Layer } from '../layer.js'
import { LineLayer } from '../lines/line-layer.js'

export type TraceFamily = 'line' | 'bar' | 'box' | 'heat' | 'contour'

/** What a trace is drawn as between two axes; `null` for anything else. */
export function familyOf(trace: Trace): TraceFamily | null {
  switch (trace.type ?? 'scatter') {
    case 'scatter':
    case 'scattergl':
    case 'custom':
      return Array.isArray(trace.y) || Array.isArray(trace.x) || Object.keys(trace).length <= 3 ? 'line' : null
    case 'bar':
    case 'histogram':
      return trace.orientation === 'h' ? null : 'bar'
    case 'box':
      return trace.orientation === 'h' || !Array.isArray(trace.y) ? null : 'box'
    case 'heatmap':
    case 'heatmapgl':
      return 'heat'
    case 'contour':
      return 'contour'
    default:
      return null
  }
}

const LOSS = /loss|\bnll\b|cross.?entropy|\bcost\b|perplexity|损失/i

export interface Readers {
  readonly x: Reader
  readonly y: Reader
  readonly y2: Reader
}

const NUMBERS: Readers = { x: new Reader('number'), y: new Reader('number'), y2: new Reader('number') }

export class Layers {
  readonly lines: LineLayer[] = []
  /** in the order in which they are drawn */
  all: readonly Layer[] = []
  names: readonly string[] = []
  /** names of traces that the legend shows, but that begin switched off */
  beginHidden: readonly string[] = []
  readers: Readers = NUMBERS
  #kept: Map<object, LineLayer> = new Map()

  /** Takes a content, of which `touched` tells what is new. */
  update(content: PlotContent, touched: Touched): void {
    if (touched.all || !this.#grow(content, touched)) this.#build(content, touched)
  }

  /** Lengthens lines; `false` if that is not all that there is to do. */
  #grow(content: PlotContent, { grown, changed, layout }: Touched): boolean {
    if (changed.size > 0 || layout) return false
    for (const index of grown) {
      const trace = content.data[index]
      const line = trace === undefined ? undefined : this.#kept.get(trace)
      if (line === undefined || !this.#takes(trace!, line)) return false
    }
    for (const index of grown) {
      const trace = content.data[index]!
      const line = this.#kept.get(trace)!
      line.series.extend(trace, this.#readersOf(trace))
      if (trace.mode === undefined || trace.marker !== undefined) line.forgetLook()
    }
    return true
  }

  #takes(trace: Trace, { series }: LineLayer): boolean {
    const readers = this.#readersOf(trace)
    return (
      series.isCounted === !Array.isArray(trace.x) &&
      (series.isCounted || readers.x.takes(trace.x!, series.length)) &&
      readers.y.takes(listOf(trace.y), series.length)
    )
  }

  #readersOf(trace: Trace): { readonly x: Reader; readonly y: Reader } {
    return { x: this.readers.x, y: trace.yaxis === 'y2' ? this.readers.y2 : this.readers.y }
  }

  #build({ data, layout }: PlotContent, touched: Touched): void {
    const before = this.readers
    const traces = data.map((trace) => (trace.type === 'histogram' ? histogramBars(trace) : trace))
    this.readers = readersFor(traces, layout)
    const isSame = (['x', 'y', 'y2'] as const).every(
      (key) => before[key].kind === this.readers[key].kind && this.readers[key].kind !== 'category',
    )
    const kept = new Map<object, LineLayer>()
    this.lines.length = 0
    const [bars, boxes, grids]: [[Trace, string][], [Trace, string][], Layer[]] = [[], [], []]
    const runs = runsOf(traces)
    const hasMap = traces.some((trace) => ['heat', 'contour'].includes(familyOf(trace) ?? ''))
    const names = namesOf(traces)
    const hidden: string[] = []
    for (const [i, trace] of traces.entries()) {
      if (trace.visible === false) continue
      if (trace.visible === 'legendonly') hidden.push(names[i]!)
      const family = familyOf(trace)
      if (family === 'line') {
        const old =
          isSame && !touched.changed.has(i) && !(touched.all && touched.layout) ? this.#kept.get(trace) : undefined
        const line = this.#line(trace, names[i]!, layout, old)
        kept.set(trace, line)
        this.lines.push(line)
        line.place(
          runs?.[i] ?? { color: i, dash: 0, forced: false, onMap: hasMap },
          this.lines[this.lines.length - 2] ?? null,
        )
      } else if (family === 'bar') bars.push([trace, names[i]!])
      else if (family === 'box') boxes.push([trace, names[i]!])
      else if (family === 'heat') grids.push(new HeatLayer(trace, this.readers, grids.length > 0))
      else if (family === 'contour') grids.push(new ContourLayer(trace, this.readers))
    }
    this.#kept = kept
    this.names = names
    this.beginHidden = hidden
    this.all = [
      ...grids,
      ...(bars.length > 0 ? [new BarLayer(bars, layout, this.readers, traces)] : []),
      ...(boxes.length > 0 ? [new BoxLayer(boxes, this.readers, traces)] : []),
      ...this.lines,
    ]
  }

  #line(trace: Trace, name: string, layout: JsonObject, old: LineLayer | undefined): LineLayer {
    const readers = this.#readersOf(trace)
    if (old !== undefined && old.name === name && old.series.length <= pointCount(trace) && this.#takes(trace, old)) {
      old.series.extend(trace, readers)
      return old
    }
    const isLoss = [name, plainText(layout.title), readAxis(layout.yaxis).title].some((text) => LOSS.test(text))
    return new LineLayer(trace, name, new Series(trace, readers, isLoss && trace.mode !== 'markers'), readers)
  }
}

/** Names of traces; those without one have their number. */
export function namesOf(traces: readonly Trace[]): string[] {
  return traces.map(({ name }, i) =>
    typeof name === 'string' && name !== '' ? plainText(name) : typeof name === 'number' ? String(name) : String(i + 1),
  )
}

/**
 * Traces of several runs in one plot have the number of the run before their names: `0_train`, `0_test`, `1_train`, ... A run has a colour,
 * a name a dash.
 */
export function runsOf(traces: readonly Trace[]): { color: number; dash: number; forced: true }[] | null {
  const parts = traces.map(({ name }) => /^(\d+)_(.*)$/s.exec(textOf(name ?? '')))
  if (parts.length < 2 || parts.some((part) => part === null)) return null
  const numbers = new Set(parts.map((part) => part![1]!))
  if (numbers.size < 2 || !numbers.has('0')) return null
  const names = [...new Set(parts.map((part) => part![2]!))]
  return parts.map((part) => ({ color: Number(part![1]), dash: names.indexOf(part![2]!), forced: true }))
}

function readersFor(traces: readonly Trace[], layout: JsonObject): Readers {
  const kindFor = (axis: string, isOn: (trace: Trace) => boolean, cells: (trace: Trace) => unknown): CellKind => {
    const { type } = readAxis(fieldsOf(layout, axis))
    if (type === 'category' || type === 'date') return type
    if (axis === 'xaxis' && traces.some((trace) => trace.type === 'box')) return 'category'
    return commonKind(traces.filter(isOn).map(cells))
  }
  const onY2 = (trace: Trace): boolean => trace.yaxis === 'y2'
  return {
    x: new Reader(
      kindFor(
        'xaxis',
        () => true,
        (trace) => trace.x,
      ),
    ),
    y: new Reader(
      kindFor(
        'yaxis',
        (trace) => !onY2(trace),
        (trace) => trace.y,
      ),
    ),
    y2: new Reader(kindFor('yaxis2', onY2, (trace) => trace.y)),
  }
}
