/** Cells of an axis as numbers: numbers, dates (milliseconds since 1970), places of categories. */
import type { Cell } from '../../../protocol/types.js'

export type CellKind = 'number' | 'date' | 'category'

const DATE = /^(-?\d{4}-\d\d(?:-\d\d)?)(?:[T ](\d\d:\d\d(?::\d\d(?:\.\d+)?)?))?(Z|[+-]\d\d:?\d\d)?$/

/** Milliseconds since 1970 of a date such as `2024-02-29` or `2024-02-29 12:00:00`, which is UTC unless it says else; NaN for other text. */
export function dateOf(text: string): number {
  const parts = DATE.exec(text)
  if (parts === null) return Number.NaN
  const [, day, time = '00:00', zone = 'Z'] = parts
  return Date.parse(`${day!.length === 7 ? `${day}-01` : day}T${time}${zone}`)
}

/** A cell as a number; `undefined` if it is other text. A gap and NaN are both NaN: see {@link isGap}. */
export function numberOf(cell: unknown): number | undefined {
  if (typeof cell === 'number') return cell
  if (cell === null || cell === undefined || cell === '') return Number.NaN
  if (typeof cell === 'boolean') return Number(cell)
  if (typeof cell !== 'string') return Number.NaN
  if (cell === 'NaN') return Number.NaN
  const value = Number(cell)
  return Number.isNaN(value) ? undefined : value
}

/** A cell as a finite number or NaN, whatever it is. */
export function plainNumber(cell: unknown): number {
  return numberOf(cell) ?? Number.NaN
}

/** Nothing was measured, which is other than a measured NaN. */
export function isGap(cell: unknown): boolean {
  return cell === null || cell === undefined || cell === ''
}

/** Anything as text, also what can't be made text by itself. */
export function textOf(value: unknown): string {
  return typeof value === 'object' ? (JSON.stringify(value) ?? '') : String(value)
}

/** A column, which may be missing or something else than a list. */
export function listOf(column: unknown): readonly Cell[] {
  return Array.isArray(column) ? column : []
}

/** What the cells of a column are, by the first that is text. */
export function kindOf(cells: readonly Cell[], from = 0): CellKind {
  let kind: CellKind = 'number'
  for (let i = from; i < cells.length; i++) {
    const cell = cells[i]
    if (typeof cell !== 'string' || numberOf(cell) !== undefined) continue
    if (Number.isNaN(dateOf(cell))) return 'category'
    kind = 'date'
  }
  return kind
}

/** What the cells of all columns on an axis are together; what is no column counts for nothing. */
export function commonKind(columns: Iterable<unknown>): CellKind {
  let kind: CellKind = 'number'
  for (const column of columns) {
    const own = kindOf(listOf(column))
    if (own === 'category') return own
    if (own === 'date') kind = own
  }
  return kind
}

/** How the cells of all traces on an axis become numbers. */
export class Reader {
  readonly kind: CellKind
  readonly categories: string[] = []
  readonly #places: Map<string, number> = new Map()

  constructor(kind: CellKind) {
    this.kind = kind
  }

  read(cell: unknown): number {
    if (typeof cell === 'number' && this.kind !== 'category') return cell
    if (isGap(cell)) return Number.NaN
    if (this.kind === 'category') return this.place(textOf(cell))
    const value = numberOf(cell)
    if (value !== undefined) return value
    return this.kind === 'date' ? dateOf(textOf(cell)) : Number.NaN
  }

  /** Whether this reader is right for what came. */
  takes(cells: readonly Cell[], from = 0): boolean {
    if (this.kind === 'category') return true
    const kind = kindOf(cells, from)
    return kind === 'number' || kind === this.kind
  }

  place(category: string): number {
    let place = this.#places.get(category)
    if (place === undefined) {
      place = this.categories.length
      this.categories.push(category)
      this.#places.set(category, place)
    }
    return place
  }
}
