import type { Memory } from '@tsorch/core/backend'
import { Block } from './block.js'
import { CLASSES, classHolding, classWithin, UNIT, unitsOf } from './size-class.js'

const PAGE = 65536
const GIGABYTE = 2 ** 30
/** The memory grows by at least this much. */
const GROWTH = 16 * 1024 * 1024
/** A block is split if at least this is left over. */
const SPLIT = 1024
/** Free bytes beyond which fresh memory is no longer simply taken: idle blocks are merged and split first. */
const IDLE = 8 * 1024 * 1024

/** What a heap holds now. */
export interface HeapStatistics {
  /** Bytes in blocks that are in use. */
  readonly used: number
  /** Bytes in blocks that are not. */
  readonly free: number
  /** Blocks in use. */
  readonly blocks: number
  /** Bytes that have ever been in use at one time: what the heap takes from the system. */
  readonly reserved: number
}

/** Options of a {@link Heap}. */
export interface HeapOptions {
  /** First byte that is the heap's; below lies what the WebAssembly module keeps itself. */
  readonly base: number
  /** The most bytes that it may reach to. */
  readonly limit?: number
  /** Called after the memory grew. */
  readonly onGrow?: () => void
  /** Fills what is released with NaN. */
  readonly poison?: boolean
}

/**
 * Blocks of a WebAssembly memory by size class. A released block goes to the front of its class and is the first to be used
 * again, so that a loop finds its blocks in the cache. Neighbours are merged, and large blocks split, only when a class is empty
 * while much lies idle in others: after shapes changed.
 */
export class Heap {
  readonly memory: WebAssembly.Memory
  private readonly owner: Memory
  /** How far it may reach; the memory itself may turn out to be smaller. */
  limit: number
  private readonly onGrow: () => void
  private readonly poison: boolean
  private readonly base: number
  /** Everything from here on was never used, or is free again. */
  private top: number
  /** The highest `top` ever: pages below it are the process's already. */
  private touched: number
  private last: Block | null = null
  /** Free blocks that hold at least the units of their class; the last ones were released last. */
  private readonly lists: Block[][]
  private readonly counts: Int32Array
  /** Objects without a place. */
  private readonly spare: Block[] = []
  private freeBytes = 0
  /** Bytes in blocks that a graph saves. */
  saved = 0
  private usedBytes = 0
  private usedBlocks = 0
  /** Bytes released since neighbours were last merged. */
  private dirty = 0

  constructor(memory: WebAssembly.Memory, owner: Memory, options: HeapOptions) {
    this.memory = memory
    this.owner = owner
    this.base = Math.ceil(options.base / UNIT) * UNIT
    this.limit = options.limit ?? 4 * GIGABYTE
    this.onGrow = options.onGrow ?? (() => undefined)
    this.poison = options.poison ?? false
    this.top = this.base
    this.touched = this.base
    this.lists = Array.from({ length: CLASSES }, () => [])
    this.counts = new Int32Array(CLASSES)
  }

  /** Bytes in blocks that are in use. */
  get used(): number {
    return this.usedBytes
  }

  statistics(): HeapStatistics {
    return {
      used: this.usedBytes,
      free: this.freeBytes,
      blocks: this.usedBlocks,
      reserved: this.touched - this.base,
    }
  }

  /** A block of at least that many bytes, at a multiple of 64; null if there is no room. */
  alloc(bytes: number): Block | null {
    const sizeClass = classHolding(Math.max(1, Math.ceil(bytes / UNIT)))
    const count = this.counts[sizeClass]!
    let block: Block | null
    if (count > 0) {
      block = this.lists[sizeClass]![count - 1]!
      this.counts[sizeClass] = count - 1
      this.freeBytes -= block.bytes
    } else {
      block = this.find(sizeClass)
      if (block === null) return null
    }
    block.free = false
    block.owner = 0
    block.holders = 0
    block.saves = 0
    block.graphOnly = false
    this.usedBytes += block.bytes
    this.usedBlocks++
    return block
  }

  /** Takes a block back. */
  release(block: Block): void {
    if (this.poison) this.fill(block, 0xff)
    if (block.saves > 0) this.saved -= block.bytes
    block.free = true
    block.id = -1
    this.usedBytes -= block.bytes
    this.usedBlocks--
    this.dirty += block.bytes
    this.push(block)
  }

