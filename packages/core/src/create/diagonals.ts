/** The identity matrix, and the indices of triangles. */

import { getDefaultDtype, int32, int64, toDType } from '../dtype.js'
import { RuntimeError } from '../errors.js'
import { bindOptions, TypeError_ } from '../options.js'
import { allocate, Tensor } from '../tensor.js'
import { computed } from './computed.js'
import { deviceFrom, finish, type TensorOptions, tensorOptions } from './fill.js'

/**
 * Ones on the diagonal and zeros elsewhere.
 *
 * @param n - number of rows
 * @param m - number of columns, `n` if not given
 * @see https://pytorch.org/docs/stable/generated/torch.eye.html
 */
export function eye(n: number, m?: number | EyeOptions, options?: TensorOptions): Tensor {
  const o = bindOptions<EyeOptions>('eye', ['m', ...tensorOptions], [m, options])
  const columns = o.m ?? n
  for (const [name, size] of [
    ['n', n],
    ['m', columns],
  ] as const) {
    if (!Number.isInteger(size)) throw TypeError_(`eye(): argument '${name}' must be an integer, not`, size)
    if (size < 0) throw new RuntimeError(`${name} must be greater or equal to 0, got ${size}`)
  }
  const dtype = o.dtype === undefined ? getDefaultDtype() : toDType(o.dtype)
  const out = finish(allocate({ device: deviceFrom(o) }, dtype, [n, columns], true), o)
  const length = Math.min(n, columns)
  out.storage.device.primitives.fill(new Tensor(out.storage, dtype, [length], [columns + 1], out.offset, length), 1)
  return out
}
/** Options of {@link eye}. */
export interface EyeOptions extends TensorOptions {
  m?: number
}

/** Options of {@link trilIndices} and {@link triuIndices}. */
export interface TriangleOptions extends Omit<TensorOptions, 'requiresGrad'> {
  /** Which diagonal bounds the triangle: 0 the main one, positive ones above it. */
  offset?: number
}

const triangleKernels = { trilIndices: 'tril_indices', triuIndices: 'triu_indices' } as const

/** Row and column indices, row by row, of the columns that each row has in the triangle. */
function triangle(
  name: keyof typeof triangleKernels,
  row: number,
  col: number,
  args: readonly unknown[],
  columns: (i: number, offset: number) => readonly [from: number, to: number],
): Tensor {
  const o = bindOptions<TriangleOptions>(name, ['offset', 'dtype', 'device'], args)
  for (const [argument, size] of [
    ['row', row],
    ['col', col],
  ] as const) {
    if (!Number.isInteger(size)) throw TypeError_(`${name}(): argument '${argument}' must be an integer, not`, size)
    if (size < 0) throw new RuntimeError(`${argument} must be non-negative, got${size}`)
  }
  const dtype = o.dtype === undefined ? int64 : toDType(o.dtype)
  if (dtype !== int64 && dtype !== int32) {
    throw new RuntimeError(`"${triangleKernels[name]}" not implemented for '${dtype.label}'`)
  }
  const rows: number[] = []
  const cols: number[] = []
  for (let i = 0; i < row; i++) {
    const [from, to] = columns(i, o.offset ?? 0)
    for (let j = from; j < to; j++) {
      rows.push(i)
      cols.push(j)
    }
  }
  const n = rows.length
  return computed([2, n], dtype, o, (i) => (i < n ? rows[i]! : cols[i - n]!))
}

/**
 * Row and column indices of the lower triangle of a matrix, as a tensor of shape [2, N].
 *
 * @param row - number of rows
 * @param col - number of columns
 * @param offset - 0 for the main diagonal and what is below
 * @see https://pytorch.org/docs/stable/generated/torch.tril_indices.html
 */
export function trilIndices(
  row: number,
  col: number,
  offset?: number | TriangleOptions,
  options?: TriangleOptions,
): Tensor {
  return triangle('trilIndices', row, col, [offset, options], (i, k) => [0, Math.max(0, Math.min(col, i + k + 1))])
}

/** The same of the upper triangle. @see https://pytorch.org/docs/stable/generated/torch.triu_indices.html */
export function triuIndices(
  row: number,
  col: number,
  offset?: number | TriangleOptions,
  options?: TriangleOptions,
): Tensor {
  return triangle('triuIndices', row, col, [offset, options], (i, k) => [Math.min(col, Math.max(0, i + k)), col])
}
