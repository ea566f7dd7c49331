/** What poolings share, and average pooling over one to three dimensions. */
import { record } from '../autograd/node.js'
import { defineOp, type Op } from '../dispatch/op.js'
import { RuntimeError } from '../errors.js'
import { setWord } from '../host.js'
import { bindOptions } from '../options.js'
import { formatShape, numelOf, type Shape } from '../shape.js'
import { allocate, type Tensor } from '../tensor.js'
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

/** How far windows reach into what surrounds `x`, or at least its own end. */
export function reached(x: Tensor, outputs: readonly number[], window: Window): number[] {
  const spatial = x.shape.slice(x.ndim - outputs.length)
  return spatial.map((size, d) => Math.max(size + window.padding[d]!, covered(outputs[d]!, window, d)))
}

/** The window that a pooling is called with. @throws RuntimeError in PyTorch's words if it makes no sense */
export function poolWindow(
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

/** The input with a batch dimension, and whether it had one. @throws RuntimeError for another shape */
export function poolInput(name: string, input: Tensor, n: number): [Tensor, boolean] {
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

/** Number of windows along each dimension. @throws RuntimeError if there is none */
export function outputSizes(x: Tensor, n: number, window: Window, ceil: boolean): number[] {
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

/** A window over volumes as two over planes: one in each, then one along the depth of flat planes. */
export function planeWindows({ kernel, stride, padding, dilation }: Window): [inPlane: Window, alongDepth: Window] {
  const inPlane = {
    kernel: kernel.slice(1),
    stride: stride.slice(1),
    padding: padding.slice(1),
    dilation: dilation.slice(1),
  }
  const alongDepth = {
    kernel: [kernel[0]!, 1],
    stride: [stride[0]!, 1],
    padding: [padding[0]!, 0],
    dilation: [dilation[0]!, 1],
  }
  return [inPlane, alongDepth]
}

/** Whether sums over volumes are sums of sums over planes: halves would be rounded twice. */
function byPlanes(x: Tensor, n: number): boolean {
  return n === 3 && x.dtype.itemsize >= 4
}

function volumeSums(x: Tensor, outputs: readonly number[], window: Window): Tensor {
  const [batch, channels, depth, height, width] = x.shape as [number, number, number, number, number]
  const [outDepth, outHeight, outWidth] = outputs as [number, number, number]
  const [plane, column] = planeWindows(window)
  const area = outHeight * outWidth
  const sums = sumPoolOp(reshape(x, [batch, channels * depth, height, width]), [outHeight, outWidth], plane)
  const deep = sumPoolOp(reshape(sums, [batch, channels, depth, area]), [outDepth, area], column)
  return reshape(deep, [batch, channels, ...outputs])
}

function volumeGrad(g: Tensor, shape: Shape, window: Window): Tensor {
  const [batch, channels, depth, height, width] = shape as [number, number, number, number, number]
  const [outDepth, outHeight, outWidth] = g.shape.slice(2) as [number, number, number]
  const [plane, column] = planeWindows(window)
  const area = outHeight * outWidth
  const deep = sumPoolGradOp(reshape(g, [batch, channels, outDepth, area]), [batch, channels, depth, area], column)
  const planes = reshape(deep, [batch, channels * depth, outHeight, outWidth])
  return reshape(sumPoolGradOp(planes, [batch, channels * depth, height, width], plane), shape)
}

/** Kernel key: sum of each window of `x` [N, C, ...], zeros around. */
export const sumPoolOp: Op<[x: Tensor, outputs: readonly number[], window: Window], Tensor> = defineOp(
  'sumPool',
  (x: Tensor, outputs: readonly number[], window: Window): Tensor => {
    if (byPlanes(x, outputs.length)) return volumeSums(x, outputs, window)
    const all = windows(surrounded(x, window.padding, reached(x, outputs, window), 0), outputs, window)
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
    const n = window.kernel.length
    return byPlanes(g, n)
      ? volumeGrad(g, shape, window)
      : addWindows(g, shape, g.shape.slice(g.ndim - n), window, () => g)
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
