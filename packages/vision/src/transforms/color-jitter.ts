import { bindOptions, randperm, ValueError } from '@tsorch/core'
import { portable } from '@tsorch/data'
import type { ImageOrTensor } from '../image.js'
import { uniform } from './draw.js'
import { adjustBrightness, adjustContrast, adjustHue, adjustSaturation } from './functional/index.js'
import { float, tuple } from './text.js'
import { ImageTransform } from './transform.js'

/** A range of factors, or null for none. */
export type FactorRange = readonly [min: number, max: number] | null

/** Options of {@link ColorJitter}: a number d for factors of 1 - d to 1 + d (hue: -d to d), or `[min, max]`. */
export interface ColorJitterOptions {
  brightness?: number | readonly number[]
  contrast?: number | readonly number[]
  saturation?: number | readonly number[]
  /** In [0, 0.5], or a range of [-0.5, 0.5]. */
  hue?: number | readonly number[]
}
const names = ['brightness', 'contrast', 'saturation', 'hue'] as const

/** The factors of one draw, and the order in which they are used: 0 brightness, 1 contrast, 2 saturation, 3 hue. */
export type JitterParams = [
  order: number[],
  brightness: number | null,
  contrast: number | null,
  saturation: number | null,
  hue: number | null,
]

/**
 * Changes brightness, contrast, saturation and hue, each by a random factor, in random order.
 *
 * @example
 * ```ts
 * import { transforms } from '@tsorch/vision'
 *
 * const jitter = new transforms.ColorJitter({ brightness: 0.4, contrast: 0.4, saturation: 0.4, hue: 0.1 })
 * ```
 * @see https://docs.pytorch.org/vision/stable/generated/torchvision.transforms.ColorJitter.html
 */
export class ColorJitter extends ImageTransform {
  readonly brightness: FactorRange
  readonly contrast: FactorRange
  readonly saturation: FactorRange
  readonly hue: FactorRange

  /** @throws TypeError, ValueError for what is neither a number nor a range, or lies outside of what is possible */
  constructor(
    brightness?: number | readonly number[] | ColorJitterOptions,
    contrast?: number | readonly number[] | ColorJitterOptions,
    saturation?: number | readonly number[] | ColorJitterOptions,
    hue?: number | readonly number[] | ColorJitterOptions,
  ) {
    super()
    const o = bindOptions<ColorJitterOptions>('ColorJitter', names, [brightness, contrast, saturation, hue])
    this.brightness = rangeOf('brightness', o.brightness ?? 0)
    this.contrast = rangeOf('contrast', o.contrast ?? 0)
    this.saturation = rangeOf('saturation', o.saturation ?? 0)
    this.hue = rangeOf('hue', o.hue ?? 0, 0, [-0.5, 0.5])
  }

  /** Draws an order, and a factor of each range. */
  static getParams(
    brightness: FactorRange,
    contrast: FactorRange,
    saturation: FactorRange,
    hue: FactorRange,
  ): JitterParams {
    const order = Array.from(randperm(4).toTypedArray() as ArrayLike<number | bigint>, Number)
    const factor = (range: FactorRange): number | null => (range === null ? null : uniform(range[0], range[1]))
    return [order, factor(brightness), factor(contrast), factor(saturation), factor(hue)]
  }

  forward<T extends ImageOrTensor>(img: T): T {
    const [order, ...factors] = ColorJitter.getParams(this.brightness, this.contrast, this.saturation, this.hue)
    const changes = [adjustBrightness, adjustContrast, adjustSaturation, adjustHue]
    let out = img
    for (const i of order) {
      const factor = factors[i as 0]
      if (factor !== null) out = changes[i]!(out, factor)
    }
    return out
  }

  override toString(): string {
    const text = names.map((name) => `${name}=${this[name] === null ? 'None' : tuple(this[name], float)}`)
    return `ColorJitter(${text.join(', ')})`
  }
}

function rangeOf(
  name: string,
  value: number | readonly number[],
  center = 1,
  [least, most]: readonly [number, number] = [0, Number.POSITIVE_INFINITY],
): FactorRange {
  if (typeof value === 'number' && value < 0)
    throw new ValueError(`If ${name} is a single number, it must be non negative.`)
  const range = typeof value === 'number' ? [center - value, center + value] : value
  if (!Array.isArray(range) || range.length !== 2)
    throw new TypeError(`${name} should be a single number or a list/tuple with length 2.`)
  let [min, max] = range as [number, number]
  if (typeof value === 'number' && center === 1) min = Math.max(min, 0)
  if (!(least <= min && min <= max && max <= most)) {
    const bounds = `(${least}, ${most === Number.POSITIVE_INFINITY ? 'inf' : most})`
    throw new ValueError(`${name} values should be between ${bounds}, but got [${min}, ${max}].`)
  }
  return min === center && max === center ? null : [min, max]
}

portable(import.meta.url, { ColorJitter })
