/** How fast a loader delivered, and how long training had to wait for it. */
export class LoaderStats {
  /** Batches that were handed out in the epoch that was begun last. */
  batches: number
  samples: number
  /** Seconds from the beginning of the epoch to its end, or to the last batch. */
  seconds: number
  /** Seconds of these in which the loop waited for a batch; without workers, in which batches were made. */
  waited: number
  private readonly begun: number

  constructor() {
    this.batches = 0
    this.samples = 0
    this.seconds = 0
    this.waited = 0
    this.begun = performance.now()
  }

  /** Samples that were delivered in a second. */
  get samplesPerSecond(): number {
    return this.seconds === 0 ? 0 : this.samples / this.seconds
  }

  /** Counts a batch that was asked for at `since`, by `performance.now()`; no samples at the end. */
  count(samples: number, since: number): void {
    const now = performance.now()
    if (samples > 0) this.batches++
    this.samples += samples
    this.waited += (now - since) / 1000
    this.seconds = (now - this.begun) / 1000
  }
}
