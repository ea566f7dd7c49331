/** Columns that Plotly's Python client packs as bytes: `{ dtype: 'f8', bdata: 'base64', shape: '2, 3' }`. */

import { isObject } from '../../../protocol/json.js'
import type { PlotContent, Trace } from '../../../protocol/types.js'
import { textOf } from './cells.js'

const TYPES = {
  f4: Float32Array,
  f8: Float64Array,
  i1: Int8Array,
  i2: Int16Array,
  i4: Int32Array,
  u1: Uint8Array,
  u2: Uint16Array,
  u4: Uint32Array,
} as const

interface Packed {
  readonly dtype: 'f4' | 'f8' | 'i1' | 'i2' | 'i4' | 'u1' | 'u2' | 'u4'
  readonly bdata: string
  readonly shape?: unknown
}

function isPacked(value: unknown): value is Packed {
  if (!isObject(value)) return false
  const { dtype, bdata } = value
  return typeof bdata === 'string' && typeof dtype === 'string' && Object.hasOwn(TYPES, dtype)
}

const unpacked = new WeakMap<Trace, Trace>()

/** A content with a layout, and with traces whose columns are lists; the same content if it is that already. */
export function withLists(content: PlotContent): PlotContent {
  const { data, layout } = content
  const isWhole = Array.isArray(data) && isObject(layout) && data.every(isObject)
  if (isWhole && !data.some(hasPacked)) return content
  const traces: readonly Trace[] = Array.isArray(data) ? data.map((trace: Trace) => (isObject(trace) ? trace : {})) : []
  return {
    data: traces.map((trace) => (hasPacked(trace) ? listsOf(trace) : trace)),
    layout: isObject(layout) ? layout : {},
  }
}

const hasPacked = (trace: Trace): boolean => Object.values(trace).some(isPacked)

function listsOf(trace: Trace): Trace {
  let lists = unpacked.get(trace)
  if (lists === undefined) {
    lists = Object.fromEntries(
      Object.entries(trace).map(([key, value]) => [key, isPacked(value) ? unpack(value) : value]),
    )
    unpacked.set(trace, lists)
  }
  return lists
}

/** @returns a list, or a list of rows; empty if the bytes are none */
function unpack({ dtype, bdata, shape }: Packed): unknown[] {
  const type = TYPES[dtype]
  let bytes: Uint8Array
  try {
    bytes = Uint8Array.from(atob(bdata), (c) => c.charCodeAt(0))
  } catch {
    return []
  }
  const values = Array.from(new type(bytes.buffer as ArrayBuffer, 0, Math.floor(bytes.length / type.BYTES_PER_ELEMENT)))
  const [rows, columns] = textOf(shape ?? '')
    .split(',')
    .map(Number)
  if (rows === undefined || columns === undefined || !(columns > 0)) return values
  return Array.from({ length: rows }, (_, r) => values.slice(r * columns, (r + 1) * columns))
}
