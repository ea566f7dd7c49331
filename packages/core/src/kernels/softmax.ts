/** Softmax, its logarithm and the cross entropy along the last dimension, one row after the other, summed in float64. */
import type { View } from '../dispatch/backend.js'
import { float64, type StorageArray } from '../dtype.js'
import { fill } from './copy.js'
import { start, Walk } from './iterate.js'
import { served } from './planes.js'
import { scratchArray } from './stage.js'

const walk = new Walk()

type RowKernel = (
  o: StorageArray,
  oI: number,
  oS: number,
  a: StorageArray,
  aI: number,
  aS: number,
  b: StorageArray,
  bI: number,
  bS: number,
  n: number,
) => void

const lastStride = (view: View): number => view.strides[view.strides.length - 1]!

/** Runs a kernel on every row of views of one shape; at least one dimension, and no size 0. */
function eachRow(kernel: RowKernel, out: View, a: View, b: View): void {
  const last = out.shape.length - 1
  walk.begin(out.shape.slice(0, last))
  for (const view of [out, a, b]) walk.strided(start(view), view.strides.slice(0, last), 1)
  walk.merge()
  const { at } = walk
  const n = out.shape[last]!
  const [oS, aS, bS] = [lastStride(out), lastStride(a), lastStride(b)] as [number, number, number]
  const [o, x, y] = [out.storage.array, a.storage.array, b.storage.array]
  do {
    for (let i = 0; i < walk.inner; i++) {
      const oI = at[0]! + i * walk.step(0)
      kernel(o, oI, oS, x, at[1]! + i * walk.step(1), aS, y, at[2]! + i * walk.step(2), bS, n)
    }
  } while (walk.next())
}

/** NaN if there is one: the exponentials are then NaN too, as PyTorch's are. */
function largest(x: StorageArray, xI: number, xS: number, n: number): number {
  let max = -Infinity
  for (let i = 0; i < n; i++, xI += xS) {
    const v = x[xI]!
    if (v > max || v !== v) max = v
  }
  return max
}

const softmaxRow: RowKernel = (o, oI, oS, x, xI, xS, _y, _yI, _yS, n) => {
  const max = largest(x, xI, xS, n)
  const e = scratchArray(50, float64, n) as Float64Array
  let sum = 0
  for (let i = 0; i < n; i++, xI += xS) {
    const v = Math.exp(x[xI]! - max)
    e[i] = v
    sum += v
  }
  for (let i = 0; i < n; i++, oI += oS) o[oI] = e[i]! / sum
}

const logSoftmaxRow: RowKernel = (o, oI, oS, x, xI, xS, _y, _yI, _yS, n) => {
  const max = largest(x, xI, xS, n)
  let sum = 0
  for (let i = 0, p = xI; i < n; i++, p += xS) sum += Math.exp(x[p]! - max)
  const log = Math.log(sum)
  for (let i = 0; i < n; i++, oI += oS, xI += xS) o[oI] = x[xI]! - max - log
}

const softmaxGradRow: RowKernel = (o, oI, oS, g, gI, gS, y, yI, yS, n) => {
  let sum = 0
  for (let i = 0, p = gI, q = yI; i < n; i++, p += gS, q += yS) sum += g[p]! * y[q]!
  for (let i = 0; i < n; i++, oI += oS, gI += gS, yI += yS) o[oI] = y[yI]! * (g[gI]! - sum)
}

const logSoftmaxGradRow: RowKernel = (o, oI, oS, g, gI, gS, y, yI, yS, n) => {
  let sum = 0
  for (let i = 0, p = gI; i < n; i++, p += gS) sum += g[p]!
  for (let i = 0; i < n; i++, oI += oS, gI += gS, yI += yS) o[oI] = g[gI]! - Math.exp(y[yI]!) * sum
}

function run(kernel: RowKernel, out: View, a: View, b: View): boolean {
  if (!served(out, a, b) || out.shape.length === 0) return false
  if (out.count > 0) eachRow(kernel, out, a, b)
  return true
}

/** `out = softmax(x)` along the last dimension. @returns whether it was done: only for float32 and float64 */
export function softmaxForward(x: View, out: View): boolean {
  return run(softmaxRow, out, x, x)
}

/** Gradient of {@link softmaxForward} from that of its output and the output. */
export function softmaxGrad(gradOut: View, out: View, gradX: View): boolean {
  return run(softmaxGradRow, gradX, gradOut, out)
}

/** `out = log(softmax(x))` along the last dimension. @returns whether it was done: only for float32 and float64 */
export function logSoftmaxForward(x: View, out: View): boolean {
  return run(logSoftmaxRow, out, x, x)
}

