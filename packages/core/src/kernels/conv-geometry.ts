/** The numbers of a 2-d convolution, and how its operands are laid out for the product of panels. */
import { int32, type StorageArray } from '../dtype.js'
import { NR, paddedDepth } from './panels.js'
import type { Planes } from './planes.js'
import { scratchArray } from './stage.js'

type Pair = readonly number[]

/** Sizes of a convolution; channels are those of one group. */
export interface ConvGeometry {
  readonly groups: number
  readonly batch: number
  readonly channels: number
  readonly height: number
  readonly width: number
  readonly outChannels: number
  readonly outHeight: number
  readonly outWidth: number
  readonly kernel: Pair
  readonly stride: Pair
  readonly padding: Pair
  readonly dilation: Pair
  /** Taps of a window over all channels of a group. */
  readonly taps: number
}

/** The geometry that `x` [N, C, H, W], `weight` [O, C / groups, KH, KW] and `out` [N, O, OH, OW] tell by their shapes. */
export function convGeometry(
  x: readonly number[],
  weight: readonly number[],
  out: readonly number[],
  stride: Pair,
  padding: Pair,
  dilation: Pair,
  groups: number,
): ConvGeometry {
  return {
    groups,
    batch: x[0]!,
    channels: weight[1]!,
    height: x[2]!,
    width: x[3]!,
    outChannels: weight[0]! / groups,
    outHeight: out[2]!,
    outWidth: out[3]!,
    kernel: [weight[2]!, weight[3]!],
    stride,
    padding,
    dilation,
    taps: weight[1]! * weight[2]! * weight[3]!,
  }
}

/** Per tap: its row and column in the window, and its distance from the window's first element in memory. */
interface Taps {
  rows: Int32Array
  columns: Int32Array
  offsets: Int32Array
}

/** The taps of one group's window over planes with these steps, in the order of the weight. */
export function tapsOf(g: ConvGeometry, channel: number, row: number, column: number): Taps {
  const rows = scratchArray(40, int32, g.taps) as Int32Array
  const columns = scratchArray(41, int32, g.taps) as Int32Array
  const offsets = scratchArray(42, int32, g.taps) as Int32Array
  let t = 0
  for (let c = 0; c < g.channels; c++) {
    for (let i = 0; i < g.kernel[0]!; i++) {
      for (let j = 0; j < g.kernel[1]!; j++, t++) {
        rows[t] = i * g.dilation[0]!
        columns[t] = j * g.dilation[1]!
        offsets[t] = c * channel + rows[t]! * row + columns[t]! * column
      }
    }
  }
  return { rows, columns, offsets }
}

/** First output column whose tap at `column` of the window is inside the image, and the one after the last. */
export function insideColumns(g: ConvGeometry, column: number): [from: number, to: number] {
  const shift = g.padding[1]! - column
  const from = Math.max(0, Math.ceil(shift / g.stride[1]!))
  const to = Math.min(g.outWidth, Math.floor((g.width - 1 + shift) / g.stride[1]!) + 1)
  return [Math.min(from, g.outWidth), Math.max(to, Math.min(from, g.outWidth))]
}

/**
 * Panels whose lines are output positions and whose steps are taps `firstTap ..`: the right operand of the forward product.
 * Output rows are counted over the whole batch.
 */
export function packWindows(
  out: Float64Array,
  g: ConvGeometry,
  x: Planes,
  taps: Taps,
  firstRow: number,
  rows: number,
  firstTap: number,
  depth: number,
): void {
  const steps = paddedDepth(depth)
  const lastRow = (g.kernel[0]! - 1) * g.dilation[0]!
  const lastColumn = (g.kernel[1]! - 1) * g.dilation[1]!
  let pixel = 0
  for (let r = firstRow; r < firstRow + rows; r++) {
    const image = Math.floor(r / g.outHeight)
    const top = (r - image * g.outHeight) * g.stride[0]! - g.padding[0]!
    const rowsInside = top >= 0 && top + lastRow < g.height
    for (let j = 0; j < g.outWidth; j++, pixel++) {
      const left = j * g.stride[1]! - g.padding[1]!
      const at = x.at + image * x.image + top * x.row + left * x.column
      const q = (pixel - (pixel % NR)) * steps + (pixel % NR)
      if (rowsInside && left >= 0 && left + lastColumn < g.width)
        packWhole(out, q, x.array, at, taps.offsets, firstTap, depth)
      else packClipped(out, q, x.array, at, taps, firstTap, depth, top, left, g.height, g.width)
      if (steps > depth) out[q + depth * NR] = 0
    }
  }
  // the missing line of the last panel
  if (pixel % NR !== 0) {
    const q = (pixel - (pixel % NR)) * steps + (pixel % NR)
    for (let i = 0; i < steps; i++) out[q + i * NR] = 0
  }
}

