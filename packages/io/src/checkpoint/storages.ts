/** Storages and tensors of a checkpoint, as a pickle describes them. */
import {
  bfloat16,
  bool,
  type DType,
  float16,
  float32,
  float64,
  fromTypedArray,
  int8,
  int16,
  int32,
  int64,
  type Storage,
  Tensor,
  uint8,
} from '@tsorch/core'
import { Global, PickleError } from '../pickle/values.js'

/** PyTorch's name for the storage of a dtype. */
export const storageTypes: ReadonlyMap<string, DType> = new Map([
  ['FloatStorage', float32],
  ['DoubleStorage', float64],
  ['HalfStorage', float16],
  ['BFloat16Storage', bfloat16],
  ['CharStorage', int8],
  ['ByteStorage', uint8],
  ['ShortStorage', int16],
  ['IntStorage', int32],
  ['LongStorage', int64],
  ['BoolStorage', bool],
])

/** The class of a storage, as a pickle names it. */
export class StorageType extends Global {
  readonly dtype: DType

  constructor(name: string, dtype: DType) {
    super(name)
    this.dtype = dtype
  }
}

/** A storage that lies beside the pickle. */
export class StorageRef {
  readonly key: string
  readonly dtype: DType
  readonly numel: number

  constructor(key: string, dtype: DType, numel: number) {
    this.key = key
    this.dtype = dtype
    this.numel = numel
  }

  get nbytes(): number {
    return this.numel * this.dtype.itemsize
  }
}

/** PyTorch's own limit. */
const MAX_DIMS = 64

/** A tensor that is a window of a storage. */
export class TensorRef {
  readonly storage: StorageRef
  readonly offset: number
  readonly shape: readonly number[]
  readonly strides: readonly number[]
  readonly count: number
  readonly requiresGrad: boolean

  /** @throws PickleError if the window reaches beyond the storage, or an integer tensor is to have a gradient */
  constructor(
    storage: StorageRef,
    offset: number,
    shape: readonly number[],
    strides: readonly number[],
    requiresGrad: boolean,
  ) {
    this.storage = storage
    this.offset = offset
    this.shape = shape
    this.strides = strides
    this.count = shape.reduce((product, size) => product * size, 1)
    this.requiresGrad = requiresGrad
    if (shape.length > MAX_DIMS)
      throw new PickleError(`a tensor cannot have ${shape.length} dimensions, at most ${MAX_DIMS}`)
    if (shape.length !== strides.length) throw new PickleError(`${this} has not as many strides as sizes`)
    const last = shape.reduce((at, size, k) => at + (size - 1) * strides[k]!, offset)
    if (!Number.isSafeInteger(this.count) || (this.count > 0 && !(last < storage.numel)))
      throw new PickleError(`${this} reaches beyond its storage of ${storage.numel} elements`)
    if (requiresGrad && !storage.dtype.isFloatingPoint)
      throw new PickleError(`only tensors of floating point dtype can require gradients, not ${storage.dtype}`)
  }

  toString(): string {
    const { shape, strides, offset } = this
    return `a tensor of shape [${shape.join(', ')}], strides [${strides.join(', ')}] and offset ${offset}`
  }

  /** The same window as a tensor of its own. */
  withGrad(requiresGrad: boolean): TensorRef {
    return new TensorRef(this.storage, this.offset, this.shape, this.strides, requiresGrad)
  }
}

/** Elements that were written on a big-endian machine, as they are here. */
export function swapped(bytes: Uint8Array, itemsize: number): Uint8Array {
  const copy = bytes.slice()
  for (let at = 0; at + itemsize <= copy.length; at += itemsize) copy.subarray(at, at + itemsize).reverse()
  return copy
}

/** Memory with the given bytes. */
export function makeStorage({ dtype, numel, nbytes }: StorageRef, bytes: Uint8Array, device: string): Storage {
  const words = dtype.allocate(0).constructor as new (
    buffer: ArrayBufferLike,
    offset: number,
    length: number,
  ) => ArrayBufferView
  const aligned = bytes.byteOffset % 8 === 0 ? bytes : bytes.slice(0, nbytes)
  const array = new words(aligned.buffer, aligned.byteOffset, numel * dtype.words)
  return fromTypedArray(array, [numel], { dtype, device }).storage
}

/** All elements of a storage, in their order. */
export function wholeStorage(storage: Storage): Tensor {
  return new Tensor(storage, storage.dtype, [storage.numel], [1], 0, storage.numel)
}
