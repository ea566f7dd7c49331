import type { Tensor } from '@tsorch/core'

/** Arrays of numbers as JavaScript has them. */
export type NumberArray = ArrayLike<number> | ArrayLike<bigint> | ArrayLike<boolean>

/** Numbers in nested arrays, all of one length on each level. */
export type NestedNumbers = number | boolean | readonly NestedNumbers[]

/**
 * What the writer takes values from: a tensor, nested or typed arrays, or elements in row-major order with their shape. A
 * `Uint8Array` counts as uint8, everything else that is no tensor as floating point.
 */
export type Values =
  | Tensor
  | NestedNumbers
  | NumberArray
  | { readonly data: NumberArray; readonly shape: readonly number[] }

/** Values that have been read. */
export interface ReadValues {
  readonly data: ArrayLike<number>
  readonly shape: readonly number[]
  /** PyTorch's name of the data type, `'float64'` for plain numbers. */
  readonly dtype: string
}

function isTensor(values: unknown): values is Tensor {
  return typeof (values as { toTypedArray?: unknown } | null)?.toTypedArray === 'function'
}

const typedArrayNames: Readonly<Record<string, string>> = {
  Uint8Array: 'uint8',
  Uint8ClampedArray: 'uint8',
  Int8Array: 'int8',
  Int16Array: 'int16',
  Int32Array: 'int32',
  BigInt64Array: 'int64',
  Float32Array: 'float32',
}

/**
 * Reads values. `name` is the function that was given them, for errors.
 *
 * @throws TypeError for what holds no numbers, or arrays of different lengths
 */
export function readValues(name: string, values: Values): ReadValues {
  if (isTensor(values))
    return { data: plainNumbers(values.toTypedArray()), shape: values.shape, dtype: values.dtype.name }
  if (typeof values === 'number' || typeof values === 'boolean')
    return { data: [Number(values)], shape: [], dtype: 'float64' }
  if (ArrayBuffer.isView(values)) {
    if (values instanceof DataView) throw new TypeError(`${name}: expected numbers, but got a DataView`)
    const data = values as unknown as NumberArray
    const dtype = typedArrayNames[values.constructor.name] ?? 'float64'
    return { data: plainNumbers(data), shape: [data.length], dtype }
  }
  if (Array.isArray(values)) {
    const shape: number[] = []
    for (let level: unknown = values; Array.isArray(level); level = level[0]) shape.push(level.length)
    const data: number[] = []
    flatten(name, values, shape, 0, data)
    return { data, shape, dtype: 'float64' }
  }
  if (typeof values === 'object' && values !== null && 'data' in values && 'shape' in values) {
    const { data, dtype } = readValues(name, values.data as Values)
    const count = values.shape.reduce((product, size) => product * size, 1)
    if (data.length !== count)
      throw new TypeError(`${name}: shape [${values.shape.join(', ')}] is invalid for input of size ${data.length}`)
    return { data, shape: values.shape, dtype }
  }
  throw new TypeError(`${name}: expected a tensor, an array or a number, but got ${describe(values)}`)
}

/** @returns the only element. @throws TypeError if there are more, or none */
export function readScalar(name: string, value: Values | bigint): number {
  if (typeof value === 'number') return value
  if (typeof value === 'bigint') return Number(value)
  const { data, shape } = readValues(name, value)
  if (data.length !== 1)
    throw new TypeError(
      `${name}: Tensor should contain one element (0 dimensions). Was given size: ${data.length} and ${shape.length} dimensions.`,
    )
  return data[0]!
}

function plainNumbers(data: NumberArray): ArrayLike<number> {
  const first = data[0]
  return typeof first === 'bigint' || typeof first === 'boolean'
    ? Float64Array.from(data as ArrayLike<number>, Number)
    : (data as ArrayLike<number>)
}

function flatten(
  name: string,
  values: readonly unknown[],
  shape: readonly number[],
  depth: number,
  into: number[],
): void {
  if (values.length !== shape[depth])
    throw new TypeError(`${name}: expected sequence of length ${shape[depth]} at dim ${depth} (got ${values.length})`)
  for (const value of values) {
    if (Array.isArray(value) !== depth + 1 < shape.length)
      throw new TypeError(`${name}: expected numbers in arrays of one length on each level`)
    if (Array.isArray(value)) flatten(name, value, shape, depth + 1, into)
    else if (typeof value === 'number' || typeof value === 'boolean') into.push(Number(value))
    else throw new TypeError(`${name}: expected numbers, but an element is ${describe(value)}`)
  }
}

/** What a value is, for errors. */
export function describe(value: unknown): string {
  if (value === null || value === undefined) return String(value)
  if (typeof value === 'string') return `the string '${value}'`
  return typeof value === 'object' ? (value.constructor?.name ?? 'an object') : `a ${typeof value}`
}
