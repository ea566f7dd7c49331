import type { View } from '../dispatch/backend.js'
import { Binary, Reduce, type ReduceCode } from '../dispatch/opcodes.js'
import { Category, Compute, float64 } from '../dtype.js'
import { binaryLoops } from './binary.js'
import { fill } from './copy.js'
import { columnsF32, rowsF32 } from './generated/reduce-f32.js'
import { columnsF64, rowsF64 } from './generated/reduce-f64.js'
import { start, Walk } from './iterate.js'
import type { BinaryLoop, ColumnLoop, RowLoop } from './loops.js'
import { scratchArray, staged, stagedOutput, unstage } from './stage.js'

/** Over the dimensions that stay; operands are the input and the output. */
const kept = new Walk()
/** Over the dimensions that are reduced; the operand is the input, at positions relative to the kept walk's. */
const reduced = new Walk()

const rowLoops = [rowsF32, rowsF64] as unknown as readonly (readonly RowLoop[])[]
const columnLoops = [columnsF32, columnsF64] as unknown as readonly (readonly (ColumnLoop | undefined)[])[]
const asBinary = [Binary.add, Binary.mul, Binary.maximum, Binary.minimum] as const

const identities = {
  float: [0, 1, -Infinity, Infinity],
  i32: [0, 1, -2147483648, 2147483647],
  i64: [0, 1, -(2n ** 63n), 2n ** 63n - 1n],
} as const

/** Kept dimensions up to this size do not count as columns. */
const NARROW = 4
/** Outputs that are accumulated side by side when the input is read row by row. */
const COLUMNS = 2048
/** Elements that are summed up plainly before pairs of such sums are added: keeps the error of float64 sums near one rounding. */
const PAIRWISE = 512

/** Reduces over `dims` (sorted, without repeats); `out` has size 1 there. An empty region gives 0, 1 for prod. */
export function reduce(op: ReduceCode, x: View, dims: readonly number[], out: View): void {
  if (out.count === 0) return
  if (x.count === 0) {
    fill(out, op === Reduce.prod ? 1 : 0)
    return
  }
  if (x.dtype.staged) {
    const computed = stagedOutput(0, out)
    reduce(op, staged(1, x), dims, computed)
    unstage(computed, out)
    return
  }
  split(x, dims, out)
  const float = x.dtype.category === Category.float
  if (!float) fill(out, identities[x.dtype.compute === Compute.i64 ? 'i64' : 'i32'][op])
  // columns that are only a few wide are cheaper read one by one, with steps that stay inside a cache line
  const narrow = kept.inner <= NARROW && reduced.inner > kept.inner
  const rows = kept.rank === 0 || (reduced.rank > 0 && (reduced.step(0) < kept.step(0) || narrow))
  if (!rows) reduceColumns(op, x, out, float)
  else if (float) reduceRows(op, x, out)
  else reduceIntegerRows(op, x, out)
}

/** Sets up the walks over kept and over reduced dimensions. */
function split(x: View, dims: readonly number[], out: View): void {
  const shapes: [number[], number[]] = [[], []]
  const xStrides: [number[], number[]] = [[], []]
  const outStrides: number[] = []
  const words = x.dtype.words
  for (let d = 0, next = 0; d < x.shape.length; d++) {
    const isReduced = dims[next] === d
    if (isReduced) next++
    else outStrides.push(out.strides[d]!)
    const side = isReduced ? 1 : 0
    shapes[side].push(x.shape[d]!)
    xStrides[side].push(x.strides[d]!)
  }
  kept.begin(shapes[0])
  // the input's order in memory decides
  kept.strided(start(x), xStrides[0], words)
  kept.strided(start(out), outStrides, out.dtype.words)
  kept.merge()
  reduced.begin(shapes[1])
  reduced.strided(0, xStrides[1], words)
  reduced.merge()
}

