/** One cycle over a whole run (Smith and Topin, 2017). */
import { bindOptions, ValueError } from '@tsorch/core'
import { camelCase, snakeCase } from '../names.js'
import { beginMomenta, setMomentum, usesBeta1 } from './momentum.js'
import {
  groupsOf,
  type LoadableSchedulerState,
  LRScheduler,
  perGroup,
  type Scheduled,
  type SchedulerOptions,
  type SchedulerState,
} from './scheduler.js'

/** Options of {@link OneCycleLR}. */
export interface OneCycleOptions extends SchedulerOptions {
  /** Steps of the run; or both of the following. */
  totalSteps: number | null
  epochs: number | null
  stepsPerEpoch: number | null
  /** Share of the steps that the way up takes, 0.3 if not given. */
  pctStart: number
  /** `'cos'` if not given. */
  annealStrategy: 'cos' | 'linear'
  /** Whether the momentum goes the opposite way; true if not given. */
  cycleMomentum: boolean
  /** The lowest momentum, 0.85 if not given. */
  baseMomentum: number | readonly number[]
  /** The highest, 0.95 if not given. */
  maxMomentum: number | readonly number[]
  /** The rate at the start is `maxLr / divFactor`, 25 if not given. */
  divFactor: number
  /** That at the end is the one at the start divided by this, 1e4 if not given. */
  finalDivFactor: number
  /** Whether the way down stops at the rate of the start, and a third phase goes on to the last one. */
  threePhase: boolean
}

const NAMES = [
  'totalSteps',
  'epochs',
  'stepsPerEpoch',
  'pctStart',
  'annealStrategy',
  'cycleMomentum',
  'baseMomentum',
  'maxMomentum',
  'divFactor',
  'finalDivFactor',
  'threePhase',
  'lastEpoch',
] as const

/** From one bound to another until a step; by the names under which the groups keep their bounds. */
interface Phase {
  readonly endStep: number
  readonly startLr: string
  readonly endLr: string
  readonly startMomentum: string
  readonly endMomentum: string
}

function phasesOf(steps: number, share: number, three: boolean): Phase[] {
  const phase = (
    endStep: number,
    startLr: string,
    endLr: string,
    startMomentum: string,
    endMomentum: string,
  ): Phase => ({
    endStep,
    startLr,
    endLr,
    startMomentum,
    endMomentum,
  })
  const up = phase(share * steps - 1, 'initialLr', 'maxLr', 'maxMomentum', 'baseMomentum')
  if (!three) return [up, phase(steps - 1, 'maxLr', 'minLr', 'baseMomentum', 'maxMomentum')]
  return [
    up,
    phase(2 * share * steps - 2, 'maxLr', 'initialLr', 'baseMomentum', 'maxMomentum'),
    phase(steps - 1, 'initialLr', 'minLr', 'maxMomentum', 'maxMomentum'),
  ]
}

function positive(name: string, value: number): number {
  if (!(value > 0) || !Number.isInteger(value))
    throw new ValueError(`Expected positive integer ${name}, but got ${value}`)
  return value
}

function stepsOf({ totalSteps = null, epochs = null, stepsPerEpoch = null }: Partial<OneCycleOptions>): number {
  if (totalSteps !== null) return positive('total_steps', totalSteps)
  if (epochs === null || stepsPerEpoch === null)
    throw new ValueError('You must define either total_steps OR (epochs AND steps_per_epoch)')
  return positive('epochs', epochs) * positive('steps_per_epoch', stepsPerEpoch)
}

/**
 * Up to `maxLr` and then down to almost nothing over the whole run, with a step after every batch.
 *
 * @throws ValueError if the number of steps is not told, for an option out of its range, or if the momentum is to go along and
 * the optimizer has none; `step` throws it beyond the last step
 * @example
 * ```ts
 * const scheduler = new lrScheduler.OneCycleLR(optimizer, 0.01, { stepsPerEpoch: loader.length, epochs: 10 })
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.optim.lr_scheduler.OneCycleLR.html
 */
