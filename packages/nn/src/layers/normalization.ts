/** Normalisation of each sample by itself: layer, group and root-mean-square normalisation. */
import {
  bindOptions,
  groupNorm,
  layerNorm,
  rmsNorm,
  type Shape,
  type Sizes,
  type Tensor,
  ValueError,
} from '@tsorch/core'
import { ones_, zeros_ } from '../init/fill.js'
import { Layer } from '../module/module.js'
import type { Parameter } from '../parameter.js'
import { emptyParameter, type FactoryOptions, factoryNames, sizesGiven } from './factory.js'
import { bool, float, tuple } from './python-text.js'

/** Options of {@link LayerNorm}. */
export interface LayerNormLayerOptions extends FactoryOptions {
  /** Added to the variance, 1e-5 if not given. */
  eps?: number
  /** Whether `weight` and `bias` are learned; true if not given. */
  elementwiseAffine?: boolean
  /** Whether an affine layer learns a bias too; true if not given. */
  bias?: boolean
}

/** Sizes of the last dimensions: one number is the last alone. */
function shapeOf(layer: string, normalizedShape: Sizes): Shape {
  const sizes = sizesGiven(layer, 'normalizedShape', normalizedShape)
  return typeof sizes === 'number' ? [sizes] : [...sizes]
}

/**
 * Normalises the last dimensions of each sample to mean 0 and variance 1, then scales and shifts each element by `weight` and
 * `bias` (Ba et al., 2016). The same in training and evaluation.
 *
 * @param normalizedShape - size of the last dimension, or sizes of the last ones; the shape of `weight` and `bias`
 * @throws RuntimeError for an input that does not end in these sizes
 * @example
 * ```ts
 * new LayerNorm([3, 4])(randn([2, 3, 4])).mean([1, 2]) // about 0 for both samples
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.nn.LayerNorm.html
 */
export class LayerNorm extends Layer {
  normalizedShape: Shape
  eps: number
  elementwiseAffine: boolean
  weight: Parameter | null
  bias: Parameter | null

  constructor(
    normalizedShape: Sizes,
    eps?: number | LayerNormLayerOptions,
    elementwiseAffine?: boolean | LayerNormLayerOptions,
    bias?: boolean | LayerNormLayerOptions,
  ) {
    super()
    const names = ['eps', 'elementwiseAffine', 'bias', ...factoryNames] as const
    const o = bindOptions<LayerNormLayerOptions>('LayerNorm', names, [eps, elementwiseAffine, bias])
    this.normalizedShape = shapeOf(this.constructor.name, normalizedShape)
    this.eps = o.eps ?? 1e-5
    this.elementwiseAffine = o.elementwiseAffine ?? true
    this.weight = this.elementwiseAffine ? emptyParameter(this.normalizedShape, o) : null
    this.bias = this.elementwiseAffine && (o.bias ?? true) ? emptyParameter(this.normalizedShape, o) : null
    this.resetParameters()
  }

  /** Sets `weight` to 1 and `bias` to 0. */
  resetParameters(): void {
    if (this.weight !== null) ones_(this.weight)
    if (this.bias !== null) zeros_(this.bias)
  }

  override forward(input: Tensor): Tensor {
    return layerNorm(input, this.normalizedShape, this.weight, this.bias, this.eps)
  }

  override extraRepr(): string {
    return `${tuple(this.normalizedShape)}, eps=${float(this.eps)}, elementwise_affine=${bool(this.elementwiseAffine)}, bias=${bool(this.bias !== null)}`
  }
}

/** Options of {@link GroupNorm}. */
export interface GroupNormLayerOptions extends FactoryOptions {
  /** Added to the variance, 1e-5 if not given. */
  eps?: number
  /** Whether `weight` and `bias` are learned; true if not given. */
  affine?: boolean
  /** Whether an affine layer learns a bias too; true if not given. */
  bias?: boolean
}

/**
 * Normalises groups of channels of each sample of [N, C, ...] to mean 0 and variance 1, then scales and shifts each channel by
 * `weight` and `bias` [C] (Wu and He, 2018). The same in training and evaluation.
 *
 * @param numGroups - a divisor of `numChannels`
 * @param numChannels - C
 * @throws ValueError if the groups do not divide the channels
 * @throws RuntimeError if the input has other channels
 * @example
 * ```ts
 * new GroupNorm(3, 6)(randn([8, 6, 5, 5])) // shape [8, 6, 5, 5]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.nn.GroupNorm.html
 */
