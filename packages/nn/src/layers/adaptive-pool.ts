/** Pooling to a given size, whatever the size of the input. */
import {
  type AdaptiveSizes,
  adaptiveAvgPool1d,
  adaptiveAvgPool2d,
  adaptiveAvgPool3d,
  adaptiveMaxPool1d,
  adaptiveMaxPool2d,
  adaptiveMaxPool3d,
  bindOptions,
  type Pooled,
  type ReturnIndicesOptions,
  type Tensor,
} from '@tsorch/core'
import { Layer, Module } from '../module/module.js'

/** As Python writes it, with None where the size of the input is kept. */
function sizeText(size: AdaptiveSizes): string {
  if (typeof size === 'number') return `output_size=${size}`
  const entries = size.map((s) => s ?? 'None')
  return `output_size=(${entries.length === 1 ? `${entries[0]},` : entries.join(', ')})`
}

/** Means over parts of the input. */
export abstract class AdaptiveAvgPoolNd extends Layer {
  outputSize: AdaptiveSizes

  constructor(outputSize: AdaptiveSizes) {
    super()
    this.outputSize = outputSize
  }

  override extraRepr(): string {
    return sizeText(this.outputSize)
  }
}

/** Means over `outputSize` parts of [N, C, L] or [C, L]. @see https://pytorch.org/docs/stable/generated/torch.nn.AdaptiveAvgPool1d.html */
export class AdaptiveAvgPool1d extends AdaptiveAvgPoolNd {
  override forward(input: Tensor): Tensor {
    return adaptiveAvgPool1d(input, this.outputSize)
  }
}

/**
 * Means over parts of each plane of [N, C, H, W] or [C, H, W]: `outputSize` 1 gives the mean of the plane.
 *
 * @param outputSize - H' and W', or one number for both; null keeps the input's
 * @example
 * ```ts
 * new AdaptiveAvgPool2d([1, 1])(randn([8, 512, 7, 7])) // shape [8, 512, 1, 1]
 * new AdaptiveAvgPool2d([5, null])(randn([8, 3, 7, 9])) // shape [8, 3, 5, 9]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.nn.AdaptiveAvgPool2d.html
 */
export class AdaptiveAvgPool2d extends AdaptiveAvgPoolNd {
  override forward(input: Tensor): Tensor {
    return adaptiveAvgPool2d(input, this.outputSize)
  }
}

/** Means over parts of [N, C, D, H, W] or [C, D, H, W]. @see https://pytorch.org/docs/stable/generated/torch.nn.AdaptiveAvgPool3d.html */
export class AdaptiveAvgPool3d extends AdaptiveAvgPoolNd {
  override forward(input: Tensor): Tensor {
    return adaptiveAvgPool3d(input, this.outputSize)
  }
}

type Or<T, Indices extends boolean> = T | ReturnIndicesOptions<Indices>

/** The largest element of each part of the input. */
export abstract class AdaptiveMaxPoolNd<Indices extends boolean = false> extends Module<
  [input: Tensor],
  Pooled<Indices>
> {
  outputSize: AdaptiveSizes
  returnIndices: boolean

  /** @param returnIndices - gives `[values, indices]`, for unpooling */
  constructor(outputSize: AdaptiveSizes, returnIndices?: Or<Indices, Indices>) {
    super()
    const names = ['returnIndices'] as const
    const o = bindOptions<ReturnIndicesOptions>(this.constructor.name, names, [returnIndices])
    this.outputSize = outputSize
    this.returnIndices = o.returnIndices ?? false
  }

  override forward(input: Tensor): Pooled<Indices> {
    return this.pool(input, { returnIndices: this.returnIndices }) as Pooled<Indices>
  }

  protected abstract pool(input: Tensor, options: ReturnIndicesOptions): Tensor | [Tensor, Tensor]

  override extraRepr(): string {
    return sizeText(this.outputSize)
  }
}

/** The largest element of `outputSize` parts of [N, C, L] or [C, L]. @see https://pytorch.org/docs/stable/generated/torch.nn.AdaptiveMaxPool1d.html */
export class AdaptiveMaxPool1d<Indices extends boolean = false> extends AdaptiveMaxPoolNd<Indices> {
  protected override pool(input: Tensor, options: ReturnIndicesOptions): Tensor | [Tensor, Tensor] {
    return adaptiveMaxPool1d(input, this.outputSize, options)
  }
}

/**
 * The largest element of each part of each plane of [N, C, H, W] or [C, H, W].
 *
 * @param outputSize - H' and W', or one number for both; null keeps the input's
 * @param returnIndices - gives `[values, indices]`, for unpooling
 * @example
 * ```ts
 * new AdaptiveMaxPool2d([5, 7])(randn([1, 64, 8, 9])) // shape [1, 64, 5, 7]
 * const [values, indices] = new AdaptiveMaxPool2d(2, { returnIndices: true })(randn([1, 64, 8, 9]))
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.nn.AdaptiveMaxPool2d.html
 */
export class AdaptiveMaxPool2d<Indices extends boolean = false> extends AdaptiveMaxPoolNd<Indices> {
  protected override pool(input: Tensor, options: ReturnIndicesOptions): Tensor | [Tensor, Tensor] {
    return adaptiveMaxPool2d(input, this.outputSize, options)
  }
}

/** The largest element of parts of [N, C, D, H, W] or [C, D, H, W]. @see https://pytorch.org/docs/stable/generated/torch.nn.AdaptiveMaxPool3d.html */
export class AdaptiveMaxPool3d<Indices extends boolean = false> extends AdaptiveMaxPoolNd<Indices> {
  protected override pool(input: Tensor, options: ReturnIndicesOptions): Tensor | [Tensor, Tensor] {
    return adaptiveMaxPool3d(input, this.outputSize, options)
  }
}
