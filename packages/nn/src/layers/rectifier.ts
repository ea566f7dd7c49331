/** Rectifiers that let something pass below zero: a share of the input, or an exponential. */
import {
  bindOptions,
  celu,
  type EluOptions,
  elu,
  type LeakyReluOptions,
  leakyRelu,
  prelu,
  type RReluOptions,
  rrelu,
  selu,
  type Tensor,
} from '@tsorch/core'
import { constant_ } from '../init/fill.js'
import { Layer } from '../module/module.js'
import type { Parameter } from '../parameter.js'
import { emptyParameter, type FactoryOptions, factoryNames } from './factory.js'
import { InplaceActivation } from './inplace-activation.js'
import { float } from './python-text.js'

const inplaceText = (inplace: boolean): string => (inplace ? ', inplace=True' : '')

/** `x` above zero, `negativeSlope * x` below. @see https://pytorch.org/docs/stable/generated/torch.nn.LeakyReLU.html */
export class LeakyReLU extends Layer {
  negativeSlope: number
  inplace: boolean

  constructor(negativeSlope?: number | LeakyReluOptions, inplace?: boolean | LeakyReluOptions) {
    super()
    const names = ['negativeSlope', 'inplace'] as const
    const o = bindOptions<LeakyReluOptions>('LeakyReLU', names, [negativeSlope, inplace])
    this.negativeSlope = o.negativeSlope ?? 0.01
    this.inplace = o.inplace ?? false
  }

  override forward(input: Tensor): Tensor {
    return leakyRelu(input, this.negativeSlope, this.inplace)
  }

  override extraRepr(): string {
    return `negative_slope=${float(this.negativeSlope)}${inplaceText(this.inplace)}`
  }
}

/** Options of {@link PReLU}. */
export interface PReluLayerOptions extends FactoryOptions {
  /** How many slopes are learned: 1, if not given, for all channels together, or their number. */
  numParameters?: number
  /** The slopes to start with, 0.25 if not given. */
  init?: number
}

/**
 * `x` above zero, `weight * x` below, where the weight is learned, one for all or one for each channel of [N, C, ...].
 *
 * @throws RuntimeError if the input has other channels
 * @example
 * ```ts
 * new PReLU({ numParameters: 3 })(randn([8, 3, 5, 5])) // shape [8, 3, 5, 5]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.nn.PReLU.html
 */
export class PReLU extends Layer {
  numParameters: number
  init: number
  /** Shape [numParameters]. */
  weight: Parameter

  constructor(numParameters?: number | PReluLayerOptions, init?: number | PReluLayerOptions) {
    super()
    const names = ['numParameters', 'init', ...factoryNames] as const
    const o = bindOptions<PReluLayerOptions>('PReLU', names, [numParameters, init])
    this.numParameters = o.numParameters ?? 1
    this.init = o.init ?? 0.25
    this.weight = emptyParameter([this.numParameters], o)
    this.resetParameters()
  }

  /** Sets all slopes to `init`. */
  resetParameters(): void {
    constant_(this.weight, this.init)
  }

  override forward(input: Tensor): Tensor {
    return prelu(input, this.weight)
  }

  override extraRepr(): string {
    return `num_parameters=${this.numParameters}`
  }
}

/** Options of {@link RReLU}. */
export type RReluLayerOptions = Pick<RReluOptions, 'lower' | 'upper' | 'inplace'>

/**
 * `x` above zero, a random share of `x` below while training, the middle one of all shares in evaluation.
 *
 * @example
 * ```ts
 * new RReLU(0.1, 0.3).eval()(tensor([-1.5, 0.5])) // tensor([-0.3000,  0.5000])
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.nn.RReLU.html
 */
export class RReLU extends Layer {
  lower: number
  upper: number
  inplace: boolean

  constructor(
    lower?: number | RReluLayerOptions,
    upper?: number | RReluLayerOptions,
    inplace?: boolean | RReluLayerOptions,
  ) {
    super()
    const o = bindOptions<RReluLayerOptions>('RReLU', ['lower', 'upper', 'inplace'], [lower, upper, inplace])
    this.lower = o.lower ?? 1 / 8
    this.upper = o.upper ?? 1 / 3
    this.inplace = o.inplace ?? false
  }

  override forward(input: Tensor): Tensor {
    return rrelu(input, this.lower, this.upper, this.training, this.inplace)
  }

  override extraRepr(): string {
    return `lower=${float(this.lower)}, upper=${float(this.upper)}${inplaceText(this.inplace)}`
  }
}

/** What ELU and CELU have in common. */
abstract class WithAlpha extends Layer {
  alpha: number
  inplace: boolean

  constructor(alpha?: number | EluOptions, inplace?: boolean | EluOptions) {
    super()
    const o = bindOptions<EluOptions>(this.constructor.name, ['alpha', 'inplace'], [alpha, inplace])
    this.alpha = o.alpha ?? 1
    this.inplace = o.inplace ?? false
  }

  override extraRepr(): string {
    return `alpha=${float(this.alpha)}${inplaceText(this.inplace)}`
  }
}

/** `x` above zero, `alpha * (e^x - 1)` below. @see https://pytorch.org/docs/stable/generated/torch.nn.ELU.html */
export class ELU extends WithAlpha {
  override forward(input: Tensor): Tensor {
    return elu(input, this.alpha, this.inplace)
  }
}

/** `x` above zero, `alpha * (e^(x / alpha) - 1)` below. @see https://pytorch.org/docs/stable/generated/torch.nn.CELU.html */
export class CELU extends WithAlpha {
  override forward(input: Tensor): Tensor {
    return celu(input, this.alpha, this.inplace)
  }
}

/** {@link ELU}, scaled so that networks keep mean 0 and variance 1. @see https://pytorch.org/docs/stable/generated/torch.nn.SELU.html */
export class SELU extends InplaceActivation {
  override forward(input: Tensor): Tensor {
    return selu(input, this.inplace)
  }
}