export class GroupNorm extends Layer {
  numGroups: number
  numChannels: number
  eps: number
  affine: boolean
  weight: Parameter | null
  bias: Parameter | null

  constructor(
    numGroups: number,
    numChannels: number,
    eps?: number | GroupNormLayerOptions,
    affine?: boolean | GroupNormLayerOptions,
    options?: GroupNormLayerOptions,
  ) {
    super()
    const names = ['eps', 'affine', ...factoryNames, 'bias'] as const
    const o = bindOptions<GroupNormLayerOptions>('GroupNorm', names, [eps, affine, options])
    if (numChannels % numGroups !== 0)
      throw new ValueError(`num_channels (${numChannels}) must be divisible by num_groups (${numGroups})`)
    this.numGroups = numGroups
    this.numChannels = numChannels
    this.eps = o.eps ?? 1e-5
    this.affine = o.affine ?? true
    this.weight = this.affine ? emptyParameter([numChannels], o) : null
    this.bias = this.affine && (o.bias ?? true) ? emptyParameter([numChannels], o) : null
    this.resetParameters()
  }

  /** Sets `weight` to 1 and `bias` to 0. */
  resetParameters(): void {
    if (this.weight !== null) ones_(this.weight)
    if (this.bias !== null) zeros_(this.bias)
  }

  override forward(input: Tensor): Tensor {
    return groupNorm(input, this.numGroups, this.weight, this.bias, this.eps)
  }

  override extraRepr(): string {
    return `${this.numGroups}, ${this.numChannels}, eps=${float(this.eps)}, affine=${bool(this.affine)}, bias=${bool(this.bias !== null)}`
  }
}

/** Options of {@link RMSNorm}. */
export interface RmsNormLayerOptions extends FactoryOptions {
  /** Added to the mean of the squares; the dtype's `finfo(...).eps` if not given or null. */
  eps?: number | null
  /** Whether `weight` is learned; true if not given. */
  elementwiseAffine?: boolean
}

/**
 * Divides the last dimensions of each sample by the root of their mean square, then scales each element by `weight` (Zhang and
 * Sennrich, 2019). The same in training and evaluation.
 *
 * @param normalizedShape - size of the last dimension, or sizes of the last ones; the shape of `weight`
 * @throws RuntimeError for an input that does not end in these sizes
 * @example
 * ```ts
 * new RMSNorm(4)(randn([2, 4])).square().mean(1) // about 1 for both samples
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.nn.RMSNorm.html
 */
export class RMSNorm extends Layer {
  normalizedShape: Shape
  eps: number | null
  elementwiseAffine: boolean
  weight: Parameter | null

  constructor(
    normalizedShape: Sizes,
    eps?: number | null | RmsNormLayerOptions,
    elementwiseAffine?: boolean | RmsNormLayerOptions,
    options?: RmsNormLayerOptions,
  ) {
    super()
    const names = ['eps', 'elementwiseAffine', ...factoryNames] as const
    const o = bindOptions<RmsNormLayerOptions>('RMSNorm', names, [eps, elementwiseAffine, options])
    this.normalizedShape = shapeOf(this.constructor.name, normalizedShape)
    this.eps = o.eps ?? null
    this.elementwiseAffine = o.elementwiseAffine ?? true
    this.weight = this.elementwiseAffine ? emptyParameter(this.normalizedShape, o) : null
    this.resetParameters()
  }

  /** Sets `weight` to 1. */
  resetParameters(): void {
    if (this.weight !== null) ones_(this.weight)
  }

  override forward(input: Tensor): Tensor {
    return rmsNorm(input, this.normalizedShape, this.weight, this.eps)
  }

  override extraRepr(): string {
    const eps = this.eps === null ? 'None' : float(this.eps)
    return `${tuple(this.normalizedShape)}, eps=${eps}, elementwise_affine=${bool(this.elementwiseAffine)}`
  }
}
