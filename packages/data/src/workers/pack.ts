/** Data sets and batches as messages: what `postMessage` clones, with tensors and bytes in memory that is handed over, not copied. */
import { frombuffer, fromTypedArray, Generator, RuntimeError, Tensor } from '@tsorch/core'
import { load, lookup, type Place, placeOf } from './portable.js'

/** Memory of a message: shared between threads where that is possible, else given from one to the other. */
export type Bytes = ArrayBuffer | SharedArrayBuffer

/** The mark of an object that stands for something else. A plain object never has it: its entries are wrapped. */
type Packed =
  | { readonly is: 'tensor'; readonly bytes: Bytes; readonly dtype: string; readonly shape: readonly number[] }
  | { readonly is: 'bytes'; readonly bytes: Bytes; readonly type: string; readonly length: number }
  | { readonly is: 'function'; readonly place: Place }
  | { readonly is: 'instance'; readonly place: Place; readonly fields: [string, unknown][] }
  | { readonly is: 'object'; readonly bare: boolean; readonly fields: [string, unknown][] }
  | { readonly is: 'array'; readonly items: unknown[] }
  | { readonly is: 'map'; readonly entries: [unknown, unknown][] }
  | { readonly is: 'set'; readonly items: unknown[] }
  | { readonly is: 'generator'; readonly state: Uint8Array }
  | { readonly is: 'cloned'; readonly value: unknown }

/** On a class whose instances are functions: how to make one without running its constructor. */
const bareInstance: unique symbol = Symbol.for('tsorch.bareInstance')

/** A class of views; a DataView counts in bytes. */
interface ArrayType {
  new (bytes: Bytes, at: number, length: number): ArrayBufferView
  readonly BYTES_PER_ELEMENT?: number
}

const arrayTypes = {
  Int8Array,
  Uint8Array,
  Uint8ClampedArray,
  Int16Array,
  Uint16Array,
  Int32Array,
  Uint32Array,
  Float32Array,
  Float64Array,
  BigInt64Array,
  BigUint64Array,
  DataView,
} as const

/** Packs values for one message. */
export class Packer {
  /** Memory that has to be named in `postMessage`, because it changes hands. */
  readonly transfer: ArrayBuffer[] = []
  private readonly packed = new Map<object, Packed>()
  private readonly allocate: (bytes: number) => Bytes

  /** @param allocate - gives memory for so many bytes, or more */
  constructor(allocate: (bytes: number) => Bytes) {
    this.allocate = allocate
  }

  /** @throws TypeError for what a worker could not rebuild, with its path from `path` on */
  pack(value: unknown, path: string): unknown {
    if (typeof value === 'symbol') throw new TypeError(`${path} is a symbol, which cannot be sent to another thread`)
    if ((typeof value !== 'object' && typeof value !== 'function') || value === null) return value
    const known = this.packed.get(value)
    if (known !== undefined) return known
    return this.packObject(value, path)
  }

  private remember<P extends Packed>(value: object, packed: P): P {
    this.packed.set(value, packed)
    return packed
  }

  private packObject(value: object, path: string): Packed {
    if (value instanceof Tensor) return this.remember(value, this.tensor(value, path))
    if (ArrayBuffer.isView(value) || value instanceof ArrayBuffer || isShared(value))
      return this.remember(value, this.bytes(value))
    if (Array.isArray(value)) {
      const packed = this.remember(value, { is: 'array' as const, items: [] as unknown[] })
      for (const [i, item] of value.entries()) packed.items.push(this.pack(item, `${path}[${i}]`))
      return packed
    }
    if (value instanceof Map) {
      const packed = this.remember(value, { is: 'map' as const, entries: [] as [unknown, unknown][] })
      for (const [k, v] of value)
        packed.entries.push([this.pack(k, `${path} key`), this.pack(v, `${path}.get(${String(k)})`)])
      return packed
    }
    if (value instanceof Set) {
      const packed = this.remember(value, { is: 'set' as const, items: [] as unknown[] })
      for (const item of value) packed.items.push(this.pack(item, `${path} item`))
      return packed
    }
    if (value instanceof Generator) return this.remember(value, { is: 'generator', state: value.getState() })
    if (value instanceof Date || value instanceof RegExp || value instanceof Error)
      return this.remember(value, { is: 'cloned', value })
    return typeof value === 'function' ? this.callable(value, path) : this.instance(value, path)
  }

