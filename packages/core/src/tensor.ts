import type { Node } from './autograd/node.js'
import type { DType } from './dtype.js'
import { IndexError } from './errors.js'
import { contiguousStrides, isContiguous, numelOf, type Shape, wrapDim } from './shape.js'
import type { Storage } from './storage.js'

/** How a view finds the tensor whose memory it shows. */
export interface ViewMeta {
  /** Never itself a view. */
  readonly base: Tensor
  /** The storage's version when the view's own history was last right. */
  version: number
  /** Whether a gradient can flow from the view to its base (false for `detach()`). */
  readonly differentiable: boolean
}

/** Rarely used parts of a tensor, kept out of its own fields so that it stays small. */
export interface TensorMeta {
  retainsGrad: boolean
  name: string | null
}

/**
 * A multi-dimensional array of one dtype: a window (`shape`, `strides`, `offset`) of a {@link Storage}, and its place in the
 * autograd graph.
 *
 * Views (`transpose`, `narrow`, `expand`, ...) share the storage and copy nothing. The methods are attached by the files in
 * `ops/`, each beside the function it calls; make tensors with {@link tensor}, {@link zeros}, {@link randn} and the like.
 *
 * @example
 * ```ts
 * const x = tensor([[1, 2], [3, 4]], { dtype: 'float32', requiresGrad: true })
 * x.mul(x).sum().backward()
 * console.log(x.grad!.tolist()) // [[2, 4], [6, 8]]
 * ```
 * @see https://pytorch.org/docs/stable/tensors.html
 */
export class Tensor {
  readonly storage!: Storage
  readonly dtype!: DType
  readonly shape!: Shape
  /** Elements to skip per dimension. */
  readonly strides!: Shape
  /** First element, counted from the start of the storage. */
  readonly offset!: number
  /** Number of elements, as a plain field for kernels; `numel()` is the public name. */
  readonly count!: number
  /** @internal Whether gradients are wanted; true as well for results of recorded operations. */
  _requiresGrad!: boolean
  /** @internal The node that made this tensor, or a leaf's accumulator once it was used. */
  _node!: Node | null
  /** @internal Which result of that node it is. */
  _slot!: number
  /** @internal */
  _grad!: Tensor | null
  /** @internal */
  _view!: ViewMeta | null
  /** @internal */
  _meta!: TensorMeta | null

  constructor(storage: Storage, dtype: DType, shape: Shape, strides: Shape, offset: number, count: number) {
    // all fields, always in this order: every tensor has the same hidden class, and twelve fields are the most that stay small
    this.storage = storage
    this.dtype = dtype
    this.shape = shape
    this.strides = strides
    this.offset = offset
    this.count = count
    this._requiresGrad = false
    this._node = null
    this._slot = 0
    this._grad = null
    this._view = null
    this._meta = null
  }

  /** Name of the device that holds the data. */
  get device(): string {
    return this.storage.device.name
  }

  /** Number of dimensions. */
  get ndim(): number {
    return this.shape.length
  }

  /** Number of dimensions. */
  dim(): number {
    return this.shape.length
  }

  /** Number of dimensions. */
  ndimension(): number {
    return this.shape.length
  }

  /** All sizes, or the size of one dimension. @throws IndexError outside `[-ndim, ndim - 1]` */
  size(): Shape
  size(dim: number): number
  size(dim?: number): Shape | number {
    if (dim === undefined) return this.shape
    if (this.shape.length === 0) throw new IndexError(`Dimension specified as ${dim} but tensor has no dimensions`)
    return this.shape[wrapDim(dim, this.shape.length)]!
  }

  /** All strides in elements, or that of one dimension. @throws IndexError outside `[-ndim, ndim - 1]` */
  stride(): Shape
  stride(dim: number): number
  stride(dim?: number): Shape | number {
    if (dim === undefined) return this.strides
    if (this.shape.length === 0) throw new IndexError(`Dimension specified as ${dim} but tensor has no dimensions`)
    return this.strides[wrapDim(dim, this.shape.length)]!
  }

  /** First element, counted from the start of the storage. */
  storageOffset(): number {
    return this.offset
  }

  /** Number of elements. */
  numel(): number {
    return this.count
  }

  /** Number of elements. */
  nelement(): number {
    return this.count
  }

  /** Bytes of one element. */
  elementSize(): number {
    return this.dtype.itemsize
  }

  /** Bytes of the elements it shows. */
  get nbytes(): number {
    return this.count * this.dtype.itemsize
  }

  get itemsize(): number {
    return this.dtype.itemsize
  }

  isContiguous(): boolean {
    return isContiguous(this.shape, this.strides)
  }

  isFloatingPoint(): boolean {
    return this.dtype.isFloatingPoint
  }

  isSigned(): boolean {
    return this.dtype.isSigned
  }

  /** Length of the first dimension, as Python's `len(x)`. @throws TypeError for a 0-d tensor */
  get length(): number {
    const first = this.shape[0]
    if (first === undefined) throw new TypeError('len() of a 0-d tensor')
    return first
  }
}

/** The public form of a function whose first parameter is the tensor: the method's type. */
export type Method<F> = F extends (x: Tensor, ...args: infer A) => infer R ? (...args: A) => R : never

/** A new tensor over fresh memory, row-major; its contents are undefined unless `zeroed`. */
export function allocate(
  storageOf: Storage | { device: Storage['device'] },
  dtype: DType,
  shape: Shape,
  zeroed = false,
): Tensor {
  const count = numelOf(shape)
  const device = storageOf.device
  const storage = device.memory.alloc(device, dtype, count, zeroed)
  return new Tensor(storage, dtype, shape, contiguousStrides(shape), 0, count)
}

/** A new tensor with given strides; they must be those of a dense layout. */
export function allocateStrided(
  device: Storage['device'],
  dtype: DType,
  shape: Shape,
  strides: Shape,
  count: number,
): Tensor {
  const storage = device.memory.alloc(device, dtype, count, false)
  return new Tensor(storage, dtype, shape, strides, 0, count)
}
