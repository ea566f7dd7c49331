import { bindOptions, type Tensor, ValueError, zerosLike } from '@tsorch/core'
import { type ImplementationOptions, implementation } from './implementation.js'
import { Optimizer, type ParamGroup, type Params } from './optimizer.js'
import { type Counted, checkFromZero, penalised, stepped } from './state.js'

/** Options of {@link Adadelta}, for all parameters or for a group. */
export interface AdadeltaOptions extends Pick<ImplementationOptions, 'capturable' | 'foreach' | 'differentiable'> {
  /** What the steps are scaled by, 1 if not given. */
  lr: number
  /** Decay of both averages, 0.9 if not given. */
  rho: number
  /** Added below both roots, 1e-6 if not given. */
  eps: number
  /** L2 penalty, 0 if not given. */
  weightDecay: number
  /** Goes up instead of down. */
  maximize: boolean
}

interface Averages extends Counted {
  square_avg: Tensor
  acc_delta: Tensor
}

const NAMES = ['lr', 'rho', 'eps', 'weightDecay', 'foreach', 'capturable', 'maximize', 'differentiable'] as const

/**
 * Steps as large as the average of recent ones, relative to the average of recent gradients (Zeiler, 2012).
 *
 * @example
 * ```ts
 * const optimizer = new Adadelta(model.parameters())
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.optim.Adadelta.html
 */
export class Adadelta extends Optimizer<AdadeltaOptions> {
  /** @throws ValueError for an option out of its range */
  constructor(
    params: Params<AdadeltaOptions>,
    lr?: number | Partial<AdadeltaOptions>,
    options?: Partial<AdadeltaOptions>,
  ) {
    const given = bindOptions<AdadeltaOptions>('Adadelta', NAMES, options === undefined ? [lr] : [lr, options])
    const { lr: rate = 1, rho = 0.9, eps = 1e-6, weightDecay = 0, maximize = false } = given
    checkFromZero('learning rate', rate)
    if (!(rho >= 0 && rho <= 1)) throw new ValueError(`Invalid rho value: ${rho}`)
    checkFromZero('epsilon value', eps)
    checkFromZero('weight_decay value', weightDecay)
    const { capturable, foreach, differentiable } = implementation('Adadelta', given)
    super(params, { lr: rate, rho, eps, weightDecay, maximize, capturable, foreach, differentiable })
  }

  protected override updateGroup({ params, lr, rho, eps, weightDecay, maximize }: ParamGroup<AdadeltaOptions>): void {
    const make = (p: Tensor) => ({ square_avg: zerosLike(p), acc_delta: zerosLike(p) })
    for (const { p, grad, memory } of stepped<Averages>(this.state, params, make)) {
      const g = penalised(p, grad, weightDecay, maximize)
      const squares = memory.square_avg.mul_(rho).addcmul_(g, g, { value: 1 - rho })
      const delta = memory.acc_delta.add(eps).sqrt_().div_(squares.add(eps).sqrt_()).mul_(g)
      memory.acc_delta.mul_(rho).addcmul_(delta, delta, { value: 1 - rho })
      p.add_(delta, { alpha: -lr })
    }
  }
}
