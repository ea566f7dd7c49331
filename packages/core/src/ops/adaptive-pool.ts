/** Average pooling to a given size, whatever the size of the input. */
import { NotImplementedError, RuntimeError } from '../errors.js'
import { TypeError_ } from '../options.js'
import { formatShape, type Shape } from '../shape.js'
import type { Tensor } from '../tensor.js'
import { cast } from './cast.js'
import { avgPool1d, avgPool2d, avgPool3d } from './pool.js'
import { checkTensor } from './promote.js'
import { mean } from './reduce.js'
import { wideType } from './reduction.js'
import { type ResampleStep, resample, type Taps, tapsOf } from './resample.js'
import { squeeze, unsqueeze } from './view.js'

/** A size for all dimensions, or one each; null keeps that of the input. */
export type AdaptiveSizes = number | readonly (number | null)[]

/** Start of part `i` when `size` elements are cut into `parts`, which overlap where they do not fit. */
export function partStart(i: number, size: number, parts: number): number {
  return Math.floor((i * size) / parts)
}
/** End of that part. */
export function partEnd(i: number, size: number, parts: number): number {
  return Math.ceil(((i + 1) * size) / parts)
}

/** Means of the parts, as weights of their elements. */
function meanTaps(size: number, parts: number): Taps {
  return tapsOf(
    size,
    Array.from({ length: parts }, (_, i) => {
      const [start, end] = [partStart(i, size, parts), partEnd(i, size, parts)]
      const indices = Array.from({ length: end - start }, (_, k) => start + k)
      return { indices, weights: indices.map(() => 1 / (end - start)) }
    }),
  )
}

/** The size of each dimension of the result. @throws RuntimeError for one too many or few, or a negative one */
export function adaptiveOutputs(name: string, n: number, size: AdaptiveSizes, spatial: Shape): number[] {
  const list = typeof size === 'number' ? new Array<number>(n).fill(size) : size
  if (!Array.isArray(list))
    throw TypeError_(`${name}(): argument 'outputSize' must be a number or a list of them, not`, size)
  if (list.length !== n) {
    throw new RuntimeError(
      n === 1
        ? `${name}() argument 'output_size' should contain one int (got ${list.length})`
        : `${name}: output_size must be ${n}`,
    )
  }
  const sizes = list.map((s, d) => s ?? spatial[d]!)
  if (sizes.some((s) => s < 0))
    throw new RuntimeError(
      `${name}: elements of output_size must be greater than or equal to 0 but received {${sizes.join(', ')}}`,
    )
  return sizes
}

/**
 * Checks the shape of the input of an adaptive pooling.
 *
 * @param first - the first dimension that may not be empty
 * @throws RuntimeError in PyTorch's words
 */
export function checkAdaptiveInput(name: string, n: number, x: Tensor, first: number): void {
  if (x.ndim !== n + 1 && x.ndim !== n + 2) {
    throw new RuntimeError(
      n === 1
        ? `Expected 2 to 3 dimensions, but got ${x.ndim}-dimensional tensor for argument #1 'self' (while checking arguments for ${name})`
        : `${name}(): Expected ${n + 1}D or ${n + 2}D tensor, but got ${formatShape(x.shape)}`,
    )
  }
  const empty = x.shape.findIndex((size, d) => d >= first && size === 0)
  if (empty >= 0)
    throw new RuntimeError(
      `${name}(): Expected input to have non-zero size for non-batch dimensions, but input has sizes ${formatShape(x.shape)} with dimension ${empty} being empty`,
    )
}

const averages = [avgPool1d, avgPool2d, avgPool3d] as const

function adaptivePool(name: string, n: 1 | 2 | 3, input: Tensor, size: AdaptiveSizes): Tensor {
  checkTensor(name, 'input', input)
  const snake = `adaptive_avg_pool${n}d`
  checkAdaptiveInput(snake, n, input, input.ndim - n)
  const lead = input.ndim - n
  const spatial = input.shape.slice(lead)
  const sizes = adaptiveOutputs(snake, n, size, spatial)
  if (!input.dtype.isFloatingPoint)
    throw new NotImplementedError(`"${snake}" not implemented for '${input.dtype.label}'`)
  if (sizes.every((s) => s === 1))
    return mean(
      input,
      sizes.map((_, d) => lead + d),
      true,
    )
  const x = cast(input, wideType(input.dtype))
  if (input.count > 0 && sizes.every((s, d) => s > 0 && spatial[d]! % s === 0)) {
    // equal parts that do not overlap: plain windows
    const kernel = sizes.map((s, d) => spatial[d]! / s)
    const batched = lead === 2 ? x : unsqueeze(x, 0)
    const out = averages[n - 1]!(batched, kernel)
    return cast(lead === 2 ? out : squeeze(out, 0), input.dtype)
  }
  const steps: ResampleStep[] = []
  sizes.forEach((s, d) => {
    if (s !== spatial[d]) steps.push({ dim: lead + d, taps: meanTaps(spatial[d]!, s) })
  })
  return cast(resample(`AdaptiveAvgPool${n}DBackward0`, x, steps), input.dtype)
}

/** Means over equal parts of one dimension, see {@link adaptiveAvgPool2d}. @see https://pytorch.org/docs/stable/generated/torch.nn.functional.adaptive_avg_pool1d.html */
export function adaptiveAvgPool1d(input: Tensor, outputSize: AdaptiveSizes): Tensor {
  return adaptivePool('adaptiveAvgPool1d', 1, input, outputSize)
}

/**
 * Means over parts of each plane, as many as asked for: `outputSize` 1 gives the mean of the plane.
 *
 * @param input - shape [N, C, H, W] or [C, H, W], floating point
 * @param outputSize - H' and W', or one number for both; null keeps the input's
 * @returns shape [N, C, H', W']
 * @throws RuntimeError for another number of dimensions, an empty plane or a negative size
 * @throws NotImplementedError for integers
 * @example
 * ```ts
 * adaptiveAvgPool2d(randn([1, 3, 8, 9]), [5, null]) // shape [1, 3, 5, 9]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.nn.functional.adaptive_avg_pool2d.html
 */
export function adaptiveAvgPool2d(input: Tensor, outputSize: AdaptiveSizes): Tensor {
  return adaptivePool('adaptiveAvgPool2d', 2, input, outputSize)
}

/** Means over parts of three dimensions, see {@link adaptiveAvgPool2d}. @see https://pytorch.org/docs/stable/generated/torch.nn.functional.adaptive_avg_pool3d.html */
export function adaptiveAvgPool3d(input: Tensor, outputSize: AdaptiveSizes): Tensor {
  return adaptivePool('adaptiveAvgPool3d', 3, input, outputSize)
}
