/** What a cell says: a number, a truth value, or nothing; and how it is told that it says something else. */
import { DType, type DTypeLike, empty, int64, RuntimeError } from '@tsorch/core'

/** Where a cell is. */
export interface Place {
  readonly file: string
  readonly row: number
  readonly column: string
}

/** An error about one cell, with its place and its text. */
export function badCell({ file, row, column }: Place, text: string | null, what: string): RuntimeError {
  const shown = text === null ? '' : `${JSON.stringify(text.length > 60 ? `${text.slice(0, 60)}...` : text)} `
  return new RuntimeError(`${file}, row ${row}, column '${column}': ${shown}${what}`)
}

/** What pandas reads as missing. */
export const missingTexts: readonly string[] = [
  '',
  '#N/A',
  '#N/A N/A',
  '#NA',
  '-1.#IND',
  '-1.#QNAN',
  '-NaN',
  '-nan',
  '1.#IND',
  '1.#QNAN',
  '<NA>',
  'N/A',
  'NA',
  'NULL',
  'NaN',
  'None',
  'n/a',
  'nan',
  'null',
]

const words: Readonly<Record<string, number>> = {
  inf: Infinity,
  '+inf': Infinity,
  '-inf': -Infinity,
  infinity: Infinity,
  '+infinity': Infinity,
  '-infinity': -Infinity,
  nan: Number.NaN,
}

/** The number that a text is, with spaces around it or not; null if it is none. */
export function numberOf(text: string): number | null {
  const value = Number(text)
  if (Number.isNaN(value)) {
    const word = text.trim().toLowerCase()
    return Object.hasOwn(words, word) ? words[word]! : null
  }
  // JavaScript takes '' for 0 and reads 0x10, 0b1 and 0o7
  return (value === 0 && text.trim() === '') || /[xob]/i.test(text) ? null : value
}

const truths: Readonly<Record<string, number>> = { true: 1, false: 0, '1': 1, '0': 0 }

/** 1 or 0 for `true`, `True`, `1` and their opposites, null for anything else. */
export function truthOf(text: string): number | null {
  const word = text.trim().toLowerCase()
  return Object.hasOwn(truths, word) ? truths[word]! : null
}

/** The dtype that a name stands for. @throws TypeError if there is none of that name */
export function dtypeOf(dtype: DTypeLike): DType {
  return dtype instanceof DType ? dtype : empty([0], { dtype }).dtype
}

const ranges: Readonly<Record<string, readonly [number, number]>> = {
  int8: [-128, 127],
  uint8: [0, 255],
  int16: [-32768, 32767],
  int32: [-2147483648, 2147483647],
  int64: [Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER],
}

/** Why a number cannot be an element of this dtype, null if it can. */
export function misfit(value: number, dtype: DType): string | null {
  const range = ranges[dtype.name]
  if (range === undefined) return null
  if (!Number.isInteger(value)) return `is not a whole number, as ${dtype.name} needs`
  if (value >= range[0] && value <= range[1]) return null
  return dtype === int64
    ? 'is beyond 2^53 - 1, the largest number up to which all whole numbers can be told apart; read it as a string'
    : `is out of the range of ${dtype.name}, ${range[0]} to ${range[1]}`
}
