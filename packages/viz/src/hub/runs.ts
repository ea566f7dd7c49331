/** What the table of runs shows of an environment. */
import { isObject } from '../protocol/json.js'
import type { Cell, Json, MetricSummary, RunSummary } from '../protocol/types.js'
import { label } from './body.js'
import type { Environment } from './environment.js'
import type { PlotState, TraceState, WindowState } from './window.js'

/** Numbers of a column as far as they have been looked at. */
interface Summary {
  length: number
  count: number
  last: number | null
  lastIndex: number
  min: number | null
  max: number | null
  notFinite: number
}

/** Columns only ever grow at their end, or are replaced by another list: what was counted once stays counted. */
const summaries: WeakMap<unknown[], Summary> = new WeakMap()

export function summarizeRun(name: string, environment: Environment): RunSummary {
  const metrics: [string, MetricSummary][] = []
  for (const window of environment.windows.values()) {
    if (window.type !== 'plot') continue
    const title = window.title === '' ? window.id : window.title
    const lines = (window.content as PlotState).data.filter(isLine)
    for (const [index, line] of lines.entries()) {
      const metric = lines.length === 1 ? title : `${title}/${label(line.name ?? index + 1)}`
      metrics.push([metric, summarizeLine(line)])
    }
  }
  return {
    env: name,
    hparams: readHparams(environment.windows.get('hparams')),
    metrics: Object.fromEntries(metrics),
    started: environment.started,
    updated: environment.updated,
  }
}

function isLine({ type, y }: TraceState): boolean {
  return (type === 'scatter' || type === 'scattergl' || type === 'custom') && Array.isArray(y)
}

function summarizeLine(line: TraceState): MetricSummary {
  const { count, last, lastIndex, min, max, notFinite } = summarize(line.y as unknown[])
  const step: unknown = Array.isArray(line.x) ? line.x[lastIndex] : lastIndex < 0 ? null : lastIndex
  const lastStep: Cell = typeof step === 'number' || typeof step === 'string' ? step : null
  return { count, last, lastStep, min, max, notFinite }
}

function summarize(column: unknown[]): Summary {
  let summary = summaries.get(column)
  if (summary === undefined) {
    summary = { length: 0, count: 0, last: null, lastIndex: -1, min: null, max: null, notFinite: 0 }
    summaries.set(column, summary)
  }
  for (let i = summary.length; i < column.length; i++) {
    const value = column[i]
    if (typeof value !== 'number') continue
    summary.count++
    summary.last = value
    summary.lastIndex = i
    if (!Number.isFinite(value)) summary.notFinite++
    else {
      if (summary.min === null || value < summary.min) summary.min = value
      if (summary.max === null || value > summary.max) summary.max = value
    }
  }
  summary.length = column.length
  return summary
}

function readHparams(window: WindowState | undefined): Record<string, Json> {
  if (window?.type !== 'properties') return {}
  const rows = (window.content as unknown[]).filter(isObject)
  return Object.fromEntries(rows.map(({ name, value }) => [label(name ?? ''), (value ?? null) as Json]))
}
