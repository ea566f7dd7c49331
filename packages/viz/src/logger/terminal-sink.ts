import { formatMetric } from '../terminal/format.js'
import { hasColor, standardStream, type TerminalStream } from '../terminal/stream.js'
import { paint } from '../terminal/text.js'
import type { LogSink, ScalarsRecord, ValuesRecord } from './sink.js'

/** Options of {@link terminalSink}. */
export interface TerminalSinkOptions {
  /** where lines go; default `process.stderr` */
  readonly stream?: TerminalStream | undefined
  /** seconds from one line to the next; default 1. The first and the last step are always shown. */
  readonly every?: number | undefined
  /** default: whether the stream is a terminal with colours */
  readonly color?: boolean | undefined
}

/**
 * Lines on a terminal, `step 120  epoch 2  loss 0.3121  acc 0.9062`, and warnings of losses that diverge.
 *
 * @throws RangeError for a negative `every`
 *
 * @example
 * ```ts
 * import { Logger, terminalSink } from '@tsorch/viz'
 *
 * const logger = new Logger({ run: 'first', to: [terminalSink({ every: 10 })] })
 * logger.log({ loss: 0.5 }) // step 0  loss 0.5000
 * await logger.finish()
 * ```
 */
export function terminalSink({ stream, every = 1, color }: TerminalSinkOptions = {}): LogSink {
  if (!(every >= 0)) throw new RangeError(`terminalSink: every should be a number of at least 0, but got ${every}`)
  const to = stream ?? standardStream('stderr')
  return new TerminalSink(to, every * 1000, color ?? (to !== undefined && hasColor(to)))
}

class TerminalSink implements LogSink {
  readonly tellsWarnings: boolean
  readonly #stream: TerminalStream | undefined
  readonly #every: number
  readonly #color: boolean
  #last: ScalarsRecord | null = null
  #shown: ScalarsRecord | null = null
  #shownAt: number = Number.NEGATIVE_INFINITY

  constructor(stream: TerminalStream | undefined, every: number, color: boolean) {
    this.#stream = stream
    this.#every = every
    this.#color = color
    this.tellsWarnings = stream !== undefined
  }

  log(record: ScalarsRecord): void {
    this.#last = record
    if (Date.now() - this.#shownAt >= this.#every) this.#show(record)
  }

  warning({ value }: ValuesRecord<string>): void {
    this.#stream?.write(`${paint(value, this.#color ? 'red' : undefined)}\n`)
  }

  finish(): void {
    if (this.#last !== null && this.#last !== this.#shown) this.#show(this.#last)
  }

  #show(record: ScalarsRecord): void {
    this.#shown = record
    this.#shownAt = Date.now()
    const { step, epoch, values } = record
    const parts = [`step ${formatMetric(step)}`]
    if (epoch !== null) parts.push(`epoch ${formatMetric(epoch)}`)
    for (const [tag, value] of Object.entries(values)) {
      const text = `${tag} ${formatMetric(value)}`
      parts.push(this.#color && !Number.isFinite(value) ? paint(text, 'red') : text)
    }
    this.#stream?.write(`${parts.join('  ')}\n`)
  }
}
