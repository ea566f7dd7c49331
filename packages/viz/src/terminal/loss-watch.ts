import { formatNumber } from './format.js'
import { checkSize } from './values.js'

/** Options of {@link lossWatch}. */
export interface LossWatchOptions {
  /** The smoothed loss diverges when it is above so many times its best. Default 3. */
  factor?: number
  /** ... for so many steps in a row. Default 20. */
  patience?: number
  /** Weight of the past in the smoothed loss, from 0 (none) to below 1. Default 0.9. */
  smoothing?: number
}

/** What {@link lossWatch} gives. */
export interface LossWatch {
  /** Steps seen. */
  readonly step: number
  /** The smoothed loss; NaN before the first finite one. */
  readonly smoothed: number
  /** Whether the loss is not finite or diverges, as of the latest step. */
  readonly diverged: boolean
  /** Takes the loss of a step. @returns one line when trouble begins, else null */
  update(loss: number): string | null
}

/**
 * Watches a loss and says in one line when it becomes NaN or infinite, or when it diverges: the mean of the latest steps stays above
 * `factor` times its best. Each trouble is told once, and again only after `patience` steps without any.
 *
 * A rise that undoes less than a tenth of what was won since the first step is no divergence, however small the best is. For a
 * loss below zero the distance from the best counts, in units of the best's size.
 *
 * @throws RangeError for a factor of 1 or less, a patience below 1, a smoothing outside of 0 to 1
 *
 * @example
 * ```ts
 * import { terminal } from '@tsorch/viz'
 *
 * const watch = terminal.lossWatch()
 * for (const loss of [2.3, 1.9, Number.NaN]) {
 *   const warning = watch.update(loss)
 *   if (warning !== null) console.warn(warning)
 * }
 * ```
 */
export function lossWatch({ factor = 3, patience = 20, smoothing = 0.9 }: LossWatchOptions = {}): LossWatch {
  if (!(factor > 1)) throw new RangeError(`lossWatch: factor should be above 1, but got ${factor}`)
  checkSize('lossWatch: patience', patience)
  if (!(smoothing >= 0 && smoothing < 1)) {
    throw new RangeError(`lossWatch: smoothing should be at least 0 and below 1, but got ${smoothing}`)
  }
  return new Watch(factor, patience, smoothing)
}

class Watch implements LossWatch {
  step = 0
  smoothed: number = Number.NaN
  diverged = false
  readonly #factor: number
  readonly #patience: number
  readonly #smoothing: number
  /** Sum of the losses, and of the weights, that decay by `smoothing` each step: their ratio has no bias to the start. */
  #sum = 0
  #weight = 0
  #first: number = Number.NaN
  #last: number = Number.NaN
  #lastStep = 0
  #best: number = Number.POSITIVE_INFINITY
  #bestStep = 0
  #above = 0
  readonly #told: Set<'not finite' | 'diverges'> = new Set()
  /** Steps in a row without trouble. */
  #good = 0

  constructor(factor: number, patience: number, smoothing: number) {
    this.#factor = factor
    this.#patience = patience
    this.#smoothing = smoothing
  }

  update(loss: number): string | null {
    this.step++
    if (!Number.isFinite(loss)) return this.#notFinite(loss)
    this.#sum = this.#sum * this.#smoothing + loss
    this.#weight = this.#weight * this.#smoothing + 1
    this.smoothed = this.#sum / this.#weight
    if (Number.isNaN(this.#first)) this.#first = loss
    this.#last = loss
    this.#lastStep = this.step
    if (this.smoothed < this.#best) {
      this.#best = this.smoothed
      this.#bestStep = this.step
    }
    return this.#compare()
  }

  #notFinite(loss: number): string | null {
    this.diverged = true
    this.#good = 0
    if (this.#told.has('not finite')) return null
    this.#told.add('not finite')
    const before =
      this.#lastStep === 0 ? '' : `; the last finite loss was ${formatNumber(this.#last)} at step ${this.#lastStep}`
    return `loss is ${loss} at step ${this.step}${before}: try a lower learning rate or gradient clipping, and look for log(0) and x / 0`
  }

  #compare(): string | null {
    const rise = this.smoothed - this.#best
    const limit = Math.max((this.#factor - 1) * Math.abs(this.#best), (this.#first - this.#best) / 10)
    const above = rise > limit
    this.#above = above ? this.#above + 1 : 0
    this.#good = above ? 0 : this.#good + 1
    if (this.#good >= this.#patience) this.#told.clear()
    this.diverged = this.#above >= this.#patience
    if (!this.diverged || this.#told.has('diverges')) return null
    this.#told.add('diverges')
    const now = `${formatNumber(this.smoothed)} (mean of the latest steps)`
    const best = `its best was ${formatNumber(this.#best)} at step ${this.#bestStep}`
    return `loss diverges at step ${this.step}: ${now}, ${best}: try a lower learning rate or gradient clipping`
  }
}
