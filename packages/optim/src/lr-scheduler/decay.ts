/** Schedulers that multiply: at certain epochs, at every epoch, or over a number of epochs. */
import { bindOptions, ValueError } from '@tsorch/core'
import {
  checkList,
  checkNumber,
  type LoadableSchedulerState,
  LRScheduler,
  plainState,
  type Scheduled,
  type SchedulerOptions,
  type SchedulerState,
} from './scheduler.js'

/** Options of the schedulers with a factor. */
export interface GammaOptions extends SchedulerOptions {
  /** Factor, 0.1 if not given. */
  gamma: number
}

/**
 * Multiplies the rates by `gamma` every `stepSize` epochs.
 *
 * @example
 * ```ts
 * const scheduler = new lrScheduler.StepLR(optimizer, 30, { gamma: 0.1 })
 * for (let epoch = 0; epoch < 90; epoch++) {
 *   train()
 *   scheduler.step()
 * }
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.optim.lr_scheduler.StepLR.html
 */
export class StepLR extends LRScheduler {
  stepSize: number
  gamma: number

  constructor(optimizer: Scheduled, stepSize: number, options?: number | Partial<GammaOptions>) {
    const { gamma = 0.1, lastEpoch = -1 } = bindOptions<GammaOptions>('StepLR', ['gamma', 'lastEpoch'], [options])
    checkNumber('StepLR', 'stepSize', stepSize)
    super(optimizer, lastEpoch)
    this.stepSize = stepSize
    this.gamma = gamma
    this.begin()
  }

  protected override getLr(): number[] {
    if (this.lastEpoch === 0 || this.lastEpoch % this.stepSize !== 0) return this.rates
    return this.rates.map((lr) => lr * this.gamma)
  }

  protected override closedForm(): number[] {
    return this.baseLrs.map((lr) => lr * this.gamma ** Math.floor(this.lastEpoch / this.stepSize))
  }
}

/**
 * Multiplies the rates by `gamma` at each of the milestones; at one that is named twice, twice.
 *
 * @see https://pytorch.org/docs/stable/generated/torch.optim.lr_scheduler.MultiStepLR.html
 */
export class MultiStepLR extends LRScheduler {
  milestones: number[]
  gamma: number

  constructor(optimizer: Scheduled, milestones: readonly number[], options?: number | Partial<GammaOptions>) {
    const { gamma = 0.1, lastEpoch = -1 } = bindOptions<GammaOptions>('MultiStepLR', ['gamma', 'lastEpoch'], [options])
    checkList('MultiStepLR', 'milestones', milestones)
    super(optimizer, lastEpoch)
    this.milestones = [...milestones]
    this.gamma = gamma
    this.begin()
  }

  protected override getLr(): number[] {
    const times = this.milestones.filter((epoch) => epoch === this.lastEpoch).length
    return times === 0 ? this.rates : this.rates.map((lr) => lr * this.gamma ** times)
  }

  protected override closedForm(): number[] {
    const times = this.milestones.filter((epoch) => epoch <= this.lastEpoch).length
    return this.baseLrs.map((lr) => lr * this.gamma ** times)
  }

  // PyTorch keeps how often each milestone was named
  override stateDict(): SchedulerState {
    const milestones = new Map<number, number>()
    for (const epoch of this.milestones) milestones.set(epoch, (milestones.get(epoch) ?? 0) + 1)
    return { ...super.stateDict(), milestones }
  }

  override loadStateDict(state: LoadableSchedulerState): void {
    const { milestones: saved, ...others } = plainState(state)
    super.loadStateDict(others)
    if (typeof saved !== 'object' || saved === null) return
    const counts = saved instanceof Map ? [...saved] : Object.entries(saved)
    this.milestones = counts.flatMap(([epoch, times]) => Array.from({ length: Number(times) }, () => Number(epoch)))
  }
}

/**
 * Multiplies the rates by `gamma` every epoch.
 *
 * @see https://pytorch.org/docs/stable/generated/torch.optim.lr_scheduler.ExponentialLR.html
 */
export class ExponentialLR extends LRScheduler {
  gamma: number

  constructor(optimizer: Scheduled, gamma: number, options: Partial<SchedulerOptions> = {}) {
    checkNumber('ExponentialLR', 'gamma', gamma)
    super(optimizer, options.lastEpoch)
    this.gamma = gamma
    this.begin()
  }

  protected override getLr(): number[] {
    return this.isInitial ? this.rates : this.rates.map((lr) => lr * this.gamma)
  }

  protected override closedForm(): number[] {
    return this.baseLrs.map((lr) => lr * this.gamma ** this.lastEpoch)
  }
}

/** Options of {@link ConstantLR}. */
export interface ConstantOptions extends SchedulerOptions {
  /** 1/3 if not given. */
  factor: number
  /** Epochs, 5 if not given. */
  totalIters: number
}

