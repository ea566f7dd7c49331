/**
 * The lattice of all alignments of a label sequence with a longer input, by which connectionist temporal classification (Graves et
 * al., 2006) sums over them: a row of places for each step, labels with a blank before, between and after them.
 *
 * Written with differentiable operations: it is what kernels are compared with, and what has second derivatives.
 */
import { fromTypedArray } from '../create/from-data.js'
import type { Tensor } from '../tensor.js'
import { ge, lt } from './compare.js'
import { clampMax, clampMin } from './extremes.js'
import { addedAt, gathered } from './gather.js'
import { selected } from './index-select.js'
import { longTensor } from './index-tensor.js'
import { stack } from './join.js'
import { logaddexp } from './logarithms.js'
import { logsumexp } from './norms.js'
import { constantPadNd } from './pad.js'
import { add, exp, mul, neg, sub } from './pointwise.js'
import { select } from './slicing.js'
import { zerosOf } from './update.js'
import { expand, reshape, unsqueeze } from './view.js'
import { where } from './where.js'

/** What is aligned with the input of each sample. */
export interface Alignment {
  /** Number of places in a row, 3 or more: two for each label of the longest sequence, and one. */
  readonly width: number
  /** The class at each place, [N, width] row by row: the blank at even ones, and after a sample's own last place. */
  readonly path: Int32Array
  /** Steps of each sample. */
  readonly inputLengths: readonly number[]
  /** Labels of each sample. */
  readonly targetLengths: readonly number[]
}

/** The logarithm of nothing. A number, since gradients of what infinities are subtracted from are NaN. */
const NEVER = -1e30

/** [rows, columns] of a number each, like `x`. */
function table(x: Tensor, rows: number, columns: number, entry: (row: number, column: number) => number): Tensor {
  const values = Float64Array.from({ length: rows * columns }, (_, i) => entry(Math.floor(i / columns), i % columns))
  return fromTypedArray(values, [rows, columns], { dtype: x.dtype, device: x.device })
}

/** Moves rows by some places to the right, or to the left. */
function shifted(row: Tensor, by: number): Tensor {
  return constantPadNd(row, [by, -by], NEVER)
}

/** The logarithm of what comes to each place: from itself, from its neighbour, and from the one after it where that may be left out. */
function arriving(row: Tensor, direction: 1 | -1, leap: Tensor): Tensor {
  return logsumexp(stack([row, shifted(row, direction), add(shifted(row, 2 * direction), leap)]), 0)
}

/** 0 where a step may leave the place between out, that of a blank between two unlike labels, else {@link NEVER}. */
function leaps(x: Tensor, { path, width, inputLengths }: Alignment, direction: 1 | -1): Tensor {
  return table(x, inputLengths.length, width, (n, s) => {
    const from = s - 2 * direction
    return from >= 0 && from < width && path[n * width + s] !== path[n * width + from] ? 0 : NEVER
  })
}

/** The places of all rows as an index, [T, N, width]. */
function places(x: Tensor, { path, width }: Alignment): Tensor {
  const [steps, samples] = x.shape as [number, number]
  return expand(unsqueeze(longTensor(path, [samples, width], x.storage.device), 0), [steps, samples, width])
}

/** The log-probability of each place by itself, [T, N, width], of log-probabilities [T, N, C]. */
export function emissionsOf(x: Tensor, alignment: Alignment): Tensor {
  return clampMin(gathered(x, 2, places(x, alignment)), NEVER)
}

/** The logarithm of all ways from the start to a place, it included, [T, N, width]. */
export function forwardOf(emissions: Tensor, alignment: Alignment): Tensor {
  const [steps, samples] = emissions.shape as [number, number]
  const leap = leaps(emissions, alignment, 1)
  let row = add(
    select(emissions, 0, 0),
    table(emissions, samples, alignment.width, (_, s) => (s < 2 ? 0 : NEVER)),
  )
  const rows = [row]
  for (let t = 1; t < steps; t++) {
    row = add(arriving(row, 1, leap), select(emissions, 0, t))
    rows.push(row)
  }
  return stack(rows)
}

