/** Where the elements are that are not zero. The results' sizes depend on the data, so these read it on the host. */
import { bfloat16, float16, int64 } from '../dtype.js'
import { bindOptions } from '../options.js'
import { allocate, type Tensor } from '../tensor.js'
import { hostWords } from './access.js'
import { attach } from './define.js'
import { checkTensor } from './promote.js'

declare module '../tensor.js' {
  interface Tensor {
    /** See {@link nonzero}. */
    nonzero(options?: { asTuple?: false }): Tensor
    nonzero(options: { asTuple: true }): Tensor[]
    /** See {@link argwhere}. */
    argwhere(): Tensor
  }
}

/** Positions of the nonzero elements of `x` in row-major order. @throws RuntimeError where the device cannot be read at once */
export function nonzeroPositions(x: Tensor, op: string): number[] {
  const words = hostWords(x, op)
  const found: number[] = []
  if (x.dtype === int64) {
    for (let i = 0; i < x.count; i++) if ((words[2 * i]! | words[2 * i + 1]!) !== 0) found.push(i)
  } else if (x.dtype === float16 || x.dtype === bfloat16) {
    // all bits but the sign: -0 is zero
    for (let i = 0; i < x.count; i++) if ((words[i]! & 0x7fff) !== 0) found.push(i)
  } else {
    for (let i = 0; i < x.count; i++) if (words[i] !== 0) found.push(i)
  }
  return found
}

/** An int64 tensor of coordinates, beside `like`. */
function coordinateTensor(values: Int32Array, shape: readonly number[], like: Tensor): Tensor {
  const out = allocate(like.storage, int64, shape)
  const words = new Int32Array(2 * values.length)
  for (let i = 0; i < values.length; i++) words[2 * i] = values[i]!
  like.storage.device.memory.write(out, words)
  return out
}

/** Coordinates of flat positions, a row for each dimension. */
function coordinates(positions: readonly number[], shape: readonly number[]): Int32Array[] {
  const rows = shape.map(() => new Int32Array(positions.length))
  positions.forEach((position, i) => {
    let rest = position
    for (let d = shape.length - 1; d >= 0; d--) {
      const size = shape[d]!
      const quotient = Math.floor(rest / size)
      rows[d]![i] = rest - quotient * size
      rest = quotient
    }
  })
  return rows
}

/** Options of {@link nonzero}. */
export interface NonzeroOptions {
  /** Gives a 1-d tensor for each dimension, which together index `x`, instead of one matrix. */
  asTuple?: boolean
}

/**
 * The coordinates of all elements that are not zero, in row-major order.
 *
 * @param x - any dtype; NaN is not zero
 * @returns an int64 tensor `[n, x.ndim]`, or with `asTuple` a list of `x.ndim` tensors `[n]` (for 0-d as for one dimension)
 * @example
 * ```ts
 * nonzero(tensor([[0, 2], [3, 0]])) // tensor([[0, 1], [1, 0]])
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.nonzero.html
 */
export function nonzero(x: Tensor, options?: { asTuple?: false }): Tensor
export function nonzero(x: Tensor, options: { asTuple: true }): Tensor[]
export function nonzero(x: Tensor, options?: NonzeroOptions): Tensor | Tensor[]
export function nonzero(x: Tensor, options?: NonzeroOptions): Tensor | Tensor[] {
  checkTensor('nonzero', 'input', x)
  const { asTuple = false } = bindOptions<NonzeroOptions>('nonzero', ['asTuple'], [options])
  if (asTuple) return nonzeroColumns(x)
  const positions = nonzeroPositions(x, 'nonzero')
  const rows = coordinates(positions, x.shape)
  const flat = new Int32Array(positions.length * x.ndim)
  rows.forEach((row, d) => {
    for (let i = 0; i < row.length; i++) flat[i * x.ndim + d] = row[i]!
  })
  return coordinateTensor(flat, [positions.length, x.ndim], x)
}

/** A 1-d int64 tensor for each dimension: the coordinates of the nonzero elements. */
export function nonzeroColumns(x: Tensor): Tensor[] {
  const rows = coordinates(nonzeroPositions(x, 'nonzero'), x.ndim === 0 ? [1] : x.shape)
  return rows.map((row) => coordinateTensor(row, [row.length], x))
}

/** The coordinates of all elements that are not zero: {@link nonzero} as a matrix. @see https://pytorch.org/docs/stable/generated/torch.argwhere.html */
export function argwhere(x: Tensor): Tensor {
  return nonzero(x)
}

attach('nonzero', function (this: Tensor, options?: NonzeroOptions) {
  return nonzero(this, options)
})
attach('argwhere', function (this: Tensor) {
  return nonzero(this)
})
