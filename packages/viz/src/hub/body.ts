/** Reading bodies that may come from anybody: what is wrong with them is told in a sentence. */
import { isObject, setField } from '../protocol/json.js'
import type { JsonObject } from '../protocol/types.js'

/** What is wrong with a body. */
export class BadRequest extends Error {
  override readonly name = 'BadRequest'
}

/** Levels of lists and objects in a body, or in a saved environment. */
const MAX_DEPTH = 100

/** Characters of the name of an environment or a window. */
const MAX_NAME = 200

/** What was given, for a message: no more than a few words. */
export function describe(value: unknown): string {
  if (value === null || value === undefined || typeof value === 'number' || typeof value === 'boolean')
    return `${value}`
  if (typeof value === 'string') return JSON.stringify(value.length > 60 ? `${value.slice(0, 60)}...` : value)
  if (Array.isArray(value)) return `a list of ${value.length}`
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`
}

/** A title or a name as text, whatever JSON it is. */
export function label(value: unknown): string {
  return typeof value === 'object' ? JSON.stringify(value) : String(value)
}

/**
 * Checks that a value is made of what JSON knows, and not too deep to be handled.
 *
 * @throws BadRequest if it is not
 */
export function checkJson(value: unknown, depth = 0): void {
  if (typeof value !== 'object' || value === null) {
    if (typeof value === 'bigint' || typeof value === 'symbol' || typeof value === 'function')
      throw new BadRequest(`JSON has no ${typeof value}`)
    return
  }
  if (depth > MAX_DEPTH) throw new BadRequest(`lists and objects are nested more than ${MAX_DEPTH} deep`)
  if (Array.isArray(value)) {
    for (let i = 0; i < value.length; i++) {
      const cell = value[i]
      if (typeof cell !== 'number' && typeof cell !== 'string') checkJson(cell, depth + 1)
    }
    return
  }
  const prototype = Object.getPrototypeOf(value)
  if (prototype !== null && Object.getPrototypeOf(prototype) !== null)
    throw new BadRequest(
      `JSON has no ${prototype.constructor?.name ?? 'object of a class'}: send plain lists and objects`,
    )
  for (const key of Object.keys(value)) checkJson((value as Record<string, unknown>)[key], depth + 1)
}

/** A deep copy of a checked value, so that what the hub keeps and changes is nobody else's. */
export function copyJson<T>(value: T): T {
  return copy(value) as T
}

function copy(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) {
    const cells = value.slice()
    for (let i = 0; i < cells.length; i++) {
      const cell = cells[i]
      if (typeof cell === 'object' && cell !== null) cells[i] = copy(cell)
      else if (cell === undefined) cells[i] = null
    }
    return cells
  }
  const object: Record<string, unknown> = {}
  for (const [key, field] of Object.entries(value)) if (field !== undefined) setField(object, key, copy(field))
  return object
}

/** Whether two values are the same JSON. */
export function jsonEqual(a: unknown, b: unknown): boolean {
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return Object.is(a, b)
  if (a === b) return true
  if (Array.isArray(a)) {
    if (!Array.isArray(b) || a.length !== b.length) return false
    for (let i = 0; i < a.length; i++) if (!jsonEqual(a[i], b[i])) return false
    return true
  }
  if (Array.isArray(b)) return false
  const [one, other] = [a as Record<string, unknown>, b as Record<string, unknown>]
  const keys = Object.keys(one)
  return (
    keys.length === Object.keys(other).length &&
    keys.every((key) => Object.hasOwn(other, key) && jsonEqual(one[key], other[key]))
  )
}

/**
 * The name of an environment as the hub keeps it: slashes become underscores.
 *
 * @throws BadRequest for what can't be a name
 */
export function environmentName(value: unknown): string {
  if (typeof value !== 'string')
    throw new BadRequest(`the name of an environment should be text, but got ${describe(value)}`)
  checkName('an environment', value)
  return value.replaceAll('/', '_')
}

/** The environment that a body is about: `main` if it doesn't say. */
export function environmentOf(body: JsonObject): string {
  return body.eid === null || body.eid === undefined ? 'main' : environmentName(body.eid)
}

/**
 * The id of a window in a body; `undefined` if it has none.
 *
 * @throws BadRequest for what can't be an id
 */
export function windowId(value: unknown): string | undefined {
  if (value === null || value === undefined) return undefined
  if (typeof value !== 'string' && typeof value !== 'number' && typeof value !== 'boolean')
    throw new BadRequest(`win should be the id of a window, but got ${describe(value)}`)
  const id = String(value)
  // the empty id is no window's: clients ask for it to see whether a server is there
  if (id !== '') checkName('a window', id)
  return id
}

function checkName(what: string, name: string): void {
  if (name === '') throw new BadRequest(`the name of ${what} should not be empty`)
  if (name.length > MAX_NAME)
    throw new BadRequest(`the name of ${what} should have at most ${MAX_NAME} characters, but got ${name.length}`)
  // biome-ignore lint/suspicious/noControlCharactersInRegex: those are what is looked for
  if (/[\u0000-\u001f\u007f]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/.test(name))
    throw new BadRequest(`the name of ${what} should not have control characters, but got ${describe(name)}`)
}

/** An object in a body, such as opts or layout; `{}` if there is none. */
export function objectField(body: JsonObject, key: string): Record<string, unknown> {
  const value = body[key]
  if (value === null || value === undefined) return {}
  if (!isObject(value)) throw new BadRequest(`${key} should be an object, but got ${describe(value)}`)
  return value
}

/** The traces, or whatever else a body brings in its list `data`; each is an object. */
export function dataField(body: JsonObject): Record<string, unknown>[] {
  const { data } = body
  if (!Array.isArray(data)) throw new BadRequest(`data should be a list, but got ${describe(data)}`)
  for (const item of data)
    if (!isObject(item)) throw new BadRequest(`data should be a list of objects, but there is ${describe(item)} in it`)
  return data
}

/** Python's notion of true. */
export function truthy(value: unknown): boolean {
  if (typeof value === 'object' && value !== null) return Object.keys(value).length > 0
  return Boolean(value) || Number.isNaN(value)
}
