/** Schedulers made of others: one after the other, or all together. */
import { ValueError } from '@tsorch/core'
import { groupsOf, type LRScheduler, type Scheduled, type SchedulerOptions, type SchedulerState } from './scheduler.js'

function checkSame(name: string, optimizer: Scheduled, schedulers: readonly LRScheduler[]): void {
  if (schedulers.length === 0) throw new ValueError(`${name} expects at least one scheduler, but got no scheduler.`)
  for (const [i, scheduler] of schedulers.entries())
    if (scheduler.optimizer !== optimizer)
      throw new ValueError(
        `${name} expects all schedulers to belong to the same optimizer, but got scheduler at index ${i} in ${name}, which is different from the optimizer passed in.`,
      )
}

/** What both have in common: they have no rates of their own, and are saved with the schedulers that they are made of. */
abstract class ComposedScheduler {
  readonly optimizer: Scheduled
  readonly schedulers: readonly LRScheduler[]
  protected lastLr: number[] = []

  constructor(name: string, optimizer: Scheduled, schedulers: readonly LRScheduler[]) {
    checkSame(name, optimizer, schedulers)
    this.optimizer = optimizer
    this.schedulers = [...schedulers]
  }

  /** Sets the rates of the next epoch. */
  abstract step(): void

  /** The rates that were set last, one for each group. */
  getLastLr(): number[] {
    return [...this.lastLr]
  }

  /** What is to be saved with a run, of all schedulers. */
  stateDict(): SchedulerState {
    const own = Object.entries(this).filter(([name]) => name !== 'optimizer' && name !== 'schedulers')
    return { ...Object.fromEntries(own), schedulers: this.schedulers.map((one) => one.stateDict()) }
  }

  /** Takes what `stateDict()` gave. */
  loadStateDict(state: SchedulerState): void {
    const { schedulers: states, ...own } = state
    Object.assign(this, own)
    for (const [i, one] of this.schedulers.entries()) one.loadStateDict((states as SchedulerState[])[i]!)
  }
}

/**
 * One scheduler after the other: the next one begins at each milestone, at its own epoch 0.
 *
 * @throws ValueError unless there is one milestone less than schedulers, all of them of this optimizer
 * @example
 * ```ts
 * const warmup = new lrScheduler.ConstantLR(optimizer, { factor: 0.1, totalIters: 20 })
 * const decay = new lrScheduler.ExponentialLR(optimizer, 0.9)
 * const scheduler = new lrScheduler.SequentialLR(optimizer, [warmup, decay], [20])
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.optim.lr_scheduler.SequentialLR.html
 */
export class SequentialLR extends ComposedScheduler {
  milestones: number[]
  lastEpoch: number

  constructor(
    optimizer: Scheduled,
    schedulers: readonly LRScheduler[],
    milestones: readonly number[],
    options: Partial<SchedulerOptions> = {},
  ) {
    super('SequentialLR', optimizer, schedulers)
    if (milestones.length !== schedulers.length - 1)
      throw new ValueError(
        `Sequential Schedulers expects number of schedulers provided to be one more than the number of milestone points, but got number of schedulers ${schedulers.length} and the number of milestones to be equal to ${milestones.length}`,
      )
    this.milestones = [...milestones]
    this.lastEpoch = (options.lastEpoch ?? -1) + 1
    // each of them made its first step when it was built: all begin again
    for (const group of groupsOf(optimizer)) group.lr = group.initialLr!
    for (const scheduler of schedulers) scheduler.lastEpoch--
    schedulers[0]!.begin()
    this.lastLr = schedulers[0]!.getLastLr()
  }

  override step(): void {
    this.lastEpoch++
    const at = this.milestones.filter((epoch) => epoch <= this.lastEpoch).length
    const scheduler = this.schedulers[at]!
    if (at > 0 && this.milestones[at - 1] === this.lastEpoch) scheduler.step(0)
    else scheduler.step()
    this.lastLr = scheduler.getLastLr()
  }
}

/**
 * All schedulers at every epoch, each from the rates that the one before it left.
 *
 * @throws ValueError unless all schedulers are of one optimizer
 * @see https://pytorch.org/docs/stable/generated/torch.optim.lr_scheduler.ChainedScheduler.html
 */
export class ChainedScheduler extends ComposedScheduler {
  constructor(schedulers: readonly LRScheduler[], optimizer?: Scheduled) {
    super('ChainedScheduler', (optimizer ?? schedulers[0]?.optimizer)!, schedulers)
    this.lastLr = groupsOf(this.optimizer).map(({ lr }) => lr)
  }

  override step(): void {
    for (const scheduler of this.schedulers) scheduler.step()
    this.lastLr = groupsOf(this.optimizer).map(({ lr }) => lr)
  }
}
