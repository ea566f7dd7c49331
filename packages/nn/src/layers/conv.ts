/** Convolutions with a learned weight. */
import { bindOptions, conv1d, conv2d, conv3d, pad, type Sizes, type Tensor, ValueError } from '@tsorch/core'
import { Layer } from '../module/module.js'
import type { Parameter } from '../parameter.js'
import { emptyParameter, type FactoryOptions, factoryNames, perDimension } from './factory.js'
import { resetWeightAndBias } from './linear.js'
import { tuple } from './python-text.js'

/** What surrounds the input. */
export type PaddingMode = 'zeros' | 'reflect' | 'replicate' | 'circular'

/** Zeros on both sides of each dimension; `'valid'` adds none, `'same'` as many as keep the size (stride 1 only). */
export type Padding = Sizes | 'valid' | 'same'

/** Options of the convolutions; each number may be a list with one entry a dimension. */
export interface ConvLayerOptions extends FactoryOptions {
  /** 1 if not given. */
  stride?: Sizes
  /** 0 if not given. */
  padding?: Padding
  /** Distance of the kernel's elements, 1 if not given. */
  dilation?: Sizes
  /** Input and output channels are divided into so many groups that do not mix; 1 if not given. */
  groups?: number
  /** Whether there is an additive bias; true if not given. */
  bias?: boolean
  /** `'zeros'` if not given. */
  paddingMode?: PaddingMode
}
const convNames = ['stride', 'padding', 'dilation', 'groups', 'bias', 'paddingMode', ...factoryNames] as const

/** What a convolution is made with, one entry a dimension. */
export interface ConvGeometry {
  readonly dimensions: number
  readonly transposed: boolean
  readonly inChannels: number
  readonly outChannels: number
  readonly kernelSize: Sizes
  readonly outputPadding: Sizes
  readonly options: Partial<ConvLayerOptions>
}

/** What all convolutions have in common. */
export abstract class ConvNd extends Layer {
  inChannels: number
  outChannels: number
  kernelSize: readonly number[]
  stride: readonly number[]
  padding: readonly number[] | 'valid' | 'same'
  dilation: readonly number[]
  transposed: boolean
  outputPadding: readonly number[]
  groups: number
  paddingMode: PaddingMode
  /** Shape [outChannels, inChannels / groups, ...kernelSize]; transposed [inChannels, outChannels / groups, ...kernelSize]. */
  weight: Parameter
  /** Shape [outChannels]. */
  bias: Parameter | null

  constructor(geometry: ConvGeometry) {
    super()
    const { dimensions: n, inChannels, outChannels, options: o } = geometry
    const name = this.constructor.name
    this.inChannels = inChannels
    this.outChannels = outChannels
    this.kernelSize = perDimension(name, 'kernelSize', geometry.kernelSize, n)
    this.stride = perDimension(name, 'stride', o.stride ?? 1, n)
    this.padding = typeof o.padding === 'string' ? o.padding : perDimension(name, 'padding', o.padding ?? 0, n)
    this.dilation = perDimension(name, 'dilation', o.dilation ?? 1, n)
    this.transposed = geometry.transposed
    this.outputPadding = perDimension(name, 'outputPadding', geometry.outputPadding, n)
    this.groups = o.groups ?? 1
    this.paddingMode = o.paddingMode ?? 'zeros'
    this.checkArguments()
    const [first, second] = this.transposed ? [inChannels, outChannels] : [outChannels, inChannels]
    this.weight = emptyParameter([first, second / this.groups, ...this.kernelSize], o)
    this.bias = (o.bias ?? true) ? emptyParameter([outChannels], o) : null
    this.resetParameters()
  }

  private checkArguments(): void {
    if (!(this.groups > 0)) throw new ValueError('groups must be a positive integer')
    if (this.inChannels % this.groups !== 0) throw new ValueError('in_channels must be divisible by groups')
    if (this.outChannels % this.groups !== 0) throw new ValueError('out_channels must be divisible by groups')
    if (typeof this.padding === 'string') {
      if (this.padding !== 'same' && this.padding !== 'valid')
        throw new ValueError(`Invalid padding string '${String(this.padding)}', should be one of {'same', 'valid'}`)
      if (this.padding === 'same' && this.stride.some((s) => s !== 1))
        throw new ValueError("padding='same' is not supported for strided convolutions")
    }
    if (!['zeros', 'reflect', 'replicate', 'circular'].includes(this.paddingMode))
      throw new ValueError(
        `padding_mode must be one of {'zeros', 'reflect', 'replicate', 'circular'}, but got padding_mode='${this.paddingMode}'`,
      )
  }

  /** Input and padding of the convolution, which by itself adds nothing but zeros. */
  protected surrounded(input: Tensor): [input: Tensor, padding: readonly number[] | 'valid' | 'same'] {
    if (this.paddingMode === 'zeros') return [input, this.padding]
    const around = bothEnds(this.padding, this.kernelSize, this.dilation)
    return [pad(input, around, this.paddingMode), this.kernelSize.map(() => 0)]
  }

