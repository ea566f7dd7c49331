import { bindOptions, RuntimeError, type Tensor, ValueError } from '@tsorch/core'
import { type LoadableSchedulerState, perGroup, type Scheduled, Scheduler } from './scheduler.js'

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
export class ReduceLROnPlateau extends Scheduler {
  factor: number
  /** The lowest rate of groups that are added later; null if each group was given its own. */
  defaultMinLr: number | null
  minLrs: number[]
  patience: number
  cooldown: number
  eps: number
  lastEpoch = 0
  protected override lastLr: number[]
  protected modeWorse: number
  mode: 'min' | 'max'
  threshold: number
  thresholdMode: 'rel' | 'abs'
  best: number
  cooldownCounter = 0
  numBadEpochs = 0

  constructor(optimizer: Scheduled, mode?: 'min' | 'max' | Partial<PlateauOptions>, options?: Partial<PlateauOptions>) {
    const args = options === undefined ? [mode] : [mode, options]
    const given = bindOptions<PlateauOptions>('ReduceLROnPlateau', NAMES, args)
    const { mode: goal = 'min', factor = 0.1, patience = 10, threshold = 1e-4, thresholdMode = 'rel' } = given
    const { cooldown = 0, minLr = 0, eps = 1e-8 } = given
    if (factor >= 1) throw new ValueError('Factor should be < 1.0.')
    if (goal !== 'min' && goal !== 'max') throw new ValueError(`mode ${String(goal)} is unknown!`)
    if (thresholdMode !== 'rel' && thresholdMode !== 'abs')
      throw new ValueError(`threshold mode ${String(thresholdMode)} is unknown!`)
    super(optimizer)
    this.factor = factor
    this.defaultMinLr = typeof minLr === 'number' ? minLr : null
    this.minLrs = perGroup('minLr', minLr, optimizer, (groups, values) => `expected ${groups} min_lrs, got ${values}`)
    this.patience = patience
    this.cooldown = cooldown
    this.eps = eps
    this.lastLr = this.rates
    this.modeWorse = worst(goal)
    this.mode = goal
    this.threshold = threshold
    this.thresholdMode = thresholdMode
    this.best = this.modeWorse
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
    this.lastLr = this.rates
  }

  /** Whether a reduction is so recent that bad epochs do not count. */
  get inCooldown(): boolean {
    return this.cooldownCounter > 0
  }

  override loadStateDict(state: LoadableSchedulerState): void {
    super.loadStateDict(state)
    this.modeWorse = worst(this.mode)
  }

  private isBetter(metric: number): boolean {
    const { best, threshold } = this
    const isRelative = this.thresholdMode === 'rel'
    if (this.mode === 'min') return metric < (isRelative ? best * (1 - threshold) : best - threshold)
    return metric > (isRelative ? best * (threshold + 1) : best + threshold)
  }

  private reduce(): void {
    const { groups, defaultMinLr, minLrs } = this
    if (groups.length !== minLrs.length) {
      if (defaultMinLr === null)
        throw new RuntimeError(
          `The number of param groups in the \`optimizer\` (${groups.length}) differs from when \`ReduceLROnPlateau\` was initialized (${minLrs.length}), usually due to a new param group being added to the optimizer. Please modify the \`minLrs\` field to match the length of the \`optimizer\` param groups.`,
        )
      this.minLrs = groups.map(() => defaultMinLr)
    }
    for (const [i, group] of groups.entries()) {
      const lr = Math.max(group.lr * this.factor, this.minLrs[i]!)
      if (group.lr - lr > this.eps) group.lr = lr
    }
  }
}

/** What every metric is better than. */
function worst(mode: 'min' | 'max'): number {
  return mode === 'min' ? Number.POSITIVE_INFINITY : Number.NEGATIVE_INFINITY
}
