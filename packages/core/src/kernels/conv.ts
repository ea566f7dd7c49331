/**
 * Convolution in two dimensions and its gradients, as products of panels: windows are laid out as matrices block by block,
 * never for the whole input. Sums are taken in float64 and rounded once.
 */
import type { View } from '../dispatch/backend.js'
import { float64, type StorageArray } from '../dtype.js'
import {
  type ConvGeometry,
  convGeometry,
  insideColumns,
  packGradient,
  packTaps,
  packWindows,
  tapsOf,
} from './conv-geometry.js'
import { fill } from './copy.js'
import { start } from './iterate.js'
import { MR, multiplyPanels, NR, packPanels, panelsLength } from './panels.js'
import { type Planes, planesOf, served } from './planes.js'
import { scratchArray } from './stage.js'

/** Output positions that are done at a time. */
const POSITIONS = 256
/** Taps that are multiplied at a time. */
const DEPTH = 512

/** Per spatial dimension: rows, columns. */
type Pair = readonly number[]

/** Output rows of a block. */
function rowsOfBlock(g: ConvGeometry): number {
  return Math.max(1, Math.floor(POSITIONS / g.outWidth))
}

function panelScratch(slot: number, length: number): Float64Array {
  return scratchArray(slot, float64, length) as Float64Array
}

/** The planes of one group. */
function group(planes: Planes, index: number, channels: number): Planes {
  return { ...planes, at: planes.at + index * channels * planes.channel }
}

/** The weight as the matrix [outputs, taps] of one group, row-major. */
function weightMatrix(weight: View, g: ConvGeometry, index: number): Float64Array {
  const { array, at, image, channel, row, column } = planesOf(weight)
  const matrix = panelScratch(43, g.outChannels * g.taps)
  let q = 0
  for (let o = 0; o < g.outChannels; o++) {
    for (let c = 0; c < g.channels; c++) {
      for (let i = 0; i < g.kernel[0]!; i++) {
        let p = at + (index * g.outChannels + o) * image + c * channel + i * row
        for (let j = 0; j < g.kernel[1]!; j++, p += column) matrix[q++] = array[p]!
      }
    }
  }
  return matrix
}

/**
 * `out = conv2d(x, weight) + bias`.
 *
 * @param x - [N, C, H, W]
 * @param weight - [O, C / groups, KH, KW]
 * @param bias - [O] or null
 * @param out - [N, O, OH, OW]
 * @returns whether it was done: only for float32 and float64
 */
export function conv2dForward(
  x: View,
  weight: View,
  bias: View | null,
  out: View,
  stride: Pair,
  padding: Pair,
  dilation: Pair,
  groups: number,
): boolean {
  if (!served(x, weight, bias, out)) return false
  if (out.count === 0) return true
  const g = convGeometry(x.shape, weight.shape, out.shape, stride, padding, dilation, groups)
  const source = planesOf(x)
  const target = planesOf(out)
  const taps = tapsOf(g, source.channel, source.row, source.column)
  const blockRows = rowsOfBlock(g)
  const lines = Math.ceil(g.outChannels / MR)
  const depth = Math.min(DEPTH, g.taps)
  const right = panelScratch(21, panelsLength(blockRows * g.outWidth, NR, depth))
  const sums = panelScratch(22, lines * MR * (blockRows * g.outWidth + NR))
  for (let index = 0; index < groups; index++) {
    const left = packWeights(weightMatrix(weight, g, index), g)
    const planes = group(source, index, g.channels)
    for (let r = 0; r < g.batch * g.outHeight; r += blockRows) {
      const rows = Math.min(blockRows, g.batch * g.outHeight - r)
      const columns = Math.ceil((rows * g.outWidth) / NR)
      for (let t = 0, leftAt = 0; t < g.taps; t += DEPTH) {
        const steps = Math.min(DEPTH, g.taps - t)
        packWindows(right, g, planes, taps, r, rows, t, steps)
        multiplyPanels(left, leftAt, right, sums, lines, columns, steps, t > 0)
        leftAt += panelsLength(g.outChannels, MR, steps)
      }
      if (g.taps === 0) sums.fill(0)
      storeRows(sums, columns * NR, g, group(target, index, g.outChannels), bias, index, r, rows)
    }
  }
  return true
}

