import { atExit } from '../client/at-exit.js'
import { Visdom } from '../client/visdom.js'
import { timeName } from '../tensorboard/run-name.js'
import { SummaryWriter } from '../tensorboard/summary-writer.js'
import { describe, readScalar, type Values } from '../tensorboard/values.js'
import { type LossWatch, type LossWatchOptions, lossWatch } from '../terminal/loss-watch.js'
import type { HparamValue, ImageRecord, LogMoment, LogSink, ScalarsRecord, ValuesRecord } from './sink.js'
import { tensorBoardSink } from './tensorboard-sink.js'
import { visdomSink } from './visdom-sink.js'

/** What can be logged as a number: one, a tensor of one element, or a promise of either, such as `loss.itemAsync()`. */
export type Loggable = number | bigint | Values | Promise<number | bigint | Values>

/** Options of {@link Logger}. */
export interface LoggerOptions {
  /** the name of the run, which is its environment on a page; default: the time, `Nov28_22-14-54` */
  readonly run?: string | undefined
  readonly hparams?: Readonly<Record<string, unknown>> | undefined
  /** where it goes: a {@link Visdom}, a {@link SummaryWriter}, or sinks: `csvSink('runs/a.csv')`, `terminalSink()`, your own */
  readonly to: readonly (LogSink | Visdom | SummaryWriter)[]
  /** goes on with an earlier run of the same name, instead of beginning its plots anew; default `false` */
  readonly resume?: boolean | undefined
  /** tags whose values are watched for NaN and divergence; default: all with `loss` in their names. `false` watches none. */
  readonly watch?: readonly string[] | false | undefined
  /** when a loss counts as diverging */
  readonly watchOptions?: LossWatchOptions | undefined
  /** is told of sinks that fail and of losses that diverge; default: the console, each once */
  readonly onWarning?: ((message: string) => void) | undefined
}

/** When something happened; both are the logger's to fill in. */
export interface LoggedAt {
  readonly epoch?: number | null | undefined
  /** seconds since 1970; default: now */
  readonly time?: number | undefined
}

type Read = number | Promise<number>
type Numbers = readonly (readonly [tag: string, value: number])[]
type Logged = readonly [moment: LogMoment, numbers: Numbers]

/**
 * Milliseconds in which numbers gather before the sinks get them. Right after a training step their code is in no cache: one after the
 * other they would take ten times as long.
 */
const GATHER_MS = 100
/** numbers of so many steps are handed over at once, also in a program that never lets the event loop turn */
const MAX_WAITING = 1000

/**
 * Logs a training to several places at once. On a page each tag has a window of its own, but tags that differ after their last slash share
 * one: `loss/train` and `loss/val` are two lines of the window `loss`.
 *
 * Nothing waits: numbers are read at the call, and promises of numbers when they come, with what was logged after them kept in its order. The
 * sinks get them a tenth of a second later. A loss that becomes NaN, or that diverges, is told once.
 *
 * @example
 * ```ts
 * import { csvSink, Logger, terminalSink } from '@tsorch/viz'
 *
 * const logger = new Logger({ run: 'lr=0.1', hparams: { lr: 0.1 }, to: [csvSink('runs/a.csv'), terminalSink()] })
 * for (let step = 0; step < 100; step++) logger.log({ 'loss/train': 1 / (step + 1) }, step, { epoch: 0 })
 * await logger.finish()
 * ```
 */
export class Logger {
  /** the name of the run */
  readonly run: string
  readonly #sinks: readonly LogSink[]
  readonly #onWarning: (message: string) => void
  readonly #isWatched: (tag: string) => boolean
  readonly #watchOptions: LossWatchOptions
  readonly #watches: Map<string, LossWatch> = new Map()
  readonly #failed: Set<LogSink> = new Set()
  readonly #last: Record<string, number> = {}
  #step = -1
  #epoch: number | null = null
  /** what the sinks have not got yet */
  #waiting: Logged[] = []
  #timer: ReturnType<typeof setTimeout> | null = null
  #lastHandOver: number = Number.NEGATIVE_INFINITY
  /** resolves when all promises that were logged have been written; null if there are none */
  #pending: Promise<void> | null = null
  #finished: Promise<void> | null = null

  /** @throws TypeError for what is no sink, and for hyper-parameters that are neither numbers, strings nor booleans */
  constructor({ run, hparams = {}, to, resume = false, watch, watchOptions = {}, onWarning }: LoggerOptions) {
    if (run !== undefined && (typeof run !== 'string' || run === ''))
      throw new TypeError(`Logger: run should be a name, but got ${describe(run)}`)
    if (!Array.isArray(to)) throw new TypeError(`Logger: to should be an array of sinks, but got ${describe(to)}`)
    const values = readHparams(hparams)
    lossWatch(watchOptions)
    this.run = run ?? timeName(new Date())
    this.#sinks = to.map(sinkOf)
    this.#onWarning = onWarning ?? ((message) => console.warn(message))
    this.#watchOptions = watchOptions
    this.#isWatched = watch === undefined ? (tag) => /loss/i.test(tag) : (tag) => watch !== false && watch.includes(tag)
    const start = { run: this.run, hparams: values, resume, time: Date.now() / 1000 }
    this.#each((sink) => sink.start?.(start))
  }

