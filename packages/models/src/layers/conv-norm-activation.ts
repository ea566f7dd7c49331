import { bindOptions, type Sizes } from '@tsorch/core'
import { type AnyModule, BatchNorm2d, Conv2d, type Padding, ReLU, Sequential } from '@tsorch/nn'
import { type ActivationLayer, make, type NormLayer } from './make.js'

/** Options of {@link Conv2dNormActivation}. */
export interface Conv2dNormActivationOptions {
  /** 3 if not given. */
  kernelSize?: Sizes
  /** 1 if not given. */
  stride?: Sizes
  /** What keeps the size at stride 1, if not given. */
  padding?: Padding
  /** 1 if not given. */
  groups?: number
  /** BatchNorm2d if not given; null for none. */
  normLayer?: NormLayer | null
  /** ReLU if not given; null for none. */
  activationLayer?: ActivationLayer | null
  /** 1 if not given. */
  dilation?: Sizes
  /** Whether the activation writes into its input; true if not given, null for an activation that knows no `inplace`. */
  inplace?: boolean | null
  /** Whether the convolution has a bias; only where there is no norm, if not given. */
  bias?: boolean
}
const names = [
  'kernelSize',
  'stride',
  'padding',
  'groups',
  'normLayer',
  'activationLayer',
  'dilation',
  'inplace',
  'bias',
] as const

/** The padding that keeps the size at stride 1. */
function samePadding(kernelSize: Sizes, dilation: Sizes): Sizes {
  if (typeof kernelSize === 'number' && typeof dilation === 'number') return Math.floor((kernelSize - 1) / 2) * dilation
  const kernel = typeof kernelSize === 'number' ? [kernelSize, kernelSize] : kernelSize
  const steps = typeof dilation === 'number' ? [dilation, dilation] : dilation
  return kernel.map((k, i) => Math.floor((k - 1) / 2) * steps[i]!)
}

/**
 * A convolution, a normalisation and an activation, one after the other.
 *
 * @example
 * ```ts
 * new Conv2dNormActivation(3, 32, { stride: 2 })(randn([1, 3, 64, 64])) // shape [1, 32, 32, 32]
 * ```
 * @see https://pytorch.org/vision/stable/generated/torchvision.ops.Conv2dNormActivation.html
 */
export class Conv2dNormActivation extends Sequential {
  outChannels: number

  constructor(
    inChannels: number,
    outChannels: number,
    kernelSize?: Sizes | Conv2dNormActivationOptions,
    options?: Conv2dNormActivationOptions,
  ) {
    const o = bindOptions<Conv2dNormActivationOptions>('Conv2dNormActivation', names, [kernelSize, options])
    const { kernelSize: kernel = 3, stride = 1, dilation = 1, groups = 1 } = o
    const { normLayer = BatchNorm2d, activationLayer = ReLU, inplace = true } = o
    const { padding = samePadding(kernel, dilation), bias = normLayer === null } = o
    const layers: AnyModule[] = [
      new Conv2d(inChannels, outChannels, kernel, { stride, padding, dilation, groups, bias }),
    ]
    if (normLayer !== null) layers.push(make(normLayer, outChannels))
    if (activationLayer !== null)
      layers.push(inplace === null ? make(activationLayer) : make(activationLayer, { inplace }))
    super(...layers)
    this.outChannels = outChannels
  }
}
