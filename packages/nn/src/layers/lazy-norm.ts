/** Batch and instance normalisation that take the number of channels from their first input. */
import { bindOptions, type Tensor } from '@tsorch/core'
import { BatchNorm1d, BatchNorm2d, BatchNorm3d } from './batch-norm.js'
import { InstanceNorm1d, InstanceNorm2d, InstanceNorm3d, type InstanceNormNd } from './instance-norm.js'
import { become, lazyBuffer, lazyParameter, materializeAll } from './lazy.js'
import { checkDims, type NormBase, type NormLayerOptions, type NormOr, normNames } from './norm-base.js'

/** A layer that was made for no channels forgets even that. */
function unsettle(layer: NormBase): void {
  layer.weight = lazyParameter(layer.weight)
  layer.bias = lazyParameter(layer.bias)
  layer.runningMean = lazyBuffer(layer.runningMean)
  layer.runningVar = lazyBuffer(layer.runningVar)
}

/** The layer is an ordinary one for so many channels, or for those that were loaded. */
function settle(layer: NormBase, channels: number, type: { readonly prototype: NormBase }): void {
  const { weight, bias, runningMean, runningVar } = layer
  const draws = materializeAll([weight, bias, runningMean, runningVar].map((x) => [x, [channels]] as const))
  const sized = weight ?? runningMean
  if (sized !== null) layer.numFeatures = sized.shape[0]!
  become(layer, type)
  if (draws) layer.resetParameters()
}

/**
 * A {@link BatchNorm1d} that takes `numFeatures` from its first input, and is an ordinary one from then on.
 *
 * @throws ValueError for an input of other dimensions
 * @example
 * ```ts
 * const norm = new LazyBatchNorm1d({ momentum: 0.3 })
 * norm(randn([8, 3])) // shape [8, 3]
 * norm.numFeatures // 3
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.nn.LazyBatchNorm1d.html
 */
export class LazyBatchNorm1d extends BatchNorm1d {
  constructor(
    eps?: NormOr<number>,
    momentum?: NormOr<number | null>,
    affine?: NormOr<boolean>,
    trackRunningStats?: NormOr<boolean>,
  ) {
    super(0, eps, momentum, affine, trackRunningStats)
    unsettle(this)
  }

  /** Does nothing before the first input. */
  override resetParameters(): void {}

  override forward(input: Tensor): Tensor {
    this.checkInput(input)
    settle(this, input.shape[1]!, BatchNorm1d)
    return this.forward(input)
  }
}

/** A {@link BatchNorm2d} that takes `numFeatures` from its first input. @see https://pytorch.org/docs/stable/generated/torch.nn.LazyBatchNorm2d.html */
export class LazyBatchNorm2d extends BatchNorm2d {
  constructor(
    eps?: NormOr<number>,
    momentum?: NormOr<number | null>,
    affine?: NormOr<boolean>,
    trackRunningStats?: NormOr<boolean>,
  ) {
    super(0, eps, momentum, affine, trackRunningStats)
    unsettle(this)
  }

  /** Does nothing before the first input. */
  override resetParameters(): void {}

  override forward(input: Tensor): Tensor {
    this.checkInput(input)
    settle(this, input.shape[1]!, BatchNorm2d)
    return this.forward(input)
  }
}

/** A {@link BatchNorm3d} that takes `numFeatures` from its first input. @see https://pytorch.org/docs/stable/generated/torch.nn.LazyBatchNorm3d.html */
export class LazyBatchNorm3d extends BatchNorm3d {
  constructor(
    eps?: NormOr<number>,
    momentum?: NormOr<number | null>,
    affine?: NormOr<boolean>,
    trackRunningStats?: NormOr<boolean>,
  ) {
    super(0, eps, momentum, affine, trackRunningStats)
    unsettle(this)
  }

  /** Does nothing before the first input. */
  override resetParameters(): void {}

  override forward(input: Tensor): Tensor {
    this.checkInput(input)
    settle(this, input.shape[1]!, BatchNorm3d)
    return this.forward(input)
  }
}

/** Unlike the ordinary layers, the lazy ones learn weights and track statistics if not told otherwise, as PyTorch's do. */
function instanceOptions(layer: string, args: readonly unknown[]): NormLayerOptions {
  return { affine: true, trackRunningStats: true, ...bindOptions<NormLayerOptions>(layer, normNames, args) }
}

function settleInstance(
  layer: InstanceNormNd,
  input: Tensor,
  sampleDims: number,
  type: { readonly prototype: NormBase },
): void {
  checkDims(input, sampleDims, sampleDims + 1)
  settle(layer, input.shape[input.ndim - sampleDims]!, type)
}

/**
 * An {@link InstanceNorm1d} that takes `numFeatures` from its first input, and is an ordinary one from then on. It has weights
 * and running statistics, unless it is told otherwise.
 *
 * @throws ValueError for an input of other dimensions
 * @example
 * ```ts
 * new LazyInstanceNorm1d()(randn([8, 3, 5])) // shape [8, 3, 5]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.nn.LazyInstanceNorm1d.html
 */
export class LazyInstanceNorm1d extends InstanceNorm1d {
  constructor(
    eps?: NormOr<number>,
    momentum?: NormOr<number | null>,
    affine?: NormOr<boolean>,
    trackRunningStats?: NormOr<boolean>,
  ) {
    super(0, instanceOptions('LazyInstanceNorm1d', [eps, momentum, affine, trackRunningStats]))
    unsettle(this)
  }

  /** Does nothing before the first input. */
  override resetParameters(): void {}

  override forward(input: Tensor): Tensor {
    settleInstance(this, input, this.sampleDims, InstanceNorm1d)
    return this.forward(input)
  }
}

/** An {@link InstanceNorm2d} that takes `numFeatures` from its first input. @see https://pytorch.org/docs/stable/generated/torch.nn.LazyInstanceNorm2d.html */
export class LazyInstanceNorm2d extends InstanceNorm2d {
  constructor(
    eps?: NormOr<number>,
    momentum?: NormOr<number | null>,
    affine?: NormOr<boolean>,
    trackRunningStats?: NormOr<boolean>,
  ) {
    super(0, instanceOptions('LazyInstanceNorm2d', [eps, momentum, affine, trackRunningStats]))
    unsettle(this)
  }

  /** Does nothing before the first input. */
  override resetParameters(): void {}

  override forward(input: Tensor): Tensor {
    settleInstance(this, input, this.sampleDims, InstanceNorm2d)
    return this.forward(input)
  }
}

/** An {@link InstanceNorm3d} that takes `numFeatures` from its first input. @see https://pytorch.org/docs/stable/generated/torch.nn.LazyInstanceNorm3d.html */
export class LazyInstanceNorm3d extends InstanceNorm3d {
  constructor(
    eps?: NormOr<number>,
    momentum?: NormOr<number | null>,
    affine?: NormOr<boolean>,
    trackRunningStats?: NormOr<boolean>,
  ) {
    super(0, instanceOptions('LazyInstanceNorm3d', [eps, momentum, affine, trackRunningStats]))
    unsettle(this)
  }

  /** Does nothing before the first input. */
  override resetParameters(): void {}

  override forward(input: Tensor): Tensor {
    settleInstance(this, input, this.sampleDims, InstanceNorm3d)
    return this.forward(input)
  }
}