  /** The latest step that was logged; -1 before the first. */
  get step(): number {
    return this.#step
  }

  /**
   * Logs numbers by their tags.
   *
   * @param step default: one more than the last
   * @param at `epoch` is kept for what is logged after it without one
   * @throws TypeError for a value that is no number, before anything is written
   */
  log(values: Readonly<Record<string, Loggable>>, step?: number | null, at: LoggedAt = {}): void {
    const read: [tag: string, value: Read][] = []
    for (const [tag, value] of Object.entries(values)) read.push([tag, readValue(tag, value)])
    const moment = this.#moment('log', step, at)
    if (this.#pending === null && read.every(([, value]) => typeof value === 'number'))
      this.#gather(moment, read as [string, number][])
    else this.#later(async () => this.#write([[moment, await this.#settled(read)]]))
  }

  /** Logs how values are distributed. */
  histogram(tag: string, values: Values, step?: number | null, at: LoggedAt = {}): void {
    this.#record('histogram', step, at, (moment, sink) => sink.histogram?.({ ...moment, tag, value: values }), values)
  }

  /** Logs an image: channels, rows, columns; or rows and columns. */
  image(tag: string, img: Values, step?: number | null, at: LoggedAt & { caption?: string } = {}): void {
    const caption = at.caption ?? null
    this.#record('image', step, at, (moment, sink) => sink.image?.({ ...moment, tag, value: img, caption }), img)
  }

  /** Logs images of one size in a grid. */
  images(
    tag: string,
    imgs: Values | readonly Values[],
    step?: number | null,
    at: LoggedAt & { caption?: string } = {},
  ): void {
    const caption = at.caption ?? null
    const record = (moment: LogMoment): ImageRecord<Values | readonly Values[]> => ({
      ...moment,
      tag,
      value: imgs,
      caption,
    })
    this.#record('images', step, at, (moment, sink) => sink.images?.(record(moment)), imgs)
  }

  /** Logs text. */
  text(tag: string, text: string, step?: number | null, at: LoggedAt = {}): void {
    if (typeof text !== 'string') throw new TypeError(`Logger: text should be a string, but got ${describe(text)}`)
    const record = (moment: LogMoment): ValuesRecord<string> => ({ ...moment, tag, value: text })
    this.#record('text', step, at, (moment, sink) => sink.text?.(record(moment)), text)
  }

  /** Hands over all that waits. */
  async flush(): Promise<void> {
    await this.#pending
    this.handOver()
    await Promise.all(this.#sinks.map((sink) => this.#ask(sink, () => sink.flush?.())))
  }

  /** Waits for promises that were logged, hands over all that waits, and closes what the sinks have opened. */
  finish(): Promise<void> {
    this.#finished ??= this.#end()
    return this.#finished
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.finish()
  }

  async #end(): Promise<void> {
    await this.#pending
    this.handOver()
    await Promise.all(
      this.#sinks.map(async (sink) => {
        await this.#ask(sink, () => sink.flush?.())
        await this.#ask(sink, () => sink.finish?.(this.#last))
      }),
    )
  }

  #moment(verb: string, step: number | null | undefined, { epoch, time }: LoggedAt): LogMoment {
    if (this.#finished !== null) throw new Error(`Logger: ${verb} after finish()`)
    if (step !== undefined && step !== null && !Number.isFinite(step))
      throw new TypeError(`Logger: step should be a number, but got ${describe(step)}`)
    if (epoch !== undefined && epoch !== null && !Number.isFinite(epoch))
      throw new TypeError(`Logger: epoch should be a number, but got ${describe(epoch)}`)
    // what is not numbers belongs to the step that was last
    this.#step = step ?? (verb === 'log' ? this.#step + 1 : Math.max(0, this.#step))
    if (epoch !== undefined) this.#epoch = epoch
    return { step: this.#step, epoch: this.#epoch, time: time ?? Date.now() / 1000 }
  }

  #record(
    verb: string,
    step: number | null | undefined,
    at: LoggedAt,
    write: (moment: LogMoment, sink: LogSink) => void,
    value: unknown,
  ): void {
    if (value === undefined || value === null) throw new TypeError(`Logger: ${verb} expects values, but got ${value}`)
    const moment = this.#moment(verb, step, at)
    this.handOver()
    // tensors are read now, since the training goes on to change them: these overtake numbers that are still awaited
    this.#each((sink) => write(moment, sink))
  }

  #gather(moment: LogMoment, numbers: Numbers): void {
    this.#waiting.push([moment, numbers])
    if (performance.now() - this.#lastHandOver > GATHER_MS || this.#waiting.length >= MAX_WAITING) this.handOver()
    else if (this.#timer === null) {
      this.#timer = setTimeout(() => this.handOver(), GATHER_MS)
      atExit.add(this)
    }
  }

  /** @internal */
  handOver(): void {
    if (this.#timer !== null) clearTimeout(this.#timer)
    this.#timer = null
    atExit.delete(this)
    this.#lastHandOver = performance.now()
    const waiting = this.#waiting
    this.#waiting = []
    if (waiting.length > 0) this.#write(waiting)
  }

  #later(write: () => Promise<void>): void {
    this.handOver()
    const done: Promise<void> = (this.#pending ?? Promise.resolve()).then(write).finally(() => {
      if (this.#pending === done) this.#pending = null
    })
    this.#pending = done
  }

  /** Numbers of promises; those that fail are told, and left out. */
  async #settled(read: readonly (readonly [tag: string, value: Read])[]): Promise<[string, number][]> {
    const out: [string, number][] = []
    for (const [tag, value] of read) {
      try {
        out.push([tag, await value])
      } catch (error) {
        this.#onWarning(`Logger: ${tag} could not be read: ${messageOf(error)}`)
      }
    }
    return out
  }

  #write(logged: readonly Logged[]): void {
    const records = logged
      .filter(([, numbers]) => numbers.length > 0)
      .map(([moment, numbers]): ScalarsRecord => ({ ...moment, values: Object.fromEntries(numbers) }))
    if (records.length === 0) return
    for (const { values } of records) Object.assign(this.#last, values)
    for (const sink of this.#sinks) {
      if (sink.logMany === undefined) for (const record of records) this.#give(sink, () => sink.log?.(record))
      else this.#give(sink, () => sink.logMany?.(records))
    }
    for (const [moment, numbers] of logged)
      for (const [tag, value] of numbers) if (this.#isWatched(tag)) this.#watch(moment, tag, value)
  }

  #watch(moment: LogMoment, tag: string, loss: number): void {
    let watch = this.#watches.get(tag)
    if (watch === undefined) {
      watch = lossWatch(this.#watchOptions)
      this.#watches.set(tag, watch)
    }
    const warning = watch.update(loss)
    if (warning === null) return
    const message = tag === 'loss' ? warning : `${tag}: ${warning}`
    const record = { ...moment, tag, value: message }
    this.#each((sink) => sink.warning?.(record))
    // a training that nobody looks at should say so as well
    if (!this.#sinks.some((sink) => sink.tellsWarnings === true)) this.#onWarning(message)
  }

  #each(action: (sink: LogSink) => void): void {
    for (const sink of this.#sinks) this.#give(sink, () => action(sink))
  }

  #give(sink: LogSink, action: () => void): void {
    try {
      action()
    } catch (error) {
      this.#fail(sink, error)
    }
  }

  async #ask(sink: LogSink, action: () => void | Promise<void>): Promise<void> {
    try {
      await action()
    } catch (error) {
      this.#fail(sink, error)
    }
  }

  #fail(sink: LogSink, error: unknown): void {
    if (this.#failed.has(sink)) return
    this.#failed.add(sink)
    this.#onWarning(`Logger: a sink has failed, and the training goes on: ${messageOf(error)}`)
  }
}

