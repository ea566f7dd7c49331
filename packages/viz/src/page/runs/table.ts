/** Runs as a table: which columns there are, what is in them, and their order. */
import type { Json, RunSummary } from '../../protocol/types.js'
import { byName } from '../state/order.js'

/** `hparam` and the three of metrics have a key. */
export type ColumnKind = 'env' | 'hparam' | MetricKind | 'points' | 'started' | 'duration'

/** What is shown of a metric. */
export type MetricKind = 'last' | 'min' | 'max'

export const isMetric = (kind: ColumnKind): kind is MetricKind => kind === 'last' || kind === 'min' || kind === 'max'

export interface Column {
  readonly id: string
  readonly kind: ColumnKind
  readonly key: string
}

export type Value = string | number | null

const column = (kind: ColumnKind, key = ''): Column => ({ id: JSON.stringify([kind, key]), kind, key })

/** All columns that the runs give, in the order in which they are shown. */
export function columnsOf(runs: readonly RunSummary[]): readonly Column[] {
  const hparams = keysOf(runs.map((run) => run.hparams))
  const metrics = keysOf(runs.map((run) => run.metrics))
  return [
    column('env'),
    ...hparams.map((key) => column('hparam', key)),
    ...metrics.map((key) => column('last', key)),
    ...metrics.map((key) => column('min', key)),
    ...metrics.map((key) => column('max', key)),
    column('points'),
    column('started'),
    column('duration'),
  ]
}

const USUAL_HPARAMS = 10
const USUAL_METRICS = 8

/** What is shown until a user chooses: not the minima and maxima, and of many parameters those that differ. */
export function usualColumns(columns: readonly Column[], runs: readonly RunSummary[]): readonly string[] {
  const hparams = columns.filter(({ kind }) => kind === 'hparam')
  const differing = hparams.filter(({ key }) => new Set(runs.map((run) => JSON.stringify(run.hparams[key]))).size > 1)
  const shown = new Set([
    ...(hparams.length > USUAL_HPARAMS ? differing : hparams).slice(0, USUAL_HPARAMS),
    ...columns.filter(({ kind }) => kind === 'last').slice(0, USUAL_METRICS),
    ...columns.filter(({ kind }) => kind === 'env' || kind === 'points' || kind === 'duration'),
  ])
  return columns.filter((one) => shown.has(one)).map(({ id }) => id)
}

export function cellOf(run: RunSummary, { kind, key }: Column): Value {
  switch (kind) {
    case 'env':
      return run.env
    case 'hparam':
      return toValue(run.hparams[key])
    case 'last':
    case 'min':
    case 'max': {
      const value: unknown = run.metrics[key]?.[kind] ?? null
      // what is not finite comes as text
      return typeof value === 'number' || typeof value === 'string' ? value : null
    }
    case 'points':
      return Object.values(run.metrics).reduce((sum, { count }) => sum + count, 0)
    case 'started':
      return run.started
    case 'duration':
      return run.started === null || run.updated === null ? null : run.updated - run.started
  }
}

/** Texts that are numbers are compared as numbers; whoever logs parameters may have written either. */
function toValue(value: Json | undefined): Value {
  if (value === undefined || value === null) return null
  if (typeof value === 'number' || typeof value === 'string') return value
  return JSON.stringify(value)
}

export function numberOf(value: Value): number | null {
  const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value
  return typeof number === 'number' && Number.isFinite(number) ? number : null
}

/** Runs by a column; those without a value come last in either direction. */
export function sortRuns(runs: readonly RunSummary[], by: Column, isDescending: boolean): readonly RunSummary[] {
  const sign = isDescending ? -1 : 1
  return [...runs].sort((a, b) => {
    const x = cellOf(a, by)
    const y = cellOf(b, by)
    if (isMissing(x) || isMissing(y)) return Number(isMissing(x)) - Number(isMissing(y))
    const m = numberOf(x)
    const n = numberOf(y)
    if (m !== null && n !== null) return sign * (m - n)
    return sign * byName(String(x), String(y))
  })
}

const isMissing = (value: Value): boolean => value === null || value === 'NaN'

function keysOf(records: readonly Readonly<Record<string, unknown>>[]): readonly string[] {
  return [...new Set(records.flatMap((record) => Object.keys(record)))]
}

/** A number as briefly as it can be told from its neighbours. */
export function formatNumber(value: number): string {
  if (value === 0) return '0'
  if (Number.isInteger(value) && Math.abs(value) < 1e7) return String(value)
  const size = Math.abs(value)
  if (size < 1e-3 || size >= 1e6) return value.toExponential(2).replace(/\.?0+e/, 'e')
  return String(Number(value.toPrecision(4)))
}

/** Seconds as `2 h 05 m`. */
export function formatDuration(seconds: number): string {
  if (seconds < 60) return `${seconds < 10 ? seconds.toFixed(1) : Math.round(seconds)} s`
  const minutes = Math.floor(seconds / 60)
  if (minutes < 60) return `${minutes} m ${String(Math.floor(seconds % 60)).padStart(2, '0')} s`
  return `${Math.floor(minutes / 60)} h ${String(minutes % 60).padStart(2, '0')} m`
}
