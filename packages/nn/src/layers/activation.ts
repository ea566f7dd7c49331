/** Smooth activations without parameters, and ReLU. */
import {
  bindOptions,
  type GeluApproximation,
  type GeluOptions,
  gelu,
  glu,
  logsigmoid,
  mish,
  type SoftplusOptions,
  sigmoid,
  silu,
  softplus,
  softsign,
  type Tensor,
  tanh,
} from '@tsorch/core'
import { relu } from '../functional/activation.js'
import { Layer } from '../module/module.js'
import { InplaceActivation } from './inplace-activation.js'
import { float } from './python-text.js'

/**
 * `max(x, 0)`.
 *
 * @example
 * ```ts
 * new ReLU()(tensor([-1.5, 0.5])) // tensor([0.0000, 0.5000])
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.nn.ReLU.html
 */
export class ReLU extends InplaceActivation {
  override forward(input: Tensor): Tensor {
    return this.inplace ? relu(input, true) : relu(input)
  }
}

/** `1 / (1 + e^-x)`. @see https://pytorch.org/docs/stable/generated/torch.nn.Sigmoid.html */
export class Sigmoid extends Layer {
  override forward(input: Tensor): Tensor {
    return sigmoid(input)
  }
}

/** The logarithm of {@link Sigmoid}, without loss of precision. @see https://pytorch.org/docs/stable/generated/torch.nn.LogSigmoid.html */
export class LogSigmoid extends Layer {
  override forward(input: Tensor): Tensor {
    return logsigmoid(input)
  }
}

/** The hyperbolic tangent. @see https://pytorch.org/docs/stable/generated/torch.nn.Tanh.html */
export class Tanh extends Layer {
  override forward(input: Tensor): Tensor {
    return tanh(input)
  }
}

/** `x / (1 + |x|)`. @see https://pytorch.org/docs/stable/generated/torch.nn.Softsign.html */
export class Softsign extends Layer {
  override forward(input: Tensor): Tensor {
    return softsign(input)
  }
}

/** `x * sigmoid(x)`, also called swish. @see https://pytorch.org/docs/stable/generated/torch.nn.SiLU.html */
export class SiLU extends InplaceActivation {
  override forward(input: Tensor): Tensor {
    return silu(input, this.inplace)
  }
}

/** `x * tanh(softplus(x))`. @see https://pytorch.org/docs/stable/generated/torch.nn.Mish.html */
export class Mish extends InplaceActivation {
  override forward(input: Tensor): Tensor {
    return mish(input, this.inplace)
  }
}

/**
 * `x` times the probability that a standard normal number is below `x`.
 *
 * @example
 * ```ts
 * new GELU({ approximate: 'tanh' })(tensor([-1.5, 0.5])) // tensor([-0.1004,  0.3457])
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.nn.GELU.html
 */
export class GELU extends Layer {
  approximate: GeluApproximation

  constructor(approximate?: GeluApproximation | GeluOptions) {
    super()
    this.approximate = bindOptions<GeluOptions>('GELU', ['approximate'], [approximate]).approximate ?? 'none'
  }

  override forward(input: Tensor): Tensor {
    return gelu(input, { approximate: this.approximate })
  }

  override extraRepr(): string {
    return `approximate='${this.approximate}'`
  }
}

/** `log(1 + e^(beta * x)) / beta`, a smooth {@link ReLU}. @see https://pytorch.org/docs/stable/generated/torch.nn.Softplus.html */
export class Softplus extends Layer {
  /** How sharply it bends. */
  beta: number
  /** Where `beta * x` is above this the result is `x` itself. */
  threshold: number

  constructor(beta?: number | SoftplusOptions, threshold?: number | SoftplusOptions) {
    super()
    const o = bindOptions<SoftplusOptions>('Softplus', ['beta', 'threshold'], [beta, threshold])
    this.beta = o.beta ?? 1
    this.threshold = o.threshold ?? 20
  }

  override forward(input: Tensor): Tensor {
    return softplus(input, this.beta, this.threshold)
  }

  override extraRepr(): string {
    return `beta=${float(this.beta)}, threshold=${float(this.threshold)}`
  }
}

/**
 * The first half of a dimension times the sigmoid of the second.
 *
 * @example
 * ```ts
 * new GLU()(randn([2, 6])) // shape [2, 3]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.nn.GLU.html
 */
export class GLU extends Layer {
  dim: number

  constructor(dim?: number | { dim?: number }) {
    super()
    this.dim = bindOptions<{ dim: number }>('GLU', ['dim'], [dim]).dim ?? -1
  }

  override forward(input: Tensor): Tensor {
    return glu(input, this.dim)
  }

  override extraRepr(): string {
    return `dim=${this.dim}`
  }
}
