/** What becomes of missing values. */
import { ValueError } from '@tsorch/core'
import type { Column } from './columns.js'

/**
 * What to do where a value is missing: `'error'`, when a tensor is made of it; `'nan'` keeps it as NaN; `'drop'` leaves out the
 * row; `'mean'`, `'median'` and `'mode'` (the most frequent value) fill in what the others say; anything else is filled in as it is.
 */
export type MissingRule = 'error' | 'nan' | 'drop' | 'mean' | 'median' | 'mode' | number | (string & {})

/** Which items of a column are missing. */
export function isMissing(column: Column, i: number): boolean {
  switch (column.kind) {
    case 'number':
      return Number.isNaN(column.values[i])
    case 'text':
      return column.values[i] === null
    case 'category':
      return column.values[i] === -1
  }
}

/** The items of the rows that no rule drops, null if that is all of them. */
export function keptRows(columns: readonly Column[], rules: readonly MissingRule[], length: number): number[] | null {
  const dropping = columns.filter((_, k) => rules[k] === 'drop')
  if (dropping.length === 0) return null
  const kept: number[] = []
  for (let i = 0; i < length; i++) if (!dropping.some((column) => isMissing(column, i))) kept.push(i)
  return kept.length === length ? null : kept
}

/** Only some items of a column. */
export function picked<C extends Column>(column: C, rows: readonly number[]): C {
  const { values } = column
  if (values instanceof Float64Array) return { ...column, values: Float64Array.from(rows, (i) => values[i]!) }
  if (values instanceof Int32Array) return { ...column, values: Int32Array.from(rows, (i) => values[i]!) }
  return { ...column, values: rows.map((i) => values[i]!) }
}

/**
 * Fills in missing values where they are.
 *
 * @param isForAll - whether the rule was given for all columns: those it cannot be for stay as they are
 * @throws ValueError if there is no such value for this column
 */
export function fill(name: string, column: Column, rule: MissingRule, isForAll: boolean): void {
  if (rule === 'error' || rule === 'nan' || rule === 'drop') return
  const { values } = column
  const missing: number[] = []
  for (let i = 0; i < values.length; i++) if (isMissing(column, i)) missing.push(i)
  if (missing.length === 0) return
  const value = fillValue(column, rule)
  if (value === null) {
    if (isForAll) return
    const kind = { number: 'numbers', text: 'text', category: `categories (${shown(column)})` }[column.kind]
    throw new ValueError(`missing: ${JSON.stringify(rule)} is nothing for column '${name}', which holds ${kind}`)
  }
  for (const i of missing) (values as (number | string)[])[i] = value
}

function shown(column: Column): string {
  return column.kind === 'category' ? column.names.join(', ') : ''
}

/** What to fill in, null if the column has no such value. */
function fillValue(column: Column, rule: MissingRule): number | string | null {
  if (rule === 'mode') return mode(column)
  switch (column.kind) {
    case 'number': {
      if (typeof rule === 'number') return rule
      const known = column.values.filter((value) => !Number.isNaN(value))
      if (known.length === 0) return null
      if (rule === 'mean') return known.reduce((sum, value) => sum + value, 0) / known.length
      return rule === 'median' ? median(known) : null
    }
    case 'text':
      return typeof rule === 'number' || rule === 'mean' || rule === 'median' ? null : rule
    case 'category': {
      const code = column.names.indexOf(String(rule))
      return code < 0 ? null : code
    }
  }
}

function median(values: Float64Array): number {
  const sorted = values.slice().sort()
  const half = sorted.length >> 1
  return sorted.length % 2 === 1 ? sorted[half]! : (sorted[half - 1]! + sorted[half]!) / 2
}

/** The most frequent value, of equally frequent ones the smallest; null if there is none. */
function mode(column: Column): number | string | null {
  const counts = new Map<number | string, number>()
  for (let i = 0; i < column.values.length; i++) {
    const value = column.values[i]!
    if (!isMissing(column, i)) counts.set(value, (counts.get(value) ?? 0) + 1)
  }
  let best: number | string | null = null
  for (const [value, count] of counts) {
    const most = best === null ? 0 : counts.get(best)!
    if (count > most || (count === most && value < best!)) best = value
  }
  return best
}
