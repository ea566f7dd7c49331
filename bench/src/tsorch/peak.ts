/** The register-only loop that the kernels are held against. */
import * as tsorch from 'tsorch'
import type { Prepared } from '../measure.js'

/** The loop of the kernels that serve, on one thread. */
interface PeakLoop {
  /** Floating-point operations of one round. */
  readonly flops: number
  run(rounds: number): void
}

const ROUNDS = 1_000_000

/** Null where the kernels have no such loop, as the plain TypeScript ones. */
export function peak(): Prepared | null {
  const { peakLoop } = tsorch as { peakLoop?: () => PeakLoop | null }
  const loop = peakLoop?.() ?? null
  return loop === null ? null : { run: () => loop.run(ROUNDS), flops: loop.flops * ROUNDS }
}
