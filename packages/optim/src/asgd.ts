import { bindOptions, float32, full, gradOf, ones, type Tensor, zerosLike } from '@tsorch/core'
import { Optimizer, type ParamGroup, type Params } from './optimizer.js'
import { checkFromZero, newStep, penalised, remembered } from './state.js'

/** Options of {@link ASGD}, for all parameters or for a group. */
export interface ASGDOptions {
  /** Learning rate, 0.01 if not given. */
  lr: number
  /** How much the parameters shrink, 1e-4 if not given. */
  lambd: number
  /** Power by which the rate falls, 0.75 if not given. */
  alpha: number
  /** Step from which on parameters are averaged, 1e6 if not given. */
  t0: number
  /** L2 penalty, 0 if not given. */
  weightDecay: number
  /** Goes up instead of down. */
  maximize: boolean
}

interface Average {
  step: Tensor
  eta: Tensor
  mu: Tensor
  ax: Tensor
}

const NAMES = ['lr', 'lambd', 'alpha', 't0', 'weightDecay', 'maximize'] as const

/**
 * SGD that keeps the average of the parameters, in its state `ax` (Polyak and Juditsky, 1992).
 *
 * @example
 * ```ts
 * const optimizer = new ASGD(model.parameters(), { lr: 0.01 })
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.optim.ASGD.html
 */
export class ASGD extends Optimizer<ASGDOptions> {
  /** @throws ValueError for an option out of its range */
  constructor(params: Params<ASGDOptions>, lr?: number | Partial<ASGDOptions>, options?: Partial<ASGDOptions>) {
    const given = bindOptions<ASGDOptions>('ASGD', NAMES, options === undefined ? [lr] : [lr, options])
    const { lr: rate = 0.01, lambd = 1e-4, alpha = 0.75, t0 = 1e6, weightDecay = 0, maximize = false } = given
    checkFromZero('learning rate', rate)
    checkFromZero('weight_decay value', weightDecay)
    super(params, { lr: rate, lambd, alpha, t0, weightDecay, maximize })
  }

  protected override updateGroup(group: ParamGroup<ASGDOptions>): void {
    const { params, lr, lambd, alpha, t0, weightDecay, maximize } = group
    for (const p of params) {
      const grad = gradOf(p)
      if (grad === null) continue
      const average = remembered<Average>(this.state, p, () => ({
        step: newStep(),
        eta: full([], lr, { dtype: float32, device: p.device }),
        mu: ones([], { dtype: float32, device: p.device }),
        ax: zerosLike(p),
      }))
      const step = Number(average.step.add_(1).item())
      const eta = Number(average.eta.item())
      const mu = Number(average.mu.item())
      const g = penalised(p, grad, weightDecay, maximize)
      p.mul_(1 - lambd * eta)
      p.add_(g, { alpha: -eta })
      if (mu === 1) average.ax.copy_(p)
      else average.ax.add_(p.sub(average.ax).mul_(mu))
      average.eta.fill_(lr / (1 + lambd * lr * step) ** alpha)
      average.mu.fill_(1 / Math.max(1, step - t0))
    }
  }
}
