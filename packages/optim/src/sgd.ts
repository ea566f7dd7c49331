import { bindOptions, type Tensor, ValueError } from '@tsorch/core'
import { checkNotNegative, Optimizer, type ParamGroup, type ParamsOrGroups } from './optimizer.js'

/** Options of {@link SGD}. */
export interface SGDOptions {
  /** Learning rate, 0.001 if not given. */
  lr?: number
  momentum?: number
  dampening?: number
  weightDecay?: number
  nesterov?: boolean
  maximize?: boolean
}
type Settings = Required<SGDOptions>
const names = ['lr', 'momentum', 'dampening', 'weightDecay', 'nesterov', 'maximize'] as const

/**
 * Stochastic gradient descent, with momentum.
 *
 * @example
 * ```ts
 * const optimizer = new SGD(model.parameters(), { lr: 0.05, momentum: 0.9 })
 * ```
 * @throws ValueError for negative options
 * @see https://pytorch.org/docs/stable/generated/torch.optim.SGD.html
 */
export class SGD extends Optimizer<Settings> {
  constructor(params: ParamsOrGroups<Settings>, options: SGDOptions = {}) {
    const o = bindOptions<SGDOptions>('SGD', names, [options])
    const settings = { lr: 1e-3, momentum: 0, dampening: 0, weightDecay: 0, nesterov: false, maximize: false, ...o }
    checkNotNegative('learning rate', settings.lr)
    checkNotNegative('momentum value', settings.momentum)
    checkNotNegative('weight_decay value', settings.weightDecay)
    if (settings.nesterov && (settings.momentum <= 0 || settings.dampening !== 0)) {
      throw new ValueError('Nesterov momentum requires a momentum and zero dampening')
    }
    super(params, settings)
  }

  protected update({ params, lr, momentum, dampening, weightDecay, nesterov, maximize }: ParamGroup<Settings>): void {
    for (const p of params) {
      if (p.grad === null) continue
      let g: Tensor = maximize ? p.grad.neg() : p.grad
      if (weightDecay !== 0) g = g.add(p, { alpha: weightDecay })
      if (momentum !== 0) {
        const state = this.stateOf(p)
        const buffer = state.momentumBuffer as Tensor | undefined
        if (buffer == null) state.momentumBuffer = g.detach().clone()
        else buffer.mul_(momentum).add_(g, { alpha: 1 - dampening })
        const now = state.momentumBuffer as Tensor
        g = nesterov ? g.add(now, { alpha: momentum }) : now
      }
      p.add_(g, { alpha: -lr })
    }
  }
}
