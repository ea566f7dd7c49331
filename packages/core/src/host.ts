/** Between tensors and JavaScript values: both ways, element by element and whole. */
import type { HostArray, View } from './dispatch/backend.js'
import { bfloat16, type DType, float16, int64 } from './dtype.js'
import { bfloat16ToNumber, float16ToNumber, numberToBfloat16, numberToFloat16 } from './kernels/half.js'

/** Plain elements of a tensor: an ordinary typed array; int64 as BigInt64Array, halves widened to Float32Array. */
export type PlainArray = Float32Array | Float64Array | Int8Array | Uint8Array | Int16Array | Int32Array | BigInt64Array

const TWO_32 = 4294967296

/** Element `i` of host words, as a number; a bigint where an int64 passes 2^53. */
export function wordAt(words: HostArray, dtype: DType, i: number): number | bigint {
  if (dtype === int64) {
    const low = words[2 * i]! >>> 0
    const high = words[2 * i + 1]!
    const value = high * TWO_32 + low
    return Number.isSafeInteger(value) ? value : (BigInt(high) << 32n) | BigInt(low)
  }
  if (dtype === float16) return float16ToNumber(words[i]!)
  if (dtype === bfloat16) return bfloat16ToNumber(words[i]!)
  return words[i]!
}

/** Writes a number, boolean or bigint into host words, converted as the dtype stores it. */
export function setWord(words: HostArray, dtype: DType, i: number, value: number | bigint | boolean): void {
  if (dtype === int64) {
    if (typeof value === 'bigint') {
      words[2 * i] = Number(BigInt.asIntN(32, value))
      words[2 * i + 1] = Number(BigInt.asIntN(32, value >> 32n))
    } else {
      const whole = Math.trunc(Number(value))
      words[2 * i] = whole | 0
      words[2 * i + 1] = Math.floor(whole / TWO_32) | 0
    }
  } else if (dtype.name === 'bool') {
    words[i] = Number(value) !== 0 ? 1 : 0
  } else if (dtype === float16) {
    words[i] = numberToFloat16(Number(value))
  } else if (dtype === bfloat16) {
    words[i] = numberToBfloat16(Number(value))
  } else {
    words[i] = Number(value)
  }
}

/** Host words as the plain array that users get. */
export function plainArray(words: HostArray, dtype: DType, count: number): PlainArray {
  if (dtype === int64) return new BigInt64Array((words as Int32Array).slice().buffer as ArrayBuffer, 0, count)
  if (dtype === float16 || dtype === bfloat16) {
    const out = new Float32Array(count)
    const widen = dtype === float16 ? float16ToNumber : bfloat16ToNumber
    for (let i = 0; i < count; i++) out[i] = widen(words[i]!)
    return out
  }
  return words as PlainArray
}

/** Nested arrays of the shape, of numbers or booleans. */
export function nested(words: HostArray, dtype: DType, shape: View['shape']): unknown {
  let at = 0
  const isBool = dtype.name === 'bool'
  const level = (d: number): unknown => {
    if (d === shape.length) {
      const value = wordAt(words, dtype, at++)
      return isBool ? value !== 0 : value
    }
    const list = new Array<unknown>(shape[d]!)
    for (let i = 0; i < list.length; i++) list[i] = level(d + 1)
    return list
  }
  return level(0)
}
