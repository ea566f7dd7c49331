/** What event files say, as windows: TensorBoard's way, each tag for itself. */

import { createHash } from 'node:crypto'
import type { Hub } from '../../hub/index.js'
import { escapeHtml } from '../../protocol/html.js'
import type { JsonObject, NetworkContent, PlotContent, Property, Trace } from '../../protocol/types.js'
import type { SummaryEvent, SummaryTensor, SummaryValue } from '../../tensorboard/event.js'
import { decodeGraph } from '../../tensorboard/graph.js'
import { readHparams } from '../../tensorboard/hparams.js'
import { type Bars, barsOf, barsOfTensor } from './bars.js'
import { networkOf } from './graph-network.js'

const TEXT_SUFFIX = '/text_summary'

/** Points that were read of a line and are not shown yet. */
interface Points {
  readonly x: number[]
  readonly y: number[]
  readonly t: number[]
}

interface Histograms {
  readonly steps: number[]
  readonly edges: number[][]
  readonly counts: number[][]
  readonly t: number[]
}

/** Histograms of a tag that are shown: of more, every second one goes. */
const MAX_HISTOGRAMS = 500

/** Bytes of an image or sound that is shown. */
const MAX_MEDIA = 2 ** 25

/** The windows of a run, filled with events as they are read. */
export class RunWindows {
  readonly #hub: Hub
  readonly #env: string
  readonly #warn: (line: string) => void
  readonly #lines = new Map<string, Points>()
  readonly #shown = new Set<string>()
  readonly #histograms = new Map<string, Histograms>()
  #waiting = 0
  #hparams: Record<string, string | number | boolean> | null = null

  /** @param warn hears of what cannot be shown */
  constructor(hub: Hub, env: string, warn: (line: string) => void) {
    this.#hub = hub
    this.#env = env
    this.#warn = warn
  }

  /** Events that were added and may not be shown yet. */
  get waiting(): number {
    return this.#waiting
  }

  add(event: SummaryEvent): void {
    this.#waiting++
    // a training that was restarted goes on from this step: what it had logged from there on no longer counts
    if (event.sessionLog?.status === 'start') this.#purge(event.step)
    if (event.graphDef !== undefined) this.#showGraph(event.graphDef)
    for (const value of event.summary ?? []) this.#addValue(event, value)
  }

  /** Begins again, without windows. */
  clear(): void {
    this.#lines.clear()
    this.#histograms.clear()
    this.#shown.clear()
    this.#hparams = null
    this.#waiting = 0
    this.#post('close', { win: null })
  }

  /** Shows what was added since the last time. */
  show(): void {
    this.#waiting = 0
    for (const [tag, points] of this.#lines) this.#showLine(tag, points)
    this.#lines.clear()
    for (const [tag, histograms] of this.#histograms) this.#showHistograms(tag, histograms)
    this.#histograms.clear()
    if (this.#hparams !== null) this.#showHparams(this.#hparams)
    this.#hparams = null
  }

  #addValue(event: SummaryEvent, value: SummaryValue): void {
    const { simpleValue, histogram, image, audio, tensor, metadata } = value
    const tag = windowName(value.tag)
    const plugin = metadata?.pluginName
    if (simpleValue !== undefined) this.#addPoint(event, tag, simpleValue)
    else if (histogram !== undefined) this.#addHistogram(event, tag, barsOf(histogram))
    else if (image !== undefined) this.#showImage(event, tag, image.encodedImageString)
    else if (audio !== undefined) this.#showAudio(tag, audio.encodedAudioString, audio.contentType)
    else if (tensor === undefined) this.#hparams = readHparams(value) ?? this.#hparams
    else if (plugin === 'scalars' && tensor.values.length === 1) this.#addPoint(event, tag, tensor.values[0]!)
    else if (plugin === 'text' && tensor.strings !== undefined) this.#showText(event, tag, tensor.strings)
    else if (plugin === 'pr_curves') this.#showPrCurve(event, tag, tensor)
    else if (plugin === 'histograms') this.#addHistogram(event, tag, barsOfTensor(tensor))
  }

  #addPoint({ step, wallTime }: SummaryEvent, tag: string, value: number): void {
    let points = this.#lines.get(tag)
    if (points === undefined) {
      points = { x: [], y: [], t: [] }
      this.#lines.set(tag, points)
    }
    points.x.push(step)
    points.y.push(value)
    points.t.push(wallTime)
  }

  #showLine(tag: string, { x, y, t }: Points): void {
    const trace = { type: 'scatter', mode: 'lines', name: tag, x, y, t }
    if (this.#shown.has(tag)) {
      this.#post('update', { win: tag, name: tag, append: true, data: [trace] })
      return
    }
    this.#shown.add(tag)
    const layout = { xaxis: { title: 'step' } }
    this.#post('events', { win: tag, data: [trace], layout, opts: { title: tag } })
  }

