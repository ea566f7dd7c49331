import { bindOptions, flatten, linear, type Shape, type Tensor, unflatten, ValueError } from '@tsorch/core'
import { bilinear } from '../functional/bilinear.js'
import { uniform_ } from '../init/fill.js'
import { calculateFanInAndFanOut, kaimingUniform_ } from '../init/variance.js'
import { Layer, Module } from '../module/module.js'
import type { Parameter } from '../parameter.js'
import { emptyParameter, type FactoryOptions, factoryNames } from './factory.js'
import { bool, tuple } from './python-text.js'

/** PyTorch's default for weights and their biases: uniform within 1 / sqrt(fan in). */
export function resetWeightAndBias(weight: Tensor, bias: Tensor | null): void {
  // the same bound, by the way PyTorch computes it: to the last bit
  kaimingUniform_(weight, { a: Math.sqrt(5) })
  if (bias === null) return
  const [fanIn] = calculateFanInAndFanOut(weight)
  const bound = fanIn > 0 ? 1 / Math.sqrt(fanIn) : 0
  uniform_(bias, -bound, bound)
}

/** Options of {@link Linear} and {@link Bilinear}. */
export interface LinearOptions extends FactoryOptions {
  /** Whether there is an additive bias; true if not given. */
  bias?: boolean
}

/**
 * `x @ weight^T + bias`.
 *
 * Input of shape [..., inFeatures], output of shape [..., outFeatures]; `weight` has shape [outFeatures, inFeatures].
 *
 * @example
 * ```ts
 * new Linear(3, 4)(randn([2, 3])) // shape [2, 4]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.nn.Linear.html
 */
export class Linear extends Layer {
  inFeatures: number
  outFeatures: number
  weight: Parameter
  bias: Parameter | null

  constructor(inFeatures: number, outFeatures: number, bias?: boolean | LinearOptions, options?: LinearOptions) {
    super()
    const o = bindOptions<LinearOptions>('Linear', ['bias', ...factoryNames], [bias, options])
    this.inFeatures = inFeatures
    this.outFeatures = outFeatures
    this.weight = emptyParameter([outFeatures, inFeatures], o)
    this.bias = (o.bias ?? true) ? emptyParameter([outFeatures], o) : null
    this.resetParameters()
  }

  /** Draws weight and bias anew. */
  resetParameters(): void {
    resetWeightAndBias(this.weight, this.bias)
  }

  override forward(input: Tensor): Tensor {
    return linear(input, this.weight, this.bias)
  }

  override extraRepr(): string {
    return `in_features=${this.inFeatures}, out_features=${this.outFeatures}, bias=${bool(this.bias !== null)}`
  }
}

/**
 * `x1 @ weight[k] @ x2 + bias[k]` for each output k.
 *
 * Inputs of shapes [..., in1Features] and [..., in2Features], output of shape [..., outFeatures].
 *
 * @see https://pytorch.org/docs/stable/generated/torch.nn.Bilinear.html
 */
export class Bilinear extends Module<[input1: Tensor, input2: Tensor], Tensor> {
  in1Features: number
  in2Features: number
  outFeatures: number
  weight: Parameter
  bias: Parameter | null

  constructor(
    in1Features: number,
    in2Features: number,
    outFeatures: number,
    bias?: boolean | LinearOptions,
    options?: LinearOptions,
  ) {
    super()
    const o = bindOptions<LinearOptions>('Bilinear', ['bias', ...factoryNames], [bias, options])
    if (in1Features <= 0) throw new ValueError(`in1_features must be > 0, but got (in1_features=${in1Features})`)
    this.in1Features = in1Features
    this.in2Features = in2Features
    this.outFeatures = outFeatures
    this.weight = emptyParameter([outFeatures, in1Features, in2Features], o)
    this.bias = (o.bias ?? true) ? emptyParameter([outFeatures], o) : null
    this.resetParameters()
  }

  /** Draws weight and bias anew. */
  resetParameters(): void {
    const bound = 1 / Math.sqrt(this.in1Features)
    uniform_(this.weight, -bound, bound)
    if (this.bias !== null) uniform_(this.bias, -bound, bound)
  }

  override forward(input1: Tensor, input2: Tensor): Tensor {
    return bilinear(input1, input2, this.weight, this.bias)
  }

  override extraRepr(): string {
    return `in1_features=${this.in1Features}, in2_features=${this.in2Features}, out_features=${this.outFeatures}, bias=${bool(this.bias !== null)}`
  }
}

/**
 * Gives back what it gets, whatever it is constructed with.
 *
 * @see https://pytorch.org/docs/stable/generated/torch.nn.Identity.html
 */
export class Identity extends Layer {
  /** Takes the arguments of the layer whose place it holds. */
  constructor(..._arguments: unknown[]) {
    super()
  }

  override forward(input: Tensor): Tensor {
    return input
  }
}

/** Options of {@link Flatten}. */
export interface FlattenLayerOptions {
  /** 1 if not given, which keeps the batch. */
  startDim?: number
  /** -1 if not given. */
  endDim?: number
}

/**
 * Makes one dimension of several.
 *
 * @example
 * ```ts
 * new Flatten()(randn([2, 3, 4])) // shape [2, 12]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.nn.Flatten.html
 */
export class Flatten extends Layer {
  startDim: number
  endDim: number

  constructor(startDim?: number | FlattenLayerOptions, endDim?: number | FlattenLayerOptions) {
    super()
    const o = bindOptions<FlattenLayerOptions>('Flatten', ['startDim', 'endDim'], [startDim, endDim])
    this.startDim = o.startDim ?? 1
    this.endDim = o.endDim ?? -1
  }

  override forward(input: Tensor): Tensor {
    return flatten(input, this.startDim, this.endDim)
  }

  override extraRepr(): string {
    return `start_dim=${this.startDim}, end_dim=${this.endDim}`
  }
}

/**
 * Makes several dimensions of one; one of the sizes may be -1.
 *
 * @see https://pytorch.org/docs/stable/generated/torch.nn.Unflatten.html
 */
export class Unflatten extends Layer {
  dim: number
  unflattenedSize: Shape

  constructor(dim: number, unflattenedSize: Shape) {
    super()
    if (!Array.isArray(unflattenedSize))
      throw new TypeError(`unflattened_size must be a list of integers, but found type ${typeof unflattenedSize}`)
    unflattenedSize.forEach((size, i) => {
      if (!Number.isInteger(size))
        throw new TypeError(
          `unflattened_size must be a list of integers, but found element of type ${typeof size} at pos ${i}`,
        )
    })
    this.dim = dim
    this.unflattenedSize = [...unflattenedSize]
  }

  override forward(input: Tensor): Tensor {
    return unflatten(input, this.dim, this.unflattenedSize)
  }

  override extraRepr(): string {
    return `dim=${this.dim}, unflattened_size=${tuple(this.unflattenedSize)}`
  }
}
