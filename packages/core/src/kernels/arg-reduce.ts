import type { View } from '../dispatch/backend.js'
import type { ArgReduceCode } from '../dispatch/opcodes.js'
import { argumentLoops } from './generated/arg-reduce.js'
import { start, Walk } from './iterate.js'
import { without } from './rows.js'
import { staged } from './stage.js'

const walk = new Walk()

/** Index of the extreme along `dim`: the first of equals, and the first NaN if there is one. */
export function argReduce(op: ArgReduceCode, x: View, dim: number, out: View): void {
  if (out.count === 0) return
  const source = staged(1, x)
  const loop = argumentLoops[source.dtype.compute]![op]!
  walk.begin(without(x.shape, dim))
  for (const view of [out, source]) walk.strided(start(view), without(view.strides, dim), view.dtype.words)
  walk.merge()
  const o = out.storage.array
  const a = source.storage.array as never
  const n = x.shape[dim] ?? 1
  const step = (source.strides[dim] ?? 1) * source.dtype.words
  const { at } = walk
  do {
    for (let i = 0; i < walk.inner; i++) {
      const oI = at[0]! + i * walk.step(0)
      o[oI] = loop(a, at[1]! + i * walk.step(1), step, n)
      o[oI + 1] = 0
    }
  } while (walk.next())
}
