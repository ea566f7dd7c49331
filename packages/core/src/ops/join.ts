/** Tensors joined along a dimension that they have, or along a new one. */
import { record } from '../autograd/node.js'
import { zeros } from '../create/fill.js'
import { type DType, promoteTypes } from '../dtype.js'
import { RuntimeError, ValueError } from '../errors.js'
import { bindOptions, TypeError_ } from '../options.js'
import { formatShape, sameShape, wrapDim } from '../shape.js'
import { allocate, Tensor } from '../tensor.js'
import { atleast1d, atleast2d, atleast3d } from './atleast.js'
import { cast } from './cast.js'
import { constantPadNd } from './pad.js'
import { checkTensor } from './promote.js'
import { slice } from './slicing.js'
import { checkSameDevice } from './update.js'
import { reshape, unsqueeze } from './view.js'

/** Options of {@link cat} and {@link stack}. */
export interface JoinOptions {
  dim?: number
}

/** Checks that an argument is a list of tensors, which may be empty. */
function checkList(op: string, tensors: unknown): asserts tensors is readonly Tensor[] {
  if (!Array.isArray(tensors)) throw TypeError_(`${op}(): argument 'tensors' must be a list of Tensors, not`, tensors)
  for (const x of tensors) checkTensor(op, 'tensors', x)
}

/** The same, with at least one. */
function checkSome(op: string, tensors: unknown): asserts tensors is readonly Tensor[] {
  checkList(op, tensors)
  if (tensors.length === 0) throw new RuntimeError(`${op} expects a non-empty TensorList`)
}

/** PyTorch lets an empty 1-d tensor stand among tensors of any shape. */
function isPlaceholder(x: Tensor): boolean {
  return x.ndim === 1 && x.count === 0
}

/** The shape of the joined tensor. */
function joinedShape(tensors: readonly Tensor[], model: Tensor, d: number): number[] {
  let total = 0
  tensors.forEach((x, i) => {
    if (isPlaceholder(x)) return
    if (x.ndim !== model.ndim)
      throw new RuntimeError(`Tensors must have same number of dimensions: got ${model.ndim} and ${x.ndim}`)
    x.shape.forEach((size, k) => {
      if (k !== d && size !== model.shape[k]) {
        throw new RuntimeError(
          `Sizes of tensors must match except in dimension ${d}. Expected size ${model.shape[k]} but got size ${size} for tensor number ${i} in the list.`,
        )
      }
    })
    total += x.shape[d]!
  })
  return model.shape.map((size, k) => (k === d ? total : size))
}

/**
 * Tensors one after the other along a dimension that they have.
 *
 * @param tensors - equal shapes but for that dimension; 1-d tensors of size 0 are passed over
 * @param dim - the dimension, 0 if not given
 * @returns a tensor of the promoted dtype
 * @throws RuntimeError if the shapes do not fit; ValueError for an empty list
 * @example
 * ```ts
 * cat([ones([1, 2]), zeros([2, 2])]) // shape [3, 2]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.cat.html
 */
export function cat(tensors: readonly Tensor[], dim?: number | JoinOptions): Tensor {
  checkList('cat', tensors)
  const o = bindOptions<JoinOptions>('cat', ['dim'], [dim])
  const first = tensors[0]
  if (first === undefined) throw new ValueError('torch.cat(): expected a non-empty list of Tensors')
  tensors.forEach((x, i) => {
    if (x.ndim === 0) throw new RuntimeError(`zero-dimensional tensor (at position ${i}) cannot be concatenated`)
  })
  const model = tensors.find((x) => !isPlaceholder(x))
  const d = wrapDim(o.dim ?? 0, model?.ndim ?? (o.dim ?? 0) + 1)
  let dtype: DType = first.dtype
  for (const x of tensors) dtype = promoteTypes(dtype, x.dtype)
  const shape = model === undefined ? [0] : joinedShape(tensors, model, d)
  checkSameDevice(first, ...tensors)
  const inputs = tensors.map((x) => cast(x, dtype))
  const out = allocate(first.storage, dtype, shape)
  const starts: number[] = []
  let at = 0
  for (const x of inputs) {
    starts.push(at)
    if (isPlaceholder(x)) continue
    const part = new Tensor(out.storage, dtype, x.shape, out.strides, out.offset + at * out.strides[d]!, x.count)
    out.storage.device.primitives.copy(x, part)
    at += x.shape[d]!
  }
  const sizes = inputs.map((x) => (isPlaceholder(x) ? null : x.shape[d]!))
  return record('CatBackward0', out, inputs, null, (g) =>
    sizes.map((size, i) => (size === null ? null : slice(g, d, starts[i]!, starts[i]! + size, 1))),
  )
}

