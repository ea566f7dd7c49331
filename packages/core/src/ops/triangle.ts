/** Triangles and diagonals of matrices. */
import { record } from '../autograd/node.js'
import type { Device } from '../dispatch/registry.js'
import { bool } from '../dtype.js'
import { RuntimeError } from '../errors.js'
import { bindOptions } from '../options.js'
import { contiguousStrides, wrapDim } from '../shape.js'
import { allocate, type Method, Tensor } from '../tensor.js'
import { clone } from './cast.js'
import { attachMethods, attachWithInplace } from './methods.js'
import { checkTensor, type Scalar } from './promote.js'
import { diagonal, narrow } from './slicing.js'
import { reshape } from './view.js'
import { embed } from './window.js'
import { fillInto } from './write.js'

declare module '../tensor.js' {
  interface Tensor {
    tril: Method<typeof tril>
    tril_: Method<typeof tril>
    triu: Method<typeof triu>
    triu_: Method<typeof triu>
    diag: Method<typeof diag>
    diagEmbed: Method<typeof diagEmbed>
    diagflat: Method<typeof diagflat>
    fillDiagonal_(fillValue: Scalar, wrap?: boolean | FillDiagonalOptions): this
  }
}

/** Options of {@link tril}, {@link triu} and {@link diag}. */
export interface TriangleOptions {
  /** Which diagonal: 0 the main one, positive above it, negative below. */
  diagonal?: number
}

/** Which elements of a matrix lie on or below a diagonal. */
function lowerMask(rows: number, columns: number, k: number, device: Device): Tensor {
  const words = new Uint8Array(rows * columns)
  for (let i = 0; i < rows; i++) words.fill(1, i * columns, i * columns + Math.min(Math.max(i + k + 1, 0), columns))
  const mask = allocate({ device }, bool, [rows, columns])
  device.memory.write(mask, words)
  return mask
}

function triangle(op: 'tril' | 'triu', x: Tensor, k: number): Tensor {
  const rows = x.shape[x.ndim - 2]!
  const columns = x.shape[x.ndim - 1]!
  const out = allocate(x.storage, x.dtype, x.shape)
  const lower = op === 'tril'
  const mask = lowerMask(rows, columns, lower ? k : k - 1, x.storage.device)
  x.storage.device.primitives.where(mask, lower ? x : 0, lower ? 0 : x, out)
  return record(lower ? 'TrilBackward0' : 'TriuBackward0', out, [x], null, (g) => triangle(op, g, k))
}

function triangleOf(op: 'tril' | 'triu', x: Tensor, given: number | TriangleOptions | undefined): Tensor {
  checkTensor(op, 'input', x)
  const { diagonal: k = 0 } = bindOptions<TriangleOptions>(op, ['diagonal'], [given])
  if (x.ndim < 2) throw new RuntimeError(`${op}: input tensor must have at least 2 dimensions, but got ${x.ndim}`)
  return triangle(op, x, k)
}

/**
 * The lower triangle of a matrix, or of each of a batch: what lies on or below a diagonal, zero elsewhere.
 *
 * @throws RuntimeError below two dimensions
 * @example
 * ```ts
 * tril(ones([2, 2])) // tensor([[1., 0.], [1., 1.]])
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.tril.html
 */
export function tril(x: Tensor, diagonal?: number | TriangleOptions): Tensor {
  return triangleOf('tril', x, diagonal)
}

/** The upper triangle: what lies on or above a diagonal. @see https://pytorch.org/docs/stable/generated/torch.triu.html */
export function triu(x: Tensor, diagonal?: number | TriangleOptions): Tensor {
  return triangleOf('triu', x, diagonal)
}

/**
 * Of a vector the matrix that has it on a diagonal; of a matrix a copy of a diagonal.
 *
 * @throws RuntimeError for other numbers of dimensions
 * @see https://pytorch.org/docs/stable/generated/torch.diag.html
 */
export function diag(x: Tensor, diagonal_?: number | TriangleOptions): Tensor {
  checkTensor('diag', 'input', x)
  const { diagonal: k = 0 } = bindOptions<TriangleOptions>('diag', ['diagonal'], [diagonal_])
  if (x.ndim === 1) return embedded(x, k, 0, 1)
  if (x.ndim === 2) return clone(diagonal(x, k))
  throw new RuntimeError(`diag(): Supports 1D or 2D tensors. Got ${x.ndim}D (a matrix or a vector expected)`)
}

