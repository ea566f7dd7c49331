import { bindOptions, cat, rand, type Tensor, ValueError } from '@tsorch/core'
import { portable } from '@tsorch/data'
import type { ImageOrTensor } from '../image.js'
import { uniform } from './draw.js'
import {
  elasticTransform,
  type Fill,
  gaussianBlur,
  getDimensions,
  type InterpolationMode,
  type Size,
} from './functional/index.js'
import { checkInterpolation, setupSize } from './functional/input.js'
import { float, list, tuple } from './text.js'
import { ImageTransform } from './transform.js'

/** Options of {@link GaussianBlur}. */
export interface GaussianBlurTransformOptions {
  /** Standard deviation in pixels, or the range `[min, max]` of which it is drawn; `[0.1, 2]` if not given. */
  sigma?: number | readonly number[]
}

/**
 * Blurs an image by a Gaussian of random width.
 *
 * @see https://docs.pytorch.org/vision/stable/generated/torchvision.transforms.GaussianBlur.html
 */
export class GaussianBlur extends ImageTransform {
  readonly kernelSize: readonly [x: number, y: number]
  readonly sigma: readonly [min: number, max: number]

  /**
   * @param kernelSize one odd number, or `[x, y]`
   * @throws ValueError for even kernel sizes and sigmas that are not positive
   */
  constructor(kernelSize: Size, sigma?: number | readonly number[] | GaussianBlurTransformOptions) {
    super()
    const given = bindOptions<GaussianBlurTransformOptions>('GaussianBlur', ['sigma'], [sigma]).sigma ?? [0.1, 2]
    this.kernelSize = setupSize(kernelSize, 'Kernel size should be a tuple/list of two integers')
    if (this.kernelSize.some((size) => !(size > 0) || size % 2 === 0))
      throw new ValueError('Kernel size value should be an odd and positive number.')
    if (typeof given === 'number' && !(given > 0))
      throw new ValueError('If sigma is a single number, it must be positive.')
    const range = typeof given === 'number' ? [given, given] : given
    if (!Array.isArray(range) || range.length !== 2)
      throw new ValueError('sigma should be a single number or a list/tuple with length 2.')
    const [min, max] = range as [number, number]
    if (!(min > 0 && min <= max)) throw new ValueError('sigma values should be positive and of the form (min, max).')
    this.sigma = [min, max]
  }

  /** Draws a standard deviation. */
  static getParams(sigmaMin: number, sigmaMax: number): number {
    return uniform(sigmaMin, sigmaMax)
  }

  forward<T extends ImageOrTensor>(img: T): T {
    const sigma = GaussianBlur.getParams(...this.sigma)
    return gaussianBlur(img, this.kernelSize, [sigma, sigma])
  }

  override toString(): string {
    return `GaussianBlur(kernel_size=${tuple(this.kernelSize)}, sigma=${tuple(this.sigma, float)})`
  }
}

/** Options of {@link ElasticTransform}. */
export interface ElasticTransformOptions {
  /** How far pixels move, one number or `[x, y]`; 50 if not given. */
  alpha?: number | readonly number[]
  /** How smoothly that changes from pixel to pixel, one number or `[x, y]`; 5 if not given. */
  sigma?: number | readonly number[]
  /** `'bilinear'` if not given. */
  interpolation?: InterpolationMode
  /** The colour of what comes from outside, 0 if not given. */
  fill?: Fill
}

function pairOf(name: string, value: number | readonly number[]): [number, number] {
  if (typeof value === 'number') return [value, value]
  if (!Array.isArray(value)) throw new TypeError(`${name} should be float or a sequence of floats. Got ${typeof value}`)
  if (value.length !== 2) throw new ValueError(`If ${name} is a sequence its length should be 2. Got ${value.length}`)
  return value as unknown as [number, number]
}

/**
 * Moves the pixels of an image about, neighbours about the same way: as if seen through water.
 *
 * @see https://docs.pytorch.org/vision/stable/generated/torchvision.transforms.ElasticTransform.html
 */
export class ElasticTransform extends ImageTransform {
  readonly alpha: readonly [x: number, y: number]
  readonly sigma: readonly [x: number, y: number]
  readonly interpolation: InterpolationMode
  readonly fill: readonly number[]

  /** @throws TypeError, ValueError for arguments that are no such things */
  constructor(
    alpha?: number | readonly number[] | ElasticTransformOptions,
    sigma?: number | readonly number[] | ElasticTransformOptions,
    interpolation?: InterpolationMode | ElasticTransformOptions,
    fill?: Fill | ElasticTransformOptions,
  ) {
    super()
    const names = ['alpha', 'sigma', 'interpolation', 'fill'] as const
    const o = bindOptions<ElasticTransformOptions>('ElasticTransform', names, [alpha, sigma, interpolation, fill])
    this.alpha = pairOf('alpha', o.alpha ?? 50)
    this.sigma = pairOf('sigma', o.sigma ?? 5)
    this.interpolation = checkInterpolation(o.interpolation ?? 'bilinear')
    const color = o.fill ?? 0
    this.fill = typeof color === 'number' ? [color] : color
  }

  /** Draws a displacement for an image of the size `[height, width]`: shape [1, H, W, 2]. */
  static getParams(alpha: readonly number[], sigma: readonly number[], size: readonly number[]): Tensor {
    const [height, width] = size as [number, number]
    const drawn = (axis: 0 | 1): Tensor => {
      const noise = rand([1, 1, height, width]).mul(2).sub(1)
      const kernel = Math.trunc(8 * sigma[axis]! + 1)
      const odd = kernel % 2 === 0 ? kernel + 1 : kernel
      const smooth = sigma[axis]! > 0 ? gaussianBlur(noise, [odd, odd], sigma) : noise
      return smooth.mul(alpha[axis]!).div(axis === 0 ? width : height)
    }
    return cat([drawn(0), drawn(1)], 1).permute(0, 2, 3, 1)
  }

  forward<T extends ImageOrTensor>(img: T): T {
    const [, height, width] = getDimensions(img)
    const displacement = ElasticTransform.getParams(this.alpha, this.sigma, [height, width])
    return elasticTransform(img, displacement, { interpolation: this.interpolation, fill: this.fill })
  }

  override toString(): string {
    const { alpha, sigma, interpolation, fill } = this
    return `ElasticTransform(alpha=${list(alpha, float)}, sigma=${list(sigma, float)}, interpolation=${interpolation}, fill=${list(fill, float)})`
  }
}

portable(import.meta.url, { GaussianBlur, ElasticTransform })
