import { deepCopy, ValueError, warnOnce } from '@tsorch/core'
import type { RemovableHandle } from '../hooks.js'
import { snakeCase } from '../names.js'

/** The members of an optimizer that a scheduler works with. */
export interface Scheduled {
  readonly paramGroups: object[]
  readonly defaults: object
  registerStepPreHook?(hook: () => undefined): RemovableHandle
}

/** Options that every scheduler has. */
export interface SchedulerOptions {
  /** The last epoch of a run that is resumed; -1 for one that begins. */
  lastEpoch: number
}

/** A group of parameters as a scheduler sees it. */
export type ScheduledGroup = { lr: number; initialLr?: number } & Record<string, unknown>

/** What a scheduler remembers, by PyTorch's names: its numbers and lists, without the optimizer and without functions. */
export type SchedulerState = Record<string, unknown>

/** What `loadStateDict()` takes: what `stateDict()` gave, or what was read from a file of PyTorch. */
export type LoadableSchedulerState = Readonly<SchedulerState> | ReadonlyMap<string, unknown>

export function plainState(state: LoadableSchedulerState): Readonly<SchedulerState> {
  return state instanceof Map ? Object.fromEntries(state) : (state as SchedulerState)
}

/** Fields whose names PyTorch spells in another way than {@link snakeCase} does. */
const SPELLED: Readonly<Record<string, string>> = {
  stepCount: '_step_count',
  isInitial: '_is_initial',
  lastLr: '_last_lr',
  schedulers: '_schedulers',
  schedulePhases: '_schedule_phases',
  annealFuncType: '_anneal_func_type',
  annealStrategy: '_anneal_strategy',
  TMax: 'T_max',
  T0: 'T_0',
  Ti: 'T_i',
  TMult: 'T_mult',
  TCur: 'T_cur',
}

/** Where PyTorch explains the order of steps. */
const HOWTO = 'See more details at https://pytorch.org/docs/stable/optim.html#how-to-adjust-learning-rate'

export function groupsOf(optimizer: Scheduled): ScheduledGroup[] {
  return optimizer.paramGroups as ScheduledGroup[]
}

/** The rates as they are. */
export function ratesOf(optimizer: Scheduled): number[] {
  return groupsOf(optimizer).map(({ lr }) => lr)
}

/** One value for each group, given as one or as a list. @throws ValueError for a list of another length */
export function perGroup<T>(
  name: string,
  value: T | readonly T[],
  optimizer: Scheduled,
  fault: (groups: number, values: number) => string = (groups, values) =>
    `${name} must have the same length as optimizer.param_groups. ${name} has ${values} values, param_groups has ${groups}.`,
): T[] {
  const { length } = optimizer.paramGroups
  if (!Array.isArray(value)) return Array.from({ length }, () => value as T)
  if (value.length !== length) throw new ValueError(fault(length, value.length))
  return [...value]
}

/** Optimizers that have a scheduler, and whether they have taken a step since it was made. */
const stepped = new WeakMap<Scheduled, boolean>()

function watch(optimizer: Scheduled): void {
  if (stepped.has(optimizer) || optimizer.registerStepPreHook === undefined) return
  stepped.set(optimizer, false)
  const handle = optimizer.registerStepPreHook(() => {
    stepped.set(optimizer, true)
    handle.remove()
    return undefined
  })
}

/** What all schedulers have: an optimizer whose rates they set, and a state. */
export abstract class Scheduler {
  readonly optimizer: Scheduled
  protected abstract lastLr: number[]

  /** @throws TypeError for what is no optimizer */
  constructor(optimizer: Scheduled) {
    if (!Array.isArray((optimizer as Scheduled | null | undefined)?.paramGroups))
      throw new TypeError(`${Object(optimizer).constructor?.name ?? typeof optimizer} is not an Optimizer`)
    this.optimizer = optimizer
  }

  /** The rates that were set last, one for each group. */
  getLastLr(): number[] {
    return [...this.lastLr]
  }

  /** What is to be saved with a run: everything but the optimizer and functions, by PyTorch's names. */
  stateDict(): SchedulerState {
    const state: SchedulerState = {}
    for (const [field, value] of Object.entries(this))
      if (field !== 'optimizer' && typeof value !== 'function' && value !== undefined)
        state[this.savedName(field)] = value
    return state
  }

