/** Reading a tensor out, and the autograd state that users see. */
import { gradFnOf, historyOf, isLeaf, type Node, needsGrad, type TensorHook } from '../autograd/node.js'
import type { HostArray } from '../dispatch/backend.js'
import { RuntimeError } from '../errors.js'
import { nested, type PlainArray, plainArray, wordAt } from '../host.js'
import { assignGrad, dropGrad, keep, seenGrad } from '../memory.js'
import { formatShape, sameShape } from '../shape.js'
import type { Storage } from '../storage.js'
import { Tensor } from '../tensor.js'

/** What `x.data` gives: a tensor, which read as a function gives its elements. */
export interface DataAlias extends Tensor {
  /** The elements, row-major, on every device. */
  (): Promise<PlainArray>
}

declare module '../tensor.js' {
  interface Tensor {
    /** The value of a tensor with one element; a bigint only past 2^53. @throws RuntimeError for more elements */
    item(): number
    /** {@link item} on devices that cannot be read at once. */
    itemAsync(): Promise<number>
    /** Nested arrays of numbers (booleans for bool); a number for a 0-d tensor. */
    tolist(): unknown
    /** The same as {@link tolist}. */
    toArray(): unknown
    /** A copy of the elements, row-major: BigInt64Array for int64, Float32Array for halves. */
    toTypedArray(): PlainArray
    /**
     * The same memory without history; writes to it are not seen by autograd. Assigning replaces the memory.
     * `await x.data()` reads the elements, on every device.
     */
    get data(): DataAlias
    set data(value: Tensor)
    /** The same memory without history; writes are counted. See https://pytorch.org/docs/stable/generated/torch.Tensor.detach.html */
    detach(): Tensor
    detach_(): Tensor
    /** The gradient accumulated by `backward()`, null before. */
    get grad(): Tensor | null
    set grad(value: Tensor | null)
    get requiresGrad(): boolean
    set requiresGrad(value: boolean)
    requiresGrad_(requiresGrad?: boolean): this
    /** The node that made this tensor, null for leaves. */
    readonly gradFn: Node | null
    readonly isLeaf: boolean
    /** Keeps `.grad` of a tensor that is not a leaf. */
    retainGrad(): void
    readonly retainsGrad: boolean
    /** Calls `hook` with the gradient of this tensor; a tensor it returns takes the gradient's place. Returns what removes it. */
    registerHook(hook: TensorHook): { remove(): void }
    /** Calls `hook` after `.grad` of this leaf was written. */
    registerPostAccumulateGradHook(hook: (x: Tensor) => void): { remove(): void }
    /** Counts in-place writes. */
    readonly _version: number
    /** The tensor whose memory this view shows. */
    readonly _base: Tensor | null
    isSetTo(other: Tensor): boolean
  }
}

/** The elements on the host, now. @throws RuntimeError where the device cannot be read synchronously */
export function hostWords(x: Tensor, method: string): HostArray {
  const words = x.storage.device.memory.readSync(x)
  if (words === null)
    throw new RuntimeError(
      `${method}(): the device ${x.device} cannot be read synchronously, use: await x.data() or await x.itemAsync()`,
    )
  return words
}

function checkOne(x: Tensor): void {
  if (x.count !== 1) throw new RuntimeError(`a Tensor with ${x.count} elements cannot be converted to Scalar`)
}

const p = Tensor.prototype

p.item = function () {
  checkOne(this)
  const value = wordAt(hostWords(this, 'item'), this.dtype, 0)
  return (this.dtype.name === 'bool' ? value !== 0 : value) as number
}
p.itemAsync = async function () {
  checkOne(this)
  const value = wordAt(await this.storage.device.memory.read(this), this.dtype, 0)
  return (this.dtype.name === 'bool' ? value !== 0 : value) as number
}
p.tolist = function () {
  return nested(hostWords(this, 'tolist'), this.dtype, this.shape)
}
p.toArray = p.tolist
p.toTypedArray = function () {
  return plainArray(hostWords(this, 'toTypedArray'), this.dtype, this.count)
}

function bare(x: Tensor, storage: Storage = x.storage): Tensor {
  return new Tensor(storage, x.dtype, x.shape, x.strides, x.offset, x.count)
}

/** A tensor that is a function too: both meanings of `data`, PyTorch's property and the asynchronous read. */
function dataAlias(x: Tensor): DataAlias {
  const plain = bare(x, x.storage.alias())
  const read = async (): Promise<PlainArray> =>
    plainArray(await plain.storage.device.memory.read(plain), plain.dtype, plain.count)
  Object.setPrototypeOf(read, Tensor.prototype)
  // 'length' and 'name' of functions would hide what tensors have
  delete (read as { length?: number }).length
  delete (read as { name?: string }).name
  return Object.assign(read, plain) as unknown as DataAlias
}

