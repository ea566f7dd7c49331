/** What all reductions share: which dimensions, the shapes of results, the call of the primitive. */
import { Reduce, type ReduceCode } from '../dispatch/opcodes.js'
import { bfloat16, type DType, type DTypeLike, float16, float32 } from '../dtype.js'
import { IndexError, RuntimeError } from '../errors.js'
import { type Shape, wrapDims } from '../shape.js'
import { allocate, Tensor } from '../tensor.js'
import { castTo } from './elementwise.js'
import { reshape } from './view.js'

/** One dimension, several, or all (null, or an empty list where PyTorch takes that for all). */
export type Dim = number | readonly number[] | null

/** Options of the reductions. */
export interface ReduceOptions {
  dim?: Dim
  /** Leaves reduced dimensions with size 1. */
  keepdim?: boolean
  /** Cast to before anything is added. */
  dtype?: DTypeLike
}

/** Options of reductions that give a dtype of their own or keep that of the input. */
export type ExtremeOptions = Omit<ReduceOptions, 'dtype'>

/** Whether `dim` names dimensions at all. */
export function isGiven(dim: Dim | undefined): dim is number | readonly number[] {
  return dim != null
}

/**
 * The dimensions that `dim` means, counted from the front and sorted; all for null and for an empty list.
 *
 * @throws IndexError for one out of range
 * @throws RuntimeError for one named twice
 */
export function dimsOf(dim: Dim | undefined, ndim: number): number[] {
  if (ndim > 64) throw new RuntimeError(`only tensors with up to 64 dims are supported, but got ${ndim}`)
  if (!isGiven(dim) || (typeof dim !== 'number' && dim.length === 0)) return Array.from({ length: ndim }, (_, i) => i)
  const dims = wrapDims(typeof dim === 'number' ? [dim] : dim, ndim)
  // a 0-d tensor has no dimension to reduce, though 0 and -1 may be named
  return ndim === 0 ? [] : dims.sort((a, b) => a - b)
}

/** The shape with reduced dimensions at size 1. */
export function keptShape(shape: Shape, dims: readonly number[]): number[] {
  return shape.map((size, d) => (dims.includes(d) ? 1 : size))
}

/** Number of elements that a reduction folds into one. */
export function foldedCount(shape: Shape, dims: readonly number[]): number {
  return dims.reduce((n, d) => n * shape[d]!, 1)
}

/** Calls the primitive; the result keeps the reduced dimensions. Unrecorded. */
export function reduceCall(code: ReduceCode, x: Tensor, dims: readonly number[]): Tensor {
  const out = allocate(x.storage, x.dtype, keptShape(x.shape, dims))
  x.storage.device.primitives.reduce(code, x, dims, out)
  return out
}

/** The sum, of halves in float32: what is computed from it rounds once. Unrecorded, the reduced dimensions are kept. */
export function wideSum(x: Tensor, dims: readonly number[]): Tensor {
  return reduceCall(Reduce.sum, castTo(x, wideType(x.dtype)), dims)
}

/** float32 for halves, else the dtype itself. */
export function wideType(dtype: DType): DType {
  return dtype === float16 || dtype === bfloat16 ? float32 : dtype
}

/** A kept result with the reduced dimensions dropped, if so wanted: no view for autograd, it is the result itself. */
export function finished(kept: Tensor, dims: readonly number[], keepdim: boolean): Tensor {
  if (keepdim || dims.length === 0) return kept
  const stays = (_: number, d: number) => !dims.includes(d)
  return new Tensor(
    kept.storage,
    kept.dtype,
    kept.shape.filter(stays),
    kept.strides.filter(stays),
    kept.offset,
    kept.count,
  )
}

/** A reduced tensor with its reduced dimensions back, at size 1; recorded. */
export function restored(x: Tensor, shape: Shape, dims: readonly number[], keepdim: boolean): Tensor {
  return keepdim || dims.length === 0 ? x : reshape(x, keptShape(shape, dims))
}

/**
 * Checks that every result has elements to choose from.
 *
 * @param given - whether the caller named dimensions
 * @throws RuntimeError if the tensor is empty and no dimension was named
 * @throws IndexError if a named dimension is empty
 */
export function checkNotEmpty(name: string, x: Tensor, dims: readonly number[], given: boolean): void {
  if (x.count > 0) return
  if (!given) {
    throw new RuntimeError(
      `${name}(): Expected reduction dim to be specified for input.numel() == 0. Specify the reduction dim with the 'dim' argument.`,
    )
  }
  for (const d of dims) {
    if (x.shape[d] === 0) throw new IndexError(`${name}(): Expected reduction dim ${d} to have non-zero size.`)
  }
}
