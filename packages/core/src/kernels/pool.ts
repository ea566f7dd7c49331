/** Pooling in two dimensions, one plane after the other, and its gradients. */
import type { View } from '../dispatch/backend.js'
import type { StorageArray } from '../dtype.js'
import { fill } from './copy.js'
import { type Planes, planesOf, served } from './planes.js'

/** Per spatial dimension: rows, columns. */
type Pair = readonly number[]

/** Calls `visit` with where each plane of two views begins. */
function eachPlane(shape: readonly number[], a: Planes, b: Planes, visit: (aI: number, bI: number) => void): void {
  for (let n = 0; n < shape[0]!; n++) {
    for (let c = 0; c < shape[1]!; c++) {
      visit(a.at + n * a.image + c * a.channel, b.at + n * b.image + c * b.channel)
    }
  }
}

/** A window along one dimension: `taps` elements `dilation` apart, the first at `position * stride - padding`. */
interface Window {
  readonly taps: number
  readonly stride: number
  readonly padding: number
  readonly dilation: number
}

/** First position of a window inside an input of any size. */
function firstInside(position: number, w: Window): number {
  const first = position * w.stride - w.padding
  return first >= 0 ? first : first + Math.ceil(-first / w.dilation) * w.dilation
}

/** One past the last position of a window inside an input of that size. */
function endInside(position: number, w: Window, size: number): number {
  return Math.min(position * w.stride - w.padding + (w.taps - 1) * w.dilation + 1, size)
}

/**
 * The largest element of each window, and its flat position in its plane. A NaN counts as largest, the last one if there are
 * several; of equal elements the first is taken.
 *
 * @param x - [N, C, H, W]
 * @param out - [N, C, OH, OW]; its sizes say whether the last windows may hang over the end
 * @param indices - int64, the shape of `out`
 * @returns whether it was done: only for float32 and float64
 */
export function maxPool2dForward(
  x: View,
  out: View,
  indices: View,
  kernel: Pair,
  stride: Pair,
  padding: Pair,
  dilation: Pair,
): boolean {
  if (!served(x, out)) return false
  if (out.count === 0) return true
  const [rows, columns] = [0, 1].map((d) => ({
    taps: kernel[d]!,
    stride: stride[d]!,
    padding: padding[d]!,
    dilation: dilation[d]!,
  })) as [Window, Window]
  const [source, target, index] = [planesOf(x), planesOf(out), planesOf(indices)]
  const outWidth = out.shape[3]!
  const whole = dilation[0] === 1 && dilation[1] === 1
  for (let n = 0; n < x.shape[0]!; n++) {
    for (let c = 0; c < x.shape[1]!; c++) {
      const at = source.at + n * source.image + c * source.channel
      for (let i = 0; i < out.shape[2]!; i++) {
        const oI = target.at + n * target.image + c * target.channel + i * target.row
        const iI = index.at + n * index.image + c * index.channel + i * index.row
        const from = firstInside(i, rows)
        const to = endInside(i, rows, x.shape[2]!)
        // windows of a row that lie inside on both sides need no clipping
        const [first, end] = whole ? insideWindows(columns, x.shape[3]!, outWidth) : [0, 0]
        maxRow(source, at, from, to, x.shape[3]!, columns, rows.dilation, target, oI, index, iI, 0, first)
        maxRowInside(source, at, from, to, x.shape[3]!, columns, target, oI, index, iI, first, end)
        maxRow(source, at, from, to, x.shape[3]!, columns, rows.dilation, target, oI, index, iI, end, outWidth)
      }
    }
  }
  return true
}

/** The output columns whose windows lie inside the input. */
function insideWindows(w: Window, size: number, outputs: number): [number, number] {
  const first = Math.min(outputs, Math.ceil(w.padding / w.stride))
  const end = Math.min(outputs, Math.floor((size + w.padding - w.taps) / w.stride) + 1)
  return [first, Math.max(first, end)]
}

/** Output columns [first, end) of one row of windows that cover the input rows from..to. */
function maxRow(
  x: Planes,
  at: number,
  from: number,
  to: number,
  width: number,
  w: Window,
  rowDilation: number,
  out: Planes,
  oI: number,
  index: Planes,
  iI: number,
  first: number,
  end: number,
): void {
  const a = x.array
  for (let j = first; j < end; j++) {
    const left = firstInside(j, w)
    const right = endInside(j, w, width)
    let best = -Infinity
    let where = from * width + left
    for (let r = from; r < to; r += rowDilation) {
      for (let c = left; c < right; c += w.dilation) {
        const v = a[at + r * x.row + c * x.column]!
        if (v > best || v !== v) {
          best = v
          where = r * width + c
        }
      }
    }
    out.array[oI + j * out.column] = best
    index.array[iI + j * index.column] = where
    index.array[iI + j * index.column + 1] = 0
  }
}

