import { dropout, logSoftmax, relu, sigmoid, softmax, type Tensor, tanh, ValueError } from '@tsorch/core'
import { Layer } from '../module.js'

/** `max(x, 0)`. @see https://pytorch.org/docs/stable/generated/torch.nn.ReLU.html */
export class ReLU extends Layer {
  forward(x: Tensor): Tensor {
    return relu(x)
  }
}

/** `1 / (1 + e^-x)`. @see https://pytorch.org/docs/stable/generated/torch.nn.Sigmoid.html */
export class Sigmoid extends Layer {
  forward(x: Tensor): Tensor {
    return sigmoid(x)
  }
}

/** Hyperbolic tangent. @see https://pytorch.org/docs/stable/generated/torch.nn.Tanh.html */
export class Tanh extends Layer {
  forward(x: Tensor): Tensor {
    return tanh(x)
  }
}

/** `e^x` normalised to sum 1 along `dim`. @see https://pytorch.org/docs/stable/generated/torch.nn.Softmax.html */
export class Softmax extends Layer {
  dim: number | null

  constructor(dim: number | { dim?: number } = {}) {
    super()
    this.dim = (typeof dim === 'number' ? dim : dim.dim) ?? null
  }

  forward(x: Tensor): Tensor {
    return this.dim === null ? softmax(x) : softmax(x, this.dim)
  }

  override extraRepr(): string {
    return `dim=${this.dim ?? 'None'}`
  }
}

/** The logarithm of {@link Softmax}. @see https://pytorch.org/docs/stable/generated/torch.nn.LogSoftmax.html */
export class LogSoftmax extends Layer {
  dim: number | null

  constructor(dim: number | { dim?: number } = {}) {
    super()
    this.dim = (typeof dim === 'number' ? dim : dim.dim) ?? null
  }

  forward(x: Tensor): Tensor {
    return this.dim === null ? logSoftmax(x) : logSoftmax(x, this.dim)
  }

  override extraRepr(): string {
    return `dim=${this.dim ?? 'None'}`
  }
}

/** Zeroes elements with probability `p` while training. @see https://pytorch.org/docs/stable/generated/torch.nn.Dropout.html */
export class Dropout extends Layer {
  p: number

  constructor(p: number | { p?: number } = 0.5) {
    super()
    this.p = typeof p === 'number' ? p : (p.p ?? 0.5)
    if (!(this.p >= 0 && this.p <= 1))
      throw new ValueError(`dropout probability has to be between 0 and 1, but got ${this.p}`)
  }

  forward(x: Tensor): Tensor {
    return dropout(x, { p: this.p, training: this.training })
  }

  override extraRepr(): string {
    return `p=${this.p}, inplace=False`
  }
}
