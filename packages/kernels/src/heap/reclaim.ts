import type { Block } from './block.js'

/** A way to get memory back that the library was not told about. */
export interface Reclaimer {
  /** Bytes in use, all or those that no graph saves, beyond which an allocation calls {@link press}. */
  readonly limit: number
  readonly looseLimit: number
  /** Called by an allocation, in the middle of anything. */
  press(): void
  /** Called between two steps. */
  safePoint(): void
  /** Called for a block that is about to be released by hand. */
  released(block: Block): void
  /** Called when the heap has no room for `bytes`: the last chance. */
  squeeze(bytes: number): void
  /** Called before memory in use is counted. */
  settle(): void
}

/** Milliseconds on a clock that only goes forward. */
export function now(): number {
  return performance.now()
}
