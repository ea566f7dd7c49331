import type { View } from '../dispatch/backend.js'
import { Binary, Scan, type ScanCode } from '../dispatch/opcodes.js'
import { Category } from '../dtype.js'
import { binaryLoops } from './binary.js'
import { start } from './iterate.js'
import { eachPosition, otherStrides, Rows } from './rows.js'
import { staged, stagedOutput, unstage } from './stage.js'

/** Running reduction along `dim`; cummax and cummin also write where the running extreme is. */
export function scan(op: ScanCode, x: View, dim: number, out: View, indices: View | null): void {
  if (out.count === 0) return
  if (x.dtype.staged) {
    const computed = stagedOutput(3, out)
    scan(op, staged(4, x), dim, computed, indices)
    unstage(computed, out)
    return
  }
  if (op === Scan.cummax || op === Scan.cummin) extremes(op, x, dim, out, indices!)
  else if (x.dtype.category === Category.float) accumulateFloats(op, x, dim, out)
  else accumulateIntegers(op, x, dim, out)
}

function walk(
  x: View,
  dim: number,
  out: View,
  visit: (xI: number, xS: number, oI: number, oS: number, n: number) => void,
): void {
  const shape = x.shape.filter((_, d) => d !== dim)
  const xS = (x.strides[dim] ?? 1) * x.dtype.words
  const oS = (out.strides[dim] ?? 1) * out.dtype.words
  const n = x.shape[dim] ?? 1
  eachPosition(shape, [otherStrides(x, dim), otherStrides(out, dim)], [start(x), start(out)], ([xI, oI]) =>
    visit(xI!, xS, oI!, oS, n),
  )
}

/** In float64, rounded at each store, as PyTorch does. */
function accumulateFloats(op: ScanCode, x: View, dim: number, out: View): void {
  const a = x.storage.array
  const o = out.storage.array
  walk(x, dim, out, (xI, xS, oI, oS, n) => {
    let total = op === Scan.cumsum ? 0 : 1
    for (let i = 0, p = xI, q = oI; i < n; i++, p += xS, q += oS) {
      total = op === Scan.cumsum ? total + a[p]! : total * a[p]!
      o[q] = total
    }
  })
}

function accumulateIntegers(op: ScanCode, x: View, dim: number, out: View): void {
  const loop = binaryLoops[x.dtype.compute]![op === Scan.cumsum ? Binary.add : Binary.mul]!
  const a = x.storage.array
  const o = out.storage.array
  const { words } = x.dtype
  walk(x, dim, out, (xI, xS, oI, oS, n) => {
    for (let w = 0; w < words; w++) o[oI + w] = a[xI + w]!
    for (let i = 1; i < n; i++) {
      const at = oI + i * oS
      loop(o, at, 0, o, at - oS, 0, a, xI + i * xS, 0, 1)
    }
  })
}

/** The latest of equals; NaN stays once it came. */
function extremes(op: ScanCode, x: View, dim: number, out: View, indices: View): void {
  const rows = new Rows(x, dim, 5)
  const keys = new Float64Array(rows.length)
  const sign = op === Scan.cummax ? 1 : -1
  const a = x.storage.array
  const o = out.storage.array
  const ix = indices.storage.array
  const { words } = x.dtype
  const shape = x.shape.filter((_, d) => d !== dim)
  const xS = (x.strides[dim] ?? 1) * words
  const oS = (out.strides[dim] ?? 1) * words
  const iS = (indices.strides[dim] ?? 1) * 2
  const starts = [start(x), start(out), start(indices)]
  const strides = [otherStrides(x, dim), otherStrides(out, dim), otherStrides(indices, dim)]
  eachPosition(shape, strides, starts, ([xI, oI, iI]) => {
    rows.load(xI!, keys)
    let best = 0
    for (let i = 0; i < keys.length; i++) {
      const key = keys[i]! * sign
      const held = keys[best]! * sign
      if (key !== key || (held === held && key >= held)) best = i
      for (let w = 0; w < words; w++) o[oI! + i * oS + w] = a[xI! + best * xS + w]!
      ix[iI! + i * iS] = best
      ix[iI! + i * iS + 1] = 0
    }
  })
}
