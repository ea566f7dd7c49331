/** Batch normalisation (Ioffe and Szegedy, 2015). */
import { batchNorm, type Tensor } from '@tsorch/core'
import { checkDims, NormBase, type NormOr } from './norm-base.js'

/** What the batch normalisation layers have in common. */
export abstract class BatchNormNd extends NormBase {
  constructor(layer: string, numFeatures: number, args: readonly unknown[]) {
    super(layer, numFeatures, args, { affine: true, trackRunningStats: true })
  }

  /** @throws ValueError for an input of another number of dimensions */
  protected abstract checkInput(input: Tensor): void

  override forward(input: Tensor): Tensor {
    this.checkInput(input)
    const { training, runningMean, runningVar, weight, bias, eps } = this
    const updates = training && this.trackRunningStats
    const momentum = updates ? this.countBatch() : (this.momentum ?? 0)
    const trains = training || (runningMean === null && runningVar === null)
    // in training, statistics that are not tracked are neither read nor changed
    const [mean, variance] = training && !updates ? [null, null] : [runningMean, runningVar]
    return batchNorm(input, mean, variance, weight, bias, trains, momentum, eps)
  }

  /** Counts one more batch; gives its share in the running statistics. */
  private countBatch(): number {
    const { numBatchesTracked, momentum } = this
    if (numBatchesTracked === null) return momentum ?? 0
    numBatchesTracked.add_(1)
    return momentum ?? 1 / Number(numBatchesTracked.item())
  }
}

/**
 * Normalises each channel of [N, C] or [N, C, L] to mean 0 and variance 1 over the batch, then scales and shifts it by `weight`
 * and `bias` [C].
 *
 * In training the statistics are those of the batch, and the running ones move towards them, the variance with its unbiased
 * estimate. In evaluation the running ones take their place, if they are tracked.
 *
 * @param numFeatures - C
 * @throws ValueError for an input of other dimensions, or in training for a single value a channel
 * @throws RuntimeError if the input has other channels
 * @example
 * ```ts
 * new BatchNorm1d(3)(randn([8, 3])).mean(0) // about 0 for each of the 3 channels
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.nn.BatchNorm1d.html
 */
export class BatchNorm1d extends BatchNormNd {
  constructor(
    numFeatures: number,
    eps?: NormOr<number>,
    momentum?: NormOr<number | null>,
    affine?: NormOr<boolean>,
    trackRunningStats?: NormOr<boolean>,
  ) {
    super('BatchNorm1d', numFeatures, [eps, momentum, affine, trackRunningStats])
  }

  protected override checkInput(input: Tensor): void {
    checkDims(input, 2, 3)
  }
}

/**
 * Normalises each channel of [N, C, H, W] to mean 0 and variance 1 over batch and positions; else as {@link BatchNorm1d}.
 *
 * @throws ValueError for an input of other dimensions, or in training for a single value a channel
 * @throws RuntimeError if the input has other channels
 * @example
 * ```ts
 * const norm = new BatchNorm2d(3, { momentum: 0.3 })
 * norm(randn([8, 3, 5, 5])) // shape [8, 3, 5, 5]
 * Object.keys(norm.stateDict()) // weight, bias, running_mean, running_var, num_batches_tracked
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.nn.BatchNorm2d.html
 */
export class BatchNorm2d extends BatchNormNd {
  constructor(
    numFeatures: number,
    eps?: NormOr<number>,
    momentum?: NormOr<number | null>,
    affine?: NormOr<boolean>,
    trackRunningStats?: NormOr<boolean>,
  ) {
    super('BatchNorm2d', numFeatures, [eps, momentum, affine, trackRunningStats])
  }

  protected override checkInput(input: Tensor): void {
    checkDims(input, 4)
  }
}

/**
 * Normalises each channel of [N, C, D, H, W] to mean 0 and variance 1 over batch and positions; else as {@link BatchNorm1d}.
 *
 * @throws ValueError for an input of other dimensions, or in training for a single value a channel
 * @throws RuntimeError if the input has other channels
 * @see https://pytorch.org/docs/stable/generated/torch.nn.BatchNorm3d.html
 */
export class BatchNorm3d extends BatchNormNd {
  constructor(
    numFeatures: number,
    eps?: NormOr<number>,
    momentum?: NormOr<number | null>,
    affine?: NormOr<boolean>,
    trackRunningStats?: NormOr<boolean>,
  ) {
    super('BatchNorm3d', numFeatures, [eps, momentum, affine, trackRunningStats])
  }

  protected override checkInput(input: Tensor): void {
    checkDims(input, 5)
  }
}
