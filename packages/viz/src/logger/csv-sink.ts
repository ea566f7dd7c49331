import { LineFile } from '../client/line-file.js'
import { builtin, pathOf } from '../tensorboard/node.js'
import type { LogSink, RunStart, ScalarsRecord } from './sink.js'

const FIRST = ['step', 'epoch', 'time'] as const
const NEEDS = 'csvSink'

/**
 * A table of numbers as CSV, a row for each call of `log`: step, epoch, time in seconds since 1970, and a column for each tag. A tag that comes
 * later adds a column: the file is then written anew, under another name first, so that it is whole at any time. Rows are on disk a tenth
 * of a second later.
 *
 * A file that is there already is kept as `a.1.csv`, `a.2.csv`, ..., unless the run is resumed.
 *
 * @throws Error where there are no files (in browsers)
 *
 * @example
 * ```ts
 * import { csvSink, Logger } from '@tsorch/viz'
 *
 * const logger = new Logger({ run: 'first', to: [csvSink('runs/first.csv')] })
 * logger.log({ loss: 0.5 })
 * await logger.finish()
 * ```
 */
export function csvSink(path: string | URL): LogSink {
  return new CsvSink(pathOf(path))
}

class CsvSink implements LogSink {
  readonly #path: string
  #columns: string[] = []
  #file: LineFile | null = null

  constructor(path: string) {
    builtin('node:fs', NEEDS)
    this.#path = path
  }

  start({ resume }: RunStart): void {
    const { existsSync, readFileSync, renameSync } = builtin('node:fs', NEEDS)
    if (existsSync(this.#path)) {
      const [header = ''] = resume ? readFileSync(this.#path, 'utf8').split('\n', 1) : []
      const columns = parseRow(header)
      if (FIRST.every((name, i) => columns[i] === name)) this.#columns = columns
      else renameSync(this.#path, freeName(this.#path))
    }
    this.#open()
  }

  log({ step, epoch, time, values }: ScalarsRecord): void {
    const fresh = Object.keys(values).filter((tag) => !this.#columns.includes(columnOf(tag)))
    if (this.#columns.length === 0) {
      this.#columns = [...FIRST, ...fresh.map(columnOf)]
      this.#file!.write(this.#columns.map(quote).join(','))
    } else if (fresh.length > 0) this.#widen(fresh.map(columnOf))
    const row: (number | string)[] = new Array<string>(this.#columns.length).fill('')
    row[0] = step
    row[1] = epoch ?? ''
    row[2] = time
    for (const [tag, value] of Object.entries(values)) row[this.#columns.indexOf(columnOf(tag))] = value
    this.#file!.write(row.join(','))
  }

  flush(): void {
    this.#file?.flush()
  }

  finish(): void {
    this.#file?.close()
    this.#file = null
  }

  #open(): void {
    this.#file = new LineFile(this.#path, (error) => console.warn(error.message))
  }

  /** Adds columns to all rows that are there. */
  #widen(fresh: readonly string[]): void {
    const { readFileSync, renameSync, writeFileSync } = builtin('node:fs', NEEDS)
    this.#file!.flush()
    const [header, ...rows] = readFileSync(this.#path, 'utf8').split('\n')
    const commas = ','.repeat(fresh.length)
    const lines = [
      [header, ...fresh.map(quote)].join(','),
      // the last is empty: each line has an end
      ...rows.map((row) => (row === '' ? '' : row + commas)),
    ]
    const temporary = `${this.#path}.tmp`
    writeFileSync(temporary, lines.join('\n'))
    this.#file!.close()
    renameSync(temporary, this.#path)
    this.#columns.push(...fresh)
    this.#open()
  }
}

/** A tag may be called like one of the first columns. */
function columnOf(tag: string): string {
  const name = tag.replaceAll(/[\r\n]/g, ' ')
  return (FIRST as readonly string[]).includes(name) ? `${name}_` : name
}

const quote = (text: string): string => (/[",]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text)

/** The cells of a header. */
function parseRow(row: string): string[] {
  const cells = row.trimEnd().match(/("(?:[^"]|"")*"|[^,]*)(?:,|$)/g) ?? []
  return cells
    .map((cell) => cell.replace(/,$/, ''))
    .map((cell) => (cell.startsWith('"') ? cell.slice(1, -1).replaceAll('""', '"') : cell))
    .filter((cell, i, all) => cell !== '' || i < all.length - 1)
}

/** `runs/a.1.csv` for `runs/a.csv`, or the next number that is free. */
function freeName(path: string): string {
  const { existsSync } = builtin('node:fs', NEEDS)
  const dot = /\.[^./\\]+$/.exec(path)?.index ?? path.length
  for (let n = 1; ; n++) {
    const name = `${path.slice(0, dot)}.${n}${path.slice(dot)}`
    if (!existsSync(name)) return name
  }
}
