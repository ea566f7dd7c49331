/** Products of matrices. */
import type { View } from '../dispatch/backend.js'
import { Category, Compute, float64, type StorageArray } from '../dtype.js'
import { fill } from './copy.js'
import { loadBigInt64, storeBigInt64 } from './int64.js'
import { start } from './iterate.js'
import { scratchArray, staged, stagedOutput, unstage } from './stage.js'

/** Below this many multiplications packing costs more than it saves. */
const SMALL = 6000
/** Rows of the inner dimension that are packed at a time: what two packed columns need stays in the first cache. */
const DEPTH = 256
/** Register block: 8 sums and 6 operands are as many as x64 has registers for. */
const MR = 4
const NR = 2

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
  const float = x.dtype.category === Category.float
  const packed = float && m * n * k > SMALL && m > 1 && n > 1
  for (let i = 0; i < batch; i++) {
    if (packed) multiplyPacked(a, b, c, m, n, k)
    else if (float)
      multiplyFloats(
        a.array,
        a.at,
        a.row,
        a.column,
        b.array,
        b.at,
        b.row,
        b.column,
        c.array,
        c.at,
        c.row,
        c.column,
        m,
        n,
        k,
      )
    else if (x.dtype.compute === Compute.i64) multiplyWide(a, b, c, m, n, k)
    else multiplyIntegers(a, b, c, m, n, k)
    a.at += x.strides[0]! * words
    b.at += y.strides[0]! * words
    c.at += out.strides[0]! * words
  }
}

/** Small or thin products, straight from where the operands lie. */
function multiplyFloats(
  a: StorageArray,
  aI: number,
  aR: number,
  aC: number,
  b: StorageArray,
  bI: number,
  bR: number,
  bC: number,
  c: StorageArray,
  cI: number,
  cR: number,
  cC: number,
  m: number,
  n: number,
  k: number,
): void {
  for (let i = 0; i < m; i++) {
    let at = cI + i * cR
    for (let j = 0; j < n; j++, at += cC) {
      let p = aI + i * aR
      let q = bI + j * bC
      let sum = 0
      for (let l = 0; l < k; l++, p += aC, q += bR) sum += a[p]! * b[q]!
      c[at] = sum
    }
  }
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

/** Large products: panels of both operands are laid out in the order in which the inner loop reads them, as float64. */
function multiplyPacked(a: Matrix, b: Matrix, c: Matrix, m: number, n: number, k: number): void {
  const rows = Math.ceil(m / MR)
  const columns = Math.ceil(n / NR)
  const depth = Math.min(k, DEPTH)
  const left = scratchArray(20, float64, rows * MR * depth) as Float64Array
  const right = scratchArray(21, float64, columns * NR * depth) as Float64Array
  const sums = scratchArray(22, float64, rows * MR * columns * NR) as Float64Array
  for (let from = 0; from < k; from += depth) {
    const kk = Math.min(depth, k - from)
    packPanels(left, MR, a.array, a.at + from * a.column, a.row, a.column, m, kk)
    packPanels(right, NR, b.array, b.at + from * b.row, b.column, b.row, n, kk)
    multiplyPanels(left, right, sums, rows, columns, kk, from > 0)
  }
  store(sums, columns * NR, c, m, n)
}

/** Panels of `width` lines; within a panel the lines' elements side by side, step after step. Missing lines are zero. */
function packPanels(
  out: Float64Array,
  width: number,
  x: StorageArray,
  at: number,
  line: number,
  along: number,
  lines: number,
  n: number,
): void {
  let o = 0
  for (let first = 0; first < lines; first += width) {
    const have = Math.min(width, lines - first)
    for (let w = 0; w < width; w++) {
      let q = o + w
      if (w >= have) {
        for (let i = 0; i < n; i++, q += width) out[q] = 0
        continue
      }
      let p = at + (first + w) * line
      for (let i = 0; i < n; i++, q += width, p += along) out[q] = x[p]!
    }
    o += n * width
  }
}

/** The sums of all register blocks, row-major with the columns padded to whole panels. */
export function multiplyPanels(
  left: Float64Array,
  right: Float64Array,
  sums: Float64Array,
  rows: number,
  columns: number,
  k: number,
  add: boolean,
): void {
  const width = columns * NR
  for (let j = 0; j < columns; j++) {
    const rightAt = j * NR * k
    for (let i = 0; i < rows; i++) {
      let p = i * MR * k
      let q = rightAt
      let c00 = 0
      let c01 = 0
      let c10 = 0
      let c11 = 0
      let c20 = 0
      let c21 = 0
      let c30 = 0
      let c31 = 0
      for (let l = 0; l < k; l++) {
        const b0 = right[q]!
        const b1 = right[q + 1]!
        const a0 = left[p]!
        const a1 = left[p + 1]!
        const a2 = left[p + 2]!
        const a3 = left[p + 3]!
        c00 += a0 * b0
        c01 += a0 * b1
        c10 += a1 * b0
        c11 += a1 * b1
        c20 += a2 * b0
        c21 += a2 * b1
        c30 += a3 * b0
        c31 += a3 * b1
        p += 4
        q += 2
      }
      const at = i * MR * width + j * NR
      if (add) {
        c00 += sums[at]!
        c01 += sums[at + 1]!
        c10 += sums[at + width]!
        c11 += sums[at + width + 1]!
        c20 += sums[at + 2 * width]!
        c21 += sums[at + 2 * width + 1]!
        c30 += sums[at + 3 * width]!
        c31 += sums[at + 3 * width + 1]!
      }
      sums[at] = c00
      sums[at + 1] = c01
      sums[at + width] = c10
      sums[at + width + 1] = c11
      sums[at + 2 * width] = c20
      sums[at + 2 * width + 1] = c21
      sums[at + 3 * width] = c30
      sums[at + 3 * width + 1] = c31
    }
  }
}

function store(sums: Float64Array, width: number, c: Matrix, m: number, n: number): void {
  const { array, row, column } = c
  for (let i = 0; i < m; i++) {
    let at = c.at + i * row
    for (let j = 0; j < n; j++, at += column) array[at] = sums[i * width + j]!
  }
}
