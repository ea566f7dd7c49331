import {
  bindOptions,
  type DType,
  type DTypeLike,
  fromTypedArray,
  getDefaultDtype,
  int64,
  type Tensor,
  ValueError,
} from '@tsorch/core'
import { badCell, dtypeOf, misfit } from './cells.js'
import { type CategoryColumn, type Column, categoriesOf } from './columns.js'
import { isMissing, type MissingRule } from './missing.js'

/** Options of {@link CsvTable.tensor}. */
export interface CsvTensorOptions {
  /** If not given: int64 of categories and of columns whose dtype is an integer, else the default dtype. */
  dtype?: DTypeLike
  /** Categories as one column of 0 and 1 for each: of all columns that hold categories or text, or of those that are named. */
  oneHot?: boolean | readonly string[]
}

/** What a tensor's columns are made of. */
interface Part {
  readonly name: string
  readonly column: Column
  readonly isOneHot: boolean
  readonly width: number
}

/** A table that was read from a file: named columns of numbers, texts or categories. See {@link loadCsv}. */
export class CsvTable {
  /** What it was read from. */
  readonly file: string
  readonly columns: readonly string[]
  /** Number of rows. */
  readonly length: number
  private readonly byName: Map<string, Column>
  private readonly rules: ReadonlyMap<string, MissingRule>
  /** Where the rows stand in the file. */
  private readonly rows: ArrayLike<number>

  /** @internal */
  constructor(
    file: string,
    columns: ReadonlyMap<string, Column>,
    rules: ReadonlyMap<string, MissingRule>,
    rows: ArrayLike<number>,
  ) {
    this.file = file
    this.columns = [...columns.keys()]
    this.length = rows.length
    this.byName = new Map(columns)
    this.rules = rules
    this.rows = rows
  }

  /** The values of a column: numbers, or texts, also of categories; null where one is missing. @throws ValueError if there is no such column */
  column(name: string): (number | string | null)[] {
    const column = this.find(name)
    return Array.from(column.values as ArrayLike<number | string | null>, (value, i) =>
      isMissing(column, i) ? null : column.kind === 'category' ? column.names[value as number]! : value,
    )
  }

  /**
   * What the indices of a column mean, in their order. A column of text gets its categories here, sorted.
   *
   * @throws ValueError if there is no such column, or it holds numbers
   */
  categories(name: string): readonly string[] {
    return this.asCategories(name).names
  }

  /**
   * Columns as a tensor: of shape [rows] for one name, [rows, columns] for a list of them or for all. Categories are their indices.
   *
   * @throws RuntimeError that names the first cell that is missing, is no number, or does not fit the dtype
   * @throws ValueError if there is no such column
   * @example
   * ```ts
   * const x = table.tensor(['age', 'fare', 'embarked'], { oneHot: ['embarked'] })
   * const y = table.tensor('survived', { dtype: 'int64' })
   * ```
   */
  tensor(columns?: string | readonly string[], options?: CsvTensorOptions): Tensor {
    const { dtype, oneHot = false } = bindOptions<CsvTensorOptions>('tensor', ['dtype', 'oneHot'], [options])
    const parts = this.parts(columns ?? this.columns, oneHot)
    const type = dtype === undefined ? ownDType(parts) : dtypeOf(dtype)
    const width = parts.reduce((sum, part) => sum + part.width, 0)
    // exact for every dtype, and rounded once
    const values = new Float64Array(this.length * width)
    let at = 0
    for (const part of parts) {
      this.write(part, values, at, width, type)
      at += part.width
    }
    const isOne = typeof columns === 'string' && parts[0]!.isOneHot === false
    return fromTypedArray(values, isOne ? [this.length] : [this.length, width], { dtype: type })
  }

  /** The names of the columns of {@link tensor}: `embarked=S` for one of a one-hot column. */
  names(columns?: string | readonly string[], oneHot: boolean | readonly string[] = false): string[] {
    return this.parts(columns ?? this.columns, oneHot).flatMap(({ name, column, isOneHot }) =>
      isOneHot ? (column as CategoryColumn).names.map((category) => `${name}=${category}`) : [name],
    )
  }

