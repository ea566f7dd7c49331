import { bindOptions, rand, randint, ValueError } from '@tsorch/core'
import { portable } from '@tsorch/data'
import type { ImageOrTensor } from '../../image.js'
import { integer } from '../draw.js'
import { type Fill, getDimensions, type InterpolationMode } from '../functional/index.js'
import { checkInterpolation } from '../functional/input.js'
import { fillFor } from '../random-geometry.js'
import { plain } from '../text.js'
import { ImageTransform } from '../transform.js'
import { applyOperation, bits, fixed, type Operation, range, type Strength } from './operations.js'
import { AutoAugmentPolicy, policies } from './policies.js'

/** Options of {@link AutoAugment}. */
export interface AutoAugmentOptions {
  /** The data set that the policy was found on, `'imagenet'` if not given. */
  policy?: AutoAugmentPolicy
  /** `'nearest'` if not given. */
  interpolation?: InterpolationMode
  /** The colour of what comes from outside; 0 if not given. */
  fill?: Fill | null
}

/** How strong the operations of the policies are, in `bins` steps. */
export function strengths(bins: number, height: number, width: number): Readonly<Record<Operation, Strength>> {
  return {
    Identity: fixed,
    ShearX: range(0, 0.3, bins, true),
    ShearY: range(0, 0.3, bins, true),
    TranslateX: range(0, (150 / 331) * width, bins, true),
    TranslateY: range(0, (150 / 331) * height, bins, true),
    Rotate: range(0, 30, bins, true),
    Brightness: range(0, 0.9, bins, true),
    Color: range(0, 0.9, bins, true),
    Contrast: range(0, 0.9, bins, true),
    Sharpness: range(0, 0.9, bins, true),
    Posterize: bits(8, 4, bins),
    Solarize: range(255, 0, bins, false),
    AutoContrast: fixed,
    Equalize: fixed,
    Invert: fixed,
  }
}

/**
 * Changes an image by one of the policies that a search found to help: 8-bit images, or uint8 tensors of shape (..., 1 or 3, H, W).
 *
 * @example
 * ```ts
 * import { transforms } from '@tsorch/vision'
 *
 * const transform = new transforms.AutoAugment({ policy: 'cifar10' })
 * ```
 * @see https://docs.pytorch.org/vision/stable/generated/torchvision.transforms.AutoAugment.html
 * @see https://arxiv.org/abs/1805.09501
 */
export class AutoAugment extends ImageTransform {
  readonly policy: AutoAugmentPolicy
  readonly interpolation: InterpolationMode
  readonly fill: Fill | null

  /** @throws ValueError for an unknown policy */
  constructor(
    policy?: AutoAugmentPolicy | AutoAugmentOptions,
    interpolation?: InterpolationMode | AutoAugmentOptions,
    fill?: Fill | null | AutoAugmentOptions,
  ) {
    super()
    const given = [policy, interpolation, fill ?? undefined]
    const o = bindOptions<AutoAugmentOptions>('AutoAugment', ['policy', 'interpolation', 'fill'], given)
    this.policy = o.policy ?? AutoAugmentPolicy.IMAGENET
    if (!Object.hasOwn(policies, this.policy))
      throw new ValueError(`The provided policy ${String(this.policy)} is not recognized.`)
    this.interpolation = checkInterpolation(o.interpolation ?? 'nearest')
    this.fill = o.fill ?? null
  }

  /** Draws which of the pairs of a policy is used, two numbers that decide whether its parts are, and their signs. */
  static getParams(transformNum: number): [policyId: number, probs: number[], signs: number[]] {
    const id = integer(0, transformNum)
    const probs = Array.from(rand([2]).toTypedArray() as Float32Array)
    const signs = Array.from(randint(2, [2]).toTypedArray() as ArrayLike<number | bigint>, Number)
    return [id, probs, signs]
  }

  forward<T extends ImageOrTensor>(img: T): T {
    const [, height, width] = getDimensions(img)
    const look = { interpolation: this.interpolation, fill: fillFor(img, this.fill) }
    const pairs = policies[this.policy]
    const [id, probs, signs] = AutoAugment.getParams(pairs.length)
    const space = strengths(10, height, width)
    let out = img
    for (const [i, [name, p, step]] of pairs[id]!.entries()) {
      if (probs[i]! > Math.fround(p)) continue
      const { magnitudes, signed } = space[name]
      const magnitude = step === null || magnitudes === null ? 0 : magnitudes()[step]!
      out = applyOperation(out, name, signed && signs[i] === 0 ? -magnitude : magnitude, look)
    }
    return out
  }

  override toString(): string {
    return `AutoAugment(policy=AutoAugmentPolicy.${this.policy.toUpperCase()}, fill=${plain(this.fill)})`
  }
}

portable(import.meta.url, { AutoAugment })
