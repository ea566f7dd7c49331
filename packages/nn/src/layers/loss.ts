import {
  type BceOptions,
  binaryCrossEntropy,
  type CrossEntropyOptions,
  crossEntropy,
  mseLoss,
  type NllOptions,
  nllLoss,
  type ReductionOptions,
  type Tensor,
} from '@tsorch/core'
import { Module } from '../module.js'

abstract class Loss extends Module<[input: Tensor, target: Tensor], Tensor> {}

/** Mean squared error. @see https://pytorch.org/docs/stable/generated/torch.nn.MSELoss.html */
export class MSELoss extends Loss {
  options: ReductionOptions

  constructor(options: ReductionOptions = {}) {
    super()
    this.options = options
  }

  forward(input: Tensor, target: Tensor): Tensor {
    return mseLoss(input, target, this.options)
  }
}

/** Cross entropy of probabilities and binary targets. @see https://pytorch.org/docs/stable/generated/torch.nn.BCELoss.html */
export class BCELoss extends Loss {
  options: Omit<BceOptions, 'weight'>
  declare weight: Tensor | null

  constructor(options: BceOptions = {}) {
    super()
    const { weight, ...rest } = options
    this.options = rest
    this.registerBuffer('weight', weight ?? null)
  }

  forward(input: Tensor, target: Tensor): Tensor {
    return binaryCrossEntropy(input, target, { ...this.options, weight: this.weight })
  }
}

/** Cross entropy of logits and classes. @see https://pytorch.org/docs/stable/generated/torch.nn.CrossEntropyLoss.html */
export class CrossEntropyLoss extends Loss {
  options: Omit<CrossEntropyOptions, 'weight'>
  declare weight: Tensor | null

  constructor(options: CrossEntropyOptions = {}) {
    super()
    const { weight, ...rest } = options
    this.options = rest
    this.registerBuffer('weight', weight ?? null)
  }

  forward(input: Tensor, target: Tensor): Tensor {
    return crossEntropy(input, target, { ...this.options, weight: this.weight })
  }
}

/** Negative log likelihood of classes. @see https://pytorch.org/docs/stable/generated/torch.nn.NLLLoss.html */
export class NLLLoss extends Loss {
  options: Omit<NllOptions, 'weight'>
  declare weight: Tensor | null

  constructor(options: NllOptions = {}) {
    super()
    const { weight, ...rest } = options
    this.options = rest
    this.registerBuffer('weight', weight ?? null)
  }

  forward(input: Tensor, target: Tensor): Tensor {
    return nllLoss(input, target, { ...this.options, weight: this.weight })
  }
}
