import { adagradStepOp, bindOptions, fullLike, gradOf, type Tensor } from '@tsorch/core'
import { type ImplementationOptions, implementation } from './implementation.js'
import { Optimizer, type ParamGroup, type Params } from './optimizer.js'
import { type Counted, checkFromZero, newStep, remembered } from './state.js'

/** Options of {@link Adagrad}, for all parameters or for a group. */
export interface AdagradOptions extends Pick<ImplementationOptions, 'foreach' | 'differentiable' | 'fused'> {
  /** Learning rate, 0.01 if not given. */
  lr: number
  /** The rate of step t is `lr / (1 + (t - 1) * lrDecay)`; 0 if not given. */
  lrDecay: number
  /** L2 penalty, 0 if not given. */
  weightDecay: number
  /** What the sums of squares begin with, 0 if not given. */
  initialAccumulatorValue: number
  /** Added to the denominator, 1e-10 if not given. */
  eps: number
  /** Goes up instead of down. */
  maximize: boolean
}

interface Sums extends Counted {
  sum: Tensor
}

const NAMES = [
  'lr',
  'lrDecay',
  'weightDecay',
  'initialAccumulatorValue',
  'eps',
  'foreach',
  'maximize',
  'differentiable',
  'fused',
] as const

/**
 * Steps divided by the root of the sum of all squares so far (Duchi, Hazan and Singer, 2011).
 *
 * @example
 * ```ts
 * const optimizer = new Adagrad(model.parameters(), { lr: 0.1 })
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.optim.Adagrad.html
 */
export class Adagrad extends Optimizer<AdagradOptions> {
  /** @throws ValueError for an option out of its range */
  constructor(
    params: Params<AdagradOptions>,
    lr?: number | Partial<AdagradOptions>,
    options?: Partial<AdagradOptions>,
  ) {
    const given = bindOptions<AdagradOptions>('Adagrad', NAMES, options === undefined ? [lr] : [lr, options])
    const { lr: rate = 0.01, lrDecay = 0, weightDecay = 0, initialAccumulatorValue = 0, eps = 1e-10 } = given
    const { maximize = false } = given
    checkFromZero('learning rate', rate)
    checkFromZero('lr_decay value', lrDecay)
    checkFromZero('weight_decay value', weightDecay)
    checkFromZero('initial_accumulator_value value', initialAccumulatorValue)
    checkFromZero('epsilon value', eps)
    const { foreach, differentiable, fused } = implementation('Adagrad', given)
    super(params, {
      lr: rate,
      lrDecay,
      eps,
      weightDecay,
      initialAccumulatorValue,
      foreach,
      maximize,
      differentiable,
      fused,
    })
    // sums are there from the start, also in what is saved
    for (const group of this.paramGroups) for (const p of group.params) this.#sums(p, group)
  }

  protected override updateGroup(group: ParamGroup<AdagradOptions>): void {
    const { lr, lrDecay, eps, weightDecay, maximize } = group
    const params = group.params.filter((p) => gradOf(p) !== null)
    const [first] = params
    if (first === undefined) return
    const sums = params.map((p) => this.#sums(p, group))
    const steps = sums.map(({ step }) => Number(step.add_(1).item()))
    adagradStepOp(
      first,
      params,
      params.map((p) => gradOf(p)!),
      sums.map(({ sum }) => sum),
      { lr, lrDecay, eps, weightDecay, maximize, steps },
    )
  }

  #sums(p: Tensor, { initialAccumulatorValue }: ParamGroup<AdagradOptions>): Sums {
    return remembered<Sums>(this.state, p, () => ({
      step: newStep(),
      sum: fullLike(p.detach(), initialAccumulatorValue),
    }))
  }
}
