/** How far to go along a direction. */
import type { Tensor } from '@tsorch/core'
import {
  absolute,
  isAtLeast,
  isAtMost,
  isGreater,
  isLess,
  larger,
  minus,
  over,
  plus,
  type Scalar,
  smaller,
  squareRoot,
  times,
} from './scalar.js'

/** A place on the line: how far it is, the loss there, its gradient, and the slope along the line. */
export interface Place {
  readonly t: Scalar
  readonly loss: number
  readonly grad: Tensor
  readonly slope: Tensor
}

/** What a search found, and how often it evaluated the loss. */
export interface Found {
  readonly place: Place
  readonly evaluations: number
}

/** The loss must fall by this share of what the slope promises, */
const DECREASE = 1e-4
/** and the slope be flatter than this share of the one at the start. */
const CURVATURE = 0.9

/** Where the cubic through two places with their slopes is lowest, within bounds: the places themselves if none are given. */
function lowest(a: Place, b: Place, bounds?: readonly [Scalar, Scalar]): Scalar {
  const isForward = isAtMost(a.t, b.t)
  const [min, max] = bounds ?? (isForward ? [a.t, b.t] : [b.t, a.t])
  const d1 = minus(plus(a.slope, b.slope), over(3 * (a.loss - b.loss), minus(a.t, b.t)))
  const square = minus(times(d1, d1), times(a.slope, b.slope))
  if (!isAtLeast(square, 0)) return over(plus(min, max), 2)
  const d2 = squareRoot(square)
  const [near, far] = isForward ? [a, b] : [b, a]
  const share = over(minus(plus(far.slope, d2), d1), plus(minus(far.slope, near.slope), times(2, d2)))
  return smaller(larger(minus(far.t, times(minus(far.t, near.t), share)), min), max)
}

/**
 * A place that satisfies the strong Wolfe conditions: goes on until it is passed, then closes in on it (Nocedal and Wright,
 * Numerical Optimization, algorithms 3.5 and 3.6).
 *
 * @param start where the line begins, t = 0
 * @param first how far to go first
 * @param evaluate the loss at a distance
 * @param direction the direction of the line
 * @param toleranceChange a bracket that is smaller in every parameter is not divided further
 * @param most number of evaluations, besides the first
 */
export function strongWolfe(
  start: Place,
  first: Scalar,
  evaluate: (t: Scalar) => Place,
  direction: Tensor,
  toleranceChange: number,
  most: number,
): Found {
  const { loss, slope } = start
  const fallsTooLittle = (at: Place) => isGreater(at.loss, plus(loss, times(times(DECREASE, at.t), slope)))
  const isFlat = (at: Place) => isAtMost(absolute(at.slope), times(-CURVATURE, slope))

  let previous = start
  let place = evaluate(first)
  let evaluations = 1
  let rounds = 0
  let bracket: [Place, Place] | null = null
  for (; rounds < most; rounds++) {
    if (fallsTooLittle(place) || (rounds > 1 && place.loss >= previous.loss)) {
      bracket = [previous, place]
      break
    }
    if (isFlat(place)) return { place, evaluations }
    if (isAtLeast(place.slope, 0)) {
      bracket = [previous, place]
      break
    }
    const { t } = place
    const bounds = [plus(t, times(0.01, minus(t, previous.t))), times(t, 10)] as const
    const next = lowest(previous, place, bounds)
    previous = place
    place = evaluate(next)
    evaluations++
  }
  bracket ??= [start, place]

  const size = direction.abs().max()
  let isStuck = false
  let low: 0 | 1 = bracket[0].loss <= bracket[1].loss ? 0 : 1
  for (; rounds < most; rounds++) {
    const [a, b] = bracket
    if (isLess(times(absolute(minus(b.t, a.t)), size), toleranceChange)) break
    const [min, max] = [smaller(a.t, b.t), larger(a.t, b.t)]
    let t = lowest(a, b)
    // too close to an end, and not for the first time: a tenth away from it
    const margin = times(0.1, minus(max, min))
    const isClose = isLess(smaller(minus(max, t), minus(t, min)), margin)
    if (isClose && (isStuck || isAtLeast(t, max) || isAtMost(t, min))) {
      t = isLess(absolute(minus(t, max)), absolute(minus(t, min))) ? minus(max, margin) : plus(min, margin)
      isStuck = false
    } else isStuck = isClose

    place = evaluate(t)
    evaluations++
    const high = low === 0 ? 1 : 0
    if (fallsTooLittle(place) || place.loss >= bracket[low].loss) {
      bracket[high] = place
      low = bracket[0].loss <= bracket[1].loss ? 0 : 1
      continue
    }
    const isDone = isFlat(place)
    const width = minus(bracket[high].t, bracket[low].t)
    if (!isDone && isAtLeast(times(place.slope, width), 0)) bracket[high] = bracket[low]
    bracket[low] = place
    if (isDone) break
  }
  return { place: bracket[low], evaluations }
}
