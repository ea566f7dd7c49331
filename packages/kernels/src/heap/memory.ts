import {
  adopt,
  type Device,
  type DType,
  dtypes,
  type HostArray,
  type Memory,
  type MemoryUsage,
  Owner,
  RuntimeError,
  referenceMemory,
  Storage,
  type StorageArray,
  type View,
} from '@tsorch/core/backend'
import { builtin, setting } from '../runtime/settings.js'
import { HeapArrays } from './arrays.js'
import type { Block } from './block.js'
import { type Collector, collector } from './collector.js'
import { CopyOut } from './copy-out.js'
import { Heap } from './heap.js'
import type { Proof } from './proof.js'
import { NapiProof, type WeakReferences } from './proof-napi.js'
import { weakRefProof } from './proof-weakref.js'
import { Proving } from './proving.js'
import type { Reclaimer } from './reclaim.js'

const GIGABYTE = 2 ** 30
/** Up to here a tensor stays with the garbage collector: see `SlabAllocator` of core. */
const SMALL = 4096

/** With less in use nobody looks for garbage, nor finds out how. */
const QUIET = 8 * 1024 * 1024

/** How memory comes back that nobody told us about: weak references of the addon, of JavaScript, or not at all. */
export type MemoryMode = 'napi' | 'weakref' | 'copyout'

/** Options of {@link HeapMemory}. */
export interface HeapMemoryOptions {
  readonly memory: WebAssembly.Memory
  /** First byte that is the heap's. */
  readonly base: number
  readonly references?: WeakReferences | null
  /** The best that works here if not given. */
  readonly mode?: MemoryMode | undefined
  /** Tensors of up to so many bytes are left to the garbage collector. */
  readonly small?: number
  /** The most bytes that the heap takes. */
  readonly limit?: number
  /** Bytes by which memory may grow before unused memory is looked for; what suits the mode if not given. */
  readonly growth?: number
  /** Fills what is released with NaN at once, so that a use after it shows. */
  readonly poison?: boolean
}

/** The memory of the device `cpu`: small tensors belong to the garbage collector, the others lie in one heap. */
export class HeapMemory implements Memory {
  readonly heap: Heap
  readonly arrays: HeapArrays
  /** Number of the last kernel call. */
  call = 0
  /** Whether one runs, and holds addresses. */
  busy = false
  private readonly options: HeapMemoryOptions
  private readonly small: number
  private readonly none: readonly StorageArray[] = dtypes.map((dtype) => dtype.allocate(0))
  /** Blocks that are nobody's tensor. */
  private readonly own = { blocks: 0, bytes: 0 }
  private reclaimer: Reclaimer | null = null
  private chosen: MemoryMode | null = null
  /** Bytes in use beyond which something is to be done. */
  private limit: number
  /** The same for those that no graph saves. */
  private looseLimit: number = Number.POSITIVE_INFINITY
  /** With less in use nobody looks for garbage, nor finds out how. */
  private readonly quiet: number

  constructor(options: HeapMemoryOptions) {
    this.options = { ...options, mode: options.mode ?? forced() }
    this.small = options.small ?? SMALL
    this.arrays = new HeapArrays(options.memory)
    this.heap = new Heap(options.memory, this, {
      base: options.base,
      limit: Math.min(options.limit ?? 4 * GIGABYTE, 4 * GIGABYTE),
      poison: options.poison ?? setting('TSORCH_MEMORY_POISON') === '1',
      onGrow: () => this.arrays.refresh(),
    })
    this.quiet = Math.min(QUIET, options.growth ?? QUIET)
    this.limit = Math.min(this.quiet, this.ceiling)
  }

  /** Bytes beyond which tensors lie in ordinary memory: what is left is for copies of them that kernels need. */
  private get ceiling(): number {
    const { limit } = this.heap
    return limit - Math.min(limit / 4, GIGABYTE / 2)
  }

  /** How memory comes back. */
  get mode(): MemoryMode {
    this.reclaim()
    return this.chosen!
  }

  /** Whether a storage is of a size for the heap. */
  isLarge(storage: Storage): boolean {
    return storage.numel * storage.dtype.itemsize > this.small
  }

  alloc(device: Device, dtype: DType, numel: number, zeroed: boolean): Storage {
    const bytes = numel * dtype.itemsize
    if (bytes <= this.small) return referenceMemory.alloc(device, dtype, numel, zeroed)
    const { heap, arrays } = this
    const used = heap.used + bytes
    if ((used > this.limit || used - heap.saved > this.looseLimit) && this.isFull(bytes))
      return this.outside(device, dtype, numel)
    const block = heap.alloc(bytes) ?? this.squeezed(bytes)
    if (block === null) return this.outside(device, dtype, numel)
    const { address } = block
    const storage = new Storage(device, dtype, arrays.at(dtype, address), arrays.position(dtype, address), numel)
    storage.handle = block
    adopt(storage)
    if (zeroed) storage.array.fill(0, storage.base, storage.base + numel * dtype.words)
    return storage
  }

  release(storage: Storage): void {
    const block = storage.handle as Block
    storage.handle = null
    storage.array = this.none[storage.dtype.id]!
    storage.base = 0
    if (block.id >= 0) this.reclaimer!.released(block)
    this.heap.release(block)
  }

  /** Gives a storage outside of the heap a place in it, for kernels; false if there is no room. */
  admit(storage: Storage): boolean {
    const { dtype, numel, base } = storage
    const bytes = numel * dtype.itemsize
    const array = readable(storage)
    if (this.heap.used + bytes > this.limit && this.isFull(bytes)) return false
    const block = this.heap.alloc(bytes) ?? this.squeezed(bytes)
    if (block === null) return false
    const inside = this.arrays.at(dtype, block.address)
    const position = this.arrays.position(dtype, block.address)
    const length = numel * dtype.words
    inside.set(base === 0 && array.length === length ? array : array.subarray(base, base + length), position)
    storage.array = inside
    storage.base = position
    storage.handle = block
    // it has users already: no op that runs may take it for its own
    block.owner = Owner.kept
    adopt(storage)
    return true
  }

