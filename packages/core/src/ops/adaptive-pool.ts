/** Average pooling to a given size, whatever the size of the input. */
import { record } from '../autograd/node.js'
import { defineOp, type Op } from '../dispatch/op.js'
import { Binary, Reduce } from '../dispatch/opcodes.js'
import { NotImplementedError, RuntimeError } from '../errors.js'
import { TypeError_ } from '../options.js'
import { formatShape, type Shape } from '../shape.js'
import { allocate, type Tensor } from '../tensor.js'
import { cast } from './cast.js'
import { div } from './pointwise.js'
import { avgPool1d, avgPool2d, avgPool3d } from './pool.js'
import { checkTensor } from './promote.js'
import { mean } from './reduce.js'
import { wideType } from './reduction.js'
import { bareWindow } from './sliding.js'
import { squeeze, unsqueeze } from './view.js'

/** A size for all dimensions, or one each; null keeps that of the input. */
export type AdaptiveSizes = number | readonly (number | null)[]

/** Start of part `i` when `size` elements are cut into `parts`, which overlap where they do not fit. */
const from = (i: number, size: number, parts: number): number => Math.floor((i * size) / parts)
/** End of that part. */
const to = (i: number, size: number, parts: number): number => Math.ceil(((i + 1) * size) / parts)

/** Elements `[start, end)` along `dim`. */
function stretch(x: Tensor, dim: number, start: number, end: number): Tensor {
  const shape = x.shape.slice()
  shape[dim] = end - start
  return bareWindow(x, shape, x.strides, x.offset + start * x.strides[dim]!)
}

/** Number of elements of each part, in a shape that broadcasts along `dim`. */
function lengths(like: Tensor, dim: number, size: number, parts: number): Tensor {
  const shape = like.shape.map((_, d) => (d === dim ? parts : 1))
  const out = allocate(like.storage, like.dtype, shape)
  const { primitives } = like.storage.device
  for (let i = 0; i < parts; i++)
    primitives.fill(stretch(out, dim, i, i + 1), to(i, size, parts) - from(i, size, parts))
  return out
}

/** Kernel key: means of the `parts` parts along `dim` of a floating-point tensor. */
export const adaptiveMeanOp: Op<[x: Tensor, dim: number, parts: number], Tensor> = defineOp(
  'adaptiveMean',
  (x: Tensor, dim: number, parts: number): Tensor => {
    const size = x.shape[dim]!
    const shape = x.shape.slice()
    shape[dim] = parts
    const sums = allocate(x.storage, x.dtype, shape)
    const { primitives } = x.storage.device
    for (let i = 0; i < parts; i++) {
      const part = stretch(x, dim, from(i, size, parts), to(i, size, parts))
      primitives.reduce(Reduce.sum, part, [dim], stretch(sums, dim, i, i + 1))
    }
    return div(sums, lengths(x, dim, size, parts))
  },
)

/** Kernel key: gradient of {@link adaptiveMeanOp} along `dim`, where the input has `size` elements. */
export const adaptiveMeanGradOp: Op<[g: Tensor, dim: number, size: number], Tensor> = defineOp(
  'adaptiveMeanGrad',
  (g: Tensor, dim: number, size: number): Tensor => {
    const parts = g.shape[dim]!
    const shape = g.shape.slice()
    shape[dim] = size
    const out = allocate(g.storage, g.dtype, shape, true)
    const { primitives } = g.storage.device
    const shares = div(g, lengths(g, dim, size, parts))
    for (let i = 0; i < parts; i++) {
      const part = stretch(out, dim, from(i, size, parts), to(i, size, parts))
      primitives.binary(Binary.add, part, stretch(shares, dim, i, i + 1), part)
    }
    return out
  },
)

function adaptiveMean(x: Tensor, dim: number, parts: number): Tensor {
  const size = x.shape[dim]!
  return record('AdaptiveAvgPoolBackward0', adaptiveMeanOp(x, dim, parts), [x], null, (g) =>
    adaptiveMeanGrad(g, dim, size),
  )
}

function adaptiveMeanGrad(g: Tensor, dim: number, size: number): Tensor {
  const parts = g.shape[dim]!
  return record('AdaptiveAvgPoolGradBackward0', adaptiveMeanGradOp(g, dim, size), [g], null, (h) =>
    adaptiveMean(h, dim, parts),
  )
}

function outputSizes(name: string, n: number, size: AdaptiveSizes, spatial: Shape): number[] {
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

function checkInput(name: string, n: number, x: Tensor): void {
  if (x.ndim !== n + 1 && x.ndim !== n + 2) {
    throw new RuntimeError(
      n === 1
        ? `Expected 2 to 3 dimensions, but got ${x.ndim}-dimensional tensor for argument #1 'self' (while checking arguments for ${name})`
        : `${name}(): Expected ${n + 1}D or ${n + 2}D tensor, but got ${formatShape(x.shape)}`,
    )
  }
  const empty = x.shape.findIndex((size, d) => d >= x.ndim - n && size === 0)
  if (empty >= 0)
    throw new RuntimeError(
      `${name}(): Expected input to have non-zero size for non-batch dimensions, but input has sizes ${formatShape(x.shape)} with dimension ${empty} being empty`,
    )
}

const averages = [avgPool1d, avgPool2d, avgPool3d] as const

function adaptivePool(name: string, n: 1 | 2 | 3, input: Tensor, size: AdaptiveSizes): Tensor {
  checkTensor(name, 'input', input)
  const snake = `adaptive_avg_pool${n}d`
  checkInput(snake, n, input)
  const lead = input.ndim - n
  const spatial = input.shape.slice(lead)
  const sizes = outputSizes(snake, n, size, spatial)
  if (!input.dtype.isFloatingPoint)
    throw new NotImplementedError(`"${snake}" not implemented for '${input.dtype.label}'`)
  if (sizes.every((s) => s === 1))
    return mean(
      input,
      sizes.map((_, d) => lead + d),
      true,
    )
  let x = cast(input, wideType(input.dtype))
  if (input.count > 0 && sizes.every((s, d) => s > 0 && spatial[d]! % s === 0)) {
    // equal parts that do not overlap: plain windows
    const kernel = sizes.map((s, d) => spatial[d]! / s)
    const batched = lead === 2 ? x : unsqueeze(x, 0)
    const out = averages[n - 1]!(batched, kernel)
    return cast(lead === 2 ? out : squeeze(out, 0), input.dtype)
  }
  sizes.forEach((s, d) => {
    if (s !== spatial[d]) x = adaptiveMean(x, lead + d, s)
  })
  return cast(x, input.dtype)
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
