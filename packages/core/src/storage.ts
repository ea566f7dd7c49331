import type { Device } from './dispatch/registry.js'
import type { DType, StorageArray } from './dtype.js'

/**
 * The memory of one tensor and of all its views.
 *
 * A storage is a window of `array` that begins at `base`: small ones share a slab, large ones own their array, and a kernel
 * library may lay them over its own heap. Whoever reads elements adds `base` (in array elements; int64 takes two) to the
 * tensor's own offset. Backends whose memory JavaScript cannot address keep their buffer in `handle` and an empty array.
 */
export class Storage {
  readonly device: Device
  readonly dtype: DType
  readonly array: StorageArray
  readonly base: number
  /** Capacity in elements. */
  readonly numel: number
  /** Counts in-place writes, so that autograd sees when a saved tensor was changed. */
  version: number
  /** The storage whose memory this one is another name for: `x.data` counts its writes apart from `x`. */
  readonly root: Storage | null
  /** What a backend needs to find its own buffer. */
  handle: unknown

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
  }

  /** The same memory with a version counter of its own. */
  alias(): Storage {
    const alias = new Storage(this.device, this.dtype, this.array, this.base, this.numel, this.root ?? this)
    alias.handle = this.handle
    return alias
  }

  /** Whether two storages are the same memory. */
  shares(other: Storage): boolean {
    return (this.root ?? this) === (other.root ?? other)
  }
}
