import { ValueError } from '@tsorch/core'

/** The members of an optimizer that a scheduler works with. */
export interface Scheduled {
  readonly paramGroups: object[]
  readonly defaults: object
}

/** Options that every scheduler has. */
export interface SchedulerOptions {
  /** The last epoch of a run that is resumed; -1 for one that begins. */
  lastEpoch: number
}

/** A group of parameters as a scheduler sees it. */
export type ScheduledGroup = { lr: number; initialLr?: number } & Record<string, unknown>

/** What a scheduler remembers: its numbers and lists, without the optimizer and without functions. */
export type SchedulerState = Record<string, unknown>

export function groupsOf(optimizer: Scheduled): ScheduledGroup[] {
  return optimizer.paramGroups as ScheduledGroup[]
}

/** One value for each group, given as one or as a list. */
export function perGroup<T>(name: string, value: T | readonly T[], optimizer: Scheduled): T[] {
  const { length } = optimizer.paramGroups
  if (!Array.isArray(value)) return Array.from({ length }, () => value as T)
  if (value.length !== length) throw new ValueError(`expected ${length} values for ${name}, got ${value.length}`)
  return [...value]
}

/**
 * Base of the schedulers that compute a learning rate for each group and epoch. A new one extends it with `getLr`, and where the
 * rate follows from the epoch alone with `closedForm` too, which `step(epoch)` uses. Its constructor ends with `this.begin()`.
 *
 * @see https://pytorch.org/docs/stable/optim.html#how-to-adjust-learning-rate
 */
export abstract class LRScheduler {
  readonly optimizer: Scheduled
  /** Rates that the groups began with. */
  baseLrs: number[]
  lastEpoch: number
  protected stepCount = 0
  protected lastLr: number[] = []

  /** @throws ValueError if a run is resumed, but a group does not know the rate that it began with */
  constructor(optimizer: Scheduled, lastEpoch = -1) {
    const groups = groupsOf(optimizer)
    for (const [i, group] of groups.entries()) {
      if (lastEpoch === -1) group.initialLr ??= group.lr
      else if (group.initialLr === undefined)
        throw new ValueError(
          `param 'initialLr' is not specified in paramGroups[${i}] when resuming an optimizer with lastEpoch=${lastEpoch}`,
        )
    }
    this.optimizer = optimizer
    this.baseLrs = groups.map(({ initialLr }) => initialLr!)
    this.lastEpoch = lastEpoch
  }

  /** The rates of this epoch, from those of the one before. */
  protected abstract getLr(): number[]

  /** The rates of this epoch by itself; null if there is no such formula. */
  protected closedForm(): number[] | null {
    return null
  }

  /** The first step, which sets the rates of epoch 0. */
  begin(): void {
    this.stepCount = 0
    this.step()
  }

  /**
   * Sets the rates of the next epoch, or of the one that is given. To be called after the optimizer's own `step`.
   *
   * @param epoch - goes there, as some schedulers can by formula and others only from where they are
   */
  step(epoch?: number): void {
    this.stepCount++
    this.lastEpoch = epoch ?? this.lastEpoch + 1
    this.set((epoch === undefined ? null : this.closedForm()) ?? this.getLr())
  }

  /** The rates that were set last, one for each group. */
  getLastLr(): number[] {
    return [...this.lastLr]
  }

  /** What is to be saved with a run: everything but the optimizer and functions. */
  stateDict(): SchedulerState {
    return Object.fromEntries(
      Object.entries(this).filter(([name, value]) => name !== 'optimizer' && typeof value !== 'function'),
    )
  }

  /** Takes what `stateDict()` gave. */
  loadStateDict(state: SchedulerState): void {
    Object.assign(this, state)
  }

  /** The groups of the optimizer. */
  protected get groups(): ScheduledGroup[] {
    return groupsOf(this.optimizer)
  }

  /** The rates as they are. */
  protected get rates(): number[] {
    return this.groups.map(({ lr }) => lr)
  }

  protected set(rates: readonly number[]): void {
    for (const [i, group] of this.groups.entries()) group.lr = rates[i]!
    this.lastLr = [...rates]
  }
}
