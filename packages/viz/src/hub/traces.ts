/** Traces of points, and of histograms: more of them, or others. */
import { isObject } from '../protocol/json.js'
import type { Json } from '../protocol/types.js'
import { BadRequest, describe } from './body.js'
import type { Edit } from './edit.js'
import type { TraceState } from './window.js'

/** Columns that may stand beside x and y; `null` where a point has nothing in them. */
const SIDE_COLUMNS = ['t', 'epoch'] as const
const HISTOGRAM_COLUMNS = ['steps', 'edges', 'counts'] as const

/** A trace with another name. */
export function withName(trace: TraceState, name: Json): TraceState {
  return { ...trace, name }
}

/**
 * Checks what is brought for some traces; the function that is returned changes them.
 *
 * @param meant the places of the traces, one for each that is brought
 */
export function updateTraces(
  edit: Edit,
  traces: readonly TraceState[],
  meant: readonly number[],
  brought: readonly TraceState[],
  append: boolean,
): () => void {
  const changes = meant.map((index, n) => {
    const path = `/content/data/${index}`
    const [old, more] = [traces[index]!, brought[n]!]
    return old.type === 'histograms' || more.type === 'histograms'
      ? changeHistograms(edit, path, old, more, append)
      : changePoints(edit, path, old, more, append)
  })
  return () => {
    for (const change of changes) change?.()
  }
}

function changePoints(
  edit: Edit,
  path: string,
  old: TraceState,
  more: TraceState,
  append: boolean,
): (() => void) | undefined {
  const [x, y] = [readColumn(more, 'x'), readColumn(more, 'y')]
  if (x === undefined && y === undefined) throw new BadRequest('a trace brings neither x nor y')
  if (x?.every(isGap)) return undefined
  for (const [axis, column] of [
    ['x', x],
    ['y', y],
  ] as const) {
    if (!append) continue
    const kept = old[axis] ?? undefined
    if (column === undefined && kept !== undefined)
      throw new BadRequest(`the trace has ${axis}, but what is to be appended has none`)
    if (column !== undefined && kept === undefined && countOf(old) > 0)
      throw new BadRequest(`the trace has no ${axis}, but what is to be appended has`)
    if (kept !== undefined && !Array.isArray(kept))
      throw new BadRequest(`the trace's ${axis} is no list that could be appended to, but ${describe(kept)}`)
  }
  const sides = readSides(more)
  const marker = readMarker(more)
  return () => {
    const before = countOf(old)
    const count = Math.max(x?.length ?? 0, y?.length ?? 0)
    for (const [key, column] of [['y', y] as const, ['x', x] as const]) setColumn(edit, path, old, key, column, append)
    for (const [key, column] of sides) changeSide(edit, path, old, key, column, append ? before : 0, count)
    if (marker !== undefined) changeColor(edit, path, old, marker.color ?? undefined, append, before, count)
  }
}

const isGap = (cell: unknown): boolean => cell === null || cell === undefined || Number.isNaN(cell)

/** How many points a trace has. */
function countOf(trace: TraceState): number {
  return Math.max(lengthOf(trace.x), lengthOf(trace.y))
}

const lengthOf = (column: unknown): number => (Array.isArray(column) ? column.length : 0)

function readColumn(trace: TraceState, key: string): unknown[] | undefined {
  const column = trace[key]
  if (column === undefined || column === null) return undefined
  if (!Array.isArray(column)) throw new BadRequest(`${key} of a trace should be a list, but got ${describe(column)}`)
  return column
}

function readSides(trace: TraceState): (readonly [key: string, column: unknown[] | undefined])[] {
  return SIDE_COLUMNS.map((key) => [key, readColumn(trace, key)] as const)
}

