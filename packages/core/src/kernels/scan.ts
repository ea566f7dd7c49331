import type { View } from '../dispatch/backend.js'
import { Scan, type ScanCode } from '../dispatch/opcodes.js'
import { accumulateLoops, extremeLoops } from './generated/scan.js'
import { start, Walk } from './iterate.js'
import { without } from './rows.js'
import { staged, stagedOutput, unstage } from './stage.js'

const walk = new Walk()

/** Running reduction along `dim`; cummax and cummin also write where the running extreme is. */
export function scan(op: ScanCode, x: View, dim: number, out: View, indices: View | null): void {
  if (out.count === 0) return
  if (x.dtype.staged) {
    const computed = stagedOutput(3, out)
    scan(op, staged(4, x), dim, computed, indices)
    unstage(computed, out)
    return
  }
  const views = indices === null ? [out, x] : [out, x, indices]
  walk.begin(without(x.shape, dim))
  for (const view of views) walk.strided(start(view), without(view.strides, dim), view.dtype.words)
  walk.merge()
  const n = x.shape[dim] ?? 1
  const [oS, xS, indexS] = views.map((view) => (view.strides[dim] ?? 1) * view.dtype.words) as [number, number, number]
  const [o, a] = [out.storage.array as never, x.storage.array as never]
  const { at } = walk
  const extreme = op === Scan.cummax || op === Scan.cummin
  const accumulate = extreme ? null : accumulateLoops[x.dtype.compute]![op]!
  const follow = extreme ? extremeLoops[x.dtype.compute]![op - Scan.cummax]! : null
  const ix = indices?.storage.array as Int32Array
  do {
    for (let i = 0; i < walk.inner; i++) {
      const oI = at[0]! + i * walk.step(0)
      const xI = at[1]! + i * walk.step(1)
      if (accumulate !== null) accumulate(o, oI, oS, a, xI, xS, n)
      else follow!(o, oI, oS, a, xI, xS, ix, at[2]! + i * walk.step(2), indexS, n)
    }
  } while (walk.next())
}
