/** The rows of a table that give the maxima of bags. */
import type { View } from '../dispatch/backend.js'
import { float64, int32 } from '../dtype.js'
import type { Bags } from '../ops/bag-arguments.js'
import { fill } from './copy.js'
import { start } from './iterate.js'
import { served } from './planes.js'
import { scratchArray } from './stage.js'

/**
 * Finds the row with the largest element for each bag and feature, the first of equals; a NaN is larger than any number.
 *
 * @param weight - [rows, features]
 * @param bags - the rows of a bag stand together
 * @param rows - int64 [bags, features], written, contiguous; 0 where there is none
 * @param none - bool [bags, features], written, contiguous
 * @returns whether it was done: only for float32 and float64
 */
export function bagMaxima(weight: View, { index, bag, padding }: Bags, rows: View, none: View): boolean {
  if (!served(weight)) return false
  fill(rows, 0)
  fill(none, 1)
  const features = weight.shape[1]!
  const table = weight.storage.array
  const [sources, targets] = [index.storage.array, bag.storage.array]
  const [wR, wF] = weight.strides as [number, number]
  const base = start(weight)
  // of the bag that is gone through
  const best = scratchArray(80, float64, features) as Float64Array
  const winner = scratchArray(81, int32, features) as Int32Array
  let current = -1
  for (let i = 0; i < index.count; i++) {
    const row = sources[start(index) + 2 * i * index.strides[0]!]!
    if (row === padding) continue
    const own = targets[start(bag) + 2 * i * bag.strides[0]!]!
    if (own !== current) {
      if (current >= 0) conclude(winner, current, features, rows, none)
      current = own
      best.fill(Number.NEGATIVE_INFINITY, 0, features)
      winner.fill(-1, 0, features)
    }
    for (let f = 0, at = base + row * wR; f < features; f++, at += wF) {
      const value = table[at]!
      if (value > best[f]! || winner[f] === -1 || (value !== value && best[f] === best[f])) {
        best[f] = value
        winner[f] = row
      }
    }
  }
  if (current >= 0) conclude(winner, current, features, rows, none)
  return true
}

/** Writes down the winners of a bag. */
function conclude(winner: Int32Array, bag: number, features: number, rows: View, none: View): void {
  const [chosen, empty] = [rows.storage.array, none.storage.array]
  const [to, emptyTo] = [start(rows) + 2 * bag * features, start(none) + bag * features]
  for (let f = 0; f < features; f++) chosen[to + 2 * f] = winner[f]!
  empty.fill(0, emptyTo, emptyTo + features)
}
