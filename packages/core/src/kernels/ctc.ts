/** Connectionist temporal classification, place by place of its lattice, in float64 between the steps of a sample. */
import type { View } from '../dispatch/backend.js'
import { float64 } from '../dtype.js'
import type { Alignment } from '../ops/ctc-lattice.js'
import { fill } from './copy.js'
import { start } from './iterate.js'
import { served } from './planes.js'
import { scratchArray } from './stage.js'

const NEVER = Number.NEGATIVE_INFINITY

/** `log(e^a + e^b + e^c)`, of what is not nothing. */
function sum3(a: number, b: number, c: number): number {
  const most = a > b ? (a > c ? a : c) : b > c ? b : c
  if (most === NEVER) return NEVER
  let sum = 0
  // of half of the places only two are more than nothing, and the largest of them adds 1
  if (a !== NEVER) sum += a === most ? 1 : Math.exp(a - most)
  if (b !== NEVER) sum += b === most ? 1 : Math.exp(b - most)
  if (c !== NEVER) sum += c === most ? 1 : Math.exp(c - most)
  return most + Math.log(sum)
}

/** Writes to `to` the logarithm of what comes from `from` to each of the first `n` places, from the left or from the right. */
function arriving(
  from: Float64Array,
  to: Float64Array,
  path: Int32Array,
  first: number,
  n: number,
  step: 1 | -1,
): void {
  for (let s = 0; s < n; s++) {
    const near = s - step
    const far = near - step
    const b = near >= 0 && near < n ? from[near]! : NEVER
    const leaps = far >= 0 && far < n && path[first + s] !== path[first + far]
    to[s] = sum3(from[s]!, b, leaps ? from[far]! : NEVER)
  }
}

/**
 * Negative log likelihoods of log-probabilities.
 *
 * @param x - [T, N, C]
 * @param forward - [T, N, width], contiguous, written: the logarithm of all ways to a place, -Infinity beyond the lattice of a sample
 * @param losses - [N]
 * @returns whether it was done: only for float32 and float64
 */
export function ctcForward(x: View, alignment: Alignment, forward: View, losses: View): boolean {
  if (!served(x, forward, losses)) return false
  const { width, path, inputLengths, targetLengths } = alignment
  fill(forward, NEVER)
  const [a, f, o] = [x.storage.array, forward.storage.array, losses.storage.array]
  const [xT, xN, xC] = x.strides as [number, number, number]
  const [fT, fN] = forward.strides as [number, number]
  let row = scratchArray(70, float64, width) as Float64Array
  let next = scratchArray(71, float64, width) as Float64Array
  for (const [n, steps] of inputLengths.entries()) {
    const labels = targetLengths[n]!
    const places = 2 * labels + 1
    const first = n * width
    for (let t = 0; t < steps; t++) {
      if (t === 0) for (let s = 0; s < places; s++) next[s] = s < 2 ? 0 : NEVER
      else arriving(row, next, path, first, places, 1)
      const from = start(x) + t * xT + n * xN
      const to = start(forward) + t * fT + n * fN
      for (let s = 0; s < places; s++) {
        next[s]! += a[from + path[first + s]! * xC]!
        f[to + s] = next[s]!
      }
      ;[row, next] = [next, row]
    }
    // it may end with the last label or with the blank after it; without a step there is one way not to say anything
    const ends = steps === 0 ? NEVER : sum3(row[places - 1]!, labels > 0 ? row[places - 2]! : NEVER, NEVER)
    o[start(losses) + n * losses.strides[0]!] = steps === 0 && labels === 0 ? 0 : -ends
  }
  return true
}

/**
 * Gradient of {@link ctcForward} for the logits that `x` is the log-softmax of.
 *
 * @param g - of the losses, [N]
 * @param out - [T, N, C], contiguous
 * @param zeroInfinity - whether the gradient of an infinite loss is 0 rather than NaN
 */
export function ctcGrad(
  g: View,
  x: View,
  losses: View,
  forward: View,
  alignment: Alignment,
  zeroInfinity: boolean,
  out: View,
): boolean {
  if (!served(g, x, losses, forward, out)) return false
  const { width, path, inputLengths, targetLengths } = alignment
  const classes = x.shape[2]!
  fill(out, 0)
  const [a, f, o] = [x.storage.array, forward.storage.array, out.storage.array]
  const [xT, xN, xC] = x.strides as [number, number, number]
  const [fT, fN, fS] = forward.strides as [number, number, number]
  const [oT, oN] = out.strides as [number, number]
  const visits = scratchArray(72, float64, classes) as Float64Array
  let row = scratchArray(70, float64, width) as Float64Array
  let next = scratchArray(71, float64, width) as Float64Array
  for (const [n, steps] of inputLengths.entries()) {
    const loss = losses.storage.array[start(losses) + n * losses.strides[0]!]!
    const slope = g.storage.array[start(g) + n * g.strides[0]!]!
    const places = 2 * targetLengths[n]! + 1
    const first = n * width
    for (let t = steps - 1; t >= 0; t--) {
      const to = start(out) + t * oT + n * oN
      if (loss === Number.POSITIVE_INFINITY) {
        o.fill(zeroInfinity ? 0 : Number.NaN, to, to + classes)
        continue
      }
      if (t === steps - 1) for (let s = 0; s < places; s++) next[s] = s >= places - 2 ? 0 : NEVER
      else arriving(row, next, path, first, places, -1)
      const from = start(x) + t * xT + n * xN
      const ways = start(forward) + t * fT + n * fN
      visits.fill(0, 0, classes)
      for (let s = 0; s < places; s++) {
        const label = path[first + s]!
        const through = f[ways + s * fS]! + next[s]!
        if (through !== NEVER) visits[label]! += Math.exp(through + loss)
        next[s]! += a[from + label * xC]!
      }
      for (let c = 0; c < classes; c++) o[to + c] = (Math.exp(a[from + c * xC]!) - visits[c]!) * slope
      ;[row, next] = [next, row]
    }
  }
  return true
}
