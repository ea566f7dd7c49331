import { bindOptions, ValueError, warnOnce } from '@tsorch/core'
import { portable } from '@tsorch/data'
import type { ImageOrTensor } from '../image.js'
import { integer, uniform } from './draw.js'
import {
  crop,
  type Fill,
  getDimensions,
  type InterpolationMode,
  type Padding,
  type PaddingMode,
  pad,
  resizedCrop,
  type Size,
} from './functional/index.js'
import { checkInterpolation, roundHalfEven, setupSize } from './functional/input.js'
import { flag, float, plain, tuple } from './text.js'
import { ImageTransform } from './transform.js'

/** Where a part of an image lies: its upper left corner and its size. */
export type Box = [top: number, left: number, height: number, width: number]

/** Options of {@link RandomCrop}. */
export interface RandomCropOptions {
  /** How much is added around the image first; nothing if not given. */
  padding?: Padding | null
  /** Whether an image that is too small is padded. Default false. */
  padIfNeeded?: boolean
  /** The colour of what is added, 0 if not given. */
  fill?: Fill
  /** What is added, `'constant'` if not given. */
  paddingMode?: PaddingMode
}

/**
 * Cuts out a part of a fixed size at a random place.
 *
 * @example
 * ```ts
 * import { transforms } from '@tsorch/vision'
 *
 * const transform = new transforms.RandomCrop(32, { padding: 4 })
 * ```
 * @see https://docs.pytorch.org/vision/stable/generated/torchvision.transforms.RandomCrop.html
 */
export class RandomCrop extends ImageTransform {
  readonly size: readonly [height: number, width: number]
  readonly padding: Padding | null
  readonly padIfNeeded: boolean
  readonly fill: Fill
  readonly paddingMode: PaddingMode

  /** @param size one number for a square, or `[height, width]` */
  constructor(
    size: Size,
    padding?: Padding | null | RandomCropOptions,
    padIfNeeded?: boolean | RandomCropOptions,
    fill?: Fill | RandomCropOptions,
    paddingMode?: PaddingMode | RandomCropOptions,
  ) {
    super()
    const names = ['padding', 'padIfNeeded', 'fill', 'paddingMode'] as const
    const given = [padding ?? undefined, padIfNeeded, fill, paddingMode]
    const o = bindOptions<RandomCropOptions>('RandomCrop', names, given)
    this.size = setupSize(size)
    this.padding = o.padding ?? null
    this.padIfNeeded = o.padIfNeeded ?? false
    this.fill = o.fill ?? 0
    this.paddingMode = o.paddingMode ?? 'constant'
  }

  /**
   * Draws where to cut.
   *
   * @throws ValueError if the image is smaller than the part
   */
  static getParams(img: ImageOrTensor, [height, width]: readonly [number, number]): Box {
    const [, h, w] = getDimensions(img)
    if (h < height || w < width)
      throw new ValueError(`Required crop size (${height}, ${width}) is larger than input image size (${h}, ${w})`)
    if (w === width && h === height) return [0, 0, h, w]
    return [integer(0, h - height + 1), integer(0, w - width + 1), height, width]
  }

  /** @throws ValueError if the image is smaller than the part */
  forward<T extends ImageOrTensor>(img: T): T {
    const options = { fill: this.fill, paddingMode: this.paddingMode }
    const [height, width] = this.size
    let whole = this.padding === null ? img : pad(img, this.padding, options)
    const [, h, w] = getDimensions(whole)
    if (this.padIfNeeded && w < width) whole = pad(whole, [width - w, 0], options)
    if (this.padIfNeeded && h < height) whole = pad(whole, [0, height - h], options)
    return crop(whole, ...RandomCrop.getParams(whole, this.size))
  }

  override toString(): string {
    return `RandomCrop(size=${tuple(this.size)}, padding=${plain(this.padding)})`
  }
}

/** Options of {@link RandomResizedCrop}. */
export interface RandomResizedCropOptions {
  /** Smallest and largest part of the image's area, `[0.08, 1]` if not given. */
  scale?: readonly number[]
  /** Smallest and largest width per height, `[3 / 4, 4 / 3]` if not given. */
  ratio?: readonly number[]
  /** `'bilinear'` if not given. */
  interpolation?: InterpolationMode
  /** As for `Resize`; default true. */
  antialias?: boolean | null
}

