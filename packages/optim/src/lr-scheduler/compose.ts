/** Schedulers made of others: one after the other, or all together. */
import { ValueError } from '@tsorch/core'
import { ReduceLROnPlateau } from './plateau.js'
import {
  type Composable,
  checkList,
  groupsOf,
  type LoadableSchedulerState,
  plainState,
  ratesOf,
  type Scheduled,
  Scheduler,
  type SchedulerOptions,
  type SchedulerState,
} from './scheduler.js'

function checkSchedulers(name: string, optimizer: Scheduled, schedulers: readonly Composable[]): void {
  for (const [i, scheduler] of schedulers.entries()) {
    if (!(scheduler instanceof Scheduler))
      throw new TypeError(`${name} at index ${i} should have \`optimizer\` as its attribute.`)
    if (scheduler instanceof ReduceLROnPlateau)
      throw new ValueError(
        `${name} does not support \`ReduceLROnPlateau\` scheduler as it requires additional kwargs to be specified when calling \`step\`, but got one at index ${i} in the given schedulers sequence.`,
      )
    if (scheduler.optimizer !== optimizer)
      throw new ValueError(
        `${name} expects all schedulers to belong to the same optimizer, but got scheduler ${scheduler.constructor.name} at index ${i}, which is of another one.`,
      )
  }
}

/** What both have in common: they have no rates of their own, and are saved with the schedulers that they are made of. */
abstract class ComposedScheduler extends Scheduler implements Composable {
  readonly schedulers: readonly Composable[]

  constructor(name: string, optimizer: Scheduled, schedulers: readonly Composable[]) {
    super(optimizer)
    checkSchedulers(name, optimizer, schedulers)
    this.schedulers = [...schedulers]
  }

  abstract step(): void
  abstract updateLr(epoch?: number): void

  begin(): void {
    this.step()
  }

  undo(): void {
    for (const scheduler of this.schedulers) scheduler.undo()
  }

  override stateDict(): SchedulerState {
    const { _schedulers, ...own } = super.stateDict()
    return { ...own, _schedulers: this.schedulers.map((one) => one.stateDict()) }
  }

  override loadStateDict(state: LoadableSchedulerState): void {
    const { _schedulers: saved, ...own } = plainState(state)
    const states = saved as readonly LoadableSchedulerState[] | undefined
    if (states?.length !== this.schedulers.length)
      throw new ValueError(`loaded state has ${states?.length ?? 0} schedulers, expected ${this.schedulers.length}`)
    super.loadStateDict(own)
    for (const [i, one] of this.schedulers.entries()) one.loadStateDict(states[i]!)
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
  protected override lastLr: number[]

  constructor(
    optimizer: Scheduled,
    schedulers: readonly Composable[],
    milestones: readonly number[],
    options: Partial<SchedulerOptions> = {},
  ) {
    checkList('SequentialLR', 'schedulers', schedulers)
    checkList('SequentialLR', 'milestones', milestones)
    if (schedulers.length === 0)
      throw new ValueError('SequentialLR expects at least one scheduler, but got no scheduler.')
    super('SequentialLR', optimizer, schedulers)
    if (milestones.length !== schedulers.length - 1)
      throw new ValueError(
        `Sequential Schedulers expects number of schedulers provided to be one more than the number of milestone points, but got number of schedulers ${schedulers.length} and the number of milestones to be equal to ${milestones.length}`,
      )
    this.milestones = [...milestones]
    this.lastEpoch = (options.lastEpoch ?? -1) + 1
    // each of them made its first step when it was built: all begin again
    for (const group of groupsOf(optimizer)) group.lr = group.initialLr!
    this.undo()
    const first = this.at(0)
    first.begin()
    this.lastLr = first.getLastLr()
  }

  /** Sets the rates of the next epoch. */
  override step(): void {
    this.goTo(this.lastEpoch + 1, (scheduler) => scheduler.step())
  }

  override updateLr(epoch?: number): void {
    this.goTo(epoch ?? this.lastEpoch + 1, (scheduler) => scheduler.updateLr())
  }

  private goTo(epoch: number, advance: (scheduler: Composable) => void): void {
    this.lastEpoch = epoch
    const scheduler = this.at(epoch)
    if (epoch === 0 || this.milestones.includes(epoch)) scheduler.updateLr(0)
    else advance(scheduler)
    this.lastLr = scheduler.getLastLr()
  }

  private at(epoch: number): Composable {
    return this.schedulers[this.milestones.filter((milestone) => milestone <= epoch).length]!
  }

  protected override savedName(field: string): string {
    return field === 'milestones' ? '_milestones' : super.savedName(field)
  }
}

/**
 * All schedulers at every epoch, each from the rates that the one before it left.
 *
 * @throws ValueError unless all schedulers are of one optimizer
 * @example
 * ```ts
 * const warmup = new lrScheduler.LinearLR(optimizer, { totalIters: 5 })
 * const decay = new lrScheduler.ExponentialLR(optimizer, 0.9)
 * const scheduler = new lrScheduler.ChainedScheduler([warmup, decay])
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.optim.lr_scheduler.ChainedScheduler.html
 */
export class ChainedScheduler extends ComposedScheduler {
  protected override lastLr: number[]

  constructor(schedulers: readonly Composable[], optimizer?: Scheduled) {
    checkList('ChainedScheduler', 'schedulers', schedulers)
    const [first] = schedulers
    if (first === undefined)
      throw new ValueError('ChainedScheduler expects at least one scheduler to be chained, but got no scheduler.')
    super('ChainedScheduler', optimizer ?? first.optimizer, schedulers)
    this.lastLr = ratesOf(this.optimizer)
  }

  /** Sets the rates of the next epoch. */
  override step(): void {
    for (const scheduler of this.schedulers) scheduler.step()
    this.lastLr = ratesOf(this.optimizer)
  }

  override updateLr(epoch?: number): void {
    for (const scheduler of this.schedulers) scheduler.updateLr(epoch)
    this.lastLr = ratesOf(this.optimizer)
  }
}