  private callable(value: object, path: string): Packed {
    const place = placeOf(value)
    // an object that is called like a function, such as a transform
    if (place === undefined && bareInstance in Object.getPrototypeOf(value).constructor)
      return this.instance(value, path)
    if (place === undefined)
      throw new TypeError(
        `${path} is a function that a worker cannot find: define it in a module and tell its name there, portable(import.meta.url, { ${(value as { name?: string }).name || 'name'} })`,
      )
    return this.remember(value, { is: 'function', place })
  }

  private instance(value: object, path: string): Packed {
    const prototype = Object.getPrototypeOf(value) as { constructor?: { name?: string } } | null
    const fields: [string, unknown][] = []
    const fill = (packed: Packed): Packed => {
      for (const [key, field] of Object.entries(value)) fields.push([key, this.pack(field, `${path}.${key}`)])
      return packed
    }
    if (prototype === null || prototype === Object.prototype)
      return fill(this.remember(value, { is: 'object', bare: prototype === null, fields }))
    const place = typeof prototype.constructor === 'function' ? placeOf(prototype.constructor) : undefined
    if (place === undefined) {
      const name = prototype.constructor?.name ?? 'a class'
      throw new TypeError(
        `${path} is an instance of ${name}, which a worker cannot find: tell its name where it is defined, portable(import.meta.url, { ${name} })`,
      )
    }
    return fill(this.remember(value, { is: 'instance', place, fields }))
  }

  private tensor(x: Tensor, path: string): Packed {
    if (x.requiresGrad && !x.isLeaf)
      throw new RuntimeError(
        `${path} is a tensor with a history, and gradients do not cross threads: call detach() on it before it is sent`,
      )
    const words = wordsOf(x)
    if (words === null)
      throw new RuntimeError(
        `${path} is a tensor on the device ${x.device}, which cannot be read at once: use to('cpu')`,
      )
    return { is: 'tensor', bytes: this.copied(words), dtype: x.dtype.name, shape: x.shape }
  }

  private bytes(value: ArrayBufferView | ArrayBuffer | SharedArrayBuffer): Packed {
    const view = ArrayBuffer.isView(value) ? value : new Uint8Array(value)
    const type = ArrayBuffer.isView(value)
      ? value.constructor.name
      : value instanceof ArrayBuffer
        ? 'ArrayBuffer'
        : 'SharedArrayBuffer'
    // Node's Buffer is a Uint8Array of another name
    return {
      is: 'bytes',
      bytes: this.copied(view),
      type: type === 'Buffer' ? 'Uint8Array' : type,
      length: view.byteLength,
    }
  }

  private copied(words: ArrayBufferView): Bytes {
    const bytes = this.allocate(words.byteLength)
    new Uint8Array(bytes).set(new Uint8Array(words.buffer, words.byteOffset, words.byteLength))
    if (bytes instanceof ArrayBuffer) this.transfer.push(bytes)
    return bytes
  }
}

/** The elements in row-major order: where they lie, if they lie so. */
function wordsOf(x: Tensor): ArrayBufferView | null {
  const { storage, dtype, offset, count } = x
  const start = storage.base + offset * dtype.words
  const end = start + count * dtype.words
  if (x.isContiguous() && end <= storage.array.length) return storage.array.subarray(start, end)
  return storage.device.memory.readSync(x)
}

/** Whether a value is shared memory; it need not exist where the page is not isolated. */
function isShared(value: object): value is SharedArrayBuffer {
  return typeof SharedArrayBuffer !== 'undefined' && value instanceof SharedArrayBuffer
}

/** How tensors of a message are made: over its own memory, or with a copy of it. */
export type MakeTensor = (bytes: Bytes, dtype: string, shape: readonly number[]) => Tensor

