import { RuntimeError } from '../errors.js'
import { descending, topPositions } from '../selection.js'
import { fillExponential } from './distributions.js'
import type { Generator } from './generator.js'
import type { RoundToHalf } from './half.js'
import type { Mt19937 } from './mt19937.js'

type Floats = Float32Array | Float64Array

/** Weights of one or more distributions: `rows` rows of `categories` numbers, contiguous, beginning at `start`. */
export interface Distributions {
  readonly weights: Floats
  readonly start: number
  readonly rows: number
  readonly categories: number
  /** For a half type, whose weights are given as float32: its rounding. */
  readonly round?: RoundToHalf
}

/**
 * Draws `samples` categories for each row, as pairs of int32 (int64, low word first) from `out[start]` on.
 *
 * Without replacement, and for one sample, the categories with the largest weight / exponential number win, in descending
 * order; else each sample is searched in the running sum of the weights.
 *
 * @throws RuntimeError if the weights are no distribution, or too few to draw from without replacement; nothing is drawn then
 * @see https://pytorch.org/docs/stable/generated/torch.multinomial.html
 */
export function fillMultinomial(
  generator: Generator,
  distributions: Distributions,
  samples: number,
  replacement: boolean,
  out: Int32Array,
  start: number,
): void {
  const { rows, categories } = distributions
  if (samples <= 0) throw new RuntimeError('cannot sample n_sample <= 0 samples')
  if (!replacement && samples > categories) {
    throw new RuntimeError('cannot sample n_sample > prob_dist.size(-1) samples without replacement')
  }
  if (categories > 2 ** 24) throw new RuntimeError('number of categories cannot exceed 2^24')
  if (rows === 0) return
  const race = !replacement || samples === 1
  if (race) checkRace(distributions)
  else for (let row = 0; row < rows; row++) checkRow(distributions, row)
  if (race) drawRace(generator, distributions, samples, out, start)
  else for (let row = 0; row < rows; row++) drawRow(generator.engine, distributions, row, samples, out, start)
}

const NO_DISTRIBUTION = 'invalid multinomial distribution'

function checkRace({ weights, start, rows, categories }: Distributions): void {
  for (let i = start; i < start + rows * categories; i++) {
    const weight = weights[i]!
    if (!(weight >= 0 && weight < Number.POSITIVE_INFINITY)) {
      throw new RuntimeError('probability tensor contains either `inf`, `nan` or element < 0')
    }
  }
  for (let row = 0; row < rows; row++) {
    let sum = 0
    for (let i = 0; i < categories; i++) sum += weights[start + row * categories + i]!
    if (sum === 0) throw new RuntimeError(`${NO_DISTRIBUTION} (sum of probabilities <= 0)`)
  }
}

function checkRow({ weights, start, categories }: Distributions, row: number): void {
  let sum = 0
  for (let i = 0; i < categories; i++) {
    const weight = weights[start + row * categories + i]!
    if (!(weight >= 0)) throw new RuntimeError(`${NO_DISTRIBUTION} (encountering probability entry < 0)`)
    if (!Number.isFinite(weight)) {
      throw new RuntimeError(`${NO_DISTRIBUTION} (encountering probability entry = infinity or NaN)`)
    }
    sum += weight
  }
  if (sum === 0) throw new RuntimeError(`${NO_DISTRIBUTION} (sum of probabilities <= 0)`)
}

/** Exponential clocks: who rings first, in proportion to its weight, is drawn first. */
function drawRace(
  generator: Generator,
  { weights, start: from, rows, categories, round }: Distributions,
  samples: number,
  out: Int32Array,
  start: number,
): void {
  const count = rows * categories
  const scores = weights instanceof Float32Array ? new Float32Array(count) : new Float64Array(count)
  fillExponential(generator, scores, 0, count, 1)
  if (round !== undefined) for (let i = 0; i < count; i++) scores[i] = round(scores[i]!)
  for (let i = 0; i < count; i++) scores[i] = weights[from + i]! / scores[i]!
  if (round !== undefined) for (let i = 0; i < count; i++) scores[i] = round(scores[i]!)
  let at = start
  for (let row = 0; row < rows; row++) {
    const race = scores.subarray(row * categories, (row + 1) * categories)
    for (const winner of samples === 1 ? [argmax(race)] : topPositions(race, samples, descending, true)) {
      out[at++] = winner
      out[at++] = 0
    }
  }
}

function drawRow(
  engine: Mt19937,
  { weights, start: from, categories }: Distributions,
  row: number,
  samples: number,
  out: Int32Array,
  start: number,
): void {
  const first = from + row * categories
  // sums in the dtype itself, whose rounding decides ties; the half types sum in float32
  const cumulative = weights instanceof Float32Array ? new Float32Array(categories) : new Float64Array(categories)
  cumulative[0] = weights[first]!
  for (let i = 1; i < categories; i++) cumulative[i] = cumulative[i - 1]! + weights[first + i]!
  const total = cumulative[categories - 1]!
  for (let i = 0; i < categories; i++) cumulative[i]! /= total
  cumulative[categories - 1] = 1
  let at = start + 2 * row * samples
  for (let sample = 0; sample < samples; sample++) {
    const u = engine.uniform53()
    let left = 0
    let right = categories
    while (left < right) {
      const middle = (left + right) >>> 1
      if (cumulative[middle]! < u) left = middle + 1
      else right = middle
    }
    out[at++] = left
    out[at++] = 0
  }
}

/** The index of the largest value, the first of equal ones. */
function argmax(values: Float32Array | Float64Array): number {
  let best = 0
  for (let i = 0; i < values.length; i++) {
    if (Number.isNaN(values[i]!)) return i
    if (values[i]! > values[best]!) best = i
  }
  return best
}