function property(name: string, get: (x: Tensor) => unknown, set?: (x: Tensor, value: never) => void): void {
  Object.defineProperty(p, name, {
    get(this: Tensor) {
      return get(this)
    },
    ...(set === undefined
      ? {}
      : {
          set(this: Tensor, value: unknown) {
            set(this, value as never)
          },
        }),
    configurable: true,
  })
}

property('data', dataAlias, (x, value: Tensor) => {
  if (!(value instanceof Tensor)) throw new TypeError('data must be a Tensor')
  if (value.dtype !== x.dtype && !isLeaf(x))
    throw new RuntimeError('data set to a tensor that requires gradients must be floating point and of the same dtype')
  // the one place where a tensor's memory is exchanged
  const target = x as { -readonly [K in 'storage' | 'dtype' | 'shape' | 'strides' | 'offset' | 'count']: Tensor[K] }
  target.storage = value.storage.alias()
  target.dtype = value.dtype
  target.shape = value.shape
  target.strides = value.strides
  target.offset = value.offset
  target.count = value.count
  const node = x._node
  if (node?.variable === x && (node.meta.dtype !== x.dtype || !sameShape(node.meta.shape, x.shape))) {
    // a leaf is known to the graph by shape and dtype: it gets a new place there, with its hooks
    x._node = null
    if (node.hooks !== null && x._requiresGrad) historyOf(x)!.hooks = node.hooks
  }
})

p.detach = function () {
  return bare(this)
}
p.detach_ = function () {
  if (this._view?.differentiable) throw new RuntimeError("Can't detach views in-place. Use detach() instead.")
  this._node = null
  this._requiresGrad = false
  return this
}

property('grad', seenGrad, (x, value: Tensor | null) => {
  if (value === null || value === undefined) {
    dropGrad(x)
    return
  }
  if (!(value instanceof Tensor))
    throw new TypeError(`assigned grad expected to be a Tensor or null but got ${typeof value}`)
  if (!sameShape(value.shape, x.shape))
    throw new RuntimeError(
      `assigned grad has data of a different size: ${formatShape(value.shape)}, expected ${formatShape(x.shape)}`,
    )
  if (value.dtype !== x.dtype)
    throw new RuntimeError(`assigned grad has data of a different type: ${value.dtype.name}, expected ${x.dtype.name}`)
  if (value === x) throw new RuntimeError("can't assign Variable as its own grad")
  assignGrad(x, value)
})

property(
  'requiresGrad',
  (x) => {
    if (!needsGrad(x)) return false
    historyOf(x)
    return x._requiresGrad
  },
  (x, value: boolean) => {
    if (!value && !isLeaf(x))
      throw new RuntimeError(
        "you can only change requires_grad flags of leaf variables. If you want to use a computed variable in a subgraph that doesn't require differentiation use x.detach().",
      )
    if (value && !x.dtype.isFloatingPoint)
      throw new RuntimeError('only Tensors of floating point dtype can require gradients')
    if (!value && x._node !== null) x._node = null
    if (value) keep(x)
    x._requiresGrad = value
  },
)
p.requiresGrad_ = function (requiresGrad = true) {
  this.requiresGrad = requiresGrad
  return this
}
property('gradFn', gradFnOf)
property('isLeaf', isLeaf)
property('retainsGrad', (x) => x._meta?.retainsGrad ?? false)
property('_version', (x) => x.storage.version)
property('_base', (x) => (x._view?.differentiable ? x._view.base : null))

p.retainGrad = function () {
  if (!this.requiresGrad) throw new RuntimeError("can't retain_grad on Tensor that has requires_grad=False")
  if (isLeaf(this)) return
  historyOf(this)!.ensureHooks().retain.set(this._slot, this)
  this._meta ??= { retainsGrad: false, name: null }
  this._meta.retainsGrad = true
}
p.registerHook = function (hook) {
  if (!this.requiresGrad) throw new RuntimeError("cannot register a hook on a tensor that doesn't require gradient")
  const { tensor } = historyOf(this)!.ensureHooks()
  const slot = this._slot
  const set = tensor.get(slot) ?? new Set()
  tensor.set(slot, set)
  // a wrapper of its own, so that one function may be registered twice
  const own: TensorHook = (g) => hook(g)
  set.add(own)
  return { remove: () => void set.delete(own) }
}
p.registerPostAccumulateGradHook = function (hook) {
  if (!isLeaf(this) || !this.requiresGrad)
    throw new RuntimeError('post accumulate grad hooks cannot be registered on non-leaf tensors')
  const { accumulated } = historyOf(this)!.ensureHooks()
  const own = (x: Tensor) => hook(x)
  accumulated.add(own)
  return { remove: () => void accumulated.delete(own) }
}
p.isSetTo = function (other) {
  return (
    this.storage.shares(other.storage) &&
    this.offset === other.offset &&
    sameShape(this.shape, other.shape) &&
    sameShape(this.strides, other.strides)
  )
}
