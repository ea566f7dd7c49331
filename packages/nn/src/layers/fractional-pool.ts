/** Max pooling over windows whose steps are drawn. */
import {
  bindOptions,
  type FractionalMaxPoolOptions,
  fractionalMaxPool2d,
  fractionalMaxPool3d,
  type Pooled,
  type Sizes,
  type Tensor,
  ValueError,
} from '@tsorch/core'
import { snakeCase } from '../module/keys.js'
import { Module } from '../module/module.js'
import { perDimension } from './factory.js'

const names = ['outputSize', 'outputRatio', 'returnIndices', '_randomSamples'] as const

/** The largest element of each of windows that stand at pseudo-random steps. */
export abstract class FractionalMaxPoolNd<Indices extends boolean = false> extends Module<
  [input: Tensor],
  Pooled<Indices>
> {
  static override keyOf(property: string): string {
    return snakeCase(property)
  }

  kernelSize: readonly number[]
  returnIndices: boolean
  /** Numbers in the place of drawn ones, a buffer; null where they are drawn. */
  _randomSamples: Tensor | null
  outputSize: readonly number[] | null
  outputRatio: readonly number[] | null

  constructor(dimensions: number, kernelSize: Sizes, args: readonly unknown[]) {
    super()
    const { name } = this.constructor
    const o = bindOptions<FractionalMaxPoolOptions>(name, names, args)
    const each = (argument: string, value: Sizes | null | undefined) =>
      value == null ? null : perDimension(name, argument, value, dimensions)
    this.kernelSize = perDimension(name, 'kernelSize', kernelSize, dimensions)
    if (this.kernelSize.some((size) => !(size > 0)))
      throw new ValueError(`kernel_size must be greater than zero, but got [${this.kernelSize.join(', ')}]`)
    this.returnIndices = o.returnIndices ?? false
    this._randomSamples = null
    this.registerBuffer('_randomSamples', o._randomSamples ?? null)
    this.outputSize = each('outputSize', o.outputSize)
    this.outputRatio = each('outputRatio', o.outputRatio)
    if (this.outputSize === null && this.outputRatio === null)
      throw new ValueError(`${name} requires specifying either an output size, or a pooling ratio`)
    if (this.outputSize !== null && this.outputRatio !== null)
      throw new ValueError('only one of output_size and output_ratio may be specified')
    if (this.outputRatio?.some((ratio) => !(ratio > 0 && ratio < 1)))
      throw new ValueError(`output_ratio must be between 0 and 1 (got [${this.outputRatio.join(', ')}])`)
  }

  override forward(input: Tensor): Pooled<Indices> {
    const { outputSize, outputRatio, returnIndices, _randomSamples } = this
    return this.pool(input, { outputSize, outputRatio, returnIndices, _randomSamples }) as Pooled<Indices>
  }

  protected abstract pool(input: Tensor, options: FractionalMaxPoolOptions): Tensor | [Tensor, Tensor]
}

type Or<T, Indices extends boolean> = T | FractionalMaxPoolOptions<Indices>

/**
 * Fractional max pooling of [N, C, H, W] or [C, H, W].
 *
 * @param kernelSize - size of the window
 * @param outputSize - H' and W', or one number for both; or else `outputRatio`, fractions between 0 and 1
 * @throws ValueError if not exactly one of size and ratio is given
 * @example
 * ```ts
 * new FractionalMaxPool2d(3, { outputSize: [13, 12] })(randn([20, 16, 50, 32])) // shape [20, 16, 13, 12]
 * new FractionalMaxPool2d(3, { outputRatio: [0.5, 0.5] })(randn([20, 16, 50, 32])) // shape [20, 16, 25, 16]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.nn.FractionalMaxPool2d.html
 * @see https://arxiv.org/abs/1412.6071
 */
export class FractionalMaxPool2d<Indices extends boolean = false> extends FractionalMaxPoolNd<Indices> {
  constructor(
    kernelSize: Sizes,
    outputSize?: Or<Sizes | null, Indices>,
    outputRatio?: Or<Sizes | null, Indices>,
    returnIndices?: Or<Indices, Indices>,
  ) {
    super(2, kernelSize, [outputSize ?? undefined, outputRatio ?? undefined, returnIndices])
  }

  protected override pool(input: Tensor, options: FractionalMaxPoolOptions): Tensor | [Tensor, Tensor] {
    return fractionalMaxPool2d(input, this.kernelSize, options)
  }
}

/** Fractional max pooling of [N, C, D, H, W] or [C, D, H, W]. @see https://pytorch.org/docs/stable/generated/torch.nn.FractionalMaxPool3d.html */
export class FractionalMaxPool3d<Indices extends boolean = false> extends FractionalMaxPoolNd<Indices> {
  constructor(
    kernelSize: Sizes,
    outputSize?: Or<Sizes | null, Indices>,
    outputRatio?: Or<Sizes | null, Indices>,
    returnIndices?: Or<Indices, Indices>,
  ) {
    super(3, kernelSize, [outputSize ?? undefined, outputRatio ?? undefined, returnIndices])
  }

  protected override pool(input: Tensor, options: FractionalMaxPoolOptions): Tensor | [Tensor, Tensor] {
    return fractionalMaxPool3d(input, this.kernelSize, options)
  }
}
