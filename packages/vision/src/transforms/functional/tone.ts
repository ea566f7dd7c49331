import { bitwiseAnd, fromTypedArray, isfinite, rsub, type Tensor, uint8, ValueError, where } from '@tsorch/core'
import type { ImageOrTensor } from '../../image.js'
import { equalizing, histograms, mapped, stretching, tableOf } from '../../pixels/tables.js'
import { computeType, maxValue } from './cast.js'
import { checkChannels, checkHasChannels, forKind } from './input.js'

function checkColors(x: Tensor): void {
  checkHasChannels(x)
  checkChannels(x, [1, 3])
}

function checkBytes(x: Tensor): void {
  if (x.dtype !== uint8) throw new TypeError(`Only torch.uint8 image tensors are supported, but found ${x.dtype}`)
}

function inverted(x: Tensor): Tensor {
  return rsub(x, x.dtype.name === 'int64' ? 9223372036854775807n : maxValue(x.dtype))
}

/**
 * The negative.
 *
 * @param img image, or tensor of shape (..., 1 or 3, H, W)
 * @throws TypeError for a tensor of other shapes
 * @example
 * ```ts
 * import { transforms } from '@tsorch/vision'
 *
 * const image = { width: 2, height: 2, channels: 1, data: new Uint8Array([0, 80, 160, 240]) }
 * const negative = transforms.functional.invert(image) // [255, 175, 95, 15]
 * ```
 * @see https://docs.pytorch.org/vision/stable/generated/torchvision.transforms.functional.invert.html
 */
export function invert<T extends ImageOrTensor>(img: T): T {
  return forKind(
    img,
    (image) =>
      mapped(
        image,
        tableOf((v) => 255 - v),
      ),
    (x) => {
      checkColors(x)
      return inverted(x)
    },
  )
}

/**
 * Only the highest bits of each value.
 *
 * @param img image, or uint8 tensor of shape (..., 1 or 3, H, W)
 * @param bits how many are kept, 0 to 8
 * @throws ValueError for another number of bits, TypeError for a tensor of another dtype or shape
 * @example
 * ```ts
 * import { transforms } from '@tsorch/vision'
 *
 * const image = { width: 2, height: 2, channels: 1, data: new Uint8Array([0, 80, 160, 240]) }
 * const coarse = transforms.functional.posterize(image, 1) // [0, 0, 128, 128]
 * ```
 * @see https://docs.pytorch.org/vision/stable/generated/torchvision.transforms.functional.posterize.html
 */
export function posterize<T extends ImageOrTensor>(img: T, bits: number): T {
  if (!(bits >= 0 && bits <= 8)) throw new ValueError(`The number if bits should be between 0 and 8. Got ${bits}`)
  const mask = 256 - Math.trunc(2 ** (8 - bits))
  return forKind(
    img,
    (image) =>
      mapped(
        image,
        tableOf((v) => v & mask),
      ),
    (x) => {
      checkHasChannels(x)
      checkBytes(x)
      checkChannels(x, [1, 3])
      return bitwiseAnd(x, mask)
    },
  )
}

/**
 * The negative of all values from `threshold` on.
 *
 * @param img image, or tensor of shape (..., 1 or 3, H, W)
 * @throws TypeError for a tensor of other shapes, or a threshold above the largest value of its dtype
 * @example
 * ```ts
 * import { transforms } from '@tsorch/vision'
 *
 * const image = { width: 2, height: 2, channels: 1, data: new Uint8Array([0, 80, 160, 240]) }
 * const partly = transforms.functional.solarize(image, 128) // [0, 80, 95, 15]
 * ```
 * @see https://docs.pytorch.org/vision/stable/generated/torchvision.transforms.functional.solarize.html
 */
export function solarize<T extends ImageOrTensor>(img: T, threshold: number): T {
  return forKind(
    img,
    (image) =>
      mapped(
        image,
        tableOf((v) => (v < threshold ? v : 255 - v)),
      ),
    (x) => {
      checkColors(x)
      if (threshold > maxValue(x.dtype)) throw new TypeError('Threshold should be less than bound of img.')
      return where(x.ge(threshold), inverted(x), x)
    },
  )
}

/**
 * Each channel stretched so that its darkest value becomes black and its lightest white.
 *
 * @param img image, or tensor of shape (..., 1 or 3, H, W)
 * @throws TypeError for a tensor of other shapes
 * @see https://docs.pytorch.org/vision/stable/generated/torchvision.transforms.functional.autocontrast.html
 */
export function autocontrast<T extends ImageOrTensor>(img: T): T {
  return forKind(
    img,
    (image) => mapped(image, histograms(image).map(stretching)),
    (x) => {
      checkColors(x)
      const bound = maxValue(x.dtype)
      const type = computeType(x)
      const low = x.amin([-2, -1], true).to(type)
      const scale = rdiv(bound, x.amax([-2, -1], true).to(type).sub(low))
      const stretches = isfinite(scale)
      return x
        .to(type)
        .sub(where(stretches, low, 0))
        .mul(where(stretches, scale, 1))
        .clamp(0, bound)
        .to(x.dtype)
    },
  )
}

function rdiv(a: number, x: Tensor): Tensor {
  return x.reciprocal().mul(a)
}

/**
 * The values of each channel moved so that all become about equally frequent.
 *
 * @param img image, or uint8 tensor of shape (C, H, W) or (N, C, H, W) with 1 or 3 channels
 * @throws TypeError for a tensor of another dtype or shape
 * @see https://docs.pytorch.org/vision/stable/generated/torchvision.transforms.functional.equalize.html
 */
export function equalize<T extends ImageOrTensor>(img: T): T {
  return forKind(
    img,
    (image) => mapped(image, histograms(image).map(equalizing)),
    (x) => {
      if (x.ndim !== 3 && x.ndim !== 4)
        throw new TypeError(`Input image tensor should have 3 or 4 dimensions, but found ${x.ndim}`)
      checkBytes(x)
      checkChannels(x, [1, 3])
      return equalizedPlanes(x)
    },
  )
}

function equalizedPlanes(x: Tensor): Tensor {
  const [height, width] = x.shape.slice(-2) as [number, number]
  const values = new Uint8Array(x.toTypedArray() as Uint8Array)
  const plane = height * width
  for (let at = 0; at < values.length; at += plane) {
    const image = { width, height, channels: 1, data: values.subarray(at, at + plane) }
    values.set(mapped(image, histograms(image).map(equalizing)).data, at)
  }
  return fromTypedArray(values, x.shape, { dtype: 'uint8', device: x.device })
}
