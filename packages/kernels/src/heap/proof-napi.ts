import type { Storage } from '@tsorch/core/backend'
import type { Block } from './block.js'
import type { Collector } from './collector.js'
import { clear, type Proof } from './proof.js'

/** What the native addon does for it. */
export interface WeakReferences {
  /** Remembers objects weakly, each under its id; there may be more ids than objects. */
  track(objects: readonly object[], ids: Int32Array): void
  /** Writes the ids of those that the collector took, forgets them, and gives their number. */
  sweep(dead: Int32Array): number
}

/** What is watched by id. */
interface Watched {
  /** Null while the id waits for the death of a storage whose block was released by hand. */
  readonly blocks: (Block | null)[]
  readonly unused: number[]
}

/** The addon has one list of references for all heaps. */
const watchedBy = new WeakMap<WeakReferences, Watched>()

/** Proof by weak references of the native interface, which a minor collection clears too. */
export class NapiProof implements Proof {
  readonly hasMinor: boolean = true
  private readonly references: WeakReferences
  private readonly collector: Collector
  private readonly watched: Watched
  private readonly dead: Int32Array = new Int32Array(1024)
  private ids: Int32Array = new Int32Array(64)

  constructor(references: WeakReferences, collector: Collector) {
    this.references = references
    this.collector = collector
    this.watched = watchedBy.get(references) ?? { blocks: [], unused: [] }
    watchedBy.set(references, this.watched)
  }

  watch(storages: Storage[]): void {
    const { blocks, unused } = this.watched
    if (this.ids.length < storages.length) this.ids = new Int32Array(2 * storages.length)
    const { ids } = this
    for (let i = 0; i < storages.length; i++) {
      const block = storages[i]!.handle as Block
      const id = unused.pop() ?? blocks.length
      blocks[id] = block
      block.id = id
      ids[i] = id
    }
    this.references.track(storages, ids)
    clear(storages)
  }

  forget(block: Block): void {
    // the id comes back when the reference is swept
    if (block.id >= 0) this.watched.blocks[block.id] = null
    block.id = -1
  }

  collect(thorough: boolean, take: (block: Block) => void): void {
    if (thorough) this.collector.full()
    else this.collector.minor()
    const { blocks, unused } = this.watched
    let n: number
    do {
      n = this.references.sweep(this.dead)
      for (let i = 0; i < n; i++) {
        const id = this.dead[i]!
        const block = blocks[id]!
        blocks[id] = null
        unused.push(id)
        if (block !== null) take(block)
      }
    } while (n === this.dead.length)
  }
}
