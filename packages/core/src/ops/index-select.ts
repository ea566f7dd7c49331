/** Whole slices along one dimension, picked by a list of indices. */
import { record } from '../autograd/node.js'
import type { Operand } from '../dispatch/backend.js'
import { type ScatterCode, ScatterMode } from '../dispatch/opcodes.js'
import { IndexError, RuntimeError } from '../errors.js'
import { type Shape, wrapDim } from '../shape.js'
import { allocate, type Method, Tensor } from '../tensor.js'
import { inRange, isIndexType } from './index-tensor.js'
import { attachMethods } from './methods.js'
import { checkTensor } from './promote.js'
import { atLeast1d, checkSameDevice, copyOf, zerosOf } from './update.js'

declare module '../tensor.js' {
  interface Tensor {
    indexSelect: Method<typeof indexSelect>
  }
}

/** The size of dimension `d`; a 0-d tensor has one of size 1. */
export function sizeAt(x: Tensor, d: number): number {
  return x.ndim === 0 ? 1 : x.shape[d]!
}

export function outOfRange(size: number): (value: number) => Error {
  return (value) => new IndexError(`index out of range in self: index ${value} in a dimension of size ${size}`)
}

/** An index tensor as a kernel takes it: one dimension. */
export function row(index: Tensor): Tensor {
  return index.ndim === 1 ? index : atLeast1d(index)
}

/** `shape` with another size along `d`. */
export function resized(shape: Shape, d: number, size: number): Shape {
  return shape.map((s, i) => (i === d ? size : s))
}

/**
 * The slices of `x` along `dim` that `index` lists, in its order.
 *
 * @param x - any dtype
 * @param dim - the dimension that `index` counts
 * @param index - int64 or int32, 1-d (or 0-d: one slice)
 * @returns a tensor like `x`, with the size of `index` along `dim`
 * @throws IndexError for an index out of range, or if `index` has more dimensions
 * @example
 * ```ts
 * indexSelect(tensor([[1, 2], [3, 4]]), 1, tensor([1, 1])) // tensor([[2, 2], [4, 4]])
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.index_select.html
 */
export function indexSelect(x: Tensor, dim: number, index: Tensor): Tensor {
  checkTensor('indexSelect', 'input', x)
  checkTensor('indexSelect', 'index', index)
  const d = wrapDim(dim, x.ndim)
  if (index.ndim > 1)
    throw new IndexError(`index_select(): Index is supposed to be a vector, but got dim: ${index.ndim}`)
  if (!isIndexType(index.dtype))
    throw new RuntimeError(`index_select(): Expected dtype int32 or int64 for index, but got ${index.dtype.name}`)
  if (x.ndim === 0 && index.count !== 1)
    throw new RuntimeError(`index_select(): Index to scalar can have only 1 value, got ${index.count} value(s)`)
  checkSameDevice(x, index)
  const size = sizeAt(x, d)
  return selected(x, d, row(inRange(index, size, outOfRange(size))))
}

/** {@link indexSelect} with a 1-d index that was checked. */
export function selected(x: Tensor, d: number, index: Tensor): Tensor {
  const out = allocate(x.storage, x.dtype, resized(x.shape, d, index.count))
  x.storage.device.primitives.indexSelect(atLeast1d(x), d, index, atLeast1d(out))
  const from = x.shape
  return record('IndexSelectBackward0', out, [x], [index], (g, node) => {
    const zeros = zerosOf(g, from)
    return added(zeros, d, node.saved(0), g, zeros)
  })
}

/** Writes slices, or one value into them, at the places that `index` lists. */
export function writeSlices(mode: ScatterCode, out: Tensor, d: number, index: Tensor, source: Operand): void {
  const values = source instanceof Tensor ? atLeast1d(source) : source
  out.storage.device.primitives.indexPut(mode, atLeast1d(out), d, index, values)
}

/** `x` with slices added; with a gradient. */
export function added(x: Tensor, d: number, index: Tensor, source: Tensor, out: Tensor = copyOf(x)): Tensor {
  writeSlices(ScatterMode.add, out, d, index, source)
  return record('IndexAddBackward0', out, [x, source], [index], (g, node) => [
    node.needs(0) ? g : null,
    node.needs(1) ? selected(g, d, node.saved(0)) : null,
  ])
}

attachMethods({ indexSelect })