/** The same for windows without dilation that lie inside. */
function maxRowInside(
  x: Planes,
  at: number,
  from: number,
  to: number,
  width: number,
  w: Window,
  out: Planes,
  oI: number,
  index: Planes,
  iI: number,
  first: number,
  end: number,
): void {
  const left = first * w.stride - w.padding
  const p = at + from * x.row + left * x.column
  const o = oI + first * out.column
  const i = iI + first * index.column
  const flat = from * width + left
  const n = end - first
  const step = w.stride * x.column
  const pairs = w.taps === 2 && to - from === 2
  const row = pairs ? maxPairs : maxTaps
  row(
    out.array,
    o,
    out.column,
    index.array,
    i,
    index.column,
    x.array,
    p,
    step,
    x.row,
    x.column,
    flat,
    w.stride,
    width,
    n,
    to - from,
    w.taps,
  )
}

/** Windows of two by two, the common case: the larger of each row's pair, then of the two. */
function maxPairs(
  o: StorageArray,
  oI: number,
  oS: number,
  ix: StorageArray,
  iI: number,
  iS: number,
  x: StorageArray,
  xI: number,
  xS: number,
  row: number,
  column: number,
  flat: number,
  stride: number,
  width: number,
  n: number,
  _rows: number,
  _columns: number,
): void {
  for (let j = 0; j < n; j++, oI += oS, iI += iS, xI += xS, flat += stride) {
    const a = x[xI]!
    const b = x[xI + column]!
    const c = x[xI + row]!
    const d = x[xI + row + column]!
    const second = b > a || b !== b
    const fourth = d > c || d !== d
    const top = second ? b : a
    const bottom = fourth ? d : c
    // greater, but for a NaN on top that no other follows
    const below = bottom > top || bottom !== bottom
    o[oI] = below ? bottom : top
    ix[iI] = flat + (below ? width + (fourth ? 1 : 0) : second ? 1 : 0)
    ix[iI + 1] = 0
  }
}

function maxTaps(
  o: StorageArray,
  oI: number,
  oS: number,
  ix: StorageArray,
  iI: number,
  iS: number,
  x: StorageArray,
  xI: number,
  xS: number,
  row: number,
  column: number,
  flat: number,
  stride: number,
  width: number,
  n: number,
  rows: number,
  columns: number,
): void {
  for (let j = 0; j < n; j++, oI += oS, iI += iS, xI += xS, flat += stride) {
    let best = -Infinity
    let where = flat
    for (let r = 0; r < rows; r++) {
      let p = xI + r * row
      for (let c = 0; c < columns; c++, p += column) {
        const v = x[p]!
        if (v > best || v !== v) {
          best = v
          where = flat + r * width + c
        }
      }
    }
    o[oI] = best
    ix[iI] = where
    ix[iI + 1] = 0
  }
}

/**
 * Adds each element of `gradOut` where {@link maxPool2dForward} found it, in zeros.
 *
 * @param gradOut - [N, C, OH, OW]
 * @param indices - int64, the same shape: flat positions in the planes of `gradX`
 * @param gradX - [N, C, H, W]
 * @returns whether it was done: only for float32 and float64
 */
export function maxPool2dGrad(gradOut: View, indices: View, gradX: View): boolean {
  if (!served(gradOut, gradX)) return false
  fill(gradX, 0)
  if (gradOut.count === 0) return true
  const [gradient, index, target] = [planesOf(gradOut), planesOf(indices), planesOf(gradX)]
  const [outHeight, outWidth] = gradOut.shape.slice(2) as [number, number]
  const width = gradX.shape[3]!
  const dense = target.column === 1 && target.row === width
  let plane = 0
  eachPlane(gradOut.shape, gradient, target, (gI, to) => {
    const n = Math.floor(plane / gradOut.shape[1]!)
    const iI = index.at + n * index.image + (plane - n * gradOut.shape[1]!) * index.channel
    plane++
    for (let i = 0; i < outHeight; i++) {
      const g = gI + i * gradient.row
      if (dense) addAt(target.array, to, index.array, iI + i * index.row, index.column, gradient, g, outWidth)
      else addAtStrided(target, to, width, index, iI + i * index.row, gradient, g, outWidth)
    }
  })
  return true
}

function addAt(
  out: StorageArray,
  to: number,
  index: StorageArray,
  iI: number,
  iS: number,
  gradient: Planes,
  gI: number,
  n: number,
): void {
  const g = gradient.array
  const gS = gradient.column
  for (let j = 0; j < n; j++, iI += iS, gI += gS) {
    const p = to + index[iI]!
    out[p] = out[p]! + g[gI]!
  }
}

