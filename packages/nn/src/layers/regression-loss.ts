/** Losses of numbers. */
import {
  bindOptions,
  huberLoss,
  l1Loss,
  mseLoss,
  type Reduction,
  type ReductionOptions,
  type SmoothL1Options,
  smoothL1Loss,
  type Tensor,
} from '@tsorch/core'
import { Loss, reductionNames } from './loss.js'

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
    super(bindOptions<ReductionOptions>('MSELoss', reductionNames, [options]))
  }

  override forward(input: Tensor, target: Tensor): Tensor {
    return mseLoss(input, target, { reduction: this.reduction })
  }
}

/** Mean absolute error. @see https://pytorch.org/docs/stable/generated/torch.nn.L1Loss.html */
export class L1Loss extends Loss {
  constructor(options?: ReductionOptions) {
    super(bindOptions<ReductionOptions>('L1Loss', reductionNames, [options]))
  }

  override forward(input: Tensor, target: Tensor): Tensor {
    return l1Loss(input, target, { reduction: this.reduction })
  }
}

/**
 * Smooth absolute error: square up to a distance of `beta`, then a line of slope 1.
 *
 * @example
 * ```ts
 * new SmoothL1Loss({ beta: 0.5 })(randn([3]), randn([3]))
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.nn.SmoothL1Loss.html
 */
export class SmoothL1Loss extends Loss {
  beta: number

  constructor(options?: SmoothL1Options) {
    const o = bindOptions<SmoothL1Options>('SmoothL1Loss', [...reductionNames, 'beta'], [options])
    super(o)
    this.beta = o.beta ?? 1
  }

  override forward(input: Tensor, target: Tensor): Tensor {
    return smoothL1Loss(input, target, { reduction: this.reduction, beta: this.beta })
  }
}

/** Options of {@link HuberLoss}. */
export interface HuberLossOptions {
  /** `'mean'` if not given. */
  reduction?: Reduction
  /** Up to which distance the loss is square, 1 if not given. */
  delta?: number
}

/**
 * Huber's loss: square up to a distance of `delta`, then a line of slope `delta`.
 *
 * @example
 * ```ts
 * new HuberLoss({ delta: 0.5 })(randn([3]), randn([3]))
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.nn.HuberLoss.html
 */
export class HuberLoss extends Loss {
  delta: number

  constructor(options?: HuberLossOptions) {
    const o = bindOptions<HuberLossOptions>('HuberLoss', ['reduction', 'delta'], [options])
    super(o)
    this.delta = o.delta ?? 1
  }

  override forward(input: Tensor, target: Tensor): Tensor {
    return huberLoss(input, target, { reduction: this.reduction, delta: this.delta })
  }
}
