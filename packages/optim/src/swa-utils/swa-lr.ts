import { bindOptions, ValueError } from '@tsorch/core'
import { LRScheduler, perGroup, type Scheduled, type SchedulerOptions } from '../lr-scheduler/scheduler.js'

/** Options of {@link SWALR}. */
export interface SWALROptions extends SchedulerOptions {
  /** Epochs of the way there, 10 if not given. */
  annealEpochs: number
  /** `'cos'` if not given. */
  annealStrategy: 'cos' | 'linear'
}

const NAMES = ['annealEpochs', 'annealStrategy', 'lastEpoch'] as const

/**
 * From the rates as they are to `swaLr`, where they stay: for the end of a training whose parameters are averaged.
 *
 * @param swaLr - one for all groups, or one for each
 * @throws ValueError for a strategy that there is not, or epochs below 0
 * @example
 * ```ts
 * const scheduler = new swaUtils.SWALR(optimizer, 0.05, { annealEpochs: 5 })
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.optim.swa_utils.SWALR.html
 */
export class SWALR extends LRScheduler {
  protected annealStrategy: 'cos' | 'linear'
  annealEpochs: number

  constructor(optimizer: Scheduled, swaLr: number | readonly number[], options?: number | Partial<SWALROptions>) {
    const given = bindOptions<SWALROptions>('SWALR', NAMES, [options])
    const { annealEpochs = 10, annealStrategy = 'cos', lastEpoch = -1 } = given
    const swaLrs = perGroup('swa_lr', swaLr, optimizer)
    if (annealStrategy !== 'cos' && annealStrategy !== 'linear')
      throw new ValueError(`anneal_strategy must be one of 'cos' or 'linear', instead got ${String(annealStrategy)}`)
    if (!Number.isInteger(annealEpochs) || annealEpochs < 0)
      throw new ValueError(`anneal_epochs must be equal or greater than 0, got ${annealEpochs}`)
    super(optimizer, lastEpoch)
    for (const [i, group] of this.groups.entries()) group.swaLr = swaLrs[i]!
    this.annealStrategy = annealStrategy
    this.annealEpochs = annealEpochs
    this.begin()
  }

  protected override getLr(): number[] {
    const step = this.annealEpochs === 0 ? Math.max(1, this.stepCount - 1) : this.stepCount - 1
    const [before, now] = [this.share(step - 1), this.share(step)]
    return this.groups.map((group) => {
      const swaLr = group.swaLr as number
      // the rate that the way began with, if it is not over
      const start = before === 1 ? swaLr : (group.lr - before * swaLr) / (1 - before)
      return swaLr * now + start * (1 - now)
    })
  }

  /** How much of the way is done after some steps. */
  private share(steps: number): number {
    const way = Math.max(0, Math.min(1, steps / Math.max(1, this.annealEpochs)))
    return this.annealStrategy === 'linear' ? way : (1 - Math.cos(Math.PI * way)) / 2
  }
}
