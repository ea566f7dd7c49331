import { bindOptions, type Tensor, zerosLike } from '@tsorch/core'
import { type ImplementationOptions, implementation } from './implementation.js'
import { Optimizer, type ParamGroup, type Params } from './optimizer.js'
import { type Counted, checkAdam, checkFromZero, number, penalised, stepped } from './state.js'

/** Options of {@link NAdam}, for all parameters or for a group. */
export interface NAdamOptions extends Pick<ImplementationOptions, 'foreach' | 'capturable' | 'differentiable'> {
  /** Learning rate, 2e-3 if not given. */
  lr: number
  /** Decay of the averages of the gradient and of its square, `[0.9, 0.999]` if not given. */
  betas: readonly [number, number]
  /** Added to the denominator, 1e-8 if not given. */
  eps: number
  /** L2 penalty, 0 if not given. */
  weightDecay: number
  /** How fast the momentum rises to the first of `betas`, 4e-3 if not given. */
  momentumDecay: number
  /** Shrinks the parameters themselves instead of adding the penalty to their gradients. */
  decoupledWeightDecay: boolean
  /** Goes up instead of down. */
  maximize: boolean
}

interface Moments extends Counted {
  mu_product: Tensor
  exp_avg: Tensor
  exp_avg_sq: Tensor
}

const NAMES = [
  'lr',
  'betas',
  'eps',
  'weightDecay',
  'momentumDecay',
  'decoupledWeightDecay',
  'foreach',
  'maximize',
  'capturable',
  'differentiable',
] as const

/**
 * Adam with Nesterov's momentum (Dozat, 2016).
 *
 * @example
 * ```ts
 * const optimizer = new NAdam(model.parameters(), { lr: 2e-3 })
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.optim.NAdam.html
 */
export class NAdam extends Optimizer<NAdamOptions> {
  /** @throws ValueError for an option out of its range */
  constructor(params: Params<NAdamOptions>, lr?: number | Partial<NAdamOptions>, options?: Partial<NAdamOptions>) {
    const given = bindOptions<NAdamOptions>('NAdam', NAMES, options === undefined ? [lr] : [lr, options])
    const { lr: rate = 2e-3, betas = [0.9, 0.999], eps = 1e-8, weightDecay = 0, momentumDecay = 4e-3 } = given
    const { decoupledWeightDecay = false, maximize = false } = given
    checkAdam({ lr: rate, betas, eps, weightDecay })
    checkFromZero('momentum_decay value', momentumDecay)
    const { foreach, capturable, differentiable } = implementation('NAdam', given)
    super(params, {
      lr: rate,
      betas,
      eps,
      weightDecay,
      momentumDecay,
      decoupledWeightDecay,
      maximize,
      foreach,
      capturable,
      differentiable,
    })
  }

  protected override updateGroup(group: ParamGroup<NAdamOptions>): void {
    const { params, lr, betas, eps, weightDecay, momentumDecay, decoupledWeightDecay, maximize } = group
    const [beta1, beta2] = betas
    const make = (p: Tensor) => ({ mu_product: number(1), exp_avg: zerosLike(p), exp_avg_sq: zerosLike(p) })
    for (const { p, grad, memory, step } of stepped<Moments>(this.state, params, make)) {
      if (decoupledWeightDecay && weightDecay !== 0) p.mul_(1 - lr * weightDecay)
      const g = penalised(p, grad, decoupledWeightDecay ? 0 : weightDecay, maximize)
      // the momentum of this step, and that of the next one
      const mu = beta1 * (1 - 0.5 * 0.96 ** (step * momentumDecay))
      const next = beta1 * (1 - 0.5 * 0.96 ** ((step + 1) * momentumDecay))
      const product = Number(memory.mu_product.mul_(mu).item())
      memory.exp_avg.lerp_(g, 1 - beta1)
      memory.exp_avg_sq.mul_(beta2).addcmul_(g, g, { value: 1 - beta2 })
      const root = memory.exp_avg_sq
        .div(1 - beta2 ** step)
        .sqrt_()
        .add_(eps)
      p.addcdiv_(g, root, { value: (-lr * (1 - mu)) / (1 - product) })
      p.addcdiv_(memory.exp_avg, root, { value: (-lr * next) / (1 - product * next) })
    }
  }
}
