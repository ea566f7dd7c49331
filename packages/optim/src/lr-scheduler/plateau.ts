import { bindOptions, type Tensor, ValueError } from '@tsorch/core'
import { groupsOf, perGroup, type Scheduled, type SchedulerState } from './scheduler.js'

/** Options of {@link ReduceLROnPlateau}. */
export interface PlateauOptions {
  /** Whether the metric is to become small (`'min'`, if not given) or large. */
  mode: 'min' | 'max'
  /** 0.1 if not given. */
  factor: number
  /** Epochs without improvement that are let pass, 10 if not given. */
  patience: number
  /** What counts as an improvement, 1e-4 if not given. */
  threshold: number
  /** Whether that is a share of the best metric (`'rel'`, if not given) or a difference. */
  thresholdMode: 'rel' | 'abs'
  /** Epochs to wait after a reduction, 0 if not given. */
  cooldown: number
  /** The lowest rate, 0 if not given; one for each group, or for all. */
  minLr: number | readonly number[]
  /** A smaller change of a rate is not made, 1e-8 if not given. */
  eps: number
}

const NAMES = ['mode', 'factor', 'patience', 'threshold', 'thresholdMode', 'cooldown', 'minLr', 'eps'] as const

/**
 * Multiplies the rates by `factor` when a metric has stopped to improve.
 *
 * @throws ValueError for a factor from 1 on, or a mode that there is not
 * @example
 * ```ts
 * const scheduler = new lrScheduler.ReduceLROnPlateau(optimizer, 'min', { patience: 3 })
 * for (let epoch = 0; epoch < 100; epoch++) {
 *   train()
 *   scheduler.step(validationLoss())
 * }
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.optim.lr_scheduler.ReduceLROnPlateau.html
 */
export class ReduceLROnPlateau {
  readonly optimizer: Scheduled
  mode: 'min' | 'max'
  factor: number
  patience: number
  threshold: number
  thresholdMode: 'rel' | 'abs'
  cooldown: number
  minLrs: number[]
  eps: number
  best: number
  numBadEpochs = 0
  cooldownCounter = 0
  lastEpoch = 0
  protected lastLr: number[]

  constructor(optimizer: Scheduled, mode?: 'min' | 'max' | Partial<PlateauOptions>, options?: Partial<PlateauOptions>) {
    const args = options === undefined ? [mode] : [mode, options]
    const given = bindOptions<PlateauOptions>('ReduceLROnPlateau', NAMES, args)
    const { mode: goal = 'min', factor = 0.1, patience = 10, threshold = 1e-4, thresholdMode = 'rel' } = given
    const { cooldown = 0, minLr = 0, eps = 1e-8 } = given
    if (factor >= 1) throw new ValueError('Factor should be < 1.0.')
    if (goal !== 'min' && goal !== 'max') throw new ValueError(`mode ${String(goal)} is unknown!`)
    if (thresholdMode !== 'rel' && thresholdMode !== 'abs')
      throw new ValueError(`threshold mode ${String(thresholdMode)} is unknown!`)
    this.optimizer = optimizer
    this.mode = goal
    this.factor = factor
    this.patience = patience
    this.threshold = threshold
    this.thresholdMode = thresholdMode
    this.cooldown = cooldown
    this.minLrs = perGroup('minLr', minLr, optimizer)
    this.eps = eps
    this.best = goal === 'min' ? Number.POSITIVE_INFINITY : Number.NEGATIVE_INFINITY
    this.lastLr = groupsOf(optimizer).map(({ lr }) => lr)
  }

  /** Takes note of the metric of an epoch, a number or a tensor of one element, and reduces the rates if it is time to. */
  step(metrics: number | Tensor): void {
    const current = typeof metrics === 'number' ? metrics : Number(metrics.item())
    this.lastEpoch++
    if (this.isBetter(current)) {
      this.best = current
      this.numBadEpochs = 0
    } else this.numBadEpochs++
    if (this.inCooldown) {
      this.cooldownCounter--
      this.numBadEpochs = 0
    }
    if (this.numBadEpochs > this.patience) {
      this.reduce()
      this.cooldownCounter = this.cooldown
      this.numBadEpochs = 0
    }
    this.lastLr = groupsOf(this.optimizer).map(({ lr }) => lr)
  }

  /** Whether a reduction is so recent that bad epochs do not count. */
  get inCooldown(): boolean {
    return this.cooldownCounter > 0
  }

  /** The rates after the last step, one for each group. */
  getLastLr(): number[] {
    return [...this.lastLr]
  }

  /** What is to be saved with a run: everything but the optimizer. */
  stateDict(): SchedulerState {
    return Object.fromEntries(Object.entries(this).filter(([name]) => name !== 'optimizer'))
  }

  /** Takes what `stateDict()` gave. */
  loadStateDict(state: SchedulerState): void {
    Object.assign(this, state)
  }

  private isBetter(metric: number): boolean {
    const { best, threshold } = this
    const isRelative = this.thresholdMode === 'rel'
    if (this.mode === 'min') return metric < (isRelative ? best * (1 - threshold) : best - threshold)
    return metric > (isRelative ? best * (threshold + 1) : best + threshold)
  }

  private reduce(): void {
    for (const [i, group] of groupsOf(this.optimizer).entries()) {
      const lr = Math.max(group.lr * this.factor, this.minLrs[i]!)
      if (group.lr - lr > this.eps) group.lr = lr
    }
  }
}
