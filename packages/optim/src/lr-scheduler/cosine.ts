/** Schedulers that go along half a wave of the cosine (Loshchilov and Hutter, 2016). */
import { bindOptions, ValueError } from '@tsorch/core'
import { checkNumber, LRScheduler, type Scheduled, type SchedulerOptions } from './scheduler.js'

/** Options of {@link CosineAnnealingLR}. */
export interface CosineOptions extends SchedulerOptions {
  /** The lowest rate, 0 if not given. */
  etaMin: number
}

/**
 * From the rate that a group began with to `etaMin` in `TMax` epochs, and back.
 *
 * @see https://pytorch.org/docs/stable/generated/torch.optim.lr_scheduler.CosineAnnealingLR.html
 */
export class CosineAnnealingLR extends LRScheduler {
  TMax: number
  etaMin: number

  constructor(optimizer: Scheduled, TMax: number, options?: number | Partial<CosineOptions>) {
    const names = ['etaMin', 'lastEpoch'] as const
    const { etaMin = 0, lastEpoch } = bindOptions<CosineOptions>('CosineAnnealingLR', names, [options])
    checkNumber('CosineAnnealingLR', 'TMax', TMax)
    super(optimizer, lastEpoch)
    this.TMax = TMax
    this.etaMin = etaMin
    this.begin()
  }

  protected override getLr(): number[] {
    const { lastEpoch, TMax, etaMin } = this
    if (this.isInitial) return this.rates
    if (this.stepCount === 1 && lastEpoch > 0) return this.closedForm()
    const { cos, PI } = Math
    // at the bottom the quotient below would be 0 / 0
    if ((lastEpoch - 1 - TMax) % (2 * TMax) === 0)
      return this.rates.map((lr, i) => lr + ((this.baseLrs[i]! - etaMin) * (1 - cos(PI / TMax))) / 2)
    const factor = (1 + cos((PI * lastEpoch) / TMax)) / (1 + cos((PI * (lastEpoch - 1)) / TMax))
    return this.rates.map((lr) => factor * (lr - etaMin) + etaMin)
  }

  protected override closedForm(): number[] {
    const height = (1 + Math.cos((Math.PI * this.lastEpoch) / this.TMax)) / 2
    return this.baseLrs.map((lr) => this.etaMin + (lr - this.etaMin) * height)
  }
}

/** Options of {@link CosineAnnealingWarmRestarts}. */
export interface WarmRestartOptions extends CosineOptions {
  /** How many times longer each run down is than the one before, 1 if not given. */
  TMult: number
}

/**
 * Down to `etaMin` in `T0` epochs, then again from the top, each time `TMult` times as long. `step(epoch)` takes fractions, to be
 * called after every batch.
 *
 * @throws ValueError unless `T0` is a positive and `TMult` a whole number from 1 on
 * @see https://pytorch.org/docs/stable/generated/torch.optim.lr_scheduler.CosineAnnealingWarmRestarts.html
 */
export class CosineAnnealingWarmRestarts extends LRScheduler {
  T0: number
  /** Length of this run. */
  Ti: number
  TMult: number
  etaMin: number
  /** How far this run is. */
  TCur: number

  constructor(optimizer: Scheduled, T0: number, options?: number | Partial<WarmRestartOptions>) {
    const names = ['TMult', 'etaMin', 'lastEpoch'] as const
    const given = bindOptions<WarmRestartOptions>('CosineAnnealingWarmRestarts', names, [options])
    const { TMult = 1, etaMin = 0, lastEpoch = -1 } = given
    if (T0 <= 0 || !Number.isInteger(T0)) throw new ValueError(`Expected positive integer T_0, but got ${T0}`)
    if (TMult < 1 || !Number.isInteger(TMult)) throw new ValueError(`Expected integer T_mult >= 1, but got ${TMult}`)
    super(optimizer, lastEpoch)
    this.T0 = T0
    this.Ti = T0
    this.TMult = TMult
    this.etaMin = etaMin
    this.TCur = lastEpoch
    this.begin()
  }

  protected override getLr(): number[] {
    const height = (1 + Math.cos((Math.PI * this.TCur) / this.Ti)) / 2
    return this.baseLrs.map((lr) => this.etaMin + (lr - this.etaMin) * height)
  }

  override step(epoch?: number): void {
    const goal = epoch ?? (this.lastEpoch < 0 ? 0 : undefined)
    if (goal === undefined) this.advance()
    else this.goTo(goal)
    this.lastEpoch = Math.floor(goal ?? this.lastEpoch + 1)
    this.set(this.getLr())
  }

  private advance(): void {
    this.TCur++
    if (this.TCur < this.Ti) return
    this.TCur %= this.Ti
    this.Ti *= this.TMult
  }

  private goTo(epoch: number): void {
    const { T0, TMult } = this
    if (epoch < 0) throw new ValueError(`Expected non-negative epoch, but got ${epoch}`)
    this.Ti = T0
    this.TCur = epoch
    if (epoch < T0) return
    if (TMult === 1) {
      this.TCur = epoch % T0
      return
    }
    const runs = Math.trunc(Math.log((epoch / T0) * (TMult - 1) + 1) / Math.log(TMult))
    this.TCur = epoch - (T0 * (TMult ** runs - 1)) / (TMult - 1)
    this.Ti = T0 * TMult ** runs
  }
}
