/** Members that are added by name. */
import { ValueError } from '@tsorch/core'

/** What may stand under a name. */
export interface Slot {
  readonly fits: boolean
  readonly expected: string
  /** Whether what stands there already is of the same kind. */
  readonly replaces: (there: unknown) => boolean
}

/** Checks a name and sets the property; null takes the place without being found. */
export function setNamed(module: object, kind: string, name: string, value: unknown, slot: Slot): void {
  if (typeof name !== 'string') throw new TypeError(`${kind} name should be a string. Got ${typeof name}`)
  if (name.includes('.')) throw new ValueError(`${kind} name can't contain ".", got: ${name}`)
  if (name === '') throw new ValueError(`${kind} name can't be empty string ""`)
  const members = module as Record<string, unknown>
  const there = members[name]
  if (there !== undefined && there !== null && !slot.replaces(there))
    throw new ValueError(`attribute '${name}' already exists`)
  if (value !== null && !slot.fits)
    throw new TypeError(
      `cannot assign '${typeof value}' object to ${kind} '${name}' (${slot.expected} or null required)`,
    )
  members[name] = value
}
