/** JavaScript's values as a checkpoint's pickle. */
import { DType, RuntimeError, type Storage, Tensor } from '@tsorch/core'
import { Opcode } from '../pickle/opcodes.js'
import { MAX_DEPTH } from '../pickle/values.js'
import { PickleWriter } from '../pickle/writer.js'
import { storageTypes } from './storages.js'

const typeNames: ReadonlyMap<DType, string> = new Map([...storageTypes].map(([name, dtype]) => [dtype, name]))

/** A pickle and what lies beside it, storage `i` under the key `i`. */
export interface Encoded {
  readonly pickle: Uint8Array
  readonly storages: readonly Storage[]
}

/**
 * Writes a value as PyTorch would: tensors that share memory refer to one storage, and what is one object stays one.
 *
 * @param caller names the function in errors
 * @throws TypeError for what has no counterpart in Python, naming where it is
 */
export function encode(value: unknown, caller: string): Encoded {
  const encoding = new Encoding(caller)
  encoding.value(value)
  return { pickle: encoding.writer.finish(), storages: [...encoding.storages.keys()] }
}

class Encoding {
  readonly writer: PickleWriter = new PickleWriter()
  readonly storages: Map<Storage, number> = new Map()
  private readonly caller: string
  /** Keys that lead to the value that is being written. */
  private readonly path: unknown[] = []
  /** Tuples that are being written. */
  private readonly open: Set<object> = new Set()

  constructor(caller: string) {
    this.caller = caller
  }

  value(value: unknown): void {
    const { writer } = this
    if (value === null) writer.op(Opcode.none)
    else if (typeof value === 'boolean') writer.bool(value)
    else if (typeof value === 'number') this.number(value)
    else if (typeof value === 'bigint') this.bigint(value)
    else if (typeof value === 'string') writer.string(value)
    // `x.data` is a tensor that can be called
    else if (typeof value !== 'object' && !(value instanceof Tensor)) throw this.refuse(value)
    else if (!writer.recall(value)) this.object(value)
  }

  private object(value: object): void {
    const { writer } = this
    if (this.path.length > MAX_DEPTH)
      throw this.failure(`cannot save what is nested more than ${MAX_DEPTH} levels deep`)
    if (value instanceof Tensor) this.tensor(value)
    else if (value instanceof DType) writer.global('torch', value.name)
    else if (value instanceof Uint8Array) this.byteString(value)
    else if (Array.isArray(value)) Object.isFrozen(value) ? this.tuple(value) : this.list(value)
    else if (value instanceof Set) this.set(value)
    else if (value instanceof Map) this.dict(value, value)
    else if (isPlain(value)) this.plainObject(value)
    else throw this.refuse(value)
  }

  /** Integers are ints, as far as a number tells them apart; -0 is a float, and so is everything past 2^53. */
  private number(value: number): void {
    if (Number.isSafeInteger(value) && !Object.is(value, -0)) this.writer.int(value)
    else this.writer.float(value)
  }

  private bigint(value: bigint): void {
    if (!this.writer.int(value)) throw this.failure('cannot save an integer of more than 2040 bits')
  }

  /** Protocol 2 has no bytes: a text in which every character is one, and the function that makes them of it. */
  private byteString(value: Uint8Array): void {
    const { writer } = this
    let text = ''
    for (let at = 0; at < value.length; at += 4096) text += String.fromCharCode(...value.subarray(at, at + 4096))
    writer.global('_codecs', 'encode')
    writer.tuple([() => writer.string(text), () => writer.string('latin1')])
    writer.op(Opcode.reduce)
    writer.remember(value)
  }

  private list(items: readonly unknown[]): void {
    const { writer } = this
    writer.op(Opcode.emptyList)
    writer.remember(items)
    if (items.length === 0) return
    writer.op(Opcode.mark)
    for (let i = 0; i < items.length; i++) this.part(i, items[i])
    writer.op(Opcode.appends)
  }

  private tuple(items: readonly unknown[]): void {
    if (this.open.has(items)) throw this.failure('cannot save a frozen array (a tuple) that contains itself')
    this.open.add(items)
    this.writer.tuple(Array.from(items, (item, i) => () => this.part(i, item)))
    this.open.delete(items)
    if (items.length > 0) this.writer.remember(items)
  }

  private set(items: ReadonlySet<unknown>): void {
    const { writer } = this
    this.checkKeys(items)
    writer.global('__builtin__', 'set')
    writer.tuple([() => this.list([...items])])
    writer.op(Opcode.reduce)
    writer.remember(items)
  }

  private plainObject(value: object): void {
    const [symbol] = Object.getOwnPropertySymbols(value)
    if (symbol !== undefined) throw this.failure(`cannot save an object with the key ${String(symbol)}`)
    this.dict(value, Object.entries(value))
  }

