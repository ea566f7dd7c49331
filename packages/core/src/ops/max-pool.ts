/** Max pooling over one to three dimensions, with the places of the largest elements. */
import { ownedByGraph, record } from '../autograd/node.js'
import { defineOp, type Op } from '../dispatch/op.js'
import { ArgReduce, Binary, ScatterMode } from '../dispatch/opcodes.js'
import { bool, type DType, int64 } from '../dtype.js'
import { RuntimeError } from '../errors.js'
import { bindOptions } from '../options.js'
import { contiguousStrides, numelOf, type Shape } from '../shape.js'
import { allocate, Tensor } from '../tensor.js'
import { contiguous } from './cast.js'
import { longTensor } from './index-tensor.js'
import { outputSizes, planeWindows, poolInput, poolWindow, reached } from './pool.js'
import { checkTensor } from './promote.js'
import { eachTap, type Sizes, surrounded, type Window, windows } from './sliding.js'
import { reshape, squeeze } from './view.js'

function lowest(dtype: DType): number {
  if (dtype.isFloatingPoint) return Number.NEGATIVE_INFINITY
  return dtype.isSigned ? -(2 ** (dtype.itemsize * 8 - 1)) : 0
}

/**
 * For each window position the flat index in the plane of where the window begins, which may lie in the padding, and of its first
 * element that does not.
 */
function beginnings(spatial: readonly number[], outputs: readonly number[], window: Window): [number[], number[]] {
  const begin = new Array<number>(numelOf(outputs))
  const inside = new Array<number>(numelOf(outputs))
  eachTap(outputs, (position, flat) => {
    begin[flat] = 0
    inside[flat] = 0
    position.forEach((p, d) => {
      const at = p * window.stride[d]! - window.padding[d]!
      const dilation = window.dilation[d]!
      begin[flat] = begin[flat]! * spatial[d]! + at
      inside[flat] = inside[flat]! * spatial[d]! + (at < 0 ? at + Math.ceil(-at / dilation) * dilation : at)
    })
  })
  return [begin, inside]
}

/** For each element of a window how far it lies from the first one, in the flat plane. */
function distances(spatial: readonly number[], window: Window): number[] {
  const result: number[] = []
  eachTap(window.kernel, (tap) => {
    result.push(tap.reduce((sum, k, d) => sum * spatial[d]! + k * window.dilation[d]!, 0))
  })
  return result
}

/** All windows as rows of a matrix, of which the largest element is chosen. */
function pooledRows(x: Tensor, outputs: readonly number[], window: Window): readonly [Tensor, Tensor] {
  const n = outputs.length
  const lead = x.shape.slice(0, x.ndim - n)
  const spatial = x.shape.slice(x.ndim - n)
  const { device } = x.storage
  const { primitives } = device
  const all = windows(surrounded(x, window.padding, reached(x, outputs, window), lowest(x.dtype)), outputs, window)
  const planes = numelOf(lead)
  const positions = numelOf(outputs)
  const flat = reshape(all, [planes * positions, numelOf(window.kernel)])
  const best = allocate(x.storage, int64, [planes * positions, 1])
  primitives.argReduce(ArgReduce.argmax, flat, 1, best)
  const values = allocate(x.storage, x.dtype, [planes * positions, 1])
  primitives.gather(flat, 1, best, values)

  const [begin, inside] = beginnings(spatial, outputs, window)
  const places = allocate(x.storage, int64, [planes * positions])
  const offsets = distances(spatial, window)
  primitives.indexSelect(longTensor(offsets, [offsets.length], device), 0, reshape(best, [-1]), places)
  const indices = reshape(places, [planes, positions])
  primitives.binary(Binary.add, indices, longTensor(begin, [1, positions], device), indices)
  if (window.padding.some((p) => p > 0)) {
    // the first of a window may be padding, which is chosen where nothing is larger than -inf: an element of the input instead
    const first = allocate(x.storage, bool, [planes, positions])
    primitives.binary(Binary.eq, reshape(best, [planes, positions]), 0, first)
    primitives.where(first, longTensor(inside, [1, positions], device), indices, indices)
  }
  const shape = [...lead, ...outputs]
  return [reshape(values, shape), reshape(indices, shape)]
}

/**
 * Volumes: planes first, then what was chosen in each along the depth. The first of equal elements is found all the same, because
 * planes come in the order of their elements.
 */
