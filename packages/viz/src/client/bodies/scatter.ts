import type { Json, JsonObject } from '../../protocol/types.js'
import type { Values } from '../../tensorboard/values.js'
import type { Call, Target } from '../call.js'
import { checkOpts, copyOpts, optionOr, toJson, truthy } from '../check-opts.js'
import { layoutOf, withoutNulls } from '../layout.js'
import { checkDims, checkSameShape, gaps, type Matrix, read, shapeText } from '../matrix.js'
import type { Opts, ScatterOpts } from '../opts.js'
import { dashes, lineColors, markerColors } from './colors.js'

/** What happens to a window that is there: points are added, take the place of others, or a trace goes away. */
export type TraceUpdate = 'append' | 'replace' | 'remove'

export interface TraceOptions<TOpts> {
  readonly opts?: TOpts | null | undefined
  readonly update?: TraceUpdate | null | undefined
  /** the trace that is meant; without one, all by their order */
  readonly name?: string | null | undefined
}

/** The points of a trace: rows from one on and up to another, or rows by their numbers. */
interface Group {
  readonly label: number
  readonly rows: readonly [from: number, to: number] | readonly number[]
  readonly isRange: boolean
}

/** Points of a scatter plot, in groups by their labels. */
interface Points {
  readonly points: Matrix
  readonly groups: readonly Group[]
}

/** All points with the label 1. */
export function oneGroup(points: Matrix): Points {
  return { points, groups: [{ label: 1, rows: [0, points.shape[0]!], isRange: true }] }
}

/** Points that stand one group after the other, all of one size, with labels from 1 on. */
export function equalGroups(points: Matrix, count: number): Points {
  const size = points.shape[0]! / count
  const groups = Array.from({ length: count }, (_, k) => ({
    label: k + 1,
    rows: [k * size, (k + 1) * size] as const,
    isRange: true,
  }))
  return { points, groups }
}

/** @throws RangeError for labels that are not integers of 1 or more, or not as many as points */
export function groupsByLabel(verb: string, points: Matrix, labels: ArrayLike<number>): Points {
  const count = points.shape[0]!
  if (labels.length !== count)
    throw new RangeError(
      `${verb}: sizes of X and Y should match, but there are ${count} points and ${labels.length} labels`,
    )
  const rows = new Map<number, number[]>()
  for (let i = 0; i < count; i++) {
    const label = labels[i]!
    const group = rows.get(label)
    if (group !== undefined) group.push(i)
    else if (!Number.isInteger(label)) throw new RangeError(`${verb}: labels should be integers, but got ${label}`)
    else if (label < 1) throw new RangeError(`${verb}: labels should be at least 1, but got ${label}`)
    else rows.set(label, [i])
  }
  if (rows.size === 0) throw new RangeError(`${verb}: there are no points`)
  const sorted = [...rows].sort(([a], [b]) => a - b)
  return { points, groups: sorted.map(([label, group]) => ({ label, rows: group, isRange: false })) }
}

/** `viz.scatter(X, { Y })`. */
export function scatterCall(
  target: Target,
  X: Values | null,
  Y: Values | null,
  { opts, update = null, name = null }: TraceOptions<ScatterOpts>,
): Call {
  checkUpdate('scatter', update)
  if (update === 'remove') return removeCall('scatter', target, name, opts)
  if (X === null) throw new TypeError('scatter: expected points, but X is null')
  let points = read('scatter', X)
  let labels = Y
  if (update !== null && truthy(name) && points.shape.length === 1) {
    // a trace that is updated by its name may be given as two vectors
    if (Y === null) throw new TypeError('scatter: X of 1 dimension needs Y of as many elements, but Y is not given')
    const y = read('scatter', Y)
    checkDims('scatter', 'Y', y, 1)
    checkSameShape('scatter', 'X', 'Y', points, y)
    points = pairs(points.data, y.data)
    labels = null
  }
  const copied = copyOpts('scatter', opts)
  checkDims('scatter', 'X', points, 2)
  const grouped = labels === null ? oneGroup(points) : groupsByLabel('scatter', points, read('scatter', labels).data)
  return traces('scatter', target, grouped, copied, opts ?? {}, update, name)
}

/** Deletes a trace. */
export function removeCall(verb: string, { win, eid }: Target, name: string | null, opts: unknown): Call {
  if (name === null) throw new TypeError(`${verb}: update 'remove' needs the name of the trace to delete`)
  if (opts !== null && opts !== undefined) throw new TypeError(`${verb}: update 'remove' takes no opts`)
  return { endpoint: 'update', body: { data: [], name, delete: true, win, eid } }
}

/** @throws TypeError for anything but `'append'`, `'replace'`, `'remove'` and nothing */
export function checkUpdate(verb: string, update: string | null): void {
  if (update !== null && update !== 'append' && update !== 'replace' && update !== 'remove')
    throw new TypeError(`${verb}: update should be 'append', 'replace' or 'remove', but got '${update}'`)
}

export function pairs(x: ArrayLike<number>, y: ArrayLike<number>): Matrix {
  const data = new Float64Array(x.length * 2)
  for (let i = 0; i < x.length; i++) {
    data[2 * i] = x[i]!
    data[2 * i + 1] = y[i]!
  }
  return { data, shape: [x.length, 2], dtype: 'float64' }
}

