/** One cycle over a whole run (Smith and Topin, 2017). */
import { bindOptions, ValueError } from '@tsorch/core'
import { checkMomentum, setMomenta } from './momentum.js'
import { LRScheduler, perGroup, type Scheduled, type SchedulerOptions } from './scheduler.js'

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

/** From one place of {@link Bounds} to another until a step. */
interface Phase {
  readonly end: number
  readonly from: keyof Bounds
  readonly to: keyof Bounds
  readonly momentumFrom: 'baseMomentums' | 'maxMomentums'
  readonly momentumTo: 'baseMomentums' | 'maxMomentums'
}

interface Bounds {
  readonly initialLrs: readonly number[]
  readonly maxLrs: readonly number[]
  readonly minLrs: readonly number[]
}

function phasesOf(steps: number, share: number, three: boolean): Phase[] {
  const up = { from: 'initialLrs', to: 'maxLrs', momentumFrom: 'maxMomentums', momentumTo: 'baseMomentums' } as const
  const down = { from: 'maxLrs', momentumFrom: 'baseMomentums', momentumTo: 'maxMomentums' } as const
  const first = { ...up, end: share * steps - 1 }
  if (!three) return [first, { ...down, to: 'minLrs', end: steps - 1 }]
  return [
    first,
    { ...down, to: 'initialLrs', end: 2 * share * steps - 2 },
    { from: 'initialLrs', to: 'minLrs', momentumFrom: 'maxMomentums', momentumTo: 'maxMomentums', end: steps - 1 },
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
  annealStrategy: 'cos' | 'linear'
  cycleMomentum: boolean
  initialLrs: number[]
  maxLrs: number[]
  minLrs: number[]
  baseMomentums: number[] = []
  maxMomentums: number[] = []
  readonly #phases: readonly Phase[]

  constructor(optimizer: Scheduled, maxLr: number | readonly number[], options?: number | Partial<OneCycleOptions>) {
    const given = bindOptions<OneCycleOptions>('OneCycleLR', NAMES, [options])
    const { pctStart = 0.3, annealStrategy = 'cos', cycleMomentum = true, baseMomentum = 0.85 } = given
    const { maxMomentum = 0.95, divFactor = 25, finalDivFactor = 1e4, threePhase = false, lastEpoch = -1 } = given
    const totalSteps = stepsOf(given)
    if (!(pctStart >= 0 && pctStart <= 1))
      throw new ValueError(`Expected float between 0 and 1 pct_start, but got ${pctStart}`)
    if (annealStrategy !== 'cos' && annealStrategy !== 'linear')
      throw new ValueError(`anneal_strategy must be one of 'cos' or 'linear', instead got ${annealStrategy}`)
    const maxLrs = perGroup('maxLr', maxLr, optimizer)
    const base = perGroup('baseMomentum', baseMomentum, optimizer)
    const max = perGroup('maxMomentum', maxMomentum, optimizer)
    if (cycleMomentum) checkMomentum(optimizer)
    const initialLrs = maxLrs.map((lr) => lr / divFactor)
    if (lastEpoch === -1) {
      for (const [i, group] of (optimizer.paramGroups as { initialLr?: number }[]).entries())
        group.initialLr = initialLrs[i]!
      if (cycleMomentum) setMomenta(optimizer, max)
    }
    super(optimizer, lastEpoch)
    this.totalSteps = totalSteps
    this.annealStrategy = annealStrategy
    this.cycleMomentum = cycleMomentum
    this.initialLrs = initialLrs
    this.maxLrs = maxLrs
    this.minLrs = initialLrs.map((lr) => lr / finalDivFactor)
    if (cycleMomentum) {
      this.baseMomentums = base
      this.maxMomentums = max
    }
    this.#phases = phasesOf(totalSteps, pctStart, threePhase)
    this.begin()
  }

  protected override getLr(): number[] {
    const step = this.lastEpoch
    if (step > this.totalSteps)
      throw new ValueError(`Tried to step ${step} times. The specified number of total steps is ${this.totalSteps}`)
    const last = this.#phases.length - 1
    const found = this.#phases.findIndex(({ end }) => step <= end)
    const at = found < 0 ? last : found
    const phase = this.#phases[at]!
    const start = at === 0 ? 0 : this.#phases[at - 1]!.end
    const way = (step - start) / (phase.end - start)
    if (this.cycleMomentum)
      setMomenta(
        this.optimizer,
        this[phase.momentumFrom].map((from, i) => this.anneal(from, this[phase.momentumTo][i]!, way)),
      )
    return this[phase.from].map((from, i) => this.anneal(from, this[phase.to][i]!, way))
  }

  private anneal(from: number, to: number, way: number): number {
    if (this.annealStrategy === 'linear') return (to - from) * way + from
    return to + ((from - to) / 2) * (1 + Math.cos(Math.PI * way))
  }
}
