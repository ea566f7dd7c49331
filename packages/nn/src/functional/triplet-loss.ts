/** Losses of triplets: an anchor shall be closer to the positive example than to the negative one. */
import {
  add,
  bindOptions,
  clampMin,
  minimum,
  pairwiseDistance,
  type Reduction,
  type ReductionOptions,
  RuntimeError,
  reduceLoss,
  reductionOf,
  sub,
  type Tensor,
  ValueError,
} from '@tsorch/core'

/** A distance of pairs of vectors: of two tensors [N, D], mostly, one [N]. A module is one as well. */
export type DistanceFunction = (x1: Tensor, x2: Tensor) => Tensor

/** Options of {@link tripletMarginLoss}. */
export interface TripletMarginOptions extends ReductionOptions {
  /** How much farther the negative example shall be, 1 if not given; above 0. */
  margin?: number
  /** The norm that distances are measured by, 2 if not given. */
  p?: number
  /** Added to the differences, 1e-6 if not given. */
  eps?: number
  /** Whether the positive example takes the anchor's place where it is closer to the negative one (Balntas et al., 2016). */
  swap?: boolean
}
/** Names of {@link TripletMarginOptions} in their order. */
export const tripletMarginNames = ['margin', 'p', 'eps', 'swap', 'sizeAverage', 'reduce', 'reduction'] as const

/**
 * `max(0, margin + d(anchor, positive) - d(anchor, negative))` with the p-norm of differences as the distance d.
 *
 * @param anchor - shape [N, D], or [D]
 * @param positive - as many dimensions, broadcast
 * @param negative - as many dimensions, broadcast
 * @returns a 0-d tensor, or one value a triplet with `reduction: 'none'`
 * @throws ValueError for a margin that is not positive
 * @throws RuntimeError if the numbers of dimensions differ
 * @example
 * ```ts
 * tripletMarginLoss(tensor([[0., 0.]]), tensor([[3., 4.]]), tensor([[0., 5.5]])) // tensor(0.5000)
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.nn.functional.triplet_margin_loss.html
 */
export function tripletMarginLoss(
  anchor: Tensor,
  positive: Tensor,
  negative: Tensor,
  margin?: number | TripletMarginOptions,
  options?: TripletMarginOptions,
): Tensor {
  const o = bindOptions<TripletMarginOptions>('tripletMarginLoss', tripletMarginNames, [margin, options])
  const { p = 2, eps = 1e-6 } = o
  return farther(anchor, positive, negative, (x1, x2) => pairwiseDistance(x1, x2, { p, eps }), o)
}

/** Options of {@link tripletMarginWithDistanceLoss}. */
export interface TripletDistanceOptions {
  /** The distance; {@link pairwiseDistance} if not given. */
  distanceFunction?: DistanceFunction | null
  /** How much farther the negative example shall be, 1 if not given; above 0. */
  margin?: number
  /** Whether the positive example takes the anchor's place where it is closer to the negative one. */
  swap?: boolean
  /** `'mean'` if not given. */
  reduction?: Reduction
}
/** Names of {@link TripletDistanceOptions} in their order. */
export const tripletDistanceNames = ['distanceFunction', 'margin', 'swap', 'reduction'] as const

/**
 * {@link tripletMarginLoss} with a distance of one's own.
 *
 * @param anchor - what the distance takes
 * @param positive - as many dimensions
 * @param negative - as many dimensions
 * @returns a 0-d tensor, or one value a triplet with `reduction: 'none'`
 * @throws ValueError for a margin that is not positive
 * @throws RuntimeError if the numbers of dimensions differ
 * @example
 * ```ts
 * tripletMarginWithDistanceLoss(randn([4, 3]), randn([4, 3]), randn([4, 3]), {
 *   distanceFunction: (x1, x2) => x1.sub(x2).abs().sum(-1),
 * })
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.nn.functional.triplet_margin_with_distance_loss.html
 */
export function tripletMarginWithDistanceLoss(
  anchor: Tensor,
  positive: Tensor,
  negative: Tensor,
  options?: TripletDistanceOptions,
): Tensor {
  const o = bindOptions<TripletDistanceOptions>('tripletMarginWithDistanceLoss', tripletDistanceNames, [options])
  return farther(anchor, positive, negative, o.distanceFunction ?? ((x1, x2) => pairwiseDistance(x1, x2)), o)
}

function farther(
  anchor: Tensor,
  positive: Tensor,
  negative: Tensor,
  distance: DistanceFunction,
  o: Partial<Pick<TripletMarginOptions, 'margin' | 'swap' | keyof ReductionOptions>>,
): Tensor {
  const { margin = 1, swap = false } = o
  const reduction = reductionOf(o)
  if (!(margin > 0)) throw new ValueError(`margin must be greater than 0, got ${margin}`)
  if (anchor.ndim !== positive.ndim || positive.ndim !== negative.ndim) {
    throw new RuntimeError(
      `The anchor, positive, and negative tensors are expected to have the same number of dimensions, but got: anchor ${anchor.ndim}D, positive ${positive.ndim}D, and negative ${negative.ndim}D inputs`,
    )
  }
  const near = distance(anchor, positive)
  const direct = distance(anchor, negative)
  const far = swap ? minimum(direct, distance(positive, negative)) : direct
  return reduceLoss(clampMin(sub(add(near, margin), far), 0), reduction)
}
