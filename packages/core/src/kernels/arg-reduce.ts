import type { View } from '../dispatch/backend.js'
import { ArgReduce, type ArgReduceCode } from '../dispatch/opcodes.js'
import { start } from './iterate.js'
import { eachPosition, otherStrides, Rows } from './rows.js'

/** Index of the extreme along `dim`: the first of equals, and the first NaN if there is one. */
export function argReduce(op: ArgReduceCode, x: View, dim: number, out: View): void {
  if (out.count === 0) return
  const rows = new Rows(x, dim, 1)
  const keys = new Float64Array(rows.length)
  const found = new Int32Array(out.count)
  const sign = op === ArgReduce.argmax ? 1 : -1
  rows.each((at, row) => {
    rows.load(at, keys)
    found[row] = extreme(keys, sign)
  })
  const o = out.storage.array
  const shape = out.shape.filter((_, d) => d !== dim)
  eachPosition(shape, [otherStrides(out, dim)], [start(out)], ([p], row) => {
    o[p!] = found[row]!
    o[p! + 1] = 0
  })
}

function extreme(keys: Float64Array, sign: number): number {
  let best = 0
  let value = keys[0]! * sign
  for (let i = 0; i < keys.length; i++) {
    const key = keys[i]! * sign
    if (key > value) {
      value = key
      best = i
    } else if (key !== key) return i
  }
  return best
}