function setColumn(
  edit: Edit,
  path: string,
  trace: TraceState,
  key: string,
  column: unknown[] | undefined,
  append: boolean,
): void {
  if (column === undefined) return
  const kept = trace[key]
  if (append && Array.isArray(kept)) edit.insert(kept, `${path}/${key}`, column)
  else edit.set(trace, path, key, column)
}

/** Keeps a side column as long as the points: what has no value in it gets `null`. */
function changeSide(
  edit: Edit,
  path: string,
  trace: TraceState,
  key: string,
  column: unknown[] | undefined,
  before: number,
  count: number,
): void {
  const kept = before > 0 && Array.isArray(trace[key]) ? (trace[key] as unknown[]) : undefined
  const values = column === undefined ? undefined : fitted(column, count)
  if (kept !== undefined) edit.insert(kept, `${path}/${key}`, values ?? new Array(count).fill(null))
  else if (values !== undefined) edit.set(trace, path, key, [...new Array(before).fill(null), ...values])
  else if (before === 0) edit.unset(trace, path, key)
}

function fitted(column: unknown[], count: number): unknown[] {
  return column.length === count ? column : Array.from({ length: count }, (_, i) => column[i] ?? null)
}

function readMarker(trace: TraceState): Record<string, unknown> | undefined {
  const { marker } = trace
  if (marker === undefined || marker === null) return undefined
  if (!isObject(marker)) throw new BadRequest(`marker of a trace should be an object, but got ${describe(marker)}`)
  return marker
}

/** Colours of single points go with the points; one colour for all is made many if other colours are appended to it. */
function changeColor(
  edit: Edit,
  path: string,
  trace: TraceState,
  color: unknown,
  append: boolean,
  before: number,
  count: number,
): void {
  if (!isObject(trace.marker)) edit.set(trace, path, 'marker', {})
  if (color === undefined) return
  const marker = trace.marker as Record<string, unknown>
  const kept = marker.color ?? undefined
  const place = `${path}/marker`
  if (!append || (kept === undefined && Array.isArray(color))) {
    edit.set(marker, place, 'color', color)
    return
  }
  if (kept === color) return
  const colors = Array.isArray(color) ? color : new Array(count).fill(color)
  if (Array.isArray(kept)) edit.insert(kept, `${place}/color`, colors)
  else if (kept === undefined) edit.set(marker, place, 'color', color)
  else edit.set(marker, place, 'color', [...new Array(before).fill(kept), ...colors])
}

function changeHistograms(edit: Edit, path: string, old: TraceState, more: TraceState, append: boolean): () => void {
  if (old.type !== more.type)
    throw new BadRequest(`the trace is of type ${describe(old.type)}, but what comes for it of ${describe(more.type)}`)
  const columns = HISTOGRAM_COLUMNS.map((key) => {
    const column = readColumn(more, key)
    if (column === undefined) throw new BadRequest(`a trace of type histograms should have ${key}`)
    if (append && old[key] !== undefined && !Array.isArray(old[key]))
      throw new BadRequest(`the trace's ${key} is no list that could be appended to, but ${describe(old[key])}`)
    return [key, column] as const
  })
  const [steps, edges, counts] = columns.map(([, column]) => column)
  for (let i = 0; i < steps!.length; i++) {
    if (lengthOf(edges![i]) !== lengthOf(counts![i]) + 1)
      throw new BadRequest(
        `histogram ${i} should have one edge more than counts, but got ${lengthOf(edges![i])} edges and ${lengthOf(counts![i])} counts`,
      )
  }
  if (steps!.length !== edges!.length || steps!.length !== counts!.length)
    throw new BadRequest(
      `steps, edges and counts should be of the same length, but got ${steps!.length}, ${edges!.length} and ${counts!.length}`,
    )
  const sides = readSides(more)
  return () => {
    const before = append ? lengthOf(old.steps) : 0
    for (const [key, column] of columns) setColumn(edit, path, old, key, column, append)
    for (const [key, column] of sides) changeSide(edit, path, old, key, column, before, steps!.length)
  }
}
