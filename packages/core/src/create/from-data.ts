/** Tensors from numbers, nested lists and typed arrays. */

import type { HostArray } from '../dispatch/backend.js'
import {
  bfloat16,
  bool,
  type DType,
  type DTypeLike,
  float16,
  float32,
  float64,
  getDefaultDtype,
  int8,
  int16,
  int32,
  int64,
  type StorageArray,
  toDType,
  uint8,
} from '../dtype.js'
import { RuntimeError, ValueError } from '../errors.js'
import { setWord } from '../host.js'
import { clone, to } from '../ops/cast.js'
import { bindOptions, describe, TypeError_ } from '../options.js'
import { formatShape, numelOf, type Shape } from '../shape.js'
import { Storage } from '../storage.js'
import { allocate, Tensor } from '../tensor.js'
import { deviceFrom, finish, type TensorOptions, tensorOptions } from './fill.js'

/** A number, or lists of them nested to any depth, or a typed array, or a tensor. */
export type TensorData = number | boolean | bigint | Tensor | ArrayBufferView | readonly TensorData[]

const numericArrays: readonly [new (...args: never[]) => ArrayBufferView, DType][] = [
  [Float32Array, float32],
  [Float64Array, float64],
  [Int8Array, int8],
  [Uint8Array, uint8],
  [Uint8ClampedArray, uint8],
  [Int16Array, int16],
  [Int32Array, int32],
  [Uint16Array, int32],
  [Uint32Array, int64],
  [BigInt64Array, int64],
  [BigUint64Array, int64],
]

function arrayDType(array: ArrayBufferView): DType {
  for (const [type, dtype] of numericArrays) if (array instanceof type) return dtype
  throw TypeError_('tensor(): expected numbers, lists of numbers or a typed array, but got', array)
}

type Leaf = number | boolean | bigint

/** Walks nested lists once: the shape, the elements in order, and the widest kind among them. */
class Walker {
  shape: number[] | null = null
  readonly leaves: Leaf[] = []
  kind = -1
  private readonly sizes: number[] = []

  walk(data: TensorData, depth: number): void {
    if (typeof data === 'number' || typeof data === 'boolean' || typeof data === 'bigint') {
      this.leaf(depth)
      this.kind = Math.max(
        this.kind,
        typeof data === 'boolean' ? 0 : typeof data === 'bigint' || Number.isInteger(data) ? 1 : 2,
      )
      this.leaves.push(data)
    } else if (data instanceof Tensor) {
      this.walk(data.tolist() as TensorData, depth)
      this.kind = Math.max(this.kind, data.dtype.category)
    } else if (ArrayBuffer.isView(data)) {
      arrayDType(data)
      this.walk(Array.from(data as unknown as ArrayLike<number>), depth)
    } else if (Array.isArray(data)) {
      if (this.sizes.length <= depth) {
        if (this.shape !== null) throw this.ragged(data.length, depth)
        this.sizes.push(data.length)
      } else if (this.sizes[depth] !== data.length) {
        throw new ValueError(`expected sequence of length ${this.sizes[depth]} at dim ${depth} (got ${data.length})`)
      }
      for (const item of data as readonly TensorData[]) this.walk(item, depth + 1)
      if (data.length === 0) this.shape ??= this.sizes.slice()
    } else {
      throw TypeError_('tensor(): expected numbers, lists of numbers or a typed array, but got', data)
    }
  }

  private leaf(depth: number): void {
    if (this.shape === null) this.shape = this.sizes.slice(0, depth)
    if (this.shape.length !== depth)
      throw new ValueError(`expected sequence of length ${this.sizes[depth] ?? 1} at dim ${depth} (got a number)`)
  }

  private ragged(length: number, depth: number): ValueError {
    return new ValueError(`expected a number at dim ${depth} (got a sequence of length ${length})`)
  }
}

/**
 * A tensor that holds a copy of the given values.
 *
 * Whole numbers give int64 and others the default dtype, as literals do in PyTorch; JavaScript does not tell `1.0` from `1`, so
 * write `{ dtype: 'float32' }` (or use {@link FloatTensor}) where the values merely happen to be whole.
 *
 * @param data - a number, nested lists, a typed array (int64 as BigInt64Array), or a tensor
 * @throws ValueError if lists at one depth differ in length
 * @throws TypeError for anything else than numbers
 * @example
 * ```ts
 * tensor([[1, 2], [3, 4]])                    // int64, shape [2, 2]
 * tensor([0.5, 1.5], { requiresGrad: true })  // float32
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.tensor.html
 */
