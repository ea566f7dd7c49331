import type { Memory } from './dispatch/backend.js'
import type { Device } from './dispatch/registry.js'
import type { DType, StorageArray } from './dtype.js'

/** Who decides about a block of memory that is given back by hand. */
export const Owner = {
  /** Whoever was handed a tensor: only the garbage collector knows when it is no longer used. */
  user: 0,
  /** The backward pass that runs: it goes when the last node that waits for it has run. */
  pass: 1,
  /** `.grad` of a leaf, not yet read by anybody. */
  grad: 2,
  /** As `user`, but not to be taken by `tidy()`: `.grad` that was read or assigned. */
  seen: 3,
  /** The same, and likely to live for long: parameters, state of optimizers. */
  kept: 4,
} as const
export type OwnerCode = (typeof Owner)[keyof typeof Owner]

/** What a storage holds on to if its memory has to be given back by hand; a backend extends it with what it needs itself. */
export class Handle {
  readonly memory: Memory
  owner: OwnerCode
  /** Gradients in a backward pass that lie in this memory. */
  holders: number
  /** How often nodes of graphs save it for their gradients. */
  saves: number
  /** Whether nobody else uses it. */
  graphOnly: boolean

  constructor(memory: Memory) {
    this.memory = memory
    this.owner = Owner.user
    this.holders = 0
    this.saves = 0
    this.graphOnly = false
  }

  /** Called when a node saves it. */
  save(): void {
    this.saves++
  }

  /** Called when a node lets go of it; whether it is then of no use. */
  letGo(): boolean {
    if (this.saves > 0) this.saves--
    return this.graphOnly && this.saves === 0
  }
}

/**
 * The memory of one tensor and of all its views.
 *
 * A storage is a window of `array` that begins at `base`: small ones share a slab, large ones own their array, and a kernel
 * library may lay them over its own heap. Whoever reads elements adds `base` (in array elements; int64 takes two) to the
 * tensor's own offset, and reads `array` and `base` anew after memory was allocated: a backend may move a storage.
 * Backends whose memory JavaScript cannot address keep their buffer in `handle` and an empty array.
 */
export class Storage {
  readonly device: Device
  readonly dtype: DType
  array: StorageArray
  base: number
  /** Capacity in elements. */
  readonly numel: number
  /** Counts in-place writes, so that autograd sees when a saved tensor was changed. */
  version: number
  /** The storage whose memory this one is another name for: `x.data` counts its writes apart from `x`. */
  readonly root: Storage | null
  /** The backend's own record of this memory; null for what the garbage collector frees. */
  handle: Handle | null
  /** Whether there are, or were, other names for it: it then stays where it is, and only the collector may free it. */
  aliased: boolean

  constructor(
    device: Device,
    dtype: DType,
    array: StorageArray,
    base: number,
    numel: number,
    root: Storage | null = null,
  ) {
    this.device = device
    this.dtype = dtype
    this.array = array
    this.base = base
    this.numel = numel
    this.version = 0
    this.root = root
    this.handle = null
    this.aliased = root !== null
  }

  /** The same memory with a version counter of its own. */
  alias(): Storage {
    const root = this.root ?? this
    root.aliased = true
    const alias = new Storage(this.device, this.dtype, this.array, this.base, this.numel, root)
    alias.handle = this.handle
    return alias
  }

  /** Keeps JSON short: `array` may be a whole heap. */
  toJSON(): object {
    return { device: this.device.name, dtype: this.dtype.name, numel: this.numel }
  }

  /** Whether two storages are the same memory. */
  shares(other: Storage): boolean {
    return (this.root ?? this) === (other.root ?? other)
  }
}