  #addHistogram({ step, wallTime }: SummaryEvent, tag: string, bars: Bars | null): void {
    if (bars === null) return
    let histograms = this.#histograms.get(tag)
    if (histograms === undefined) {
      histograms = { steps: [], edges: [], counts: [], t: [] }
      this.#histograms.set(tag, histograms)
    }
    histograms.steps.push(step)
    histograms.edges.push(bars.edges)
    histograms.counts.push(bars.counts)
    histograms.t.push(wallTime)
    if (histograms.steps.length > MAX_HISTOGRAMS) thin(histograms)
  }

  #showHistograms(tag: string, histograms: Histograms): void {
    const data = [{ type: 'histograms', name: tag, ...histograms }]
    if (!this.#shown.has(tag)) {
      this.#shown.add(tag)
      const layout = { xaxis: { title: 'value' }, yaxis: { title: 'step' } }
      this.#post('events', { win: tag, data, layout, opts: { title: tag } })
      return
    }
    this.#post('update', { win: tag, name: tag, append: true, data })
    const trace = this.#traceOf(tag) as unknown as Histograms | undefined
    if (trace === undefined || trace.steps.length <= MAX_HISTOGRAMS) return
    const fewer = copyOf(trace)
    thin(fewer)
    this.#shown.delete(tag)
    this.#showHistograms(tag, fewer)
  }

  #traceOf(tag: string): Trace | undefined {
    const window = this.#hub.exportEnv(this.#env)?.jsons[tag]
    return window?.type === 'plot' ? (window.content as PlotContent).data[0] : undefined
  }

  #showImage({ step }: SummaryEvent, tag: string, bytes: Uint8Array): void {
    if (bytes.length > MAX_MEDIA) return
    const src = `data:${imageType(bytes)};base64,${base64(bytes)}`
    const data = [{ type: 'image_history', content: { src, caption: `step ${step}` } }]
    const isNew = !this.#shown.has(tag)
    this.#shown.add(tag)
    this.#post(isNew ? 'events' : 'update', { win: tag, data, opts: { title: tag } })
  }

  #showAudio(tag: string, bytes: Uint8Array, contentType: string): void {
    if (bytes.length > MAX_MEDIA) return
    const type = /^audio\/[\w.+-]+$/.test(contentType) ? contentType : 'audio/wav'
    const content = `<audio controls><source type="${type}" src="data:${type};base64,${base64(bytes)}"></audio>`
    this.#post('events', { win: tag, data: [{ type: 'text', content }], opts: { title: tag, width: 330, height: 80 } })
  }

  #showText({ step }: SummaryEvent, fullTag: string, strings: readonly (string | Uint8Array)[]): void {
    const tag = fullTag.endsWith(TEXT_SUFFIX) ? fullTag.slice(0, -TEXT_SUFFIX.length) : fullTag
    const content = `<small>step ${step}</small><pre style="white-space: pre-wrap">${escapeHtml(strings.map((part) => Buffer.from(part).toString('utf8')).join('\n'))}</pre>`
    const isNew = !this.#shown.has(tag)
    this.#shown.add(tag)
    const data = [{ type: 'text', content }]
    this.#post(isNew ? 'events' : 'update', { win: tag, data, opts: { title: tag } })
  }

  /** The latest curve. Rows of the tensor are those of `addPrCurve`: precision is the fifth, recall the sixth. */
  #showPrCurve({ step }: SummaryEvent, tag: string, { shape, values }: SummaryTensor): void {
    const count = shape?.[1] ?? 0
    if (shape?.[0] !== 6 || count === 0 || values.length < 6 * count) return
    const row = (i: number): number[] => Array.from({ length: count }, (_, k) => values[i * count + k]!)
    const trace = { type: 'scatter', mode: 'lines', name: `step ${step}`, x: row(5), y: row(4) }
    const layout = {
      xaxis: { title: 'recall', range: [0, 1] },
      yaxis: { title: 'precision', range: [0, 1.05] },
    }
    this.#post('events', { win: tag, data: [trace], layout, opts: { title: tag } })
  }

  #showHparams(hparams: Readonly<Record<string, string | number | boolean>>): void {
    const content = Object.entries(hparams).map(([name, value]): Property => {
      const type = typeof value === 'number' ? 'number' : typeof value === 'boolean' ? 'checkbox' : 'text'
      return { type, name, value }
    })
    const data = [{ type: 'properties', content }] as unknown as JsonObject[]
    this.#post('events', { win: 'hparams', data, opts: { title: 'hparams' } })
  }

  #showGraph(graphDef: Uint8Array): void {
    let content: NetworkContent
    try {
      content = networkOf(decodeGraph(graphDef))
    } catch (error) {
      this.#warn(`the graph of the run '${this.#env}' is damaged: ${(error as Error).message}`)
      return
    }
    if (content.nodes.length === 0) return
    const data = [{ type: 'network', content }] as unknown as JsonObject[]
    this.#post('events', { win: 'graph', data, opts: { title: 'graph', directed: true } })
  }

  #purge(from: number): void {
    for (const points of this.#lines.values()) keepBefore(from, points.x, points)
    for (const histograms of this.#histograms.values()) keepBefore(from, histograms.steps, histograms)
    for (const tag of this.#shown) this.#purgeShown(tag, from)
  }

  /** Makes a window anew, without what no longer counts. */
  #purgeShown(tag: string, from: number): void {
    const trace = this.#traceOf(tag)
    if (trace?.type === 'histograms') {
      const histograms = copyOf(trace as unknown as Histograms)
      if (!keepBefore(from, histograms.steps, histograms)) return
      this.#shown.delete(tag)
      this.#showHistograms(tag, histograms)
    } else if (trace !== undefined) {
      const { x, y, t } = trace as unknown as Points
      const points = { x: [...x], y: [...y], t: [...t] }
      if (!keepBefore(from, points.x, points)) return
      this.#shown.delete(tag)
      this.#showLine(tag, points)
    }
  }

  #post(endpoint: string, body: JsonObject): void {
    const { status, text } = this.#hub.handle(endpoint, { ...body, eid: this.#env })
    if (status !== 200) this.#warn(`something in the run '${this.#env}' cannot be shown: ${text}`)
  }
}