export class OneCycleLR extends LRScheduler {
  totalSteps: number
  protected schedulePhases: Phase[]
  protected annealFuncType: 'cos' | 'linear'
  cycleMomentum: boolean
  /** Whether the momentum is the first of the optimizer's `betas`; only where it goes along. */
  useBeta1?: boolean

  constructor(optimizer: Scheduled, maxLr: number | readonly number[], options?: number | Partial<OneCycleOptions>) {
    const given = bindOptions<OneCycleOptions>('OneCycleLR', NAMES, [options])
    const { pctStart = 0.3, annealStrategy = 'cos', cycleMomentum = true, baseMomentum = 0.85 } = given
    const { maxMomentum = 0.95, divFactor = 25, finalDivFactor = 1e4, threePhase = false, lastEpoch = -1 } = given
    const totalSteps = stepsOf(given)
    if (!(pctStart >= 0 && pctStart <= 1))
      throw new ValueError(`Expected float between 0 and 1 pct_start, but got ${pctStart}`)
    if (annealStrategy !== 'cos' && annealStrategy !== 'linear')
      throw new ValueError(`anneal_strategy must be one of 'cos' or 'linear', instead got ${annealStrategy}`)
    const maxLrs = perGroup('max_lr', maxLr, optimizer)
    const base = perGroup('base_momentum', baseMomentum, optimizer)
    const max = perGroup('max_momentum', maxMomentum, optimizer)
    const useBeta1 = cycleMomentum && usesBeta1(optimizer)
    if (lastEpoch === -1) {
      for (const [i, group] of groupsOf(optimizer).entries()) {
        group.initialLr = maxLrs[i]! / divFactor
        group.maxLr = maxLrs[i]!
        group.minLr = group.initialLr / finalDivFactor
      }
      if (cycleMomentum) beginMomenta(optimizer, base, max)
    }
    super(optimizer, lastEpoch)
    this.totalSteps = totalSteps
    this.schedulePhases = phasesOf(totalSteps, pctStart, threePhase)
    this.annealFuncType = annealStrategy
    this.cycleMomentum = cycleMomentum
    if (cycleMomentum) this.useBeta1 = useBeta1
    this.begin()
  }

  protected override getLr(): number[] {
    const { lastEpoch: step, schedulePhases: phases } = this
    if (step > this.totalSteps)
      throw new ValueError(`Tried to step ${step} times. The specified number of total steps is ${this.totalSteps}`)
    const found = phases.findIndex(({ endStep }) => step <= endStep)
    const at = found < 0 ? phases.length - 1 : found
    const { endStep, startLr, endLr, startMomentum, endMomentum } = phases[at]!
    const startStep = at === 0 ? 0 : phases[at - 1]!.endStep
    const way = (step - startStep) / (endStep - startStep)
    return this.groups.map((group) => {
      const between = (from: string, to: string) => this.anneal(group[from] as number, group[to] as number, way)
      if (this.cycleMomentum) setMomentum(group, between(startMomentum, endMomentum))
      return between(startLr, endLr)
    })
  }

  // the phases name options of the groups, which are saved by PyTorch's names too
  override stateDict(): SchedulerState {
    return { ...super.stateDict(), _schedule_phases: this.schedulePhases.map((phase) => renamed(phase, snakeCase)) }
  }

  override loadStateDict(state: LoadableSchedulerState): void {
    super.loadStateDict(state)
    this.schedulePhases = this.schedulePhases.map((phase) => renamed(phase, camelCase)) as unknown as Phase[]
  }

  private anneal(from: number, to: number, way: number): number {
    if (this.annealFuncType === 'linear') return (to - from) * way + from
    return to + ((from - to) / 2) * (1 + Math.cos(Math.PI * way))
  }
}

/** A phase whose names are spelled in another way. */
function renamed(phase: object, spell: (name: string) => string): Record<string, unknown> {
  const entries = phase instanceof Map ? [...phase] : Object.entries(phase)
  return Object.fromEntries(
    entries.map(([name, value]) => [spell(name), typeof value === 'string' ? spell(value) : value]),
  )
}