  /** Whether a column holds text or categories. */
  isCategorical(name: string): boolean {
    return this.find(name).kind !== 'number'
  }

  private find(name: string): Column {
    const found = this.byName.get(name)
    if (found === undefined) throw unknownColumn(this.file, name, this.columns)
    return found
  }

  private asCategories(name: string): CategoryColumn {
    const column = this.find(name)
    if (column.kind === 'category') return column
    if (column.kind === 'number')
      throw new ValueError(
        `${this.file}: column '${name}' holds numbers; for categories read it with { categories: ['${name}'] }`,
      )
    const categories = categoriesOf(column)
    this.byName.set(name, categories)
    return categories
  }

  private parts(columns: string | readonly string[], oneHot: boolean | readonly string[]): Part[] {
    const names = typeof columns === 'string' ? [columns] : columns
    if (Array.isArray(oneHot))
      for (const name of oneHot as readonly string[])
        if (!names.includes(name)) throw unknownColumn(this.file, name, names)
    return names.map((name) => {
      const isOneHot = typeof oneHot === 'boolean' ? oneHot && this.isCategorical(name) : oneHot.includes(name)
      if (!isOneHot) return { name, column: this.find(name), isOneHot, width: 1 }
      const column = this.asCategories(name)
      return { name, column, isOneHot, width: column.names.length }
    })
  }

  private write(part: Part, out: Float64Array, at: number, width: number, dtype: DType): void {
    const { name, column, isOneHot } = part
    if (column.kind === 'text') throw this.isText(name, column.why)
    const { values } = column
    const keepsNan = this.rules.get(name) === 'nan' && dtype.isFloatingPoint && column.kind === 'number'
    // what was filled in, or read as another dtype, may not fit
    const checked = column.kind === 'number' && !dtype.isFloatingPoint
    for (let i = 0; i < values.length; i++) {
      const value = values[i]!
      if (!keepsNan && isMissing(column, i)) throw this.isMissing(name, i, dtype)
      if (checked && !Number.isNaN(value)) {
        const wrong = misfit(value, dtype)
        if (wrong !== null) throw badCell(this.place(name, i), String(value), wrong)
      }
      if (isOneHot) out[i * width + at + value] = 1
      else out[i * width + at] = value
    }
  }

  private place(column: string, i: number): { file: string; row: number; column: string } {
    return { file: this.file, row: this.rows[i]!, column }
  }

  private isMissing(name: string, i: number, dtype: DType): Error {
    const nan = dtype.isFloatingPoint ? ", 'nan' keeps it" : ''
    return badCell(
      this.place(name, i),
      null,
      `the value is missing; { missing: { '${name}': ... } } says what to do: 'mean', 'median', 'mode' or a value fills it in, 'drop' leaves out the row${nan}`,
    )
  }

  private isText(name: string, why: { readonly row: number; readonly text: string } | null): Error {
    const ways = `for indices read it with { categories: ['${name}'] }, or give { oneHot: ['${name}'] }`
    if (why === null) return new ValueError(`${this.file}: column '${name}' holds text; ${ways}`)
    return badCell({ file: this.file, row: why.row, column: name }, why.text, `is not a number; ${ways}`)
  }
}

/** What is told of a column that is not there. */
export function unknownColumn(file: string, name: string | number, columns: readonly string[]): ValueError {
  const all = columns.length > 30 ? [...columns.slice(0, 30), '...'] : columns
  return new ValueError(
    `${file}: there is no column ${typeof name === 'string' ? `'${name}'` : name}, expected one of ${all.join(', ')}`,
  )
}

function ownDType(parts: readonly Part[]): DType {
  const own = parts.map(({ column, isOneHot }) => {
    if (isOneHot || column.kind === 'text') return null
    return column.kind === 'category' ? int64 : column.dtype
  })
  const [first] = own
  if (first && own.every((dtype) => dtype === first)) return first
  return own.every((dtype) => dtype !== null && !dtype.isFloatingPoint) ? int64 : getDefaultDtype()
}