/** The reduced elements lie closest together: one output after the other. */
function reduceRows(op: ReduceCode, x: View, out: View): void {
  const loop = rowLoops[x.dtype.compute]![op]!
  const array = x.storage.array
  const o = out.storage.array
  const n = reduced.inner
  const step = reduced.step(0)
  const initial = identities.float[op]
  const exact = op === Reduce.sum && x.dtype === float64
  const innerKept = kept.inner
  const xS = kept.step(0)
  const oS = kept.step(1)
  do {
    for (let k = 0; k < innerKept; k++) {
      const at = kept.at[0]! + k * xS
      let result = initial
      if (exact) result = sumRows(loop, array as Float64Array, at, step, n)
      else {
        do result = loop(array, at + reduced.at[0]!, step, n, result)
        while (reduced.next())
      }
      o[kept.at[1]! + k * oS] = result
    }
  } while (kept.next())
}

/** Rows of float64, their sums added with compensation (Neumaier). */
function sumRows(loop: RowLoop, x: Float64Array, at: number, step: number, n: number): number {
  let sum = 0
  let lost = 0
  do {
    const row = pairwiseSum(loop, x, at + reduced.at[0]!, step, n)
    const t = sum + row
    lost += Math.abs(sum) >= Math.abs(row) ? sum - t + row : row - t + sum
    sum = t
  } while (reduced.next())
  // where the sum is infinite, what was lost is NaN
  return lost !== lost ? sum : sum + lost
}

function pairwiseSum(loop: RowLoop, x: Float64Array, at: number, step: number, n: number): number {
  if (n <= PAIRWISE) return loop(x, at, step, n, 0)
  const half = (n >> 1) & ~3
  return pairwiseSum(loop, x, at, step, half) + pairwiseSum(loop, x, at + half * step, step, n - half)
}

/** Integers: the loop of the two-operand form with an output that stays where it is. */
function reduceIntegerRows(op: ReduceCode, x: View, out: View): void {
  const loop = binaryLoops[x.dtype.compute]![asBinary[op]]!
  const o = out.storage.array
  const innerKept = kept.inner
  do {
    for (let k = 0; k < innerKept; k++) {
      const at = kept.at[0]! + k * kept.step(0)
      const oI = kept.at[1]! + k * kept.step(1)
      do loop(o, oI, 0, o, oI, 0, x.storage.array, at + reduced.at[0]!, reduced.step(0), reduced.inner)
      while (reduced.next())
    }
  } while (kept.next())
}

/** The kept elements lie closest together: whole rows of outputs, in bands that stay in the cache. */
function reduceColumns(op: ReduceCode, x: View, out: View, float: boolean): void {
  const columns = float ? columnLoops[x.dtype.compute]![op] : undefined
  const loop = binaryLoops[x.dtype.compute]![asBinary[op]]!
  const xS = kept.step(0)
  const oS = kept.step(1)
  const inner = kept.inner
  // amax and amin start from the first row, sums and products in float64 from nothing
  if (float && columns === undefined) fill(out, identities.float[op])
  do {
    for (let first = 0; first < inner; first += COLUMNS) {
      const n = Math.min(COLUMNS, inner - first)
      const at = kept.at[0]! + first * xS
      const oI = kept.at[1]! + first * oS
      if (columns !== undefined) accumulate(op, columns, x, at, xS, out, oI, oS, n)
      else foldRows(loop, x, at, xS, out, oI, oS, n)
    }
  } while (kept.next())
}

/** Sums or products in float64, stored once. */
function accumulate(
  op: ReduceCode,
  loop: ColumnLoop,
  x: View,
  at: number,
  xS: number,
  out: View,
  oI: number,
  oS: number,
  n: number,
): void {
  const sums = scratchArray(30, float64, n) as Float64Array
  sums.fill(op === Reduce.prod ? 1 : 0, 0, n)
  do {
    for (let r = 0; r < reduced.inner; r++) {
      loop(sums, x.storage.array, at + reduced.at[0]! + r * reduced.step(0), xS, n)
    }
  } while (reduced.next())
  const o = out.storage.array
  for (let i = 0, p = oI; i < n; i++, p += oS) o[p] = sums[i]!
}

/** Folds row after row into the outputs themselves. */
function foldRows(
  loop: BinaryLoop,
  x: View,
  at: number,
  xS: number,
  out: View,
  oI: number,
  oS: number,
  n: number,
): void {
  const o = out.storage.array
  do {
    for (let r = 0; r < reduced.inner; r++) {
      loop(o, oI, oS, o, oI, oS, x.storage.array, at + reduced.at[0]! + r * reduced.step(0), xS, n)
    }
  } while (reduced.next())
}
