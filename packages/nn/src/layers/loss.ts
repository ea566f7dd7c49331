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
  options: BceOptions

  constructor(options: BceOptions = {}) {
    super()
    this.options = options
  }

  forward(input: Tensor, target: Tensor): Tensor {
    return binaryCrossEntropy(input, target, this.options)
  }
}

/** Cross entropy of logits and classes. @see https://pytorch.org/docs/stable/generated/torch.nn.CrossEntropyLoss.html */
export class CrossEntropyLoss extends Loss {
  options: CrossEntropyOptions

  constructor(options: CrossEntropyOptions = {}) {
    super()
    this.options = options
  }

  forward(input: Tensor, target: Tensor): Tensor {
    return crossEntropy(input, target, this.options)
  }
}

/** Negative log likelihood of classes. @see https://pytorch.org/docs/stable/generated/torch.nn.NLLLoss.html */
export class NLLLoss extends Loss {
  options: NllOptions

  constructor(options: NllOptions = {}) {
    super()
    this.options = options
  }

  forward(input: Tensor, target: Tensor): Tensor {
    return nllLoss(input, target, this.options)
  }
}
