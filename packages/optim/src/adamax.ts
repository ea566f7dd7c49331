import { bindOptions, gradOf, type Tensor, zerosLike } from '@tsorch/core'
import { Optimizer, type ParamGroup, type Params } from './optimizer.js'
import { checkBetas, checkFromZero, newStep, penalised, remembered } from './state.js'

/** Options of {@link Adamax}, for all parameters or for a group. */
export interface AdamaxOptions {
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

interface Moments {
  step: Tensor
  exp_avg: Tensor
  exp_inf: Tensor
}

const NAMES = ['lr', 'betas', 'eps', 'weightDecay', 'maximize'] as const

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
    checkFromZero('learning rate', rate)
    checkFromZero('epsilon value', eps)
    checkBetas(betas)
    checkFromZero('weight_decay value', weightDecay)
    super(params, { lr: rate, betas, eps, weightDecay, maximize })
  }

  protected override updateGroup({ params, lr, betas, eps, weightDecay, maximize }: ParamGroup<AdamaxOptions>): void {
    const [beta1, beta2] = betas
    for (const p of params) {
      const grad = gradOf(p)
      if (grad === null) continue
      const moments = remembered<Moments>(this.state, p, () => ({
        step: newStep(),
        exp_avg: zerosLike(p),
        exp_inf: zerosLike(p),
      }))
      const step = Number(moments.step.add_(1).item())
      const g = penalised(p, grad, weightDecay, maximize)
      moments.exp_avg.lerp_(g, 1 - beta1)
      moments.exp_inf.copy_(moments.exp_inf.mul(beta2).maximum(g.abs().add_(eps)))
      p.addcdiv_(moments.exp_avg, moments.exp_inf, { value: -lr / (1 - beta1 ** step) })
    }
  }
}
