import { adopt, drain, type Memory, nursery, type Storage } from '@tsorch/core/backend'
import { builtin } from '../runtime/settings.js'
import type { Block } from './block.js'
import type { Heap } from './heap.js'
import { WeakTable } from './proof-weakref.js'
import type { Reclaimer } from './reclaim.js'

const MEGABYTE = 1024 * 1024
/** Bytes in use beyond which storages are moved out, at first; it follows what turns out to be in use. */
const FIRST_LIMIT = 128 * MEGABYTE
/** What is allocated and dropped, untouched, so that the collector sees a reason to work. */
const BALLAST = 64 * MEGABYTE
const BALLASTS = 4
const ROUNDS = 8

/**
 * Where the collector cannot be asked: the storages that were used longest ago move to ordinary arrays, which the collector frees
 * by itself, and come back when a kernel needs them. An asynchronous loop instead pauses now and then, until the collector has
 * run on its own and the weak references of dead storages are empty.
 */
export class CopyOut implements Reclaimer {
  limit: number
  private readonly memory: Memory
  private readonly heap: Heap
  private readonly budget: number
  private readonly callInProgress: () => number
  /** Place in the list of young storages where the last search ended, counted from the first one ever. */
  private hand = 0
  private readonly table: WeakTable = new WeakTable()
  /** Bytes in use beyond which an asynchronous loop pauses for the collector. */
  private readonly pauseAtLeast: number
  private pauseAt: number
  private pausing: Promise<void> | null = null

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
    this.pauseAtLeast = first / 2
    this.pauseAt = first / 2
  }

  press(): void {
    this.moveOut(this.heap.used - this.limit)
  }

  safePoint(): void {
    // nothing can be found out within a job
  }

  breathe(): Promise<void> | null {
    if (this.heap.used <= this.pauseAt || typeof WeakRef === 'undefined') return null
    this.pausing ??= this.pause().finally(() => {
      this.pausing = null
    })
    return this.pausing
  }

  released(block: Block): void {
    if (block.id >= 0) this.table.forget(block)
  }

  squeeze(bytes: number): void {
    this.moveOut(bytes)
  }

  settle(): void {
    // what is in use is only known after a pause
  }

  /** A storage came back that had been moved out: so much is in use, then. */
  cameBack(block: Block): void {
    this.limit = Math.min(this.budget, this.limit + block.bytes)
  }

  /** Moves storages out until so many bytes are free, or none is left that can move. */
  private moveOut(bytes: number): void {
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
      else if (block.memory === this.memory && !storage.aliased && block.call !== busy && !wasUsed(block)) {
        freed += block.bytes
        list[i] = null
        this.release(storage, block)
      }
    }
    this.hand = i + nursery.taken
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

  /** Lets the collector run until it has done its work once, and takes the blocks of dead storages. */
  private async pause(): Promise<void> {
    const young: Storage[] = []
    drain(this.memory, (storage) => young.push(storage))
    this.table.watch(young)
    const witness = (() => new WeakRef({}))()
    for (let round = 0; round < ROUNDS; round++) {
      press()
      await nextTask()
      // first of all: whatever asks for an object keeps it alive until the end of this task
      const done = witness.deref() === undefined
      this.table.sweep((block) => this.heap.release(block))
      if (done) break
    }
    for (const storage of this.table.empty()) adopt(storage)
    this.pauseAt = Math.max(this.pauseAtLeast, 2 * this.heap.used)
  }
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

type Resizable = new (length: number, options: { maxByteLength: number }) => ArrayBuffer

/** Memory that is asked for and never used: the collector counts it, the system never sees it. */
function press(): void {
  for (let i = 0; i < BALLASTS; i++) new (ArrayBuffer as Resizable)(BALLAST, { maxByteLength: BALLAST })
}

/** Resolves in a task of its own: only between tasks are the weak references of dead objects emptied. */
function nextTask(): Promise<void> {
  return new Promise((resolve) => {
    if (typeof setImmediate === 'function') setImmediate(resolve)
    else setTimeout(resolve, 0)
  })
}
