import { bindOptions, empty, type FlattenOptions, flatten, linear, type Tensor } from '@tsorch/core'
import { calculateFanInAndFanOut, kaimingUniform_, uniform_ } from '../init.js'
import { Layer } from '../module.js'
import { Parameter } from '../parameter.js'

/** PyTorch's default for weights and their biases: uniform within 1 / sqrt(fan in). */
export function resetWeightAndBias(weight: Tensor, bias: Tensor | null): void {
  kaimingUniform_(weight, { a: Math.sqrt(5) })
  if (bias === null) return
  const [fanIn] = calculateFanInAndFanOut(weight)
  const bound = fanIn > 0 ? 1 / Math.sqrt(fanIn) : 0
  uniform_(bias, -bound, bound)
}

/**
 * `x @ weight^T + bias`.
 *
 * @see https://pytorch.org/docs/stable/generated/torch.nn.Linear.html
 */
export class Linear extends Layer {
  inFeatures: number
  outFeatures: number
  weight: Parameter
  bias: Parameter | null

  constructor(inFeatures: number, outFeatures: number, bias?: boolean | { bias?: boolean }) {
    super()
    const o = bindOptions<{ bias: boolean }>('Linear', ['bias'], [bias])
    this.inFeatures = inFeatures
    this.outFeatures = outFeatures
    this.weight = new Parameter(empty([outFeatures, inFeatures]))
    this.bias = (o.bias ?? true) ? new Parameter(empty([outFeatures])) : null
    resetWeightAndBias(this.weight, this.bias)
  }

  forward(x: Tensor): Tensor {
    return linear(x, this.weight, this.bias)
  }

  override extraRepr(): string {
    return `in_features=${this.inFeatures}, out_features=${this.outFeatures}, bias=${this.bias === null ? 'False' : 'True'}`
  }
}

/** Gives back what it gets. @see https://pytorch.org/docs/stable/generated/torch.nn.Identity.html */
export class Identity extends Layer {
  forward(x: Tensor): Tensor {
    return x
  }
}

/** Joins dimensions, from 1 on if not told otherwise. @see https://pytorch.org/docs/stable/generated/torch.nn.Flatten.html */
export class Flatten extends Layer {
  startDim: number
  endDim: number

  constructor(startDim?: number | FlattenOptions, endDim?: number | FlattenOptions) {
    super()
    const o = bindOptions<FlattenOptions>('Flatten', ['startDim', 'endDim'], [startDim, endDim])
    this.startDim = o.startDim ?? 1
    this.endDim = o.endDim ?? -1
  }

  forward(x: Tensor): Tensor {
    return flatten(x, this.startDim, this.endDim)
  }

  override extraRepr(): string {
    return `start_dim=${this.startDim}, end_dim=${this.endDim}`
  }
}
