/** Elements repeated: whole tensors like tiles, or each element by itself. */
import { int32, int64 } from '../dtype.js'
import { RuntimeError } from '../errors.js'
import { bindOptions } from '../options.js'
import { checkSizes, type Shape, wrapDim } from '../shape.js'
import { Tensor } from '../tensor.js'
import { hostWords } from './access.js'
import { clone } from './cast.js'
import { castTo } from './elementwise.js'
import { selected } from './index-select.js'
import { longTensor, longValues } from './index-tensor.js'
import { attachMethods } from './methods.js'
import { notImplemented } from './operands.js'
import { checkTensor } from './promote.js'
import { expand, reshape, sizesOf, unsqueeze } from './view.js'

declare module '../tensor.js' {
  interface Tensor {
    /** See {@link repeat}. Numbers as a list or one by one. */
    repeat(...repeats: readonly number[] | readonly [Shape]): Tensor
    tile(...dims: readonly number[] | readonly [Shape]): Tensor
    repeatInterleave(
      repeats: number | Tensor,
      dim?: number | RepeatInterleaveOptions,
      options?: RepeatInterleaveOptions,
    ): Tensor
  }
}

/**
 * A copy that repeats the whole tensor along each dimension; further dimensions are added in front.
 *
 * @param repeats - how often, for at least as many dimensions as `x` has
 * @throws RuntimeError for fewer, or a negative number
 * @example
 * ```ts
 * repeat(tensor([1, 2]), [2, 2]) // tensor([[1, 2, 1, 2], [1, 2, 1, 2]])
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.Tensor.repeat.html
 */
export function repeat(x: Tensor, repeats: Shape): Tensor {
  checkTensor('repeat', 'self', x)
  if (repeats.length < x.ndim) {
    throw new RuntimeError(
      `Number of dimensions of repeat dims can not be smaller than number of dimensions of tensor: ${repeats.length} and ${x.ndim}`,
    )
  }
  const sizes = [...repeats.slice(x.ndim).map(() => 1), ...x.shape]
  checkSizes(
    'repeat',
    sizes.map((size, i) => size * repeats[i]!),
  )
  // between each pair of dimensions one that repeats, joined with the next after the copy
  const spaced = reshape(
    x,
    sizes.flatMap((size) => [1, size]),
  )
  const wide = expand(
    spaced,
    sizes.flatMap((size, i) => [repeats[i]!, size]),
  )
  return reshape(
    clone(wide, { memoryFormat: 'contiguous_format' }),
    sizes.map((size, i) => size * repeats[i]!),
  )
}

/** {@link repeat}, with ones in front where fewer numbers are given. @see https://pytorch.org/docs/stable/generated/torch.tile.html */
export function tile(x: Tensor, dims: Shape): Tensor {
  checkTensor('tile', 'input', x)
  const missing = Math.max(x.ndim - dims.length, 0)
  return repeat(x, [...new Array<number>(missing).fill(1), ...dims])
}

/** Options of {@link repeatInterleave}. */
export interface RepeatInterleaveOptions {
  /** The dimension whose slices are repeated; without it the elements of the flattened tensor. */
  dim?: number
  /** The size that results, where it is known: a check. */
  outputSize?: number
}

/** The numbers that `repeats` holds. */
function countsOf(repeats: Tensor): number[] {
  if (repeats.dtype !== int64 && repeats.dtype !== int32) throw notImplemented('repeat_interleave_cpu', repeats.dtype)
  const values = longValues(castTo(repeats, int64))
  if (values === null) hostWords(repeats, 'repeatInterleave')
  if (values!.some((n) => n < 0)) throw new RuntimeError('repeats can not be negative')
  return Array.from(values!)
}

/** `counts[i]` times `i`, for all `i` in order. */
function interleaved(counts: readonly number[], outputSize: number | undefined): number[] {
  const positions = counts.flatMap((n, i) => new Array<number>(n).fill(i))
  if (outputSize !== undefined && outputSize !== positions.length) {
    throw new RuntimeError(
      `allocated size does not match required size: outputSize is ${outputSize}, the repeats add up to ${positions.length}`,
    )
  }
  return positions
}

/**
 * A copy that repeats each element, or slice, by itself. With `repeats` alone, which then is a 1-d tensor: each position as
 * often as it says.
 *
 * @param repeats - how often: a number, or an integer tensor with one for each slice
 * @throws RuntimeError for negative repeats, or a number of them that does not fit
 * @example
 * ```ts
 * repeatInterleave(tensor([1, 2]), 2)                 // tensor([1, 1, 2, 2])
 * repeatInterleave(tensor([5, 6]), tensor([2, 1]))    // tensor([5, 5, 6])
 * repeatInterleave(tensor([2, 1]))                    // tensor([0, 0, 1])
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.repeat_interleave.html
 */
export function repeatInterleave(
  x: Tensor,
  repeats?: number | Tensor | RepeatInterleaveOptions,
  dim?: number | RepeatInterleaveOptions,
  options?: RepeatInterleaveOptions,
): Tensor {
  checkTensor('repeatInterleave', 'input', x)
  if (typeof repeats !== 'number' && !(repeats instanceof Tensor)) {
    const o = bindOptions<RepeatInterleaveOptions>('repeatInterleave', ['outputSize'], [repeats])
    if (x.ndim !== 1) throw new RuntimeError(`repeat_interleave only accept 1D vector as repeat, but got ${x.ndim}D`)
    const positions = interleaved(countsOf(x), o.outputSize)
    return longTensor(positions, [positions.length], x.storage.device)
  }
  const o = bindOptions<RepeatInterleaveOptions>('repeatInterleave', ['dim', 'outputSize'], [dim, options])
  const source = o.dim === undefined ? reshape(x, [x.count]) : x.ndim === 0 ? reshape(x, [1]) : x
  const d = wrapDim(o.dim ?? 0, source.ndim)
  const size = source.shape[d]!
  if (typeof repeats === 'number') return stretched(source, repeats, d, o.outputSize)
  if (repeats.ndim > 1)
    throw new RuntimeError(`repeats must be 0-dim or 1-dim tensor, but got ${repeats.ndim} dimensions`)
  const counts = countsOf(repeats)
  if (counts.length === 1) return stretched(source, counts[0]!, d, o.outputSize)
  if (counts.length !== size) {
    throw new RuntimeError(
      `repeats must have the same size as input along dim, but got repeats.size(0) = ${counts.length} and input.size(${d}) = ${size}`,
    )
  }
  const positions = interleaved(counts, o.outputSize)
  return selected(source, d, longTensor(positions, [positions.length], x.storage.device))
}

/** Each slice the same number of times. */
function stretched(x: Tensor, n: number, d: number, outputSize: number | undefined): Tensor {
  if (n < 0) throw new RuntimeError('Repeats must be non-negative')
  const size = x.shape[d]! * n
  if (outputSize !== undefined && outputSize !== size)
    throw new RuntimeError(`allocated size does not match required size: outputSize is ${outputSize}, not ${size}`)
  const wide = expand(unsqueeze(x, d + 1), [...x.shape.slice(0, d + 1), n, ...x.shape.slice(d + 1)])
  return reshape(
    clone(wide, { memoryFormat: 'contiguous_format' }),
    x.shape.map((s, i) => (i === d ? size : s)),
  )
}

attachMethods({
  repeatInterleave,
  repeat: (x: Tensor, ...repeats: never[]) => repeat(x, sizesOf('repeat', repeats)),
  tile: (x: Tensor, ...dims: never[]) => tile(x, sizesOf('tile', dims)),
})
