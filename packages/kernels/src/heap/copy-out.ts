import { type Memory, nursery, Owner, type Storage, thin } from '@tsorch/core/backend'
import { builtin } from '../runtime/settings.js'
import type { Block } from './block.js'
import type { Heap } from './heap.js'
import type { Reclaimer } from './reclaim.js'

const MEGABYTE = 1024 * 1024
/** Bytes in use beyond which storages are moved out, at first; it follows what turns out to be in use. */
const FIRST_LIMIT = 128 * MEGABYTE

/**
 * Where the collector cannot be asked: storages move to ordinary arrays, which the collector frees by itself, and come back, to
 * stay, when a kernel needs them. Between two steps these are the youngest ones, mostly garbage, still in the cache, and cheap
 * for the collector as all young objects are; where memory runs out in the middle of one, those that were used longest ago.
 * Measured against pauses for the collector between the batches of an asynchronous loop, it takes a third less time.
 */
export class CopyOut implements Reclaimer {
  limit: number
  readonly looseLimit: number = Number.POSITIVE_INFINITY
  private readonly memory: Memory
  private readonly heap: Heap
  private readonly budget: number
  private readonly callInProgress: () => number
  /** Place in the list of young storages where the last search ended, counted from the first one ever. */
  private hand = 0
  private readonly first: number
  /** Bytes in use beyond which what is young moves out between two steps. */
  private moveAt: number

  /**
   * @param budget - the most bytes that may be in use before storages move, whatever is needed
   * @param callInProgress - number of the kernel call whose operands must stay, -1 if none runs
   * @param first - the same as `budget`, at first
   */
  constructor(memory: Memory, heap: Heap, budget: number, callInProgress: () => number, first: number = FIRST_LIMIT) {
    this.memory = memory
    this.heap = heap
    this.budget = budget
    this.callInProgress = callInProgress
    this.limit = Math.min(first, budget)
    this.first = first
    this.moveAt = first / 4
  }

  press(): void {
    thin()
    this.moveOut(this.heap.used - this.limit, false)
    if (this.heap.used <= this.limit) return
    // all of it was used of late: so much is needed
    if (this.limit < this.budget) this.limit = Math.min(this.budget, this.heap.used + this.first / 4)
    else this.moveOut(this.heap.used - this.limit, true)
  }

  safePoint(): void {
    if (this.heap.used <= this.moveAt) return
    this.moveOutYoung()
    this.moveAt = this.heap.used + this.first / 4
  }

  released(): void {
    // nothing is known of what moved out
  }

  squeeze(bytes: number): void {
    this.moveOut(bytes, true)
  }

  settle(): void {
    // nobody can say
  }

  /**
   * Moves storages out until so many bytes are free, or none is left that can move. Those that a kernel used since they were
   * last passed stay, unless `all` may go.
   */
  private moveOut(bytes: number, all: boolean): void {
    const { list } = nursery
    const busy = this.callInProgress()
    const { count } = nursery
    let freed = 0
    let i = Math.max(0, this.hand - nursery.taken)
    for (let left = count; left > 0 && freed < bytes; left--, i++) {
      if (i >= count) i = 0
      const storage = list[i]!
      if (storage === null) continue
      const block = storage.handle as Block | null
      if (block === null) list[i] = null
      else if (block.memory === this.memory && !storage.aliased && block.call !== busy && (!wasUsed(block) || all)) {
        freed += block.bytes
        list[i] = null
        this.release(storage, block)
      }
    }
    this.hand = i + nursery.taken
  }

  /** Moves out what belongs to nobody in particular, the youngest first. */
  private moveOutYoung(): void {
    const { list } = nursery
    for (let i = nursery.count - 1; i >= 0; i--) {
      const storage = list[i]!
      if (storage === null) continue
      const block = storage.handle as Block | null
      if (block === null) list[i] = null
      else if (block.memory === this.memory && isAnybodys(block) && !storage.aliased) {
        list[i] = null
        this.release(storage, block)
      }
    }
    thin()
  }

  private release(storage: Storage, block: Block): void {
    const { dtype, base, numel } = storage
    const length = numel * dtype.words
    const own = unfilled(storage.array, length)
    own.set(storage.array.subarray(base, base + length))
    storage.array = own
    storage.base = 0
    storage.handle = null
    this.heap.release(block)
  }
}

/** Whether it may have been forgotten by now. */
function isAnybodys({ owner }: Block): boolean {
  return owner === Owner.user || owner === Owner.seen
}

/** Whether a kernel used it since it was last looked at; asked again without a use in between, says no. */
function wasUsed(block: Block): boolean {
  const used = block.call > block.seen
  block.seen = block.call
  return used
}

/** An array like `like`, with any contents where that is cheaper. */
function unfilled(like: Storage['array'], length: number): Float32Array {
  const Kind = like.constructor as Float32ArrayConstructor
  const bytes = length * like.BYTES_PER_ELEMENT
  if (builtin('node:v8') === null || typeof Buffer === 'undefined') return new Kind(length)
  const { buffer, byteOffset } = Buffer.allocUnsafeSlow(bytes)
  return new Kind(buffer as ArrayBuffer, byteOffset, length)
}
