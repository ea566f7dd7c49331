/** Products of matrices. */
import type { View } from '../dispatch/backend.js'
import { Category, Compute, float64, type StorageArray } from '../dtype.js'
import { fill } from './copy.js'
import { loadBigInt64, storeBigInt64 } from './int64.js'
import { start } from './iterate.js'
import { MR, multiplyPanels, NR, packPanels, panelsLength } from './panels.js'
import { scratchArray, staged, stagedOutput, unstage } from './stage.js'

/** Below this many multiplications packing costs more than it saves. */
const SMALL = 3000
/** Lines of either operand, and steps, that are packed at a time: three such blocks stay in the second cache. */
const BLOCK = 256

/** One matrix of a batch: where it begins, and the steps to the next row and column, in array elements. */
interface Matrix {
  array: StorageArray
  at: number
  row: number
  column: number
}

function matrix(view: View): Matrix {
  const { words } = view.dtype
  return { array: view.storage.array, at: start(view), row: view.strides[1]! * words, column: view.strides[2]! * words }
}

/** `out[b] = x[b] @ y[b]`: float sums are taken in float64 and rounded once. */
export function matmul(x: View, y: View, out: View): void {
  if (out.count === 0) return
  if (x.count === 0) {
    fill(out, 0)
    return
  }
  if (x.dtype.staged) {
    const computed = stagedOutput(0, out)
    matmul(staged(1, x), staged(2, y), computed)
    unstage(computed, out)
    return
  }
  const [batch, m, k] = x.shape as [number, number, number]
  const n = y.shape[2]!
  const [a, b, c] = [matrix(x), matrix(y), matrix(out)]
  const { words } = x.dtype
  const multiply = kernelFor(x, b, m, n, k)
  for (let i = 0; i < batch; i++) {
    multiply(a, b, c, m, n, k)
    a.at += x.strides[0]! * words
    b.at += y.strides[0]! * words
    c.at += out.strides[0]! * words
  }
}

type Multiply = (a: Matrix, b: Matrix, c: Matrix, m: number, n: number, k: number) => void

function kernelFor(x: View, b: Matrix, m: number, n: number, k: number): Multiply {
  if (x.dtype.category !== Category.float) return x.dtype.compute === Compute.i64 ? multiplyWide : multiplyIntegers
  if (m > 1 && n > 1) return m * n * k > SMALL ? multiplyPacked : multiplyFloats
  // a row times a matrix whose rows are dense: row after row, not column after column
  return m === 1 && n > 8 && b.column < b.row ? multiplyRow : multiplyFloats
}

/** Small or thin products, straight from where the operands lie: four sums at a time. */
function multiplyFloats(a: Matrix, b: Matrix, c: Matrix, m: number, n: number, k: number): void {
  for (let i = 0; i < m; i += 2) {
    // an odd last line is done twice, as its own neighbour
    const down = i + 1 < m ? a.row : 0
    const cDown = i + 1 < m ? c.row : 0
    for (let j = 0; j < n; j += 2) {
      const right = j + 1 < n ? b.column : 0
      const cRight = j + 1 < n ? c.column : 0
      const aI = a.at + i * a.row
      const bI = b.at + j * b.column
      const cI = c.at + i * c.row + j * c.column
      square(a.array, aI, a.column, down, b.array, bI, b.row, right, c.array, cI, cDown, cRight, k)
    }
  }
}

/** A block of 2 by 2 sums. */
function square(
  a: StorageArray,
  aI: number,
  aS: number,
  down: number,
  b: StorageArray,
  bI: number,
  bS: number,
  right: number,
  c: StorageArray,
  cI: number,
  cDown: number,
  cRight: number,
  k: number,
): void {
  let c00 = 0
  let c01 = 0
  let c10 = 0
  let c11 = 0
  for (let l = 0; l < k; l++, aI += aS, bI += bS) {
    const a0 = a[aI]!
    const a1 = a[aI + down]!
    const b0 = b[bI]!
    const b1 = b[bI + right]!
    c00 += a0 * b0
    c01 += a0 * b1
    c10 += a1 * b0
    c11 += a1 * b1
  }
  c[cI] = c00
  c[cI + cRight] = c01
  c[cI + cDown] = c10
  c[cI + cDown + cRight] = c11
}

