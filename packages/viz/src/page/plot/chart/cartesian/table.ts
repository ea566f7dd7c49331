/** The numbers of a plot as a table. */
import type { PlotContent, Trace } from '../../../../protocol/types.js'
import { csvTable } from '../../data/csv.js'

/** Columns that have a cell for each point, in this order; then whatever else has. */
const FIRST = ['x', 'y', 'z', 't', 'epoch', 'text']

/** All points of all traces, with all columns that any of them has; a grid gives a line for each cell. */
export function tableOf({ data }: PlotContent, names: readonly string[]): string {
  const tables = data.map((trace, i) => rowsOf(trace, names[i] ?? String(i + 1)))
  const columns = [...new Set(tables.flatMap(({ columns }) => columns))]
  const header = [
    'trace',
    ...FIRST.filter((name) => columns.includes(name)),
    ...columns.filter((name) => !FIRST.includes(name)),
  ]
  return csvTable(header, rows(tables, header))
}

interface Table {
  readonly name: string
  readonly columns: readonly string[]
  readonly length: number
  cell(i: number, column: string): unknown
}

function* rows(tables: readonly Table[], header: readonly string[]): Generator<readonly unknown[]> {
  for (const { name, columns, length, cell } of tables) {
    const has = header.slice(1).map((column) => columns.includes(column))
    for (let i = 0; i < length; i++)
      yield [name, ...header.slice(1).map((column, k) => (has[k] ? cell(i, column) : null))]
  }
}

function rowsOf(trace: Trace, name: string): Table {
  const { z } = trace
  if (Array.isArray(z) && Array.isArray(z[0])) return gridOf(trace, name, z as unknown[][])
  const lists = Object.entries(trace).filter(
    (entry): entry is [string, unknown[]] => Array.isArray(entry[1]) && !['edges', 'counts'].includes(entry[0]),
  )
  const length = lists.reduce((most, [, list]) => Math.max(most, list.length), 0)
  const columns = lists.map(([key]) => key)
  const isCounted = Array.isArray(trace.y) && !Array.isArray(trace.x)
  const table = Object.fromEntries(lists)
  return {
    name,
    columns: isCounted ? ['x', ...columns] : columns,
    length,
    cell: (i, column) => (column === 'x' && isCounted ? i : table[column]?.[i]),
  }
}

function gridOf({ x, y }: Trace, name: string, z: readonly (readonly unknown[])[]): Table {
  const width = z.reduce((most, row) => Math.max(most, Array.isArray(row) ? row.length : 0), 0)
  return {
    name,
    columns: ['x', 'y', 'z'],
    length: width * z.length,
    cell(i, column) {
      const [row, k] = [Math.floor(i / width), i % width]
      if (column === 'z') return z[row]?.[k]
      return column === 'x' ? (x?.[k] ?? k) : (y?.[row] ?? row)
    },
  }
}
