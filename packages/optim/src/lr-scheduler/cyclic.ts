/** Rates that go up and down between two bounds (Smith, 2015). */
import { bindOptions, ValueError } from '@tsorch/core'
import { beginMomenta, setMomentum, usesBeta1 } from './momentum.js'
import {
  groupsOf,
  type LoadableSchedulerState,
  LRScheduler,
  perGroup,
  plainState,
  type Scheduled,
  type SchedulerOptions,
  type SchedulerState,
} from './scheduler.js'

/** How the height of a cycle changes: not at all, by half after each, or by `gamma` at every step. */
export type CyclicMode = 'triangular' | 'triangular2' | 'exp_range'

/** Options of {@link CyclicLR}. */
export interface CyclicOptions extends SchedulerOptions {
  /** Steps of the way up, 2000 if not given. */
  stepSizeUp: number
  /** Steps of the way down, as many if not given. */
  stepSizeDown: number | null
  /** `'triangular'` if not given. */
  mode: CyclicMode
  /** For `'exp_range'`, 1 if not given. */
  gamma: number
  /** Height by the number of the cycle (from 1 on) or of the step, instead of a mode. */
  scaleFn: ((x: number) => number) | null
  /** What `scaleFn` is given, `'cycle'` if not given. */
  scaleMode: 'cycle' | 'iterations'
  /** Whether the momentum goes the opposite way; true if not given. */
  cycleMomentum: boolean
  /** The lowest momentum, 0.8 if not given. */
  baseMomentum: number | readonly number[]
  /** The highest, 0.9 if not given. */
  maxMomentum: number | readonly number[]
}

const NAMES = [
  'stepSizeUp',
  'stepSizeDown',
  'mode',
  'gamma',
  'scaleFn',
  'scaleMode',
  'cycleMomentum',
  'baseMomentum',
  'maxMomentum',
  'lastEpoch',
] as const

/**
 * From `baseLr` to `maxLr` and back, again and again, with a step after every batch.
 *
 * @throws ValueError for a mode that there is not, for lists of another length than there are groups, or if the momentum is to
 * go along and the optimizer has none
 * @example
 * ```ts
 * const scheduler = new lrScheduler.CyclicLR(optimizer, 0.001, 0.1, { stepSizeUp: 500, mode: 'triangular2' })
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.optim.lr_scheduler.CyclicLR.html
 */
export class CyclicLR extends LRScheduler {
  maxLrs: number[]
  totalSize: number
  stepRatio: number
  mode: CyclicMode
  gamma: number
  scaleMode: 'cycle' | 'iterations'
  cycleMomentum: boolean
  /** Whether the momentum is the first of the optimizer's `betas`; this and the next two only where it goes along. */
  useBeta1?: boolean
  baseMomentums?: number[]
  maxMomentums?: number[]
  readonly #scaleFn: ((x: number) => number) | null

  constructor(
    optimizer: Scheduled,
    baseLr: number | readonly number[],
    maxLr: number | readonly number[],
    options?: number | Partial<CyclicOptions>,
  ) {
    const given = bindOptions<CyclicOptions>('CyclicLR', NAMES, [options])
    const { stepSizeUp = 2000, stepSizeDown = null, mode = 'triangular', gamma = 1, scaleFn = null } = given
    const { scaleMode = 'cycle', cycleMomentum = true, baseMomentum = 0.8, maxMomentum = 0.9, lastEpoch = -1 } = given
    if (!['triangular', 'triangular2', 'exp_range'].includes(mode) && scaleFn === null)
      throw new ValueError('mode is invalid and scale_fn is None')
    for (const [name, value] of Object.entries({ baseLr, maxLr }))
      if (value === undefined) throw new TypeError(`CyclicLR(): ${name} must be a number or a list of them`)
    const baseLrs = perGroup('base_lr', baseLr, optimizer)
    const maxLrs = perGroup('max_lr', maxLr, optimizer)
    const base = perGroup('base_momentum', baseMomentum, optimizer)
    const max = perGroup('max_momentum', maxMomentum, optimizer)
    const useBeta1 = cycleMomentum && usesBeta1(optimizer)
    if (lastEpoch === -1) {
      for (const [i, group] of groupsOf(optimizer).entries()) group.lr = baseLrs[i]!
      if (cycleMomentum) beginMomenta(optimizer, base, max)
    }
    super(optimizer, lastEpoch)
    this.baseLrs = baseLrs
    this.maxLrs = maxLrs
    this.totalSize = stepSizeUp + (stepSizeDown ?? stepSizeUp)
    this.stepRatio = stepSizeUp / this.totalSize
    this.mode = mode
    this.gamma = gamma
    this.scaleMode = scaleFn !== null ? scaleMode : mode === 'exp_range' ? 'iterations' : 'cycle'
    this.#scaleFn = scaleFn
    this.cycleMomentum = cycleMomentum
    if (cycleMomentum) {
      this.useBeta1 = useBeta1
      this.baseMomentums = base
      this.maxMomentums = max
    }
    this.begin()
  }

  protected override getLr(): number[] {
    const cycle = Math.floor(1 + this.lastEpoch / this.totalSize)
    const x = 1 + this.lastEpoch / this.totalSize - cycle
    const way = x <= this.stepRatio ? x / this.stepRatio : (x - 1) / (this.stepRatio - 1)
    const height = this.height(this.scaleMode === 'cycle' ? cycle : this.lastEpoch)
    const { baseMomentums: low, maxMomentums: high } = this
    if (this.cycleMomentum && low !== undefined && high !== undefined)
      for (const [i, group] of this.groups.entries()) setMomentum(group, high[i]! - (high[i]! - low[i]!) * way * height)
    return this.baseLrs.map((base, i) => base + (this.maxLrs[i]! - base) * way * height)
  }

  override stateDict(): SchedulerState {
    const properties = { ...this.#scaleFn }
    return { ...super.stateDict(), _scale_fn_custom: Object.keys(properties).length > 0 ? properties : null }
  }

  override loadStateDict(state: LoadableSchedulerState): void {
    super.loadStateDict(state)
    if (this.#scaleFn !== null) Object.assign(this.#scaleFn, plainState(state)._scale_fn_custom)
  }

  private height(x: number): number {
    if (this.#scaleFn !== null) return this.#scaleFn(x)
    if (this.mode === 'triangular') return 1
    return this.mode === 'triangular2' ? 1 / 2 ** (x - 1) : this.gamma ** x
  }
}
