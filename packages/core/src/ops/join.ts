/** Joining tensors, and taking them apart. */
import { record } from '../autograd/node.js'

import { type DType, promoteTypes } from '../dtype.js'
import { IndexError, RuntimeError } from '../errors.js'
import { bindOptions } from '../options.js'
import { formatShape, wrapDim } from '../shape.js'
import { allocate, type Method, Tensor } from '../tensor.js'
import { cast } from './cast.js'
import { attach } from './define.js'
import { checkTensor } from './promote.js'
import { select, slice, unsqueeze } from './view.js'

declare module '../tensor.js' {
  interface Tensor {
    split: Method<typeof split>
    chunk: Method<typeof chunk>
    unbind: Method<typeof unbind>
  }
}

/** Options of {@link cat} and {@link stack}. */
export interface JoinOptions {
  dim?: number
}

function checkList(name: string, tensors: readonly Tensor[]): void {
  if (!Array.isArray(tensors)) throw new TypeError(`${name}(): expected a list of Tensors`)
  if (tensors.length === 0) throw new RuntimeError(`torch.cat(): expected a non-empty list of Tensors`)
  for (const x of tensors) checkTensor(name, 'tensors', x)
}

/**
 * Tensors one after the other along a dimension that they have.
 *
 * @param tensors - equal shapes but for that dimension; 1-d tensors of size 0 are passed over
 * @param dim - the dimension, 0 if not given
 * @throws RuntimeError if the shapes do not fit
 * @example
 * ```ts
 * cat([ones([1, 2]), zeros([2, 2])]) // shape [3, 2]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.cat.html
 */
