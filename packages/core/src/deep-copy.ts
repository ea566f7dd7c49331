/** Copies of whole structures: tensors, what holds them, and models. */
import { withoutGrad } from './autograd/mode.js'
import { RuntimeError } from './errors.js'
import { gradOf } from './memory.js'
import { clone } from './ops/cast.js'
import { Generator } from './random/generator.js'
import type { Storage } from './storage.js'
import { Tensor } from './tensor.js'

/** What a copy in progress knows: how members are copied, and what was copied already. */
export interface Copier {
  /** The copy of a member; the same one wherever it is met. */
  copy<T>(value: T): T
  /** Tells what the copy of `original` will be, before its members are copied that may lead back to it. */
  remember<T extends object>(original: T, copy: T): T
}

/** What a class is that says itself how its instances are copied; Python's name for it. */
export interface DeepCopyable {
  __deepcopy__(copier: Copier): this
}

class Copying implements Copier {
  private readonly copies = new Map<object, object>()

  copy<T>(value: T): T {
    if ((typeof value !== 'object' && typeof value !== 'function') || value === null) return value
    const known = this.copies.get(value)
    return (known ?? this.copyObject(value)) as T
  }

  remember<T extends object>(original: T, copy: T): T {
    this.copies.set(original, copy)
    return copy
  }

  private copyObject(value: object): object {
    if (typeof (value as Partial<DeepCopyable>).__deepcopy__ === 'function')
      return this.remember(value, (value as DeepCopyable).__deepcopy__(this))
    if (value instanceof Tensor) return this.copyTensor(value)
    if (value instanceof Generator) return this.remember(value, value.clone())
    if (Array.isArray(value)) {
      const copy = this.remember(value, new Array<unknown>(value.length))
      for (const [i, item] of value.entries()) copy[i] = this.copy(item)
      return copy
    }
    if (value instanceof Map) {
      const copy = this.remember(value, new Map())
      for (const [key, item] of value) copy.set(this.copy(key), this.copy(item))
      return copy
    }
    if (value instanceof Set) {
      const copy = this.remember(value, new Set())
      for (const item of value) copy.add(this.copy(item))
      return copy
    }
    if (value instanceof Date || value instanceof ArrayBuffer || ArrayBuffer.isView(value))
      return this.remember(value, structuredClone(value))
    const prototype: unknown = Object.getPrototypeOf(value)
    if (prototype !== null && prototype !== Object.prototype) return value
    const copy = this.remember(value, Object.create(prototype) as Record<string, unknown>)
    // defined, not assigned: `__proto__` is a key like any other
    for (const [key, item] of Object.entries(value))
      Object.defineProperty(copy, key, { value: this.copy(item), writable: true, enumerable: true, configurable: true })
    return copy
  }

  private copyTensor(x: Tensor): Tensor {
    if (!x.isLeaf)
      throw new RuntimeError(
        'Only Tensors created explicitly by the user (graph leaves) support the deepcopy protocol at the moment',
      )
    const copy = new Tensor(this.copyStorage(x.storage), x.dtype, x.shape, x.strides, x.offset, x.count)
    this.remember(x, copy)
    if (x.requiresGrad) copy.requiresGrad = true
    const grad = gradOf(x)
    if (grad !== null) copy.grad = this.copy(grad)
    return copy
  }

  /** Whole, so that what shares memory shares it in the copy too. */
  private copyStorage(storage: Storage): Storage {
    const root = storage.root ?? storage
    const known = this.copies.get(root)
    if (known !== undefined) return known as Storage
    const all = new Tensor(root, root.dtype, [root.numel], [1], 0, root.numel)
    return this.remember(root, withoutGrad(clone, [all]).storage)
  }
}

/**
 * A copy that shares nothing with the original: of a tensor, of arrays, maps, sets and plain objects with tensors in them (a
 * state dict), or of a model.
 *
 * Tensors that share memory share it in the copy as well. Functions, and instances of classes that do not say how they are
 * copied (see {@link DeepCopyable}), are not copied: both structures hold the same one.
 *
 * @throws RuntimeError for a tensor that has a history
 * @example
 * ```ts
 * const best = deepCopy(model.stateDict()) // does not change when the model is trained further
 * const teacher = deepCopy(model).eval()
 * ```
 * @see https://docs.python.org/3/library/copy.html#copy.deepcopy
 */
export function deepCopy<T>(value: T): T {
  return new Copying().copy(value)
}
