import type { StorageArray } from '../dtype.js'

/**
 * The shapes of the generated inner loops. An operand `x` is its array, the position of its first element `xI` and the step
 * to the next `xS`, both in array elements (int64 takes two an element); n is the number of elements.
 */

export type UnaryLoop<A = StorageArray> = (
  o: A,
  oI: number,
  oS: number,
  x: A,
  xI: number,
  xS: number,
  n: number,
) => void

export type BinaryLoop<A = StorageArray> = (
  o: A,
  oI: number,
  oS: number,
  a: A,
  aI: number,
  aS: number,
  b: A,
  bI: number,
  bS: number,
  n: number,
) => void

/** Writes bool. */
export type CompareLoop<A = StorageArray> = (
  o: Uint8Array,
  oI: number,
  oS: number,
  a: A,
  aI: number,
  aS: number,
  b: A,
  bI: number,
  bS: number,
  n: number,
) => void

// The tables below mix loops of different array classes; a dtype is what picks the right one, which no type can express.

export type WhereLoop = (
  o: never,
  oI: number,
  oS: number,
  c: never,
  cI: number,
  cS: number,
  a: never,
  aI: number,
  aS: number,
  b: never,
  bI: number,
  bS: number,
  n: number,
) => void

export type CopyLoop = (o: never, oI: number, oS: number, x: never, xI: number, xS: number, n: number) => void

/** Folds a row into `initial`. */
export type RowLoop<A = StorageArray> = (x: A, xI: number, xS: number, n: number, initial: number) => number

/** Folds n elements into n accumulators. */
export type ColumnLoop<A = StorageArray> = (acc: Float64Array, x: A, xI: number, xS: number, n: number) => void

/** `o = x` at `xI + index * xD`. */
export type GatherLoop = (
  o: never,
  oI: number,
  oS: number,
  x: never,
  xI: number,
  xS: number,
  xD: number,
  index: Int32Array,
  indexI: number,
  indexS: number,
  n: number,
) => void

/** `o` at `oI + index * oD` becomes or is combined with `x`. */
export type ScatterLoop = (
  o: never,
  oI: number,
  oS: number,
  oD: number,
  x: never,
  xI: number,
  xS: number,
  index: Int32Array,
  indexI: number,
  indexS: number,
  n: number,
) => void

/** Running extreme of a row and where it is. */
export type ExtremeLoop = (
  o: never,
  oI: number,
  oS: number,
  x: never,
  xI: number,
  xS: number,
  index: Int32Array,
  indexI: number,
  indexS: number,
  n: number,
) => void

/** Position of the extreme in a row. */
export type ArgumentLoop = (x: never, xI: number, xS: number, n: number) => number
