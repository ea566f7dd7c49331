import { bindOptions, interpolate, type Tensor, ValueError } from '@tsorch/core'
import type { ImageOrTensor } from '../../image.js'
import { resized } from '../../pixels/resample.js'
import { asFloatBatch } from './cast.js'
import {
  checkInput,
  checkInterpolation,
  checkTensorMode,
  forKind,
  getDimensions,
  type InterpolationMode,
  type Size,
} from './input.js'

/** Options of {@link resize}. */
export interface ResizeOptions {
  /** `'bilinear'` if not given. */
  interpolation?: InterpolationMode
  /** A limit for the longer side, where `size` is one number. */
  maxSize?: number | null
  /** Whether a smaller tensor is smoothed; of an image it always is. Default true; modes other than `'bilinear'` and `'bicubic'` ignore it. */
  antialias?: boolean | null
}
const names = ['interpolation', 'maxSize', 'antialias'] as const

/**
 * An image in another size.
 *
 * An image is resized by Pillow's filters, to the bit; a tensor as `torchvision` does, in floating point.
 *
 * @param img image, or tensor of shape (..., H, W) with at most two dimensions more
 * @param size `[height, width]`; one number is the length of the shorter side, and the image keeps its proportions
 * @throws ValueError for a size that is no such thing, for a `maxSize` beside two lengths or not larger than the one, and for a mode
 * that tensors do not know
 * @example
 * ```ts
 * import { transforms } from '@tsorch/vision'
 *
 * const image = { width: 4, height: 2, channels: 1, data: new Uint8Array([0, 80, 160, 240, 0, 80, 160, 240]) }
 * const small = transforms.functional.resize(image, 1, { interpolation: 'box' }) // 2 x 1 pixels: [40, 200]
 * ```
 * @see https://docs.pytorch.org/vision/stable/generated/torchvision.transforms.functional.resize.html
 */
export function resize<T extends ImageOrTensor>(
  img: T,
  size: Size,
  interpolation?: InterpolationMode | ResizeOptions,
  maxSize?: number | null | ResizeOptions,
  antialias?: boolean | null | ResizeOptions,
): T {
  const o = bindOptions<ResizeOptions>('resize', names, [interpolation, maxSize ?? undefined, antialias ?? undefined])
  const mode = checkInterpolation(o.interpolation ?? 'bilinear')
  const list = typeof size === 'number' ? [size] : size
  checkInput(img)
  const [, height, width] = getDimensions(img)
  const [newHeight, newWidth] = resizedSize(height, width, list, o.maxSize ?? null)
  if (newHeight === height && newWidth === width) return img
  return forKind(
    img,
    (image) => resized(image, newHeight, newWidth, mode === 'nearest-exact' ? 'nearest' : mode),
    (x) => resizeTensor(x, [newHeight, newWidth], mode, o.antialias === undefined ? true : o.antialias === true),
  )
}

function resizedSize(
  height: number,
  width: number,
  size: readonly number[],
  maxSize: number | null,
): readonly [height: number, width: number] {
  if (!Array.isArray(size) || (size.length !== 1 && size.length !== 2)) {
    throw new ValueError(
      `Size must be an int or a 1 or 2 element tuple/list, not a ${String(size?.length)} element tuple/list`,
    )
  }
  if (size.some((s) => !Number.isInteger(s) || s <= 0))
    throw new ValueError(`height and width must be > 0, but got size=[${size.join(', ')}]`)
  if (size.length === 2) {
    if (maxSize !== null) {
      throw new ValueError(
        'max_size should only be passed if size specifies the length of the smaller edge, i.e. size should be an int',
      )
    }
    return size as [number, number]
  }
  const [short, long] = width <= height ? [width, height] : [height, width]
  let newShort = size[0]!
  let newLong = Math.trunc((newShort * long) / short)
  if (maxSize !== null) {
    if (maxSize <= newShort) {
      throw new ValueError(
        `max_size = ${maxSize} must be strictly greater than the requested size for the smaller edge size = ${newShort}`,
      )
    }
    if (newLong > maxSize) [newShort, newLong] = [Math.trunc((maxSize * newShort) / newLong), maxSize]
  }
  return width <= height ? [newLong, newShort] : [newShort, newLong]
}

function resizeTensor(x: Tensor, size: [number, number], mode: InterpolationMode, antialias: boolean): Tensor {
  const how = checkTensorMode(mode, ['nearest', 'nearest-exact', 'bilinear', 'bicubic'])
  const smooth = how === 'bilinear' || how === 'bicubic'
  return asFloatBatch(x, (batch) => {
    const y = interpolate(batch, { size, mode: how, ...(smooth ? { alignCorners: false, antialias } : {}) })
    return how === 'bicubic' && x.dtype.name === 'uint8' ? y.clamp(0, 255) : y
  })
}