/** The weight's panels for each block of taps. */
function packWeights(matrix: Float64Array, g: ConvGeometry): Float64Array {
  let length = 0
  for (let t = 0; t < g.taps; t += DEPTH) length += panelsLength(g.outChannels, MR, Math.min(DEPTH, g.taps - t))
  const left = panelScratch(20, length)
  for (let t = 0, at = 0; t < g.taps; t += DEPTH) {
    const steps = Math.min(DEPTH, g.taps - t)
    packPanels(left, at, MR, matrix, t, g.taps, 1, g.outChannels, steps)
    at += panelsLength(g.outChannels, MR, steps)
  }
  return left
}

function storeRows(
  sums: Float64Array,
  width: number,
  g: ConvGeometry,
  out: Planes,
  bias: View | null,
  index: number,
  firstRow: number,
  rows: number,
): void {
  for (let o = 0; o < g.outChannels; o++) {
    const b = bias === null ? 0 : bias.storage.array[start(bias) + (index * g.outChannels + o) * bias.strides[0]!]!
    let s = o * width
    for (let r = firstRow; r < firstRow + rows; r++) {
      const image = Math.floor(r / g.outHeight)
      const at = out.at + image * out.image + o * out.channel + (r - image * g.outHeight) * out.row
      storeRow(out.array, at, out.column, sums, s, b, g.outWidth)
      s += g.outWidth
    }
  }
}

function storeRow(
  out: StorageArray,
  at: number,
  step: number,
  sums: Float64Array,
  s: number,
  bias: number,
  n: number,
): void {
  for (let j = 0; j < n; j++, at += step) out[at] = sums[s + j]! + bias
}

/**
 * Gradient of {@link conv2dForward} with respect to its input.
 *
 * @param gradOut - [N, O, OH, OW]
 * @param gradX - [N, C, H, W]
 * @returns whether it was done: only for float32 and float64
 */
export function conv2dInputGrad(
  gradOut: View,
  weight: View,
  gradX: View,
  stride: Pair,
  padding: Pair,
  dilation: Pair,
  groups: number,
): boolean {
  if (!served(gradOut, weight, gradX)) return false
  if (gradX.count === 0) return true
  const g = convGeometry(gradX.shape, weight.shape, gradOut.shape, stride, padding, dilation, groups)
  const source = planesOf(gradOut)
  const target = planesOf(gradX)
  const plane = g.height * g.width
  // whole images, so that each is complete when it is stored
  const images = Math.max(1, Math.floor(POSITIONS / Math.max(1, g.outHeight * g.outWidth)))
  const blockRows = rowsOfBlock(g)
  const lines = Math.ceil(g.taps / MR)
  const left = panelScratch(20, panelsLength(g.taps, MR, g.outChannels))
  const right = panelScratch(21, panelsLength(blockRows * g.outWidth, NR, g.outChannels))
  const sums = panelScratch(22, lines * MR * (blockRows * g.outWidth + NR))
  const total = panelScratch(44, images * g.channels * plane)
  for (let index = 0; index < groups; index++) {
    packPanels(left, 0, MR, weightMatrix(weight, g, index), 0, 1, g.taps, g.taps, g.outChannels)
    const gradient = group(source, index, g.outChannels)
    for (let n = 0; n < g.batch; n += images) {
      const have = Math.min(images, g.batch - n)
      total.fill(0, 0, have * g.channels * plane)
      const end = (n + have) * g.outHeight
      for (let r = n * g.outHeight; r < end; r += blockRows) {
        const rows = Math.min(blockRows, end - r)
        const columns = Math.ceil((rows * g.outWidth) / NR)
        packGradient(right, NR, g, gradient, r, rows, false)
        multiplyPanels(left, 0, right, sums, lines, columns, g.outChannels, false)
        addWindows(total, sums, columns * NR, g, r, rows, n)
      }
      storeImages(total, g, group(target, index, g.channels), n, have)
    }
  }
  return true
}

