/** Changes of windows, as operations of a JSON patch. */
import { setField } from './json.js'
import type { PatchOp } from './types.js'

/**
 * Changes a window, or any JSON value, in place.
 *
 * Of RFC 6902 it knows `add`, `replace` and `remove`, and as an addition `append`, which lengthens a string or a list. Whatever an operation brings is
 * put in as it is, not copied.
 *
 * @throws RangeError if there is nothing at a path; the operations before have been made then
 *
 * @see https://www.rfc-editor.org/rfc/rfc6902
 *
 * @example
 * ```ts
 * import { applyPatch } from '@tsorch/viz'
 *
 * const window = { content: { data: [{ y: [3, 2] }] } }
 * applyPatch(window, [{ op: 'add', path: '/content/data/0/y/2', value: 1 }])
 * console.log(window.content.data[0]?.y) // [ 3, 2, 1 ]
 * ```
 */
export function applyPatch(target: object, ops: readonly PatchOp[]): void {
  for (const op of ops) applyOp(target, op)
}

function applyOp(target: object, op: PatchOp): void {
  const keys = parsePointer(op.path)
  const last = keys.pop()
  if (last === undefined) throw new RangeError(`patch: the whole value can't be changed in place (path '${op.path}')`)
  let parent: unknown = target
  for (const key of keys) parent = child(parent, key, op.path)
  if (Array.isArray(parent)) changeArray(parent, last, op)
  else if (typeof parent === 'object' && parent !== null) changeObject(parent, last, op)
  else throw nothingAt(op.path)
}

function changeArray(array: unknown[], key: string, op: PatchOp): void {
  const index = op.op === 'add' && key === '-' ? array.length : /^(?:0|[1-9]\d*)$/.test(key) ? Number(key) : -1
  const end = op.op === 'add' ? array.length : array.length - 1
  if (index < 0 || index > end) throw nothingAt(op.path)
  if (op.op === 'remove') array.splice(index, 1)
  else if (op.op === 'replace') array[index] = op.value
  else if (op.op === 'append') array[index] = lengthen(array[index], op.value, op.path)
  else if (index === array.length) array.push(op.value)
  else array.splice(index, 0, op.value)
}

function changeObject(object: object, key: string, op: PatchOp): void {
  if (op.op !== 'add' && !Object.hasOwn(object, key)) throw nothingAt(op.path)
  if (op.op === 'remove') delete (object as Record<string, unknown>)[key]
  else if (op.op === 'append')
    setField(object, key, lengthen((object as Record<string, unknown>)[key], op.value, op.path))
  else setField(object, key, op.value)
}

function lengthen(old: unknown, value: string | readonly unknown[], path: string): unknown {
  if (typeof old === 'string' && typeof value === 'string') return old + value
  if (!Array.isArray(old) || typeof value === 'string')
    throw new RangeError(`patch: there is no ${typeof value === 'string' ? 'text' : 'list'} at '${path}'`)
  for (const item of value) old.push(item)
  return old
}

function child(parent: unknown, key: string, path: string): unknown {
  if (typeof parent !== 'object' || parent === null || !Object.hasOwn(parent, key)) throw nothingAt(path)
  return (parent as Record<string, unknown>)[key]
}

function nothingAt(path: string): RangeError {
  return new RangeError(`patch: there is nothing at '${path}'`)
}

/**
 * The keys of a path of a patch: `/content/data/0/y/2`.
 *
 * @throws RangeError if it does not begin with a slash
 *
 * @see https://www.rfc-editor.org/rfc/rfc6901
 */
export function parsePointer(path: string): string[] {
  if (path === '') return []
  if (!path.startsWith('/')) throw new RangeError(`patch: a path should begin with '/', but got '${path}'`)
  const keys = path.slice(1).split('/')
  return path.includes('~') ? keys.map((key) => key.replaceAll('~1', '/').replaceAll('~0', '~')) : keys
}

/** A key as it stands in a path of a patch. */
export function escapeKey(key: string): string {
  return key.includes('~') || key.includes('/') ? key.replaceAll('~', '~0').replaceAll('/', '~1') : key
}
