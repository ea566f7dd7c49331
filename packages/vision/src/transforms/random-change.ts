/** Transforms that do one thing or nothing. */
import { bindOptions } from '@tsorch/core'
import { portable } from '@tsorch/data'
import type { ImageOrTensor } from '../image.js'
import { chance } from './draw.js'
import {
  adjustSharpness,
  autocontrast,
  equalize,
  type GrayscaleOptions,
  getDimensions,
  hflip,
  invert,
  posterize,
  rgbToGrayscale,
  solarize,
  vflip,
} from './functional/index.js'
import { float } from './text.js'
import { ImageTransform } from './transform.js'

/** Options of the transforms that do one thing or nothing. */
export interface ChanceOptions {
  /** How probable it is that the image is changed, 0.5 if not given (`RandomGrayscale`: 0.1). */
  p?: number
}

abstract class RandomChange extends ImageTransform {
  readonly p: number
  /** The class, in print; its own name may have been shortened by a bundler. */
  private readonly label: string

  constructor(name: string, p: number | ChanceOptions | undefined, byDefault = 0.5) {
    super()
    this.label = name
    this.p = bindOptions<ChanceOptions>(name, ['p'], [p]).p ?? byDefault
  }

  /** What is done to the image. */
  abstract change<T extends ImageOrTensor>(img: T): T

  forward<T extends ImageOrTensor>(img: T): T {
    return chance(this.p) ? this.change(img) : img
  }

  override toString(): string {
    return `${this.label}(p=${float(this.p)})`
  }
}

/** Exchanges left and right. @see https://docs.pytorch.org/vision/stable/generated/torchvision.transforms.RandomHorizontalFlip.html */
export class RandomHorizontalFlip extends RandomChange {
  constructor(p?: number | ChanceOptions) {
    super('RandomHorizontalFlip', p)
  }

  change<T extends ImageOrTensor>(img: T): T {
    return hflip(img)
  }
}

/** Exchanges top and bottom. @see https://docs.pytorch.org/vision/stable/generated/torchvision.transforms.RandomVerticalFlip.html */
export class RandomVerticalFlip extends RandomChange {
  constructor(p?: number | ChanceOptions) {
    super('RandomVerticalFlip', p)
  }

  change<T extends ImageOrTensor>(img: T): T {
    return vflip(img)
  }
}

/** Takes the colours away. @see https://docs.pytorch.org/vision/stable/generated/torchvision.transforms.Grayscale.html */
export class Grayscale extends ImageTransform {
  readonly numOutputChannels: number

  /** @param numOutputChannels 1 if not given; 3 repeats the grey as red, green and blue */
  constructor(numOutputChannels?: number | GrayscaleOptions) {
    super()
    const o = bindOptions<GrayscaleOptions>('Grayscale', ['numOutputChannels'], [numOutputChannels])
    this.numOutputChannels = o.numOutputChannels ?? 1
  }

  forward<T extends ImageOrTensor>(img: T): T {
    return rgbToGrayscale(img, this.numOutputChannels)
  }

  override toString(): string {
    return `Grayscale(num_output_channels=${this.numOutputChannels})`
  }
}

/**
 * Takes the colours away and keeps the number of channels.
 *
 * @see https://docs.pytorch.org/vision/stable/generated/torchvision.transforms.RandomGrayscale.html
 */
export class RandomGrayscale extends RandomChange {
  constructor(p?: number | ChanceOptions) {
    super('RandomGrayscale', p, 0.1)
  }

  change<T extends ImageOrTensor>(img: T): T {
    return rgbToGrayscale(img, getDimensions(img)[0])
  }
}

/** Makes the negative. @see https://docs.pytorch.org/vision/stable/generated/torchvision.transforms.RandomInvert.html */
export class RandomInvert extends RandomChange {
  constructor(p?: number | ChanceOptions) {
    super('RandomInvert', p)
  }

  change<T extends ImageOrTensor>(img: T): T {
    return invert(img)
  }
}

/** Keeps the highest bits. @see https://docs.pytorch.org/vision/stable/generated/torchvision.transforms.RandomPosterize.html */
export class RandomPosterize extends RandomChange {
  readonly bits: number

  /** @param bits how many bits are kept, 0 to 8 */
  constructor(bits: number, p?: number | ChanceOptions) {
    super('RandomPosterize', p)
    this.bits = bits
  }

  change<T extends ImageOrTensor>(img: T): T {
    return posterize(img, this.bits)
  }

  override toString(): string {
    return `RandomPosterize(bits=${this.bits},p=${float(this.p)})`
  }
}

/** Inverts what is light. @see https://docs.pytorch.org/vision/stable/generated/torchvision.transforms.RandomSolarize.html */
export class RandomSolarize extends RandomChange {
  readonly threshold: number

  /** @param threshold the least value that is inverted */
  constructor(threshold: number, p?: number | ChanceOptions) {
    super('RandomSolarize', p)
    this.threshold = threshold
  }

  change<T extends ImageOrTensor>(img: T): T {
    return solarize(img, this.threshold)
  }

  override toString(): string {
    return `RandomSolarize(threshold=${this.threshold},p=${float(this.p)})`
  }
}

/** Blurs or sharpens. @see https://docs.pytorch.org/vision/stable/generated/torchvision.transforms.RandomAdjustSharpness.html */
export class RandomAdjustSharpness extends RandomChange {
  readonly sharpnessFactor: number

  /** @param sharpnessFactor 0 blurs, 1 gives the image, 2 sharpens */
  constructor(sharpnessFactor: number, p?: number | ChanceOptions) {
    super('RandomAdjustSharpness', p)
    this.sharpnessFactor = sharpnessFactor
  }

  change<T extends ImageOrTensor>(img: T): T {
    return adjustSharpness(img, this.sharpnessFactor)
  }

  override toString(): string {
    return `RandomAdjustSharpness(sharpness_factor=${this.sharpnessFactor},p=${float(this.p)})`
  }
}

/** Stretches the contrast. @see https://docs.pytorch.org/vision/stable/generated/torchvision.transforms.RandomAutocontrast.html */
export class RandomAutocontrast extends RandomChange {
  constructor(p?: number | ChanceOptions) {
    super('RandomAutocontrast', p)
  }

  change<T extends ImageOrTensor>(img: T): T {
    return autocontrast(img)
  }
}

/** Equalizes the histogram. @see https://docs.pytorch.org/vision/stable/generated/torchvision.transforms.RandomEqualize.html */
export class RandomEqualize extends RandomChange {
  constructor(p?: number | ChanceOptions) {
    super('RandomEqualize', p)
  }

  change<T extends ImageOrTensor>(img: T): T {
    return equalize(img)
  }
}

portable(import.meta.url, {
  RandomHorizontalFlip,
  RandomVerticalFlip,
  Grayscale,
  RandomGrayscale,
  RandomInvert,
  RandomPosterize,
  RandomSolarize,
  RandomAdjustSharpness,
  RandomAutocontrast,
  RandomEqualize,
})
