/** Instance normalisation (Ulyanov et al., 2016). */
import { instanceNorm, type Tensor, ValueError } from '@tsorch/core'
import { checkDims, NormBase, type NormOr } from './norm-base.js'

/** What the instance normalisation layers have in common. */
export abstract class InstanceNormNd extends NormBase {
  constructor(layer: string, numFeatures: number, args: readonly unknown[]) {
    super(layer, numFeatures, args, { affine: false, trackRunningStats: false })
  }

  /** Dimensions of an input without batch. */
  protected abstract readonly sampleDims: number

  override forward(input: Tensor): Tensor {
    const { sampleDims, numFeatures } = this
    checkDims(input, sampleDims, sampleDims + 1)
    const dim = input.ndim - sampleDims
    const channels = input.shape[dim]!
    // without weights nothing depends on the number: PyTorch too computes then
    if (this.affine && channels !== numFeatures)
      throw new ValueError(
        `expected input's size at dim=${dim} to match num_features (${numFeatures}), but got: ${channels}.`,
      )
    return dim === 0 ? this.normalise(input.unsqueeze(0)).squeeze(0) : this.normalise(input)
  }

  private normalise(input: Tensor): Tensor {
    const { runningMean, runningVar, weight, bias, momentum, eps } = this
    const own = this.training || !this.trackRunningStats
    return instanceNorm(input, runningMean, runningVar, weight, bias, own, momentum ?? 0, eps)
  }
}

/**
 * Normalises each channel of each sample of [N, C, L] or [C, L] to mean 0 and variance 1 over its positions; `affine` scales and
 * shifts it then by `weight` and `bias` [C].
 *
 * With `trackRunningStats`, running statistics are updated in training, and take the place of the sample's own in evaluation.
 *
 * @param numFeatures - C
 * @throws ValueError for an input of other dimensions, for other channels if affine, or for a single position
 * @example
 * ```ts
 * new InstanceNorm1d(3)(randn([8, 3, 5])).mean(2) // about 0 everywhere
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.nn.InstanceNorm1d.html
 */
export class InstanceNorm1d extends InstanceNormNd {
  constructor(
    numFeatures: number,
    eps?: NormOr<number>,
    momentum?: NormOr<number | null>,
    affine?: NormOr<boolean>,
    trackRunningStats?: NormOr<boolean>,
  ) {
    super('InstanceNorm1d', numFeatures, [eps, momentum, affine, trackRunningStats])
  }

  protected override get sampleDims(): number {
    return 2
  }
}

/**
 * Normalises each channel of each sample of [N, C, H, W] or [C, H, W]; else as {@link InstanceNorm1d}.
 *
 * @throws ValueError for an input of other dimensions, for other channels if affine, or for a single position
 * @example
 * ```ts
 * new InstanceNorm2d(3, { affine: true })(randn([8, 3, 5, 5])) // shape [8, 3, 5, 5]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.nn.InstanceNorm2d.html
 */
export class InstanceNorm2d extends InstanceNormNd {
  constructor(
    numFeatures: number,
    eps?: NormOr<number>,
    momentum?: NormOr<number | null>,
    affine?: NormOr<boolean>,
    trackRunningStats?: NormOr<boolean>,
  ) {
    super('InstanceNorm2d', numFeatures, [eps, momentum, affine, trackRunningStats])
  }

  protected override get sampleDims(): number {
    return 3
  }
}

/**
 * Normalises each channel of each sample of [N, C, D, H, W] or [C, D, H, W]; else as {@link InstanceNorm1d}.
 *
 * @throws ValueError for an input of other dimensions, for other channels if affine, or for a single position
 * @see https://pytorch.org/docs/stable/generated/torch.nn.InstanceNorm3d.html
 */
export class InstanceNorm3d extends InstanceNormNd {
  constructor(
    numFeatures: number,
    eps?: NormOr<number>,
    momentum?: NormOr<number | null>,
    affine?: NormOr<boolean>,
    trackRunningStats?: NormOr<boolean>,
  ) {
    super('InstanceNorm3d', numFeatures, [eps, momentum, affine, trackRunningStats])
  }

  protected override get sampleDims(): number {
    return 4
  }
}
