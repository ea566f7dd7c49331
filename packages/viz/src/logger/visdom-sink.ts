import { imageCall, imagesCall } from '../client/bodies/image.js'
import { lineCall } from '../client/bodies/line.js'
import type { Body, Target } from '../client/call.js'
import type { ImageOpts } from '../client/opts.js'
import type { Visdom } from '../client/visdom.js'
import type { Json, JsonObject, Property } from '../protocol/types.js'
import { readValues, type Values } from '../tensorboard/values.js'
import { histogramOf } from './histogram.js'
import type { ImageRecord, LogSink, RunStart, ScalarsRecord, ValuesRecord } from './sink.js'

/** Window and line of a tag: the line is what stands after the last slash. */
export function placeOf(tag: string): { win: string; line: string } {
  const slash = tag.lastIndexOf('/')
  return slash <= 0 || slash === tag.length - 1
    ? { win: tag, line: tag }
    : { win: tag.slice(0, slash), line: tag.slice(slash + 1) }
}

/**
 * A page: the run is an environment, with a window for each tag and the hyper-parameters in a window of their own. The client stays open
 * at the end of the run. A {@link Logger} that is given a client makes this of it.
 *
 * @example
 * ```ts
 * import { Hub, Logger, Visdom, visdomSink } from '@tsorch/viz'
 *
 * const logger = new Logger({ run: 'first', to: [visdomSink(new Visdom({ server: new Hub() }))] })
 * logger.log({ loss: 0.5 })
 * await logger.finish()
 * ```
 */
export function visdomSink(viz: Visdom): LogSink {
  return new VisdomSink(viz)
}

/** What is new of a line. */
interface Columns {
  readonly x: number[]
  readonly y: number[]
  readonly t: number[]
  readonly epoch: (number | null)[]
}

class VisdomSink implements LogSink {
  readonly #viz: Visdom
  #env = 'main'
  /** windows that this run has made or goes on with */
  readonly #made: Set<string> = new Set()
  #resume = false
  /** visdom's own server: it cannot show histograms over time, and its page breaks at NaN */
  #isPlain = false

  constructor(viz: Visdom) {
    this.#viz = viz
  }

  start({ run, hparams, resume }: RunStart): void {
    this.#env = run
    this.#resume = resume
    const isUnknown = (error: unknown): void => {
      const { status } = error as { status?: number }
      this.#isPlain = status === 404 || status === 405
    }
    void Promise.resolve(this.#viz.rawSend({ eid: run } as JsonObject, 'runs' as string)).catch(isUnknown)
    if (Object.keys(hparams).length === 0) return
    const rows = Object.entries(hparams).map(([name, value]): Property => ({ type: typeOf(value), name, value }))
    this.#viz.properties(rows, { win: 'hparams', env: run, opts: { title: 'hparams' } })
  }

  /** Points of one line travel together, as if they had come one by one. */
  logMany(records: readonly ScalarsRecord[]): void {
    const lines = new Map<string, Columns>()
    for (const { values, step, epoch, time } of records) {
      for (const [tag, value] of Object.entries(values)) {
        let columns = lines.get(tag)
        if (columns === undefined) {
          columns = { x: [], y: [], t: [], epoch: [] }
          lines.set(tag, columns)
        }
        columns.x.push(step)
        columns.y.push(value)
        columns.t.push(time)
        columns.epoch.push(epoch)
      }
    }
    for (const [tag, { x, y, t, epoch }] of lines) {
      const { win, line } = placeOf(tag)
      const target = this.#viz.target('log', { win, env: this.#env })
      const opts = { title: win, xlabel: 'step', showlegend: true }
      const call = lineCall(target, y, x, { opts, name: line, update: this.#isNew(win) ? null : 'append' })
      const [trace] = call.body.data as Body[]
      // a gap is what nobody has measured
      if (!this.#isPlain) trace!.y = y
      trace!.t = t
      trace!.epoch = epoch
      this.#viz.draw(call)
    }
  }

  histogram({ tag, value, step, epoch, time }: ValuesRecord): void {
    const { data } = readValues('histogram', value)
    const { edges, counts } = histogramOf(data)
    if (counts.length === 0) return
    const where = { win: tag, eid: this.#env }
    if (this.#isPlain) {
      const title = `${tag}, step ${step}`
      const x = counts.map((_, i) => (edges[i]! + edges[i + 1]!) / 2)
      this.#viz.rawSend({
        data: [{ type: 'bar', x, y: counts }],
        ...where,
        layout: { title, bargap: 0 },
        opts: { title },
      })
      return
    }
    const more = { steps: [step], edges: [edges], counts: [counts], t: [time], epoch: [epoch] }
    const trace: { [key: string]: Json } = { type: 'histograms', name: tag, ...more }
    const layout = { title: tag, xaxis: { title: 'value' }, yaxis: { title: 'step' } }
    if (this.#isNew(tag)) this.#viz.rawSend({ data: [trace], ...where, layout, opts: { title: tag } })
    else
      this.#viz.rawSend(
        { data: [trace], ...where, name: null, append: true, layout: {}, opts: { title: tag } },
        'update',
      )
  }

  image({ value, ...record }: ImageRecord): void {
    const { target, opts } = this.#history(record)
    this.#viz.draw(imageCall(target, value, opts))
  }

  images({ value, ...record }: ImageRecord<Values | readonly Values[]>): void {
    const { target, opts } = this.#history(record)
    this.#viz.draw(imagesCall(target, value, {}, opts))
  }

  text({ tag, value, step }: ValuesRecord<string>): void {
    this.#line(tag, `<b>step ${step}</b> ${escapeHtml(value)}`)
  }

  warning({ value }: ValuesRecord<string>): void {
    this.#line('warnings', escapeHtml(value))
  }

  flush(): Promise<void> {
    // the client goes on by itself: the end of a training need not wait long for a server that is away
    return this.#viz.flush({ timeout: 3000 })
  }

  /** Adds a line to a window of text. */
  #line(win: string, html: string): void {
    this.#viz.text(html, { win, env: this.#env, append: !this.#isNew(win), opts: { title: win } })
  }

  /** A window with a slider. The first image of a run takes the place of those of an earlier one. */
  #history({ tag, caption, step }: Omit<ImageRecord, 'value'>): { target: Target; opts: ImageOpts } {
    const target = { ...this.#viz.target('image', { win: tag, env: this.#env }), isNew: this.#isNew(tag) }
    return { target, opts: { title: tag, store_history: true, caption: caption ?? `step ${step}` } }
  }

  /** Whether a window is to be made, and does not take up what an earlier run has left. */
  #isNew(win: string): boolean {
    if (this.#resume || this.#made.has(win)) return false
    this.#made.add(win)
    return true
  }
}

function typeOf(value: unknown): Property['type'] {
  return typeof value === 'number' ? 'number' : typeof value === 'boolean' ? 'checkbox' : 'text'
}

/** Text windows are HTML. */
function escapeHtml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('\n', '<br>')
}
