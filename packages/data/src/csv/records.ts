/** Text to records: Papa Parse finds the cells, in pieces, so that a file is never whole in memory. */
import { RuntimeError, ValueError } from '@tsorch/core'
import Papa from 'papaparse'
import { bytesOf, type CsvSource, nameOf } from './source.js'
import { textOf } from './text.js'

/** How the cells are written. */
export interface RecordOptions {
  readonly delimiter: string
  readonly quote: string
  readonly encoding: string
}

/** Records that follow each other; blank lines are records of one empty cell. */
export interface Records {
  readonly cells: string[][]
  /** The number of the first: 1 is the first record of the file. */
  readonly first: number
}

interface Parsed {
  readonly data: string[][]
  readonly errors: readonly { readonly code: string; readonly row: number }[]
  readonly meta: { readonly cursor: number }
}

/** @throws RuntimeError with the file and the row if it cannot be read, is empty, or its quotes do not fit */
export async function* recordsOf(source: CsvSource, options: RecordOptions): AsyncGenerator<Records, void> {
  const name = nameOf(source)
  const { delimiter, quote, encoding } = options
  if (delimiter === '' || (Papa.BAD_DELIMITERS as readonly string[]).includes(delimiter) || delimiter === quote)
    throw new ValueError(
      `delimiter should be a string such as ',' or ';' or '\\t', but got ${JSON.stringify(delimiter)}`,
    )
  const parser = new Papa.Parser({ delimiter, quoteChar: quote, newline: '\n' })
  let first = 1
  let text = ''
  // a quote that nobody closes makes the rest of the file one record: looked at again only when twice as much is there
  let enough = 0

  const parse = (isLast: boolean): Records | null => {
    const { data, errors, meta } = parser.parse(text, 0, !isLast) as Parsed
    // what comes last may be half of a record
    const error = errors.find(({ row }) => isLast || row < data.length)
    if (error !== undefined)
      throw new RuntimeError(`${name}, row ${first + error.row}: ${quotesWrong(error.code, quote)}`)
    text = text.slice(meta.cursor)
    enough = 2 * text.length
    if (data.length === 0) return null
    const records = { cells: data, first }
    first += data.length
    return records
  }

  for await (const piece of textOf(name, bytesOf(source), encoding)) {
    text += piece
    if (text.length < enough) continue
    const records = parse(false)
    if (records !== null) yield records
  }
  const records = parse(true)
  if (records !== null) yield records
}

function quotesWrong(code: string, quote: string): string {
  return code === 'MissingQuotes'
    ? `a cell that begins with ${quote} is not closed before the end of the file`
    : `in a cell that begins with ${quote}, a ${quote} is followed by other text; one that is part of the text is written twice`
}
