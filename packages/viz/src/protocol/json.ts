/**
 * JSON with numbers that are not finite. Python writes and reads them as bare words (`NaN`, `Infinity`, `-Infinity`), which no JSON parser
 * of a browser takes; pages are sent strings instead.
 */
import type { Json } from './types.js'

/**
 * Reads JSON as Python does: `NaN`, `Infinity` and `-Infinity` may stand where a number may. As fast as `JSON.parse` where there are none.
 *
 * @throws SyntaxError if the text is no JSON
 *
 * @example
 * ```ts
 * import { parseJson } from '@tsorch/viz'
 *
 * console.log(parseJson('{"y": [1, NaN, -Infinity]}')) // { y: [ 1, NaN, -Infinity ] }
 * ```
 */
export function parseJson(text: string): Json {
  try {
    return JSON.parse(text)
  } catch (error) {
    if (!text.includes('NaN') && !text.includes('Infinity')) throw error
  }
  const token = makeToken()
  const strict = replaceWords(text, token)
  const value: Json = JSON.parse(strict)
  return strict.includes(token) ? (revive(value, token) as Json) : value
}

/**
 * Writes JSON as Python does, with bare words for what is not finite.
 *
 * @example
 * ```ts
 * import { pythonJson } from '@tsorch/viz'
 *
 * console.log(pythonJson({ y: [1, Number.NaN] })) // {"y":[1,NaN]}
 * ```
 */
export function pythonJson(value: unknown): string {
  if (!hasNonFinite(value)) return JSON.stringify(value)
  const token = makeToken()
  const text = JSON.stringify(replaceNonFinite(value, token))
  return text.replace(new RegExp(`"${token}(NaN|-?Infinity)"`, 'g'), '$1')
}

/**
 * Writes strict JSON for pages: what is not finite becomes one of the strings `"NaN"`, `"Infinity"`, `"-Infinity"`.
 *
 * @example
 * ```ts
 * import { pageJson } from '@tsorch/viz'
 *
 * console.log(pageJson({ y: [1, Number.NaN] })) // {"y":[1,"NaN"]}
 * ```
 */
export function pageJson(value: unknown): string {
  return JSON.stringify(hasNonFinite(value) ? replaceNonFinite(value, '') : value)
}

/** A deep copy of what a page would read from {@link pageJson}, for a page in the same program. */
export function pageCopy<T>(value: T): T {
  return replaceNonFinite(value, '') as T
}

/** Text that occurs in no document, for what stands in for a word. */
function makeToken(): string {
  return `${Math.random().toString(36).slice(2)}${Math.random().toString(36).slice(2)}:`
}

/**
 * Puts numbers and arrays that `JSON.parse` takes in place of the words outside of strings: `1e999` is infinite, and `["token"]` stands for
 * NaN, since it is as little as a number allowed as a key.
 */
function replaceWords(text: string, token: string): string {
  const parts: string[] = []
  let start = 0
  while (start < text.length) {
    let quote = text.indexOf('"', start)
    if (quote < 0) quote = text.length
    parts.push(
      text
        .slice(start, quote)
        .replace(/(?<![\w.+-])(?:NaN|-?Infinity)(?![\w.])/g, (word) =>
          word === 'NaN' ? `["${token}"]` : word === 'Infinity' ? '1e999' : '-1e999',
        ),
    )
    start = endOfString(text, quote)
    parts.push(text.slice(quote, start))
  }
  return parts.join('')
}

/** The index after the string that begins at a quote. */
function endOfString(text: string, quote: number): number {
  for (let end = text.indexOf('"', quote + 1); end >= 0; end = text.indexOf('"', end + 1)) {
    let slash = end
    while (text.charCodeAt(slash - 1) === BACKSLASH) slash--
    if ((end - slash) % 2 === 0) return end + 1
  }
  return text.length
}

const BACKSLASH = 92

/** Puts NaN where its stand-in is, in place. */
function revive(value: unknown, token: string): unknown {
  if (Array.isArray(value)) {
    if (value.length === 1 && value[0] === token) return Number.NaN
    for (let i = 0; i < value.length; i++) {
      const cell = value[i]
      if (typeof cell === 'object' && cell !== null) value[i] = revive(cell, token)
    }
  } else if (typeof value === 'object' && value !== null) {
    const object = value as Record<string, unknown>
    for (const key of Object.keys(object)) {
      const field = object[key]
      if (typeof field === 'object' && field !== null) setField(object, key, revive(field, token))
    }
  }
  return value
}

function hasNonFinite(value: unknown): boolean {
  if (typeof value === 'number') return !Number.isFinite(value)
  if (typeof value !== 'object' || value === null) return false
  if (Array.isArray(value)) {
    for (let i = 0; i < value.length; i++) {
      const cell = value[i]
      if (typeof cell === 'number') {
        // the difference of a finite number to itself is 0, of any other NaN
        if (cell - cell !== 0) return true
      } else if (typeof cell === 'object' && cell !== null && hasNonFinite(cell)) return true
    }
    return false
  }
  for (const key of Object.keys(value)) if (hasNonFinite((value as Record<string, unknown>)[key])) return true
  return false
}

/** A deep copy with strings, each with a prefix, for what is not finite. */
function replaceNonFinite(value: unknown, prefix: string): unknown {
  if (typeof value === 'number') return Number.isFinite(value) ? value : prefix + value
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) {
    const copy = value.slice()
    for (let i = 0; i < copy.length; i++) {
      const cell = copy[i]
      if (typeof cell === 'number') {
        if (cell - cell !== 0) copy[i] = prefix + cell
      } else if (typeof cell === 'object' && cell !== null) copy[i] = replaceNonFinite(cell, prefix)
    }
    return copy
  }
  const copy: Record<string, unknown> = {}
  for (const key of Object.keys(value))
    setField(copy, key, replaceNonFinite((value as Record<string, unknown>)[key], prefix))
  return copy
}

/** Sets a field of an object that came from JSON, or will become it: `__proto__` is a name like any other there. */
export function setField(object: object, key: string, value: unknown): void {
  if (key === '__proto__') {
    Object.defineProperty(object, key, { value, writable: true, enumerable: true, configurable: true })
  } else {
    ;(object as Record<string, unknown>)[key] = value
  }
}

/** Whether a value of JSON is an object. */
export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
