/** Markdown: the times, and their ratios. */
import { type Column, nameOf } from './cases.js'
import type { Result } from './rows.js'

/** A table of text, aligned to the right but for its first column. */
export function markdownTable(header: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`
  return [line(header), line(header.map((_, i) => (i === 0 ? '---' : '--:'))), ...rows.map(line)].join('\n')
}

/** Three digits: milliseconds, or microseconds where it is short. */
export function timeText(ms: number): string {
  if (ms < 0.0995) return `${digits(ms * 1000)} us`
  return digits(ms)
}

/** A number with about three digits. */
export function digits(value: number): string {
  if (value >= 99.5) return value.toFixed(0)
  if (value >= 9.95) return value.toFixed(1)
  return value >= 0.0995 ? value.toFixed(2) : value.toPrecision(2)
}

/** Results by workload and column. */
export class Grid {
  private readonly results: readonly Result[]

  constructor(results: readonly Result[]) {
    this.results = results
  }

  at(workload: string, { peer, set, threads }: Column): Result | undefined {
    return this.results.find(
      ({ row }) => row.workload === workload && row.peer === peer && row.set === set && row.threads === threads,
    )
  }

  time(workload: string, column: Column): number | null {
    return this.at(workload, column)?.row.medianMs ?? null
  }

  /** The lowest time among columns; null if none was measured. */
  best(workload: string, columns: readonly Column[]): number | null {
    const times = columns.flatMap((column) => this.time(workload, column) ?? [])
    return times.length === 0 ? null : Math.min(...times)
  }
}

const isPytorch = ({ peer }: Column): boolean => peer === 'pytorch'
const isOwn = ({ peer }: Column): boolean => peer === 'tsorch'
const isJs = (column: Column): boolean => !isPytorch(column) && !isOwn(column)

function timesTable(workloads: readonly string[], columns: readonly Column[], grid: Grid): string {
  const rows = workloads.map((id) => [
    id,
    ...columns.map((column) => {
      const result = grid.at(id, column)
      if (result === undefined) return ''
      const { medianMs } = result.row
      return medianMs === null ? 'x' : timeText(medianMs) + (result.isWrong ? ' (!)' : '')
    }),
  ])
  return markdownTable(['ms', ...columns.map(nameOf)], rows)
}

/** `numerator(workload) / time` of every column. */
function ratioTable(
  corner: string,
  workloads: readonly string[],
  columns: readonly Column[],
  ratio: (workload: string, column: Column) => number | null,
): string {
  const rows = workloads.map((id) => [
    id,
    ...columns.map((column) => {
      const value = ratio(id, column)
      return value === null ? '' : digits(value)
    }),
  ])
  return markdownTable([corner, ...columns.map(nameOf)], rows)
}

const over = (a: number | null, b: number | null): number | null => (a === null || b === null ? null : a / b)

/** Workloads with their titles, for those who do not know them by number. */
export type Titles = ReadonlyMap<string, string>

/** The tables of a run: times, PyTorch's best over each, each JavaScript peer over our best, and the notes. */
export function timeTables(titles: Titles, columns: readonly Column[], results: readonly Result[]): string {
  const grid = new Grid(results)
  const ids = [...titles.keys()]
  const [pytorch, own, js] = [columns.filter(isPytorch), columns.filter(isOwn), columns.filter(isJs)]
  const parts = [`Milliseconds a step (x: see the notes; us: microseconds)\n\n${timesTable(ids, columns, grid)}`]
  if (pytorch.length > 0 && own.length + js.length > 0) {
    const ratio = (id: string, column: Column) => over(grid.best(id, pytorch), grid.time(id, column))
    const table = ratioTable('PyTorch / it', ids, [...own, ...js], ratio)
    parts.push(`PyTorch's best time over each: above 1 is faster than PyTorch\n\n${table}`)
  }
  if (own.length > 0 && js.length > 0) {
    const ratio = (id: string, column: Column) => over(grid.time(id, column), grid.best(id, own))
    parts.push(`How many times faster our best is than each\n\n${ratioTable('it / ours', ids, js, ratio)}`)
  }
  parts.push(`Workloads\n\n${[...titles].map(([id, title]) => `- ${id}: ${title}`).join('\n')}`)
  const notes = results.filter(({ row }) => row.note !== '')
  const lines = notes.map(({ row }) => `- ${row.workload} ${nameOf(row as Column)}: ${row.note}`)
  if (lines.length > 0) parts.push(`Notes\n\n${lines.join('\n')}`)
  return parts.join('\n\n')
}
