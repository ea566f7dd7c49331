/** Schedulers whose factors are functions of the user. */
import {
  type LoadableSchedulerState,
  LRScheduler,
  perGroup,
  plainState,
  type Scheduled,
  type SchedulerOptions,
  type SchedulerState,
} from './scheduler.js'

/** A factor by epoch. Properties of the function, if it has any, are saved with the scheduler. */
export type Factor = (epoch: number) => number

/** What both have in common: the functions, which are no part of the state. */
abstract class FactorLR extends LRScheduler {
  lrLambdas: Factor[]

  constructor(optimizer: Scheduled, lrLambda: Factor | readonly Factor[], options: Partial<SchedulerOptions> = {}) {
    super(optimizer, options.lastEpoch)
    this.lrLambdas = perGroup(
      'lrLambda',
      lrLambda,
      optimizer,
      (groups, values) => `Expected ${groups} lr_lambdas, but got ${values}`,
    )
    for (const factor of this.lrLambdas)
      if (typeof factor !== 'function') throw new TypeError(`lr_lambda should be a function, but got ${typeof factor}`)
    this.begin()
  }

  override stateDict(): SchedulerState {
    const { lr_lambdas: _, ...others } = super.stateDict()
    const saved = this.lrLambdas.map((factor) => (Object.keys(factor).length > 0 ? { ...factor } : null))
    return { ...others, lr_lambdas: saved }
  }

  override loadStateDict(state: LoadableSchedulerState): void {
    const { lr_lambdas: saved = [], ...others } = plainState(state)
    super.loadStateDict(others)
    for (const [i, factor] of this.lrLambdas.entries()) Object.assign(factor, (saved as (object | null)[])[i])
  }
}

/**
 * Rates that the groups began with, times a function of the epoch; one for all groups, or one for each.
 *
 * @throws ValueError unless there are as many functions as groups
 * @throws TypeError for what is no function
 * @example
 * ```ts
 * const scheduler = new lrScheduler.LambdaLR(optimizer, (epoch) => 0.95 ** epoch)
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.optim.lr_scheduler.LambdaLR.html
 */
export class LambdaLR extends FactorLR {
  protected override getLr(): number[] {
    return this.baseLrs.map((lr, i) => lr * this.lrLambdas[i]!(this.lastEpoch))
  }
}

/**
 * Rates times a function of the epoch, at every epoch but the first.
 *
 * @throws ValueError unless there are as many functions as groups
 * @throws TypeError for what is no function
 * @see https://pytorch.org/docs/stable/generated/torch.optim.lr_scheduler.MultiplicativeLR.html
 */
export class MultiplicativeLR extends FactorLR {
  protected override getLr(): number[] {
    return this.isInitial ? this.rates : this.rates.map((lr, i) => lr * this.lrLambdas[i]!(this.lastEpoch))
  }
}
