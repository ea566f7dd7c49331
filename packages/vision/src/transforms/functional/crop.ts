import { bindOptions, type Tensor, ValueError } from '@tsorch/core'
import type { ImageOrTensor } from '../../image.js'
import { cropped } from '../../pixels/layout.js'
import { hflip, vflip } from './flip.js'
import { forKind, getDimensions, type InterpolationMode, roundHalfEven, type Size, setupSize } from './input.js'
import { pad } from './pad.js'
import { resize } from './resize.js'

/**
 * The part of an image whose upper left corner is (top, left). What lies outside of the image is 0.
 *
 * @param img image, or tensor of shape (..., H, W), of which the part is a view where it lies inside
 * @example
 * ```ts
 * import { transforms } from '@tsorch/vision'
 *
 * const image = { width: 2, height: 2, channels: 1, data: new Uint8Array([0, 80, 160, 240]) }
 * const lower = transforms.functional.crop(image, 1, 0, 1, 2) // 2 x 1 pixels: [160, 240]
 * ```
 * @see https://docs.pytorch.org/vision/stable/generated/torchvision.transforms.functional.crop.html
 */
export function crop<T extends ImageOrTensor>(img: T, top: number, left: number, height: number, width: number): T {
  if (height < 0 || width < 0) throw new ValueError(`height and width should be >= 0, but got ${height} x ${width}`)
  return forKind(
    img,
    (image) => cropped(image, top, left, height, width),
    (x) => cropTensor(x, top, left, height, width),
  )
}

function cropTensor(x: Tensor, top: number, left: number, height: number, width: number): Tensor {
  const [, h, w] = getDimensions(x)
  const bottom = top + height
  const right = left + width
  const clamp = (v: number, size: number): number => Math.min(Math.max(v, 0), size)
  const [y0, y1, x0, x1] = [clamp(top, h), clamp(bottom, h), clamp(left, w), clamp(right, w)]
  const part = x.narrow(-2, y0, y1 - y0).narrow(-1, x0, x1 - x0)
  if (left >= 0 && top >= 0 && right <= w && bottom <= h) return part
  return pad(part, [
    Math.max(-left + Math.min(0, right), 0),
    Math.max(-top + Math.min(0, bottom), 0),
    Math.max(right - Math.max(w, left), 0),
    Math.max(bottom - Math.max(h, top), 0),
  ])
}

/**
 * The middle of an image; an image smaller than that gets 0 around it.
 *
 * @param outputSize one number for a square, or `[height, width]`
 * @example
 * ```ts
 * import { transforms } from '@tsorch/vision'
 *
 * const image = { width: 2, height: 2, channels: 1, data: new Uint8Array([0, 80, 160, 240]) }
 * const framed = transforms.functional.centerCrop(image, 4) // 4 x 4 pixels, the outer ones 0
 * ```
 * @see https://docs.pytorch.org/vision/stable/generated/torchvision.transforms.functional.center_crop.html
 */
export function centerCrop<T extends ImageOrTensor>(img: T, outputSize: Size): T {
  const [height, width] = setupSize(outputSize)
  let whole = img
  const [, h, w] = getDimensions(img)
  if (width > w || height > h) {
    const [spareX, spareY] = [Math.max(width - w, 0), Math.max(height - h, 0)]
    whole = pad(img, [spareX >> 1, spareY >> 1, (spareX + 1) >> 1, (spareY + 1) >> 1])
  }
  const [, paddedHeight, paddedWidth] = getDimensions(whole)
  const top = roundHalfEven((paddedHeight - height) / 2)
  const left = roundHalfEven((paddedWidth - width) / 2)
  return crop(whole, top, left, height, width)
}

/** Options of {@link resizedCrop}. */
export interface ResizedCropOptions {
  /** `'bilinear'` if not given. */
  interpolation?: InterpolationMode
  /** As for `resize`; default true. */
  antialias?: boolean | null
}

/**
 * {@link crop}, and the part resized.
 *
 * @param size as for `resize`
 * @see https://docs.pytorch.org/vision/stable/generated/torchvision.transforms.functional.resized_crop.html
 */
export function resizedCrop<T extends ImageOrTensor>(
  img: T,
  top: number,
  left: number,
  height: number,
  width: number,
  size: Size,
  interpolation?: InterpolationMode | ResizedCropOptions,
  antialias?: boolean | null | ResizedCropOptions,
): T {
  const given = [interpolation, antialias ?? undefined]
  const o = bindOptions<ResizedCropOptions>('resizedCrop', ['interpolation', 'antialias'], given)
  return resize(crop(img, top, left, height, width), size, o)
}

/** Four corners and the middle. */
export type Five<T> = [topLeft: T, topRight: T, bottomLeft: T, bottomRight: T, center: T]
/** Four corners and the middle, and the same of the mirrored image. */
export type Ten<T> = [...Five<T>, ...Five<T>]

/**
 * The four corners of an image and its middle.
 *
 * @param size one number for squares, or `[height, width]`
 * @throws ValueError if that is larger than the image
 * @see https://docs.pytorch.org/vision/stable/generated/torchvision.transforms.functional.five_crop.html
 */
export function fiveCrop<T extends ImageOrTensor>(img: T, size: Size): Five<T> {
  const [height, width] = setupSize(size)
  const [, h, w] = getDimensions(img)
  if (width > w || height > h) {
    throw new ValueError(`Requested crop size [${height}, ${width}] is bigger than input size (${h}, ${w})`)
  }
  const part = (top: number, left: number): T => crop(img, top, left, height, width)
  const center = centerCrop(img, [height, width])
  return [part(0, 0), part(0, w - width), part(h - height, 0), part(h - height, w - width), center]
}

/** Options of {@link tenCrop}. */
export interface TenCropOptions {
  /** Whether top and bottom are exchanged rather than left and right. Default false. */
  verticalFlip?: boolean
}

/**
 * {@link fiveCrop} of an image and of the mirrored image.
 *
 * @throws ValueError if `size` is larger than the image
 * @see https://docs.pytorch.org/vision/stable/generated/torchvision.transforms.functional.ten_crop.html
 */
export function tenCrop<T extends ImageOrTensor>(img: T, size: Size, verticalFlip?: boolean | TenCropOptions): Ten<T> {
  const o = bindOptions<TenCropOptions>('tenCrop', ['verticalFlip'], [verticalFlip])
  const mirrored = o.verticalFlip ? vflip(img) : hflip(img)
  return [...fiveCrop(img, size), ...fiveCrop(mirrored, size)]
}
