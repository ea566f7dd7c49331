/** Transposed convolutions: the gradient of a convolution with respect to its input, with a learned weight. */
import {
  bindOptions,
  convTranspose1d,
  convTranspose2d,
  convTranspose3d,
  type Sizes,
  type Tensor,
  ValueError,
} from '@tsorch/core'
import { type ConvGeometry, ConvNd, type PaddingMode } from './conv.js'
import { type FactoryOptions, factoryNames } from './factory.js'

/** Options of the transposed convolutions; each number may be a list with one entry a dimension. */
export interface ConvTransposeLayerOptions extends FactoryOptions {
  /** 1 if not given. */
  stride?: Sizes
  /** Taken away on both sides of the output; 0 if not given. */
  padding?: Sizes
  /** Added to one side of the output, where a stride leaves its size open; 0 if not given. */
  outputPadding?: Sizes
  groups?: number
  /** Whether there is an additive bias; true if not given. */
  bias?: boolean
  dilation?: Sizes
  /** Only `'zeros'`. */
  paddingMode?: PaddingMode
}
const names = [
  'stride',
  'padding',
  'outputPadding',
  'groups',
  'bias',
  'dilation',
  'paddingMode',
  ...factoryNames,
] as const

/** Options of a call of a transposed convolution. */
export interface OutputSizeOptions {
  /** The wanted size of the output, among those that the stride leaves open. */
  outputSize?: readonly number[] | null
}

function geometryOf(
  layer: string,
  dimensions: number,
  inChannels: number,
  outChannels: number,
  kernelSize: Sizes,
  args: readonly unknown[],
): ConvGeometry {
  const { outputPadding = 0, ...options } = bindOptions<ConvTransposeLayerOptions>(layer, names, args)
  if ((options.paddingMode ?? 'zeros') !== 'zeros')
    throw new ValueError(`Only "zeros" padding mode is supported for ${layer}`)
  return { dimensions, transposed: true, inChannels, outChannels, kernelSize, outputPadding, options }
}

/** Modules are called like functions: these with an output size too. */
export interface ConvTransposeNd {
  (input: Tensor, outputSize?: readonly number[] | OutputSizeOptions | null): Tensor
}

/** What the transposed convolutions have in common. */
export abstract class ConvTransposeNd extends ConvNd {
  /** What the function takes besides input, weight and bias. */
  protected settings(
    input: Tensor,
    outputSize: readonly number[] | OutputSizeOptions | null | undefined,
  ): {
    bias: Tensor | null
    stride: readonly number[]
    padding: readonly number[]
    outputPadding: readonly number[]
    groups: number
    dilation: readonly number[]
  } {
    const { bias, stride, groups, dilation } = this
    const wanted =
      (Array.isArray(outputSize) ? outputSize : (outputSize as OutputSizeOptions | null)?.outputSize) ?? null
    const outputPadding = wanted === null ? this.outputPadding : this.paddingFor(input, wanted as readonly number[])
    return { bias, stride, padding: this.padding as readonly number[], outputPadding, groups, dilation }
  }

  /** What must be added to one side to get the wanted size. @throws ValueError for a size that the stride does not leave open */
  private paddingFor(input: Tensor, outputSize: readonly number[]): readonly number[] {
    const n = this.kernelSize.length
    const leading = input.ndim === n + 2 ? 2 : 1
    const wanted = outputSize.length === n + leading ? outputSize.slice(leading) : outputSize
    if (wanted.length !== n) {
      throw new ValueError(
        `ConvTranspose${n}D: for ${input.ndim}D input, output_size must have ${n} or ${n + leading} elements (got ${outputSize.length})`,
      )
    }
    const padding = this.padding as readonly number[]
    const smallest = wanted.map(
      (_, d) =>
        (input.shape[leading + d]! - 1) * this.stride[d]! -
        2 * padding[d]! +
        this.dilation[d]! * (this.kernelSize[d]! - 1) +
        1,
    )
    const largest = smallest.map((size, d) => size + this.stride[d]! - 1)
    if (wanted.some((size, d) => size < smallest[d]! || size > largest[d]!)) {
      throw new ValueError(
        `requested an output size of [${wanted.join(', ')}], but valid sizes range from [${smallest.join(', ')}] to [${largest.join(', ')}] (for an input of [${input.shape.slice(leading).join(', ')}])`,
      )
    }
    return wanted.map((size, d) => size - smallest[d]!)
  }
}

type Or<T> = T | ConvTransposeLayerOptions

/** Transposed convolution over one dimension. @see https://pytorch.org/docs/stable/generated/torch.nn.ConvTranspose1d.html */
export class ConvTranspose1d extends ConvTransposeNd {
  constructor(
    inChannels: number,
    outChannels: number,
    kernelSize: Sizes,
    stride?: Or<Sizes>,
    padding?: Or<Sizes>,
    outputPadding?: Or<Sizes>,
    groups?: Or<number>,
  ) {
    const args = [stride, padding, outputPadding, groups]
    super(geometryOf('ConvTranspose1d', 1, inChannels, outChannels, kernelSize, args))
  }

  override forward(input: Tensor, outputSize?: readonly number[] | OutputSizeOptions | null): Tensor {
    return convTranspose1d(input, this.weight, this.settings(input, outputSize))
  }
}

/**
 * Transposed convolution over two dimensions: input [N, inChannels, H, W] or [inChannels, H, W].
 *
 * @example
 * ```ts
 * const up = new ConvTranspose2d(16, 8, 3, { stride: 2 })
 * up(randn([1, 16, 4, 4])) // shape [1, 8, 9, 9]
 * up(randn([1, 16, 4, 4]), [10, 10]) // shape [1, 8, 10, 10]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.nn.ConvTranspose2d.html
 */
export class ConvTranspose2d extends ConvTransposeNd {
  constructor(
    inChannels: number,
    outChannels: number,
    kernelSize: Sizes,
    stride?: Or<Sizes>,
    padding?: Or<Sizes>,
    outputPadding?: Or<Sizes>,
    groups?: Or<number>,
  ) {
    const args = [stride, padding, outputPadding, groups]
    super(geometryOf('ConvTranspose2d', 2, inChannels, outChannels, kernelSize, args))
  }

  override forward(input: Tensor, outputSize?: readonly number[] | OutputSizeOptions | null): Tensor {
    return convTranspose2d(input, this.weight, this.settings(input, outputSize))
  }
}

/** Transposed convolution over three dimensions. @see https://pytorch.org/docs/stable/generated/torch.nn.ConvTranspose3d.html */
export class ConvTranspose3d extends ConvTransposeNd {
  constructor(
    inChannels: number,
    outChannels: number,
    kernelSize: Sizes,
    stride?: Or<Sizes>,
    padding?: Or<Sizes>,
    outputPadding?: Or<Sizes>,
    groups?: Or<number>,
  ) {
    const args = [stride, padding, outputPadding, groups]
    super(geometryOf('ConvTranspose3d', 3, inChannels, outChannels, kernelSize, args))
  }

  override forward(input: Tensor, outputSize?: readonly number[] | OutputSizeOptions | null): Tensor {
    return convTranspose3d(input, this.weight, this.settings(input, outputSize))
  }
}