/** Checks the ranges of an area and of a proportion. @throws TypeError if they are none */
export function checkRanges(scale: readonly number[], ratio: readonly number[]): void {
  if (!Array.isArray(scale)) throw new TypeError('Scale should be a sequence')
  if (!Array.isArray(ratio)) throw new TypeError('Ratio should be a sequence')
  if (scale[0]! > scale[1]! || ratio[0]! > ratio[1]!) warnOnce('Scale and ratio should be of kind (min, max)')
}

/** Draws an area of `scale` times `area`, and a proportion, uniform in its logarithm. */
export function drawAreaAndRatio(
  area: number,
  scale: readonly number[],
  ratio: readonly number[],
): [area: number, ratio: number] {
  const target = area * uniform(scale[0]!, scale[1]!)
  const [low, high] = ratio.map((r) => Math.fround(Math.log(Math.fround(r)))) as [number, number]
  return [target, Math.fround(Math.exp(uniform(low, high)))]
}

/**
 * Cuts out a part of random size, proportion and place, and resizes it.
 *
 * @example
 * ```ts
 * import { transforms } from '@tsorch/vision'
 *
 * const transform = new transforms.Compose([
 *   new transforms.RandomResizedCrop(224),
 *   new transforms.RandomHorizontalFlip(),
 *   new transforms.ToTensor(),
 * ])
 * ```
 * @see https://docs.pytorch.org/vision/stable/generated/torchvision.transforms.RandomResizedCrop.html
 */
export class RandomResizedCrop extends ImageTransform {
  readonly size: readonly [height: number, width: number]
  readonly scale: readonly number[]
  readonly ratio: readonly number[]
  readonly interpolation: InterpolationMode
  readonly antialias: boolean | null

  /**
   * @param size of the result: one number for a square, or `[height, width]`
   * @throws TypeError, ValueError for arguments that are no such things
   */
  constructor(
    size: Size,
    scale?: readonly number[] | RandomResizedCropOptions,
    ratio?: readonly number[] | RandomResizedCropOptions,
    interpolation?: InterpolationMode | RandomResizedCropOptions,
    antialias?: boolean | RandomResizedCropOptions,
  ) {
    super()
    const names = ['scale', 'ratio', 'interpolation', 'antialias'] as const
    const o = bindOptions<RandomResizedCropOptions>('RandomResizedCrop', names, [
      scale,
      ratio,
      interpolation,
      antialias,
    ])
    this.size = setupSize(size)
    this.scale = o.scale ?? [0.08, 1]
    this.ratio = o.ratio ?? [3 / 4, 4 / 3]
    checkRanges(this.scale, this.ratio)
    this.interpolation = checkInterpolation(o.interpolation ?? 'bilinear')
    this.antialias = o.antialias === undefined ? true : o.antialias
  }

  /** Draws what to cut out: ten attempts, then as much of the middle as `ratio` allows. */
  static getParams(img: ImageOrTensor, scale: readonly number[], ratio: readonly number[]): Box {
    const [, height, width] = getDimensions(img)
    for (let attempt = 0; attempt < 10; attempt++) {
      const [area, aspect] = drawAreaAndRatio(height * width, scale, ratio)
      const w = roundHalfEven(Math.sqrt(area * aspect))
      const h = roundHalfEven(Math.sqrt(area / aspect))
      if (w > 0 && w <= width && h > 0 && h <= height)
        return [integer(0, height - h + 1), integer(0, width - w + 1), h, w]
    }
    const [narrow, wide] = [Math.min(...ratio), Math.max(...ratio)]
    const h = width / height < narrow ? roundHalfEven(width / narrow) : height
    const w = width / height > wide ? roundHalfEven(height * wide) : width
    return [Math.floor((height - h) / 2), Math.floor((width - w) / 2), h, w]
  }

  forward<T extends ImageOrTensor>(img: T): T {
    const box = RandomResizedCrop.getParams(img, this.scale, this.ratio)
    return resizedCrop(img, ...box, this.size, { interpolation: this.interpolation, antialias: this.antialias })
  }

  override toString(): string {
    const rounded = (values: readonly number[]): string => tuple(values, (v) => float(Math.round(v * 1e4) / 1e4))
    return `RandomResizedCrop(size=${tuple(this.size)}, scale=${rounded(this.scale)}, ratio=${rounded(this.ratio)}, interpolation=${this.interpolation}, antialias=${flag(this.antialias)})`
  }
}

portable(import.meta.url, { RandomCrop, RandomResizedCrop })