function addAtStrided(
  out: Planes,
  to: number,
  width: number,
  index: Planes,
  iI: number,
  gradient: Planes,
  gI: number,
  n: number,
): void {
  for (let j = 0; j < n; j++) {
    const flat = index.array[iI + j * index.column]!
    const row = Math.floor(flat / width)
    const p = to + row * out.row + (flat - row * width) * out.column
    out.array[p] = out.array[p]! + gradient.array[gI + j * gradient.column]!
  }
}

/**
 * Per position along one dimension: first and end inside the input, and how many elements count, which includes the padding but
 * not what hangs over it.
 */
function spans(outputs: number, size: number, kernel: number, stride: number, padding: number): Int32Array {
  const result = new Int32Array(3 * outputs)
  for (let i = 0; i < outputs; i++) {
    const first = i * stride - padding
    const end = Math.min(first + kernel, size + padding)
    result[3 * i] = Math.max(first, 0)
    result[3 * i + 1] = Math.min(end, size)
    result[3 * i + 2] = end - first
  }
  return result
}

function divisorOf(rows: Int32Array, i: number, columns: Int32Array, j: number, includePad: boolean): number {
  if (includePad) return rows[3 * i + 2]! * columns[3 * j + 2]!
  return (rows[3 * i + 1]! - rows[3 * i]!) * (columns[3 * j + 1]! - columns[3 * j]!)
}

/**
 * The mean of each window.
 *
 * @param x - [N, C, H, W]
 * @param out - [N, C, OH, OW]; its sizes say whether the last windows may hang over the end
 * @param countIncludePad - whether padded zeros count
 * @param divisor - divides the sums instead of the number of elements, if not null
 * @returns whether it was done: only for float32 and float64
 */
export function avgPool2dForward(
  x: View,
  out: View,
  kernel: Pair,
  stride: Pair,
  padding: Pair,
  countIncludePad: boolean,
  divisor: number | null,
): boolean {
  if (!served(x, out)) return false
  if (out.count === 0) return true
  const rows = spans(out.shape[2]!, x.shape[2]!, kernel[0]!, stride[0]!, padding[0]!)
  const columns = spans(out.shape[3]!, x.shape[3]!, kernel[1]!, stride[1]!, padding[1]!)
  const [source, target] = [planesOf(x), planesOf(out)]
  eachPlane(x.shape, source, target, (xI, oI) => {
    for (let i = 0; i < out.shape[2]!; i++) {
      for (let j = 0; j < out.shape[3]!; j++) {
        const sum = windowSum(source, xI, rows[3 * i]!, rows[3 * i + 1]!, columns[3 * j]!, columns[3 * j + 1]!)
        target.array[oI + i * target.row + j * target.column] =
          sum / (divisor ?? divisorOf(rows, i, columns, j, countIncludePad))
      }
    }
  })
  return true
}

function windowSum(x: Planes, at: number, top: number, bottom: number, left: number, right: number): number {
  const a = x.array
  let sum = 0
  for (let r = top; r < bottom; r++) {
    let p = at + r * x.row + left * x.column
    for (let c = left; c < right; c++, p += x.column) sum += a[p]!
  }
  return sum
}

/**
 * Gradient of {@link avgPool2dForward}: each element of `gradOut`, divided, added to all elements of its window.
 *
 * @param gradOut - [N, C, OH, OW]
 * @param gradX - [N, C, H, W]
 * @returns whether it was done: only for float32 and float64
 */
export function avgPool2dGrad(
  gradOut: View,
  gradX: View,
  kernel: Pair,
  stride: Pair,
  padding: Pair,
  countIncludePad: boolean,
  divisor: number | null,
): boolean {
  if (!served(gradOut, gradX)) return false
  fill(gradX, 0)
  const rows = spans(gradOut.shape[2]!, gradX.shape[2]!, kernel[0]!, stride[0]!, padding[0]!)
  const columns = spans(gradOut.shape[3]!, gradX.shape[3]!, kernel[1]!, stride[1]!, padding[1]!)
  const [gradient, target] = [planesOf(gradOut), planesOf(gradX)]
  eachPlane(gradOut.shape, gradient, target, (gI, oI) => {
    for (let i = 0; i < gradOut.shape[2]!; i++) {
      for (let j = 0; j < gradOut.shape[3]!; j++) {
        const g = gradient.array[gI + i * gradient.row + j * gradient.column]!
        const share = g / (divisor ?? divisorOf(rows, i, columns, j, countIncludePad))
        addWindow(target, oI, rows[3 * i]!, rows[3 * i + 1]!, columns[3 * j]!, columns[3 * j + 1]!, share)
      }
    }
  })
  return true
}

function addWindow(
  out: Planes,
  at: number,
  top: number,
  bottom: number,
  left: number,
  right: number,
  value: number,
): void {
  const o = out.array
  for (let r = top; r < bottom; r++) {
    let p = at + r * out.row + left * out.column
    for (let c = left; c < right; c++, p += out.column) o[p] = o[p]! + value
  }
}
