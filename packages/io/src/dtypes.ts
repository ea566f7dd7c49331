import type { DTypeName } from '@tsorch/core'
import { quoted, SafetensorError } from './header.js'

type StoredArray = Float32Array | Float64Array | Uint16Array | Int8Array | Uint8Array | Int16Array | Int32Array

/** How an element type of the format is held here: its dtype and the array of its words (two a number for int64). */
interface Stored {
  readonly dtype: DTypeName
  readonly array: new (buffer: ArrayBuffer) => StoredArray
}

/** The types that both sides have, in the order in which files hold them: the reference library sorts tensors so. */
const STORED: Readonly<Record<string, Stored>> = {
  I64: { dtype: 'int64', array: Int32Array },
  F64: { dtype: 'float64', array: Float64Array },
  F32: { dtype: 'float32', array: Float32Array },
  I32: { dtype: 'int32', array: Int32Array },
  BF16: { dtype: 'bfloat16', array: Uint16Array },
  F16: { dtype: 'float16', array: Uint16Array },
  I16: { dtype: 'int16', array: Int16Array },
  I8: { dtype: 'int8', array: Int8Array },
  U8: { dtype: 'uint8', array: Uint8Array },
  BOOL: { dtype: 'bool', array: Uint8Array },
}

const names: readonly string[] = Object.keys(STORED)

/** The format's name of a dtype. */
export function formatName(dtype: DTypeName): string {
  return names.find((name) => STORED[name]!.dtype === dtype)!
}

/** The place of a type in a file: wider types first, so that every tensor is aligned. */
export function rank(name: string): number {
  return names.indexOf(name)
}

/** Refuses a type of the format that has no dtype here. */
export function checkSupported(tensor: string, type: string): void {
  if (Object.hasOwn(STORED, type)) return
  throw new SafetensorError(`${quoted(tensor)}: there is no dtype for ${type}, only for ${names.join(', ')}`)
}

/** The dtype and the words of a tensor of a supported type; its bytes need not be aligned. */
export function storedWords(type: string, bytes: Uint8Array): { dtype: DTypeName; words: StoredArray } {
  const { dtype, array } = STORED[type]!
  // a copy begins at an aligned address; platforms that run JavaScript are little-endian, as the format is
  return { dtype, words: new array(bytes.slice().buffer) }
}
