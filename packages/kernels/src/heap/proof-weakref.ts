import type { Storage } from '@tsorch/core/backend'
import type { Block } from './block.js'
import type { Collector } from './collector.js'
import { clear, type Proof } from './proof.js'

/** Emptying the set takes some microseconds. */
const MANY = 100

/** Weak references to storages and their blocks, in the order in which they came. */
export class WeakTable {
  private refs: (WeakRef<Storage> | null)[] = []
  private blocks: (Block | null)[] = []

  watch(storages: Storage[]): void {
    for (let i = 0; i < storages.length; i++) {
      const storage = storages[i]!
      const block = storage.handle as Block
      block.id = this.refs.length
      this.refs.push(new WeakRef(storage))
      this.blocks.push(block)
    }
    clear(storages)
  }

  forget(block: Block): void {
    if (block.id >= 0) {
      this.refs[block.id] = null
      this.blocks[block.id] = null
    }
    block.id = -1
  }

  /** Takes every block whose storage is dead. */
  sweep(take: (block: Block) => void): void {
    const { refs, blocks } = this
    let at = 0
    for (let i = 0; i < refs.length; i++) {
      const ref = refs[i]!
      const block = blocks[i]!
      if (ref === null) continue
      if (ref.deref() === undefined) {
        block.id = -1
        take(block)
        continue
      }
      block.id = at
      refs[at] = ref
      blocks[at++] = block
    }
    refs.length = at
    blocks.length = at
  }
}

/** Proof by WeakRef: works wherever the collector can be asked, mostly at the price of a full collection. */
export class WeakRefProof implements Proof {
  readonly hasMinor: boolean
  private readonly collector: Collector
  private readonly table: WeakTable = new WeakTable()
  /** Storages that the set of the job may hold on to. */
  private kept = 0

  constructor(collector: Collector) {
    this.collector = collector
    // from V8 14 on
    this.hasMinor = diesBy(collector, collector.minor)
  }

  watch(storages: Storage[]): void {
    this.kept += storages.length
    this.table.watch(storages)
    // what a collection of its own finds in the set grows old
    if (this.hasMinor && this.kept > MANY) this.forgetKept()
  }

  forget(block: Block): void {
    this.table.forget(block)
  }

  private forgetKept(): void {
    this.kept = 0
    this.collector.forgetKept()
  }

  collect(thorough: boolean, take: (block: Block) => void): void {
    const { collector } = this
    this.forgetKept()
    if (thorough || !this.hasMinor) collector.full()
    else collector.minor()
    this.table.sweep(take)
    // asking for those that live has put them into the set
    this.forgetKept()
  }
}

/** Whether a collection clears the WeakRef of a young object that nobody holds, within this job. */
function diesBy(collector: Collector, collect: () => void): boolean {
  const ref = (() => new WeakRef({}))()
  collector.forgetKept()
  collect()
  const dead = ref.deref() === undefined
  collector.forgetKept()
  return dead
}

/** A proof by WeakRef, or null where the collector does not play along. */
export function weakRefProof(collector: Collector | null): WeakRefProof | null {
  if (collector === null || typeof WeakRef === 'undefined' || !diesBy(collector, collector.full)) return null
  return new WeakRefProof(collector)
}