/**
 * Rates times `factor` for the first `totalIters` epochs, then whole.
 *
 * @throws ValueError unless the factor is from 0 to 1
 * @see https://pytorch.org/docs/stable/generated/torch.optim.lr_scheduler.ConstantLR.html
 */
export class ConstantLR extends LRScheduler {
  factor: number
  totalIters: number

  constructor(optimizer: Scheduled, options?: number | Partial<ConstantOptions>) {
    const names = ['factor', 'totalIters', 'lastEpoch'] as const
    const { factor = 1 / 3, totalIters = 5, lastEpoch } = bindOptions<ConstantOptions>('ConstantLR', names, [options])
    if (factor > 1 || factor < 0) throw new ValueError('Constant multiplicative factor expected to be between 0 and 1.')
    super(optimizer, lastEpoch)
    this.factor = factor
    this.totalIters = totalIters
    this.begin()
  }

  protected override getLr(): number[] {
    if (this.lastEpoch === 0) return this.rates.map((lr) => lr * this.factor)
    return this.lastEpoch === this.totalIters ? this.rates.map((lr) => lr * (1 / this.factor)) : this.rates
  }

  protected override closedForm(): number[] {
    const factor = this.factor + (this.lastEpoch >= this.totalIters ? 1 - this.factor : 0)
    return this.baseLrs.map((lr) => lr * factor)
  }
}

/** Options of {@link LinearLR}. */
export interface LinearOptions extends SchedulerOptions {
  /** 1/3 if not given. */
  startFactor: number
  /** 1 if not given. */
  endFactor: number
  /** Epochs, 5 if not given. */
  totalIters: number
}

/**
 * Rates times a factor that goes from `startFactor` to `endFactor` in a straight line: to warm up, for example.
 *
 * @throws ValueError for a factor beyond 1, or one to start with that is not positive
 * @see https://pytorch.org/docs/stable/generated/torch.optim.lr_scheduler.LinearLR.html
 */
export class LinearLR extends LRScheduler {
  startFactor: number
  endFactor: number
  totalIters: number

  constructor(optimizer: Scheduled, options?: number | Partial<LinearOptions>) {
    const names = ['startFactor', 'endFactor', 'totalIters', 'lastEpoch'] as const
    const given = bindOptions<LinearOptions>('LinearLR', names, [options])
    const { startFactor = 1 / 3, endFactor = 1, totalIters = 5, lastEpoch } = given
    if (startFactor > 1 || startFactor <= 0)
      throw new ValueError('Starting multiplicative factor expected to be greater than 0 and less or equal to 1.')
    if (endFactor > 1 || endFactor < 0)
      throw new ValueError('Ending multiplicative factor expected to be between 0 and 1.')
    super(optimizer, lastEpoch)
    this.startFactor = startFactor
    this.endFactor = endFactor
    this.totalIters = totalIters
    this.begin()
  }

  protected override getLr(): number[] {
    const { lastEpoch, totalIters, startFactor } = this
    if (lastEpoch === 0) return this.rates.map((lr) => lr * startFactor)
    if (this.isInitial || lastEpoch > totalIters) return this.rates
    const way = this.endFactor - startFactor
    return this.rates.map((lr) => lr * (1 + way / (totalIters * startFactor + (lastEpoch - 1) * way)))
  }

  protected override closedForm(): number[] {
    const { startFactor, endFactor, totalIters } = this
    const factor = startFactor + ((endFactor - startFactor) * Math.min(totalIters, this.lastEpoch)) / totalIters
    return this.baseLrs.map((lr) => lr * factor)
  }
}

/** Options of {@link PolynomialLR}. */
export interface PolynomialOptions extends SchedulerOptions {
  /** Epochs, 5 if not given. */
  totalIters: number
  /** 1 if not given. */
  power: number
}

/**
 * Rates times `(1 - epoch / totalIters) ** power`, down to 0.
 *
 * @see https://pytorch.org/docs/stable/generated/torch.optim.lr_scheduler.PolynomialLR.html
 */
export class PolynomialLR extends LRScheduler {
  totalIters: number
  power: number

  constructor(optimizer: Scheduled, options?: number | Partial<PolynomialOptions>) {
    const names = ['totalIters', 'power', 'lastEpoch'] as const
    const { totalIters = 5, power = 1, lastEpoch } = bindOptions<PolynomialOptions>('PolynomialLR', names, [options])
    super(optimizer, lastEpoch)
    this.totalIters = totalIters
    this.power = power
    this.begin()
  }

  protected override getLr(): number[] {
    const { lastEpoch, totalIters } = this
    if (this.isInitial || lastEpoch > totalIters) return this.rates
    const factor = ((1 - lastEpoch / totalIters) / (1 - (lastEpoch - 1) / totalIters)) ** this.power
    return this.rates.map((lr) => lr * factor)
  }

  protected override closedForm(): number[] {
    const factor = (1 - Math.min(this.totalIters, this.lastEpoch) / this.totalIters) ** this.power
    return this.baseLrs.map((lr) => lr * factor)
  }
}
