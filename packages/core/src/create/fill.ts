/** New tensors from sizes, values and host arrays. */

import { type Device, deviceOf } from '../dispatch/registry.js'
import { bool, type DType, type DTypeLike, getDefaultDtype, int64, toDType } from '../dtype.js'
import { RuntimeError } from '../errors.js'
import type { Scalar } from '../ops/promote.js'
import { bindOptions, TypeError_ } from '../options.js'
import { checkSizes, type Shape } from '../shape.js'
import { allocate, type Tensor } from '../tensor.js'

/** What every function that makes a tensor accepts. */
export interface TensorOptions {
  /** Dtype of the elements; the default dtype, or what the values call for. */
  dtype?: DTypeLike
  /** Device name, `'cpu'` if not given. */
  device?: string
  /** Whether operations on it are recorded. @throws RuntimeError for integer dtypes */
  requiresGrad?: boolean
}
export const tensorOptions = ['dtype', 'device', 'requiresGrad'] as const

let defaultDevice = 'cpu'

/** The device of new tensors. */
export function getDefaultDevice(): string {
  return defaultDevice
}

/** Sets the device of new tensors. @throws RuntimeError if it is not available */
export function setDefaultDevice(device: string): void {
  deviceOf(device)
  defaultDevice = device
}

/** The device that options name, or the default one. */
export function deviceFrom(options: { device?: string | undefined }): Device {
  return deviceOf(options.device ?? defaultDevice)
}

/** Marks a new tensor as options ask. */
export function finish(x: Tensor, options: { requiresGrad?: boolean | undefined }): Tensor {
  if (options.requiresGrad === true) {
    if (!x.dtype.isFloatingPoint)
      throw new RuntimeError('Only Tensors of floating point and complex dtype can require gradients')
    x._requiresGrad = true
  }
  return x
}

function filled(
  op: string,
  size: Shape | number,
  value: number | bigint | null,
  dtype: DType | null,
  options: TensorOptions | undefined,
): Tensor {
  const o = bindOptions<TensorOptions>(op, tensorOptions, [options])
  const shape = typeof size === 'number' ? [size] : size
  if (!Array.isArray(shape)) throw TypeError_(`${op}(): argument 'size' must be a list of integers, but got`, size)
  checkSizes(op, shape)
  const type = o.dtype === undefined ? (dtype ?? getDefaultDtype()) : toDType(o.dtype)
  const out = allocate({ device: deviceFrom(o) }, type, shape.slice(), value === 0)
  if (value !== null && value !== 0) out.storage.device.primitives.fill(out, value)
  return finish(out, o)
}

/** A tensor of zeros. @param size - sizes, `[2, 3]` @see https://pytorch.org/docs/stable/generated/torch.zeros.html */
export function zeros(size: Shape | number, options?: TensorOptions): Tensor {
  return filled('zeros', size, 0, null, options)
}

/** A tensor of ones. @see https://pytorch.org/docs/stable/generated/torch.ones.html */
export function ones(size: Shape | number, options?: TensorOptions): Tensor {
  return filled('ones', size, 1, null, options)
}

/** A tensor whose contents are undefined. @see https://pytorch.org/docs/stable/generated/torch.empty.html */
export function empty(size: Shape | number, options?: TensorOptions): Tensor {
  return filled('empty', size, null, null, options)
}

/**
 * A tensor full of one value; integers give int64, booleans bool.
 *
 * @see https://pytorch.org/docs/stable/generated/torch.full.html
 */
export function full(size: Shape | number, fillValue: Scalar, options?: TensorOptions): Tensor {
  const dtype =
    typeof fillValue === 'boolean' ? bool : typeof fillValue === 'bigint' || Number.isInteger(fillValue) ? int64 : null
  return filled('full', size, typeof fillValue === 'boolean' ? Number(fillValue) : fillValue, dtype, options)
}
