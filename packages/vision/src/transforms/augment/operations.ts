/** What the augmentation policies are made of: an operation by its name, and how strong it can be. */
import { linspace, ValueError } from '@tsorch/core'
import type { ImageOrTensor } from '../../image.js'
import { integer } from '../draw.js'
import {
  adjustBrightness,
  adjustContrast,
  adjustSaturation,
  adjustSharpness,
  affine,
  autocontrast,
  equalize,
  type Fill,
  type InterpolationMode,
  invert,
  posterize,
  rotate,
  solarize,
} from '../functional/index.js'
import { roundHalfEven } from '../functional/input.js'

/** What can be done to an image. */
export type Operation =
  | 'Identity'
  | 'ShearX'
  | 'ShearY'
  | 'TranslateX'
  | 'TranslateY'
  | 'Rotate'
  | 'Brightness'
  | 'Color'
  | 'Contrast'
  | 'Sharpness'
  | 'Posterize'
  | 'Solarize'
  | 'AutoContrast'
  | 'Equalize'
  | 'Invert'

/** How strong an operation can be. */
export interface Strength {
  /** Its steps in float32, null if it has none. They are made when they are asked for: one of many is. */
  readonly magnitudes: (() => ArrayLike<number>) | null
  /** Whether the opposite sign does as well. */
  readonly signed: boolean
}

/** The operations of a policy in their order, which a random number picks from. */
export type Space = readonly (readonly [Operation, Strength])[]

/** `bins` steps from `start` to `end`. */
export function range(start: number, end: number, bins: number, signed: boolean): Strength {
  return { magnitudes: () => linspace(start, end, bins).toTypedArray() as Float32Array, signed }
}

/** Bits that are kept: from `most` on `fewer` less in `bins` steps. */
export function bits(most: number, fewer: number, bins: number): Strength {
  const step = (bins - 1) / fewer
  return {
    magnitudes: () => Array.from({ length: bins }, (_, i) => most - roundHalfEven(Math.fround(i / step))),
    signed: false,
  }
}

/** Of an operation that is always the same. */
export const fixed: Strength = { magnitudes: null, signed: false }

/** How pixels in between are found, and what comes from outside. */
export interface Look {
  readonly interpolation: InterpolationMode
  readonly fill: Fill | null
}

const degrees = (tangent: number): number => (Math.atan(tangent) * 180) / Math.PI

/** Does an operation to an image. @throws ValueError if there is none of that name */
export function applyOperation<T extends ImageOrTensor>(img: T, name: Operation, magnitude: number, look: Look): T {
  switch (name) {
    case 'ShearX':
      return affine(img, 0, [0, 0], 1, [degrees(magnitude), 0], { ...look, center: [0, 0] })
    case 'ShearY':
      return affine(img, 0, [0, 0], 1, [0, degrees(magnitude)], { ...look, center: [0, 0] })
    case 'TranslateX':
      return affine(img, 0, [Math.trunc(magnitude), 0], 1, [0, 0], { ...look })
    case 'TranslateY':
      return affine(img, 0, [0, Math.trunc(magnitude)], 1, [0, 0], { ...look })
    case 'Rotate':
      return rotate(img, magnitude, { ...look })
    case 'Brightness':
      return adjustBrightness(img, 1 + magnitude)
    case 'Color':
      return adjustSaturation(img, 1 + magnitude)
    case 'Contrast':
      return adjustContrast(img, 1 + magnitude)
    case 'Sharpness':
      return adjustSharpness(img, 1 + magnitude)
    case 'Posterize':
      return posterize(img, Math.trunc(magnitude))
    case 'Solarize':
      return solarize(img, magnitude)
    case 'AutoContrast':
      return autocontrast(img)
    case 'Equalize':
      return equalize(img)
    case 'Invert':
      return invert(img)
    case 'Identity':
      return img
    default:
      throw new ValueError(`The provided operator ${String(name)} is not recognized.`)
  }
}

/** Draws one of the operations of a space and does it; `step` says which of its steps, once it is known. */
export function applyDrawn<T extends ImageOrTensor>(
  img: T,
  space: Space,
  step: (steps: number) => number,
  look: Look,
): T {
  const [name, { magnitudes, signed }] = space[integer(0, space.length)]!
  const steps = magnitudes?.() ?? null
  let magnitude = steps === null ? 0 : steps[step(steps.length)]!
  if (signed && integer(0, 2) === 1) magnitude = -magnitude
  return applyOperation(img, name, magnitude, look)
}