/** Negative log likelihoods [N]; infinite where a sample has fewer steps than its labels take. */
export function lossesOf(forward: Tensor, { width, inputLengths, targetLengths }: Alignment): Tensor {
  const samples = inputLengths.length
  const flat = reshape(forward, [forward.count])
  const at = (n: number, s: number): number =>
    (Math.max(inputLengths[n]! - 1, 0) * samples + n) * width + Math.max(s, 0)
  const ends = (back: number): Tensor =>
    selected(
      flat,
      0,
      longTensor(
        targetLengths.map((length, n) => at(n, 2 * length - back)),
        [samples],
        flat.storage.device,
      ),
    )
  const column = (entry: (n: number) => number): Tensor => reshape(table(forward, samples, 1, entry), [samples])
  // it may end with its last label or with the blank after it
  const either = logaddexp(
    ends(0),
    add(
      ends(1),
      column((n) => (targetLengths[n] === 0 ? NEVER : 0)),
    ),
  )
  const losses = where(lt(either, NEVER / 2), Number.POSITIVE_INFINITY, neg(either))
  const unread = column((n) => (inputLengths[n] === 0 ? 1 : 0))
  return where(
    ge(unread, 1),
    column((n) => (targetLengths[n] === 0 ? 0 : Number.POSITIVE_INFINITY)),
    losses,
  )
}

/** The logarithm of all ways from a place, it included, to the end, [T, N, width]. */
function backwardOf(emissions: Tensor, alignment: Alignment): Tensor {
  const { width, inputLengths, targetLengths } = alignment
  const [steps, samples] = emissions.shape as [number, number]
  const leap = leaps(emissions, alignment, -1)
  const ends = table(emissions, samples, width, (n, s) =>
    s >= 2 * targetLengths[n]! - 1 && s <= 2 * targetLengths[n]! ? 0 : NEVER,
  )
  const lasts = table(emissions, steps, samples, (t, n) => (t === inputLengths[n]! - 1 ? 1 : 0))
  let row = table(emissions, samples, width, () => NEVER)
  const rows: Tensor[] = []
  for (let t = steps - 1; t >= 0; t--) {
    const last = ge(unsqueeze(select(lasts, 0, t), 1), 1)
    row = add(where(last, ends, arriving(row, -1, leap)), select(emissions, 0, t))
    rows.push(row)
  }
  return stack(rows.reverse())
}

/**
 * The gradient [T, N, C] that PyTorch gives to log-probabilities: of the loss for the logits, where these are made of them by
 * log-softmax.
 *
 * @param g - of the losses, [N]
 * @param x - log-probabilities [T, N, C]
 * @param losses - as {@link lossesOf} gives them
 * @param zeroInfinity - whether the gradient of an infinite loss is 0 rather than NaN
 */
export function latticeGradient(
  g: Tensor,
  x: Tensor,
  emissions: Tensor,
  forward: Tensor,
  losses: Tensor,
  alignment: Alignment,
  zeroInfinity: boolean,
): Tensor {
  const [steps, samples] = x.shape as [number, number]
  const infinite = ge(losses, -NEVER)
  const finite = reshape(where(infinite, 0, losses), [1, samples, 1])
  const through = add(sub(add(forward, backwardOf(emissions, alignment)), emissions), finite)
  // the probability of being at a place: above 1 by rounding at the most, but for samples that are left out below
  const shares = exp(clampMax(through, 1))
  const visits = addedAt(zerosOf(x, x.shape), 2, places(x, alignment), shares)
  const slopes = mul(sub(exp(x), visits), reshape(g, [1, samples, 1]))
  const allowed = where(reshape(infinite, [1, samples, 1]), zeroInfinity ? 0 : Number.NaN, slopes)
  const past = table(x, steps, samples, (t, n) => (t >= alignment.inputLengths[n]! ? 1 : 0))
  return where(ge(unsqueeze(past, 2), 1), 0, allowed)
}
