/** Tensors that hold indices: their dtype, their range, and values that count from the end. */
import { Binary } from '../dispatch/opcodes.js'
import type { Device } from '../dispatch/registry.js'
import { bool, type DType, int32, int64 } from '../dtype.js'
import { setWord } from '../host.js'
import type { Shape } from '../shape.js'
import { allocate, type Tensor } from '../tensor.js'
import { castTo } from './elementwise.js'

/** Whether a dtype is one of those that gather, scatter and the like take as an index. */
export function isIndexType(dtype: DType): boolean {
  return dtype === int64 || dtype === int32
}

/** An int64 tensor of whole numbers. */
export function longTensor(values: ArrayLike<number>, shape: Shape, device: Device): Tensor {
  const out = allocate({ device }, int64, shape)
  const words = new Int32Array(2 * values.length)
  for (let i = 0; i < values.length; i++) setWord(words, int64, i, values[i]!)
  device.memory.write(out, words)
  return out
}

/** The values of an int64 tensor in row-major order, or null where the device cannot be read at once. */
export function longValues(index: Tensor): Float64Array | null {
  const words = index.storage.device.memory.readSync(index)
  if (words === null) return null
  const values = new Float64Array(index.count)
  for (let i = 0; i < values.length; i++) values[i] = words[2 * i + 1]! * 4294967296 + (words[2 * i]! >>> 0)
  return values
}

/**
 * Checks that all values lie in `[lowest, size)`; passed over on devices that cannot be read at once.
 *
 * @returns whether some value is negative, or may be
 * @throws what `fail` makes of the first value out of range
 */
function checkRange(index: Tensor, lowest: number, size: number, fail: (value: number) => Error): boolean {
  const words = index.storage.device.memory.readSync(index)
  if (words === null) return lowest < 0
  let negative = false
  for (let i = 0; i < words.length; i += 2) {
    const value = words[i + 1]! * 4294967296 + (words[i]! >>> 0)
    if (value < lowest || value >= size) throw fail(value)
    if (value < 0) negative = true
  }
  return negative
}

/** `index` (int32 or int64) as int64, its values checked to lie in `[0, size)`. @throws what `fail` makes of one that does not */
export function inRange(index: Tensor, size: number, fail: (value: number) => Error): Tensor {
  const long = castTo(index, int64)
  checkRange(long, 0, size, fail)
  return long
}

/**
 * `index` (int32 or int64) as int64, with `size` added to negative values.
 *
 * @throws what `fail` makes of a value outside `[-size, size)`
 */
export function wrapIndex(index: Tensor, size: number, fail: (value: number) => Error): Tensor {
  const long = castTo(index, int64)
  if (!checkRange(long, -size, size, fail)) return long
  const { primitives } = long.storage.device
  const negative = allocate(long.storage, bool, long.shape)
  const shifted = allocate(long.storage, int64, long.shape)
  const out = allocate(long.storage, int64, long.shape)
  primitives.binary(Binary.lt, long, 0, negative)
  primitives.binary(Binary.add, long, size, shifted)
  primitives.where(negative, shifted, long, out)
  return out
}
