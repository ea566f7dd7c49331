/** Where a {@link Logger} writes: the interface of its sinks, which anyone can implement. */
import type { Values } from '../tensorboard/values.js'

/** A value of a hyper-parameter. */
export type HparamValue = number | string | boolean

/** What a sink is told first. */
export interface RunStart {
  /** the name of the run */
  readonly run: string
  readonly hparams: Readonly<Record<string, HparamValue>>
  /** whether an earlier training of this name goes on */
  readonly resume: boolean
  /** seconds since 1970 */
  readonly time: number
}

/** When something was logged. */
export interface LogMoment {
  readonly step: number
  /** need not be whole; null if nobody has told */
  readonly epoch: number | null
  /** seconds since 1970 */
  readonly time: number
}

/** Numbers of one step, by their tags. They may be NaN or infinite. */
export interface ScalarsRecord extends LogMoment {
  readonly values: Readonly<Record<string, number>>
}

/** Values, images or text with a tag. Values are the caller's: a sink that keeps them has to copy them before it returns. */
export interface ValuesRecord<T = Values> extends LogMoment {
  readonly tag: string
  readonly value: T
}

/** Options of images that a sink may show. */
export interface ImageRecord<T = Values> extends ValuesRecord<T> {
  readonly caption: string | null
}

/**
 * A sink of a {@link Logger}. It implements what it can show, and is not asked for the rest. What it throws is told once, and the training
 * goes on.
 *
 * @example
 * ```ts
 * import { Logger, type LogSink } from '@tsorch/viz'
 *
 * const console: LogSink = { log: ({ step, values }) => globalThis.console.log(step, values) }
 * const logger = new Logger({ run: 'first', to: [console] })
 * logger.log({ loss: 0.5 })
 * await logger.finish()
 * ```
 */
export interface LogSink {
  start?(run: RunStart): void
  log?(record: ScalarsRecord): void
  /** The same for all that has gathered, instead of {@link log} one by one, where that is less work. */
  logMany?(records: readonly ScalarsRecord[]): void
  histogram?(record: ValuesRecord): void
  image?(record: ImageRecord): void
  images?(record: ImageRecord<Values | readonly Values[]>): void
  text?(record: ValuesRecord<string>): void
  /** whether {@link warning} reaches somebody who looks at the program; else the logger tells the console */
  readonly tellsWarnings?: boolean
  /** a loss has become NaN, or diverges */
  warning?(record: ValuesRecord<string>): void
  /** hands over what waits */
  flush?(): void | Promise<void>
  /** the end of the run; what the sink has opened is closed. The last value of each tag comes with it. */
  finish?(last: Readonly<Record<string, number>>): void | Promise<void>
}