/**
 * The body of everything that is drawn as points and lines between them.
 *
 * @param opts a copy, which is finished here
 * @param given the options of the caller, for those that hold tensors
 */
export function traces(
  verb: string,
  { win, eid }: Target,
  { points, groups }: Points,
  opts: Opts,
  given: ScatterOpts,
  update: TraceUpdate | null = null,
  name: string | null = null,
): Call {
  checkDims(verb, 'X', points, 2)
  const width = points.shape[1]!
  if (width !== 2 && width !== 3)
    throw new RangeError(`${verb}: X should have 2 or 3 columns, but has shape ${shapeText(points.shape)}`)
  if (groups.length > 1 && name !== null)
    throw new RangeError(`${verb}: name should not be given with multiple labels or lines, but is '${name}'`)
  const largest = groups[groups.length - 1]!.label
  const is3d = width === 3
  const texts = textLabels(verb, opts, points)
  opts.mode = optionOr(opts, 'mode', texts === null ? 'markers' : 'markers+text')
  opts.markersymbol = optionOr(opts, 'markersymbol', 'dot')
  opts.markersize = optionOr(opts, 'markersize', 10)
  opts.markerborderwidth = optionOr(opts, 'markerborderwidth', 0.5)
  const markers =
    given.markercolor == null
      ? null
      : markerColors(verb, given.markercolor, points.shape[0]!, groups.map(toRows), largest)
  const lines = given.linecolor == null ? null : lineColors(verb, given.linecolor, largest)
  const dash = given.dash == null ? null : dashes(verb, given.dash, largest)
  checkOpts(verb, opts)
  const legend = checkLegend(verb, opts, largest)
  const traceOpts = ((opts.traceopts as { plotly?: JsonObject } | null | undefined)?.plotly ?? {}) as Record<
    string,
    JsonObject
  >

  const data: Json[] = []
  for (const group of groups) {
    const { label } = group
    if (points.shape[0] === 0) continue
    const traceName = legend?.[label - 1] ?? (groups.length === 1 && name !== null ? name : String(label))
    const trace: { [key: string]: Json } = {
      x: gaps(pick(points, 0, group)),
      y: gaps(pick(points, 1, group)),
      name: traceName,
      type: is3d ? 'scatter3d' : truthy(opts.webgl) ? 'scattergl' : 'scatter',
      mode: opts.mode ?? null,
      text: texts === null ? null : toRows(group).rows.map((i) => texts[i]!),
      textposition: 'right',
      line: { dash: dash?.[label - 1] ?? null, color: lines?.[label - 1] ?? null },
      marker: {
        size: opts.markersize ?? null,
        symbol: opts.markersymbol ?? null,
        color: markers?.get(label) ?? null,
        line: { color: '#000000', width: opts.markerborderwidth ?? null },
      },
    }
    if (truthy(opts.fillarea)) trace.fill = 'tonexty'
    if (is3d) trace.z = pick(points, 2, group)
    if (typeof traceName === 'string' && Object.hasOwn(traceOpts, traceName))
      Object.assign(trace, toJson(verb, traceOpts[traceName]))
    data.push(withoutNulls(trace))
  }
  delete opts.markercolor
  delete opts.linecolor
  delete opts.dash
  if (update === null) return { endpoint: 'events', body: { data, win, eid, layout: layoutOf(opts, is3d), opts } }
  const append = update === 'append'
  const body = { data, win, eid, layout: {}, opts, name, append }
  if (!append) return { endpoint: 'update', body }
  return { endpoint: 'update', body, create: (sent) => windowOf(sent, layoutOf(opts, is3d)) }
}

/** The body that makes a window of what would have been appended to it. */
function windowOf({ data, win, eid, opts }: JsonObject, layout: JsonObject): JsonObject {
  return { data, win, eid, layout, opts }
}

/** A group with the number of each row. */
function toRows({ label, rows, isRange }: Group): { label: number; rows: readonly number[] } {
  if (!isRange) return { label, rows }
  const [from = 0, to = 0] = rows
  return { label, rows: Array.from({ length: to - from }, (_, i) => from + i) }
}

function pick({ data, shape }: Matrix, k: number, { rows, isRange }: Group): number[] {
  const width = shape[1]!
  if (!isRange) return rows.map((i) => data[i * width + k]!)
  const [from = 0, to = 0] = rows
  const out: number[] = []
  for (let i = from; i < to; i++) out.push(data[i * width + k]!)
  return out
}

function textLabels(verb: string, opts: Opts, points: Matrix): Json[] | null {
  if (opts.textlabels === null || opts.textlabels === undefined) return null
  const texts = [opts.textlabels].flat(8) as Json[]
  if (texts.length !== points.shape[0])
    throw new RangeError(
      `${verb}: opts.textlabels should have a text for each of the ${points.shape[0]} points, but has ${texts.length}`,
    )
  return texts
}

function checkLegend(verb: string, opts: Opts, largest: number): Json[] | null {
  const { legend } = opts
  if (legend === undefined || legend === null) return null
  if (!Array.isArray(legend)) throw new TypeError(`${verb}: opts.legend should be an array of names`)
  if (legend.length < largest)
    throw new RangeError(`${verb}: opts.legend should have ${largest} names or more, but has ${legend.length}`)
  return legend
}
