/** Strided windows of a contiguous block, and their opposite: the pair from which the gradients of all views are made. */

import { mode } from '../autograd/mode.js'
import { record, viewHistory } from '../autograd/node.js'
import { ScatterMode } from '../dispatch/opcodes.js'
import { int64 } from '../dtype.js'
import { RuntimeError } from '../errors.js'
import { formatShape, isDense, numelOf, type Shape } from '../shape.js'
import { allocate, Tensor } from '../tensor.js'
import { contiguous } from './cast.js'

/** A tensor over the memory of `x`, unrecorded; it remembers whose memory it shows. */
export function alias(x: Tensor, shape: Shape, strides: Shape, offset: number): Tensor {
  const out = new Tensor(x.storage, x.dtype, shape, strides, offset, numelOf(shape))
  const view = x._view
  const base = view?.differentiable ? view.base : x
  out._view = { base, version: x.storage.version, differentiable: mode.enabled }
  return out
}

/** Whether two elements of a strided layout may be the same memory. */
export function overlaps(shape: Shape, strides: Shape): boolean {
  if (numelOf(shape) === 0) return false
  const dims = shape.map((size, i) => [size, strides[i]!] as const).filter(([size]) => size > 1)
  dims.sort((a, b) => a[1] - b[1])
  let reach = 0
  for (const [size, stride] of dims) {
    if (stride <= reach) return true
    reach += (size - 1) * stride
  }
  return false
}

/** Elements from the first to the last one of a layout, inclusive. */
function extent(shape: Shape, strides: Shape): number {
  if (numelOf(shape) === 0) return 0
  let last = 0
  shape.forEach((size, i) => {
    last += (size - 1) * strides[i]!
  })
  return last + 1
}

/** Positions of the elements of a strided layout in its block, row-major, as an int64 tensor. */
function positions(like: Tensor, shape: Shape, strides: Shape, offset: number): Tensor {
  const n = numelOf(shape)
  const words = new Int32Array(2 * n)
  const counter = new Array<number>(shape.length).fill(0)
  let at = offset
  for (let i = 0; i < n; i++) {
    words[2 * i] = at | 0
    words[2 * i + 1] = Math.floor(at / 4294967296)
    for (let d = shape.length - 1; d >= 0; d--) {
      at += strides[d]!
      if (++counter[d]! < shape[d]!) break
      at -= shape[d]! * strides[d]!
      counter[d] = 0
    }
  }
  const out = allocate(like.storage, int64, [n])
  like.storage.device.memory.write(out, words)
  return out
}

/** Zeros of `blockShape` (contiguous) into which `x` is added at a strided window. Overlapping elements are summed. */
export function embed(x: Tensor, blockShape: Shape, strides: Shape, offset: number): Tensor {
  const block = allocate(x.storage, x.dtype, blockShape, true)
  const { primitives } = x.storage.device
  if (x.count > 0) {
    if (overlaps(x.shape, strides)) {
      const flat = new Tensor(block.storage, x.dtype, [block.count], [1], 0, block.count)
      const source = contiguous(x)
      const values = new Tensor(source.storage, x.dtype, [x.count], [1], source.offset, x.count)
      primitives.indexPut(ScatterMode.add, flat, 0, positions(x, x.shape, strides, offset), values)
    } else {
      primitives.copy(x, new Tensor(block.storage, x.dtype, x.shape, strides, offset, x.count))
    }
  }
  return record('EmbedBackward0', block, [x], null, (g) => window(g, x.shape, strides, offset))
}

/** The strided window of a block, given any tensor that holds the block's elements row-major. Opposite of {@link embed}. */
export function window(block: Tensor, shape: Shape, strides: Shape, offset: number): Tensor {
  const source = contiguous(block)
  const out = alias(source, shape, strides, source.offset + offset)
  const blockShape = block.shape
  return record('WindowBackward0', out, [source], null, (g) => embed(g, blockShape, strides, offset))
}

