import { type DType, dtypes, float32, float64, int64, type StorageArray } from '../dtype.js'
import { copyLoops } from './generated/copy.js'
import { storeBigInt64, storeInt64 } from './int64.js'

/** Numbers as operands: one element of each dtype, for the first and the second operand of a call. */
const cells: readonly StorageArray[] = dtypes.map((d) => d.allocate(2))

/** Array in which {@link placeScalar} leaves a number of that dtype. */
export function scalarArray(dtype: DType): StorageArray {
  return cells[dtype.id]!
}

/**
 * Converts a number as PyTorch's casts do and leaves it in the dtype's scalar array.
 *
 * @returns its position there
 */
export function placeScalar(dtype: DType, operand: 0 | 1, value: number | bigint): number {
  const position = operand * dtype.words
  const cell = cells[dtype.id]!
  if (dtype === float32 || dtype === float64) cell[position] = Number(value)
  else if (dtype === int64) placeInt64(cell as Int32Array, position, value)
  else if (dtype.category === 2) convert(float64, Number(value), dtype, position)
  else {
    // integers wrap from 64 bits, as an int64 tensor's do
    const exact = cells[int64.id] as Int32Array
    if (dtype.name === 'bool') cell[position] = Number(value) !== 0 ? 1 : 0
    else {
      placeInt64(exact, position * 2, value)
      copyLoops[int64.id]![dtype.id]!(cell as never, position, 1, exact as never, position * 2, 2, 1)
    }
  }
  return position
}

function placeInt64(cell: Int32Array, position: number, value: number | bigint): void {
  if (typeof value === 'bigint') storeBigInt64(cell, position, value)
  else storeInt64(cell, position, value)
}

function convert(from: DType, value: number, to: DType, position: number): void {
  const source = cells[from.id]!
  source[position] = value
  copyLoops[from.id]![to.id]!(cells[to.id] as never, position, 1, source as never, position, 1, 1)
}

/** The value that a number has as an element of a dtype (of up to 53 bits). */
export function roundScalar(dtype: DType, value: number): number {
  const position = placeScalar(dtype, 0, value)
  const result = cells[float64.id]!
  copyLoops[dtype.id]![float64.id]!(result as never, 0, 1, cells[dtype.id] as never, position, dtype.words, 1)
  return result[0]!
}
