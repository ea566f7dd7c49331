import { bindOptions, gradOf, rmspropStepOp, type Tensor, zerosLike } from '@tsorch/core'
import { type ImplementationOptions, implementation } from './implementation.js'
import { Optimizer, type ParamGroup, type Params } from './optimizer.js'
import { type Counted, checkFromZero, newStep, remembered } from './state.js'

/** Options of {@link RMSprop}, for all parameters or for a group. */
export interface RMSpropOptions extends Pick<ImplementationOptions, 'capturable' | 'foreach' | 'differentiable'> {
  /** Learning rate, 0.01 if not given. */
  lr: number
  /** Decay of the average of squares, 0.99 if not given. */
  alpha: number
  /** Added to the denominator, 1e-8 if not given. */
  eps: number
  /** L2 penalty, 0 if not given. */
  weightDecay: number
  /** 0 if not given. */
  momentum: number
  /** Divides by an estimate of the variance instead of the mean square. */
  centered: boolean
  /** Goes up instead of down. */
  maximize: boolean
}

interface Averages extends Counted {
  square_avg: Tensor
  momentum_buffer?: Tensor
  grad_avg?: Tensor
}

const NAMES = [
  'lr',
  'alpha',
  'eps',
  'weightDecay',
  'momentum',
  'centered',
  'capturable',
  'foreach',
  'maximize',
  'differentiable',
] as const

/**
 * Steps divided by the root of a running average of squares (Hinton, 2012).
 *
 * @example
 * ```ts
 * const optimizer = new RMSprop(model.parameters(), { lr: 0.01, momentum: 0.9 })
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.optim.RMSprop.html
 */
export class RMSprop extends Optimizer<RMSpropOptions> {
  /** @throws ValueError for an option out of its range */
  constructor(
    params: Params<RMSpropOptions>,
    lr?: number | Partial<RMSpropOptions>,
    options?: Partial<RMSpropOptions>,
  ) {
    const given = bindOptions<RMSpropOptions>('RMSprop', NAMES, options === undefined ? [lr] : [lr, options])
    const { lr: rate = 0.01, alpha = 0.99, eps = 1e-8, weightDecay = 0, momentum = 0 } = given
    const { centered = false, maximize = false } = given
    checkFromZero('learning rate', rate)
    checkFromZero('epsilon value', eps)
    checkFromZero('momentum value', momentum)
    checkFromZero('weight_decay value', weightDecay)
    checkFromZero('alpha value', alpha)
    const { capturable, foreach, differentiable } = implementation('RMSprop', given)
    super(params, {
      lr: rate,
      momentum,
      alpha,
      eps,
      centered,
      weightDecay,
      capturable,
      foreach,
      maximize,
      differentiable,
    })
  }

  protected override updateGroup(group: ParamGroup<RMSpropOptions>): void {
    const { lr, alpha, eps, weightDecay, momentum, centered, maximize } = group
    const params = group.params.filter((p) => gradOf(p) !== null)
    const [first] = params
    if (first === undefined) return
    const averages = params.map((p) => {
      const entry = remembered<Averages>(this.state, p, () => ({ step: newStep(), square_avg: zerosLike(p) }))
      if (momentum > 0) entry.momentum_buffer ??= zerosLike(p)
      if (centered) entry.grad_avg ??= zerosLike(p)
      entry.step.add_(1)
      return entry
    })
    rmspropStepOp(
      first,
      params,
      params.map((p) => gradOf(p)!),
      averages.map((a) => a.square_avg),
      momentum > 0 ? averages.map((a) => a.momentum_buffer!) : null,
      centered ? averages.map((a) => a.grad_avg!) : null,
      { lr, alpha, eps, weightDecay, momentum, maximize },
    )
  }
}
