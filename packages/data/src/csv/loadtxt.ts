import {
  bindOptions,
  type DType,
  type DTypeLike,
  float64,
  fromTypedArray,
  RuntimeError,
  type Tensor,
  ValueError,
} from '@tsorch/core'
import { dtypeOf, misfit, numberOf } from './cells.js'
import { bytesOf, type CsvSource, nameOf } from './source.js'
import { textOf } from './text.js'

/** Options of {@link loadtxt}. */
export interface LoadtxtOptions {
  /** float64 if not given, as in NumPy. */
  dtype?: DTypeLike
  /** What begins a comment, which lasts to the end of the line: `'#'` if not given, null for none. */
  comments?: string | readonly string[] | null
  /** What stands between numbers; spaces and tabs if not given. */
  delimiter?: string | null
  /** Lines to leave out at the beginning, comments and blank ones counted. */
  skiprows?: number
  /** The columns to read, from 0 on; negative ones count from the end. */
  usecols?: number | readonly number[] | null
  /** Gives the columns instead of the rows: the result is transposed. */
  unpack?: boolean
  /** Dimensions that the result has at least: 0, 1 or 2; others of size 1 are taken out. */
  ndmin?: 0 | 1 | 2
  /** Rows to read at most. */
  maxRows?: number | null
  /** A label of the Encoding standard, `'utf-8'` if not given. */
  encoding?: string
}
const names = [
  'dtype',
  'comments',
  'delimiter',
  'skiprows',
  'usecols',
  'unpack',
  'ndmin',
  'maxRows',
  'encoding',
] as const

/**
 * Numbers in a text file, plain or gzipped, as a tensor of shape [rows, columns], or [rows] where there is one column, as
 * `numpy.loadtxt` reads them. Unlike there, an empty file is an error.
 *
 * @param source - a path (in Node.js) or an address, a Blob, bytes, or a stream
 * @throws RuntimeError with the file, the row (the file's first line is 1) and the column (the first is 1) of a text that is no number
 *   of the dtype; for rows of another length, another encoding, a file that is empty, damaged or not there
 * @throws ValueError for a column that is not there
 * @example
 * ```ts
 * const xy = await loadtxt('diabetes.csv.gz', { delimiter: ',', dtype: 'float32' })
 * const x = xy.at(':', ':-1')  // [759, 8]
 * const y = xy.at(':', [-1])   // [759, 1]
 * ```
 * @see https://numpy.org/doc/stable/reference/generated/numpy.loadtxt.html
 */
export async function loadtxt(source: CsvSource, options?: LoadtxtOptions): Promise<Tensor>
export async function loadtxt(source: CsvSource, dtype: DTypeLike, options?: LoadtxtOptions): Promise<Tensor>
export async function loadtxt(source: CsvSource, ...args: unknown[]): Promise<Tensor> {
  const o = bindOptions<LoadtxtOptions>('loadtxt', names, args)
  const { ndmin = 0, unpack = false, encoding = 'utf-8' } = o
  if (o.delimiter === '' || o.delimiter?.includes('\n') === true)
    throw new ValueError(
      `loadtxt(): delimiter should be a string without line breaks, but got ${JSON.stringify(o.delimiter)}`,
    )
  const file = nameOf(source)
  const lines = new NumberLines(file, o)
  let rest = ''
  reading: for await (const piece of textOf(file, bytesOf(source), encoding)) {
    const parts = (rest + piece).split('\n')
    rest = parts.pop()!
    for (const line of parts) if (!lines.take(line)) break reading
  }
  lines.take(rest)
  let out = lines.finish()
  if (out.ndim > ndmin) out = out.squeeze()
  if (out.ndim < ndmin) out = out.reshape(-1)
  return unpack && out.ndim === 2 ? out.t() : out
}

class NumberLines {
  private readonly file: string
  private readonly o: LoadtxtOptions
  private readonly dtype: DType
  private readonly comments: readonly string[]
  private readonly values: number[] = []
  /** Cells of a line; -1 before the first. */
  private width = -1
  private used: readonly number[] = []
  private line = 0
  private rows = 0

  constructor(file: string, o: LoadtxtOptions) {
    this.file = file
    this.o = o
    this.dtype = dtypeOf(o.dtype ?? float64)
    const { comments = '#' } = o
    this.comments = comments === null ? [] : typeof comments === 'string' ? [comments] : comments
  }

  /** Takes a line. Returns whether there should be more. */
  take(text: string): boolean {
    const { o } = this
    if (this.rows >= (o.maxRows ?? Infinity)) return false
    this.line++
    if (this.line <= (o.skiprows ?? 0)) return true
    const data = this.withoutComment(text).trim()
    if (data === '') return true
    const cells = typeof o.delimiter === 'string' ? this.withoutComment(text).split(o.delimiter) : data.split(/\s+/)
    if (this.width < 0) this.open(cells.length)
    if (cells.length !== this.width && (o.usecols === undefined || o.usecols === null))
      throw new RuntimeError(
        `${this.file}: the number of columns changed from ${this.width} to ${cells.length} at row ${this.line}; use usecols to select a subset and avoid this error`,
      )
    for (const at of this.used) this.values.push(this.valueOf(cells, at < 0 ? cells.length + at : at))
    this.rows++
    return true
  }

  private withoutComment(text: string): string {
    let end = text.length
    for (const mark of this.comments) {
      const at = text.indexOf(mark)
      if (at >= 0 && at < end) end = at
    }
    return text.slice(0, end)
  }

  private open(width: number): void {
    const { usecols } = this.o
    this.width = width
    if (usecols === undefined || usecols === null) this.used = Array.from({ length: width }, (_, i) => i)
    else this.used = typeof usecols === 'number' ? [usecols] : usecols
  }

  private valueOf(cells: readonly string[], at: number): number {
    const text = cells[at]
    if (text === undefined)
      throw new ValueError(`${this.file}: invalid column index ${at} at row ${this.line} with ${cells.length} columns`)
    const value = numberOf(text)
    const wrong = value === null ? '' : misfit(value, this.dtype)
    if (wrong === null) return value!
    throw new RuntimeError(
      `${this.file}: could not convert string ${JSON.stringify(text)} to ${this.dtype.name} at row ${this.line}, column ${at + 1}${wrong === '' ? '' : `: it ${wrong}`}`,
    )
  }

  finish(): Tensor {
    if (this.rows === 0) throw new RuntimeError(`${this.file}: the file contains no data`)
    const shape = [this.rows, this.used.length]
    return fromTypedArray(Float64Array.from(this.values), shape, { dtype: this.dtype })
  }
}
