/** Parts of dimensions as views: ranges, single elements, diagonals, sliding windows. */
import { record } from '../autograd/node.js'
import { IndexError, RuntimeError } from '../errors.js'
import { bindOptions, describe } from '../options.js'
import { contiguousStrides, formatShape, type Shape, wrapDim } from '../shape.js'
import { type Method, Tensor } from '../tensor.js'
import { attachMethods } from './methods.js'
import { checkTensor } from './promote.js'
import { reshape } from './view.js'
import { alias, embed } from './window.js'

declare module '../tensor.js' {
  interface Tensor {
    narrow: Method<typeof narrow>
    select: Method<typeof select>
    diagonal: Method<typeof diagonal>
    unfold: Method<typeof unfold>
  }
}

/** `length` elements of dimension `dim` from `start` on. @see https://pytorch.org/docs/stable/generated/torch.narrow.html */
export function narrow(x: Tensor, dim: number, start: number | Tensor, length: number): Tensor {
  checkTensor('narrow', 'input', x)
  if (x.ndim === 0) throw new RuntimeError('narrow() cannot be applied to a 0-dim tensor.')
  const d = wrapDim(dim, x.ndim)
  const size = x.shape[d]!
  const from = start instanceof Tensor ? (start.item() as number) : start
  if (length < 0) throw new RuntimeError(`narrow(): length must be non-negative.`)
  if (from < -size || from > size)
    throw new IndexError(`start out of range (expected to be in range of [${-size}, ${size}], but got ${from})`)
  const begin = from < 0 ? from + size : from
  if (begin + length > size)
    throw new RuntimeError(`start (${begin}) + length (${length}) exceeds dimension size (${size}).`)
  return slice(x, d, begin, begin + length, 1)
}

/** Elements `start`, `start + step`, ... before `stop` of dimension `dim`; all in range already. */
export function slice(x: Tensor, dim: number, start: number, stop: number, step: number): Tensor {
  const length = Math.max(0, Math.ceil((stop - start) / step))
  const shape = x.shape.slice()
  shape[dim] = length
  const strides = x.strides.slice()
  strides[dim] = strides[dim]! * step
  const out = alias(x, shape, strides, x.offset + (length === 0 ? 0 : start * x.strides[dim]!))
  const from = x.shape
  return record('SliceBackward0', out, [x], null, (g) => {
    const block = contiguousStrides(from)
    const offset = start * block[dim]!
    block[dim] = block[dim]! * step
    return embed(g, from, block, length === 0 ? 0 : offset)
  })
}

/** Element `index` of dimension `dim`, without that dimension. @see https://pytorch.org/docs/stable/generated/torch.select.html */
export function select(x: Tensor, dim: number, index: number): Tensor {
  checkTensor('select', 'input', x)
  if (x.ndim === 0) throw new IndexError('select() cannot be applied to a 0-dim tensor.')
  const d = wrapDim(dim, x.ndim)
  const size = x.shape[d]!
  if (typeof index !== 'number' || !Number.isInteger(index))
    throw new TypeError(`select(): index must be an integer, but got ${describe(index)}`)
  if (index < -size || index >= size)
    throw new IndexError(
      `select(): index ${index} out of range for tensor of size ${formatShape(x.shape)} at dimension ${d}`,
    )
  const i = index < 0 ? index + size : index
  const drop = (list: Shape) => [...list.slice(0, d), ...list.slice(d + 1)]
  const out = alias(x, drop(x.shape), drop(x.strides), x.offset + i * x.strides[d]!)
  const from = x.shape
  return record('SelectBackward0', out, [x], null, (g) => {
    const block = contiguousStrides(from)
    return embed(g, from, drop(block), i * block[d]!)
  })
}

/** Options of {@link diagonal}. */
export interface DiagonalOptions {
  offset?: number
  dim1?: number
  dim2?: number
}

/** The diagonal of two dimensions, as the last one. @see https://pytorch.org/docs/stable/generated/torch.diagonal.html */
export function diagonal(
  x: Tensor,
  offset?: number | DiagonalOptions,
  dim1?: number | DiagonalOptions,
  dim2?: number | DiagonalOptions,
): Tensor {
  checkTensor('diagonal', 'input', x)
  const o = bindOptions<DiagonalOptions>('diagonal', ['offset', 'dim1', 'dim2'], [offset, dim1, dim2])
  const a = wrapDim(o.dim1 ?? 0, x.ndim)
  const b = wrapDim(o.dim2 ?? 1, x.ndim)
  if (a === b) throw new RuntimeError(`diagonal dimensions cannot be identical ${o.dim1 ?? 0}, ${o.dim2 ?? 1}`)
  const k = o.offset ?? 0
  const rows = x.shape[a]!
  const columns = x.shape[b]!
  const length = Math.max(0, k >= 0 ? Math.min(rows, columns - k) : Math.min(rows + k, columns))
  const rest = x.shape.map((_, i) => i).filter((i) => i !== a && i !== b)
  const layout = (strides: Shape) => ({
    strides: [...rest.map((i) => strides[i]!), strides[a]! + strides[b]!],
    offset: length === 0 ? 0 : k >= 0 ? k * strides[b]! : -k * strides[a]!,
  })
  const shape = [...rest.map((i) => x.shape[i]!), length]
  const own = layout(x.strides)
  const from = x.shape
  return record('DiagonalBackward0', alias(x, shape, own.strides, x.offset + own.offset), [x], null, (g) => {
    const block = layout(contiguousStrides(from))
    return embed(g, from, block.strides, block.offset)
  })
}

/**
 * Windows of `size` elements of dimension `dim`, `step` apart; the elements of a window become the last dimension.
 *
 * @see https://pytorch.org/docs/stable/generated/torch.Tensor.unfold.html
 */
export function unfold(x: Tensor, dimension: number, size: number, step: number): Tensor {
  checkTensor('unfold', 'self', x)
  const d = wrapDim(dimension, x.ndim)
  const length = x.ndim === 0 ? 1 : x.shape[d]!
  if (size > length)
    throw new RuntimeError(`maximum size for tensor at dimension ${d} is ${length} but size is ${size}`)
  if (size < 0) throw new RuntimeError(`size is ${size} but must be >= 0`)
  if (step <= 0) throw new RuntimeError(`step is ${step} but must be > 0`)
  if (x.ndim === 0) {
    return record('UnfoldBackward0', alias(x, [size], [1], x.offset), [x], null, (g) =>
      size === 0 ? embed(g, [], [1], 0) : reshape(g, []),
    )
  }
  const windows = Math.floor((length - size) / step) + 1
  const layout = (strides: Shape) => [...strides.map((s, i) => (i === d ? s * step : s)), strides[d]!]
  const shape = [...x.shape.map((s, i) => (i === d ? windows : s)), size]
  const from = x.shape
  return record('UnfoldBackward0', alias(x, shape, layout(x.strides), x.offset), [x], null, (g) =>
    embed(g, from, layout(contiguousStrides(from)), 0),
  )
}

attachMethods({ narrow, select, diagonal, unfold })