/** Gradient of {@link logSoftmaxForward} from that of its output and the output. */
export function logSoftmaxGrad(gradOut: View, out: View, gradX: View): boolean {
  return run(logSoftmaxGradRow, gradX, gradOut, out)
}

/** What becomes of the losses of single samples. */
export type LossReduction = 'none' | 'mean' | 'sum'

/** Class of sample i, or -1 if it is the one to ignore. */
function classOf(target: View, i: number, ignoreIndex: number): number {
  const words = target.storage.array
  const at = start(target) + i * target.strides[0]! * 2
  const value = words[at + 1]! * 4294967296 + (words[at]! >>> 0)
  return value === ignoreIndex ? -1 : value
}

function weightOf(weight: View | null, label: number): number {
  return weight === null ? 1 : weight.storage.array[start(weight) + label * weight.strides[0]!]!
}

/** Sum of the weights of the samples that count. */
function totalWeight(target: View, weight: View | null, ignoreIndex: number): number {
  let total = 0
  for (let i = 0; i < target.count; i++) {
    const label = classOf(target, i, ignoreIndex)
    if (label >= 0) total += weightOf(weight, label)
  }
  return total
}

/**
 * Cross entropy of logits and class indices: log-softmax and negative log likelihood in one.
 *
 * @param logits - [N, C]
 * @param target - int64 [N], in range but for `ignoreIndex`
 * @param weight - a factor for each class, [C], or null
 * @param logProbabilities - [N, C], written: what {@link crossEntropyGrad} needs
 * @param out - [N] without reduction, else []
 * @returns whether it was done: only for float32 and float64
 */
export function crossEntropyForward(
  logits: View,
  target: View,
  weight: View | null,
  ignoreIndex: number,
  reduction: LossReduction,
  logProbabilities: View,
  out: View,
): boolean {
  if (!served(logits, weight, logProbabilities, out)) return false
  if (logits.count > 0) eachRow(logSoftmaxRow, logProbabilities, logits, logits)
  const p = logProbabilities.storage.array
  const o = out.storage.array
  const single = reduction === 'none'
  const [row, column] = logProbabilities.strides as [number, number]
  let sum = 0
  for (let i = 0; i < target.count; i++) {
    const label = classOf(target, i, ignoreIndex)
    const loss = label < 0 ? 0 : -p[start(logProbabilities) + i * row + label * column]! * weightOf(weight, label)
    if (single) o[start(out) + i * out.strides[0]!] = loss
    else sum += loss
  }
  // without a sample that counts the mean is 0 / 0, as PyTorch's
  if (!single) o[start(out)] = reduction === 'mean' ? sum / totalWeight(target, weight, ignoreIndex) : sum
  return true
}

/**
 * Gradient of {@link crossEntropyForward} with respect to the logits.
 *
 * @param gradOut - [N] without reduction, else []
 * @param gradLogits - [N, C]
 * @returns whether it was done: only for float32 and float64
 */
export function crossEntropyGrad(
  gradOut: View,
  logProbabilities: View,
  target: View,
  weight: View | null,
  ignoreIndex: number,
  reduction: LossReduction,
  gradLogits: View,
): boolean {
  if (!served(gradOut, logProbabilities, weight, gradLogits)) return false
  if (gradLogits.count === 0) return true
  fill(gradLogits, 0)
  const classes = logProbabilities.shape[1]!
  const divisor = reduction === 'mean' ? totalWeight(target, weight, ignoreIndex) : 1
  const g = gradOut.storage.array
  const gS = reduction === 'none' ? gradOut.strides[0]! : 0
  for (let i = 0; i < target.count; i++) {
    const label = classOf(target, i, ignoreIndex)
    if (label < 0) continue
    const factor = (g[start(gradOut) + i * gS]! * weightOf(weight, label)) / divisor
    gradRow(gradLogits, i, logProbabilities, label, factor, classes)
  }
  return true
}

/** `factor * (softmax - one at the label)` for sample i. */
function gradRow(out: View, i: number, logProbabilities: View, label: number, factor: number, classes: number): void {
  const o = out.storage.array
  const p = logProbabilities.storage.array
  const [oS, pS] = [out.strides[1]!, logProbabilities.strides[1]!]
  let oI = start(out) + i * out.strides[0]!
  let pI = start(logProbabilities) + i * logProbabilities.strides[0]!
  for (let c = 0; c < classes; c++, oI += oS, pI += pS) {
    o[oI] = factor * (Math.exp(p[pI]!) - (c === label ? 1 : 0))
  }
}