function pooledVolumes(x: Tensor, outputs: readonly number[], window: Window): readonly [Tensor, Tensor] {
  const [batch, channels, depth, height, width] = x.shape as [number, number, number, number, number]
  const [outDepth, ...outPlane] = outputs as [number, number, number]
  const [inPlane, alongDepth] = planeWindows(window)
  const [inPlanes, placesInPlane] = maxPoolOp(reshape(x, [batch, channels * depth, height, width]), outPlane, inPlane)
  const area = numelOf(outPlane)
  const [values, chosen] = maxPoolOp(reshape(inPlanes, [batch, channels, depth, area]), [outDepth, area], alongDepth)
  const { primitives } = x.storage.device
  const volumes = batch * channels
  const rows = reshape(chosen, [volumes, outDepth * area])
  const indices = allocate(x.storage, int64, rows.shape)
  const places = allocate(x.storage, int64, rows.shape)
  primitives.gather(reshape(placesInPlane, [volumes, depth * area]), 1, rows, places)
  primitives.binary(Binary.divTrunc, rows, area, indices)
  primitives.binary(Binary.mul, indices, height * width, indices)
  primitives.binary(Binary.add, indices, places, indices)
  const shape = [batch, channels, ...outputs]
  return [reshape(values, shape), reshape(indices, shape)]
}

/** A line as a plane of one row. */
function pooledLines(x: Tensor, outputs: readonly number[], window: Window): readonly [Tensor, Tensor] {
  const [batch, channels, length] = x.shape as [number, number, number]
  const plane: Window = {
    kernel: [1, ...window.kernel],
    stride: [1, ...window.stride],
    padding: [0, ...window.padding],
    dilation: [1, ...window.dilation],
  }
  const [values, indices] = maxPoolOp(reshape(x, [batch, channels, 1, length]), [1, ...outputs], plane)
  const shape = [batch, channels, ...outputs]
  return [reshape(values, shape), reshape(indices, shape)]
}

/** Kernel key: largest element of each window of `x` [N, C, ...], and its flat index in the plane (int64). */
export const maxPoolOp: Op<[x: Tensor, outputs: readonly number[], window: Window], readonly [Tensor, Tensor]> =
  defineOp('maxPool', (x: Tensor, outputs: readonly number[], window: Window): readonly [Tensor, Tensor] => {
    if (outputs.length === 1) return pooledLines(x, outputs, window)
    return outputs.length === 3 ? pooledVolumes(x, outputs, window) : pooledRows(x, outputs, window)
  })

/** Kernel key: adds `g` at flat plane indices into zeros of `shape`: the gradient of max pooling. */
export const maxPoolGradOp: Op<[g: Tensor, indices: Tensor, shape: Shape, n: number], Tensor> = defineOp(
  'maxPoolGrad',
  (g: Tensor, indices: Tensor, shape: Shape, n: number): Tensor => {
    const planes = numelOf(shape.slice(0, shape.length - n))
    const size = numelOf(shape.slice(shape.length - n))
    const positions = numelOf(g.shape.slice(g.ndim - n))
    if (n !== 2) {
      // lines and flat volumes are planes of one row
      const flat = [planes, 1, 1, positions]
      return reshape(maxPoolGradOp(reshape(g, flat), reshape(indices, flat), [planes, 1, 1, size], 2), shape)
    }
    const out = allocate(g.storage, g.dtype, [planes, size], true)
    g.storage.device.primitives.scatter(
      ScatterMode.add,
      out,
      1,
      reshape(indices, [planes, positions]),
      reshape(g, [planes, positions]),
    )
    return reshape(out, shape)
  },
)

/** Adds `g` at flat indices of the last `n` dimensions into zeros of `shape`; its gradient is {@link pickPlane}. */
export function maxPoolGrad(g: Tensor, indices: Tensor, shape: Shape, n: number): Tensor {
  return record('MaxPoolGradBackward0', maxPoolGradOp(g, indices, shape, n), [g], [indices], (h, node) =>
    pickPlane(h, node.saved(0), n),
  )
}

/** Elements of `x` at flat indices of its last `n` dimensions; its gradient is {@link maxPoolGrad}. */
export function pickPlane(x: Tensor, indices: Tensor, n: number): Tensor {
  const planes = numelOf(x.shape.slice(0, x.ndim - n))
  const flat = reshape(contiguous(x), [planes, numelOf(x.shape.slice(x.ndim - n))])
  const index = reshape(indices, [planes, numelOf(indices.shape.slice(indices.ndim - n))])
  const out = allocate(x.storage, x.dtype, index.shape)
  x.storage.device.primitives.gather(flat, 1, index, out)
  const shape = x.shape
  const picked = new Tensor(out.storage, out.dtype, indices.shape, contiguousStrides(indices.shape), 0, out.count)
  return record('PickPlaneBackward0', picked, [x], [indices], (g, node) => maxPoolGrad(g, node.saved(0), shape, n))
}

/** What a max pooling gives: the values; with `returnIndices` also where in their planes they were. */
export type Pooled<Indices extends boolean> = Indices extends true ? [values: Tensor, indices: Tensor] : Tensor

/** Whether a pooling tells where it found what it gives. */
export interface ReturnIndicesOptions<Indices extends boolean = boolean> {
  /** Gives `[values, indices]`. */
  returnIndices?: Indices
}

/** Options of the max poolings. */
export interface MaxPoolOptions<Indices extends boolean = boolean> extends ReturnIndicesOptions<Indices> {
  /** The kernel size if not given. */
  stride?: Sizes
  /** -inf added on both sides, at most half the kernel. */
  padding?: Sizes
  dilation?: Sizes
  /** Lets a last window hang over the end. */
  ceilMode?: boolean
}
const maxNames = ['stride', 'padding', 'dilation', 'ceilMode', 'returnIndices'] as const

