import { bindOptions, gradOf, type Tensor, zerosLike } from '@tsorch/core'
import { Optimizer, type ParamGroup, type Params } from './optimizer.js'
import { checkBetas, checkFromZero, remembered } from './state.js'

/** Options of {@link Lion}, for all parameters or for a group. */
export interface LionOptions {
  /** Learning rate, 1e-4 if not given: three to ten times smaller than that of AdamW. */
  lr: number
  /** Share of the momentum in the step, and its decay; `[0.9, 0.99]` if not given. */
  betas: readonly [number, number]
  /** Shrinks the parameters themselves, 0 if not given: three to ten times larger than that of AdamW. */
  weightDecay: number
  /** Goes up instead of down. */
  maximize: boolean
}

const NAMES = ['lr', 'betas', 'weightDecay', 'maximize'] as const

/**
 * Steps of the same size for all, by the sign of a mix of momentum and gradient (Chen et al., 2023). PyTorch has no optimizer of
 * this name; this one is the paper's.
 *
 * @example
 * ```ts
 * const optimizer = new Lion(model.parameters(), { lr: 1e-4, weightDecay: 0.1 })
 * ```
 * @see https://arxiv.org/abs/2302.06675
 */
export class Lion extends Optimizer<LionOptions> {
  /** @throws ValueError for an option out of its range */
  constructor(params: Params<LionOptions>, lr?: number | Partial<LionOptions>, options?: Partial<LionOptions>) {
    const given = bindOptions<LionOptions>('Lion', NAMES, options === undefined ? [lr] : [lr, options])
    const { lr: rate = 1e-4, betas = [0.9, 0.99], weightDecay = 0, maximize = false } = given
    checkFromZero('learning rate', rate)
    checkBetas(betas)
    checkFromZero('weight_decay value', weightDecay)
    super(params, { lr: rate, betas, weightDecay, maximize })
  }

  protected override updateGroup({ params, lr, betas, weightDecay, maximize }: ParamGroup<LionOptions>): void {
    const [beta1, beta2] = betas
    for (const p of params) {
      const grad = gradOf(p)
      if (grad === null) continue
      const memory = remembered<{ exp_avg: Tensor }>(this.state, p, () => ({ exp_avg: zerosLike(p) }))
      const g = maximize ? grad.neg() : grad
      if (weightDecay !== 0) p.mul_(1 - lr * weightDecay)
      const way = memory.exp_avg.mul(beta1).add_(g, { alpha: 1 - beta1 })
      p.add_(way.sign_(), { alpha: -lr })
      memory.exp_avg.mul_(beta2).add_(g, { alpha: 1 - beta2 })
    }
  }
}
