/**
 * Which bodies can become one while they wait, and how. The rule: what the server has in the end is the same as if they had been
 * posted one by one, whether the window and its traces are there or not.
 */
import { isObject } from '../protocol/json.js'
import type { Json } from '../protocol/types.js'
import type { Body } from './call.js'

/** Columns of a trace that grow with it. */
const columns = ['x', 'y', 't', 'epoch'] as const

/** characters of text that are sent at once */
const MAX_TEXT = 2 ** 16

type Growing = { [key: string]: Json | undefined } & { x: Json[]; y: Json[] }

/** What an update adds to: traces, text, or rows of a heatmap; null for all others. */
export type AppendKind = 'traces' | 'text' | 'rows' | null

export function appendKind(endpoint: string, body: Body): AppendKind {
  if (endpoint !== 'update' || !Array.isArray(body.data) || body.data.length === 0) return null
  const data = body.data as readonly unknown[]
  if (!data.every(isObject)) return null
  if (body.append !== true) {
    const [text] = data
    const isText = data.length === 1 && text?.type === 'text' && typeof text.content === 'string'
    return isText && body.layout === undefined && body.name === undefined && body.append === undefined ? 'text' : null
  }
  if (body.delete !== undefined || !isObject(body.layout) || Object.keys(body.layout).length > 0) return null
  if (body.updateDir === 'appendRow') return data.length === 1 && hasUnnamedRows(data[0]!) ? 'rows' : null
  return body.updateDir === undefined && data.every(isGrowing) ? 'traces' : null
}

/** Whether `next` can be added to `first` of the same kind and window, with nothing between them that touches the same traces. */
export function canJoin(kind: AppendKind, first: Body, next: Body): boolean {
  if (kind === null || (first.name ?? null) !== (next.name ?? null) || !jsonEqual(first.opts, next.opts)) return false
  const [before, after] = [first.data as Growing[], next.data as Growing[]]
  // servers keep text only up to some length, and cut off its oldest lines
  if (kind === 'text') return (before[0]!.content as string).length < MAX_TEXT
  if (before.length !== after.length) return false
  if (kind === 'rows') return sameHeatmap(before[0]!, after[0]!)
  return before.every((trace, i) => {
    const more = after[i]!
    return (
      (trace.t === undefined) === (more.t === undefined) &&
      (trace.epoch === undefined) === (more.epoch === undefined) &&
      isObject(trace.marker) === isObject(more.marker)
    )
  })
}

/** Adds `next` to `first`, for which {@link canJoin} holds. */
export function join(kind: AppendKind, first: Body, next: Body): void {
  const [before, after] = [first.data as Growing[], next.data as Growing[]]
  if (kind === 'text') {
    // the server, too, puts a line break between what is appended
    before[0]!.content = `${before[0]!.content}<br>${after[0]!.content}`
    return
  }
  if (kind === 'rows') {
    extend(before[0]!.z as Json[], after[0]!.z as Json[])
    return
  }
  before.forEach((trace, i) => {
    const more = after[i]!
    for (const name of columns) if (trace[name] !== undefined) extend(trace[name] as Json[], more[name] as Json[])
    joinColors(trace, more)
  })
}

function joinColors(trace: Growing, more: Growing): void {
  const color = (more.marker as { color?: Json[] } | undefined)?.color
  if (color === undefined) return
  const marker = trace.marker as { color?: Json[] }
  if (marker.color === undefined) trace.marker = { ...marker, color: [...color] }
  else extend(marker.color, color)
}

/** How many bytes {@link join} adds, roughly. */
export function sizeOfMore(kind: AppendKind, { data }: Body): number {
  const [first] = data as Growing[]
  if (kind === 'text') return sizeOf(first!.content) + 4
  if (kind === 'rows') return sizeOf(first!.z)
  let size = 0
  for (const trace of data as Growing[]) size += trace.x.length * (trace.t === undefined ? 24 : 48)
  return size
}

/** Points in a body of traces. */
export function pointsOf(body: Body): number {
  return (body.data as Growing[]).reduce((sum, { x }) => sum + x.length, 0)
}

/** Leaves out every other point of traces, but the last. @returns how many are left out */
export function thin(body: Body): number {
  let gone = 0
  for (const trace of body.data as Growing[]) {
    const { length } = trace.x
    const keep = (_: Json, i: number): boolean => i % 2 === 0 || i === length - 1
    gone += length
    for (const name of columns) {
      const column = trace[name]
      if (Array.isArray(column) && column.length === length) trace[name] = column.filter(keep)
    }
    const { marker } = trace
    if (isObject(marker) && Array.isArray(marker.color) && marker.color.length === length)
      trace.marker = { ...marker, color: marker.color.filter(keep) } as Json
    gone -= trace.x.length
  }
  return gone
}

function extend(list: Json[], more: readonly Json[]): void {
  for (let i = 0; i < more.length; i++) list.push(more[i]!)
}

/** A trace that servers append to. Where x is null, some refuse the whole update, and others skip it. */
function isGrowing(trace: Record<string, unknown>): trace is Growing {
  const { x, y, t, epoch, marker } = trace
  if (!Array.isArray(x) || x.length === 0 || !Array.isArray(y) || x.length !== y.length) return false
  if (trace.z !== undefined || trace.text !== undefined) return false
  for (const column of [t, epoch])
    if (column !== undefined && !(Array.isArray(column) && column.length === x.length)) return false
  if (isObject(marker) && marker.color !== undefined && !Array.isArray(marker.color)) return false
  for (let i = 0; i < x.length; i++) if (x[i] === null || Number.isNaN(x[i])) return false
  return true
}

function hasUnnamedRows({ z, x, y }: Record<string, unknown>): boolean {
  return (x ?? null) === null && (y ?? null) === null && Array.isArray(z) && z.length > 0 && z.every(Array.isArray)
}

function sameHeatmap({ z: before, ...a }: Growing, { z: after, ...b }: Growing): boolean {
  const width = (rows: unknown): number => (rows as Json[][])[0]!.length
  return width(before) === width(after) && jsonEqual(a, b)
}

/** Whether two values are the same JSON. */
export function jsonEqual(a: unknown, b: unknown): boolean {
  if (Object.is(a, b)) return true
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false
  if (Array.isArray(a) !== Array.isArray(b)) return false
  const [keys, others] = [Object.keys(a), Object.keys(b)]
  if (keys.length !== others.length) return false
  for (const key of keys) {
    if (!Object.hasOwn(b, key)) return false
    if (!jsonEqual((a as Record<string, unknown>)[key], (b as Record<string, unknown>)[key])) return false
  }
  return true
}

/** How many bytes a body takes as JSON, roughly: lists of numbers are not looked through. */
export function sizeOf(value: unknown): number {
  switch (typeof value) {
    case 'string':
      return value.length + 2
    case 'object':
      break
    default:
      return 8
  }
  if (value === null) return 4
  if (Array.isArray(value)) {
    const [first] = value
    if (typeof first === 'number' || first === null) return value.length * 12
    let size = 2
    for (const element of value) size += sizeOf(element)
    return size
  }
  let size = 2
  for (const key in value) size += key.length + 4 + sizeOf((value as Record<string, unknown>)[key])
  return size
}
