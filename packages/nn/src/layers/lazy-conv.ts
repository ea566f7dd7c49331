/** Convolutions that take their number of input channels from their first input. */
import { RuntimeError, type Sizes, type Tensor, ValueError } from '@tsorch/core'
import { Conv1d, Conv2d, Conv3d, type ConvLayerOptions, type ConvNd, type Padding } from './conv.js'
import {
  ConvTranspose1d,
  ConvTranspose2d,
  ConvTranspose3d,
  type ConvTransposeLayerOptions,
  type OutputSizeOptions,
} from './conv-transpose.js'
import { become, lazyParameter, materializeAll } from './lazy.js'

/** A layer that was made for no channels knows those of its output, and forgets the others. */
function unsettle(layer: ConvNd, outChannels: number): void {
  layer.outChannels = outChannels
  layer.weight = lazyParameter(layer.weight)
  layer.bias = lazyParameter(layer.bias)
}

/** @throws RuntimeError for an input of other dimensions */
function channelsOf(layer: ConvNd, input: Tensor): number {
  const sampleDims = layer.kernelSize.length + 1
  if (input.ndim !== sampleDims && input.ndim !== sampleDims + 1)
    throw new RuntimeError(
      `Expected ${sampleDims}D (unbatched) or ${sampleDims + 1}D (batched) input to ${layer.constructor.name}, but got input of size: [${input.shape.join(', ')}]`,
    )
  return input.shape[input.ndim - sampleDims]!
}

/** The layer is an ordinary one for the channels of the input, or for those that were loaded. */
function settle(layer: ConvNd, input: Tensor, type: { readonly prototype: ConvNd }): void {
  const channels = channelsOf(layer, input)
  const { groups, outChannels, transposed, kernelSize } = layer
  if (channels % groups !== 0) throw new ValueError('in_channels must be divisible by groups')
  const [first, second] = transposed ? [channels, outChannels] : [outChannels, channels]
  const shapes = [
    [layer.weight, [first, Math.floor(second / groups), ...kernelSize]],
    [layer.bias, [outChannels]],
  ] as const
  const draws = materializeAll(shapes)
  layer.inChannels = transposed ? layer.weight.shape[0]! : layer.weight.shape[1]! * groups
  become(layer, type)
  if (draws) layer.resetParameters()
}

type Or<T> = T | ConvLayerOptions
type TransposeOr<T> = T | ConvTransposeLayerOptions
type OutputSize = readonly number[] | OutputSizeOptions | null

/** A {@link Conv1d} that takes `inChannels` from its first input. @see https://pytorch.org/docs/stable/generated/torch.nn.LazyConv1d.html */
export class LazyConv1d extends Conv1d {
  constructor(
    outChannels: number,
    kernelSize: Sizes,
    stride?: Or<Sizes>,
    padding?: Or<Padding>,
    dilation?: Or<Sizes>,
    groups?: Or<number>,
    bias?: Or<boolean>,
  ) {
    super(0, 0, kernelSize, stride, padding, dilation, groups, bias)
    unsettle(this, outChannels)
  }

  /** Does nothing before the first input. */
  override resetParameters(): void {}

  override forward(input: Tensor): Tensor {
    settle(this, input, Conv1d)
    return this.forward(input)
  }
}

/**
 * A {@link Conv2d} that takes `inChannels` from its first input, and is an ordinary one from then on.
 *
 * Its weights are drawn at that time, unless they were loaded before.
 *
 * @throws RuntimeError for an input of other dimensions
 * @throws ValueError if `groups` does not divide the channels
 * @example
 * ```ts
 * const conv = new LazyConv2d(10, 5, { padding: 2 })
 * conv(randn([8, 1, 28, 28])) // shape [8, 10, 28, 28]
 * conv.inChannels // 1
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.nn.LazyConv2d.html
 */
