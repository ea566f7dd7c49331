import { bindOptions, type DTypeLike, RuntimeError, ValueError } from '@tsorch/core'
import { dtypeOf, missingTexts } from './cells.js'
import {
  CategoryBuilder,
  type Column,
  type ColumnBuilder,
  InferredBuilder,
  NumberBuilder,
  TextBuilder,
} from './columns.js'
import { fill, keptRows, type MissingRule, picked } from './missing.js'
import { recordsOf } from './records.js'
import { type CsvSource, nameOf } from './source.js'
import { CsvTable, unknownColumn } from './table.js'

/** How the cells of a column are read: as numbers of a dtype, or as text. */
export type CsvDType = DTypeLike | 'string'

/** Options of {@link loadCsv}. */
export interface CsvOptions {
  /** What stands between cells, `','` if not given. */
  delimiter?: string
  /** Whether the first row names the columns; true if not given. Without, they are called `'0'`, `'1'`, ... */
  header?: boolean
  /** Names of the columns, instead of those in the header. */
  names?: readonly string[]
  /** The columns to read, by name or position, in this order; all if not given. */
  columns?: readonly (string | number)[]
  /** Of all columns, or by name. Where none is given, the cells decide: numbers if all are, else text. */
  dtypes?: CsvDType | Readonly<Record<string, CsvDType>>
  /** Columns that hold categories; a list of all names of one fixes their order, which is sorted if not given. */
  categories?: readonly string[] | Readonly<Record<string, readonly (string | number)[]>>
  /** What to do where values are missing, in all columns or by name: an error, when a tensor is made of them, if not given. */
  missing?: MissingRule | Readonly<Record<string, MissingRule>>
  /** Texts that stand for a missing value, instead of those that pandas knows: nothing, `NA`, `NaN`, `null` and others. */
  missingTexts?: readonly string[]
  /** Rows to leave out at the beginning, before the header. */
  skipRows?: number
  /** Rows to read at most. */
  maxRows?: number
  /** What to do with a row that has more or fewer cells than there are columns; an error if not given. */
  badRows?: 'error' | 'skip'
  /** What stands around cells that contain the delimiter or line breaks, `'"'` if not given. */
  quote?: string
  /** A label of the Encoding standard, `'utf-8'` if not given. */
  encoding?: string
}
/** @internal */
export const csvOptionNames = [
  'delimiter',
  'header',
  'names',
  'columns',
  'dtypes',
  'categories',
  'missing',
  'missingTexts',
  'skipRows',
  'maxRows',
  'badRows',
  'quote',
  'encoding',
] as const

/**
 * Reads a table of comma-separated values, plain or gzipped, piece by piece.
 *
 * @param source - a path (in Node.js) or an address, a Blob such as a File of an input element, bytes, or a stream
 * @throws RuntimeError with the file, the row (the file's first is 1), the column and the text of a cell that is not what it should
 *   be; for rows of another length, another encoding, a file that is empty, damaged or not there
 * @throws ValueError for an unknown column
 * @example
 * ```ts
 * const table = await loadCsv('titanic.csv.gz', {
 *   columns: ['survived', 'sex', 'age', 'embarked'],
 *   missing: { age: 'median', embarked: 'drop' },
 * })
 * const x = table.tensor(['sex', 'age', 'embarked'], { oneHot: true }) // float32 [1307, 6]
 * const y = table.tensor('survived', { dtype: 'int64' })
 * ```
 * @see https://pandas.pydata.org/docs/reference/api/pandas.read_csv.html
 */
export async function loadCsv(source: CsvSource, options?: CsvOptions): Promise<CsvTable> {
  const o = bindOptions<CsvOptions>('loadCsv', csvOptionNames, [options])
  const reader = new TableReader(nameOf(source), o)
  const { delimiter = ',', quote = '"', encoding = 'utf-8' } = o
  reading: for await (const { cells, first } of recordsOf(source, { delimiter, quote, encoding }))
    for (const [i, record] of cells.entries()) if (!reader.take(record, first + i)) break reading
  return reader.finish()
}

/** A column that is read: where it is in a record, and what becomes of its cells. */
interface Reading {
  readonly name: string
  readonly at: number
  readonly builder: ColumnBuilder
}

class TableReader {
  private readonly file: string
  private readonly o: CsvOptions
  private readonly missing: ReadonlySet<string>
  /** Known from the header or the first row on. */
  private all: readonly string[] = []
  private readings: Reading[] | null = null
  private readonly rows: number[] = []

  constructor(file: string, o: CsvOptions) {
    this.file = file
    this.o = o
    this.missing = new Set(o.missingTexts ?? missingTexts)
    for (const [name, value] of [
      ['skipRows', o.skipRows],
      ['maxRows', o.maxRows],
    ] as const)
      if (value !== undefined && !(Number.isInteger(value) && value >= 0))
        throw new ValueError(`loadCsv(): ${name} should be a whole number >= 0, but got ${value}`)
  }

