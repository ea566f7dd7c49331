/** Arguments of the functions that a checkpoint may call, checked for their types. */
import { Dict, PickleError, PySet, pythonType, Tuple } from '../pickle/values.js'
import { StorageRef, TensorRef } from './storages.js'

function wrong(what: string, expected: string, given: unknown): PickleError {
  const text = typeof given === 'number' || typeof given === 'bigint' ? String(given) : pythonType(given)
  return new PickleError(`${what} must be ${expected}, but is ${text}`)
}

/** An integer >= 0. */
export function asSize(value: unknown, what: string): number {
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0) return value
  throw wrong(what, 'an integer >= 0', value)
}

/** Integers >= 0. */
export function asSizes(value: unknown, what: string): readonly number[] {
  return asItems(value, what).map((item) => asSize(item, `an item of ${what}`))
}

export function asBoolean(value: unknown, what: string): boolean {
  if (typeof value === 'boolean') return value
  throw wrong(what, 'a bool', value)
}

export function asString(value: unknown, what: string): string {
  if (typeof value === 'string') return value
  throw wrong(what, 'a str', value)
}

/** The items of a tuple, a list or a set. */
export function asItems(value: unknown, what: string): readonly unknown[] {
  if (value instanceof Tuple || value instanceof PySet) return value.items
  if (Array.isArray(value)) return value
  throw wrong(what, 'a tuple', value)
}

export function asDict(value: unknown, what: string): Dict {
  if (value instanceof Dict) return value
  throw wrong(what, 'a dict', value)
}

export function asStorage(value: unknown, what: string): StorageRef {
  if (value instanceof StorageRef) return value
  throw wrong(what, 'a storage', value)
}

export function asTensor(value: unknown, what: string): TensorRef {
  if (value instanceof TensorRef) return value
  throw wrong(what, 'a tensor', value)
}

/** @throws PickleError unless a function was called with as many arguments as it takes */
export function checkCount(name: string, args: readonly unknown[], least: number, most: number = least): void {
  if (args.length >= least && args.length <= most) return
  const takes = least === most ? String(least) : `${least} to ${most}`
  throw new PickleError(`${name} takes ${takes} arguments, but got ${args.length}`)
}