  /** Sets every byte of a block. */
  fill(block: Block, byte: number): void {
    new Uint8Array(this.memory.buffer, block.address, block.bytes).fill(byte)
  }

  /** Merges free neighbours; what is free at the end becomes fresh again. */
  merge(): void {
    this.counts.fill(0)
    this.freeBytes = 0
    this.dirty = 0
    let block = this.last
    // from the end, so that low addresses end up in front and high ones can be given up
    while (block !== null) {
      let before: Block | null = block.before
      if (block.free) {
        while (before?.free === true) {
          before.bytes += block.bytes
          this.unlink(block)
          block = before
          before = block.before
        }
        if (block.after === null) {
          this.top = block.address
          this.unlink(block)
        } else this.push(block)
      }
      block = before
    }
  }

  /** A block of an empty class. */
  private find(sizeClass: number): Block | null {
    const bytes = unitsOf(sizeClass) * UNIT
    // memory that is the process's already costs nothing
    if (this.top + bytes <= this.touched) return this.bump(bytes)
    const idle = this.freeBytes > Math.max(IDLE, this.usedBytes / 4)
    if (idle) {
      const block = this.split(sizeClass, bytes)
      if (block !== null) return block
    }
    return this.fits(bytes) ? this.bump(bytes) : idle ? null : this.split(sizeClass, bytes)
  }

  /** A part of a larger block, or the whole. */
  private split(sizeClass: number, bytes: number): Block | null {
    let from = this.nextClass(sizeClass + 1)
    if (from < 0 && this.dirty >= Math.max(bytes, this.freeBytes / 8)) {
      this.merge()
      if (this.top + bytes <= this.touched) return this.bump(bytes)
      from = this.nextClass(sizeClass)
    }
    if (from < 0) return null
    const count = this.counts[from]! - 1
    const block = this.lists[from]![count]!
    this.counts[from] = count
    this.freeBytes -= block.bytes
    const rest = block.bytes - bytes
    if (rest >= SPLIT) {
      const tail = this.place(block.address + bytes, rest)
      tail.before = block
      tail.after = block.after
      if (block.after === null) this.last = tail
      else block.after.before = tail
      block.after = tail
      block.bytes = bytes
      this.push(tail)
    }
    return block
  }

  /** The first class from `sizeClass` on that is not empty, -1 if all are. */
  private nextClass(sizeClass: number): number {
    for (let c = sizeClass; c < CLASSES; c++) if (this.counts[c]! > 0) return c
    return -1
  }

  /** Whether fresh memory of that size can be had. */
  private fits(bytes: number): boolean {
    const end = this.top + bytes
    if (end > this.limit) return false
    const have = this.memory.buffer.byteLength
    if (end <= have) return true
    const wanted = Math.min(this.limit, Math.max(end, have + GROWTH))
    for (const goal of wanted > end ? [wanted, end] : [end]) {
      try {
        this.memory.grow(Math.ceil((goal - have) / PAGE))
        this.onGrow()
        return true
      } catch {
        // past the memory's own maximum, or the system has no more
      }
    }
    this.limit = have
    return false
  }

  private bump(bytes: number): Block {
    const block = this.place(this.top, bytes)
    block.before = this.last
    block.after = null
    if (this.last !== null) this.last.after = block
    this.last = block
    this.top += bytes
    if (this.top > this.touched) this.touched = this.top
    if (this.poison) this.fill(block, 0xff)
    return block
  }

  /** An object for a place. */
  private place(address: number, bytes: number): Block {
    const block = this.spare.pop() ?? new Block(this.owner, this)
    block.address = address
    block.bytes = bytes
    block.free = true
    block.id = -1
    block.call = 0
    block.seen = 0
    return block
  }

  /** Takes the object of a place that no longer exists out of the order. */
  private unlink(block: Block): void {
    const { before, after } = block
    if (before !== null) before.after = after
    if (after !== null) after.before = before
    else this.last = before
    block.before = null
    block.after = null
    this.spare.push(block)
  }

  private push(block: Block): void {
    const sizeClass = classWithin(block.bytes / UNIT)
    const count = this.counts[sizeClass]!
    this.lists[sizeClass]![count] = block
    this.counts[sizeClass] = count + 1
    this.freeBytes += block.bytes
  }
}
