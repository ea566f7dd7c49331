import { bindOptions } from '@tsorch/core'
import { portable } from '@tsorch/data'
import type { ImageOrTensor } from '../../image.js'
import { integer } from '../draw.js'
import { type Fill, getDimensions, type InterpolationMode } from '../functional/index.js'
import { checkInterpolation } from '../functional/input.js'
import { fillFor } from '../random-geometry.js'
import { plain } from '../text.js'
import { ImageTransform } from '../transform.js'
import { strengths } from './auto-augment.js'
import { applyDrawn, bits, fixed, type Operation, range, type Space } from './operations.js'

/** Options of {@link RandAugment}. */
export interface RandAugmentOptions {
  /** How many operations are done, 2 if not given. */
  numOps?: number
  /** Which of the steps of strength they have, 9 if not given. */
  magnitude?: number
  /** How many steps there are, 31 if not given. */
  numMagnitudeBins?: number
  /** `'nearest'` if not given. */
  interpolation?: InterpolationMode
  /** The colour of what comes from outside; 0 if not given. */
  fill?: Fill | null
}

const operations: readonly Operation[] = [
  'Identity',
  'ShearX',
  'ShearY',
  'TranslateX',
  'TranslateY',
  'Rotate',
  'Brightness',
  'Color',
  'Contrast',
  'Sharpness',
  'Posterize',
  'Solarize',
  'AutoContrast',
  'Equalize',
]

/**
 * Does some operations, drawn at random, all of one strength: to 8-bit images, or uint8 tensors of shape (..., 1 or 3, H, W).
 *
 * @example
 * ```ts
 * import { transforms } from '@tsorch/vision'
 *
 * const transform = new transforms.RandAugment({ numOps: 2, magnitude: 9 })
 * ```
 * @see https://docs.pytorch.org/vision/stable/generated/torchvision.transforms.RandAugment.html
 * @see https://arxiv.org/abs/1909.13719
 */
export class RandAugment extends ImageTransform {
  readonly numOps: number
  readonly magnitude: number
  readonly numMagnitudeBins: number
  readonly interpolation: InterpolationMode
  readonly fill: Fill | null

  constructor(
    numOps?: number | RandAugmentOptions,
    magnitude?: number | RandAugmentOptions,
    numMagnitudeBins?: number | RandAugmentOptions,
    interpolation?: InterpolationMode | RandAugmentOptions,
    fill?: Fill | null | RandAugmentOptions,
  ) {
    super()
    const names = ['numOps', 'magnitude', 'numMagnitudeBins', 'interpolation', 'fill'] as const
    const given = [numOps, magnitude, numMagnitudeBins, interpolation, fill ?? undefined]
    const o = bindOptions<RandAugmentOptions>('RandAugment', names, given)
    this.numOps = o.numOps ?? 2
    this.magnitude = o.magnitude ?? 9
    this.numMagnitudeBins = o.numMagnitudeBins ?? 31
    this.interpolation = checkInterpolation(o.interpolation ?? 'nearest')
    this.fill = o.fill ?? null
  }

  forward<T extends ImageOrTensor>(img: T): T {
    const [, height, width] = getDimensions(img)
    const look = { interpolation: this.interpolation, fill: fillFor(img, this.fill) }
    const all = strengths(this.numMagnitudeBins, height, width)
    const space: Space = operations.map((name) => [name, all[name]])
    let out = img
    for (let i = 0; i < this.numOps; i++) out = applyDrawn(out, space, () => this.magnitude, look)
    return out
  }

  override toString(): string {
    const { numOps, magnitude, numMagnitudeBins, interpolation, fill } = this
    return `RandAugment(num_ops=${numOps}, magnitude=${magnitude}, num_magnitude_bins=${numMagnitudeBins}, interpolation=InterpolationMode.${upper(interpolation)}, fill=${plain(fill)})`
  }
}

/** An interpolation as Python prints the member of an enum. */
export function upper(interpolation: InterpolationMode): string {
  return interpolation.toUpperCase().replace('-', '_')
}

/** Options of {@link TrivialAugmentWide}. */
export interface TrivialAugmentOptions {
  /** How many steps of strength there are, 31 if not given. */
  numMagnitudeBins?: number
  /** `'nearest'` if not given. */
  interpolation?: InterpolationMode
  /** The colour of what comes from outside; 0 if not given. */
  fill?: Fill | null
}

/**
 * Does one operation of random strength: to 8-bit images, or uint8 tensors of shape (..., 1 or 3, H, W).
 *
 * @see https://docs.pytorch.org/vision/stable/generated/torchvision.transforms.TrivialAugmentWide.html
 * @see https://arxiv.org/abs/2103.10158
 */
export class TrivialAugmentWide extends ImageTransform {
  readonly numMagnitudeBins: number
  readonly interpolation: InterpolationMode
  readonly fill: Fill | null

  constructor(
    numMagnitudeBins?: number | TrivialAugmentOptions,
    interpolation?: InterpolationMode | TrivialAugmentOptions,
    fill?: Fill | null | TrivialAugmentOptions,
  ) {
    super()
    const names = ['numMagnitudeBins', 'interpolation', 'fill'] as const
    const given = [numMagnitudeBins, interpolation, fill ?? undefined]
    const o = bindOptions<TrivialAugmentOptions>('TrivialAugmentWide', names, given)
    this.numMagnitudeBins = o.numMagnitudeBins ?? 31
    this.interpolation = checkInterpolation(o.interpolation ?? 'nearest')
    this.fill = o.fill ?? null
  }

  forward<T extends ImageOrTensor>(img: T): T {
    const look = { interpolation: this.interpolation, fill: fillFor(img, this.fill) }
    return applyDrawn(img, wideSpace(this.numMagnitudeBins), (steps) => integer(0, steps), look)
  }

  override toString(): string {
    const { numMagnitudeBins, interpolation, fill } = this
    return `TrivialAugmentWide(num_magnitude_bins=${numMagnitudeBins}, interpolation=InterpolationMode.${upper(interpolation)}, fill=${plain(fill)})`
  }
}

function wideSpace(bins: number): Space {
  return [
    ['Identity', fixed],
    ['ShearX', range(0, 0.99, bins, true)],
    ['ShearY', range(0, 0.99, bins, true)],
    ['TranslateX', range(0, 32, bins, true)],
    ['TranslateY', range(0, 32, bins, true)],
    ['Rotate', range(0, 135, bins, true)],
    ['Brightness', range(0, 0.99, bins, true)],
    ['Color', range(0, 0.99, bins, true)],
    ['Contrast', range(0, 0.99, bins, true)],
    ['Sharpness', range(0, 0.99, bins, true)],
    ['Posterize', bits(8, 6, bins)],
    ['Solarize', range(255, 0, bins, false)],
    ['AutoContrast', fixed],
    ['Equalize', fixed],
  ]
}

portable(import.meta.url, { RandAugment, TrivialAugmentWide })
