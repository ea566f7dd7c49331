/** Max and average pooling over one to three dimensions. */
import { ownedByGraph, record } from '../autograd/node.js'
import { defineOp, type Op } from '../dispatch/op.js'
import { ArgReduce, ScatterMode } from '../dispatch/opcodes.js'
import { type DType, float16, int64 } from '../dtype.js'
import { RuntimeError } from '../errors.js'
import { setWord } from '../host.js'
import { bindOptions } from '../options.js'
import { contiguousStrides, formatShape, numelOf, type Shape } from '../shape.js'
import { allocate, Tensor } from '../tensor.js'
import { contiguous } from './cast.js'
import { div } from './pointwise.js'
import { checkTensor } from './promote.js'
import { sum } from './reduce.js'
import {
  addWindows,
  covered,
  eachTap,
  perDim,
  positionsAlong,
  type Sizes,
  surrounded,
  type Window,
  windows,
} from './sliding.js'
import { reshape, squeeze, unsqueeze } from './view.js'

function lowest(dtype: DType): number {
  if (dtype.isFloatingPoint) return dtype === float16 ? -65504 : Number.NEGATIVE_INFINITY
  return -(2 ** (dtype.itemsize * 8 - 1))
}

function sizesFor(x: Tensor, outputs: readonly number[], window: Window): number[] {
  const spatial = x.shape.slice(x.ndim - outputs.length)
  return spatial.map((size, d) => Math.max(size + window.padding[d]!, covered(outputs[d]!, window, d)))
}

/** For each window position and each element of the window: its flat index in the plane, as one int64 matrix. */
function planeIndices(like: Tensor, spatial: readonly number[], outputs: readonly number[], window: Window): Tensor {
  const taps = numelOf(window.kernel)
  const n = numelOf(outputs)
  const words = new Int32Array(2 * n * taps)
  eachTap(outputs, (position, flatPosition) => {
    const base = position.map((p, d) => p * window.stride[d]! - window.padding[d]!)
    eachTap(window.kernel, (tap, flatTap) => {
      let index = 0
      tap.forEach((k, d) => {
        index = index * spatial[d]! + base[d]! + k * window.dilation[d]!
      })
      words[2 * (flatPosition * taps + flatTap)] = index
    })
  })
  const out = allocate(like.storage, int64, [n, taps])
  like.storage.device.memory.write(out, words)
  return out
}

/** Kernel key: largest element of each window of `x` [N, C, ...], and its flat index in the plane (int64). */
export const maxPoolOp: Op<[x: Tensor, outputs: readonly number[], window: Window], readonly [Tensor, Tensor]> =
  defineOp('maxPool', (x: Tensor, outputs: readonly number[], window: Window): readonly [Tensor, Tensor] => {
    const n = outputs.length
    const lead = x.shape.slice(0, x.ndim - n)
    const spatial = x.shape.slice(x.ndim - n)
    const { primitives } = x.storage.device
    const all = windows(surrounded(x, window.padding, sizesFor(x, outputs, window), lowest(x.dtype)), outputs, window)
    const planes = numelOf(lead)
    const positions = numelOf(outputs)
    const taps = numelOf(window.kernel)
    const flat = reshape(all, [planes * positions, taps])
    const best = allocate(x.storage, int64, [planes * positions, 1])
    primitives.argReduce(ArgReduce.argmax, flat, 1, best)
    const values = allocate(x.storage, x.dtype, [planes * positions, 1])
    primitives.gather(flat, 1, best, values)
    // the same choice among the flat indices, which every plane shares
    const table = planeIndices(x, spatial, outputs, window)
    const shared = new Tensor(
      table.storage,
      int64,
      [planes, positions, taps],
      [0, taps, 1],
      0,
      planes * positions * taps,
    )
    const indices = allocate(x.storage, int64, [planes, positions, 1])
    primitives.gather(shared, 2, reshape(best, [planes, positions, 1]), indices)
    const shape = [...lead, ...outputs]
    return [reshape(values, shape), reshape(indices, shape)]
  })