/** {@link cat} under its other name. @see https://pytorch.org/docs/stable/generated/torch.concat.html */
export function concat(tensors: readonly Tensor[], dim?: number | JoinOptions): Tensor {
  return cat(tensors, dim)
}

/** {@link cat} under NumPy's name. @see https://pytorch.org/docs/stable/generated/torch.concatenate.html */
export function concatenate(tensors: readonly Tensor[], dim?: number | JoinOptions): Tensor {
  return cat(tensors, dim)
}

/**
 * Tensors of one shape, side by side along a new dimension.
 *
 * @throws RuntimeError if the shapes differ, or for an empty list
 * @example
 * ```ts
 * stack([tensor([1, 2]), tensor([3, 4])], 1) // tensor([[1, 3], [2, 4]])
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.stack.html
 */
export function stack(tensors: readonly Tensor[], dim?: number | JoinOptions): Tensor {
  checkSome('stack', tensors)
  const o = bindOptions<JoinOptions>('stack', ['dim'], [dim])
  const first = tensors[0] as Tensor
  const d = wrapDim(o.dim ?? 0, first.ndim + 1)
  tensors.forEach((x, i) => {
    if (!sameShape(x.shape, first.shape)) {
      throw new RuntimeError(
        `stack expects each tensor to be equal size, but got ${formatShape(first.shape)} at entry 0 and ${formatShape(x.shape)} at entry ${i}`,
      )
    }
  })
  return cat(
    tensors.map((x) => unsqueeze(x, d)),
    d,
  )
}

/** Tensors side by side in rows: along dimension 1, for 1-d tensors 0. @see https://pytorch.org/docs/stable/generated/torch.hstack.html */
export function hstack(tensors: readonly Tensor[]): Tensor {
  checkSome('hstack', tensors)
  const rows = tensors.map((x) => atleast1d(x))
  return cat(rows, rows[0]!.ndim === 1 ? 0 : 1)
}

/** Tensors above each other, 1-d tensors as rows. @see https://pytorch.org/docs/stable/generated/torch.vstack.html */
export function vstack(tensors: readonly Tensor[]): Tensor {
  checkSome('vstack', tensors)
  return cat(
    tensors.map((x) => atleast2d(x)),
    0,
  )
}

/** {@link vstack} under its other name. @see https://pytorch.org/docs/stable/generated/torch.row_stack.html */
export function rowStack(tensors: readonly Tensor[]): Tensor {
  checkSome('row_stack', tensors)
  return vstack(tensors)
}

/** Tensors behind each other: along the third dimension. @see https://pytorch.org/docs/stable/generated/torch.dstack.html */
export function dstack(tensors: readonly Tensor[]): Tensor {
  checkSome('dstack', tensors)
  return cat(
    tensors.map((x) => atleast3d(x)),
    2,
  )
}

/** Tensors side by side, 1-d tensors as columns. @see https://pytorch.org/docs/stable/generated/torch.column_stack.html */
export function columnStack(tensors: readonly Tensor[]): Tensor {
  checkSome('column_stack', tensors)
  return hstack(tensors.map((x) => (x.ndim <= 1 ? reshape(x, [x.count, 1]) : x)))
}

/**
 * A matrix with the given ones along its diagonal, zero elsewhere; vectors count as rows.
 *
 * @throws RuntimeError for a tensor of more than two dimensions
 * @see https://pytorch.org/docs/stable/generated/torch.block_diag.html
 */
export function blockDiag(...tensors: readonly Tensor[]): Tensor {
  checkList('block_diag', tensors)
  tensors.forEach((x, i) => {
    if (x.ndim > 2) {
      throw new RuntimeError(
        `torch.block_diag: Input tensors must have 2 or fewer dimensions. Input ${i} has ${x.ndim} dimensions`,
      )
    }
  })
  if (tensors.length === 0) return zeros([1, 0])
  const blocks = tensors.map((x) => atleast2d(x))
  const width = blocks.reduce((n, x) => n + x.shape[1]!, 0)
  let left = 0
  const rows = blocks.map((x) => {
    const row = constantPadNd(x, [left, width - left - x.shape[1]!])
    left += x.shape[1]!
    return row
  })
  return cat(rows, 0)
}
