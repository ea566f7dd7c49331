/** Losses that compare distributions. */
import { bindOptions, type Reduction, type Tensor } from '@tsorch/core'
import {
  type GaussianNllOptions,
  gaussianNllLoss,
  gaussianNllNames,
  type KlDivOptions,
  klDiv,
  klDivNames,
  type PoissonNllOptions,
  poissonNllLoss,
  poissonNllNames,
} from '../functional/likelihood-loss.js'
import { Loss } from './loss.js'

/**
 * Kullback-Leibler divergence of log-probabilities from probabilities.
 *
 * @example
 * ```ts
 * new KLDivLoss({ reduction: 'batchmean' })(randn([3, 5]).logSoftmax(1), rand([3, 5]).softmax(1))
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.nn.KLDivLoss.html
 */
export class KLDivLoss extends Loss<[input: Tensor, target: Tensor], Reduction | 'batchmean'> {
  logTarget: boolean

  constructor(options?: KlDivOptions) {
    const o = bindOptions<KlDivOptions>('KLDivLoss', klDivNames, [options])
    super(o)
    this.logTarget = o.logTarget ?? false
  }

  override forward(input: Tensor, target: Tensor): Tensor {
    return klDiv(input, target, { reduction: this.reduction, logTarget: this.logTarget })
  }
}

/**
 * Negative log likelihood of counts that follow a Poisson distribution.
 *
 * @see https://pytorch.org/docs/stable/generated/torch.nn.PoissonNLLLoss.html
 */
export class PoissonNLLLoss extends Loss {
  logInput: boolean
  full: boolean
  eps: number

  constructor(options?: PoissonNllOptions) {
    const o = bindOptions<PoissonNllOptions>('PoissonNLLLoss', poissonNllNames, [options])
    super(o)
    this.logInput = o.logInput ?? true
    this.full = o.full ?? false
    this.eps = o.eps ?? 1e-8
  }

  override forward(input: Tensor, target: Tensor): Tensor {
    const { logInput, full, eps, reduction } = this
    return poissonNllLoss(input, target, { logInput, full, eps, reduction })
  }
}

/**
 * Negative log likelihood of numbers that follow normal distributions with the variances it is called with.
 *
 * @example
 * ```ts
 * new GaussianNLLLoss()(randn([3, 2]), randn([3, 2]), ones([3, 2]))
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.nn.GaussianNLLLoss.html
 */
export class GaussianNLLLoss extends Loss<[input: Tensor, target: Tensor, variance: Tensor | number]> {
  full: boolean
  eps: number

  constructor(options?: GaussianNllOptions) {
    const o = bindOptions<GaussianNllOptions>('GaussianNLLLoss', gaussianNllNames, [options])
    super(o)
    this.full = o.full ?? false
    this.eps = o.eps ?? 1e-6
  }

  override forward(input: Tensor, target: Tensor, variance: Tensor | number): Tensor {
    const { full, eps, reduction } = this
    return gaussianNllLoss(input, target, variance, { full, eps, reduction })
  }
}