export function tensor(data: TensorData, options?: TensorOptions): Tensor {
  const o = bindOptions<TensorOptions>('tensor', tensorOptions, [options])
  const device = deviceFrom(o)
  if (data instanceof Tensor) {
    const copy = clone(to(detached(data), { dtype: o.dtype ?? data.dtype, device: o.device ?? data.device }))
    return finish(copy, o)
  }
  if (ArrayBuffer.isView(data)) {
    const own = arrayDType(data)
    const values = data as unknown as ArrayLike<number | bigint>
    return finish(build(values, [values.length], o.dtype === undefined ? own : toDType(o.dtype), device), o)
  }
  const walker = new Walker()
  walker.walk(data, 0)
  const inferred = walker.kind === 0 ? bool : walker.kind === 1 ? int64 : getDefaultDtype()
  return finish(
    build(walker.leaves, walker.shape ?? [], o.dtype === undefined ? inferred : toDType(o.dtype), device),
    o,
  )
}

function detached(x: Tensor): Tensor {
  return new Tensor(x.storage, x.dtype, x.shape, x.strides, x.offset, x.count)
}

function build(values: ArrayLike<Leaf>, shape: Shape, dtype: DType, device: ReturnType<typeof deviceFrom>): Tensor {
  const out = allocate({ device }, dtype, shape)
  const words = dtype.allocate(out.count)
  for (let i = 0; i < out.count; i++) setWord(words, dtype, i, values[i]!)
  device.memory.write(out, words)
  return out
}

/** Options of {@link fromTypedArray}. */
export interface FromArrayOptions extends TensorOptions {}

/**
 * A tensor of the given shape from the words of a typed array, copied.
 *
 * The array holds the elements as they are stored: Uint16Array for float16 and bfloat16 (their bits, with `dtype` given),
 * BigInt64Array or pairs of Int32Array (low, high) for int64, Uint8Array of 0 and 1 for bool. Values of another array type are
 * converted.
 *
 * @throws RuntimeError if the number of elements is not that of the shape
 * @example
 * ```ts
 * fromTypedArray(new Float32Array(6), [2, 3])
 * ```
 */
export function fromTypedArray(array: ArrayBufferView, shape?: Shape, options?: FromArrayOptions): Tensor {
  const o = bindOptions<FromArrayOptions>('fromTypedArray', tensorOptions, [options])
  const own = arrayDType(array)
  const dtype = o.dtype === undefined ? own : toDType(o.dtype)
  const device = deviceFrom(o)
  let words: HostArray | null = null
  if (array instanceof BigInt64Array && dtype === int64)
    words = new Int32Array(array.buffer as ArrayBuffer, array.byteOffset, array.length * 2)
  else if (array instanceof Int32Array && dtype === int64) words = array
  else if (array instanceof Uint16Array && (dtype === float16 || dtype === bfloat16)) words = array
  else if (array instanceof Uint8Array && dtype === bool) words = array.map((v) => (v === 0 ? 0 : 1))
  else if (own === dtype && array.constructor === dtype.allocate(0).constructor) words = array as HostArray
  const values = array as unknown as ArrayLike<number>
  const count = words === null ? values.length : words.length / dtype.words
  const sizes = shape ?? [count]
  if (numelOf(sizes) !== count)
    throw new RuntimeError(`shape '${formatShape(sizes)}' is invalid for input of size ${count}`)
  if (words === null) return finish(build(values, sizes, dtype, device), o)
  const out = allocate({ device }, dtype, sizes.slice())
  device.memory.write(out, words)
  return finish(out, o)
}

/** Options of {@link frombuffer}. */
export interface FromBufferOptions {
  /** Default dtype if not given. */
  dtype?: DTypeLike
  /** Elements to show, all that are left if not given. */
  count?: number
  /** Bytes to skip, a multiple of the element's size. */
  offset?: number
  requiresGrad?: boolean
}

