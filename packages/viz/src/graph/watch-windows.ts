/** The windows that `watch` fills. */
import type { JsonObject } from '../protocol/types.js'
import type { Distribution } from './distribution.js'
import type { WatchSink } from './watch.js'

/** A window and how it is reached. */
export interface Place {
  readonly sink: WatchSink
  readonly eid: string
  readonly win: string
}

type DistributionByPath = ReadonlyMap<string, Distribution>

/** A trace of one step, or of none where there are no values. */
type TraceMaker = (name: string, step: number, values: Distribution | undefined) => JsonObject

interface Axes {
  readonly title: string
  readonly xlabel: string
  readonly ylabel: string
}

/** A window with a trace for each parameter, which grow step by step. */
class TraceWindow {
  readonly #place: Place
  readonly #axes: Axes
  readonly #traceOf: TraceMaker
  /** traces of the window, in their order */
  #names: string[] = []

  constructor(place: Place, axes: Axes, traceOf: TraceMaker) {
    this.#place = place
    this.#axes = axes
    this.#traceOf = traceOf
  }

  add(step: number, values: DistributionByPath): void {
    const { eid, win, sink } = this.#place
    const tracesOf = (names: readonly string[]) => names.map((name) => this.#traceOf(name, step, values.get(name)))
    const known = this.#names
    const fresh = [...values.keys()].filter((name) => !known.includes(name))
    this.#names = [...known, ...fresh]
    if (known.length === 0) {
      const { title, xlabel, ylabel } = this.#axes
      const layout = { title, showlegend: true, xaxis: { title: xlabel }, yaxis: { title: ylabel } }
      sink.rawSend({ data: tracesOf(fresh), win, eid, opts: { ...this.#axes, showlegend: true }, layout }, 'events')
      return
    }
    const update = (names: readonly string[], name: string | null): void => {
      sink.rawSend({ data: tracesOf(names), win, eid, name, append: true, opts: {}, layout: {} }, 'update')
    }
    update(known, null)
    for (const name of fresh) update([name], name)
  }
}

const servers = new WeakMap<WatchSink, Promise<boolean>>()

/** Whether the server shows histograms over time: visdom's own does not, and fails when it is asked for runs. */
function takesHistograms({ sink, eid }: Place): Promise<boolean> {
  let answer = servers.get(sink)
  if (answer === undefined) {
    answer = Promise.resolve(sink.rawSend({ eid }, 'runs')).then(
      () => true,
      // a server that cannot be reached is the client's to tell
      (error: { status?: unknown } | null) => error?.status === undefined,
    )
    servers.set(sink, answer)
  }
  return answer
}

/** Histograms over time; on servers that do not know them, bars of the latest. */
class HistogramWindow {
  readonly #place: Place
  readonly #title: string
  readonly #traces: TraceWindow
  /** what comes before the server has said what it takes */
  #held: [step: number, values: DistributionByPath][] = []
  #takes: boolean | null = null

  constructor(place: Place, title: string) {
    this.#place = place
    this.#title = title
    this.#traces = new TraceWindow(place, { title, xlabel: 'value', ylabel: 'step' }, histogramTrace)
    void takesHistograms(place).then((takes) => this.#settle(takes))
  }

  add(step: number, values: DistributionByPath): void {
    if (this.#takes === null) this.#held.push([step, values])
    else if (this.#takes) this.#traces.add(step, values)
    else this.#showLatest(step, values)
  }

  /** Sends all at once: no more comes, and the program may end. */
  end(): void {
    this.#settle(true)
  }

  #settle(takes: boolean): void {
    if (this.#takes !== null) return
    this.#takes = takes
    const held = takes ? this.#held : this.#held.slice(-1)
    this.#held = []
    for (const [step, values] of held) this.add(step, values)
  }

  /** The legend switches on more than the first. */
  #showLatest(step: number, values: DistributionByPath): void {
    const { eid, win, sink } = this.#place
    const data = [...values].map(([name, { edges, counts }], i) => ({
      type: 'bar',
      name,
      x: counts.map((_, k) => (edges[k]! + edges[k + 1]!) / 2),
      y: counts,
      visible: i === 0 ? true : 'legendonly',
    }))
    const title = `${this.#title}, step ${step}`
    const layout = { title, showlegend: true, bargap: 0, xaxis: { title: 'value' }, yaxis: { title: 'count' } }
    sink.rawSend({ data, win, eid, opts: { title, showlegend: true }, layout }, 'events')
  }
}

/** Samples after which only half as many histograms are kept. */
const HALVE_AFTER = 500

/** Histograms in one window, and their norms as lines in another. */
export class DistributionWindows {
  readonly #histograms: HistogramWindow
  readonly #norms: TraceWindow
  #samples = 0
  /** every so many samples a histogram is sent */
  #stride = 1

  constructor(place: Place, title: string) {
    this.#histograms = new HistogramWindow(place, title)
    const axes = { title: `norms of ${title}`, xlabel: 'step', ylabel: 'norm' }
    this.#norms = new TraceWindow({ ...place, win: `${place.win}_norms` }, axes, normTrace)
  }

  add(step: number, values: DistributionByPath): void {
    this.#norms.add(step, values)
    if (this.#samples % this.#stride === 0) this.#histograms.add(step, values)
    this.#samples++
    if (this.#samples % (HALVE_AFTER * this.#stride) === 0) this.#stride *= 2
  }

  end(): void {
    this.#histograms.end()
  }
}

/** One histogram of a parameter; none if there are no finite values. */
function histogramTrace(name: string, step: number, values: Distribution | undefined): JsonObject {
  const isThere = values !== undefined && values.counts.length > 0
  return {
    type: 'histograms',
    name,
    steps: isThere ? [step] : [],
    edges: isThere ? [values.edges] : [],
    counts: isThere ? [values.counts] : [],
  }
}

function normTrace(name: string, step: number, values: Distribution | undefined): JsonObject {
  const isThere = values !== undefined
  return { type: 'scatter', mode: 'lines', name, x: isThere ? [step] : [], y: isThere ? [values.norm] : [] }
}

/** Lines of text. */
export class TextWindow {
  readonly #place: Place
  readonly #title: string
  #isMade = false

  constructor(place: Place, title: string) {
    this.#place = place
    this.#title = title
  }

  add(line: string): void {
    const { eid, win, sink } = this.#place
    const data = [{ content: escapeHtml(line), type: 'text' }]
    if (this.#isMade) sink.rawSend({ data, win, eid, opts: {}, layout: {} }, 'update')
    else sink.rawSend({ data, win, eid, opts: { title: this.#title }, layout: {} }, 'events')
    this.#isMade = true
  }
}

/** Text windows are HTML. */
function escapeHtml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
}
