/** New tensors that take dtype and device, and the `*Like` ones also shape and layout, from another tensor. */
import { withoutGrad } from '../autograd/mode.js'
import { type DType, getDefaultDtype, toDType } from '../dtype.js'
import { RuntimeError } from '../errors.js'
import { clone, type MemoryFormat } from '../ops/cast.js'
import { attachMethods } from '../ops/methods.js'
import { checkTensor, type Scalar } from '../ops/promote.js'
import { bindOptions, TypeError_ } from '../options.js'
import { checkSizes, contiguousStrides, formatShape, isDense, numelOf, type Shape } from '../shape.js'
import { allocate, allocateStrided, type Method, Tensor } from '../tensor.js'
import { deviceFrom, finish, type TensorOptions, tensorOptions } from './fill.js'
import { type TensorData, tensor } from './from-data.js'

declare module '../tensor.js' {
  interface Tensor {
    newTensor: Method<typeof newTensor>
    newZeros: Method<typeof newZeros>
    newOnes: Method<typeof newOnes>
    newEmpty: Method<typeof newEmpty>
    newFull: Method<typeof newFull>
    newEmptyStrided: Method<typeof newEmptyStrided>
  }
}

/** Options of the functions that take shape, dtype and device from another tensor. */
export interface LikeOptions extends TensorOptions {
  /** How the elements lie in memory; in the order of the other tensor's dimensions if not given. */
  memoryFormat?: MemoryFormat
}
const likeOptions = ['dtype', 'device', 'requiresGrad', 'memoryFormat'] as const

/**
 * The order of the dimensions in memory, that of the smallest step first. Dimensions that are repeated (step 0) stay where
 * they are among the others.
 */
export function stepOrder(shape: Shape, strides: Shape): number[] {
  const order = shape.map((_, d) => shape.length - 1 - d)
  const compare = (a: number, b: number): number => {
    const x = strides[a]!
    const y = strides[b]!
    if (x === 0 || y === 0) return 0
    return x !== y ? x - y : shape[a]! > shape[b]! ? 1 : 0
  }
  for (let i = 1; i < order.length; i++) {
    let at = i
    for (let j = i - 1; j >= 0; j--) {
      const difference = compare(order[j]!, order[at]!)
      if (difference < 0) break
      if (difference === 0) continue
      const moved = order[j]!
      order[j] = order[at]!
      order[at] = moved
      at = j
    }
  }
  return order
}

/** Strides of a dense layout that keeps the order of the dimensions of `x` in memory. */
export function denseStrides(x: Tensor): Shape {
  if (isDense(x.shape, x.strides)) return x.strides
  const strides = new Array<number>(x.shape.length)
  let step = 1
  for (const d of stepOrder(x.shape, x.strides)) {
    strides[d] = step
    if (x.shape[d]! > 1) step *= x.shape[d]!
  }
  return strides
}

/** Memory for a tensor like `x`, as options ask; its contents are undefined. */
export function allocateAs(x: Tensor, options: Partial<LikeOptions>): Tensor {
  const device = options.device === undefined ? x.storage.device : deviceFrom(options)
  const dtype = options.dtype === undefined ? x.dtype : toDType(options.dtype)
  return allocateStrided(device, dtype, x.shape, stridesIn(x, options.memoryFormat), x.count)
}

function stridesIn(x: Tensor, format: MemoryFormat = 'preserve_format'): Shape {
  if (format === 'preserve_format') return denseStrides(x)
  if (format === 'contiguous_format') return contiguousStrides(x.shape)
  return withoutGrad(clone, [x, { memoryFormat: format }]).strides
}

function checkValue(name: string, value: unknown): asserts value is Scalar {
  if (typeof value !== 'number' && typeof value !== 'boolean' && typeof value !== 'bigint') {
    throw TypeError_(`${name}(): argument 'fillValue' must be a number, not`, value)
  }
}

function fill(x: Tensor, value: Scalar): void {
  x.storage.device.primitives.fill(x, typeof value === 'boolean' ? Number(value) : value)
}

function like(name: string, x: Tensor, options: LikeOptions | undefined, value: Scalar | null): Tensor {
  checkTensor(name, 'input', x)
  const o = bindOptions<LikeOptions>(name, likeOptions, [options])
  const out = finish(allocateAs(x, o), o)
  if (value !== null) fill(out, value)
  return out
}

/**
 * Zeros with the shape and dtype of `x`.
 *
 * @param x - any tensor
 * @param options - dtype, device, requiresGrad; those of `x` (and false) if not given
 * @returns a tensor laid out as `x` is
 * @see https://pytorch.org/docs/stable/generated/torch.zeros_like.html
 */
export function zerosLike(x: Tensor, options?: LikeOptions): Tensor {
  return like('zerosLike', x, options, 0)
}

/** Ones with the shape and dtype of `x`. @see https://pytorch.org/docs/stable/generated/torch.ones_like.html */
export function onesLike(x: Tensor, options?: LikeOptions): Tensor {
  return like('onesLike', x, options, 1)
}

