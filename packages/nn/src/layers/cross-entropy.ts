/** Cross entropies and the negative log likelihood of classes. */
import {
  type BceLogitsOptions,
  type BceOptions,
  binaryCrossEntropy,
  binaryCrossEntropyWithLogits,
  bindOptions,
  type CrossEntropyOptions,
  crossEntropy,
  type NllOptions,
  nllLoss,
  type Tensor,
} from '@tsorch/core'
import { snakeCase } from '../module/keys.js'
import { reductionNames, WeightedLoss } from './loss.js'

/**
 * Cross entropy of probabilities and binary targets of the same shape.
 *
 * @see https://pytorch.org/docs/stable/generated/torch.nn.BCELoss.html
 */
export class BCELoss extends WeightedLoss {
  constructor(weight?: Tensor | null | BceOptions, options?: BceOptions) {
    super(bindOptions<BceOptions>('BCELoss', ['weight', ...reductionNames], [weight ?? undefined, options]))
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
    const names = ['weight', ...reductionNames, 'posWeight'] as const
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