  private dict(original: object, entries: Iterable<readonly [unknown, unknown]>): void {
    const { writer } = this
    writer.op(Opcode.emptyDict)
    writer.remember(original)
    const all = [...entries]
    if (all.length === 0) return
    this.checkKeys(all.map(([key]) => key))
    writer.op(Opcode.mark)
    for (const [key, item] of all) {
      this.value(key)
      this.part(key, item)
    }
    writer.op(Opcode.setItems)
  }

  private part(key: unknown, item: unknown): void {
    this.path.push(key)
    this.value(item)
    this.path.pop()
  }

  /** Keys and items of sets that Python can tell apart, and takes at all. */
  private checkKeys(keys: Iterable<unknown>): void {
    const seen = new Set<unknown>()
    for (const key of keys) {
      if (!isHashable(key)) throw this.failure(`cannot save ${describe(key)} as a key or an item of a set`)
      // True is 1 in Python, and so is 1n
      const isNumber = typeof key === 'boolean' || (typeof key === 'bigint' && Number.isSafeInteger(Number(key)))
      const same = isNumber ? Number(key) : key
      if (seen.has(same))
        throw this.failure(`cannot save two keys that are one in Python: ${describe(key)} is ${String(same)}`)
      seen.add(same)
    }
  }

  private tensor(x: Tensor): void {
    const { writer } = this
    const storage = x.storage.root ?? x.storage
    if (storage.dtype !== x.dtype)
      throw new RuntimeError('Cannot save multiple tensors or storages that view the same data as different types')
    writer.global('torch._utils', '_rebuild_tensor_v2')
    writer.tuple([
      () => this.storage(storage),
      () => writer.int(x.offset),
      () => this.sizes(x.shape),
      () => this.sizes(x.strides),
      () => writer.bool(x.requiresGrad),
      () => {
        // hooks, of which none are saved
        writer.global('collections', 'OrderedDict')
        writer.op(Opcode.emptyTuple)
        writer.op(Opcode.reduce)
      },
    ])
    writer.op(Opcode.reduce)
    writer.remember(x)
  }

  private sizes(sizes: readonly number[]): void {
    this.writer.tuple(sizes.map((size) => () => this.writer.int(size)))
  }

  private storage(storage: Storage): void {
    const { writer, storages } = this
    const index = storages.get(storage) ?? storages.size
    storages.set(storage, index)
    writer.tuple([
      () => writer.string('storage'),
      () => writer.global('torch', typeNames.get(storage.dtype)!),
      () => writer.string(String(index)),
      // whatever the device: who loads says where to
      () => writer.string('cpu'),
      () => writer.int(storage.numel),
    ])
    writer.op(Opcode.binPersistentId)
  }

  private failure(message: string): TypeError {
    const where =
      this.path.length === 0
        ? ''
        : ` (at ${this.path.map((key) => (isScalar(key) ? String(key) : describe(key))).join('.')})`
    return new TypeError(`${this.caller}(): ${message}${where}`)
  }

  private refuse(value: unknown): TypeError {
    const isModel =
      (typeof value === 'function' || typeof value === 'object') &&
      typeof (value as Partial<HasState> | null)?.stateDict === 'function'
    const advice = isModel
      ? 'save its stateDict()'
      : 'expected tensors, numbers, bigints, strings, booleans, null, Uint8Arrays, dtypes, and arrays, Maps, Sets and plain objects of them'
    const failure = this.failure(`cannot save ${describe(value)}`)
    failure.message += `: ${advice}`
    return failure
  }
}

interface HasState {
  stateDict(): unknown
}

function isScalar(value: unknown): boolean {
  return value === null || (typeof value !== 'object' && typeof value !== 'function')
}

/** Whether an object was made by braces, in this realm or another. */
function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === null || Object.getPrototypeOf(prototype) === null
}

function isHashable(key: unknown, depth = 0): boolean {
  if (Array.isArray(key))
    return Object.isFrozen(key) && depth < MAX_DEPTH && key.every((item) => isHashable(item, depth + 1))
  return isScalar(key) || key instanceof Tensor || key instanceof DType || key instanceof Uint8Array
}

function describe(value: unknown): string {
  if (value === undefined) return 'undefined'
  if (typeof value === 'function') return `a function (${value.name || 'without a name'})`
  if (typeof value === 'symbol') return String(value)
  if (Array.isArray(value)) return 'an array'
  if (typeof value === 'object' && value !== null)
    return isPlain(value) ? 'an object' : `a ${value.constructor?.name ?? 'object'}`
  return String(value)
}
