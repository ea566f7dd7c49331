/** Copies of a tensor in which what a view would show is replaced: select, slice, diagonal and as-strided turned round. */
import { record } from '../autograd/node.js'
import { RuntimeError } from '../errors.js'
import { bindOptions } from '../options.js'
import { formatShape, type Shape, sameShape, wrapDim } from '../shape.js'
import { allocate, type Method, Tensor } from '../tensor.js'
import { clone } from './cast.js'
import { boundsOf } from './index-parse.js'
import { attachMethods } from './methods.js'
import { checkTensor } from './promote.js'
import { type DiagonalOptions, diagonal, narrow, select, slice } from './slicing.js'
import { checkSameDevice, copyOf, zerosOf } from './update.js'
import { asStrided, embed, overlaps, window } from './window.js'

declare module '../tensor.js' {
  interface Tensor {
    selectScatter: Method<typeof selectScatter>
    sliceScatter: Method<typeof sliceScatter>
    diagonalScatter: Method<typeof diagonalScatter>
    asStridedScatter: Method<typeof asStridedScatter>
    narrowCopy: Method<typeof narrowCopy>
  }
}

/** Checks that `src` has the shape of the part that it replaces. */
function checkSource(x: Tensor, src: Tensor, part: Shape): void {
  checkSameDevice(x, src)
  if (!sameShape(src.shape, part)) {
    throw new RuntimeError(
      `expected src to have a size equal to the slice of self. src size = ${formatShape(src.shape)}, slice size = ${formatShape(part)}`,
    )
  }
}

/** A copy of `x` with `src` where `viewOf` shows it; with its gradient. */
function replaced(name: string, x: Tensor, src: Tensor, viewOf: (x: Tensor) => Tensor): Tensor {
  checkTensor(name, 'input', x)
  checkTensor(name, 'src', src)
  checkSource(x, src, viewOf(x).shape)
  return replace(`${name[0]!.toUpperCase()}${name.slice(1)}Backward0`, x, src, viewOf)
}

function replace(name: string, x: Tensor, src: Tensor, viewOf: (x: Tensor) => Tensor): Tensor {
  const out = copyOf(x)
  x.storage.device.primitives.copy(src, viewOf(out))
  const part = src.shape
  return record(name, out, [x, src], null, (g, node) => [
    node.needs(0) ? replace(name, g, zerosOf(g, part), viewOf) : null,
    node.needs(1) ? viewOf(g) : null,
  ])
}

/**
 * A copy of `x` with `src` at one position of a dimension.
 *
 * @param src - shape of `x` without that dimension; it is cast to the dtype of `x`
 * @throws RuntimeError if the shapes do not fit; IndexError for a position out of range
 * @see https://pytorch.org/docs/stable/generated/torch.select_scatter.html
 */
export function selectScatter(x: Tensor, src: Tensor, dim: number, index: number): Tensor {
  return replaced('selectScatter', x, src, (t) => select(t, dim, index))
}

/** Options of {@link sliceScatter}. */
export interface SliceScatterOptions {
  /** The dimension that is cut, 0 if not given. */
  dim?: number
  start?: number | null
  end?: number | null
  step?: number
}

/**
 * A copy of `x` with `src` in a range of a dimension.
 *
 * @param src - the shape of `x.slice`; it is cast to the dtype of `x`
 * @throws RuntimeError if the shapes do not fit, or the step is not positive
 * @see https://pytorch.org/docs/stable/generated/torch.slice_scatter.html
 */
export function sliceScatter(
  x: Tensor,
  src: Tensor,
  dim?: number | SliceScatterOptions,
  start?: number | null | SliceScatterOptions,
  end?: number | null | SliceScatterOptions,
  step?: number | SliceScatterOptions,
): Tensor {
  checkTensor('sliceScatter', 'input', x)
  const names = ['dim', 'start', 'end', 'step'] as const
  const o = bindOptions<SliceScatterOptions>('sliceScatter', names, [dim, start, end, step])
  const by = o.step ?? 1
  if (!(by > 0)) throw new RuntimeError(`slice step must be positive, but got ${by}`)
  const d = wrapDim(o.dim ?? 0, x.ndim)
  const [from, to] = boundsOf({ start: o.start ?? null, stop: o.end ?? null, step: by }, x.shape[d] ?? 1)
  return replaced('sliceScatter', x, src, (t) => slice(t, d, from, to, by))
}

/**
 * A copy of `x` with `src` on a diagonal of two dimensions.
 *
 * @param src - the shape of `diagonal(x, ...)`; it is cast to the dtype of `x`
 * @throws RuntimeError if the shapes do not fit
 * @see https://pytorch.org/docs/stable/generated/torch.diagonal_scatter.html
 */
export function diagonalScatter(
  x: Tensor,
  src: Tensor,
  offset?: number | DiagonalOptions,
  dim1?: number | DiagonalOptions,
  dim2?: number | DiagonalOptions,
): Tensor {
  return replaced('diagonalScatter', x, src, (t) => diagonal(t, offset, dim1, dim2))
}

/** A copy of `x` in fresh memory with the same strides and offset, where these do not overlap. */
function copyWithLayout(x: Tensor): Tensor {
  if (overlaps(x.shape, x.strides)) return copyOf(x)
  const last = x.shape.reduce((sum, size, d) => sum + (size - 1) * x.strides[d]!, x.offset)
  const memory = allocate(x.storage, x.dtype, [x.count === 0 ? 0 : last + 1], true)
  const out = new Tensor(memory.storage, x.dtype, x.shape, x.strides, x.offset, x.count)
  x.storage.device.primitives.copy(x, out)
  return out
}

/**
 * A copy of `x`, in memory laid out as its own, with `src` where {@link asStrided} of it would show.
 *
 * @param src - shape `size`
 * @throws RuntimeError if the shapes do not fit, or the view would leave the memory
 * @see https://pytorch.org/docs/stable/generated/torch.as_strided_scatter.html
 */
export function asStridedScatter(
  x: Tensor,
  src: Tensor,
  size: Shape,
  stride: Shape,
  storageOffset?: number | { storageOffset?: number },
): Tensor {
  checkTensor('asStridedScatter', 'input', x)
  checkTensor('asStridedScatter', 'src', src)
  const o = bindOptions<{ storageOffset: number }>('asStridedScatter', ['storageOffset'], [storageOffset])
  checkSource(x, src, size)
  const out = copyWithLayout(x)
  const offset = o.storageOffset ?? out.offset
  x.storage.device.primitives.copy(src, asStrided(out, size, stride, offset))
  const { shape, strides, offset: own } = out
  const total = out.storage.numel
  return record('AsStridedScatterBackward0', out, [x, src], null, (g, node) => {
    // the gradient as memory laid out like the result
    const memory = embed(g, [total], strides, own)
    const cleared = () => asStridedScatter(memory, zerosOf(g, size), size, stride, offset)
    return [
      node.needs(0) ? window(cleared(), shape, strides, own) : null,
      node.needs(1) ? clone(window(memory, size, stride, offset)) : null,
    ]
  })
}

/** {@link narrow} as a copy. @see https://pytorch.org/docs/stable/generated/torch.narrow_copy.html */
export function narrowCopy(x: Tensor, dim: number, start: number, length: number): Tensor {
  return clone(narrow(x, dim, start, length))
}

attachMethods({ selectScatter, sliceScatter, diagonalScatter, asStridedScatter, narrowCopy })
