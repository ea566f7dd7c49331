import { bindOptions, type Tensor, ValueError } from '@tsorch/core'
import { checkImage, type Image, type ImageOrTensor } from '../../image.js'
import { asRgb, grey } from '../../pixels/colors.js'
import { brightened, contrasted, saturated, sharpened } from '../../pixels/enhance.js'
import { mapped, tableOf } from '../../pixels/tables.js'
import { blurredInside } from './blur.js'
import { computeType, maxValue } from './cast.js'
import { convertImageDtype } from './convert.js'
import { checkChannels, checkHasChannels, forKind, getDimensions } from './input.js'

/** Options of {@link rgbToGrayscale} and {@link toGrayscale}. */
export interface GrayscaleOptions {
  /** 1 if not given; 3 repeats the grey as red, green and blue. */
  numOutputChannels?: number
}

/**
 * Lightness by ITU-R 601-2: 0.2989 red + 0.587 green + 0.114 blue.
 *
 * @param img image, or tensor of shape (..., 1 or 3, H, W)
 * @throws TypeError for a tensor of another number of channels, ValueError if neither 1 nor 3 are asked for
 * @example
 * ```ts
 * import { transforms } from '@tsorch/vision'
 *
 * const red = { width: 1, height: 1, channels: 3, data: new Uint8Array([255, 0, 0]) }
 * const grey = transforms.functional.rgbToGrayscale(red) // [76]
 * ```
 * @see https://docs.pytorch.org/vision/stable/generated/torchvision.transforms.functional.rgb_to_grayscale.html
 */
export function rgbToGrayscale<T extends ImageOrTensor>(img: T, numOutputChannels?: number | GrayscaleOptions): T {
  const o = bindOptions<GrayscaleOptions>('rgbToGrayscale', ['numOutputChannels'], [numOutputChannels])
  const channels = o.numOutputChannels ?? 1
  if (channels !== 1 && channels !== 3) throw new ValueError('num_output_channels should be either 1 or 3')
  return forKind(
    img,
    (image) => (channels === 1 ? grey(image) : asRgb(grey(image))),
    (x) => {
      const lightness = greyTensor(x)
      // of a grey tensor one channel is left, whatever is asked for, as in torchvision
      return channels === 3 ? lightness.expand(...x.shape) : lightness
    },
  )
}

/**
 * {@link rgbToGrayscale} of an image.
 *
 * @throws TypeError if `img` is no image
 * @see https://docs.pytorch.org/vision/stable/generated/torchvision.transforms.functional.to_grayscale.html
 */
export function toGrayscale(img: Image, numOutputChannels?: number | GrayscaleOptions): Image {
  checkImage('img', img)
  return rgbToGrayscale(img, numOutputChannels)
}

function greyTensor(x: Tensor): Tensor {
  checkHasChannels(x)
  checkChannels(x, [1, 3])
  if (x.shape.at(-3) === 1) return x.clone()
  const colors = x.to(computeType(x))
  const part = (channel: number, weight: number): Tensor => colors.narrow(-3, channel, 1).mul(weight)
  return part(0, 0.2989).add(part(1, 0.587)).add(part(2, 0.114)).to(x.dtype)
}

/** `ratio x + (1 - ratio) dull`, cut off to the range of the dtype. */
function blend(x: Tensor, dull: Tensor | 0, ratio: number): Tensor {
  const type = computeType(x)
  const part = x.to(type).mul(ratio)
  const sum = dull === 0 ? part : part.add(dull.to(type).mul(1 - ratio))
  return sum.clamp(0, maxValue(x.dtype)).to(x.dtype)
}

function checkFactor(name: string, factor: number): void {
  if (!(factor >= 0)) throw new ValueError(`${name} (${factor}) is not non-negative.`)
}

/**
 * Mixed with black: factor 0 gives black, 1 the image, 2 twice the brightness.
 *
 * @param img image, or tensor of shape (..., 1 or 3, H, W)
 * @throws ValueError for a negative factor, TypeError for another number of channels
 * @example
 * ```ts
 * import { transforms } from '@tsorch/vision'
 *
 * const image = { width: 2, height: 2, channels: 1, data: new Uint8Array([0, 80, 160, 240]) }
 * const dark = transforms.functional.adjustBrightness(image, 0.5) // [0, 40, 80, 120]
 * ```
 * @see https://docs.pytorch.org/vision/stable/generated/torchvision.transforms.functional.adjust_brightness.html
 */