  /** A block for the library's own use, until {@link giveBack}. @throws RuntimeError if there is no room */
  borrow(bytes: number): Block {
    const block = this.heap.alloc(bytes) ?? this.squeezed(bytes)
    if (block === null) throw this.exhausted(bytes)
    this.own.blocks++
    this.own.bytes += block.bytes
    return block
  }

  giveBack(block: Block): void {
    this.own.blocks--
    this.own.bytes -= block.bytes
    this.heap.release(block)
  }

  write(target: View, values: HostArray): void {
    referenceMemory.write(target, values)
  }

  async read(source: View): Promise<HostArray> {
    return referenceMemory.readSync(source)!
  }

  readSync(source: View): HostArray | null {
    return referenceMemory.readSync(source)
  }

  safePoint(): void {
    this.busy = false
    if (this.reclaimer === null && this.heap.used <= this.quiet) return
    const reclaimer = this.reclaim()
    reclaimer.safePoint()
    this.follow(reclaimer)
  }

  usage(): MemoryUsage {
    this.reclaim().settle()
    const { used, blocks, reserved } = this.heap.statistics()
    return { tensors: blocks - this.own.blocks, bytes: used - this.own.bytes, reserved }
  }

  private reclaim(): Reclaimer {
    if (this.reclaimer === null) {
      const { growth, references = null } = this.options
      const { mode, proof } = chosen(this.options.mode, references)
      this.chosen = mode
      this.reclaimer =
        proof === null
          ? new CopyOut(this, this.heap, Math.min(this.ceiling, budget()), () => (this.busy ? this.call : -1), growth)
          : new Proving(this, this.heap, proof, () => this.busy, growth)
    }
    return this.reclaimer
  }

  /** Looks for unused memory; says whether there is no room for a tensor of `bytes`. */
  private isFull(bytes: number): boolean {
    const reclaimer = this.reclaim()
    const { heap, ceiling } = this
    if (bytes > ceiling) return true
    if (heap.used + bytes > reclaimer.limit || heap.used - heap.saved + bytes > reclaimer.looseLimit) reclaimer.press()
    if (heap.used + bytes > ceiling) reclaimer.squeeze(heap.used + bytes - ceiling)
    this.follow(reclaimer)
    return heap.used + bytes > ceiling
  }

  /** Takes over the limit that the reclaimer now wants. */
  private follow(reclaimer: Reclaimer): void {
    this.limit = Math.min(reclaimer.limit, this.ceiling)
    this.looseLimit = reclaimer.looseLimit
  }

  /** The last attempts to find room. */
  private squeezed(bytes: number): Block | null {
    const reclaimer = this.reclaim()
    reclaimer.squeeze(bytes)
    this.heap.merge()
    this.follow(reclaimer)
    return this.heap.alloc(bytes)
  }

  /** Ordinary memory, where the heap is full of what is in use: kernels then get a copy. */
  private outside(device: Device, dtype: DType, numel: number): Storage {
    try {
      return new Storage(device, dtype, dtype.allocate(numel), 0, numel)
    } catch {
      throw this.exhausted(numel * dtype.itemsize)
    }
  }

  private exhausted(bytes: number): RuntimeError {
    const { used, blocks, free, reserved } = this.heap.statistics()
    return new RuntimeError(
      `not enough memory: tried to allocate ${bytes} bytes. The heap holds ${used} bytes in ${blocks} blocks that are in use, ${free} bytes are free in smaller pieces, ${reserved} bytes are reserved. See memory().`,
    )
  }
}

function forced(): MemoryMode | undefined {
  const given = setting('TSORCH_MEMORY')
  if (given === undefined || given === 'napi' || given === 'weakref' || given === 'copyout') return given
  throw new RuntimeError(`TSORCH_MEMORY must be napi, weakref or copyout, but got '${given}'`)
}

/** The array of a storage outside of the heap. @throws RuntimeError if its memory was given back */
export function readable(storage: Storage): StorageArray {
  const { array, base, numel, dtype } = storage
  if (array.length < base + numel * dtype.words)
    throw new RuntimeError('the memory of this tensor was given back while it was in use: this is a bug in the library')
  return array
}

interface Choice {
  readonly mode: MemoryMode
  readonly proof: Proof | null
}

/** The best way that works here, or the one that is wanted. @throws RuntimeError if that does not work */
function chosen(wanted: MemoryMode | undefined, references: WeakReferences | null): Choice {
  const asked: Collector | null = wanted === 'copyout' ? null : collector()
  if (asked !== null && references !== null && wanted !== 'weakref')
    return { mode: 'napi', proof: new NapiProof(references, asked) }
  if (wanted === 'napi') throw new RuntimeError('memory mode napi: the native addon is not there, or not in Node.js')
  const proof = weakRefProof(asked)
  if (proof !== null) return { mode: 'weakref', proof }
  if (wanted === 'weakref') throw new RuntimeError('memory mode weakref: the garbage collector cannot be asked here')
  return { mode: 'copyout', proof: null }
}

/** What a program may take where nothing can be proved: a quarter of the memory, at most 2 GB; 512 MB in browsers. */
function budget(): number {
  const os = builtin('node:os')
  return os === null ? GIGABYTE / 2 : Math.min(2 * GIGABYTE, os.totalmem() / 4)
}
