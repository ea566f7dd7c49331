/** What operations share that change a part of a tensor: out of place on a copy, in place on the tensor itself. */
import { checkWritable } from '../autograd/inplace.js'
import { type Input, recording } from '../autograd/node.js'
import type { Operand } from '../dispatch/backend.js'
import { Category, Compute, type DType } from '../dtype.js'
import { RuntimeError } from '../errors.js'
import { TypeError_ } from '../options.js'
import { LIMITS } from '../random/limits.js'
import type { Shape } from '../shape.js'
import { allocate, Tensor } from '../tensor.js'
import { allocateLike, castTo } from './elementwise.js'
import { assign, wrote } from './inplace.js'
import type { Scalar, TensorOrScalar } from './promote.js'

/** A copy in memory of its own with the layout of `x`, unrecorded. */
export function copyOf(x: Tensor): Tensor {
  const out = allocateLike(x, x.dtype)
  x.storage.device.primitives.copy(x, out)
  return out
}

/** Zeros of another shape, with the dtype and device of `x`. */
export function zerosOf(x: Tensor, shape: Shape): Tensor {
  return allocate(x.storage, x.dtype, shape, true)
}

/** The memory of `x` as one dimension of size 1 where it has none: kernels see no 0-d tensors along a dimension. */
export function atLeast1d(x: Tensor): Tensor {
  return x.ndim === 0 ? new Tensor(x.storage, x.dtype, [1], [1], x.offset, 1) : x
}

/** @throws RuntimeError if the tensors lie on different devices */
export function checkSameDevice(x: Tensor, ...others: readonly Input[]): void {
  for (const other of others) {
    if (other instanceof Tensor && other.storage.device !== x.storage.device) {
      throw new RuntimeError(
        `Expected all tensors to be on the same device, but found at least two devices, ${x.device} and ${other.device}!`,
      )
    }
  }
}

/**
 * Changes `x` in place: by `write` alone where nothing is recorded, else through the out-of-place function.
 *
 * @param inputs - the other tensors that are read; one that shares the memory of `x` is read before it is written
 */
export function updateInto(
  x: Tensor,
  inputs: readonly Input[],
  write: (x: Tensor) => void,
  outOfPlace: () => Tensor,
): Tensor {
  const shared = inputs.some((t) => t instanceof Tensor && t.storage.shares(x.storage))
  if (shared || recording(x, ...inputs)) return assign(x, outOfPlace())
  checkWritable(x)
  write(x)
  wrote(x)
  return x
}

/**
 * Checks that `dtype` can hold a number; fractions are cut off, and unsigned types take negative numbers modulo their range.
 *
 * @throws RuntimeError in PyTorch's words
 */
export function checkHolds(dtype: DType, value: Scalar): void {
  const number = Number(value)
  const float = dtype.category === Category.float
  if (dtype.category === Category.bool || (float && !Number.isFinite(number))) return
  const { cName, min, max } = LIMITS[dtype.name]
  const lowest = dtype.isSigned ? min : -max
  const truncated = float ? number : Math.trunc(number)
  // written so that NaN, which integers cannot hold, is refused
  if (!(truncated >= lowest && truncated <= max))
    throw new RuntimeError(`value cannot be converted to type ${cName} without overflow`)
}

/**
 * A value to be written into tensors like `x`, as primitives take it.
 *
 * @throws TypeError if it is neither a tensor nor a number; RuntimeError if the dtype cannot hold the number
 */
export function storable(op: string, x: Tensor, value: TensorOrScalar): Operand {
  if (value instanceof Tensor) return castTo(value, x.dtype)
  if (typeof value !== 'number' && typeof value !== 'boolean' && typeof value !== 'bigint')
    throw TypeError_(`${op}(): argument 'value' must be a Tensor or a number, not`, value)
  checkHolds(x.dtype, value)
  const number = Number(value)
  if (x.dtype.category === Category.float) return number
  if (x.dtype.category === Category.bool) return number !== 0 ? 1 : 0
  if (typeof value !== 'bigint' || x.dtype.compute !== Compute.i64 || Number.isSafeInteger(number))
    return Math.trunc(number)
  // an int64 past 2^53, which a JavaScript number does not hold
  const exact = allocate(x.storage, x.dtype, [])
  x.storage.device.primitives.fill(exact, value)
  return exact
}
