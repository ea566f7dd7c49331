/** Moving elements by index. Indices are int64 tensors of values that are known to be in range. */
import type { Operand, View } from '../dispatch/backend.js'
import { Binary, type ScatterCode, ScatterMode } from '../dispatch/opcodes.js'
import type { StorageArray } from '../dtype.js'
import { binaryLoops } from './binary.js'
import { copyRow } from './copy.js'
import { copyLoops } from './generated/copy.js'
import { gatherLoops } from './generated/gather.js'
import { scatterLoops, setLoops } from './generated/scatter.js'
import { start, Walk } from './iterate.js'
import type { BinaryLoop, CopyLoop, GatherLoop, ScatterLoop } from './loops.js'
import { placeScalar, scalarArray } from './scalar.js'
import { staged, unstage } from './stage.js'
import { byDType } from './storage-forms.js'

const walk = new Walk()

const gatherByDType: readonly GatherLoop[] = byDType(gatherLoops)
const setByDType: readonly ScatterLoop[] = byDType(setLoops)

const combining = {
  [ScatterMode.add]: Binary.add,
  [ScatterMode.mul]: Binary.mul,
  [ScatterMode.amax]: Binary.maximum,
  [ScatterMode.amin]: Binary.minimum,
} as const

/** Strides without a step along `dim`, where the index says how far to go. */
function without(strides: readonly number[], dim: number): number[] {
  const result = strides.slice()
  result[dim] = 0
  return result
}

/** Strides of a 1-d index along `dim` of `ndim` dimensions. */
function alongDim(index: View, dim: number, ndim: number): number[] {
  const strides = new Array<number>(ndim).fill(0)
  if (ndim > 0) strides[dim] = index.strides[0] ?? 0
  return strides
}

/** Step along a dimension in array elements; a 0-d view has none. */
function stepAlong(view: View, dim: number): number {
  return (view.strides[dim] ?? 0) * view.dtype.words
}

/** `out[i, j, k] = x[i, index[i, j, k], k]` for `dim` 1, and so on; `index` has the shape of `out`. */
export function gather(x: View, dim: number, index: View, out: View): void {
  gatherAt(x, dim, index, index.strides, out)
}

/** `out[.., i, ..] = x[.., index[i], ..]` along `dim`; `index` is 1-d. */
export function indexSelect(x: View, dim: number, index: View, out: View): void {
  gatherAt(x, dim, index, alongDim(index, dim, out.shape.length), out)
}

/** Gathers with an index that is read by `indexStrides`. */
function gatherAt(x: View, dim: number, index: View, indexStrides: readonly number[], out: View): void {
  if (out.count === 0) return
  const { dtype } = x
  const ix = index.storage.array as Int32Array
  const step = stepAlong(x, dim)
  walk.begin(out.shape)
  walk.strided(start(out), out.strides, dtype.words)
  walk.strided(start(x), without(x.strides, dim), dtype.words)
  walk.strided(start(index), indexStrides, 2)
  walk.merge()
  const { at, inner } = walk
  const [o, a] = [out.storage.array as never, x.storage.array as never]
  const [oS, aS, indexS] = [walk.step(0), walk.step(1), walk.step(2)] as const
  if (indexS === 0) {
    // one index for the whole row
    const move: CopyLoop = copyLoops[dtype.id]![dtype.id]!
    do copyRow(move, true, out.storage.array, at[0]!, oS, x.storage.array, at[1]! + ix[at[2]!]! * step, aS, inner)
    while (walk.next())
    return
  }
  const loop = gatherByDType[dtype.id]!
  do loop(o, at[0]!, oS, a, at[1]!, aS, step, ix, at[2]!, indexS, inner)
  while (walk.next())
}

/** `out[i, index[i, j, k], k] (op)= x[i, j, k]`; `x` has the shape of `index`. Later elements win for `set`. */
export function scatter(mode: ScatterCode, out: View, dim: number, index: View, x: Operand): void {
  scatterAt(mode, out, dim, index, index.strides, index.shape, x)
}

/** `out[.., index[i], ..] (op)= x[.., i, ..]` along `dim`; `index` is 1-d. */
export function indexPut(mode: ScatterCode, out: View, dim: number, index: View, x: Operand): void {
  const shape = out.shape.slice()
  if (shape.length > 0) shape[dim] = index.count
  scatterAt(mode, out, dim, index, alongDim(index, dim, shape.length), shape, x)
}

/** Scatters the elements of `shape` with an index that is read by `indexStrides`. */
function scatterAt(
  mode: ScatterCode,
  out: View,
  dim: number,
  index: View,
  indexStrides: readonly number[],
  shape: readonly number[],
  x: Operand,
): void {
  if (index.count === 0 || shape.includes(0)) return
  if (mode !== ScatterMode.set && out.dtype.staged) {
    const computed = staged(6, out)
    scatterAt(mode, computed, dim, index, indexStrides, shape, typeof x === 'number' ? x : staged(7, x))
    unstage(computed, out)
    return
  }
  const { dtype } = out
  const { words } = dtype
  const ix = index.storage.array as Int32Array
  const step = stepAlong(out, dim)
  const a: StorageArray = typeof x === 'number' ? scalarArray(dtype) : x.storage.array
  walk.begin(shape)
  walk.strided(start(out), without(out.strides, dim), words)
  if (typeof x === 'number') walk.constant(placeScalar(dtype, 0, x))
  else walk.strided(start(x), x.strides, words)
  walk.strided(start(index), indexStrides, 2)
  walk.merge()
  if (walk.step(2) === 0) scatterRows(mode, out, step, a, ix)
  else scatterElements(mode, out, step, a, ix)
}

function scatterElements(mode: ScatterCode, out: View, step: number, x: StorageArray, ix: Int32Array): void {
  const { dtype } = out
  const loop = mode === ScatterMode.set ? setByDType[dtype.id]! : scatterLoops[dtype.compute]![mode]!
  const { at, inner } = walk
  const [o, a] = [out.storage.array as never, x as never]
  const [oS, aS, indexS] = [walk.step(0), walk.step(1), walk.step(2)] as const
  do loop(o, at[0]!, oS, step, a, at[1]!, aS, ix, at[2]!, indexS, inner)
  while (walk.next())
}

/** One index for each row of the walk. */
function scatterRows(mode: ScatterCode, out: View, step: number, x: StorageArray, ix: Int32Array): void {
  const { dtype } = out
  const { at, inner } = walk
  const [oS, aS] = [walk.step(0), walk.step(1)] as const
  const o = out.storage.array
  if (mode === ScatterMode.set) {
    const move: CopyLoop = copyLoops[dtype.id]![dtype.id]!
    do move(o as never, at[0]! + ix[at[2]!]! * step, oS, x as never, at[1]!, aS, inner)
    while (walk.next())
    return
  }
  const loop: BinaryLoop = binaryLoops[dtype.compute]![combining[mode]]!
  do {
    const to = at[0]! + ix[at[2]!]! * step
    loop(o, to, oS, o, to, oS, x, at[1]!, aS, inner)
  } while (walk.next())
}