/** Kernel key: adds `g` at flat plane indices into zeros of `shape`: gradient of max pooling, and unpooling. */
export const maxPoolGradOp: Op<[g: Tensor, indices: Tensor, shape: Shape, n: number], Tensor> = defineOp(
  'maxPoolGrad',
  (g: Tensor, indices: Tensor, shape: Shape, n: number): Tensor => {
    const planes = numelOf(shape.slice(0, shape.length - n))
    const out = allocate(g.storage, g.dtype, [planes, numelOf(shape.slice(shape.length - n))], true)
    const positions = numelOf(g.shape.slice(g.ndim - n))
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

function maxPoolGrad(g: Tensor, indices: Tensor, shape: Shape, n: number): Tensor {
  return record('MaxPoolGradBackward0', maxPoolGradOp(g, indices, shape, n), [g], [indices], (h, node) =>
    pickPlane(h, node.saved(0), n),
  )
}

/** Elements of `x` at flat plane indices; its gradient is {@link maxPoolGrad}. */
function pickPlane(x: Tensor, indices: Tensor, n: number): Tensor {
  const planes = numelOf(x.shape.slice(0, x.ndim - n))
  const flat = reshape(contiguous(x), [planes, numelOf(x.shape.slice(x.ndim - n))])
  const index = reshape(indices, [planes, numelOf(indices.shape.slice(indices.ndim - n))])
  const out = allocate(x.storage, x.dtype, index.shape)
  x.storage.device.primitives.gather(flat, 1, index, out)
  const shape = x.shape
  const picked = new Tensor(out.storage, out.dtype, indices.shape, contiguousStrides(indices.shape), 0, out.count)
  return record('PickPlaneBackward0', picked, [x], [indices], (g, node) => maxPoolGrad(g, node.saved(0), shape, n))
}

/** Options of the max poolings. */
export interface MaxPoolOptions {
  /** The kernel size if not given. */
  stride?: Sizes
  /** -inf added on both sides, at most half the kernel. */
  padding?: Sizes
  dilation?: Sizes
  /** Lets a last window hang over the end. */
  ceilMode?: boolean
  /** Gives `[values, indices]`. */
  returnIndices?: boolean
}
const maxNames = ['stride', 'padding', 'dilation', 'ceilMode', 'returnIndices'] as const

function poolWindow(
  name: string,
  n: number,
  kernelSize: Sizes,
  stride: Sizes | undefined,
  padding: Sizes,
  dilation: Sizes,
): Window {
  const kernel = perDim(name, 'kernelSize', kernelSize, n)
  const steps =
    stride === undefined || (Array.isArray(stride) && stride.length === 0) ? kernel : perDim(name, 'stride', stride, n)
  const window = {
    kernel,
    stride: steps,
    padding: perDim(name, 'padding', padding, n),
    dilation: perDim(name, 'dilation', dilation, n),
  }
  const zero = (values: readonly number[]) => values.some((v) => v <= 0)
  if (zero(kernel))
    throw new RuntimeError(`kernel size should be greater than zero, but got kernel_size: [${kernel.join(', ')}]`)
  if (zero(steps)) throw new RuntimeError('stride should not be zero')
  if (zero(window.dilation))
    throw new RuntimeError(`dilation should be greater than zero, but got dilation: [${window.dilation.join(', ')}]`)
  window.padding.forEach((p, d) => {
    if (p < 0) throw new RuntimeError(`pad must be non-negative, but got pad: ${p}`)
    const effective = (kernel[d]! - 1) * window.dilation[d]! + 1
    if (p > Math.floor(effective / 2)) {
      throw new RuntimeError(
        `pad should be at most half of effective kernel size, but got pad=${p}, kernel_size=${kernel[d]} and dilation=${window.dilation[d]}`,
      )
    }
  })
  return window
}

function poolInput(name: string, input: Tensor, n: number): [Tensor, boolean] {
  const snake = name.replace(/[A-Z]/g, (c) => `_${c.toLowerCase()}`)
  const ranks = `${n + 1}D or ${n + 2}D (batch mode)`
  if (input.ndim !== n + 1 && input.ndim !== n + 2) {
    throw new RuntimeError(
      `${snake}: Expected ${ranks} tensor with optional 0 dim batch size for input, non-empty ${ranks} tensor expected for input, but got:${formatShape(input.shape)}`,
    )
  }
  const first = input.ndim - n - 1
  const empty = input.shape.findIndex((size, d) => d >= first && size === 0)
  if (empty >= 0) {
    throw new RuntimeError(
      n === 3
        ? `${snake}(): Expected input's non-batch dimensions to have positive length, but input has a shape of ${formatShape(input.shape)} and non-batch dimension ${empty} has length zero!`
        : `${snake}: Expected ${ranks} tensor with optional 0 dim batch size for input, but got:${formatShape(input.shape)}`,
    )
  }
  return input.ndim === n + 2 ? [input, true] : [unsqueeze(input, 0), false]
}

function outputSizes(x: Tensor, n: number, window: Window, ceil: boolean): number[] {
  const spatial = x.shape.slice(x.ndim - n)
  const outputs = spatial.map((size, d) => positionsAlong(size, window, d, ceil))
  if (outputs.some((o) => o < 1)) {
    const channels = x.shape[1]!
    throw new RuntimeError(
      `Given input size: (${[channels, ...spatial].join('x')}). Calculated output size: (${[channels, ...outputs.map((o) => Math.max(o, 0))].join('x')}). Output size is too small`,
    )
  }
  return outputs
}

function maxPool(
  name: string,
  n: number,
  input: Tensor,
  kernelSize: Sizes,
  args: readonly unknown[],
): [Tensor, Tensor, boolean] {
  const o = bindOptions<MaxPoolOptions>(name, maxNames, args)
  checkTensor(name, 'input', input)
  const window = poolWindow(name, n, kernelSize, o.stride, o.padding ?? 0, o.dilation ?? 1)
  const [x, isBatched] = poolInput(name, input, n)
  if (x.dtype.name === 'bool') throw new RuntimeError(`"max_pool${n}d" not implemented for 'Bool'`)
  const outputs = outputSizes(x, n, window, o.ceilMode ?? false)
  const [values, indices] = maxPoolOp(x, outputs, window)
  const shape = x.shape
  record(`MaxPool${n}DWithIndicesBackward0`, values, [x], [indices], (g, node) =>
    maxPoolGrad(g, node.saved(0), shape, n),
  )
  if (o.returnIndices !== true) ownedByGraph(values, indices)
  const both: [Tensor, Tensor] = isBatched ? [values, indices] : [squeeze(values, 0), squeeze(indices, 0)]
  return [...both, o.returnIndices ?? false]
}

type MaxOr<T> = T | MaxPoolOptions

function maxPoolResult([values, indices, both]: [Tensor, Tensor, boolean]): Tensor {
  // typed as a tensor, which it is unless indices were asked for
  return both ? ([values, indices] as unknown as Tensor) : values
}

/** Max pooling over one dimension, see {@link maxPool2d}. @see https://pytorch.org/docs/stable/generated/torch.nn.functional.max_pool1d.html */
export function maxPool1d(
  input: Tensor,
  kernelSize: Sizes,
  options: MaxPoolOptions & { returnIndices: true },
): [Tensor, Tensor]
export function maxPool1d(
  input: Tensor,
  kernelSize: Sizes,
  stride?: MaxOr<Sizes>,
  padding?: MaxOr<Sizes>,
  dilation?: MaxOr<Sizes>,
  ceilMode?: MaxOr<boolean>,
): Tensor
export function maxPool1d(input: Tensor, kernelSize: Sizes, ...args: unknown[]): Tensor | [Tensor, Tensor] {
  return maxPoolResult(maxPool('maxPool1d', 1, input, kernelSize, args))
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
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.nn.functional.max_pool2d.html
 */
export function maxPool2d(
  input: Tensor,
  kernelSize: Sizes,
  options: MaxPoolOptions & { returnIndices: true },
): [Tensor, Tensor]
export function maxPool2d(
  input: Tensor,
  kernelSize: Sizes,
  stride?: MaxOr<Sizes>,
  padding?: MaxOr<Sizes>,
  dilation?: MaxOr<Sizes>,
  ceilMode?: MaxOr<boolean>,
): Tensor
export function maxPool2d(input: Tensor, kernelSize: Sizes, ...args: unknown[]): Tensor | [Tensor, Tensor] {
  return maxPoolResult(maxPool('maxPool2d', 2, input, kernelSize, args))
}

/** Max pooling over three dimensions, see {@link maxPool2d}. @see https://pytorch.org/docs/stable/generated/torch.nn.functional.max_pool3d.html */
export function maxPool3d(
  input: Tensor,
  kernelSize: Sizes,
  options: MaxPoolOptions & { returnIndices: true },
): [Tensor, Tensor]
export function maxPool3d(
  input: Tensor,
  kernelSize: Sizes,
  stride?: MaxOr<Sizes>,
  padding?: MaxOr<Sizes>,
  dilation?: MaxOr<Sizes>,
  ceilMode?: MaxOr<boolean>,
): Tensor
export function maxPool3d(input: Tensor, kernelSize: Sizes, ...args: unknown[]): Tensor | [Tensor, Tensor] {
  return maxPoolResult(maxPool('maxPool3d', 3, input, kernelSize, args))
}

/** Kernel key: sum of each window of `x` [N, C, ...], zeros around. */
export const sumPoolOp: Op<[x: Tensor, outputs: readonly number[], window: Window], Tensor> = defineOp(
  'sumPool',
  (x: Tensor, outputs: readonly number[], window: Window): Tensor => {
    const all = windows(surrounded(x, window.padding, sizesFor(x, outputs, window), 0), outputs, window)
    return sum(
      all,
      window.kernel.map((_, d) => x.ndim + d),
      false,
      { dtype: x.dtype },
    )
  },
)

/** Kernel key: adds `g` to all elements of its windows, in zeros of `shape`. */
export const sumPoolGradOp: Op<[g: Tensor, shape: Shape, window: Window], Tensor> = defineOp(
  'sumPoolGrad',
  (g: Tensor, shape: Shape, window: Window): Tensor => {
    return addWindows(g, shape, g.shape.slice(g.ndim - window.kernel.length), window, () => g)
  },
)

function sumPool(x: Tensor, outputs: readonly number[], window: Window): Tensor {
  const shape = x.shape
  return record('AvgPoolBackward0', sumPoolOp(x, outputs, window), [x], null, (g) => sumPoolGrad(g, shape, window))
}

function sumPoolGrad(g: Tensor, shape: Shape, window: Window): Tensor {
  const outputs = g.shape.slice(g.ndim - window.kernel.length)
  return record('AvgPoolGradBackward0', sumPoolGradOp(g, shape, window), [g], null, (h) => sumPool(h, outputs, window))
}

/** Options of the average poolings. */
export interface AvgPoolOptions {
  /** The kernel size if not given. */
  stride?: Sizes
  /** Zeros added on both sides, at most half the kernel. */
  padding?: Sizes
  ceilMode?: boolean
  /** Whether padded zeros count in the mean, as they do by default. */
  countIncludePad?: boolean
  /** Divides by this instead of the number of elements. */
  divisorOverride?: number | null
}
const avgNames = ['stride', 'padding', 'ceilMode', 'countIncludePad', 'divisorOverride'] as const

/** Number of elements of each window, as PyTorch counts them: hanging over the padded end does not count. */
function windowCounts(
  spatial: readonly number[],
  outputs: readonly number[],
  window: Window,
  includePad: boolean,
): Float64Array {
  const counts = new Float64Array(numelOf(outputs))
  eachTap(outputs, (position, flat) => {
    let count = 1
    position.forEach((p, d) => {
      const size = spatial[d]!
      const pad = window.padding[d]!
      const from = p * window.stride[d]! - pad
      const to = Math.min(from + window.kernel[d]!, size + pad)
      count *= includePad ? to - from : Math.min(to, size) - Math.max(from, 0)
    })
    counts[flat] = count
  })
  return counts
}

function avgPool(name: string, n: number, input: Tensor, kernelSize: Sizes, args: readonly unknown[]): Tensor {
  const o = bindOptions<AvgPoolOptions>(name, avgNames, args)
  checkTensor(name, 'input', input)
  const window = poolWindow(name, n, kernelSize, o.stride, o.padding ?? 0, 1)
  const [x, isBatched] = poolInput(name, input, n)
  if (o.divisorOverride === 0) throw new RuntimeError('divisor must be not zero')
  const outputs = outputSizes(x, n, window, o.ceilMode ?? false)
  const total = sumPool(x, outputs, window)
  const out = meanOf(total, x, outputs, window, o)
  return isBatched ? out : squeeze(out, 0)
}

function meanOf(
  total: Tensor,
  x: Tensor,
  outputs: readonly number[],
  window: Window,
  o: Partial<AvgPoolOptions>,
): Tensor {
  const mean = (divisor: number | Tensor) =>
    x.dtype.isFloatingPoint ? div(total, divisor) : div(total, divisor, { roundingMode: 'trunc' })
  if (o.divisorOverride != null) return mean(o.divisorOverride)
  const counts = windowCounts(x.shape.slice(2), outputs, window, o.countIncludePad ?? true)
  const first = counts[0]!
  if (counts.every((c) => c === first)) return mean(first)
  const divisor = allocate(x.storage, x.dtype, outputs)
  const words = x.dtype.allocate(counts.length)
  counts.forEach((c, i) => {
    setWord(words, x.dtype, i, c)
  })
  x.storage.device.memory.write(divisor, words)
  return mean(divisor)
}

type AvgOr<T> = T | AvgPoolOptions

/** Average pooling over one dimension, see {@link avgPool2d}. @see https://pytorch.org/docs/stable/generated/torch.nn.functional.avg_pool1d.html */
export function avgPool1d(
  input: Tensor,
  kernelSize: Sizes,
  stride?: AvgOr<Sizes>,
  padding?: AvgOr<Sizes>,
  ceilMode?: AvgOr<boolean>,
  countIncludePad?: AvgOr<boolean>,
): Tensor {
  return avgPool('avgPool1d', 1, input, kernelSize, [stride, padding, ceilMode, countIncludePad])
}

/**
 * The mean of each window.
 *
 * @param input - shape [N, C, H, W] or [C, H, W]
 * @see https://pytorch.org/docs/stable/generated/torch.nn.functional.avg_pool2d.html
 */
export function avgPool2d(
  input: Tensor,
  kernelSize: Sizes,
  stride?: AvgOr<Sizes>,
  padding?: AvgOr<Sizes>,
  ceilMode?: AvgOr<boolean>,
  countIncludePad?: AvgOr<boolean>,
  divisorOverride?: AvgOr<number | null>,
): Tensor {
  return avgPool('avgPool2d', 2, input, kernelSize, [stride, padding, ceilMode, countIncludePad, divisorOverride])
}

/** Average pooling over three dimensions, see {@link avgPool2d}. @see https://pytorch.org/docs/stable/generated/torch.nn.functional.avg_pool3d.html */
export function avgPool3d(
  input: Tensor,
  kernelSize: Sizes,
  stride?: AvgOr<Sizes>,
  padding?: AvgOr<Sizes>,
  ceilMode?: AvgOr<boolean>,
  countIncludePad?: AvgOr<boolean>,
  divisorOverride?: AvgOr<number | null>,
): Tensor {
  return avgPool('avgPool3d', 3, input, kernelSize, [stride, padding, ceilMode, countIncludePad, divisorOverride])
}