/** Undefined contents with the shape and dtype of `x`. @see https://pytorch.org/docs/stable/generated/torch.empty_like.html */
export function emptyLike(x: Tensor, options?: LikeOptions): Tensor {
  return like('emptyLike', x, options, null)
}

/** One value with the shape and dtype of `x`. @see https://pytorch.org/docs/stable/generated/torch.full_like.html */
export function fullLike(x: Tensor, fillValue: Scalar, options?: LikeOptions): Tensor {
  checkValue('fullLike', fillValue)
  return like('fullLike', x, options, fillValue)
}

function fresh(
  name: string,
  x: Tensor,
  size: Shape | number,
  options: TensorOptions | undefined,
  value: Scalar | null,
): Tensor {
  checkTensor(name, 'self', x)
  const o = bindOptions<TensorOptions>(name, tensorOptions, [options])
  const shape = typeof size === 'number' ? [size] : size
  if (!Array.isArray(shape)) throw TypeError_(`${name}(): argument 'size' must be a list of integers, but got`, size)
  checkSizes(name, shape)
  const device = o.device === undefined ? x.storage.device : deviceFrom(o)
  const dtype = o.dtype === undefined ? x.dtype : toDType(o.dtype)
  const out = finish(allocate({ device }, dtype, shape.slice(), value === 0), o)
  if (value !== null && value !== 0) fill(out, value)
  return out
}

/** Zeros of another shape with the dtype of `x`. @see https://pytorch.org/docs/stable/generated/torch.Tensor.new_zeros.html */
export function newZeros(x: Tensor, size: Shape | number, options?: TensorOptions): Tensor {
  return fresh('newZeros', x, size, options, 0)
}

/** Ones of another shape with the dtype of `x`. @see https://pytorch.org/docs/stable/generated/torch.Tensor.new_ones.html */
export function newOnes(x: Tensor, size: Shape | number, options?: TensorOptions): Tensor {
  return fresh('newOnes', x, size, options, 1)
}

/** Undefined contents of another shape with the dtype of `x`. @see https://pytorch.org/docs/stable/generated/torch.Tensor.new_empty.html */
export function newEmpty(x: Tensor, size: Shape | number, options?: TensorOptions): Tensor {
  return fresh('newEmpty', x, size, options, null)
}

/** One value in another shape with the dtype of `x`. @see https://pytorch.org/docs/stable/generated/torch.Tensor.new_full.html */
export function newFull(x: Tensor, size: Shape | number, fillValue: Scalar, options?: TensorOptions): Tensor {
  checkValue('newFull', fillValue)
  return fresh('newFull', x, size, options, fillValue)
}

/** A tensor from values, with the dtype and device of `x`. @see https://pytorch.org/docs/stable/generated/torch.Tensor.new_tensor.html */
export function newTensor(x: Tensor, data: TensorData, options?: TensorOptions): Tensor {
  checkTensor('newTensor', 'self', x)
  return tensor(data, { dtype: x.dtype, device: x.device, ...options })
}

function strided(name: string, size: Shape, stride: Shape, dtype: DType, options: Partial<TensorOptions>): Tensor {
  checkSizes(name, size)
  if (size.length !== stride.length) {
    throw new RuntimeError(
      `dimensionality of sizes (${size.length}) must match dimensionality of strides (${stride.length})`,
    )
  }
  if (stride.some((s) => !Number.isInteger(s) || s < 0)) {
    throw new RuntimeError(`${name}: strides must be integers >= 0, but got strides=${formatShape(stride)}`)
  }
  const count = numelOf(size)
  const capacity = count === 0 ? 0 : 1 + size.reduce((sum, n, d) => sum + (n - 1) * stride[d]!, 0)
  const block = allocate({ device: deviceFrom(options) }, dtype, [capacity])
  return finish(new Tensor(block.storage, dtype, size.slice(), stride.slice(), 0, count), options)
}

/** Undefined contents with given sizes and strides. @see https://pytorch.org/docs/stable/generated/torch.empty_strided.html */
export function emptyStrided(size: Shape, stride: Shape, options?: TensorOptions): Tensor {
  const o = bindOptions<TensorOptions>('emptyStrided', tensorOptions, [options])
  return strided('emptyStrided', size, stride, o.dtype === undefined ? getDefaultDtype() : toDType(o.dtype), o)
}

/** {@link emptyStrided} with the dtype and device of `x`. */
export function newEmptyStrided(x: Tensor, size: Shape, stride: Shape, options?: TensorOptions): Tensor {
  checkTensor('newEmptyStrided', 'self', x)
  const o = bindOptions<TensorOptions>('newEmptyStrided', tensorOptions, [options])
  const dtype = o.dtype === undefined ? x.dtype : toDType(o.dtype)
  return strided('newEmptyStrided', size, stride, dtype, { device: x.device, ...o })
}

attachMethods({ newTensor, newZeros, newOnes, newEmpty, newFull, newEmptyStrided })