/** A tensor over the memory of the message. */
export const tensorOver: MakeTensor = (bytes, dtype, shape) => {
  const count = shape.reduce((n, size) => n * size, 1)
  const options = { dtype: dtype as 'float32' }
  if (count === 0) return fromTypedArray(new Uint8Array(0), [0], { dtype: 'uint8' }).to(options.dtype).reshape(shape)
  return frombuffer(bytes, { ...options, count }).view(...shape)
}

/** A tensor of its own; the memory of the message is free again. */
export const tensorFrom: MakeTensor = (bytes, dtype, shape) => {
  const given = tensorOver(bytes, dtype, shape)
  return fromTypedArray(given.storage.array, shape, { dtype: given.dtype })
}

/** Loads what the functions and classes of a message are, so that {@link Unpacker} finds them. */
export async function loadPlaces(message: unknown): Promise<void> {
  const seen = new Set<unknown>()
  const open = [message]
  for (let value = open.pop(); value !== undefined || open.length > 0; value = open.pop()) {
    if (typeof value !== 'object' || value === null || seen.has(value) || ArrayBuffer.isView(value)) continue
    seen.add(value)
    const { place } = value as { place?: Place }
    if (place !== undefined) await load(place)
    open.push(...(Array.isArray(value) ? value : Object.values(value)))
  }
}

/** Rebuilds the values of one message. */
export class Unpacker {
  /** All memory of tensors that came along. */
  readonly memory: Bytes[] = []
  private readonly made = new Map<object, unknown>()
  private readonly makeTensor: MakeTensor

  constructor(makeTensor: MakeTensor) {
    this.makeTensor = makeTensor
  }

  unpack(value: unknown): unknown {
    if (typeof value !== 'object' || value === null) return value
    const known = this.made.get(value)
    return known === undefined ? this.unpackObject(value as Packed) : known
  }

  private remember<T>(packed: Packed, value: T): T {
    this.made.set(packed, value)
    return value
  }

  private unpackObject(packed: Packed): unknown {
    switch (packed.is) {
      case 'tensor':
        this.memory.push(packed.bytes)
        return this.remember(packed, this.makeTensor(packed.bytes, packed.dtype, packed.shape))
      case 'bytes':
        return this.remember(packed, viewOf(packed.bytes, packed.type, packed.length))
      case 'function':
        return lookup(packed.place)
      case 'generator':
        return this.remember(packed, new Generator().setState(packed.state))
      case 'cloned':
        return packed.value
      case 'array': {
        const list: unknown[] = this.remember(packed, [])
        for (const item of packed.items) list.push(this.unpack(item))
        return list
      }
      case 'map': {
        const map = this.remember(packed, new Map())
        for (const [k, v] of packed.entries) map.set(this.unpack(k), this.unpack(v))
        return map
      }
      case 'set': {
        const set = this.remember(packed, new Set())
        for (const item of packed.items) set.add(this.unpack(item))
        return set
      }
      case 'object':
        return this.fill(packed, Object.create(packed.bare ? null : Object.prototype))
      case 'instance':
        return this.fill(packed, bare(lookup(packed.place) as InstanceType))
    }
  }

  /** As unpickling does: the fields are set, no constructor runs. */
  private fill(packed: Packed & { readonly fields: [string, unknown][] }, target: object): object {
    this.remember(packed, target)
    for (const [key, field] of packed.fields)
      Object.defineProperty(target, key, {
        value: this.unpack(field),
        writable: true,
        enumerable: true,
        configurable: true,
      })
    return target
  }
}

interface InstanceType {
  readonly prototype: object
  [bareInstance]?(): object
}

/** An instance without fields. */
function bare(type: InstanceType): object {
  return type[bareInstance]?.() ?? Object.create(type.prototype)
}

function viewOf(bytes: Bytes, type: string, length: number): unknown {
  if (type === 'ArrayBuffer' || type === 'SharedArrayBuffer')
    return bytes.byteLength === length ? bytes : bytes.slice(0, length)
  const Type = (arrayTypes as Readonly<Record<string, ArrayType>>)[type] ?? Uint8Array
  return new Type(bytes, 0, length / (Type.BYTES_PER_ELEMENT ?? 1))
}
