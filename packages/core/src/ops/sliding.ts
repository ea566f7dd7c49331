/** Sliding windows over the last dimensions, shared by convolution and pooling. */
import { Binary } from '../dispatch/opcodes.js'
import { RuntimeError } from '../errors.js'
import { numelOf, type Shape } from '../shape.js'
import { allocate, Tensor } from '../tensor.js'
import type { Scalar } from './promote.js'

/** Sizes of a window per spatial dimension. */
export interface Window {
  readonly kernel: readonly number[]
  readonly stride: readonly number[]
  readonly padding: readonly number[]
  readonly dilation: readonly number[]
}

/** One number for all dimensions, or one each. */
export type Sizes = number | readonly number[]

/** `value` for each of `n` dimensions. @throws RuntimeError if a list has another length */
export function perDim(name: string, argument: string, value: Sizes, n: number): readonly number[] {
  if (typeof value === 'number') return new Array<number>(n).fill(value)
  if (value.length === 1) return new Array<number>(n).fill(value[0]!)
  if (value.length !== n)
    throw new RuntimeError(`${name}: ${argument} must be one integer or a list of ${n}, but got [${value.join(', ')}]`)
  return value
}

/** Number of window positions along one dimension. */
export function positionsAlong(size: number, window: Window, d: number, ceil = false): number {
  const { kernel, stride, padding, dilation } = window
  const span = size + 2 * padding[d]! - dilation[d]! * (kernel[d]! - 1) - 1
  let n = (ceil ? Math.ceil(span / stride[d]!) : Math.floor(span / stride[d]!)) + 1
  // the last window must begin inside the input or its left padding
  if (ceil && (n - 1) * stride[d]! >= size + padding[d]!) n--
  return n
}

/** A tensor without history over memory that already exists. */
export function bareWindow(x: Tensor, shape: Shape, strides: Shape, offset: number): Tensor {
  return new Tensor(x.storage, x.dtype, shape, strides, offset, numelOf(shape))
}

/**
 * `x` with `value` around its last dimensions: `before[d]` elements in front, and up to `sizes[d]` in all. `x` itself if nothing
 * is added. Unrecorded.
 */
export function surrounded(x: Tensor, before: readonly number[], sizes: readonly number[], value: Scalar): Tensor {
  const lead = x.ndim - sizes.length
  if (sizes.every((size, d) => size === x.shape[lead + d])) return x
  const shape = [...x.shape.slice(0, lead), ...sizes]
  const out = allocate(x.storage, x.dtype, shape, value === 0)
  const { primitives } = x.storage.device
  if (value !== 0) primitives.fill(out, Number(value))
  let offset = out.offset
  const copied = x.shape.slice()
  before.forEach((n, d) => {
    offset += n * out.strides[lead + d]!
    // windows that end before the input does leave part of it unused
    copied[lead + d] = Math.min(x.shape[lead + d]!, sizes[d]! - n)
  })
  primitives.copy(bareWindow(x, copied, x.strides, x.offset), bareWindow(out, copied, out.strides, offset))
  return out
}

/** Length that windows cover along one dimension, from the first element to the last. */
export function covered(outputs: number, window: Window, d: number): number {
  return (outputs - 1) * window.stride[d]! + window.dilation[d]! * (window.kernel[d]! - 1) + 1
}

/** All windows of an (already surrounded) tensor, without a copy: shape [...lead, ...outputs, ...kernel]. */
export function windows(x: Tensor, outputs: readonly number[], window: Window): Tensor {
  const lead = x.ndim - outputs.length
  const spatial = x.strides.slice(lead)
  return bareWindow(
    x,
    [...x.shape.slice(0, lead), ...outputs, ...window.kernel],
    [
      ...x.strides.slice(0, lead),
      ...spatial.map((s, d) => s * window.stride[d]!),
      ...spatial.map((s, d) => s * window.dilation[d]!),
    ],
    x.offset,
  )
}

/** Calls `body` for each element of the kernel, with its multi-index. */
export function eachTap(kernel: readonly number[], body: (tap: readonly number[], flat: number) => void): void {
  const n = numelOf(kernel)
  const tap = new Array<number>(kernel.length).fill(0)
  for (let flat = 0; flat < n; flat++) {
    body(tap, flat)
    for (let d = kernel.length - 1; d >= 0; d--) {
      if (++tap[d]! < kernel[d]!) break
      tap[d] = 0
    }
  }
}

/**
 * The opposite of {@link windows}: a tensor of `shape` into which values at all window positions are added. `valuesAt(flat)`
 * gives those of one element of the kernel, shape [...lead, ...outputs].
 */
export function addWindows(
  like: Tensor,
  shape: Shape,
  outputs: readonly number[],
  window: Window,
  valuesAt: (flat: number) => Tensor,
): Tensor {
  const n = outputs.length
  const lead = shape.length - n
  const sizes = outputs.map((o, d) => Math.max(covered(o, window, d), shape[lead + d]! + window.padding[d]!))
  const block = allocate(like.storage, like.dtype, [...shape.slice(0, lead), ...sizes], true)
  const { primitives } = like.storage.device
  const strides = [...block.strides.slice(0, lead), ...block.strides.slice(lead).map((s, d) => s * window.stride[d]!)]
  const target = [...shape.slice(0, lead), ...outputs]
  eachTap(window.kernel, (tap, flat) => {
    let offset = block.offset
    tap.forEach((k, d) => {
      offset += k * window.dilation[d]! * block.strides[lead + d]!
    })
    const place = bareWindow(block, target, strides, offset)
    primitives.binary(Binary.add, place, valuesAt(flat), place)
  })
  let offset = block.offset
  window.padding.forEach((p, d) => {
    offset += p * block.strides[lead + d]!
  })
  const inner = bareWindow(block, shape, block.strides, offset)
  const out = allocate(like.storage, like.dtype, shape)
  primitives.copy(inner, out)
  return out
}
