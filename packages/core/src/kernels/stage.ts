import type { View } from '../dispatch/backend.js'
import { type DType, float32, float64, int32, int64, type StorageArray } from '../dtype.js'
import { contiguousStrides, numelOf } from '../shape.js'
import { Storage } from '../storage.js'
import { copy } from './copy.js'

/** The dtype in whose arithmetic each class of dtypes is computed (`Compute`). */
const computeDTypes: readonly DType[] = [float32, float64, int32, int64]

export function computeDType(dtype: DType): DType {
  return computeDTypes[dtype.compute]!
}

/** Scratch that is kept holds no more elements than this; larger requests get memory of their own. */
const KEPT = 1 << 20

const kept = new Map<number, StorageArray>()

/**
 * Contiguous memory for an intermediate of the running kernel. Each slot of each dtype is one buffer that the next call with
 * the same slot uses again: kernels run one at a time, and none of them keeps it.
 */
export function scratch(slot: number, dtype: DType, shape: readonly number[], like: View): View {
  const count = numelOf(shape)
  return {
    storage: new Storage(like.storage.device, dtype, scratchArray(slot, dtype, count), 0, count),
    dtype,
    shape,
    strides: contiguousStrides(shape),
    offset: 0,
    count,
  }
}

/** The bare array of a scratch. */
export function scratchArray(slot: number, dtype: DType, count: number): StorageArray {
  if (count > KEPT) return dtype.allocate(count)
  const key = slot * 16 + dtype.id
  let array = kept.get(key)
  if (array === undefined || array.length < count * dtype.words) {
    array = dtype.allocate(Math.max(count, Math.min(KEPT, ((array?.length ?? 0) / dtype.words) * 2), 256))
    kept.set(key, array)
  }
  return array
}

/** A view in its arithmetic's own dtype: itself, or a converted copy in scratch. */
export function staged(slot: number, view: View): View {
  if (!view.dtype.staged) return view
  const copied = scratch(slot, computeDType(view.dtype), view.shape, view)
  copy(view, copied)
  return copied
}

/** Scratch of the shape of an output in its arithmetic's own dtype, or the output itself. */
export function stagedOutput(slot: number, out: View): View {
  return out.dtype.staged ? scratch(slot, computeDType(out.dtype), out.shape, out) : out
}

/** Writes back what was computed for a staged output. */
export function unstage(computed: View, out: View): void {
  if (computed !== out) copy(computed, out)
}