export function cat(tensors: readonly Tensor[], dim?: number | JoinOptions): Tensor {
  checkList('cat', tensors)
  const o = bindOptions<JoinOptions>('cat', ['dim'], [dim])
  // PyTorch lets an empty 1-d tensor stand anywhere
  const solid = tensors.filter((x) => !(x.ndim === 1 && x.count === 0))
  const model = solid[0] ?? tensors[0]!
  tensors.forEach((x, i) => {
    if (x.ndim === 0) throw new RuntimeError(`zero-dimensional tensor (at position ${i}) cannot be concatenated`)
  })
  const d = wrapDim(o.dim ?? 0, model.ndim)
  let dtype: DType = tensors[0]!.dtype
  for (const x of tensors) dtype = promoteTypes(dtype, x.dtype)
  let total = 0
  solid.forEach((x, i) => {
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
  const shape = model.shape.map((size, k) => (k === d ? total : size))
  if (solid.length === 0) shape[d] = 0
  const inputs = tensors.map((x) => cast(x, dtype))
  const out = allocate(model.storage, dtype, shape)
  const starts: number[] = []
  let at = 0
  inputs.forEach((x) => {
    starts.push(at)
    if (x.ndim === 1 && x.count === 0) return
    if (x.storage.device !== out.storage.device)
      throw new RuntimeError(
        `Expected all tensors to be on the same device, but found at least two devices, ${out.device} and ${x.device}!`,
      )
    out.storage.device.primitives.copy(
      x,
      new Tensor(out.storage, dtype, x.shape, out.strides, out.offset + at * out.strides[d]!, x.count),
    )
    at += x.shape[d]!
  })
  const sizes = inputs.map((x) => (x.ndim === 1 && x.count === 0 ? null : x.shape[d]!))
  return record('CatBackward0', out, inputs, null, (g) =>
    sizes.map((size, i) => (size === null ? null : slice(g, d, starts[i]!, starts[i]! + size, 1))),
  )
}

/**
 * Tensors of one shape, side by side along a new dimension.
 *
 * @throws RuntimeError if the shapes differ
 * @see https://pytorch.org/docs/stable/generated/torch.stack.html
 */
export function stack(tensors: readonly Tensor[], dim?: number | JoinOptions): Tensor {
  if (!Array.isArray(tensors) || tensors.length === 0) throw new RuntimeError('stack expects a non-empty TensorList')
  for (const x of tensors) checkTensor('stack', 'tensors', x)
  const o = bindOptions<JoinOptions>('stack', ['dim'], [dim])
  const first = tensors[0] as Tensor
  const d = wrapDim(o.dim ?? 0, first.ndim + 1)
  tensors.forEach((x, i) => {
    if (formatShape(x.shape) !== formatShape(first.shape)) {
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

/** Views of pieces of `sizes` along a dimension. */
function pieces(x: Tensor, sizes: readonly number[], d: number): Tensor[] {
  const out: Tensor[] = []
  let at = 0
  for (const size of sizes) {
    out.push(slice(x, d, at, at + size, 1))
    at += size
  }
  return out
}

/**
 * Views of consecutive pieces: of one size (the last may be smaller), or of the sizes listed.
 *
 * @throws RuntimeError if listed sizes do not add up to the dimension
 * @see https://pytorch.org/docs/stable/generated/torch.split.html
 */
export function split(
  x: Tensor,
  splitSizeOrSections: number | readonly number[],
  dim?: number | JoinOptions,
): Tensor[] {
  checkTensor('split', 'tensor', x)
  const o = bindOptions<JoinOptions>('split', ['dim'], [dim])
  if (x.ndim === 0) throw new RuntimeError('split expects at least a 1-dimensional tensor')
  const d = wrapDim(o.dim ?? 0, x.ndim)
  const size = x.shape[d]!
  if (typeof splitSizeOrSections !== 'number') {
    const total = splitSizeOrSections.reduce((a, b) => a + b, 0)
    if (total !== size) {
      throw new RuntimeError(
        `split_with_sizes expects split_sizes to sum exactly to ${size} (input tensor's size at dimension ${d}), but got split_sizes=${formatShape(splitSizeOrSections)}`,
      )
    }
    return pieces(x, splitSizeOrSections, d)
  }
  const each = splitSizeOrSections
  if (each < 0) throw new RuntimeError(`split expects split_size be non-negative, but got split_size=${each}`)
  if (each === 0 && size !== 0)
    throw new RuntimeError(`split_size can only be 0 if dimension size is 0, but got dimension size of ${size}`)
  const count = each === 0 ? 1 : Math.max(Math.ceil(size / each), 1)
  return pieces(
    x,
    Array.from({ length: count }, (_, i) => (i < count - 1 ? each : size - each * (count - 1))),
    d,
  )
}

/** At most `chunks` views of equal size, the last may be smaller. @see https://pytorch.org/docs/stable/generated/torch.chunk.html */
export function chunk(x: Tensor, chunks: number, dim?: number | JoinOptions): Tensor[] {
  checkTensor('chunk', 'input', x)
  const o = bindOptions<JoinOptions>('chunk', ['dim'], [dim])
  if (x.ndim === 0) throw new RuntimeError('chunk expects at least a 1-dimensional tensor')
  if (chunks <= 0) throw new RuntimeError(`chunk expects \`chunks\` to be greater than 0, got: ${chunks}`)
  const d = wrapDim(o.dim ?? 0, x.ndim)
  const size = x.shape[d]!
  const each = Math.ceil(size / chunks)
  if (each === 0) return pieces(x, new Array<number>(chunks).fill(0), d)
  return split(x, each, d)
}

/** Views of all slices along a dimension, without it. @see https://pytorch.org/docs/stable/generated/torch.unbind.html */
export function unbind(x: Tensor, dim?: number | JoinOptions): Tensor[] {
  checkTensor('unbind', 'input', x)
  const o = bindOptions<JoinOptions>('unbind', ['dim'], [dim])
  const d = wrapDim(o.dim ?? 0, x.ndim)
  if (x.ndim === 0) throw new IndexError('Dimension specified as 0 but tensor has no dimensions')
  return Array.from({ length: x.shape[d]! }, (_, i) => select(x, d, i))
}

for (const [name, fn] of Object.entries({ split, chunk, unbind }) as [
  string,
  (x: Tensor, a: never, b: never) => Tensor[],
][]) {
  attach(name, function (this: Tensor, a: never, b: never) {
    return fn(this, a, b)
  })
}
