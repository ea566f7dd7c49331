import { bindOptions, ValueError } from '@tsorch/core'
import { portable } from '@tsorch/data'
import type { ImageOrTensor } from '../image.js'
import {
  centerCrop,
  type Fill,
  type Five,
  fiveCrop,
  type InterpolationMode,
  type Padding,
  type PaddingMode,
  type PadOptions,
  pad,
  type ResizeOptions,
  resize,
  type Size,
  type Ten,
  type TenCropOptions,
  tenCrop,
} from './functional/index.js'
import { checkInterpolation, setupSize } from './functional/input.js'
import { checkPadding, checkPaddingMode } from './functional/pad.js'
import { flag, plain, tuple } from './text.js'
import { ImageTransform, Transform } from './transform.js'

/**
 * Resizes images and tensors (..., H, W).
 *
 * @example
 * ```ts
 * import { transforms } from '@tsorch/vision'
 *
 * const transform = new transforms.Compose([
 *   new transforms.Resize(256),
 *   new transforms.CenterCrop(224),
 *   new transforms.ToTensor(),
 * ])
 * ```
 * @see https://docs.pytorch.org/vision/stable/generated/torchvision.transforms.Resize.html
 */
export class Resize extends ImageTransform {
  readonly size: Size
  readonly interpolation: InterpolationMode
  readonly maxSize: number | null
  readonly antialias: boolean | null

  /**
   * @param size `[height, width]`; one number is the length of the shorter side
   * @throws TypeError, ValueError if it is no size, or the interpolation none
   */
  constructor(
    size: Size,
    interpolation?: InterpolationMode | ResizeOptions,
    maxSize?: number | null | ResizeOptions,
    antialias?: boolean | null | ResizeOptions,
  ) {
    super()
    const given = [interpolation, maxSize ?? undefined, antialias ?? undefined]
    const o = bindOptions<ResizeOptions>('Resize', ['interpolation', 'maxSize', 'antialias'], given)
    if (typeof size !== 'number' && !Array.isArray(size))
      throw new TypeError(`Size should be int or sequence. Got ${typeof size}`)
    if (Array.isArray(size) && size.length !== 1 && size.length !== 2)
      throw new ValueError('If size is a sequence, it should have 1 or 2 values')
    this.size = size
    this.interpolation = checkInterpolation(o.interpolation ?? 'bilinear')
    this.maxSize = o.maxSize ?? null
    this.antialias = o.antialias === undefined ? true : o.antialias
  }

  forward<T extends ImageOrTensor>(img: T): T {
    const { interpolation, maxSize, antialias } = this
    return resize(img, this.size, { interpolation, maxSize, antialias })
  }

  override toString(): string {
    const { size, interpolation, maxSize, antialias } = this
    return `Resize(size=${plain(size)}, interpolation=${interpolation}, max_size=${plain(maxSize)}, antialias=${flag(antialias)})`
  }
}

/**
 * Cuts out the middle; what an image lacks is 0.
 *
 * @see https://docs.pytorch.org/vision/stable/generated/torchvision.transforms.CenterCrop.html
 */
export class CenterCrop extends ImageTransform {
  readonly size: readonly [height: number, width: number]

  /** @param size one number for a square, or `[height, width]` */
  constructor(size: Size) {
    super()
    this.size = setupSize(size)
  }

  forward<T extends ImageOrTensor>(img: T): T {
    return centerCrop(img, this.size)
  }

  override toString(): string {
    return `CenterCrop(size=${tuple(this.size)})`
  }
}

/**
 * Adds pixels around an image.
 *
 * @see https://docs.pytorch.org/vision/stable/generated/torchvision.transforms.Pad.html
 */
export class Pad extends ImageTransform {
  readonly padding: Padding
  readonly fill: Fill
  readonly paddingMode: PaddingMode

  /**
   * @param padding how much: everywhere; left and right, top and bottom; or left, top, right, bottom
   * @throws TypeError, ValueError for arguments that are no such things
   */
  constructor(padding: Padding, fill?: Fill | PadOptions, paddingMode?: PaddingMode | PadOptions) {
    super()
    const o = bindOptions<PadOptions>('Pad', ['fill', 'paddingMode'], [fill, paddingMode])
    checkPadding(padding)
    this.padding = padding
    this.fill = o.fill ?? 0
    this.paddingMode = checkPaddingMode(o.paddingMode ?? 'constant')
    if (typeof this.fill !== 'number' && !Array.isArray(this.fill)) throw new TypeError('Got inappropriate fill arg')
  }

  forward<T extends ImageOrTensor>(img: T): T {
    return pad(img, this.padding, { fill: this.fill, paddingMode: this.paddingMode })
  }

  override toString(): string {
    return `Pad(padding=${plain(this.padding)}, fill=${plain(this.fill)}, padding_mode=${this.paddingMode})`
  }
}

/**
 * The four corners and the middle.
 *
 * @see https://docs.pytorch.org/vision/stable/generated/torchvision.transforms.FiveCrop.html
 */
export class FiveCrop<T extends ImageOrTensor = ImageOrTensor> extends Transform<T, Five<T>> {
  readonly size: readonly [height: number, width: number]

  /** @param size one number for squares, or `[height, width]` */
  constructor(size: Size) {
    super()
    this.size = setupSize(size)
  }

  forward(img: T): Five<T> {
    return fiveCrop(img, this.size)
  }

  override toString(): string {
    return `FiveCrop(size=${tuple(this.size)})`
  }
}

/**
 * The four corners and the middle, of the image and of the mirrored image.
 *
 * @see https://docs.pytorch.org/vision/stable/generated/torchvision.transforms.TenCrop.html
 */
export class TenCrop<T extends ImageOrTensor = ImageOrTensor> extends Transform<T, Ten<T>> {
  readonly size: readonly [height: number, width: number]
  readonly verticalFlip: boolean

  /** @param size one number for squares, or `[height, width]` */
  constructor(size: Size, verticalFlip?: boolean | TenCropOptions) {
    super()
    this.size = setupSize(size)
    this.verticalFlip = bindOptions<TenCropOptions>('TenCrop', ['verticalFlip'], [verticalFlip]).verticalFlip ?? false
  }

  forward(img: T): Ten<T> {
    return tenCrop(img, this.size, this.verticalFlip)
  }

  override toString(): string {
    return `TenCrop(size=${tuple(this.size)}, vertical_flip=${flag(this.verticalFlip)})`
  }
}

portable(import.meta.url, { Resize, CenterCrop, Pad, FiveCrop, TenCrop })