/**
 * A tensor of one dimension over the memory of a buffer: what is written to one is seen in the other.
 *
 * @param buffer - an ArrayBuffer, a SharedArrayBuffer, or a view of one; int64 takes 8 bytes an element, bool one
 * @throws ValueError unless the elements lie within the buffer
 * @example
 * ```ts
 * const shared = new SharedArrayBuffer(16)
 * frombuffer(shared).fill_(1) // every thread that has `shared` sees ones
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.frombuffer.html
 */
export function frombuffer(
  buffer: ArrayBuffer | SharedArrayBuffer | ArrayBufferView,
  options?: FromBufferOptions,
): Tensor {
  const o = bindOptions<FromBufferOptions>('frombuffer', ['dtype', 'count', 'offset', 'requiresGrad'], [options])
  const dtype = o.dtype === undefined ? getDefaultDtype() : toDType(o.dtype)
  const whole = ArrayBuffer.isView(buffer) ? buffer : new Uint8Array(buffer)
  const { byteLength: length } = whole
  const offset = o.offset ?? 0
  const count = o.count ?? -1
  if (length === 0 || count === 0)
    throw new ValueError(`both buffer length (${length}) and count (${count}) must not be 0`)
  if (!Number.isInteger(offset) || offset < 0 || offset >= length)
    throw new ValueError(
      `offset (${offset} bytes) must be non-negative and no greater than buffer length (${length} bytes) minus 1`,
    )
  const { itemsize } = dtype
  if (count < 0 && (length - offset) % itemsize !== 0)
    throw new ValueError(
      `buffer length (${length - offset} bytes) after offset (${offset} bytes) must be a multiple of element size (${itemsize})`,
    )
  if (count * itemsize > length - offset)
    throw new ValueError(
      `requested buffer length (${count} * ${itemsize} bytes) after offset (${offset} bytes) must not be greater than actual buffer length (${length} bytes)`,
    )
  const start = whole.byteOffset + offset
  const word = itemsize / dtype.words
  if (start % word !== 0)
    throw new ValueError(
      `offset (${start} bytes from the start of the memory) must be a multiple of ${word} bytes for ${dtype.toString()}`,
    )
  const elements = count < 0 ? (length - offset) / itemsize : count
  const Words = dtype.allocate(0).constructor as new (buffer: ArrayBufferLike, at: number, n: number) => StorageArray
  const storage = new Storage(
    deviceFrom({}),
    dtype,
    new Words(whole.buffer, start, elements * dtype.words),
    0,
    elements,
  )
  // somebody else holds this memory too: it stays where it is
  storage.aliased = true
  return finish(new Tensor(storage, dtype, [elements], [1], 0, elements), {
    requiresGrad: o.requiresGrad ?? false,
  })
}

/** `data` itself if it is a tensor of that dtype and device, else a tensor made from it. @see https://pytorch.org/docs/stable/generated/torch.as_tensor.html */
export function asTensor(data: TensorData, options?: TensorOptions): Tensor {
  if (!(data instanceof Tensor)) return tensor(data, options)
  return to(data, {
    ...(options?.dtype === undefined ? {} : { dtype: options.dtype }),
    ...(options?.device === undefined ? {} : { device: options.device }),
  })
}

/** A 0-d tensor, of the default dtype if none is given. */
export function scalarTensor(value: number | boolean | bigint, options?: TensorOptions): Tensor {
  if (typeof value === 'object') throw new TypeError(`scalarTensor(): expected a number, but got ${describe(value)}`)
  return tensor(value, { dtype: getDefaultDtype(), ...options })
}

type LegacyData = TensorData
const legacy =
  (dtype: DTypeLike) =>
  (data: LegacyData): Tensor =>
    tensor(data, { dtype })

/** A float32 tensor from values, as `torch.Tensor([[1.], [2.]])` and `torch.FloatTensor`. */
export const FloatTensor: (data: TensorData) => Tensor = legacy('float32')
/** A float64 tensor from values. */
export const DoubleTensor: (data: TensorData) => Tensor = legacy('float64')
/** An int64 tensor from values. */
export const LongTensor: (data: TensorData) => Tensor = legacy('int64')
/** An int32 tensor from values. */
export const IntTensor: (data: TensorData) => Tensor = legacy('int32')
/** A bool tensor from values. */
export const BoolTensor: (data: TensorData) => Tensor = legacy('bool')
/** A uint8 tensor from values. */
export const ByteTensor: (data: TensorData) => Tensor = legacy('uint8')