  /** Takes a record. Returns whether there should be more. */
  take(cells: readonly string[], row: number): boolean {
    const { o } = this
    if (row <= (o.skipRows ?? 0) || (cells.length === 1 && cells[0]!.trim() === '')) return true
    if (this.readings === null) {
      const isHeader = o.header ?? true
      this.open(isHeader ? cells : cells.map((_, i) => String(i)), row)
      if (isHeader) return this.rows.length < (o.maxRows ?? Infinity)
    }
    if (this.rows.length >= (o.maxRows ?? Infinity)) return false
    if (cells.length === this.all.length) this.add(cells, row)
    else if (o.badRows !== 'skip')
      throw new RuntimeError(
        `${this.file}, row ${row}: ${countOf(cells.length)}, but there are ${this.all.length} columns; its first is ${JSON.stringify(cells[0])}`,
      )
    return true
  }

  private add(cells: readonly string[], row: number): void {
    for (const { builder, at } of this.readings!) {
      const text = cells[at]!
      builder.add(this.missing.has(text) ? null : text, row)
    }
    this.rows.push(row)
  }

  /** Once it is known which columns there are. */
  private open(header: readonly string[], row: number): void {
    const { file, o } = this
    if (o.names !== undefined && o.names.length !== header.length)
      throw new ValueError(`${file}, row ${row}: ${countOf(header.length)}, but names has ${o.names.length}`)
    this.all = distinct(o.names ?? header.map((name) => name.trim()))
    const wanted = o.columns?.map((column) => this.nameOf(column)) ?? this.all
    for (const given of [o.dtypes, o.categories, o.missing])
      for (const name of namesIn(given)) if (!wanted.includes(name)) throw unknownColumn(file, name, wanted)
    this.readings = wanted.map((name) => ({ name, at: this.all.indexOf(name), builder: this.builderOf(name) }))
  }

  private nameOf(column: string | number): string {
    const name = typeof column === 'number' ? this.all.at(column) : column
    if (name === undefined || !this.all.includes(name)) throw unknownColumn(this.file, column, this.all)
    return name
  }

  private builderOf(name: string): ColumnBuilder {
    const { file, o } = this
    const place = { file, column: name }
    const { categories = [] } = o
    if (isList(categories)) {
      if (categories.includes(name)) return new CategoryBuilder(null, place)
    } else if (Object.hasOwn(categories, name)) return new CategoryBuilder(categories[name]!.map(String), place)
    const dtype = ruleOf(o.dtypes as Readonly<Record<string, CsvDType>> | CsvDType | undefined, name)
    if (dtype === undefined) return new InferredBuilder()
    return dtype === 'string' ? new TextBuilder() : new NumberBuilder(dtypeOf(dtype), place)
  }

  finish(): CsvTable {
    const { file, o, readings } = this
    if (readings === null) throw new RuntimeError(`${file}: there are no rows`)
    const names = readings.map(({ name }) => name)
    const rules = names.map((name) => ruleOf(o.missing, name) ?? 'error')
    let columns: Column[] = readings.map(({ builder }) => builder.finish())
    const kept = keptRows(columns, rules, this.rows.length)
    if (kept !== null) columns = columns.map((column) => picked(column, kept))
    for (const [k, column] of columns.entries()) fill(names[k]!, column, rules[k]!, typeof o.missing !== 'object')
    return new CsvTable(
      file,
      new Map(columns.map((column, k) => [names[k]!, column])),
      new Map(rules.map((rule, k) => [names[k]!, rule])),
      kept === null ? this.rows : kept.map((i) => this.rows[i]!),
    )
  }
}

function countOf(cells: number): string {
  return cells === 1 ? 'there is 1 cell' : `there are ${cells} cells`
}

/** Names that are there more than once get a number, as in pandas: `a`, `a.1`. */
function distinct(names: readonly string[]): string[] {
  const seen = new Set<string>()
  return names.map((name) => {
    let own = name
    for (let k = 1; seen.has(own); k++) own = `${name}.${k}`
    seen.add(own)
    return own
  })
}

/** Names of columns in an option that may have some. */
function namesIn(option: unknown): readonly string[] {
  if (isList(option)) return option as readonly string[]
  return isRecord(option) ? Object.keys(option) : []
}

function isList(value: unknown): value is readonly string[] {
  return Array.isArray(value)
}

function isRecord(value: unknown): value is object {
  return typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype
}

/** What an option says of a column, given for all or by name. */
function ruleOf<R>(option: R | Readonly<Record<string, R>> | undefined, name: string): R | undefined {
  if (!isRecord(option)) return option
  const byName = option as Readonly<Record<string, R>>
  return Object.hasOwn(byName, name) ? byName[name] : undefined
}