  /** Takes what `stateDict()` gave, or what PyTorch saved. The rates are in the optimizer's own state: load that too. */
  loadStateDict(state: LoadableSchedulerState): void {
    const given = plainState(state)
    for (const field of Object.keys(this)) {
      const name = this.savedName(field)
      if (field !== 'optimizer' && name in given) Object.assign(this, { [field]: deepCopy(given[name]) })
    }
  }

  /** PyTorch's name of a field. */
  protected savedName(field: string): string {
    return SPELLED[field] ?? snakeCase(field)
  }

  /** The groups of the optimizer. */
  protected get groups(): ScheduledGroup[] {
    return groupsOf(this.optimizer)
  }

  /** The rates as they are. */
  protected get rates(): number[] {
    return ratesOf(this.optimizer)
  }
}

/** A scheduler that others may be made of: it goes from epoch to epoch without being told anything. */
export interface Composable extends Scheduler {
  step(): void
  /** The first step, which sets the rates of epoch 0. */
  begin(): void
  /** Sets the rates of an epoch without counting it as a step. */
  updateLr(epoch?: number): void
  /** Takes the first step back, which every scheduler takes when it is made. */
  undo(): void
}

/**
 * Base of the schedulers that compute a learning rate for each group and epoch. A new one extends it with `getLr`, and where the
 * rate follows from the epoch alone with `closedForm` too, which `step(epoch)` uses. Its constructor ends with `this.begin()`.
 *
 * @see https://pytorch.org/docs/stable/optim.html#how-to-adjust-learning-rate
 */
export abstract class LRScheduler extends Scheduler implements Composable {
  /** Rates that the groups began with. */
  baseLrs: number[]
  lastEpoch: number
  protected stepCount = 0
  /** Whether this is the step that the constructor takes. */
  protected isInitial = false
  protected override lastLr: number[] = []

  /** @throws ValueError if a run is resumed, but a group does not know the rate that it began with */
  constructor(optimizer: Scheduled, lastEpoch = -1) {
    super(optimizer)
    const groups = groupsOf(optimizer)
    for (const [i, group] of groups.entries()) {
      if (lastEpoch === -1) group.initialLr ??= group.lr
      else if (group.initialLr === undefined)
        throw new ValueError(
          `param 'initialLr' is not specified in paramGroups[${i}] when resuming scheduler with lastEpoch >= 0: load the state of the optimizer first`,
        )
    }
    this.baseLrs = groups.map(({ initialLr }) => initialLr!)
    this.lastEpoch = lastEpoch
    watch(optimizer)
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
    this.isInitial = true
    try {
      this.step()
    } finally {
      this.isInitial = false
    }
  }

  /**
   * Sets the rates of the next epoch. To be called after the optimizer's own `step`.
   *
   * @param epoch - goes there, as some schedulers can by formula and others only from where they are; deprecated in PyTorch
   */
  step(epoch?: number): void {
    if (this.stepCount === 1 && stepped.get(this.optimizer) === false)
      warnOnce(
        `Detected call of \`lr_scheduler.step()\` before \`optimizer.step()\`. In PyTorch 1.1.0 and later, you should call them in the opposite order: \`optimizer.step()\` before \`lr_scheduler.step()\`.  Failure to do this will result in PyTorch skipping the first value of the learning rate schedule. ${HOWTO}`,
      )
    this.stepCount++
    this.updateLr(epoch)
  }

  updateLr(epoch?: number): void {
    this.lastEpoch = epoch ?? this.lastEpoch + 1
    this.set((epoch === undefined ? null : this.closedForm()) ?? this.getLr())
  }

  undo(): void {
    this.lastEpoch--
  }

  override stateDict(): SchedulerState {
    const { base_lrs, last_epoch, _step_count, _is_initial, _last_lr, ...own } = super.stateDict()
    return { ...own, base_lrs, last_epoch, _step_count, _is_initial, _get_lr_called_within_step: false, _last_lr }
  }

  protected set(rates: readonly number[]): void {
    for (const [i, group] of this.groups.entries()) group.lr = rates[i]!
    this.lastLr = [...rates]
  }
}

/** @throws TypeError unless an argument that has no default is a list */
export function checkList(scheduler: string, name: string, value: readonly unknown[]): void {
  if (!Array.isArray(value)) throw new TypeError(`${scheduler}(): ${name} must be a list, but got ${String(value)}`)
}

/** @throws TypeError unless an argument that has no default is a number */
export function checkNumber(scheduler: string, name: string, value: number): void {
  if (typeof value !== 'number' || Number.isNaN(value))
    throw new TypeError(`${scheduler}(): ${name} must be a number, but got ${String(value)}`)
}
