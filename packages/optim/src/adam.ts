import { adamStepOp, bindOptions, gradOf, type Tensor, zerosLike } from '@tsorch/core'
import { type ImplementationOptions, implementation } from './implementation.js'
import { Optimizer, type ParamGroup, type Params } from './optimizer.js'
import { checkAdam, newStep, remembered } from './state.js'
import type { RestoredState } from './state-dict.js'

/** Options of {@link Adam}, for all parameters or for a group. */
export interface AdamOptions extends ImplementationOptions {
  /** Learning rate, 1e-3 if not given. */
  lr: number
  /** Decay of the averages of the gradient and of its square, `[0.9, 0.999]` if not given. */
  betas: readonly [number, number]
  /** Added to the denominator, 1e-8 if not given. */
  eps: number
  /** L2 penalty, 0 if not given. */
  weightDecay: number
  /** Divides by the greatest average of squares so far instead of the present one. */
  amsgrad: boolean
  /** Goes up instead of down. */
  maximize: boolean
  /** Shrinks the parameters themselves instead of adding the penalty to their gradients, as {@link AdamW} does. */
  decoupledWeightDecay: boolean
}

interface Moments {
  step: Tensor
  exp_avg: Tensor
  exp_avg_sq: Tensor
  max_exp_avg_sq?: Tensor
}

const NAMES = [
  'lr',
  'betas',
  'eps',
  'weightDecay',
  'amsgrad',
  'foreach',
  'maximize',
  'capturable',
  'differentiable',
  'fused',
  'decoupledWeightDecay',
] as const

/**
 * Adam: steps scaled by running averages of the gradient and of its square (Kingma and Ba, 2014).
 *
 * @example
 * ```ts
 * const optimizer = new Adam(model.parameters(), { lr: 1e-3 })
 * optimizer.zeroGrad()
 * lossFn(model(input), target).backward()
 * optimizer.step()
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.optim.Adam.html
 */
export class Adam extends Optimizer<AdamOptions> {
  /** @throws ValueError for an option out of its range */
  constructor(params: Params<AdamOptions>, lr?: number | Partial<AdamOptions>, options?: Partial<AdamOptions>) {
    const given = bindOptions<AdamOptions>('Adam', NAMES, options === undefined ? [lr] : [lr, options])
    const { lr: rate = 1e-3, betas = [0.9, 0.999], eps = 1e-8 } = given
    const { weightDecay = 0, amsgrad = false, maximize = false, decoupledWeightDecay = false } = given
    checkAdam({ lr: rate, betas, eps, weightDecay })
    const how = implementation('Adam', given)
    super(params, { lr: rate, betas, eps, weightDecay, amsgrad, maximize, ...how, decoupledWeightDecay })
  }

  protected override updateGroup(group: ParamGroup<AdamOptions>): void {
    const { lr, betas, eps, weightDecay, amsgrad, maximize, decoupledWeightDecay } = group
    const params = group.params.filter((p) => gradOf(p) !== null)
    const [first] = params
    if (first === undefined) return
    const moments = params.map((p) => this.#moments(p, amsgrad))
    const steps = moments.map(({ step }) => Number(step.add_(1).item()))
    adamStepOp(
      first,
      params,
      params.map((p) => gradOf(p)!),
      moments.map((m) => m.exp_avg),
      moments.map((m) => m.exp_avg_sq),
      amsgrad ? moments.map((m) => m.max_exp_avg_sq!) : null,
      { lr, beta1: betas[0], beta2: betas[1], eps, weightDecay, decoupledWeightDecay, maximize, steps },
    )
  }

  #moments(p: Tensor, amsgrad: boolean): Moments {
    const entry = remembered<Moments>(this.state, p, () => ({
      step: newStep(),
      exp_avg: zerosLike(p),
      exp_avg_sq: zerosLike(p),
    }))
    if (amsgrad) entry.max_exp_avg_sq ??= zerosLike(p)
    return entry
  }
}

/** Options of {@link AdamW}: those of {@link Adam}, with a weight decay of 0.01 if none is given. */
export type AdamWOptions = Omit<AdamOptions, 'decoupledWeightDecay'>

/**
 * Adam with a weight decay that does not pass through the averages (Loshchilov and Hutter, 2017).
 *
 * @example
 * ```ts
 * const optimizer = new AdamW(model.parameters(), { lr: 3e-4, weightDecay: 0.1 })
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.optim.AdamW.html
 */
export class AdamW extends Adam {
  /** @throws ValueError for an option out of its range */
  constructor(params: Params<AdamOptions>, lr?: number | Partial<AdamWOptions>, options?: Partial<AdamWOptions>) {
    const names = NAMES.filter((name) => name !== 'decoupledWeightDecay')
    const given = bindOptions<AdamWOptions>('AdamW', names, options === undefined ? [lr] : [lr, options])
    super(params, { weightDecay: 0.01, ...given, decoupledWeightDecay: true })
  }

  // older versions of PyTorch do not save what makes the difference
  protected override restore({ state, groups }: RestoredState<AdamOptions>): void {
    super.restore({ state, groups: groups.map((group) => ({ ...group, decoupledWeightDecay: true })) })
  }
}
