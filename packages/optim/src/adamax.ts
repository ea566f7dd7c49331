import { bindOptions, type Tensor, zerosLike } from '@tsorch/core'
import { type ImplementationOptions, implementation } from './implementation.js'
import { Optimizer, type ParamGroup, type Params } from './optimizer.js'
import { type Counted, checkAdam, penalised, stepped } from './state.js'

/** Options of {@link Adamax}, for all parameters or for a group. */
export interface AdamaxOptions extends Pick<ImplementationOptions, 'foreach' | 'differentiable' | 'capturable'> {
  /** Learning rate, 2e-3 if not given. */
  lr: number
  /** Decay of the average and of the largest gradient, `[0.9, 0.999]` if not given. */
  betas: readonly [number, number]
  /** Added to the size of each gradient, 1e-8 if not given. */
  eps: number
  /** L2 penalty, 0 if not given. */
  weightDecay: number
  /** Goes up instead of down. */
  maximize: boolean
}

interface Moments extends Counted {
  exp_avg: Tensor
  exp_inf: Tensor
}

const NAMES = ['lr', 'betas', 'eps', 'weightDecay', 'foreach', 'maximize', 'differentiable', 'capturable'] as const

/**
 * Adam by the largest gradient instead of the mean square (Kingma and Ba, 2014).
 *
 * @example
 * ```ts
 * const optimizer = new Adamax(model.parameters(), { lr: 2e-3 })
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.optim.Adamax.html
 */
export class Adamax extends Optimizer<AdamaxOptions> {
  /** @throws ValueError for an option out of its range */
  constructor(params: Params<AdamaxOptions>, lr?: number | Partial<AdamaxOptions>, options?: Partial<AdamaxOptions>) {
    const given = bindOptions<AdamaxOptions>('Adamax', NAMES, options === undefined ? [lr] : [lr, options])
    const { lr: rate = 2e-3, betas = [0.9, 0.999], eps = 1e-8, weightDecay = 0, maximize = false } = given
    checkAdam({ lr: rate, betas, eps, weightDecay })
    const { foreach, differentiable, capturable } = implementation('Adamax', given)
    super(params, { lr: rate, betas, eps, weightDecay, foreach, maximize, differentiable, capturable })
  }

  protected override updateGroup({ params, lr, betas, eps, weightDecay, maximize }: ParamGroup<AdamaxOptions>): void {
    const [beta1, beta2] = betas
    const make = (p: Tensor) => ({ exp_avg: zerosLike(p), exp_inf: zerosLike(p) })
    for (const { p, grad, memory, step } of stepped<Moments>(this.state, params, make)) {
      const g = penalised(p, grad, weightDecay, maximize)
      memory.exp_avg.lerp_(g, 1 - beta1)
      memory.exp_inf.copy_(memory.exp_inf.mul(beta2).maximum(g.abs().add_(eps)))
      p.addcdiv_(memory.exp_avg, memory.exp_inf, { value: -lr / (1 - beta1 ** step) })
    }
  }
}
