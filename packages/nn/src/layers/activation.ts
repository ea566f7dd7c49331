/** Activations without parameters. */
import {
  bindOptions,
  leakyRelu,
  logSoftmax,
  sigmoid,
  silu,
  softmax,
  softmin,
  type Tensor,
  tanh,
  ValueError,
} from '@tsorch/core'
import { type InplaceOptions, relu } from '../functional/activation.js'
import { Layer } from '../module/module.js'
import { float } from './python-text.js'

/**
 * `max(x, 0)`.
 *
 * @param inplace - writes the result into the input
 * @see https://pytorch.org/docs/stable/generated/torch.nn.ReLU.html
 */
export class ReLU extends Layer {
  inplace: boolean

  constructor(inplace?: boolean | InplaceOptions) {
    super()
    this.inplace = bindOptions<InplaceOptions>('ReLU', ['inplace'], [inplace]).inplace ?? false
  }

  override forward(input: Tensor): Tensor {
    return this.inplace ? relu(input, true) : relu(input)
  }

  override extraRepr(): string {
    return this.inplace ? 'inplace=True' : ''
  }
}

/** Options of {@link LeakyReLU}. */
export interface LeakyReluLayerOptions extends InplaceOptions {
  /** Slope below zero, 0.01 if not given. */
  negativeSlope?: number
}

/** `x` above zero, `negativeSlope * x` below. @see https://pytorch.org/docs/stable/generated/torch.nn.LeakyReLU.html */
export class LeakyReLU extends Layer {
  negativeSlope: number
  inplace: boolean

  constructor(negativeSlope?: number | LeakyReluLayerOptions, inplace?: boolean | LeakyReluLayerOptions) {
    super()
    const names = ['negativeSlope', 'inplace'] as const
    const o = bindOptions<LeakyReluLayerOptions>('LeakyReLU', names, [negativeSlope, inplace])
    this.negativeSlope = o.negativeSlope ?? 0.01
    this.inplace = o.inplace ?? false
  }

  override forward(input: Tensor): Tensor {
    return leakyRelu(input, this.negativeSlope, this.inplace)
  }

  override extraRepr(): string {
    return `negative_slope=${float(this.negativeSlope)}${this.inplace ? ', inplace=True' : ''}`
  }
}

/** `1 / (1 + e^-x)`. @see https://pytorch.org/docs/stable/generated/torch.nn.Sigmoid.html */
export class Sigmoid extends Layer {
  override forward(input: Tensor): Tensor {
    return sigmoid(input)
  }
}

/** The hyperbolic tangent. @see https://pytorch.org/docs/stable/generated/torch.nn.Tanh.html */
export class Tanh extends Layer {
  override forward(input: Tensor): Tensor {
    return tanh(input)
  }
}

/** `x * sigmoid(x)`, also called swish. @see https://pytorch.org/docs/stable/generated/torch.nn.SiLU.html */
export class SiLU extends Layer {
  inplace: boolean

  constructor(inplace?: boolean | InplaceOptions) {
    super()
    this.inplace = bindOptions<InplaceOptions>('SiLU', ['inplace'], [inplace]).inplace ?? false
  }

  override forward(input: Tensor): Tensor {
    return silu(input, { inplace: this.inplace })
  }

  override extraRepr(): string {
    return this.inplace ? 'inplace=True' : ''
  }
}

/** Options of the softmax family. */
export interface DimOptions {
  /** The dimension that sums to 1. Name it: without, old PyTorch's rule applies (0 for 1 or 3 dimensions, else 1). */
  dim?: number | null
}

/** What normalises along a dimension. */
export abstract class AlongDim extends Layer {
  dim: number | null

  constructor(dim?: number | null | DimOptions) {
    super()
    this.dim = bindOptions<DimOptions>(this.constructor.name, ['dim'], [dim ?? undefined]).dim ?? null
  }

  override extraRepr(): string {
    return `dim=${this.dim ?? 'None'}`
  }
}

/**
 * `e^x`, normalised to sum 1 along `dim`.
 *
 * @example
 * ```ts
 * new Softmax(1)(randn([2, 3])).sum(1) // tensor([1., 1.])
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.nn.Softmax.html
 */
export class Softmax extends AlongDim {
  override forward(input: Tensor): Tensor {
    return softmax(input, this.dim ?? undefined)
  }
}

/** The logarithm of {@link Softmax}, without loss of precision. @see https://pytorch.org/docs/stable/generated/torch.nn.LogSoftmax.html */
export class LogSoftmax extends AlongDim {
  override forward(input: Tensor): Tensor {
    return logSoftmax(input, this.dim ?? undefined)
  }
}

/** {@link Softmax} of `-x`. @see https://pytorch.org/docs/stable/generated/torch.nn.Softmin.html */
export class Softmin extends AlongDim {
  override forward(input: Tensor): Tensor {
    return softmin(input, this.dim ?? undefined)
  }
}

/**
 * {@link Softmax} over the channels at each position of [N, C, H, W] or [C, H, W].
 *
 * @throws ValueError for other inputs
 * @see https://pytorch.org/docs/stable/generated/torch.nn.Softmax2d.html
 */
export class Softmax2d extends Layer {
  override forward(input: Tensor): Tensor {
    if (input.ndim !== 3 && input.ndim !== 4)
      throw new ValueError(`Softmax2d: expected input to be 3D or 4D, got ${input.ndim}D instead`)
    return softmax(input, -3)
  }
}
