import { float32, int32, type StorageArray, type View } from '@tsorch/core/backend'
import type { Operands } from '../kernel-set.js'
import type { Block } from './block.js'
import { type HeapMemory, readable } from './memory.js'
import { UNIT } from './size-class.js'

/** Where copies of small operands and working memory lie, at first. */
const FIRST_BYTES = 65536
/** Up to here a loop copies faster than a call. */
const LOOP = 64

/** A copy that goes back when the call is over. */
interface Return {
  view: View
  address: number
}

/** Addresses of operands, see {@link Operands}. */
export class HeapOperands implements Operands {
  private readonly memory: HeapMemory
  private stack: Block | null = null
  /** Bytes of the stack that this call uses, and that it would have liked to use. */
  private used = 0
  private wanted = 0
  /** What did not fit onto it. */
  private readonly extra: Block[] = []
  private readonly returns: Return[] = []
  private returning = 0

  constructor(memory: HeapMemory) {
    this.memory = memory
  }

  get words(): Int32Array {
    return this.memory.arrays.of(int32) as Int32Array
  }

  get floats(): Float32Array {
    return this.memory.arrays.of(float32) as Float32Array
  }

  begin(): void {
    const { memory } = this
    // a call that was left by an error returns nothing
    if (memory.busy) this.finish()
    memory.busy = true
    memory.call++
  }

  input(view: View): number {
    const block = view.storage.handle as Block | null
    if (block === null || block.memory !== this.memory) return this.staged(view, true, false)
    block.call = this.memory.call
    return block.address + view.offset * view.dtype.itemsize
  }

  output(view: View): number {
    const block = view.storage.handle as Block | null
    if (block === null || block.memory !== this.memory) return this.staged(view, false, true)
    block.call = this.memory.call
    return block.address + view.offset * view.dtype.itemsize
  }

  update(view: View): number {
    const block = view.storage.handle as Block | null
    if (block === null || block.memory !== this.memory) return this.staged(view, true, true)
    block.call = this.memory.call
    return block.address + view.offset * view.dtype.itemsize
  }

  workspace(bytes: number): number {
    return this.room(bytes)
  }

  end(): void {
    const { returns } = this
    for (let i = 0; i < this.returning; i++) {
      const { view, address } = returns[i]!
      const { storage, dtype } = view
      const words = view.count * dtype.words
      const { arrays } = this.memory
      move(
        arrays.at(dtype, address),
        arrays.position(dtype, address),
        storage.array,
        storage.base + view.offset * dtype.words,
        words,
      )
    }
    this.finish()
  }

  private finish(): void {
    for (let i = 0; i < this.returning; i++) this.returns[i]!.view = nothing
    this.returning = 0
    this.memory.busy = false
    if (this.wanted > 0) {
      const { memory } = this
      for (const block of this.extra) memory.giveBack(block)
      this.extra.length = 0
      // the next call of the kind finds room
      if (this.stack === null || this.wanted > this.stack.bytes) {
        if (this.stack !== null) memory.giveBack(this.stack)
        this.stack = memory.borrow(Math.max(this.wanted, FIRST_BYTES))
      }
      this.used = 0
      this.wanted = 0
    }
  }

  /** Room for so many bytes until the end of the call. */
  private room(bytes: number): number {
    const size = Math.ceil(bytes / UNIT) * UNIT
    this.wanted += size
    if (this.stack === null || this.used + size > this.stack.bytes) {
      const block = this.memory.borrow(size)
      this.extra.push(block)
      return block.address
    }
    const address = this.stack.address + this.used
    this.used += size
    return address
  }

  /** Address of memory that is not in the heap: it is moved in to stay if it is large, else copied for the call. */
  private staged(view: View, read: boolean, written: boolean): number {
    const { storage, dtype } = view
    const { memory } = this
    if (storage.handle === null && !storage.aliased && memory.isLarge(storage) && memory.admit(storage)) {
      const block = storage.handle as unknown as Block
      block.call = memory.call
      return block.address + view.offset * dtype.itemsize
    }
    const words = view.count * dtype.words
    const address = this.room(view.count * dtype.itemsize)
    if (read) {
      const { arrays } = memory
      move(
        readable(storage),
        storage.base + view.offset * dtype.words,
        arrays.at(dtype, address),
        arrays.position(dtype, address),
        words,
      )
    }
    if (written) {
      const entry = this.returns[this.returning]
      if (entry === undefined) this.returns.push({ view, address })
      else {
        entry.view = view
        entry.address = address
      }
      this.returning++
    }
    return address
  }
}

const nothing = null as unknown as View

function move(from: StorageArray, start: number, to: StorageArray, at: number, words: number): void {
  if (words <= LOOP) for (let i = 0; i < words; i++) to[at + i] = from[start + i]!
  else if (start === 0 && from.length === words) to.set(from, at)
  else to.set(from.subarray(start, start + words), at)
}