/** Row-major order of the dimensions as they lie in memory. */
function memoryOrder(x: Tensor): number[] {
  return x.shape.map((_, i) => i).sort((a, b) => x.strides[b]! - x.strides[a]! || a - b)
}

/** `x` with its dimensions in another order, recorded. */
export function permuted(x: Tensor, order: readonly number[]): Tensor {
  const out = alias(
    x,
    order.map((d) => x.shape[d]!),
    order.map((d) => x.strides[d]!),
    x.offset,
  )
  const inverse = new Array<number>(order.length)
  order.forEach((d, i) => {
    inverse[d] = i
  })
  return record('PermuteBackward0', out, [x], null, (g) => permuted(g, inverse))
}

/** Of a gradient with the shape of `base`, the part that belongs to the memory which `view` shows. */
export function regionOf(view: Tensor, base: Tensor): (g: Tensor) => Tensor {
  if (!isDense(base.shape, base.strides))
    throw new RuntimeError('in-place writes through a view of an overlapping tensor are not differentiable')
  const order = memoryOrder(base)
  const { shape, strides } = view
  const offset = view.offset - base.offset
  return (g) => window(permuted(g, order), shape, strides, offset)
}

/** Opposite of {@link regionOf}: a gradient of `view` as one of `base`, zero elsewhere. */
export function intoRegion(view: Tensor, base: Tensor): (g: Tensor) => Tensor {
  const order = memoryOrder(base)
  const inverse = new Array<number>(order.length)
  order.forEach((d, i) => {
    inverse[d] = i
  })
  const blockShape = order.map((d) => base.shape[d]!)
  const { strides } = view
  const offset = view.offset - base.offset
  return (g) => permuted(embed(g, blockShape, strides, offset), inverse)
}

viewHistory.gradient = (view, base) => intoRegion(view, base)

/**
 * A view of the memory of `x` with sizes, strides and offset given outright.
 *
 * @param x - any tensor
 * @param size - sizes of the view
 * @param stride - elements to skip per dimension, >= 0
 * @param storageOffset - first element, from the start of the storage; that of `x` if not given
 * @throws RuntimeError if the view would leave the storage
 * @see https://pytorch.org/docs/stable/generated/torch.as_strided.html
 */
export function asStrided(
  x: Tensor,
  size: Shape,
  stride: Shape,
  storageOffset?: number | { storageOffset?: number },
): Tensor {
  const given = typeof storageOffset === 'object' ? storageOffset.storageOffset : storageOffset
  const offset = given ?? x.offset
  if (size.length !== stride.length)
    throw new RuntimeError(`mismatch in length of strides and shape: ${formatShape(size)} and ${formatShape(stride)}`)
  if (stride.some((s) => s < 0))
    throw new RuntimeError(
      `as_strided: Negative strides are not supported at the moment, got strides: ${formatShape(stride)}`,
    )
  if (offset < 0) throw new RuntimeError(`Tensor: invalid storage offset ${offset}`)
  const needed = extent(size, stride) + (numelOf(size) === 0 ? 0 : offset)
  if (needed > x.storage.numel) {
    throw new RuntimeError(
      `setStorage: sizes ${formatShape(size)}, strides ${formatShape(stride)}, storage offset ${offset}, and itemsize ${x.dtype.itemsize} requiring a storage size of ${needed * x.dtype.itemsize} are out of bounds for storage of size ${x.storage.numel * x.dtype.itemsize}`,
    )
  }
  const out = alias(x, size, stride, offset)
  const start = Math.min(x.offset, offset)
  const { shape, strides, offset: own } = x
  const total = Math.max(extent(shape, strides) + own, extent(size, stride) + offset) - start
  return record('AsStridedBackward0', out, [x], null, (g) => {
    if (overlaps(shape, strides))
      throw new RuntimeError('as_strided: the gradient of an overlapping input is not supported')
    const memory = embed(g, [total], stride, offset - start)
    return window(memory, shape, strides, own - start)
  })
}
