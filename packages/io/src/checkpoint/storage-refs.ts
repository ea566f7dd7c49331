import { PickleError, pythonType, Tuple } from '../pickle/values.js'
import { asSize, asString } from './arguments.js'
import { StorageRef, StorageType } from './storages.js'

/** The storages that a pickle refers to, by their keys. */
export class StorageRefs {
  private readonly byKey: Map<string, StorageRef> = new Map()
  /** Parts of an id. */
  private readonly parts: number

  constructor(parts: number) {
    this.parts = parts
  }

  /** The storage of an id: `('storage', torch.FloatStorage, '0', 'cpu', 6)`. @throws PickleError if it is none */
  resolve(id: unknown): StorageRef {
    if (!(id instanceof Tuple) || id.items[0] !== 'storage' || id.items.length !== this.parts)
      throw new PickleError(`only storages lie outside of the pickle, but it refers to ${pythonType(id)}`)
    const [, type, key, , numel, view = null] = id.items
    if (!(type instanceof StorageType)) throw new PickleError(`${pythonType(type)} is no class of storages`)
    if (view !== null) throw new PickleError('a storage that is a window of another has no counterpart here')
    return this.get(asString(key, 'the key of a storage'), type, asSize(numel, 'the size of a storage'))
  }

  private get(key: string, { dtype }: StorageType, numel: number): StorageRef {
    const known = this.byKey.get(key)
    if (known === undefined) {
      const ref = new StorageRef(key, dtype, numel)
      if (!Number.isSafeInteger(ref.nbytes)) throw new PickleError(`storage ${key} cannot have ${numel} elements`)
      this.byKey.set(key, ref)
      return ref
    }
    if (known.dtype === dtype && known.numel === numel) return known
    throw new PickleError(
      `storage ${key} is referred to as ${numel} elements of ${dtype} and as ${known.numel} of ${known.dtype}`,
    )
  }

  all(): Iterable<StorageRef> {
    return this.byKey.values()
  }
}
