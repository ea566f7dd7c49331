import { SlabAllocator } from '../allocator.js'
import type { HostArray, Memory, View } from '../dispatch/backend.js'
import type { Device } from '../dispatch/registry.js'
import type { DType } from '../dtype.js'
import { contiguousStrides } from '../shape.js'
import { Storage } from '../storage.js'
import { copy } from './copy.js'
import { flatStep, start } from './iterate.js'

const allocator = new SlabAllocator()

/** The elements of a view, row-major, in an array of their own. */
function readElements(source: View): HostArray {
  const { dtype, shape, count } = source
  if (flatStep(source, count) >= 0) {
    const from = start(source)
    return source.storage.array.slice(from, from + count * dtype.words)
  }
  const array = dtype.allocate(count)
  const storage = new Storage(source.storage.device, dtype, array, 0, count)
  copy(source, { storage, dtype, shape, strides: contiguousStrides(shape), offset: 0, count })
  return array
}

/** Garbage-collected typed arrays. */
export const tsMemory: Memory = {
  alloc(device: Device, dtype: DType, numel: number, _zeroed: boolean): Storage {
    // fresh arrays are zero, and a slab hands out each part once
    return allocator.alloc(device, dtype, numel)
  },

  release(_storage: Storage): void {
    // the garbage collector does it
  },

  write(target: View, values: HostArray): void {
    target.storage.array.set(values, start(target))
  },

  async read(source: View): Promise<HostArray> {
    return readElements(source)
  },

  readSync(source: View): HostArray {
    return readElements(source)
  },
}