/** Values and indices, or the values alone; without the batch that was added to an input that had none. */
export function pooled<Indices extends boolean>(
  values: Tensor,
  indices: Tensor,
  isBatched: boolean,
  both: boolean,
): Pooled<Indices> {
  // kept for the gradient alone
  if (!both) ownedByGraph(values, indices)
  const result = isBatched ? values : squeeze(values, 0)
  return (both ? [result, isBatched ? indices : squeeze(indices, 0)] : result) as Pooled<Indices>
}

/** Dilation does not make room for padding. @throws RuntimeError if more than half of the kernel is added */
function checkPadding({ kernel, padding }: Window): void {
  if (padding.every((p, d) => p <= Math.floor(kernel[d]! / 2))) return
  const [kW, kH, kT] = [...kernel].reverse()
  const [padW, padH, padT] = [...padding].reverse()
  const given =
    kT === undefined
      ? `padW = ${padW}, padH = ${padH ?? 0}, kW = ${kW}, kH = ${kH ?? 1}`
      : `kT: ${kT} kW: ${kW} kH: ${kH} padT: ${padT} padW: ${padW} padH: ${padH}`
  throw new RuntimeError(`pad should be smaller than or equal to half of kernel size, but got ${given}`)
}

function maxPool<Indices extends boolean>(
  name: string,
  n: number,
  input: Tensor,
  kernelSize: Sizes,
  args: readonly unknown[],
): Pooled<Indices> {
  const o = bindOptions<MaxPoolOptions>(name, maxNames, args)
  checkTensor(name, 'input', input)
  const window = poolWindow(name, n, kernelSize, o.stride, o.padding ?? 0, o.dilation ?? 1)
  const [x, isBatched] = poolInput(name, input, n)
  if (x.dtype.name === 'bool') throw new RuntimeError(`"max_pool${n}d" not implemented for 'Bool'`)
  const outputs = outputSizes(x, n, window, o.ceilMode ?? false)
  if (n > 1 || o.returnIndices === true) checkPadding(window)
  const [values, indices] = maxPoolOp(x, outputs, window)
  const shape = x.shape
  record(`MaxPool${n}DWithIndicesBackward0`, values, [x], [indices], (g, node) =>
    maxPoolGrad(g, node.saved(0), shape, n),
  )
  return pooled(values, indices, isBatched, o.returnIndices ?? false)
}

type MaxOr<T, Indices extends boolean> = T | MaxPoolOptions<Indices>

/** Max pooling over one dimension, see {@link maxPool2d}. @see https://pytorch.org/docs/stable/generated/torch.nn.functional.max_pool1d.html */
export function maxPool1d<Indices extends boolean = false>(
  input: Tensor,
  kernelSize: Sizes,
  stride?: MaxOr<Sizes, Indices>,
  padding?: MaxOr<Sizes, Indices>,
  dilation?: MaxOr<Sizes, Indices>,
  ceilMode?: MaxOr<boolean, Indices>,
): Pooled<Indices> {
  return maxPool('maxPool1d', 1, input, kernelSize, [stride, padding, dilation, ceilMode])
}

/**
 * The largest element of each window.
 *
 * @param input - shape [N, C, H, W] or [C, H, W]
 * @param kernelSize - size of the window
 * @returns shape [N, C, H', W']; with `returnIndices` also the flat positions in each plane (int64)
 * @throws RuntimeError if the window does not fit
 * @example
 * ```ts
 * maxPool2d(randn([1, 3, 8, 8]), 2) // shape [1, 3, 4, 4]
 * const [values, indices] = maxPool2d(randn([1, 3, 8, 8]), 2, { returnIndices: true })
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.nn.functional.max_pool2d.html
 */
export function maxPool2d<Indices extends boolean = false>(
  input: Tensor,
  kernelSize: Sizes,
  stride?: MaxOr<Sizes, Indices>,
  padding?: MaxOr<Sizes, Indices>,
  dilation?: MaxOr<Sizes, Indices>,
  ceilMode?: MaxOr<boolean, Indices>,
): Pooled<Indices> {
  return maxPool('maxPool2d', 2, input, kernelSize, [stride, padding, dilation, ceilMode])
}

/** Max pooling over three dimensions, see {@link maxPool2d}. @see https://pytorch.org/docs/stable/generated/torch.nn.functional.max_pool3d.html */
export function maxPool3d<Indices extends boolean = false>(
  input: Tensor,
  kernelSize: Sizes,
  stride?: MaxOr<Sizes, Indices>,
  padding?: MaxOr<Sizes, Indices>,
  dilation?: MaxOr<Sizes, Indices>,
  ceilMode?: MaxOr<boolean, Indices>,
): Pooled<Indices> {
  return maxPool('maxPool3d', 3, input, kernelSize, [stride, padding, dilation, ceilMode])
}
