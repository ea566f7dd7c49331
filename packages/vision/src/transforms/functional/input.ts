/** What the functions of this folder share: images and tensors alike, their sizes, and which pixels an argument means. */
import { Tensor, ValueError } from '@tsorch/core'
import { checkImage, type Image, type ImageOrTensor, isImage, typeName } from '../../image.js'

/** How pixels between pixels are found. Tensors know the first four. */
export type InterpolationMode = 'nearest' | 'nearest-exact' | 'bilinear' | 'bicubic' | 'box' | 'hamming' | 'lanczos'

/** torchvision's names of the modes; the strings themselves do as well. */
export const InterpolationMode: {
  readonly NEAREST: 'nearest'
  readonly NEAREST_EXACT: 'nearest-exact'
  readonly BILINEAR: 'bilinear'
  readonly BICUBIC: 'bicubic'
  readonly BOX: 'box'
  readonly HAMMING: 'hamming'
  readonly LANCZOS: 'lanczos'
} = {
  NEAREST: 'nearest',
  NEAREST_EXACT: 'nearest-exact',
  BILINEAR: 'bilinear',
  BICUBIC: 'bicubic',
  BOX: 'box',
  HAMMING: 'hamming',
  LANCZOS: 'lanczos',
}

/** The colour of what has none: a number for all channels, or one for each. */
export type Fill = number | readonly number[]

/** A size: one number for both sides, `[size]`, or `[height, width]`. */
export type Size = number | readonly number[]

/** @throws TypeError if a mode is none */
export function checkInterpolation(mode: InterpolationMode): InterpolationMode {
  if (!Object.values(InterpolationMode).includes(mode)) {
    const known = Object.values(InterpolationMode).map((name) => `'${name}'`)
    throw new TypeError(`Argument interpolation should be one of ${known.join(', ')}. Got ${typeName(mode)}`)
  }
  return mode
}

/** @throws ValueError if a mode is not one of those that tensors know here */
export function checkTensorMode<Mode extends InterpolationMode>(mode: InterpolationMode, known: readonly Mode[]): Mode {
  if (!known.includes(mode as Mode))
    throw new ValueError(`Interpolation mode '${mode}' is unsupported with Tensor input`)
  return mode as Mode
}

/**
 * Runs what is meant for the kind of `img`.
 *
 * @throws TypeError if it is neither a tensor of two or more dimensions nor an image
 */
export function forKind<T extends ImageOrTensor>(
  img: T,
  onImage: (image: Image) => Image,
  onTensor: (x: Tensor) => Tensor,
): T {
  checkInput(img)
  return (img instanceof Tensor ? onTensor(img) : onImage(img)) as T
}

/** @throws TypeError if a value is neither a tensor of two or more dimensions nor an image */
export function checkInput(img: ImageOrTensor): void {
  if (!(img instanceof Tensor)) checkImage('img', img)
  else if (img.ndim < 2) throw new TypeError('Tensor is not a torch image.')
}

/** @throws TypeError if a value is not a tensor of two or more dimensions */
export function checkTensorImage(img: unknown): asserts img is Tensor {
  if (!(img instanceof Tensor)) throw new TypeError(`img should be Tensor Image. Got ${typeName(img)}`)
  if (img.ndim < 2) throw new TypeError('Tensor is not a torch image.')
}

/**
 * Channels, height and width of an image or a tensor image.
 *
 * @throws TypeError if it is neither
 * @see https://docs.pytorch.org/vision/stable/generated/torchvision.transforms.functional.get_dimensions.html
 */
export function getDimensions(img: ImageOrTensor): [channels: number, height: number, width: number] {
  if (img instanceof Tensor) {
    checkInput(img)
    return [img.ndim === 2 ? 1 : img.shape.at(-3)!, img.shape.at(-2)!, img.shape.at(-1)!]
  }
  if (!isImage(img)) throw new TypeError(`Unexpected type ${typeName(img)}`)
  return [img.channels, img.height, img.width]
}

/** Width and height, in this order. @see https://docs.pytorch.org/vision/stable/generated/torchvision.transforms.functional.get_image_size.html */
export function getImageSize(img: ImageOrTensor): [width: number, height: number] {
  const [, height, width] = getDimensions(img)
  return [width, height]
}

/** @see https://docs.pytorch.org/vision/stable/generated/torchvision.transforms.functional.get_image_num_channels.html */
export function getImageNumChannels(img: ImageOrTensor): number {
  return getDimensions(img)[0]
}

/** `[height, width]` of a size. @throws ValueError for a list of another length */
export function setupSize(
  size: Size,
  message = 'Please provide only two dimensions (h, w) for size.',
): [number, number] {
  if (typeof size === 'number') return [Math.trunc(size), Math.trunc(size)]
  if (!Array.isArray(size) || size.length < 1 || size.length > 2) throw new ValueError(message)
  return [size[0], size.length === 1 ? size[0] : size[1]]
}

/** Python's `round`: to the nearest whole number, halves to the even one. */
export function roundHalfEven(x: number): number {
  const down = Math.floor(x)
  const rest = x - down
  if (rest !== 0.5) return Math.round(x)
  return down % 2 === 0 ? down : down + 1
}

/** The colour of an image that `fill` means: whole numbers. @throws ValueError if there is not one for each channel */
export function imageColor(fill: Fill | null, { channels }: Image): readonly number[] {
  const list = typeof fill === 'number' ? [fill] : (fill ?? [0])
  if (list.length !== 1 && list.length !== channels) {
    throw new ValueError(
      `The number of elements in 'fill' does not match the number of channels of the image (${list.length} != ${channels})`,
    )
  }
  return list.map((v) => Math.min(Math.max(Math.trunc(v), 0), 255))
}

/** @throws TypeError if a tensor image has another number of channels than one of `permitted` */
export function checkChannels(x: Tensor, permitted: readonly number[]): void {
  const [channels] = getDimensions(x)
  if (permitted.includes(channels)) return
  throw new TypeError(
    `Input image tensor permitted channel values are [${permitted.join(', ')}], but found ${channels}`,
  )
}

/** @throws TypeError if a tensor has no dimension of channels */
export function checkHasChannels(x: Tensor): void {
  if (x.ndim < 3) throw new TypeError(`Input image tensor should have at least 3 dimensions, but found ${x.ndim}`)
}
