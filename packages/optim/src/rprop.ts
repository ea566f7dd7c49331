import { bindOptions, fullLike, type Tensor, ValueError, where, zerosLike } from '@tsorch/core'
import { type ImplementationOptions, implementation } from './implementation.js'
import { Optimizer, type ParamGroup, type Params } from './optimizer.js'
import { type Counted, checkFromZero, stepped } from './state.js'

/** Options of {@link Rprop}, for all parameters or for a group. */
export interface RpropOptions extends Pick<ImplementationOptions, 'foreach' | 'differentiable' | 'capturable'> {
  /** Step size to begin with, 0.01 if not given. */
  lr: number
  /** Factors of the step size where the gradient has changed its sign, and where not; `[0.5, 1.2]` if not given. */
  etas: readonly [number, number]
  /** The smallest and the largest step, `[1e-6, 50]` if not given. */
  stepSizes: readonly [number, number]
  /** Goes up instead of down. */
  maximize: boolean
}

interface Steps extends Counted {
  prev: Tensor
  step_size: Tensor
}

const NAMES = ['lr', 'etas', 'stepSizes', 'capturable', 'foreach', 'maximize', 'differentiable'] as const

/**
 * Steps by the sign of the gradient alone, each parameter's as large as its signs agree (Riedmiller and Braun, 1993). For gradients
 * of the whole data, not of batches.
 *
 * @example
 * ```ts
 * const optimizer = new Rprop(model.parameters(), { lr: 0.01 })
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.optim.Rprop.html
 */
export class Rprop extends Optimizer<RpropOptions> {
  /** @throws ValueError for an option out of its range */
  constructor(params: Params<RpropOptions>, lr?: number | Partial<RpropOptions>, options?: Partial<RpropOptions>) {
    const given = bindOptions<RpropOptions>('Rprop', NAMES, options === undefined ? [lr] : [lr, options])
    const { lr: rate = 0.01, etas = [0.5, 1.2], stepSizes = [1e-6, 50], maximize = false } = given
    checkFromZero('learning rate', rate)
    if (!(etas[0] > 0 && etas[0] < 1 && etas[1] > 1)) throw new ValueError(`Invalid eta values: ${etas[0]}, ${etas[1]}`)
    const { foreach, differentiable, capturable } = implementation('Rprop', given)
    super(params, { lr: rate, etas, stepSizes, foreach, maximize, differentiable, capturable })
  }

  protected override updateGroup(group: ParamGroup<RpropOptions>): void {
    const { params, lr, etas, stepSizes, maximize } = group
    const [smaller, larger] = etas
    const [min, max] = stepSizes
    const make = (p: Tensor, grad: Tensor) => ({ prev: zerosLike(p), step_size: fullLike(grad, lr) })
    for (const { p, grad, memory } of stepped<Steps>(this.state, params, make)) {
      const g = maximize ? grad.neg() : grad
      const agreement = g.mul(memory.prev)
      const turned = agreement.lt(0)
      const factor = where(agreement.gt(0), larger, where(turned, smaller, 1))
      memory.step_size.mul_(factor.to(p.dtype)).clamp_(min, max)
      // where the sign changed the parameter stays, and the next step counts as the first
      const used = g.maskedFill(turned, 0)
      p.sub_(used.sign().mul_(memory.step_size))
      memory.prev.copy_(used)
    }
  }
}
