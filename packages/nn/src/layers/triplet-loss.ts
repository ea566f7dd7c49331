/** Losses of triplets: an anchor, an example that it shall be close to, and one that it shall be far from. */
import { bindOptions, type Tensor, ValueError } from '@tsorch/core'
import {
  type DistanceFunction,
  type TripletDistanceOptions,
  type TripletMarginOptions,
  tripletDistanceNames,
  tripletMarginLoss,
  tripletMarginNames,
  tripletMarginWithDistanceLoss,
} from '../functional/triplet-loss.js'
import { snakeCase } from '../module/keys.js'
import { PairwiseDistance } from './distance.js'
import { Loss } from './loss.js'

type Triplet = [anchor: Tensor, positive: Tensor, negative: Tensor]

function checkMargin(layer: string, margin: number): number {
  if (!(margin > 0)) throw new ValueError(`${layer}: expected margin to be greater than 0, got ${margin} instead`)
  return margin
}

/**
 * The negative example shall be farther from the anchor than the positive one by a margin, in the p-norm.
 *
 * @throws ValueError for a margin that is not positive
 * @example
 * ```ts
 * new TripletMarginLoss(1, { p: 1 })(randn([4, 8]), randn([4, 8]), randn([4, 8]))
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.nn.TripletMarginLoss.html
 */
export class TripletMarginLoss extends Loss<Triplet> {
  margin: number
  p: number
  eps: number
  swap: boolean

  constructor(margin?: number | TripletMarginOptions, options?: TripletMarginOptions) {
    const o = bindOptions<TripletMarginOptions>('TripletMarginLoss', tripletMarginNames, [margin, options])
    super(o)
    this.margin = checkMargin('TripletMarginLoss', o.margin ?? 1)
    this.p = o.p ?? 2
    this.eps = o.eps ?? 1e-6
    this.swap = o.swap ?? false
  }

  override forward(...[anchor, positive, negative]: Triplet): Tensor {
    const { margin, p, eps, swap, reduction } = this
    return tripletMarginLoss(anchor, positive, negative, { margin, p, eps, swap, reduction })
  }
}

/**
 * {@link TripletMarginLoss} with a distance of one's own: a function, or a module, whose parameters are then trained.
 *
 * @throws ValueError for a margin that is not positive
 * @example
 * ```ts
 * const distanceFunction = (x1: Tensor, x2: Tensor) => cosineSimilarity(x1, x2).neg().add(1)
 * new TripletMarginWithDistanceLoss({ distanceFunction })(randn([4, 8]), randn([4, 8]), randn([4, 8]))
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.nn.TripletMarginWithDistanceLoss.html
 */
export class TripletMarginWithDistanceLoss extends Loss<Triplet> {
  static override keyOf: (property: string) => string = snakeCase

  distanceFunction: DistanceFunction
  margin: number
  swap: boolean

  constructor(options?: TripletDistanceOptions) {
    const o = bindOptions<TripletDistanceOptions>('TripletMarginWithDistanceLoss', tripletDistanceNames, [options])
    super(o)
    this.margin = checkMargin('TripletMarginWithDistanceLoss', o.margin ?? 1)
    this.distanceFunction = o.distanceFunction ?? new PairwiseDistance()
    this.swap = o.swap ?? false
  }

  override forward(...[anchor, positive, negative]: Triplet): Tensor {
    const { distanceFunction, margin, swap, reduction } = this
    return tripletMarginWithDistanceLoss(anchor, positive, negative, { distanceFunction, margin, swap, reduction })
  }
}
