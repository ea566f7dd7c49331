/** Losses: one number (or one a sample) from predictions and targets. */
import {
  type BceLogitsOptions,
  type BceOptions,
  binaryCrossEntropy,
  binaryCrossEntropyWithLogits,
  bindOptions,
  type CrossEntropyOptions,
  crossEntropy,
  l1Loss,
  mseLoss,
  type NllOptions,
  nllLoss,
  type Reduction,
  type ReductionOptions,
  type Tensor,
} from '@tsorch/core'
import { snakeCase } from '../module/keys.js'
import { Module } from '../module/module.js'

const legacyNames = ['sizeAverage', 'reduce', 'reduction'] as const

/** The reduction that options ask for: the two flags of old scripts go before the name. */
function reductionOf({ reduction, reduce, sizeAverage }: ReductionOptions): Reduction {
  if (reduce == null && sizeAverage == null) return reduction ?? 'mean'
  if (reduce === false) return 'none'
  return sizeAverage === false ? 'sum' : 'mean'
}

/** What all losses have in common. */
export abstract class Loss extends Module<[input: Tensor, target: Tensor], Tensor> {
  /** What becomes of the values of single samples: `'mean'`, `'sum'` or `'none'`. */
  reduction: Reduction

  constructor(options: ReductionOptions) {
    super()
    this.reduction = reductionOf(options)
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

/**
 * Mean squared error.
 *
 * @example
 * ```ts
 * new MSELoss({ reduction: 'sum' })(randn([3]), randn([3]))
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.nn.MSELoss.html
 */
export class MSELoss extends Loss {
  constructor(options?: ReductionOptions) {
    super(bindOptions<ReductionOptions>('MSELoss', legacyNames, [options]))
  }

  override forward(input: Tensor, target: Tensor): Tensor {
    return mseLoss(input, target, { reduction: this.reduction })
  }
}

/** Mean absolute error. @see https://pytorch.org/docs/stable/generated/torch.nn.L1Loss.html */
export class L1Loss extends Loss {
  constructor(options?: ReductionOptions) {
    super(bindOptions<ReductionOptions>('L1Loss', legacyNames, [options]))
  }

  override forward(input: Tensor, target: Tensor): Tensor {
    return l1Loss(input, target, { reduction: this.reduction })
  }
}

/**
 * Cross entropy of probabilities and binary targets of the same shape.
 *
 * @see https://pytorch.org/docs/stable/generated/torch.nn.BCELoss.html
 */
export class BCELoss extends WeightedLoss {
  constructor(weight?: Tensor | null | BceOptions, options?: BceOptions) {
    super(bindOptions<BceOptions>('BCELoss', ['weight', ...legacyNames], [weight ?? undefined, options]))
  }

  override forward(input: Tensor, target: Tensor): Tensor {
    return binaryCrossEntropy(input, target, { weight: this.weight, reduction: this.reduction })
  }
}

/**
 * Cross entropy of logits and binary targets of the same shape, without loss of precision.
 *
 * @see https://pytorch.org/docs/stable/generated/torch.nn.BCEWithLogitsLoss.html
 */
export class BCEWithLogitsLoss extends WeightedLoss {
  declare posWeight: Tensor | null

  constructor(weight?: Tensor | null | BceLogitsOptions, options?: BceLogitsOptions) {
    const names = ['weight', ...legacyNames, 'posWeight'] as const
    const o = bindOptions<BceLogitsOptions>('BCEWithLogitsLoss', names, [weight ?? undefined, options])
    super(o)
    this.registerBuffer('posWeight', o.posWeight ?? null)
  }

  static override keyOf(property: string): string {
    return property === 'posWeight' ? snakeCase(property) : property
  }

  override forward(input: Tensor, target: Tensor): Tensor {
    const { weight, posWeight, reduction } = this
    return binaryCrossEntropyWithLogits(input, target, { weight, posWeight, reduction })
  }
}

const nllNames = ['weight', 'sizeAverage', 'ignoreIndex', 'reduce', 'reduction'] as const

/**
 * Negative log likelihood: log-probabilities [N, C, ...] and class indices [N, ...].
 *
 * @see https://pytorch.org/docs/stable/generated/torch.nn.NLLLoss.html
 */
export class NLLLoss extends WeightedLoss {
  ignoreIndex: number

  constructor(weight?: Tensor | null | NllOptions, options?: NllOptions) {
    const o = bindOptions<NllOptions>('NLLLoss', nllNames, [weight ?? undefined, options])
    super(o)
    this.ignoreIndex = o.ignoreIndex ?? -100
  }

  override forward(input: Tensor, target: Tensor): Tensor {
    const { weight, ignoreIndex, reduction } = this
    return nllLoss(input, target, { weight, ignoreIndex, reduction })
  }
}

/** The name of {@link NLLLoss} for images in old scripts. */
export class NLLLoss2d extends NLLLoss {}

/**
 * Cross entropy of logits [N, C, ...] and class indices [N, ...], or class probabilities of the shape of the logits.
 *
 * @example
 * ```ts
 * new CrossEntropyLoss()(randn([3, 5]), tensor([1, 0, 4]))
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.nn.CrossEntropyLoss.html
 */
export class CrossEntropyLoss extends WeightedLoss {
  ignoreIndex: number
  labelSmoothing: number

  constructor(weight?: Tensor | null | CrossEntropyOptions, options?: CrossEntropyOptions) {
    const names = [...nllNames, 'labelSmoothing'] as const
    const o = bindOptions<CrossEntropyOptions>('CrossEntropyLoss', names, [weight ?? undefined, options])
    super(o)
    this.ignoreIndex = o.ignoreIndex ?? -100
    this.labelSmoothing = o.labelSmoothing ?? 0
  }

  override forward(input: Tensor, target: Tensor): Tensor {
    const { weight, ignoreIndex, reduction, labelSmoothing } = this
    return crossEntropy(input, target, { weight, ignoreIndex, reduction, labelSmoothing })
  }
}
