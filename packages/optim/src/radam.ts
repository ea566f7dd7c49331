import { bindOptions, type Tensor, zerosLike } from '@tsorch/core'
import { type ImplementationOptions, implementation } from './implementation.js'
import { Optimizer, type ParamGroup, type Params } from './optimizer.js'
import { type Counted, checkAdam, penalised, stepped } from './state.js'

/** Options of {@link RAdam}, for all parameters or for a group. */
export interface RAdamOptions extends Pick<ImplementationOptions, 'foreach' | 'capturable' | 'differentiable'> {
  /** Learning rate, 1e-3 if not given. */
  lr: number
  /** Decay of the averages of the gradient and of its square, `[0.9, 0.999]` if not given. */
  betas: readonly [number, number]
  /** Added to the denominator, 1e-8 if not given. */
  eps: number
  /** L2 penalty, 0 if not given. */
  weightDecay: number
  /** Shrinks the parameters themselves instead of adding the penalty to their gradients. */
  decoupledWeightDecay: boolean
  /** Goes up instead of down. */
  maximize: boolean
}

interface Moments extends Counted {
  exp_avg: Tensor
  exp_avg_sq: Tensor
}

const NAMES = [
  'lr',
  'betas',
  'eps',
  'weightDecay',
  'decoupledWeightDecay',
  'foreach',
  'maximize',
  'capturable',
  'differentiable',
] as const

/**
 * Adam that leaves out its scaling while too few squares are known for it (Liu et al., 2019).
 *
 * @example
 * ```ts
 * const optimizer = new RAdam(model.parameters(), { lr: 1e-3 })
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.optim.RAdam.html
 */
export class RAdam extends Optimizer<RAdamOptions> {
  /** @throws ValueError for an option out of its range */
  constructor(params: Params<RAdamOptions>, lr?: number | Partial<RAdamOptions>, options?: Partial<RAdamOptions>) {
    const given = bindOptions<RAdamOptions>('RAdam', NAMES, options === undefined ? [lr] : [lr, options])
    const { lr: rate = 1e-3, betas = [0.9, 0.999], eps = 1e-8, weightDecay = 0 } = given
    const { decoupledWeightDecay = false, maximize = false } = given
    checkAdam({ lr: rate, betas, eps, weightDecay })
    const { foreach, capturable, differentiable } = implementation('RAdam', given)
    super(params, {
      lr: rate,
      betas,
      eps,
      weightDecay,
      maximize,
      foreach,
      capturable,
      decoupledWeightDecay,
      differentiable,
    })
  }

  protected override updateGroup(group: ParamGroup<RAdamOptions>): void {
    const { params, lr, betas, eps, weightDecay, decoupledWeightDecay, maximize } = group
    const [beta1, beta2] = betas
    const make = (p: Tensor) => ({ exp_avg: zerosLike(p), exp_avg_sq: zerosLike(p) })
    for (const { p, grad, memory, step } of stepped<Moments>(this.state, params, make)) {
      if (decoupledWeightDecay && weightDecay !== 0) p.mul_(1 - lr * weightDecay)
      const g = penalised(p, grad, decoupledWeightDecay ? 0 : weightDecay, maximize)
      memory.exp_avg.lerp_(g, 1 - beta1)
      memory.exp_avg_sq.mul_(beta2).addcmul_(g, g, { value: 1 - beta2 })
      const correction2 = 1 - beta2 ** step
      const way = memory.exp_avg.div(1 - beta1 ** step).mul_(lr)
      // how many squares the average stands for, now and in the end
      const limit = 2 / (1 - beta2) - 1
      const length = limit - (2 * step * beta2 ** step) / correction2
      if (length > 5) {
        const variance = ((length - 4) * (length - 2) * limit) / ((limit - 4) * (limit - 2) * length)
        const scale = memory.exp_avg_sq.sqrt().add_(eps).reciprocal_().mul_(Math.sqrt(correction2))
        way.mul_(scale).mul_(Math.sqrt(variance))
      }
      p.sub_(way)
    }
  }
}