/** A tag as the id of a window. */
function windowName(tag: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: ids have none
  const name = tag.replace(/[\u0000-\u001f\u007f\p{Surrogate}]/gu, '?') || '(no tag)'
  if (name.length <= 180) return name
  return `${name.slice(0, 150)}... ${createHash('sha256').update(tag).digest('hex').slice(0, 16)}`
}

function copyOf({ steps, edges, counts, t }: Histograms): Histograms {
  return { steps: [...steps], edges: [...edges], counts: [...counts], t: [...t] }
}

/** Drops every second histogram. */
function thin(histograms: Histograms): void {
  filterRows(histograms, (row) => row % 2 === 0)
}

/** Drops rows whose step is not before a step. @returns whether there were any */
function keepBefore(from: number, steps: readonly number[], columns: Points | Histograms): boolean {
  const kept = steps.map((step) => step < from)
  if (!kept.includes(false)) return false
  filterRows(columns, (row) => kept[row]!)
  return true
}

function filterRows(columns: Points | Histograms, isKept: (row: number) => boolean): void {
  for (const column of Object.values(columns) as unknown[][]) {
    let count = 0
    for (let row = 0; row < column.length; row++) if (isKept(row)) column[count++] = column[row]
    column.length = count
  }
}

function imageType(bytes: Uint8Array): string {
  if (bytes[0] === 0xff && bytes[1] === 0xd8) return 'image/jpeg'
  if (bytes[0] === 0x47 && bytes[1] === 0x49) return 'image/gif'
  return 'image/png'
}

function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64')
}
