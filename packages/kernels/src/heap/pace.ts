/** Bytes in use, and those among them that no graph saves: what a graph saves is alive, unless the whole graph was dropped. */
export interface Use {
  readonly total: number
  readonly loose: number
}

/** Shares of the time from which on to look less often, and below which to look more often. */
const DEAR = 0.05
const CHEAP = 0.02

const NOTHING: Use = { total: 0, loose: 0 }

/** Decides when it is worth to look for unused memory, from how much was taken since it was last looked for. */
export class Pace {
  /** Bytes by which loose memory may always grow before anything is done. */
  private readonly least: number
  private readonly most: number
  private base: number
  /** Bytes by which it may grow now. */
  private allowance: number
  /** What was in use after the last look, and after the last thorough one. */
  private left = NOTHING
  private thoroughLeft = NOTHING
  /** Bytes in use at the last moment between steps, and how far that has lately risen from one to the next. */
  private before = 0
  private swing = 0
  private time = 0
  /** Bytes in use, loose or all, beyond which even the middle of a step is not too early. */
  looseLimit = 0
  totalLimit = 0

  constructor(least: number, most: number) {
    this.least = least
    this.most = most
    this.base = least
    this.allowance = least
    this.setLimits()
  }

  /** Between two steps: whether it is time to look. */
  isDue({ total, loose }: Use): boolean {
    const rise = total - this.before
    this.before = total
    if (rise > this.swing) {
      this.swing = rise
      this.setLimits()
    } else this.swing *= 0.99
    return loose > this.left.loose + this.allowance || total > this.totalLimit
  }

  /**
   * Takes note of a look that began and ended with so much in use and took `milliseconds`.
   *
   * @param now - a clock, in milliseconds
   */
  looked(from: Use, to: Use, thorough: boolean, milliseconds: number, now: number): void {
    const elapsed = now - this.time
    this.time = now
    if (milliseconds > DEAR * elapsed) this.base = Math.min(2 * this.base, this.most)
    else if (milliseconds < CHEAP * elapsed) this.base = Math.max(this.base / 2, this.least)
    const grown = from.loose - this.left.loose
    // what grows and stays is no garbage: look less often while it does
    const inVain = from.total - to.total < grown / 2
    this.allowance = inVain ? Math.max(this.base, Math.min(2 * this.allowance, to.loose)) : this.base
    this.left = to
    this.before = to.total
    if (thorough) this.thoroughLeft = to
    this.setLimits()
  }

  /** Whether a cheap look left so much that old garbage must be among it, which only a thorough one finds. */
  leavesMuch({ total, loose }: Use): boolean {
    const { thoroughLeft, allowance } = this
    return loose > 1.5 * thoroughLeft.loose + allowance / 2 || total > 2 * thoroughLeft.total + 4 * allowance
  }

  private setLimits(): void {
    const { left, allowance, swing } = this
    this.looseLimit = left.loose + 1.5 * allowance
    // graphs that were dropped count as saved: they come to light here
    this.totalLimit = left.total + Math.max(1.5 * allowance, allowance + 2 * swing)
  }
}