/** Adds each tap's row of `sums` where the tap read its input. */
function addWindows(
  total: Float64Array,
  sums: Float64Array,
  width: number,
  g: ConvGeometry,
  firstRow: number,
  rows: number,
  firstImage: number,
): void {
  const taps = tapsOf(g, g.height * g.width, g.width, 1)
  const step = g.stride[1]!
  for (let t = 0; t < g.taps; t++) {
    const [from, to] = insideColumns(g, taps.columns[t]!)
    for (let r = 0; r < rows; r++) {
      const image = Math.floor((firstRow + r) / g.outHeight)
      const top = (firstRow + r - image * g.outHeight) * g.stride[0]! - g.padding[0]!
      const i = top + taps.rows[t]!
      if (i < 0 || i >= g.height) continue
      const base = (image - firstImage) * g.channels * g.height * g.width
      const at = base + taps.offsets[t]! + top * g.width - g.padding[1]!
      addRow(total, at, step, sums, t * width + r * g.outWidth, from, to)
    }
  }
}

function addRow(
  total: Float64Array,
  at: number,
  step: number,
  sums: Float64Array,
  s: number,
  from: number,
  to: number,
): void {
  for (let j = from, p = at + from * step; j < to; j++, p += step) total[p] = total[p]! + sums[s + j]!
}

function storeImages(total: Float64Array, g: ConvGeometry, out: Planes, first: number, images: number): void {
  let s = 0
  for (let n = first; n < first + images; n++) {
    for (let c = 0; c < g.channels; c++) {
      for (let i = 0; i < g.height; i++, s += g.width) {
        storeRow(out.array, out.at + n * out.image + c * out.channel + i * out.row, out.column, total, s, 0, g.width)
      }
    }
  }
}

/**
 * Gradient of {@link conv2dForward} with respect to its weight.
 *
 * @param gradOut - [N, O, OH, OW]
 * @param x - [N, C, H, W]
 * @param gradWeight - [O, C / groups, KH, KW]
 * @returns whether it was done: only for float32 and float64
 */
export function conv2dWeightGrad(
  gradOut: View,
  x: View,
  gradWeight: View,
  stride: Pair,
  padding: Pair,
  dilation: Pair,
  groups: number,
): boolean {
  if (!served(gradOut, x, gradWeight)) return false
  if (gradWeight.count === 0) return true
  if (gradOut.count === 0) {
    fill(gradWeight, 0)
    return true
  }
  const g = convGeometry(x.shape, gradWeight.shape, gradOut.shape, stride, padding, dilation, groups)
  const gradients = planesOf(gradOut)
  const source = planesOf(x)
  const taps = tapsOf(g, source.channel, source.row, source.column)
  const blockRows = rowsOfBlock(g)
  const lines = Math.ceil(g.outChannels / MR)
  const columns = Math.ceil(g.taps / NR)
  const left = panelScratch(20, panelsLength(g.outChannels, MR, blockRows * g.outWidth))
  const right = panelScratch(21, panelsLength(g.taps, NR, blockRows * g.outWidth))
  const sums = panelScratch(22, lines * MR * columns * NR)
  for (let index = 0; index < groups; index++) {
    const gradient = group(gradients, index, g.outChannels)
    const planes = group(source, index, g.channels)
    for (let r = 0; r < g.batch * g.outHeight; r += blockRows) {
      const rows = Math.min(blockRows, g.batch * g.outHeight - r)
      packGradient(left, MR, g, gradient, r, rows, true)
      packTaps(right, g, planes, taps, r, rows)
      multiplyPanels(left, 0, right, sums, lines, columns, rows * g.outWidth, r > 0)
    }
    storeWeight(sums, columns * NR, g, gradWeight, index)
  }
  return true
}

function storeWeight(sums: Float64Array, width: number, g: ConvGeometry, out: View, index: number): void {
  const { array, at, image, channel, row, column } = planesOf(out)
  for (let o = 0; o < g.outChannels; o++) {
    let s = o * width
    for (let c = 0; c < g.channels; c++) {
      for (let i = 0; i < g.kernel[0]!; i++, s += g.kernel[1]!) {
        const to = at + (index * g.outChannels + o) * image + c * channel + i * row
        storeRow(array, to, column, sums, s, 0, g.kernel[1]!)
      }
    }
  }
}