function sinkOf(to: LogSink | Visdom | SummaryWriter): LogSink {
  if (to instanceof Visdom) return visdomSink(to)
  if (to instanceof SummaryWriter) return tensorBoardSink(to)
  if (typeof to !== 'object' || to === null)
    throw new TypeError(`Logger: a sink should be an object with log(), but got ${describe(to)}`)
  return to
}

function readValue(tag: string, value: Loggable): Read {
  if (typeof value === 'number') return value
  if (isPromise(value)) {
    const number = value.then((settled) => readScalar(`Logger: ${tag}`, settled))
    // it is awaited in its turn
    number.catch(() => {})
    return number
  }
  return readScalar(`Logger: ${tag}`, value)
}

function isPromise(value: unknown): value is Promise<number | bigint | Values> {
  return typeof value === 'object' && value !== null && typeof (value as { then?: unknown }).then === 'function'
}

function readHparams(hparams: Readonly<Record<string, unknown>>): Record<string, HparamValue> {
  const out: Record<string, HparamValue> = {}
  for (const [name, value] of Object.entries(hparams)) {
    if (value === undefined) continue
    if (typeof value === 'number' || typeof value === 'string' || typeof value === 'boolean') out[name] = value
    else if (typeof value === 'function') throw new TypeError(`Logger: the hyper-parameter ${name} is a function`)
    else out[name] = typeof value === 'bigint' ? String(value) : JSON.stringify(value)
  }
  return out
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))
