import type { View } from '../dispatch/backend.js'
import { Compute } from '../dtype.js'
import { loadBigInt64 } from './int64.js'
import { start } from './iterate.js'
import { staged } from './stage.js'

/**
 * The rows of a view along one dimension, one after the other, as float64 keys with the order of the elements: what kernels that
 * compare need. `visit(row, keys, n)` gets the row's number (row-major over the other dimensions).
 */
export class Rows {
  readonly source: View
  readonly length: number
  /** Step along the dimension, in array elements. */
  readonly step: number
  private readonly shape: number[]
  private readonly strides: number[]
  private readonly wide: boolean

  constructor(x: View, dim: number, slot: number) {
    this.source = staged(slot, x)
    const { shape, strides, dtype } = this.source
    this.length = shape[dim] ?? 1
    this.step = (strides[dim] ?? 1) * dtype.words
    this.shape = shape.filter((_, d) => d !== dim)
    this.strides = strides.filter((_, d) => d !== dim).map((s) => s * dtype.words)
    this.wide = dtype.compute === Compute.i64
  }

  /** Calls `visit` with the position of the first element of each row. */
  each(visit: (at: number, row: number) => void): void {
    eachPosition(this.shape, [this.strides], [start(this.source)], (at, row) => visit(at[0]!, row))
  }

  /** Loads a row as keys. */
  load(at: number, keys: Float64Array): void {
    const { length, step } = this
    const { array } = this.source.storage
    if (!this.wide) {
      for (let i = 0, p = at; i < length; i++, p += step) keys[i] = array[p]!
      return
    }
    let exact = true
    for (let i = 0, p = at; i < length; i++, p += step) {
      const key = array[p + 1]! * 4294967296 + (array[p]! >>> 0)
      keys[i] = key
      if (!Number.isSafeInteger(key)) exact = false
    }
    if (!exact) this.rank(at, keys)
  }

  /** int64 beyond 2^53: the place of each value among the row's values. */
  private rank(at: number, keys: Float64Array): void {
    const words = this.source.storage.array as Int32Array
    const values = Array.from({ length: this.length }, (_, i) => loadBigInt64(words, at + i * this.step))
    const distinct = [...new Set(values)].sort((a, b) => (a < b ? -1 : 1))
    const places = new Map(distinct.map((v, i) => [v, i]))
    for (let i = 0; i < values.length; i++) keys[i] = places.get(values[i]!)!
  }
}

/** Walks positions of several operands that share a shape; `visit` must not keep the array it gets. */
export function eachPosition(
  shape: readonly number[],
  strides: readonly (readonly number[])[],
  starts: readonly number[],
  visit: (at: readonly number[], index: number) => void,
): void {
  let total = 1
  for (const size of shape) total *= size
  const at = starts.slice()
  const counter = new Array<number>(shape.length).fill(0)
  for (let index = 0; index < total; index++) {
    visit(at, index)
    for (let d = shape.length - 1; d >= 0; d--) {
      for (let k = 0; k < at.length; k++) at[k] = at[k]! + strides[k]![d]!
      if (++counter[d]! < shape[d]!) break
      for (let k = 0; k < at.length; k++) at[k] = at[k]! - strides[k]![d]! * shape[d]!
      counter[d] = 0
    }
  }
}

/** Strides in array elements, without one dimension. */
export function otherStrides(view: View, dim: number): number[] {
  return view.strides.filter((_, d) => d !== dim).map((s) => s * view.dtype.words)
}