/** Options of {@link diagEmbed}. */
export interface DiagEmbedOptions {
  /** Which diagonal: 0 the main one, positive above it, negative below. */
  offset?: number
  /** The dimensions of the matrices in the result, the last two if not given. */
  dim1?: number
  dim2?: number
}

/**
 * Matrices that have the last dimension of `x` on a diagonal, zero elsewhere.
 *
 * @throws RuntimeError if both dimensions are the same
 * @see https://pytorch.org/docs/stable/generated/torch.diag_embed.html
 */
export function diagEmbed(
  x: Tensor,
  offset?: number | DiagEmbedOptions,
  dim1?: number | DiagEmbedOptions,
  dim2?: number | DiagEmbedOptions,
): Tensor {
  checkTensor('diagEmbed', 'input', x)
  const o = bindOptions<DiagEmbedOptions>('diagEmbed', ['offset', 'dim1', 'dim2'], [offset, dim1, dim2])
  // a 0-d input has no diagonal to give: its result would have one dimension
  const a = wrapDim(o.dim1 ?? -2, x.ndim + 1)
  const b = wrapDim(o.dim2 ?? -1, x.ndim + 1)
  if (a === b) throw new RuntimeError(`diagonal dimensions cannot be identical ${o.dim1 ?? -2}, ${o.dim2 ?? -1}`)
  return embedded(x, o.offset ?? 0, a, b)
}

function embedded(x: Tensor, k: number, a: number, b: number): Tensor {
  const length = x.shape[x.ndim - 1]!
  const side = length + Math.abs(k)
  const others = x.shape.slice(0, -1)
  const shape: number[] = []
  const dims: number[] = []
  for (let d = 0; d <= x.ndim; d++) {
    if (d === a || d === b) shape.push(side)
    else {
      dims.push(d)
      shape.push(others[dims.length - 1]!)
    }
  }
  const strides = contiguousStrides(shape)
  const start = k >= 0 ? k * strides[b]! : -k * strides[a]!
  return embed(x, shape, [...dims.map((d) => strides[d]!), strides[a]! + strides[b]!], length === 0 ? 0 : start)
}

/** Options of {@link diagflat}. */
export interface DiagflatOptions {
  offset?: number
}

/** The matrix that has all elements of `x`, in order, on a diagonal. @see https://pytorch.org/docs/stable/generated/torch.diagflat.html */
export function diagflat(x: Tensor, offset?: number | DiagflatOptions): Tensor {
  checkTensor('diagflat', 'input', x)
  const o = bindOptions<DiagflatOptions>('diagflat', ['offset'], [offset])
  return embedded(reshape(x, [x.count]), o.offset ?? 0, 0, 1)
}

/** Options of `fillDiagonal_`. */
export interface FillDiagonalOptions {
  /** In a matrix with more rows than columns: whether the diagonal begins anew one row below its end. */
  wrap?: boolean
}

attachWithInplace({ tril, triu })
attachMethods({ diag, diagEmbed, diagflat })
/** Writes one value on the main diagonal. See https://pytorch.org/docs/stable/generated/torch.Tensor.fill_diagonal_.html */
Tensor.prototype.fillDiagonal_ = function (fillValue, wrap) {
  const o = bindOptions<FillDiagonalOptions>('fillDiagonal_', ['wrap'], [wrap])
  if (this.ndim < 2) throw new RuntimeError(`dimensions must larger than 1, but got ${this.ndim}`)
  const [height, width] = this.shape as [number, number]
  if (this.ndim > 2) {
    if (this.shape.some((size) => size !== height))
      throw new RuntimeError(`all dimensions of input must be of equal length, but got [${this.shape.join(', ')}]`)
    // a diagonal through all dimensions: one diagonal after the other
    let line: Tensor = this
    while (line.ndim > 1) line = diagonal(line, 0, 0, line.ndim - 1)
    fillInto(line, fillValue)
    return this
  }
  const end = o.wrap === true ? height : Math.min(height, width)
  for (let start = 0; start < end; start += width + 1)
    fillInto(diagonal(narrow(this, 0, start, Math.min(width, height - start))), fillValue)
  return this
}
