/** Losses that ask for a margin. */
import { bindOptions, type ReductionOptions, type Tensor, ValueError } from '@tsorch/core'
import {
  cosineEmbeddingLoss,
  hingeEmbeddingLoss,
  type MarginOptions,
  marginNames,
  marginRankingLoss,
  multilabelSoftMarginLoss,
  softMarginLoss,
  type WeightedMarginOptions,
} from '../functional/margin-loss.js'
import {
  type MultiMarginOptions,
  multilabelMarginLoss,
  multiMarginLoss,
  multiMarginNames,
} from '../functional/multi-margin-loss.js'
import { Loss, reductionNames, WeightedLoss } from './loss.js'

/**
 * Which of two inputs is ranked higher.
 *
 * @example
 * ```ts
 * new MarginRankingLoss(0.5)(randn([3]), randn([3]), tensor([1, -1, 1]))
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.nn.MarginRankingLoss.html
 */
export class MarginRankingLoss extends Loss<[input1: Tensor, input2: Tensor, target: Tensor]> {
  margin: number

  constructor(margin?: number | MarginOptions, options?: MarginOptions) {
    const o = bindOptions<MarginOptions>('MarginRankingLoss', marginNames, [margin, options])
    super(o)
    this.margin = o.margin ?? 0
  }

  override forward(input1: Tensor, input2: Tensor, target: Tensor): Tensor {
    return marginRankingLoss(input1, input2, target, { margin: this.margin, reduction: this.reduction })
  }
}

/**
 * Of distances: small for pairs that belong together, above the margin for the others.
 *
 * @see https://pytorch.org/docs/stable/generated/torch.nn.HingeEmbeddingLoss.html
 */
export class HingeEmbeddingLoss extends Loss {
  margin: number

  constructor(margin?: number | MarginOptions, options?: MarginOptions) {
    const o = bindOptions<MarginOptions>('HingeEmbeddingLoss', marginNames, [margin, options])
    super(o)
    this.margin = o.margin ?? 1
  }

  override forward(input: Tensor, target: Tensor): Tensor {
    return hingeEmbeddingLoss(input, target, { margin: this.margin, reduction: this.reduction })
  }
}

/**
 * Of the cosine between two vectors: near 1 for pairs that belong together, below the margin for the others.
 *
 * @example
 * ```ts
 * new CosineEmbeddingLoss(0.5)(randn([3, 8]), randn([3, 8]), tensor([1, -1, 1]))
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.nn.CosineEmbeddingLoss.html
 */
export class CosineEmbeddingLoss extends Loss<[input1: Tensor, input2: Tensor, target: Tensor]> {
  margin: number

  constructor(margin?: number | MarginOptions, options?: MarginOptions) {
    const o = bindOptions<MarginOptions>('CosineEmbeddingLoss', marginNames, [margin, options])
    super(o)
    this.margin = o.margin ?? 0
  }

  override forward(input1: Tensor, input2: Tensor, target: Tensor): Tensor {
    return cosineEmbeddingLoss(input1, input2, target, { margin: this.margin, reduction: this.reduction })
  }
}

/** Logistic loss of targets 1 and -1. @see https://pytorch.org/docs/stable/generated/torch.nn.SoftMarginLoss.html */
export class SoftMarginLoss extends Loss {
  constructor(options?: ReductionOptions) {
    super(bindOptions<ReductionOptions>('SoftMarginLoss', reductionNames, [options]))
  }

  override forward(input: Tensor, target: Tensor): Tensor {
    return softMarginLoss(input, target, { reduction: this.reduction })
  }
}

/**
 * Logistic loss of several classes at once.
 *
 * @see https://pytorch.org/docs/stable/generated/torch.nn.MultiLabelSoftMarginLoss.html
 */
export class MultiLabelSoftMarginLoss extends WeightedLoss {
  constructor(weight?: Tensor | null | WeightedMarginOptions, options?: WeightedMarginOptions) {
    const names = ['weight', ...reductionNames] as const
    super(bindOptions<WeightedMarginOptions>('MultiLabelSoftMarginLoss', names, [weight ?? undefined, options]))
  }

  override forward(input: Tensor, target: Tensor): Tensor {
    return multilabelSoftMarginLoss(input, target, { weight: this.weight, reduction: this.reduction })
  }
}

/**
 * Hinge loss of samples with several classes each.
 *
 * @see https://pytorch.org/docs/stable/generated/torch.nn.MultiLabelMarginLoss.html
 */
export class MultiLabelMarginLoss extends Loss {
  constructor(options?: ReductionOptions) {
    super(bindOptions<ReductionOptions>('MultiLabelMarginLoss', reductionNames, [options]))
  }

  override forward(input: Tensor, target: Tensor): Tensor {
    return multilabelMarginLoss(input, target, { reduction: this.reduction })
  }
}

/**
 * Hinge loss of classes.
 *
 * @throws ValueError for another `p` than 1 and 2, or weights that are no vector
 * @example
 * ```ts
 * new MultiMarginLoss({ p: 2 })(randn([3, 5]), tensor([1, 0, 4]))
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.nn.MultiMarginLoss.html
 */
export class MultiMarginLoss extends WeightedLoss {
  p: 1 | 2
  margin: number

  constructor(p?: 1 | 2 | MultiMarginOptions, options?: MultiMarginOptions) {
    const o = bindOptions<MultiMarginOptions>('MultiMarginLoss', multiMarginNames, [p, options])
    super(o)
    this.p = o.p ?? 1
    this.margin = o.margin ?? 1
    if (this.p !== 1 && this.p !== 2) throw new ValueError('only p == 1 and p == 2 supported')
    if (o.weight != null && o.weight.ndim !== 1)
      throw new ValueError(`MultiMarginLoss: expected weight to be null or 1D tensor, got ${o.weight.ndim}D instead`)
  }

  override forward(input: Tensor, target: Tensor): Tensor {
    const { p, margin, weight, reduction } = this
    return multiMarginLoss(input, target, { p, margin, weight, reduction })
  }
}
