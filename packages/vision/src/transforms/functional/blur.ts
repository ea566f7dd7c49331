import { bindOptions, conv2d, pad, RuntimeError, type Tensor, tensor, ValueError } from '@tsorch/core'
import { type Image, type ImageOrTensor, typeName } from '../../image.js'
import { blurred } from '../../pixels/blur.js'
import { asFloatBatch, computeType } from './cast.js'
import { forKind } from './input.js'

/** Options of {@link gaussianBlur}. */
export interface GaussianBlurOptions {
  /** Standard deviation in pixels, one number or `[x, y]`; `0.15 kernelSize + 0.35` if not given. */
  sigma?: number | readonly number[] | null
}

/**
 * An image blurred by a Gaussian. Beyond its edges the image is reflected.
 *
 * @param img image, or tensor of shape (..., C, H, W) with at most one dimension more
 * @param kernelSize one odd number, or `[x, y]`
 * @throws ValueError for even or negative kernel sizes, and sigmas that are not positive
 * @throws RuntimeError if half of the kernel is not smaller than the image
 * @example
 * ```ts
 * import { rand } from '@tsorch/core'
 * import { transforms } from '@tsorch/vision'
 *
 * const soft = transforms.functional.gaussianBlur(rand([3, 8, 8]), 3, 1.5)
 * ```
 * @see https://docs.pytorch.org/vision/stable/generated/torchvision.transforms.functional.gaussian_blur.html
 */
export function gaussianBlur<T extends ImageOrTensor>(
  img: T,
  kernelSize: number | readonly number[],
  sigma?: number | readonly number[] | null | GaussianBlurOptions,
): T {
  const o = bindOptions<GaussianBlurOptions>('gaussianBlur', ['sigma'], [sigma ?? undefined])
  const sizes = kernelSizes(kernelSize)
  const sigmas = sigmasOf(o.sigma ?? sizes.map((size) => size * 0.15 + 0.35))
  return forKind(
    img,
    (image) => blurImage(image, sizes, sigmas),
    (x) => blurTensor(x, sizes, sigmas),
  )
}

type Pair = readonly [x: number, y: number]

function kernelSizes(kernelSize: number | readonly number[]): Pair {
  const list = typeof kernelSize === 'number' ? [kernelSize, kernelSize] : kernelSize
  if (!Array.isArray(list))
    throw new TypeError(`kernel_size should be int or a sequence of integers. Got ${typeName(kernelSize)}`)
  if (list.length !== 2) throw new ValueError(`If kernel_size is a sequence its length should be 2. Got ${list.length}`)
  if (list.some((size) => !Number.isInteger(size) || size % 2 === 0 || size < 0))
    throw new ValueError(`kernel_size should have odd and positive integers. Got [${list.join(', ')}]`)
  return list as [number, number]
}

function sigmasOf(sigma: number | readonly number[]): Pair {
  const list = typeof sigma === 'number' ? [sigma] : sigma
  if (!Array.isArray(list))
    throw new TypeError(`sigma should be either float or sequence of floats. Got ${typeName(sigma)}`)
  const pair = list.length === 1 ? [list[0], list[0]] : list
  if (pair.length !== 2) throw new ValueError(`If sigma is a sequence, its length should be 2. Got ${pair.length}`)
  if (pair.some((s) => !(s > 0))) throw new ValueError(`sigma should have positive values. Got [${pair.join(', ')}]`)
  return pair as [number, number]
}

/** The Gaussian at whole numbers around 0, with sum 1. */
function gaussian(size: number, sigma: number): number[] {
  const values = Array.from({ length: size }, (_, i) => Math.exp(-0.5 * ((i - (size - 1) / 2) / sigma) ** 2))
  const sum = values.reduce((a, b) => a + b, 0)
  return values.map((v) => v / sum)
}

function blurImage(image: Image, sizes: Pair, sigmas: Pair): Image {
  for (const [i, size] of [image.width, image.height].entries()) {
    const padding = sizes[i]! >> 1
    if (padding >= size)
      throw new RuntimeError(
        `Padding size should be less than the corresponding input dimension, but got: padding (${padding}, ${padding}) at dimension ${2 - i} of input [${image.channels}, ${image.height}, ${image.width}]`,
      )
  }
  return blurred(image, gaussian(sizes[0], sigmas[0]), gaussian(sizes[1], sigmas[1]))
}

function blurTensor(x: Tensor, [width, height]: Pair, sigmas: Pair): Tensor {
  const type = computeType(x)
  return asFloatBatch(
    x,
    (batch) => {
      const [dx, dy] = [width >> 1, height >> 1]
      const padded = pad(batch, [dx, dx, dy, dy], 'reflect')
      // a Gaussian is the product of one across and one down: fewer operations than with its square
      const across = depthwise(padded, [gaussian(width, sigmas[0])])
      return depthwise(
        across,
        gaussian(height, sigmas[1]).map((v) => [v]),
      )
    },
    [type],
  )
}

/** Each channel convolved with the same kernel. */
function depthwise(batch: Tensor, kernel: readonly number[][]): Tensor {
  const [n, c, h, w] = batch.shape as [number, number, number, number]
  const weight = tensor([[kernel.map((row) => [...row])]], { dtype: batch.dtype, device: batch.device })
  const planes = conv2d(batch.reshape(n * c, 1, h, w), weight)
  return planes.view(n, c, planes.shape[2]!, planes.shape[3]!)
}

/** Each value inside five times and its neighbours once, over 13; those at the edge as they are. */
export function blurredInside(x: Tensor): Tensor {
  const kernel = [1, 1, 1].map((_, i) => [1, 1, 1].map((_, j) => (i === 1 && j === 1 ? 5 : 1) / 13))
  const inside = asFloatBatch(x, (batch) => depthwise(batch, kernel), [computeType(x)])
  const out = x.clone()
  out
    .narrow(-2, 1, x.shape.at(-2)! - 2)
    .narrow(-1, 1, x.shape.at(-1)! - 2)
    .copy_(inside)
  return out
}
