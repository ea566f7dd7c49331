/** Power-average pooling. */
import { bindOptions, type Sizes, type Tensor } from '@tsorch/core'
import { type LpPoolOptions, lpPool1d, lpPool2d, lpPool3d } from '../functional/lp-pool.js'
import { Layer } from '../module/module.js'
import { bool, sizes } from './python-text.js'

/** The root of the sum of powers of each window. */
export abstract class LPPoolNd extends Layer {
  /** The power. */
  normType: number
  kernelSize: Sizes
  /** The kernel size if null. */
  stride: Sizes | null
  ceilMode: boolean

  constructor(normType: number, kernelSize: Sizes, args: readonly unknown[]) {
    super()
    const o = bindOptions<LpPoolOptions>(this.constructor.name, ['stride', 'ceilMode'], args)
    this.normType = normType
    this.kernelSize = kernelSize
    this.stride = o.stride ?? null
    this.ceilMode = o.ceilMode ?? false
  }

  override extraRepr(): string {
    const stride = this.stride === null ? 'None' : sizes(this.stride)
    return `norm_type=${this.normType}, kernel_size=${sizes(this.kernelSize)}, stride=${stride}, ceil_mode=${bool(this.ceilMode)}`
  }
}

type Or<T> = T | LpPoolOptions

/** Power-average pooling of [N, C, L] or [C, L]. @see https://pytorch.org/docs/stable/generated/torch.nn.LPPool1d.html */
export class LPPool1d extends LPPoolNd {
  constructor(normType: number, kernelSize: Sizes, stride?: Or<Sizes | null>, ceilMode?: Or<boolean>) {
    super(normType, kernelSize, [stride ?? undefined, ceilMode])
  }

  override forward(input: Tensor): Tensor {
    return lpPool1d(input, this.normType, this.kernelSize, this.stride, this.ceilMode)
  }
}

/**
 * Power-average pooling of [N, C, H, W] or [C, H, W]: the `normType`-th root of the sum of powers of each window.
 *
 * @example
 * ```ts
 * new LPPool2d(2, 3, { stride: 2 })(randn([20, 16, 50, 32])) // shape [20, 16, 24, 15]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.nn.LPPool2d.html
 */
export class LPPool2d extends LPPoolNd {
  constructor(normType: number, kernelSize: Sizes, stride?: Or<Sizes | null>, ceilMode?: Or<boolean>) {
    super(normType, kernelSize, [stride ?? undefined, ceilMode])
  }

  override forward(input: Tensor): Tensor {
    return lpPool2d(input, this.normType, this.kernelSize, this.stride, this.ceilMode)
  }
}

/** Power-average pooling of [N, C, D, H, W] or [C, D, H, W]. @see https://pytorch.org/docs/stable/generated/torch.nn.LPPool3d.html */
export class LPPool3d extends LPPoolNd {
  constructor(normType: number, kernelSize: Sizes, stride?: Or<Sizes | null>, ceilMode?: Or<boolean>) {
    super(normType, kernelSize, [stride ?? undefined, ceilMode])
  }

  override forward(input: Tensor): Tensor {
    return lpPool3d(input, this.normType, this.kernelSize, this.stride, this.ceilMode)
  }
}
