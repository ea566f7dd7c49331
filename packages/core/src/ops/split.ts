/** Tensors taken apart: views of consecutive pieces along a dimension. */
import { recordMany } from '../autograd/node.js'
import { int64 } from '../dtype.js'
import { IndexError, RuntimeError } from '../errors.js'
import { bindOptions, describe } from '../options.js'
import { formatShape, type Shape, wrapDim } from '../shape.js'
import { allocate, type Method, Tensor } from '../tensor.js'
import { hostWords } from './access.js'
import { boundsOf } from './index-parse.js'
import { longValues } from './index-tensor.js'
import { cat, stack } from './join.js'
import { attachMethods } from './methods.js'
import { checkTensor } from './promote.js'
import { slice } from './slicing.js'
import { alias } from './window.js'

declare module '../tensor.js' {
  interface Tensor {
    split: Method<typeof split>
    splitWithSizes: Method<typeof splitWithSizes>
    chunk: Method<typeof chunk>
    tensorSplit: Method<typeof tensorSplit>
    hsplit: Method<typeof hsplit>
    vsplit: Method<typeof vsplit>
    dsplit: Method<typeof dsplit>
    unbind: Method<typeof unbind>
  }
}

/** Options of {@link split} and its like. */
export interface SplitOptions {
  /** The dimension to cut, 0 if not given. */
  dim?: number
}

function dimFrom(op: string, dim: number | SplitOptions | undefined): number {
  return bindOptions<SplitOptions>(op, ['dim'], [dim]).dim ?? 0
}

/** The gradients of all parts, zeros for parts that nothing depends on. */
function complete(grads: readonly (Tensor | null)[], shapes: readonly Shape[]): Tensor[] {
  const like = grads.find((g) => g !== null)!
  return grads.map((g, i) => g ?? allocate(like.storage, like.dtype, shapes[i]!, true))
}

/** Views of pieces of these sizes along dimension `d`; their gradients are put together again in one go. */
function pieces(x: Tensor, sizes: readonly number[], d: number): Tensor[] {
  let at = 0
  const views = sizes.map((size) => {
    const shape = x.shape.slice()
    shape[d] = size
    const piece = alias(x, shape, x.strides, x.offset + (size === 0 ? 0 : at * x.strides[d]!))
    at += size
    return piece
  })
  const shapes = views.map((piece) => piece.shape)
  return recordMany('SplitBackward0', views, [x], null, (grads) => cat(complete(grads, shapes), d))
}

/**
 * Views of consecutive pieces: of one size (the last may be smaller), or of the sizes listed.
 *
 * @throws RuntimeError if listed sizes do not add up to the dimension, or for a size that no piece can have
 * @example
 * ```ts
 * const [a, b] = split(arange(5), 3) // tensor([0, 1, 2]), tensor([3, 4])
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.split.html
 */
