import type { Storage } from '@tsorch/core/backend'
import type { Block } from './block.js'

/**
 * Tells which storages nobody can reach any more, within one job. What it says is certain: it is the garbage collector's own
 * word. What it does not say may still be garbage.
 */
export interface Proof {
  /** Whether young garbage can be found at a fraction of the price. */
  readonly hasMinor: boolean
  /** Watches storages from now on, weakly; `storages` is emptied. */
  watch(storages: Storage[]): void
  /** Stops watching a block that was released by hand. */
  forget(block: Block): void
  /** Asks the collector and takes every block whose storage is dead, oldest first. */
  collect(thorough: boolean, take: (block: Block) => void): void
}

/** Empties a list: a smaller length alone may leave the objects in place, and alive. */
export function clear(list: unknown[]): void {
  list.fill(null)
  list.length = 0
}
