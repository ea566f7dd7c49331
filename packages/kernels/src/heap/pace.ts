/** Decides when it is worth to look for unused memory, from how much was taken since it was last looked for. */
export class Pace {
  /** Bytes by which memory may always grow before anything is done. */
  private readonly least: number
  private readonly most: number
  private base: number
  /** Bytes by which it may grow now. */
  private allowance: number
  /** Bytes in use after the last look. */
  private left = 0
  /** Bytes in use after the last thorough look. */
  private thoroughLeft = 0
  /** Bytes in use at the last moment between steps, and how far it has lately risen from one to the next. */
  private before = 0
  private swing = 0
  private time = 0
  /** Bytes in use beyond which even the middle of a step is not too early. */
  limit: number

  constructor(least: number, most: number) {
    this.least = least
    this.most = most
    this.base = least
    this.allowance = least
    this.limit = 1.5 * least
  }

  /** Between two steps: whether it is time to look. */
  isDue(used: number): boolean {
    const rise = used - this.before
    this.before = used
    if (rise > this.swing) {
      this.swing = rise
      this.setLimit()
    } else this.swing *= 0.99
    return used > this.left + this.allowance
  }

  /**
   * Takes note of a look that began and ended with so many bytes in use and took `milliseconds`.
   *
   * @param now - a clock, in milliseconds
   */
  looked(from: number, to: number, thorough: boolean, milliseconds: number, now: number): void {
    const elapsed = now - this.time
    this.time = now
    if (milliseconds > 0.05 * elapsed) this.base = Math.min(2 * this.base, this.most)
    else if (milliseconds < 0.01 * elapsed) this.base = Math.max(this.base / 2, this.least)
    const grown = from - this.left
    // what grows and stays is no garbage: look less often while it does
    this.allowance = from - to < grown / 2 ? Math.max(this.base, Math.min(2 * this.allowance, to)) : this.base
    this.left = to
    this.before = to
    if (thorough) this.thoroughLeft = to
    this.setLimit()
  }

  /** Whether a cheap look left so much that old garbage must be among it, which only a thorough one finds. */
  leavesMuch(used: number): boolean {
    return used > 2 * this.thoroughLeft + this.allowance / 2
  }

  private setLimit(): void {
    this.limit = this.left + Math.max(1.5 * this.allowance, this.allowance + 2 * this.swing)
  }
}
