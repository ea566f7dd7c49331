/** Numbers that a plot is given, read and copied at the call, since a training loop changes its tensors in place. */
import { describe, readValues, type Values } from '../tensorboard/values.js'

/** Elements in row-major order. The data may still be the caller's. */
export interface Matrix {
  readonly data: ArrayLike<number>
  readonly shape: readonly number[]
  /** PyTorch's name of the data type; `'float64'` for plain numbers */
  readonly dtype: string
}

export const shapeText = (shape: readonly number[]): string => `[${shape.join(', ')}]`

/** @throws TypeError for what holds no numbers, and for arrays of different lengths */
export function read(name: string, values: Values): Matrix {
  return readValues(name, values)
}

/** As {@link read}, without dimensions of size 1. */
export function readSqueezed(name: string, values: Values): Matrix {
  const { data, shape, dtype } = readValues(name, values)
  return { data, shape: shape.filter((size) => size !== 1), dtype }
}

/** @throws RangeError unless there are one or two dimensions */
export function checkOneOrTwo(name: string, what: string, { shape }: Matrix): void {
  if (shape.length !== 1 && shape.length !== 2)
    throw new RangeError(`${name}: ${what} should have 1 or 2 dimensions, but has shape ${shapeText(shape)}`)
}

/** @throws RangeError unless there are so many dimensions */
export function checkDims(name: string, what: string, { shape }: Matrix, dims: number): void {
  if (shape.length !== dims)
    throw new RangeError(
      `${name}: ${what} should have ${dims} dimension${dims === 1 ? '' : 's'}, but has shape ${shapeText(shape)}`,
    )
}

/** @throws RangeError unless both have the same shape */
export function checkSameShape(name: string, a: string, b: string, { shape: s }: Matrix, { shape: t }: Matrix): void {
  if (s.length !== t.length || s.some((size, i) => size !== t[i]))
    throw new RangeError(`${name}: ${a} and ${b} should be the same shape, but got ${shapeText(s)} and ${shapeText(t)}`)
}

/** A vector as a matrix of one column. */
export function asColumns({ data, shape, dtype }: Matrix): Matrix {
  return shape.length === 1 ? { data, shape: [shape[0]!, 1], dtype } : { data, shape, dtype }
}

/** A copy of column `k` of a matrix. */
export function column({ data, shape }: Matrix, k: number): number[] {
  const [rows = 0, columns = 1] = shape
  const out: number[] = []
  for (let i = 0; i < rows; i++) out.push(data[i * columns + k]!)
  return out
}

/** A copy of the rows of a matrix. */
export function rowsOf({ data, shape }: Matrix): number[][] {
  const [rows = 0, columns = 0] = shape
  return Array.from({ length: rows }, (_, i) => Array.from({ length: columns }, (_, k) => data[i * columns + k]!))
}

/** A copy of the elements, one after the other. */
export function listOf({ data }: Matrix): number[] {
  return Array.from(data)
}

/** NaN is a gap, which travels as `null`. Infinities stay. */
export function gaps(values: number[]): (number | null)[] {
  for (let i = 0; i < values.length; i++) {
    if (Number.isNaN(values[i]!)) (values as (number | null)[])[i] = null
  }
  return values
}

/** The least and the greatest element; NaN if there is one. */
export function extent({ data }: Matrix): [low: number, high: number] {
  let low = Number.POSITIVE_INFINITY
  let high = Number.NEGATIVE_INFINITY
  for (let i = 0; i < data.length; i++) {
    const value = data[i]!
    if (Number.isNaN(value)) return [value, value]
    if (value < low) low = value
    if (value > high) high = value
  }
  return [low, high]
}

/** `count` numbers from `start` to `stop`, both included. */
export function linspace(start: number, stop: number, count: number): number[] {
  const step = (stop - start) / (count - 1)
  const out = Array.from({ length: count }, (_, i) => i * step + start)
  if (count === 1) out[0] = start
  else out[count - 1] = stop
  return out
}

/** How results are rounded where all operands are of this type, as NumPy does it. */
export function rounding(...matrices: readonly Matrix[]): (value: number) => number {
  return matrices.every(({ dtype }) => dtype === 'float32') ? Math.fround : (value) => value
}

/** Strings in an array. @throws TypeError for anything else */
export function strings(name: string, what: string, values: unknown): string[] {
  const list = listLike(values)
  if (list === undefined) throw new TypeError(`${name}: ${what} should be an array, but got ${describe(values)}`)
  return list.map(String)
}

/** The elements of anything that is a list; undefined for all else. */
export function listLike(values: unknown): unknown[] | undefined {
  if (Array.isArray(values)) return values
  if (ArrayBuffer.isView(values) && !(values instanceof DataView))
    return Array.from(values as unknown as ArrayLike<number>)
  return undefined
}
