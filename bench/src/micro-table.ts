/** Markdown for the single operations: how much of what the machine can do each of them reaches. */
import { type Column, nameOf } from './cases.js'
import type { Result } from './rows.js'
import { digits, Grid, markdownTable } from './table.js'
import type { Micro } from './workloads/micro.js'

/** A rate and its share of the most that is possible: `103 (48 %)`. */
function rateText(rate: number, most: number | null): string {
  return digits(rate) + (most === null ? '' : ` (${Math.round((100 * rate) / most)} %)`)
}

/** GFLOP/s of the register-only loop of a column's kernel set on all its threads; null where there is none. */
function peakOf(grid: Grid, column: Column): number | null {
  const result = grid.at('peak', { ...column, threads: 1 })
  if (result?.row.medianMs == null || result.flops === null) return null
  return (column.threads * result.flops) / result.row.medianMs / 1e6
}

/** The best register-only loop among our sets: what the processor can do. */
function machinePeak(grid: Grid, columns: readonly Column[], threads: number): number | null {
  const own = columns.filter(({ peer }) => peer === 'tsorch')
  const peaks = own.flatMap((column) => peakOf(grid, { ...column, threads }) ?? [])
  return peaks.length === 0 ? null : Math.max(...peaks)
}

/**
 * GFLOP/s with the share of the peak, or GB/s with the share of a plain copy's rate; for our sets on several threads also how
 * many times one thread's rate that is.
 */
export function microTables(micros: readonly Micro[], columns: readonly Column[], results: readonly Result[]): string {
  const grid = new Grid(results)
  const own = columns.filter(({ peer }) => peer === 'tsorch')
  const copy = grid.best('copy', own)
  const copyRate = copy === null ? null : 8e6 / copy / 1e6
  const told = columns.filter(({ peer }) => peer === 'tsorch' || peer === 'pytorch')
  const rate = (micro: Micro, column: Column, amount: number): number | null => {
    const time = grid.time(micro.id, column)
    return time === null ? null : amount / time / 1e6
  }
  const computing = micros.filter(({ flops }) => flops > 0)
  const moving = micros.filter(({ bytes, op }) => bytes > 0 && op.kind !== 'copy')
  const peaks = [...new Set(told.map(({ threads }) => threads))].map((threads) => {
    const peak = machinePeak(grid, columns, threads)
    return `${threads} thread${threads > 1 ? 's' : ''}: ${peak === null ? 'not measured' : `${digits(peak)} GFLOP/s`}`
  })
  const cells = (list: readonly Micro[], text: (micro: Micro, column: Column) => string) =>
    list.map((micro) => [micro.id, ...told.map((column) => text(micro, column))])
  const parts: string[] = []
  if (computing.length > 0) {
    const rows = cells(computing, (micro, column) => {
      const value = rate(micro, column, micro.flops)
      // our WebAssembly is held to the peak of WebAssembly, everything else to the processor's
      const peak = column.set === 'wasm' ? peakOf(grid, column) : machinePeak(grid, columns, column.threads)
      return value === null ? '' : rateText(value, peak)
    })
    const sets = own.filter(({ threads }) => threads === 1)
    const each = sets.flatMap((column) => {
      const peak = peakOf(grid, column)
      return peak === null ? [] : [`${column.set} ${digits(peak)}`]
    })
    const head = `GFLOP/s and share of the register-only peak (${peaks.join('; ')}${each.length > 0 ? `; by set, one thread: ${each.join(', ')}` : ''})`
    parts.push(`${head}\n\n${markdownTable(['GFLOP/s', ...told.map(nameOf)], rows)}`)
  }
  if (moving.length > 0) {
    const rows = cells(moving, (micro, column) => {
      const value = rate(micro, column, micro.bytes)
      return value === null ? '' : rateText(value, copyRate)
    })
    const head = `GB/s and share of the rate of a plain copy (${copyRate === null ? 'not measured' : `${digits(copyRate)} GB/s, one thread`})`
    parts.push(`${head}\n\n${markdownTable(['GB/s', ...told.map(nameOf)], rows)}`)
  }
  const scaling = scalingTable(micros, own, grid)
  if (scaling !== null) parts.push(`One thread's time over several threads'\n\n${scaling}`)
  return parts.join('\n\n')
}

function scalingTable(micros: readonly Micro[], own: readonly Column[], grid: Grid): string | null {
  const several = own.filter(({ threads }) => threads > 1)
  const single = ({ set }: Column) => own.find((column) => column.set === set && column.threads === 1)
  const columns = several.filter((column) => single(column) !== undefined)
  const rows = micros.flatMap(({ id }) => {
    const cells = columns.map((column) => {
      const [one, more] = [grid.time(id, single(column)!), grid.time(id, column)]
      return one === null || more === null ? '' : digits(one / more)
    })
    return cells.some((cell) => cell !== '') ? [[id, ...cells]] : []
  })
  return rows.length === 0 ? null : markdownTable(['1 thread / it', ...columns.map(nameOf)], rows)
}
