/**
 * What a pickle holds, before it becomes JavaScript's: None, bools, strings, bytes (Uint8Array) and lists (arrays) are their own
 * counterparts, ints are numbers, or bigints past 2^53. The rest is here.
 */
import { ValueError } from '@tsorch/core'

/** A pickle that is damaged, or that asks for something which is not allowed. */
export class PickleError extends ValueError {
  override name = 'PickleError'
}

/** How deep values may be nested: deeper than Python's own pickler goes, and shallow enough for every stack. */
export const MAX_DEPTH = 1000

/** A tuple. */
export class Tuple {
  readonly items: readonly unknown[]

  constructor(items: readonly unknown[]) {
    this.items = items
  }
}

/** A dict; an OrderedDict is one too, all dicts being ordered. */
export class Dict {
  readonly entries: Map<unknown, unknown> = new Map()
}

/** A set or a frozenset. */
export class PySet {
  readonly items: unknown[]

  constructor(items: unknown[]) {
    this.items = items
  }
}

/** A class or function that a pickle may name, and what calling it gives; none of Python's code is behind it. */
export class Global {
  /** As Python writes it: `torch._utils._rebuild_tensor_v2`. */
  readonly name: string
  readonly call: ((args: readonly unknown[]) => unknown) | null

  constructor(name: string, call: ((args: readonly unknown[]) => unknown) | null = null) {
    this.name = name
    this.call = call
  }
}

/** What kind of thing a value is, in Python's words, for messages. */
export function pythonType(value: unknown): string {
  if (value === null) return 'None'
  if (value instanceof Tuple) return 'tuple'
  if (value instanceof Dict) return 'dict'
  if (value instanceof PySet) return 'set'
  if (value instanceof Global) return value.name
  if (value instanceof Uint8Array) return 'bytes'
  if (Array.isArray(value)) return 'list'
  if (typeof value === 'string') return 'str'
  if (typeof value === 'boolean') return 'bool'
  if (typeof value === 'number') return Number.isInteger(value) ? 'int' : 'float'
  if (typeof value === 'bigint') return 'int'
  return 'an object'
}