export function split(
  x: Tensor,
  splitSizeOrSections: number | readonly number[],
  dim?: number | SplitOptions,
): Tensor[] {
  checkTensor('split', 'tensor', x)
  const named = dimFrom('split', dim)
  if (x.ndim === 0) throw new RuntimeError('split expects at least a 1-dimensional tensor')
  const d = wrapDim(named, x.ndim)
  if (typeof splitSizeOrSections !== 'number') return splitWithSizes(x, splitSizeOrSections, d)
  const size = x.shape[d]!
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

/**
 * Views of consecutive pieces of the sizes listed.
 *
 * @throws RuntimeError if a size is negative or they do not add up to the dimension
 * @see https://pytorch.org/docs/stable/generated/torch.split.html
 */
export function splitWithSizes(x: Tensor, splitSizes: readonly number[], dim?: number | SplitOptions): Tensor[] {
  checkTensor('splitWithSizes', 'tensor', x)
  const named = dimFrom('splitWithSizes', dim)
  if (x.ndim === 0) throw new RuntimeError('split expects at least a 1-dimensional tensor')
  const d = wrapDim(named, x.ndim)
  if (!Array.isArray(splitSizes))
    throw new TypeError(
      `split(): argument 'split_size' must be an integer or a list of integers, not ${describe(splitSizes)}`,
    )
  if (splitSizes.some((size) => size < 0)) {
    throw new RuntimeError(
      `split_with_sizes expects split_sizes have only non-negative entries, but got split_sizes=${formatShape(splitSizes)}`,
    )
  }
  const size = x.shape[d]!
  if (splitSizes.reduce((a, b) => a + b, 0) !== size) {
    throw new RuntimeError(
      `split_with_sizes expects split_sizes to sum exactly to ${size} (input tensor's size at dimension ${d}), but got split_sizes=${formatShape(splitSizes)}`,
    )
  }
  return pieces(x, splitSizes, d)
}

/** At most `chunks` views of equal size, the last may be smaller. @see https://pytorch.org/docs/stable/generated/torch.chunk.html */
export function chunk(x: Tensor, chunks: number, dim?: number | SplitOptions): Tensor[] {
  checkTensor('chunk', 'input', x)
  const named = dimFrom('chunk', dim)
  if (x.ndim === 0) throw new RuntimeError('chunk expects at least a 1-dimensional tensor')
  if (chunks <= 0) throw new RuntimeError(`chunk expects \`chunks\` to be greater than 0, got: ${chunks}`)
  const d = wrapDim(named, x.ndim)
  const each = Math.ceil(x.shape[d]! / chunks)
  if (each === 0) return pieces(x, new Array<number>(chunks).fill(0), d)
  return split(x, each, d)
}

/** A number of sections, or positions to cut at. */
export type Sections = number | readonly number[]

/** Views between cuts at the positions listed, as slices cut: negative ones count from the end, those beyond it give nothing. */
function cutAt(x: Tensor, positions: readonly number[], d: number): Tensor[] {
  const size = x.shape[d]!
  return [...positions, null].map((stop, i) => {
    const [from, to] = boundsOf({ start: i === 0 ? 0 : positions[i - 1]!, stop, step: 1 }, size)
    return slice(x, d, from, to, 1)
  })
}

/** `sections` views whose sizes differ by at most one. */
function sectionsOf(x: Tensor, sections: number, d: number): Tensor[] {
  if (!(sections > 0)) throw new RuntimeError(`number of sections must be larger than 0, got ${sections}`)
  const each = Math.floor(x.shape[d]! / sections)
  const larger = x.shape[d]! % sections
  return pieces(
    x,
    Array.from({ length: sections }, (_, i) => (i < larger ? each + 1 : each)),
    d,
  )
}

/** Sections or positions that a tensor holds. */
function sectionsIn(x: Tensor): Sections {
  if (x.dtype !== int64)
    throw new RuntimeError(
      `tensor_split expected tensor_indices_or_sections to have dtype of long, but got ${x.dtype.label}`,
    )
  if (x.ndim > 1) {
    throw new RuntimeError(
      `tensor_split expected tensor_indices_or_sections to be a zero-dimensional or one-dimensional tensor, but got a tensor with ${x.ndim} dims`,
    )
  }
  const values = longValues(x)
  if (values === null) hostWords(x, 'tensorSplit')
  return x.ndim === 0 ? values![0]! : Array.from(values!)
}

/**
 * Views of a number of pieces whose sizes differ by at most one, or between cuts at given positions.
 *
 * @throws RuntimeError for a 0-d tensor, or a number of sections that is not positive
 * @example
 * ```ts
 * tensorSplit(arange(5), 2)      // tensor([0, 1, 2]), tensor([3, 4])
 * tensorSplit(arange(5), [1, 3]) // tensor([0]), tensor([1, 2]), tensor([3, 4])
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.tensor_split.html
 */
export function tensorSplit(x: Tensor, indicesOrSections: Sections | Tensor, dim?: number | SplitOptions): Tensor[] {
  checkTensor('tensorSplit', 'input', x)
  const named = dimFrom('tensorSplit', dim)
  if (x.ndim === 0)
    throw new RuntimeError('tensor_split expected at least a 1-dimensional tensor, but got a tensor with 0 dims')
  const d = wrapDim(named, x.ndim)
  const cuts = indicesOrSections instanceof Tensor ? sectionsIn(indicesOrSections) : indicesOrSections
  return typeof cuts === 'number' ? sectionsOf(x, cuts, d) : cutAt(x, cuts, d)
}

/** What hsplit, vsplit and dsplit share: sections must divide the dimension. */
function evenSplit(op: string, x: Tensor, cuts: Sections, least: number, d: number): Tensor[] {
  checkTensor(op, 'input', x)
  if (x.ndim < least) {
    throw new RuntimeError(
      `torch.${op} requires a tensor with at least ${least} dimension, but got a tensor with ${x.ndim} dimensions!`,
    )
  }
  if (Array.isArray(cuts)) return cutAt(x, cuts, d)
  if (typeof cuts !== 'number')
    throw new TypeError(`${op}(): expected an integer of sections or a list of indices, but got ${describe(cuts)}`)
  const size = x.shape[d]!
  if (cuts === 0 || size % cuts !== 0) {
    throw new RuntimeError(
      `torch.${op} attempted to split along dimension ${d}, but the size of the dimension ${size} is not divisible by the split_size ${cuts}!`,
    )
  }
  return sectionsOf(x, cuts, d)
}

/** Views cut along columns: dimension 1, for 1-d tensors 0. @see https://pytorch.org/docs/stable/generated/torch.hsplit.html */
export function hsplit(x: Tensor, indicesOrSections: Sections): Tensor[] {
  return evenSplit('hsplit', x, indicesOrSections, 1, x instanceof Tensor && x.ndim === 1 ? 0 : 1)
}

/** Views cut along rows, dimension 0. @see https://pytorch.org/docs/stable/generated/torch.vsplit.html */
export function vsplit(x: Tensor, indicesOrSections: Sections): Tensor[] {
  return evenSplit('vsplit', x, indicesOrSections, 2, 0)
}

/** Views cut along the third dimension. @see https://pytorch.org/docs/stable/generated/torch.dsplit.html */
export function dsplit(x: Tensor, indicesOrSections: Sections): Tensor[] {
  return evenSplit('dsplit', x, indicesOrSections, 3, 2)
}

/**
 * Views of all slices along a dimension, without it.
 *
 * @throws IndexError for a 0-d tensor
 * @see https://pytorch.org/docs/stable/generated/torch.unbind.html
 */
export function unbind(x: Tensor, dim?: number | SplitOptions): Tensor[] {
  checkTensor('unbind', 'input', x)
  const named = dimFrom('unbind', dim)
  if (x.ndim === 0) throw new IndexError(`Dimension specified as ${named} but tensor has no dimensions`)
  const d = wrapDim(named, x.ndim)
  const drop = (list: Shape) => [...list.slice(0, d), ...list.slice(d + 1)]
  const shape = drop(x.shape)
  const strides = drop(x.strides)
  const views = Array.from({ length: x.shape[d]! }, (_, i) => alias(x, shape, strides, x.offset + i * x.strides[d]!))
  const shapes = views.map(() => shape)
  return recordMany('UnbindBackward0', views, [x], null, (grads) => stack(complete(grads, shapes), d))
}

attachMethods({ split, splitWithSizes, chunk, tensorSplit, hsplit, vsplit, dsplit, unbind })
