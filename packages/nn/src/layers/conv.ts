import { avgPool2d, bindOptions, conv2d, empty, maxPool2d, type Sizes, type Tensor } from '@tsorch/core'
import { Layer } from '../module.js'
import { Parameter } from '../parameter.js'
import { resetWeightAndBias } from './linear.js'

function twice(value: Sizes): readonly [number, number] {
  return (typeof value === 'number' ? [value, value] : value) as [number, number]
}

function tuple(value: Sizes): string {
  return `(${twice(value).join(', ')})`
}

/** Options of {@link Conv2d}. */
export interface Conv2dOptions {
  stride?: Sizes
  padding?: Sizes | 'valid' | 'same'
  dilation?: Sizes
  groups?: number
  bias?: boolean
}

/**
 * Convolution over two dimensions with a learned weight.
 *
 * @example
 * ```ts
 * new Conv2d(1, 10, 5, { padding: 2 })(randn([8, 1, 28, 28])) // shape [8, 10, 28, 28]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.nn.Conv2d.html
 */
export class Conv2d extends Layer {
  inChannels: number
  outChannels: number
  kernelSize: readonly [number, number]
  stride: Sizes
  padding: Sizes | 'valid' | 'same'
  dilation: Sizes
  groups: number
  weight: Parameter
  bias: Parameter | null

  constructor(inChannels: number, outChannels: number, kernelSize: Sizes, options?: Conv2dOptions) {
    super()
    const o = bindOptions<Conv2dOptions>('Conv2d', ['stride', 'padding', 'dilation', 'groups', 'bias'], [options])
    this.inChannels = inChannels
    this.outChannels = outChannels
    this.kernelSize = twice(kernelSize)
    this.stride = o.stride ?? 1
    this.padding = o.padding ?? 0
    this.dilation = o.dilation ?? 1
    this.groups = o.groups ?? 1
    this.weight = new Parameter(empty([outChannels, inChannels / this.groups, ...this.kernelSize]))
    this.bias = (o.bias ?? true) ? new Parameter(empty([outChannels])) : null
    resetWeightAndBias(this.weight, this.bias)
  }

  forward(x: Tensor): Tensor {
    const { bias, stride, padding, dilation, groups } = this
    return conv2d(x, this.weight, { bias, stride, padding, dilation, groups })
  }

  override extraRepr(): string {
    const parts = [
      `${this.inChannels}, ${this.outChannels}`,
      `kernel_size=${tuple(this.kernelSize)}`,
      `stride=${tuple(this.stride)}`,
    ]
    if (typeof this.padding === 'string') parts.push(`padding=${this.padding}`)
    else if (twice(this.padding).some((p) => p !== 0)) parts.push(`padding=${tuple(this.padding)}`)
    if (twice(this.dilation).some((d) => d !== 1)) parts.push(`dilation=${tuple(this.dilation)}`)
    if (this.groups !== 1) parts.push(`groups=${this.groups}`)
    if (this.bias === null) parts.push('bias=False')
    return parts.join(', ')
  }
}

/** Options of the poolings. */
export interface PoolOptions {
  stride?: Sizes
  padding?: Sizes
  ceilMode?: boolean
}

/** The largest element of each window. @see https://pytorch.org/docs/stable/generated/torch.nn.MaxPool2d.html */
export class MaxPool2d extends Layer {
  kernelSize: Sizes
  options: PoolOptions

  constructor(kernelSize: Sizes, options: PoolOptions = {}) {
    super()
    this.kernelSize = kernelSize
    this.options = bindOptions<PoolOptions>('MaxPool2d', ['stride', 'padding', 'ceilMode'], [options])
  }

  forward(x: Tensor): Tensor {
    return maxPool2d(x, this.kernelSize, this.options)
  }

  override extraRepr(): string {
    const { stride = this.kernelSize, padding = 0, ceilMode = false } = this.options
    const text = (v: Sizes) => (typeof v === 'number' ? String(v) : `(${v.join(', ')})`)
    return `kernel_size=${text(this.kernelSize)}, stride=${text(stride)}, padding=${text(padding)}, dilation=1, ceil_mode=${ceilMode ? 'True' : 'False'}`
  }
}

/** The mean of each window. @see https://pytorch.org/docs/stable/generated/torch.nn.AvgPool2d.html */
export class AvgPool2d extends Layer {
  kernelSize: Sizes
  options: PoolOptions

  constructor(kernelSize: Sizes, options: PoolOptions = {}) {
    super()
    this.kernelSize = kernelSize
    this.options = bindOptions<PoolOptions>('AvgPool2d', ['stride', 'padding', 'ceilMode'], [options])
  }

  forward(x: Tensor): Tensor {
    return avgPool2d(x, this.kernelSize, this.options)
  }

  override extraRepr(): string {
    const { stride = this.kernelSize, padding = 0 } = this.options
    const text = (v: Sizes) => (typeof v === 'number' ? String(v) : `(${v.join(', ')})`)
    return `kernel_size=${text(this.kernelSize)}, stride=${text(stride)}, padding=${text(padding)}`
  }
}
