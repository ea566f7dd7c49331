/** Max and average pooling. */
import {
  type AvgPoolOptions,
  avgPool1d,
  avgPool2d,
  avgPool3d,
  bindOptions,
  type MaxPoolOptions,
  maxPool1d,
  maxPool2d,
  maxPool3d,
  type Pooled,
  type Sizes,
  type Tensor,
} from '@tsorch/core'
import { Layer, Module } from '../module/module.js'
import { perDimension, sizesGiven } from './factory.js'
import { bool, sizes } from './python-text.js'

type MaxOr<T, Indices extends boolean> = T | MaxPoolOptions<Indices>
type AvgOr<T> = T | AvgPoolOptions

/** The largest element of each window. */
export abstract class MaxPoolNd<Indices extends boolean = false> extends Module<[input: Tensor], Pooled<Indices>> {
  kernelSize: Sizes
  stride: Sizes
  padding: Sizes
  dilation: Sizes
  returnIndices: boolean
  ceilMode: boolean

  constructor(kernelSize: Sizes, args: readonly unknown[]) {
    super()
    const names = ['stride', 'padding', 'dilation', 'returnIndices', 'ceilMode'] as const
    const o = bindOptions<MaxPoolOptions>(this.constructor.name, names, args)
    this.kernelSize = sizesGiven(this.constructor.name, 'kernelSize', kernelSize)
    this.stride = o.stride ?? kernelSize
    this.padding = o.padding ?? 0
    this.dilation = o.dilation ?? 1
    this.returnIndices = o.returnIndices ?? false
    this.ceilMode = o.ceilMode ?? false
  }

  override forward(input: Tensor): Pooled<Indices> {
    const { stride, padding, dilation, ceilMode, returnIndices } = this
    return this.pool(input, { stride, padding, dilation, ceilMode, returnIndices }) as Pooled<Indices>
  }

  protected abstract pool(input: Tensor, options: MaxPoolOptions): Tensor | [Tensor, Tensor]

  override extraRepr(): string {
    return `kernel_size=${sizes(this.kernelSize)}, stride=${sizes(this.stride)}, padding=${sizes(this.padding)}, dilation=${sizes(this.dilation)}, ceil_mode=${bool(this.ceilMode)}`
  }
}

/** The largest element of each window of [N, C, L] or [C, L]. @see https://pytorch.org/docs/stable/generated/torch.nn.MaxPool1d.html */
export class MaxPool1d<Indices extends boolean = false> extends MaxPoolNd<Indices> {
  constructor(
    kernelSize: Sizes,
    stride?: MaxOr<Sizes | null, Indices>,
    padding?: MaxOr<Sizes, Indices>,
    dilation?: MaxOr<Sizes, Indices>,
  ) {
    super(kernelSize, [stride ?? undefined, padding, dilation])
  }

  protected override pool(input: Tensor, options: MaxPoolOptions): Tensor | [Tensor, Tensor] {
    return maxPool1d(input, this.kernelSize, options)
  }
}

/**
 * The largest element of each window of [N, C, H, W] or [C, H, W].
 *
 * @example
 * ```ts
 * new MaxPool2d(2)(randn([1, 3, 8, 8])) // shape [1, 3, 4, 4]
 * new MaxPool2d(3, { stride: 2, padding: 1 })(randn([1, 3, 8, 8])) // shape [1, 3, 4, 4]
 * const [values, indices] = new MaxPool2d(2, { returnIndices: true })(randn([1, 3, 8, 8]))
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.nn.MaxPool2d.html
 */
export class MaxPool2d<Indices extends boolean = false> extends MaxPoolNd<Indices> {
  constructor(
    kernelSize: Sizes,
    stride?: MaxOr<Sizes | null, Indices>,
    padding?: MaxOr<Sizes, Indices>,
    dilation?: MaxOr<Sizes, Indices>,
  ) {
    super(kernelSize, [stride ?? undefined, padding, dilation])
  }

  protected override pool(input: Tensor, options: MaxPoolOptions): Tensor | [Tensor, Tensor] {
    return maxPool2d(input, this.kernelSize, options)
  }
}