/** One row times a matrix. */
function multiplyRow(a: Matrix, b: Matrix, c: Matrix, _m: number, n: number, k: number): void {
  const sums = scratchArray(22, float64, n) as Float64Array
  sums.fill(0, 0, n)
  for (let l = 0; l < k; l++) addMultiple(sums, a.array[a.at + l * a.column]!, b.array, b.at + l * b.row, b.column, n)
  store(sums, n, c, c.at, 1, n)
}

function addMultiple(sums: Float64Array, factor: number, x: StorageArray, at: number, step: number, n: number): void {
  for (let j = 0; j < n; j++, at += step) sums[j] = sums[j]! + factor * x[at]!
}

function multiplyIntegers(a: Matrix, b: Matrix, c: Matrix, m: number, n: number, k: number): void {
  for (let i = 0; i < m; i++) {
    for (let j = 0; j < n; j++) {
      let sum = 0
      for (let l = 0; l < k; l++)
        sum =
          (sum + Math.imul(a.array[a.at + i * a.row + l * a.column]!, b.array[b.at + l * b.row + j * b.column]!)) | 0
      c.array[c.at + i * c.row + j * c.column] = sum
    }
  }
}

/** int64: in doubles as long as nothing passes 2^53, else in bigints that wrap. */
function multiplyWide(a: Matrix, b: Matrix, c: Matrix, m: number, n: number, k: number): void {
  const [x, y, o] = [a.array as Int32Array, b.array as Int32Array, c.array as Int32Array]
  for (let i = 0; i < m; i++) {
    for (let j = 0; j < n; j++) {
      let sum = 0
      let largest = 0
      for (let l = 0; l < k; l++) {
        const p = a.at + i * a.row + l * a.column
        const q = b.at + l * b.row + j * b.column
        const product = (x[p + 1]! * 4294967296 + (x[p]! >>> 0)) * (y[q + 1]! * 4294967296 + (y[q]! >>> 0))
        sum += product
        largest = Math.max(largest, Math.abs(product), Math.abs(sum))
      }
      const at = c.at + i * c.row + j * c.column
      if (largest <= Number.MAX_SAFE_INTEGER) {
        o[at] = sum
        o[at + 1] = Math.floor(sum / 4294967296)
        continue
      }
      let exact = 0n
      for (let l = 0; l < k; l++)
        exact += loadBigInt64(x, a.at + i * a.row + l * a.column) * loadBigInt64(y, b.at + l * b.row + j * b.column)
      storeBigInt64(o, at, BigInt.asIntN(64, exact))
    }
  }
}

/** Large products, block by block of packed panels. */
function multiplyPacked(a: Matrix, b: Matrix, c: Matrix, m: number, n: number, k: number): void {
  const depth = Math.min(k, BLOCK)
  const left = scratchArray(20, float64, panelsLength(Math.min(m, BLOCK), MR, depth)) as Float64Array
  const right = scratchArray(21, float64, panelsLength(Math.min(n, BLOCK), NR, depth)) as Float64Array
  const sums = scratchArray(22, float64, (Math.min(m, BLOCK) + MR) * (Math.min(n, BLOCK) + NR)) as Float64Array
  for (let j = 0; j < n; j += BLOCK) {
    const columns = Math.min(BLOCK, n - j)
    for (let i = 0; i < m; i += BLOCK) {
      const rows = Math.min(BLOCK, m - i)
      for (let l = 0; l < k; l += BLOCK) {
        const steps = Math.min(BLOCK, k - l)
        packPanels(left, 0, MR, a.array, a.at + i * a.row + l * a.column, a.row, a.column, rows, steps)
        packPanels(right, 0, NR, b.array, b.at + l * b.row + j * b.column, b.column, b.row, columns, steps)
        multiplyPanels(left, 0, right, sums, Math.ceil(rows / MR), Math.ceil(columns / NR), steps, l > 0)
      }
      store(sums, Math.ceil(columns / NR) * NR, c, c.at + i * c.row + j * c.column, rows, columns)
    }
  }
}

function store(sums: Float64Array, width: number, c: Matrix, cI: number, m: number, n: number): void {
  const { array, row, column } = c
  for (let i = 0; i < m; i++) {
    let at = cI + i * row
    for (let j = 0; j < n; j++, at += column) array[at] = sums[i * width + j]!
  }
}
