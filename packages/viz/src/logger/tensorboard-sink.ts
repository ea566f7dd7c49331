import type { SummaryWriter } from '../tensorboard/summary-writer.js'
import type { Values } from '../tensorboard/values.js'
import type { HparamValue, ImageRecord, LogMoment, LogSink, RunStart, ScalarsRecord, ValuesRecord } from './sink.js'

/**
 * TensorBoard's event files. The hyper-parameters are a text from the start, and at the end of the run a line of its table, with the last
 * value of each tag as `hparam/TAG`. The writer stays open. A {@link Logger} that is given a writer makes this of it.
 *
 * @example
 * ```ts
 * import { Logger, SummaryWriter, tensorBoardSink } from '@tsorch/viz'
 *
 * const logger = new Logger({ run: 'first', to: [tensorBoardSink(new SummaryWriter('runs/first'))] })
 * logger.log({ loss: 0.5 })
 * await logger.finish()
 * ```
 */
export function tensorBoardSink(writer: SummaryWriter): LogSink {
  return new TensorBoardSink(writer)
}

class TensorBoardSink implements LogSink {
  readonly #writer: SummaryWriter
  #hparams: Readonly<Record<string, HparamValue>> = {}

  constructor(writer: SummaryWriter) {
    this.#writer = writer
  }

  start({ hparams, time }: RunStart): void {
    this.#hparams = hparams
    const rows = Object.entries(hparams).map(([name, value]) => `| ${cell(name)} | ${cell(String(value))} |`)
    if (rows.length > 0)
      this.#writer.addText('hparams', ['| name | value |', '|---|---|', ...rows].join('\n'), {
        globalStep: 0,
        walltime: time,
      })
  }

  log({ values, ...moment }: ScalarsRecord): void {
    for (const [tag, value] of Object.entries(values)) this.#writer.addScalar(tag, value, at(moment))
  }

  histogram({ tag, value, ...moment }: ValuesRecord): void {
    this.#writer.addHistogram(tag, value, at(moment))
  }

  image({ tag, value, ...moment }: ImageRecord): void {
    const dataformats = dimsOf(value) === 2 ? 'HW' : 'CHW'
    this.#writer.addImage(tag, value, { ...at(moment), dataformats })
  }

  images({ tag, value, ...moment }: ImageRecord<Values | readonly Values[]>): void {
    this.#writer.addImages(tag, value as Values, at(moment))
  }

  text({ tag, value, ...moment }: ValuesRecord<string>): void {
    this.#writer.addText(tag, value, at(moment))
  }

  warning({ value, ...moment }: ValuesRecord<string>): void {
    this.#writer.addText('warnings', value, at(moment))
  }

  flush(): void {
    this.#writer.flush()
  }

  finish(last: Readonly<Record<string, number>>): void {
    if (Object.keys(this.#hparams).length === 0) return
    const metrics = Object.fromEntries(Object.entries(last).map(([tag, value]) => [`hparam/${tag}`, value]))
    this.#writer.addHparams(this.#hparams, metrics, { runName: '.' })
    this.#writer.flush()
  }
}

const at = ({ step, time }: LogMoment): { globalStep: number; walltime: number } => ({
  globalStep: Math.trunc(step),
  walltime: time,
})

/** A cell of a table in Markdown. */
const cell = (text: string): string => text.replaceAll('|', '\\|').replaceAll('\n', ' ')

function dimsOf(value: Values): number {
  if (typeof value === 'object' && 'shape' in value) return value.shape.length
  let dims = 0
  for (let level: unknown = value; Array.isArray(level); level = level[0]) dims++
  return dims
}