/** The largest element of each window of [N, C, D, H, W] or [C, D, H, W]. @see https://pytorch.org/docs/stable/generated/torch.nn.MaxPool3d.html */
export class MaxPool3d<Indices extends boolean = false> extends MaxPoolNd<Indices> {
  constructor(
    kernelSize: Sizes,
    stride?: MaxOr<Sizes | null, Indices>,
    padding?: MaxOr<Sizes, Indices>,
    dilation?: MaxOr<Sizes, Indices>,
  ) {
    super(kernelSize, [stride ?? undefined, padding, dilation])
  }

  protected override pool(input: Tensor, options: MaxPoolOptions): Tensor | [Tensor, Tensor] {
    return maxPool3d(input, this.kernelSize, options)
  }
}

/** The mean of each window. */
export abstract class AvgPoolNd extends Layer {
  kernelSize: Sizes
  stride: Sizes
  padding: Sizes
  ceilMode: boolean
  countIncludePad: boolean
  divisorOverride: number | null

  constructor(kernelSize: Sizes, args: readonly unknown[]) {
    super()
    const names = ['stride', 'padding', 'ceilMode', 'countIncludePad', 'divisorOverride'] as const
    const o = bindOptions<AvgPoolOptions>(this.constructor.name, names, args)
    this.kernelSize = sizesGiven(this.constructor.name, 'kernelSize', kernelSize)
    this.stride = o.stride ?? kernelSize
    this.padding = o.padding ?? 0
    this.ceilMode = o.ceilMode ?? false
    this.countIncludePad = o.countIncludePad ?? true
    this.divisorOverride = o.divisorOverride ?? null
  }

  override extraRepr(): string {
    return `kernel_size=${sizes(this.kernelSize)}, stride=${sizes(this.stride)}, padding=${sizes(this.padding)}`
  }
}

/** The mean of each window of [N, C, L] or [C, L]. @see https://pytorch.org/docs/stable/generated/torch.nn.AvgPool1d.html */
export class AvgPool1d extends AvgPoolNd {
  constructor(kernelSize: Sizes, stride?: AvgOr<Sizes | null>, padding?: AvgOr<Sizes>, ceilMode?: AvgOr<boolean>) {
    super(kernelSize, [stride ?? undefined, padding, ceilMode])
    this.kernelSize = perDimension('AvgPool1d', 'kernelSize', this.kernelSize, 1)
    this.stride = perDimension('AvgPool1d', 'stride', this.stride, 1)
    this.padding = perDimension('AvgPool1d', 'padding', this.padding, 1)
  }

  override forward(input: Tensor): Tensor {
    const { stride, padding, ceilMode, countIncludePad } = this
    return avgPool1d(input, this.kernelSize, { stride, padding, ceilMode, countIncludePad })
  }
}

/**
 * The mean of each window of [N, C, H, W] or [C, H, W].
 *
 * @see https://pytorch.org/docs/stable/generated/torch.nn.AvgPool2d.html
 */
export class AvgPool2d extends AvgPoolNd {
  constructor(
    kernelSize: Sizes,
    stride?: AvgOr<Sizes | null>,
    padding?: AvgOr<Sizes>,
    ceilMode?: AvgOr<boolean>,
    countIncludePad?: AvgOr<boolean>,
  ) {
    super(kernelSize, [stride ?? undefined, padding, ceilMode, countIncludePad])
  }

  override forward(input: Tensor): Tensor {
    const { stride, padding, ceilMode, countIncludePad, divisorOverride } = this
    return avgPool2d(input, this.kernelSize, { stride, padding, ceilMode, countIncludePad, divisorOverride })
  }
}

/** The mean of each window of [N, C, D, H, W] or [C, D, H, W]. @see https://pytorch.org/docs/stable/generated/torch.nn.AvgPool3d.html */
export class AvgPool3d extends AvgPoolNd {
  constructor(
    kernelSize: Sizes,
    stride?: AvgOr<Sizes | null>,
    padding?: AvgOr<Sizes>,
    ceilMode?: AvgOr<boolean>,
    countIncludePad?: AvgOr<boolean>,
  ) {
    super(kernelSize, [stride ?? undefined, padding, ceilMode, countIncludePad])
  }

  override forward(input: Tensor): Tensor {
    const { stride, padding, ceilMode, countIncludePad, divisorOverride } = this
    return avgPool3d(input, this.kernelSize, { stride, padding, ceilMode, countIncludePad, divisorOverride })
  }
}