export function adjustBrightness<T extends ImageOrTensor>(img: T, brightnessFactor: number): T {
  checkFactor('brightness_factor', brightnessFactor)
  return forKind(
    img,
    (image) => brightened(image, brightnessFactor),
    (x) => {
      checkChannels(x, [1, 3])
      return blend(x, 0, brightnessFactor)
    },
  )
}

/**
 * Mixed with its mean grey: factor 0 gives that, 1 the image.
 *
 * @param img image, or tensor of shape (..., 1 or 3, H, W)
 * @throws ValueError for a negative factor, TypeError for another number of channels
 * @see https://docs.pytorch.org/vision/stable/generated/torchvision.transforms.functional.adjust_contrast.html
 */
export function adjustContrast<T extends ImageOrTensor>(img: T, contrastFactor: number): T {
  checkFactor('contrast_factor', contrastFactor)
  return forKind(
    img,
    (image) => contrasted(image, contrastFactor),
    (x) => {
      checkChannels(x, [3, 1])
      const lightness = getDimensions(x)[0] === 3 ? greyTensor(x) : x
      return blend(x, lightness.to(computeType(x)).mean([-3, -2, -1], true), contrastFactor)
    },
  )
}

/**
 * Mixed with its grey version: factor 0 gives that, 1 the image. Grey images stay as they are.
 *
 * @param img image, or tensor of shape (..., 1 or 3, H, W)
 * @throws ValueError for a negative factor, TypeError for another number of channels
 * @see https://docs.pytorch.org/vision/stable/generated/torchvision.transforms.functional.adjust_saturation.html
 */
export function adjustSaturation<T extends ImageOrTensor>(img: T, saturationFactor: number): T {
  checkFactor('saturation_factor', saturationFactor)
  return forKind(
    img,
    (image) => saturated(image, saturationFactor),
    (x) => {
      checkChannels(x, [1, 3])
      return getDimensions(x)[0] === 1 ? x : blend(x, greyTensor(x), saturationFactor)
    },
  )
}

/**
 * Mixed with a smoothed version: factor 0 gives that, 1 the image, 2 twice the sharpness. The outermost pixels stay as they are.
 *
 * @param img image, or tensor of shape (..., 1 or 3, H, W)
 * @throws ValueError for a negative factor, TypeError for another number of channels
 * @see https://docs.pytorch.org/vision/stable/generated/torchvision.transforms.functional.adjust_sharpness.html
 */
export function adjustSharpness<T extends ImageOrTensor>(img: T, sharpnessFactor: number): T {
  checkFactor('sharpness_factor', sharpnessFactor)
  return forKind(
    img,
    (image) => sharpened(image, sharpnessFactor),
    (x) => {
      checkChannels(x, [1, 3])
      return x.shape.at(-1)! <= 2 || x.shape.at(-2)! <= 2 ? x : blend(x, blurredInside(x), sharpnessFactor)
    },
  )
}

/** Options of {@link adjustGamma}. */
export interface GammaOptions {
  /** A factor on the result, 1 if not given. */
  gain?: number
}

/**
 * `gain * img ** gamma` of values in [0, 1]: gamma above 1 darkens the shadows, below 1 lightens them.
 *
 * @param img image, or tensor of shape (..., 1 or 3, H, W)
 * @throws ValueError for a negative gamma, TypeError for another number of channels
 * @see https://docs.pytorch.org/vision/stable/generated/torchvision.transforms.functional.adjust_gamma.html
 */
export function adjustGamma<T extends ImageOrTensor>(img: T, gamma: number, gain?: number | GammaOptions): T {
  const { gain: factor = 1 } = bindOptions<GammaOptions>('adjustGamma', ['gain'], [gain])
  if (!(gamma >= 0)) throw new ValueError('Gamma should be a non-negative real number')
  return forKind(
    img,
    (image) =>
      mapped(
        image,
        tableOf((v) => (255 + 1 - 1e-3) * factor * (v / 255) ** gamma),
      ),
    (x) => {
      checkChannels(x, [1, 3])
      const values = x.isFloatingPoint() ? x : convertImageDtype(x)
      return convertImageDtype(values.pow(gamma).mul(factor).clamp(0, 1), x.dtype)
    },
  )
}
