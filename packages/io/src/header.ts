import { ValueError } from '@tsorch/core'
import { type Json, JsonError, parseJson } from './json.js'

/** A file that is no safetensors file, or tensors that cannot be written to one. */
export class SafetensorError extends ValueError {
  override name = 'SafetensorError'
}

/** Bytes of one element of each type of the format. */
export const ITEMSIZE: Readonly<Record<string, number>> = {
  F64: 8,
  I64: 8,
  U64: 8,
  C64: 8,
  F32: 4,
  I32: 4,
  U32: 4,
  F16: 2,
  BF16: 2,
  I16: 2,
  U16: 2,
  I8: 1,
  U8: 1,
  BOOL: 1,
  F8_E4M3: 1,
  F8_E5M2: 1,
  F8_E8M0: 1,
}

/** The length field in front of the header. */
export const LENGTH_BYTES = 8
/** The format's own limit, so that a damaged length field does not ask for all memory. */
export const MAX_HEADER_BYTES = 100_000_000

/** One tensor of a header. */
export interface SafetensorsEntry {
  readonly name: string
  /** The format's name of the dtype: `F32`, `BF16`, `I64`, ... */
  readonly dtype: string
  readonly shape: readonly number[]
  /** First byte, counted from the end of the header. */
  readonly begin: number
  /** First byte after the tensor. */
  readonly end: number
}

/** What a header says. */
export interface SafetensorsHeader {
  /** Free text under `__metadata__`; without a prototype, so that any key is safe. */
  readonly metadata: Readonly<Record<string, string>>
  /** In the order of their bytes. */
  readonly entries: readonly SafetensorsEntry[]
}

/**
 * The length of the header from the first eight bytes of a file of `size` bytes.
 *
 * @throws SafetensorError if no header of that length fits
 */
export function headerLength(start: Uint8Array, size: number): number {
  if (start.length < LENGTH_BYTES) {
    throw new SafetensorError(`a safetensors file begins with 8 bytes of header length, but it has only ${size} bytes`)
  }
  const view = new DataView(start.buffer, start.byteOffset, LENGTH_BYTES)
  const length = view.getUint32(4, true) * 2 ** 32 + view.getUint32(0, true)
  if (length > MAX_HEADER_BYTES) {
    throw new SafetensorError(`header too large: ${length} bytes, the format allows ${MAX_HEADER_BYTES}`)
  }
  if (length > size - LENGTH_BYTES) {
    throw new SafetensorError(`header of ${length} bytes reaches beyond the end of the file, which has ${size} bytes`)
  }
  return length
}

/**
 * Reads and checks a header: every tensor's bytes are those of its shape and dtype, and together they cover the data without
 * gap or overlap.
 *
 * @param bytes the header alone
 * @param dataBytes how many bytes follow it
 * @throws SafetensorError naming the tensor that is wrong
 */
export function parseHeader(bytes: Uint8Array, dataBytes: number): SafetensorsHeader {
  if (bytes[0] !== 0x7b) throw new SafetensorError("the header of a safetensors file must begin with '{'")
  let text: string
  try {
    // a byte order mark is no JSON
    text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch {
    throw new SafetensorError('the header is not valid UTF-8')
  }
  const members = object(parseOrFail(text), 'the header')
  const metadata: Record<string, string> = Object.create(null)
  const entries: SafetensorsEntry[] = []
  for (const [name, value] of members) {
    if (name !== '__metadata__') entries.push(entry(name, object(value, quoted(name)), dataBytes))
    else if (value !== null) for (const [key, text] of object(value, '__metadata__')) metadata[key] = string(text, key)
  }
  entries.sort((a, b) => a.begin - b.begin || a.end - b.end)
  checkCoverage(entries, dataBytes)
  return { metadata, entries }
}

function parseOrFail(text: string): Json {
  try {
    return parseJson(text)
  } catch (error) {
    if (!(error instanceof JsonError)) throw error
    throw new SafetensorError(`the header is not JSON: ${error.message}`)
  }
}

/** How messages name a tensor. */
export function quoted(name: string): string {
  return `tensor ${JSON.stringify(name)}`
}

function object(value: Json, what: string): ReadonlyMap<string, Json> {
  if (value instanceof Map) return value
  throw new SafetensorError(`${what} must be a JSON object`)
}

function string(value: Json, key: string): string {
  if (typeof value === 'string') return value
  throw new SafetensorError(`__metadata__: the value of ${JSON.stringify(key)} must be a string`)
}

function sizes(value: Json | undefined, what: string): number[] {
  if (!Array.isArray(value)) throw new SafetensorError(`${what} must be a list of integers`)
  return (value as Json[]).map((size) => {
    if (typeof size === 'number' && Number.isSafeInteger(size) && size >= 0) return size
    throw new SafetensorError(`${what} must hold integers >= 0, but has ${JSON.stringify(size) ?? 'an object'}`)
  })
}

/** The bytes of a shape. @throws SafetensorError where the number passes 2^53 */
export function byteLength(name: string, dtype: string, shape: readonly number[]): number {
  let bytes = ITEMSIZE[dtype]!
  for (const size of shape) {
    bytes *= size
    if (!Number.isSafeInteger(bytes)) {
      throw new SafetensorError(`${quoted(name)}: the size of shape [${shape.join(', ')}] overflows`)
    }
  }
  return bytes
}

function entry(name: string, members: ReadonlyMap<string, Json>, dataBytes: number): SafetensorsEntry {
  const what = quoted(name)
  const dtype = members.get('dtype')
  if (typeof dtype !== 'string') throw new SafetensorError(`${what}: dtype must be a string`)
  if (!Object.hasOwn(ITEMSIZE, dtype)) {
    throw new SafetensorError(`${what}: unknown dtype ${JSON.stringify(dtype)}`)
  }
  const shape = sizes(members.get('shape'), `${what}: shape`)
  const offsets = sizes(members.get('data_offsets'), `${what}: data_offsets`)
  if (offsets.length !== 2) {
    throw new SafetensorError(`${what}: data_offsets must be [begin, end], but has ${offsets.length} numbers`)
  }
  const [begin, end] = offsets as [number, number]
  const range = `byte range [${begin}, ${end})`
  if (begin > end) throw new SafetensorError(`${what}: ${range} ends before it begins`)
  if (end > dataBytes) throw new SafetensorError(`${what}: ${range} reaches beyond the ${dataBytes} bytes of data`)
  const needed = byteLength(name, dtype, shape)
  if (end - begin !== needed) {
    throw new SafetensorError(
      `${what}: ${range} has ${end - begin} bytes, but shape [${shape.join(', ')}] of ${dtype} takes ${needed}`,
    )
  }
  return { name, dtype, shape, begin, end }
}

function checkCoverage(entries: readonly SafetensorsEntry[], dataBytes: number): void {
  let covered = 0
  let previous = ''
  for (const { name, begin, end } of entries) {
    if (begin < covered) {
      throw new SafetensorError(`${quoted(name)}: byte range [${begin}, ${end}) overlaps that of ${quoted(previous)}`)
    }
    if (begin > covered) {
      throw new SafetensorError(`${quoted(name)}: bytes [${covered}, ${begin}) in front of it belong to no tensor`)
    }
    covered = end
    previous = name
  }
  if (covered < dataBytes) throw new SafetensorError(`bytes [${covered}, ${dataBytes}) of the data belong to no tensor`)
}
