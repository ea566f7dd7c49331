/** What all layers of losses have in common. */
import { type Reduction, type ReductionOptions, reductionOf, type Tensor } from '@tsorch/core'
import { Module } from '../module/module.js'

/** Names of the options that say what becomes of the values of single samples, in PyTorch's order. */
export const reductionNames = ['sizeAverage', 'reduce', 'reduction'] as const

/**
 * A loss: a module of tensors that gives one number, or one for each sample.
 *
 * `Args` is what it is called with, predictions and targets if not said otherwise.
 */
export abstract class Loss<
  Args extends unknown[] = [input: Tensor, target: Tensor],
  R extends string = Reduction,
> extends Module<Args, Tensor> {
  /** What becomes of the values of single samples: `'mean'`, `'sum'` or `'none'`. */
  reduction: R

  constructor(options: Omit<ReductionOptions, 'reduction'> & { reduction?: R }) {
    super()
    const { reduction, ...legacy } = options
    // the two flags of old scripts go before the name, which is checked when the loss is called
    const old = legacy.reduce != null || legacy.sizeAverage != null
    this.reduction = (old ? reductionOf(legacy) : (reduction ?? 'mean')) as R
  }
}

/** A loss with a factor for each class or element: a buffer, so that it moves with the model. */
export abstract class WeightedLoss extends Loss {
  declare weight: Tensor | null

  constructor(options: ReductionOptions & { weight?: Tensor | null }) {
    super(options)
    this.registerBuffer('weight', options.weight ?? null)
  }
}
