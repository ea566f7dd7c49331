import { bindOptions, type Tensor, zerosLike } from '@tsorch/core'
import { type ImplementationOptions, implementation } from './implementation.js'
import { Optimizer, type ParamGroup, type Params } from './optimizer.js'
import { type Counted, checkFromZero, number, penalised, stepped } from './state.js'

/** Options of {@link ASGD}, for all parameters or for a group. */
export interface ASGDOptions extends Pick<ImplementationOptions, 'foreach' | 'differentiable' | 'capturable'> {
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

interface Average extends Counted {
  eta: Tensor
  mu: Tensor
  ax: Tensor
}

const NAMES = [
  'lr',
  'lambd',
  'alpha',
  't0',
  'weightDecay',
  'foreach',
  'maximize',
  'differentiable',
  'capturable',
] as const

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
    const { foreach, differentiable, capturable } = implementation('ASGD', given)
    super(params, {
      lr: rate,
      lambd,
      alpha,
      t0,
      weightDecay,
      foreach,
      maximize,
      differentiable,
      capturable,
    })
  }

  protected override updateGroup(group: ParamGroup<ASGDOptions>): void {
    const { params, lr, lambd, alpha, t0, weightDecay, maximize } = group
    const make = (p: Tensor) => ({ eta: number(lr), mu: number(1), ax: zerosLike(p) })
    for (const { p, grad, memory, step } of stepped<Average>(this.state, params, make)) {
      const eta = Number(memory.eta.item())
      const mu = Number(memory.mu.item())
      const g = penalised(p, grad, weightDecay, maximize)
      p.mul_(1 - lambd * eta)
      p.add_(g, { alpha: -eta })
      if (mu === 1) memory.ax.copy_(p)
      else memory.ax.add_(p.sub(memory.ax).mul_(mu))
      memory.eta.fill_(lr / (1 + lambd * lr * step) ** alpha)
      memory.mu.fill_(1 / Math.max(1, step - t0))
    }
  }
}