  /** Draws weight and bias anew. */
  resetParameters(): void {
    resetWeightAndBias(this.weight, this.bias)
  }

  override extraRepr(): string {
    const parts = [
      `${this.inChannels}, ${this.outChannels}`,
      `kernel_size=${tuple(this.kernelSize)}`,
      `stride=${tuple(this.stride)}`,
    ]
    if (typeof this.padding === 'string') parts.push(`padding=${this.padding}`)
    else if (this.padding.some((p) => p !== 0)) parts.push(`padding=${tuple(this.padding)}`)
    if (this.dilation.some((d) => d !== 1)) parts.push(`dilation=${tuple(this.dilation)}`)
    if (this.outputPadding.some((p) => p !== 0)) parts.push(`output_padding=${tuple(this.outputPadding)}`)
    if (this.groups !== 1) parts.push(`groups=${this.groups}`)
    if (this.bias === null) parts.push('bias=False')
    if (this.paddingMode !== 'zeros') parts.push(`padding_mode=${this.paddingMode}`)
    return parts.join(', ')
  }
}

/** What is added before and after each dimension, from the last one to the first, as `pad` takes it. */
function bothEnds(
  padding: readonly number[] | 'valid' | 'same',
  kernelSize: readonly number[],
  dilation: readonly number[],
): number[] {
  return kernelSize
    .flatMap((size, d) => {
      if (typeof padding !== 'string') return [padding[d]!, padding[d]!]
      const total = padding === 'same' ? dilation[d]! * (size - 1) : 0
      const before = Math.floor(total / 2)
      // turned round with the order of dimensions
      return [total - before, before]
    })
    .reverse()
}

type Or<T> = T | ConvLayerOptions

function geometryOf(
  layer: string,
  dimensions: number,
  inChannels: number,
  outChannels: number,
  kernelSize: Sizes,
  args: readonly unknown[],
): ConvGeometry {
  const options = bindOptions<ConvLayerOptions>(layer, convNames, args)
  return { dimensions, transposed: false, inChannels, outChannels, kernelSize, outputPadding: 0, options }
}

/**
 * Convolution over one dimension: input [N, inChannels, L] or [inChannels, L].
 *
 * @see https://pytorch.org/docs/stable/generated/torch.nn.Conv1d.html
 */
export class Conv1d extends ConvNd {
  constructor(
    inChannels: number,
    outChannels: number,
    kernelSize: Sizes,
    stride?: Or<Sizes>,
    padding?: Or<Padding>,
    dilation?: Or<Sizes>,
    groups?: Or<number>,
    bias?: Or<boolean>,
  ) {
    super(geometryOf('Conv1d', 1, inChannels, outChannels, kernelSize, [stride, padding, dilation, groups, bias]))
  }

  override forward(input: Tensor): Tensor {
    const [x, padding] = this.surrounded(input)
    return conv1d(x, this.weight, this.bias, this.stride, padding, this.dilation, this.groups)
  }
}

/**
 * Convolution over two dimensions: input [N, inChannels, H, W] or [inChannels, H, W].
 *
 * @throws ValueError if `groups` does not divide the channels, or for `'same'` padding with a stride
 * @example
 * ```ts
 * new Conv2d(1, 10, 5, { padding: 2 })(randn([8, 1, 28, 28])) // shape [8, 10, 28, 28]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.nn.Conv2d.html
 */
export class Conv2d extends ConvNd {
  constructor(
    inChannels: number,
    outChannels: number,
    kernelSize: Sizes,
    stride?: Or<Sizes>,
    padding?: Or<Padding>,
    dilation?: Or<Sizes>,
    groups?: Or<number>,
    bias?: Or<boolean>,
  ) {
    super(geometryOf('Conv2d', 2, inChannels, outChannels, kernelSize, [stride, padding, dilation, groups, bias]))
  }

  override forward(input: Tensor): Tensor {
    const [x, padding] = this.surrounded(input)
    return conv2d(x, this.weight, this.bias, this.stride, padding, this.dilation, this.groups)
  }
}

/**
 * Convolution over three dimensions: input [N, inChannels, D, H, W] or [inChannels, D, H, W].
 *
 * @see https://pytorch.org/docs/stable/generated/torch.nn.Conv3d.html
 */
export class Conv3d extends ConvNd {
  constructor(
    inChannels: number,
    outChannels: number,
    kernelSize: Sizes,
    stride?: Or<Sizes>,
    padding?: Or<Padding>,
    dilation?: Or<Sizes>,
    groups?: Or<number>,
    bias?: Or<boolean>,
  ) {
    super(geometryOf('Conv3d', 3, inChannels, outChannels, kernelSize, [stride, padding, dilation, groups, bias]))
  }

  override forward(input: Tensor): Tensor {
    const [x, padding] = this.surrounded(input)
    return conv3d(x, this.weight, this.bias, this.stride, padding, this.dilation, this.groups)
  }
}
