/** Moving elements by index. Indices are int64 tensors of values that are known to be in range, so their low words tell all. */
import type { Operand, View } from '../dispatch/backend.js'
import { Binary, type ScatterCode, ScatterMode } from '../dispatch/opcodes.js'
import { binaryLoops } from './binary.js'
import { start } from './iterate.js'
import { eachPosition, otherStrides } from './rows.js'
import { placeScalar, scalarArray } from './scalar.js'
import { staged, unstage } from './stage.js'

const inWords = (view: View): number[] => view.strides.map((s) => s * view.dtype.words)

/** `strides` with no step along `dim`. */
const without = (strides: readonly number[], dim: number): number[] => strides.map((s, d) => (d === dim ? 0 : s))

export function gather(x: View, dim: number, index: View, out: View): void {
  if (out.count === 0) return
  const a = x.storage.array
  const ix = index.storage.array
  const o = out.storage.array
  const { words } = x.dtype
  const step = (x.strides[dim] ?? 0) * words
  eachPosition(
    out.shape,
    [inWords(out), without(inWords(x), dim), inWords(index)],
    [start(out), start(x), start(index)],
    (at) => {
      const from = at[1]! + ix[at[2]!]! * step
      const to = at[0]!
      o[to] = a[from]!
      if (words === 2) o[to + 1] = a[from + 1]!
    },
  )
}

const combining = {
  [ScatterMode.add]: Binary.add,
  [ScatterMode.mul]: Binary.mul,
  [ScatterMode.amax]: Binary.maximum,
  [ScatterMode.amin]: Binary.minimum,
} as const

/** An operand in the arithmetic of `like`, with its array. A number stands for every element. */
function source(
  x: Operand,
  like: View,
  slot: number,
): { array: View['storage']['array']; position: number; strides: number[] | null; view: View | null } {
  if (typeof x === 'number')
    return { array: scalarArray(like.dtype), position: placeScalar(like.dtype, 0, x), strides: null, view: null }
  const view = like.dtype === x.dtype ? x : staged(slot, x)
  return { array: view.storage.array, position: start(view), strides: inWords(view), view }
}

export function scatter(mode: ScatterCode, out: View, dim: number, index: View, x: Operand): void {
  if (index.count === 0) return
  if (mode !== ScatterMode.set && out.dtype.staged) {
    inStage(out, (computed) => scatter(mode, computed, dim, index, x))
    return
  }
  const o = out.storage.array
  const ix = index.storage.array
  const { words } = out.dtype
  const step = (out.strides[dim] ?? 0) * words
  const src = source(x, out, 7)
  const a = src.array
  const loop = mode === ScatterMode.set ? null : binaryLoops[out.dtype.compute]![combining[mode]]!
  const strides = [without(inWords(out), dim), src.strides ?? index.shape.map(() => 0), inWords(index)]
  eachPosition(index.shape, strides, [start(out), src.position, start(index)], (at) => {
    const to = at[0]! + ix[at[2]!]! * step
    const from = at[1]!
    if (loop !== null) loop(o, to, 0, o, to, 0, a, from, 0, 1)
    else {
      o[to] = a[from]!
      if (words === 2) o[to + 1] = a[from + 1]!
    }
  })
}

/** Runs an update of a staged dtype in its own arithmetic, on a copy of what is there. */
function inStage(out: View, update: (computed: View) => void): void {
  const computed = staged(6, out)
  update(computed)
  unstage(computed, out)
}

export function indexSelect(x: View, dim: number, index: View, out: View): void {
  rows(out, dim, index, x, (o, to, oS, a, from, aS, n, words) => {
    if (words === 1) for (let i = 0; i < n; i++) o[to + i * oS] = a[from + i * aS]!
    else
      for (let i = 0; i < n; i++) {
        o[to + i * oS] = a[from + i * aS]!
        o[to + i * oS + 1] = a[from + i * aS + 1]!
      }
  })
}

type MoveRow = (
  o: View['storage']['array'],
  to: number,
  oS: number,
  a: View['storage']['array'],
  from: number,
  aS: number,
  n: number,
  words: number,
) => void

/** For each index: the slice of `out` at its place and the slice of `x` at its value, row by row. */
function rows(out: View, dim: number, index: View, x: View, move: MoveRow): void {
  if (out.count === 0) return
  const { words } = out.dtype
  const ix = index.storage.array
  const others = out.shape.filter((_, d) => d !== dim)
  const outOthers = otherStrides(out, dim)
  const xOthers = otherStrides(x, dim)
  // the innermost of the other dimensions is the row
  const last = others.length - 1
  const n = last >= 0 ? others[last]! : 1
  const oS = last >= 0 ? outOthers[last]! : 0
  const aS = last >= 0 ? xOthers[last]! : 0
  const shape = others.slice(0, Math.max(last, 0))
  const count = index.count
  const outStep = (out.strides[dim] ?? 0) * words
  const xStep = (x.strides[dim] ?? 0) * words
  const indexStep = (index.strides[0] ?? 1) * 2
  for (let i = 0; i < count; i++) {
    const value = ix[start(index) + i * indexStep]!
    eachPosition(
      shape,
      [outOthers.slice(0, -1), xOthers.slice(0, -1)],
      [start(out) + i * outStep, start(x) + value * xStep],
      (at) => {
        move(out.storage.array, at[0]!, oS, x.storage.array, at[1]!, aS, n, words)
      },
    )
  }
}

export function indexPut(mode: ScatterCode, out: View, dim: number, index: View, x: Operand): void {
  if (index.count === 0 || out.count === 0) return
  if (mode !== ScatterMode.set && out.dtype.staged) {
    inStage(out, (computed) => indexPut(mode, computed, dim, index, x))
    return
  }
  const { words } = out.dtype
  const o = out.storage.array
  const ix = index.storage.array
  const src = source(x, out, 7)
  const a = src.array
  const loop = mode === ScatterMode.set ? null : binaryLoops[out.dtype.compute]![combining[mode]]!
  const others = out.shape.filter((_, d) => d !== dim)
  const outOthers = otherStrides(out, dim)
  const xOthers = src.view === null ? outOthers.map(() => 0) : otherStrides(src.view, dim)
  const last = others.length - 1
  const n = last >= 0 ? others[last]! : 1
  const oS = last >= 0 ? outOthers[last]! : 0
  const aS = last >= 0 ? xOthers[last]! : 0
  const shape = others.slice(0, Math.max(last, 0))
  const outStep = (out.strides[dim] ?? 0) * words
  const xStep = src.strides === null ? 0 : (src.strides[dim] ?? 0)
  const indexStep = (index.strides[0] ?? 1) * 2
  for (let i = 0; i < index.count; i++) {
    const value = ix[start(index) + i * indexStep]!
    eachPosition(
      shape,
      [outOthers.slice(0, -1), xOthers.slice(0, -1)],
      [start(out) + value * outStep, src.position + i * xStep],
      (at) => {
        const to = at[0]!
        const from = at[1]!
        if (loop !== null) loop(o, to, oS, o, to, oS, a, from, aS, n)
        else
          for (let k = 0; k < n; k++) {
            for (let w = 0; w < words; w++) o[to + k * oS + w] = a[from + k * aS + w]!
          }
      },
    )
  }
}
