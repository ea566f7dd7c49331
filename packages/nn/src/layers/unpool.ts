/** The opposite of max pooling. */
import {
  bindOptions,
  type MaxUnpoolOptions,
  maxUnpool1d,
  maxUnpool2d,
  maxUnpool3d,
  type Sizes,
  type Tensor,
} from '@tsorch/core'
import { Module } from '../module/module.js'
import { perDimension } from './factory.js'
import { tuple } from './python-text.js'

/** Options of the unpooling layers. */
export type MaxUnpoolLayerOptions = Pick<MaxUnpoolOptions, 'stride' | 'padding'>

/** What a call of an unpooling may be told about the size of its result. */
export type UnpoolOutputSize = readonly number[] | null | Pick<MaxUnpoolOptions, 'outputSize'>

type Arguments = [input: Tensor, indices: Tensor, outputSize?: UnpoolOutputSize]

/** Puts values back to where a max pooling found them. */
export abstract class MaxUnpoolNd extends Module<Arguments, Tensor> {
  kernelSize: readonly number[]
  stride: readonly number[]
  padding: readonly number[]

  constructor(dimensions: number, kernelSize: Sizes, args: readonly unknown[]) {
    super()
    const { name } = this.constructor
    const o = bindOptions<MaxUnpoolLayerOptions>(name, ['stride', 'padding'], args)
    this.kernelSize = perDimension(name, 'kernelSize', kernelSize, dimensions)
    this.stride = perDimension(name, 'stride', o.stride ?? kernelSize, dimensions)
    this.padding = perDimension(name, 'padding', o.padding ?? 0, dimensions)
  }

  override forward(input: Tensor, indices: Tensor, outputSize?: UnpoolOutputSize): Tensor {
    const { outputSize: size } = bindOptions<MaxUnpoolOptions>(
      this.constructor.name,
      ['outputSize'],
      [outputSize ?? undefined],
    )
    return this.unpool(input, indices, { stride: this.stride, padding: this.padding, outputSize: size ?? null })
  }

  protected abstract unpool(input: Tensor, indices: Tensor, options: MaxUnpoolOptions): Tensor

  override extraRepr(): string {
    return `kernel_size=${tuple(this.kernelSize)}, stride=${tuple(this.stride)}, padding=${tuple(this.padding)}`
  }
}

type Or<T> = T | MaxUnpoolLayerOptions

/** The opposite of `MaxPool1d`, on [N, C, L] or [C, L]. @see https://pytorch.org/docs/stable/generated/torch.nn.MaxUnpool1d.html */
export class MaxUnpool1d extends MaxUnpoolNd {
  constructor(kernelSize: Sizes, stride?: Or<Sizes | null>, padding?: Or<Sizes>) {
    super(1, kernelSize, [stride ?? undefined, padding])
  }

  protected override unpool(input: Tensor, indices: Tensor, options: MaxUnpoolOptions): Tensor {
    return maxUnpool1d(input, indices, this.kernelSize, options)
  }
}

/**
 * The opposite of `MaxPool2d`, on [N, C, H, W] or [C, H, W]: values go back to where they were found, zeros are everywhere else.
 *
 * A call takes the values and indices of the pooling and, where its stride leaves the size of its input open, that size.
 *
 * @example
 * ```ts
 * const pool = new MaxPool2d(2, { returnIndices: true })
 * const unpool = new MaxUnpool2d(2)
 * const x = randn([1, 1, 4, 5])
 * const [values, indices] = pool(x)
 * unpool(values, indices, x.shape) // shape [1, 1, 4, 5]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.nn.MaxUnpool2d.html
 */
export class MaxUnpool2d extends MaxUnpoolNd {
  constructor(kernelSize: Sizes, stride?: Or<Sizes | null>, padding?: Or<Sizes>) {
    super(2, kernelSize, [stride ?? undefined, padding])
  }

  protected override unpool(input: Tensor, indices: Tensor, options: MaxUnpoolOptions): Tensor {
    return maxUnpool2d(input, indices, this.kernelSize, options)
  }
}

/** The opposite of `MaxPool3d`, on [N, C, D, H, W] or [C, D, H, W]. @see https://pytorch.org/docs/stable/generated/torch.nn.MaxUnpool3d.html */
export class MaxUnpool3d extends MaxUnpoolNd {
  constructor(kernelSize: Sizes, stride?: Or<Sizes | null>, padding?: Or<Sizes>) {
    super(3, kernelSize, [stride ?? undefined, padding])
  }

  protected override unpool(input: Tensor, indices: Tensor, options: MaxUnpoolOptions): Tensor {
    return maxUnpool3d(input, indices, this.kernelSize, options)
  }
}