export class LazyConv2d extends Conv2d {
  constructor(
    outChannels: number,
    kernelSize: Sizes,
    stride?: Or<Sizes>,
    padding?: Or<Padding>,
    dilation?: Or<Sizes>,
    groups?: Or<number>,
    bias?: Or<boolean>,
  ) {
    super(0, 0, kernelSize, stride, padding, dilation, groups, bias)
    unsettle(this, outChannels)
  }

  /** Does nothing before the first input. */
  override resetParameters(): void {}

  override forward(input: Tensor): Tensor {
    settle(this, input, Conv2d)
    return this.forward(input)
  }
}

/** A {@link Conv3d} that takes `inChannels` from its first input. @see https://pytorch.org/docs/stable/generated/torch.nn.LazyConv3d.html */
export class LazyConv3d extends Conv3d {
  constructor(
    outChannels: number,
    kernelSize: Sizes,
    stride?: Or<Sizes>,
    padding?: Or<Padding>,
    dilation?: Or<Sizes>,
    groups?: Or<number>,
    bias?: Or<boolean>,
  ) {
    super(0, 0, kernelSize, stride, padding, dilation, groups, bias)
    unsettle(this, outChannels)
  }

  /** Does nothing before the first input. */
  override resetParameters(): void {}

  override forward(input: Tensor): Tensor {
    settle(this, input, Conv3d)
    return this.forward(input)
  }
}

/** A {@link ConvTranspose1d} that takes `inChannels` from its first input. @see https://pytorch.org/docs/stable/generated/torch.nn.LazyConvTranspose1d.html */
export class LazyConvTranspose1d extends ConvTranspose1d {
  constructor(
    outChannels: number,
    kernelSize: Sizes,
    stride?: TransposeOr<Sizes>,
    padding?: TransposeOr<Sizes>,
    outputPadding?: TransposeOr<Sizes>,
    groups?: TransposeOr<number>,
  ) {
    super(0, 0, kernelSize, stride, padding, outputPadding, groups)
    unsettle(this, outChannels)
  }

  /** Does nothing before the first input. */
  override resetParameters(): void {}

  override forward(input: Tensor, outputSize?: OutputSize): Tensor {
    settle(this, input, ConvTranspose1d)
    return this.forward(input, outputSize)
  }
}

/** A {@link ConvTranspose2d} that takes `inChannels` from its first input. @see https://pytorch.org/docs/stable/generated/torch.nn.LazyConvTranspose2d.html */
export class LazyConvTranspose2d extends ConvTranspose2d {
  constructor(
    outChannels: number,
    kernelSize: Sizes,
    stride?: TransposeOr<Sizes>,
    padding?: TransposeOr<Sizes>,
    outputPadding?: TransposeOr<Sizes>,
    groups?: TransposeOr<number>,
  ) {
    super(0, 0, kernelSize, stride, padding, outputPadding, groups)
    unsettle(this, outChannels)
  }

  /** Does nothing before the first input. */
  override resetParameters(): void {}

  override forward(input: Tensor, outputSize?: OutputSize): Tensor {
    settle(this, input, ConvTranspose2d)
    return this.forward(input, outputSize)
  }
}

/** A {@link ConvTranspose3d} that takes `inChannels` from its first input. @see https://pytorch.org/docs/stable/generated/torch.nn.LazyConvTranspose3d.html */
export class LazyConvTranspose3d extends ConvTranspose3d {
  constructor(
    outChannels: number,
    kernelSize: Sizes,
    stride?: TransposeOr<Sizes>,
    padding?: TransposeOr<Sizes>,
    outputPadding?: TransposeOr<Sizes>,
    groups?: TransposeOr<number>,
  ) {
    super(0, 0, kernelSize, stride, padding, outputPadding, groups)
    unsettle(this, outChannels)
  }

  /** Does nothing before the first input. */
  override resetParameters(): void {}

  override forward(input: Tensor, outputSize?: OutputSize): Tensor {
    settle(this, input, ConvTranspose3d)
    return this.forward(input, outputSize)
  }
}
