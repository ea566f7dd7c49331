/** Choosing along a dimension on the host: where which of equal elements is taken hangs on an algorithm's every step. */
import type { HostArray } from '../dispatch/backend.js'
import { Compute, type DType, int64 } from '../dtype.js'
import { wordAt } from '../host.js'
import { numelOf } from '../shape.js'
import { allocate, Tensor } from '../tensor.js'

/** Host words as float64 keys in the order of the elements. */
function keysOf(words: HostArray, dtype: DType, count: number): Float64Array {
  if (dtype.compute !== Compute.i64 && !(dtype.isFloatingPoint && dtype.staged)) return Float64Array.from(words)
  const values = Array.from({ length: count }, (_, i) => wordAt(words, dtype, i))
  if (!values.some((v) => typeof v === 'bigint')) return Float64Array.from(values as number[])
  // past 2^53 a number does not tell all values apart: each is replaced by its rank
  const distinct = [...new Set(values.map(BigInt))].sort((a, b) => (a < b ? -1 : 1))
  const rank = new Map(distinct.map((v, i) => [v, i]))
  return Float64Array.from(values, (v) => rank.get(BigInt(v))!)
}

/** `x` with dimension `d` moved to the end or, for `back`, from the end to `d`; no history. */
function moved(x: Tensor, d: number, back: boolean): Tensor {
  const order = x.shape.map((_, i) => i)
  if (back) order.splice(d, 0, order.pop()!)
  else order.push(order.splice(d, 1)[0]!)
  const permuted = (list: readonly number[]): number[] => order.map((i) => list[i]!)
  return new Tensor(x.storage, x.dtype, permuted(x.shape), permuted(x.strides), x.offset, x.count)
}

/**
 * Chooses `width` positions in each row along `d`.
 *
 * @param x - at least 1-d
 * @param choose - gets a row's elements as numbers in the same order
 * @returns int64, of the shape of `x` with `width` along `d`; null if the device cannot be read at once
 */
export function chosenPositions(
  x: Tensor,
  d: number,
  width: number,
  choose: (keys: Float64Array) => ArrayLike<number>,
): Tensor | null {
  const rows = moved(x, d, false)
  const words = x.storage.device.memory.readSync(rows)
  if (words === null) return null
  const keys = keysOf(words, x.dtype, x.count)
  const size = x.shape[d]!
  const others = rows.shape.slice(0, -1)
  const count = numelOf(others)
  const out = new Int32Array(2 * count * width)
  for (let row = 0; row < count; row++) {
    const positions = choose(keys.subarray(row * size, (row + 1) * size))
    for (let i = 0; i < width; i++) out[2 * (row * width + i)] = positions[i]!
  }
  const indices = allocate(x.storage, int64, [...others, width])
  x.storage.device.memory.write(indices, out)
  if (d === x.ndim - 1) return indices
  const view = moved(indices, d, true)
  const result = allocate(x.storage, int64, view.shape)
  x.storage.device.primitives.copy(view, result)
  return result
}
