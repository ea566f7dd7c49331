import type { Operand, View } from '../dispatch/backend.js'
import { type DType, int64, type StorageArray } from '../dtype.js'
import { copyLoops } from './generated/copy.js'
import { whereLoops } from './generated/where.js'
import { flatStep, start, Walk } from './iterate.js'
import type { CopyLoop, WhereLoop } from './loops.js'
import { placeScalar, scalarArray } from './scalar.js'
import { byDType } from './storage-forms.js'

const walk = new Walk()

/** Below this many elements a loop beats the fixed cost of `TypedArray.set` and `fill`. */
const BLOCK = 96
/** Elements of a row that a transposing copy does before it goes to the next row, so that cache lines are used whole. */
const TILE = 32

/** `out = x`, broadcast, converting between any two dtypes as PyTorch's `to` does. */
export function copy(x: View, out: View): void {
  const n = out.count
  if (n === 0) return
  const loop = copyLoops[x.dtype.id]![out.dtype.id]!
  const o = out.storage.array
  const a = x.storage.array
  const oS = flatStep(out, n)
  const aS = flatStep(x, n)
  if (oS >= 0 && aS >= 0) copyRow(loop, x.dtype === out.dtype, o, start(out), oS, a, start(x), aS, n)
  else walkCopy(loop, x, out)
}

/** `n` elements in a row: as a block where that is faster. */
export function copyRow(
  loop: CopyLoop,
  same: boolean,
  o: StorageArray,
  oI: number,
  oS: number,
  x: StorageArray,
  xI: number,
  xS: number,
  n: number,
): void {
  const words = o instanceof Int32Array && oS === 2 ? 2 : 1
  if (same && n >= BLOCK && oS === words && xS === words) o.set(x.subarray(xI, xI + n * words), oI)
  else loop(o as never, oI, oS, x as never, xI, xS, n)
}

function walkCopy(loop: CopyLoop, x: View, out: View): void {
  walk.begin(out.shape)
  walk.operand(out)
  walk.operand(x)
  walk.merge()
  const same = x.dtype === out.dtype
  const o = out.storage.array
  const a = x.storage.array
  const { at, inner } = walk
  const oS = walk.step(0)
  const xS = walk.step(1)
  if (walk.rank > 1 && inner > TILE) {
    // the dimension along which x is dense, if that is not the inner one: a transposition
    for (let d = 1; d < walk.rank; d++) {
      const s = walk.stride(1, d)
      if (s !== 0 && s < xS && walk.sizes[d]! > 4) {
        transpose(loop, o, a)
        return
      }
    }
  }
  do copyRow(loop, same, o, at[0]!, oS, a, at[1]!, xS, inner)
  while (walk.next())
}

/** Copies in bands of TILE elements of the inner dimension, all the way along the others. */
function transpose(loop: CopyLoop, o: StorageArray, x: StorageArray): void {
  const { at, inner } = walk
  const oS = walk.step(0)
  const xS = walk.step(1)
  for (let i = 0; i < inner; i += TILE) {
    const n = Math.min(TILE, inner - i)
    do loop(o as never, at[0]! + i * oS, oS, x as never, at[1]! + i * xS, xS, n)
    while (walk.next())
  }
}

/** Every element of `out`. */
export function fill(out: View, value: number | bigint): void {
  const n = out.count
  if (n === 0) return
  const dtype = out.dtype
  const loop = copyLoops[dtype.id]![dtype.id]!
  const cell = scalarArray(dtype)
  const position = placeScalar(dtype, 0, value)
  const o = out.storage.array
  const step = flatStep(out, n)
  if (step >= 0) {
    const oI = start(out)
    // a 64-bit value can be filled word by word if its words are equal: 0, -1
    if (n >= BLOCK && (dtype !== int64 || cell[position] === cell[position + 1])) {
      o.fill(cell[position]!, oI, oI + n * dtype.words)
    } else loop(o as never, oI, step, cell as never, position, 0, n)
    return
  }
  walk.begin(out.shape)
  walk.operand(out)
  walk.merge()
  do loop(o as never, walk.at[0]!, walk.step(0), cell as never, position, 0, walk.inner)
  while (walk.next())
}

const whereByDType: readonly WhereLoop[] = byDType(whereLoops)

/** `out = condition ? a : b`, broadcast; `condition` is bool. */
export function where(condition: View, a: Operand, b: Operand, out: View): void {
  const n = out.count
  if (n === 0) return
  const dtype: DType = out.dtype
  const loop = whereByDType[dtype.id]!
  const o = out.storage.array
  const c = condition.storage.array
  const cell = scalarArray(dtype)
  const aIsNumber = typeof a === 'number'
  const bIsNumber = typeof b === 'number'
  const aa = aIsNumber ? cell : a.storage.array
  const ba = bIsNumber ? cell : b.storage.array
  const aI = aIsNumber ? placeScalar(dtype, 0, a) : start(a)
  const bI = bIsNumber ? placeScalar(dtype, 1, b) : start(b)
  const oS = flatStep(out, n)
  const cS = flatStep(condition, n)
  const aS = aIsNumber ? 0 : flatStep(a, n)
  const bS = bIsNumber ? 0 : flatStep(b, n)
  if (oS >= 0 && cS >= 0 && aS >= 0 && bS >= 0) {
    loop(o as never, start(out), oS, c as never, start(condition), cS, aa as never, aI, aS, ba as never, bI, bS, n)
    return
  }
  walk.begin(out.shape)
  walk.operand(out)
  walk.operand(condition)
  if (aIsNumber) walk.constant(aI)
  else walk.operand(a)
  if (bIsNumber) walk.constant(bI)
  else walk.operand(b)
  walk.merge()
  const { at } = walk
  do {
    loop(
      o as never,
      at[0]!,
      walk.step(0),
      c as never,
      at[1]!,
      walk.step(1),
      aa as never,
      at[2]!,
      walk.step(2),
      ba as never,
      at[3]!,
      walk.step(3),
      walk.inner,
    )
  } while (walk.next())
}