function packWhole(
  out: Float64Array,
  q: number,
  x: StorageArray,
  at: number,
  offsets: Int32Array,
  firstTap: number,
  depth: number,
): void {
  for (let t = firstTap; t < firstTap + depth; t++, q += NR) out[q] = x[at + offsets[t]!]!
}

function packClipped(
  out: Float64Array,
  q: number,
  x: StorageArray,
  at: number,
  taps: Taps,
  firstTap: number,
  depth: number,
  top: number,
  left: number,
  height: number,
  width: number,
): void {
  for (let t = firstTap; t < firstTap + depth; t++, q += NR) {
    const i = top + taps.rows[t]!
    const j = left + taps.columns[t]!
    out[q] = i >= 0 && i < height && j >= 0 && j < width ? x[at + taps.offsets[t]!]! : 0
  }
}

/** Panels whose lines are taps and whose steps are output positions: the right operand of the weight's gradient. */
export function packTaps(
  out: Float64Array,
  g: ConvGeometry,
  x: Planes,
  taps: Taps,
  firstRow: number,
  rows: number,
): void {
  const depth = rows * g.outWidth
  const steps = paddedDepth(depth)
  const lines = Math.ceil(g.taps / NR) * NR
  const step = g.stride[1]! * x.column
  for (let t = 0; t < lines; t++) {
    let q = (t - (t % NR)) * steps + (t % NR)
    if (t >= g.taps) {
      for (let i = 0; i < steps; i++, q += NR) out[q] = 0
      continue
    }
    const [from, to] = insideColumns(g, taps.columns[t]!)
    const first = x.at + taps.offsets[t]! - g.padding[1]! * x.column
    for (let r = firstRow; r < firstRow + rows; r++) {
      const image = Math.floor(r / g.outHeight)
      const top = (r - image * g.outHeight) * g.stride[0]! - g.padding[0]!
      const i = top + taps.rows[t]!
      const inside = i >= 0 && i < g.height
      const at = first + image * x.image + top * x.row
      q = packRow(out, q, x.array, at, step, inside ? from : g.outWidth, inside ? to : g.outWidth, g.outWidth)
    }
    if (steps > depth) out[q] = 0
  }
}

/** One row of positions, zero outside [from, to). */
function packRow(
  out: Float64Array,
  q: number,
  x: StorageArray,
  at: number,
  step: number,
  from: number,
  to: number,
  width: number,
): number {
  let j = 0
  for (; j < from; j++, q += NR) out[q] = 0
  for (let p = at + j * step; j < to; j++, q += NR, p += step) out[q] = x[p]!
  for (; j < width; j++, q += NR) out[q] = 0
  return q
}

/** Panels of `width` lines from output rows: lines are channels and steps positions, or the reverse. */
export function packGradient(
  out: Float64Array,
  lineWidth: number,
  g: ConvGeometry,
  grad: Planes,
  firstRow: number,
  rows: number,
  channelLines: boolean,
): void {
  const positions = rows * g.outWidth
  const lines = channelLines ? g.outChannels : positions
  const steps = paddedDepth(channelLines ? positions : g.outChannels)
  // the missing lines of the last panel and the added step
  out.fill(0, 0, Math.ceil(lines / lineWidth) * lineWidth * steps)
  for (let r = 0; r < rows; r++) {
    const image = Math.floor((firstRow + r) / g.outHeight)
    const row = grad.at + image * grad.image + (firstRow + r - image * g.outHeight) * grad.row
    for (let o = 0; o < g.outChannels; o++) {
      let p = row + o * grad.channel
      const first = r * g.outWidth
      for (let j = 0; j < g.outWidth; j++, p += grad.column) {
        const line = channelLines ? o : first + j
        const step = channelLines ? first + j : o
        out[(line - (line % lineWidth)) * steps + step * lineWidth + (line % lineWidth)] = grad.array[p]!
      }
    }
  }
}
