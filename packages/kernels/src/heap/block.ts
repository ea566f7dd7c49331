import { Handle, type Memory } from '@tsorch/core/backend'
import type { Heap } from './heap.js'

/**
 * A piece of the heap, in use or free. One object serves the same place again and again: it never refers to the storage that
 * uses it, so that the storage can die.
 */
export class Block extends Handle {
  readonly heap: Heap
  /** Of the first byte; may pass 2^31. */
  address: number
  /** A multiple of 64. */
  bytes: number
  free: boolean
  /** Neighbours in the heap, in use or free. */
  before: Block | null
  after: Block | null
  /** Place in the table of watched storages, -1 if it is not there. */
  id: number
  /** Number of the kernel call that used it last. */
  call: number
  /** The same, when it was last passed over for moving out. */
  seen: number

  constructor(memory: Memory, heap: Heap) {
    super(memory)
    this.heap = heap
    this.address = 0
    this.bytes = 0
    this.free = true
    this.before = null
    this.after = null
    this.id = -1
    this.call = 0
    this.seen = 0
  }

  override save(): void {
    if (this.saves++ === 0) this.heap.saved += this.bytes
  }

  override letGo(): boolean {
    // none if it was moved out and came back since
    if (this.saves > 0 && --this.saves === 0) this.heap.saved -= this.bytes
    return this.graphOnly && this.saves === 0
  }

  /** Keeps JSON short: neighbours lead through the whole heap. */
  toJSON(): object {
    return { address: this.address, bytes: this.bytes }
  }
}
