/** What a checkpoint's pickle holds, as JavaScript's values. */
import { type Storage, Tensor } from '@tsorch/core'
import { Dict, Global, MAX_DEPTH, PickleError, PySet, Tuple } from '../pickle/values.js'
import { StorageRef, TensorRef, wholeStorage } from './storages.js'

/**
 * Turns values of a pickle into JavaScript's: dicts with nothing but strings as keys into plain objects, others into Maps,
 * tuples into frozen arrays, sets into Sets. What was one object stays one object.
 *
 * @throws PickleError for what has no counterpart
 */
export function decode(value: unknown, storages: ReadonlyMap<StorageRef, Storage>): unknown {
  return new Decoding(storages).value(value, 0)
}

class Decoding {
  private readonly storages: ReadonlyMap<StorageRef, Storage>
  private readonly made: Map<object, unknown> = new Map()

  constructor(storages: ReadonlyMap<StorageRef, Storage>) {
    this.storages = storages
  }

  value(value: unknown, depth: number): unknown {
    if (typeof value !== 'object' || value === null) return value
    if (this.made.has(value)) return this.made.get(value)
    if (depth > MAX_DEPTH) throw new PickleError(`values are nested more than ${MAX_DEPTH} levels deep`)
    if (Array.isArray(value)) return this.items(value, value, depth)
    if (value instanceof Tuple) return Object.freeze(this.items(value, value.items, depth))
    if (value instanceof Dict) return this.dict(value, depth)
    if (value instanceof PySet) {
      const set = this.remember(value, new Set<unknown>())
      for (const item of value.items) set.add(this.value(item, depth + 1))
      return set
    }
    if (value instanceof TensorRef) return this.remember(value, this.tensor(value))
    if (value instanceof StorageRef) return this.remember(value, wholeStorage(this.storage(value)))
    if (value instanceof Global) throw new PickleError(`it holds ${value.name} itself, which is no value here`)
    return value
  }

  private remember<T>(original: object, made: T): T {
    this.made.set(original, made)
    return made
  }

  private items(original: object, items: readonly unknown[], depth: number): unknown[] {
    const made = this.remember<unknown[]>(original, [])
    for (const item of items) made.push(this.value(item, depth + 1))
    return made
  }

  private dict(dict: Dict, depth: number): unknown {
    const { entries } = dict
    if ([...entries.keys()].every((key) => typeof key === 'string')) {
      const made = this.remember(dict, {})
      for (const [key, item] of entries) {
        const value = this.value(item, depth + 1)
        // defined, not assigned: `__proto__` is a key like any other
        Object.defineProperty(made, key as string, { value, writable: true, enumerable: true, configurable: true })
      }
      return made
    }
    const made = this.remember(dict, new Map<unknown, unknown>())
    for (const [key, item] of entries) made.set(this.value(key, depth + 1), this.value(item, depth + 1))
    return made
  }

  private tensor({ storage, shape, strides, offset, count, requiresGrad }: TensorRef): Tensor {
    const x = new Tensor(this.storage(storage), storage.dtype, [...shape], [...strides], offset, count)
    if (requiresGrad) x.requiresGrad = true
    return x
  }

  private storage(ref: StorageRef): Storage {
    return this.storages.get(ref)!
  }
}
