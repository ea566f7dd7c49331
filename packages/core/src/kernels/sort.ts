import type { View } from '../dispatch/backend.js'
import { start } from './iterate.js'
import { eachPosition, otherStrides, Rows } from './rows.js'

/** Stable sort along `dim`: NaN counts as larger than everything. */
export function sort(x: View, dim: number, descending: boolean, values: View, indices: View): void {
  if (x.count === 0) return
  const rows = new Rows(x, dim, 1)
  const n = rows.length
  const keys = new Float64Array(n)
  const order = new Int32Array(n)
  const spare = new Int32Array(n)
  // elements are moved as they are stored, whatever the keys were made from
  const a = x.storage.array
  const v = values.storage.array
  const ix = indices.storage.array
  const { words } = x.dtype
  const xS = (x.strides[dim] ?? 1) * words
  const vS = (values.strides[dim] ?? 1) * words
  const iS = (indices.strides[dim] ?? 1) * 2
  const shape = x.shape.filter((_, d) => d !== dim)
  const sources: number[] = []
  rows.each((at) => sources.push(at))
  const strides = [otherStrides(x, dim), otherStrides(values, dim), otherStrides(indices, dim)]
  eachPosition(shape, strides, [start(x), start(values), start(indices)], ([xI, vI, iI], row) => {
    rows.load(sources[row]!, keys)
    const sorted = mergeSort(keys, order, spare, descending)
    for (let i = 0; i < n; i++) {
      const from = xI! + sorted[i]! * xS
      for (let w = 0; w < words; w++) v[vI! + i * vS + w] = a[from + w]!
      ix[iI! + i * iS] = sorted[i]!
      ix[iI! + i * iS + 1] = 0
    }
  })
}

/** Runs of this length are sorted by insertion first. */
const RUN = 16

/** Whether key `a` must stand behind key `b`, which came after it. */
function behind(a: number, b: number, descending: boolean): boolean {
  if (descending) return b > a || (b !== b && a === a)
  return a > b || (a !== a && b === b)
}

/** The positions of `keys` in sorted order; one of the two buffers. */
function mergeSort(keys: Float64Array, order: Int32Array, spare: Int32Array, descending: boolean): Int32Array {
  const n = keys.length
  for (let i = 0; i < n; i++) order[i] = i
  for (let from = 0; from < n; from += RUN) {
    const to = Math.min(from + RUN, n)
    for (let i = from + 1; i < to; i++) {
      const moved = order[i]!
      let j = i - 1
      while (j >= from && behind(keys[order[j]!]!, keys[moved]!, descending)) {
        order[j + 1] = order[j]!
        j--
      }
      order[j + 1] = moved
    }
  }
  let source = order
  let target = spare
  for (let width = RUN; width < n; width *= 2) {
    for (let from = 0; from < n; from += 2 * width)
      merge(keys, source, target, from, Math.min(from + width, n), Math.min(from + 2 * width, n), descending)
    const other = source
    source = target
    target = other
  }
  return source
}

function merge(
  keys: Float64Array,
  source: Int32Array,
  target: Int32Array,
  from: number,
  middle: number,
  to: number,
  descending: boolean,
): void {
  let i = from
  let j = middle
  for (let k = from; k < to; k++) {
    const takeRight = i >= middle || (j < to && behind(keys[source[i]!]!, keys[source[j]!]!, descending))
    target[k] = takeRight ? source[j++]! : source[i++]!
  }
}
