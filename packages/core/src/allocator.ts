import type { Device } from './dispatch/registry.js'
import type { DType, StorageArray } from './dtype.js'
import { Storage } from './storage.js'

/** Up to here a storage owns a typed array that V8 keeps on its own heap: a kept scalar then pins nothing else. */
const OWN_BYTES = 64
/** Up to here a storage is cut from a slab: a fresh typed array of this size costs several times as much. */
const SLAB_LIMIT = 4096
const SLAB_BYTES = 32768

interface Slab {
  array: StorageArray
  used: number
}

/**
 * Zeroed, garbage-collected memory for the `cpu` device: tiny tensors own an array, small ones share 32 KB slabs (one open
 * slab a dtype), large ones own an array again. Nothing is ever freed by hand; a slab goes when its last tensor goes.
 */
export class SlabAllocator {
  private readonly open: (Slab | undefined)[] = []

  alloc(device: Device, dtype: DType, numel: number): Storage {
    const bytes = numel * dtype.itemsize
    if (bytes <= OWN_BYTES || bytes > SLAB_LIMIT) return new Storage(device, dtype, dtype.allocate(numel), 0, numel)
    const length = numel * dtype.words
    let slab = this.open[dtype.id]
    if (slab === undefined || slab.used + length > slab.array.length) {
      slab = { array: dtype.allocate(SLAB_BYTES / dtype.itemsize), used: 0 }
      this.open[dtype.id] = slab
    }
    const storage = new Storage(device, dtype, slab.array, slab.used, numel)
    slab.used += length
    return storage
  }
}
