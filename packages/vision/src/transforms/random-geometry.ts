import { bindOptions, Tensor, ValueError } from '@tsorch/core'
import { portable } from '@tsorch/data'
import type { ImageOrTensor } from '../image.js'
import { chance, integer, uniform } from './draw.js'
import { affine, type Fill, getDimensions, type InterpolationMode, perspective, rotate } from './functional/index.js'
import { checkInterpolation, roundHalfEven } from './functional/input.js'
import { flag, float, list, plain } from './text.js'
import { ImageTransform } from './transform.js'

/** For tensors a colour with a number for each channel, which fills what has none; images take it as it is. */
export function fillFor(img: ImageOrTensor, fill: Fill | null): Fill | null {
  if (!(img instanceof Tensor) || typeof fill !== 'number') return fill
  return new Array<number>(getDimensions(img)[0]).fill(fill)
}

function checkFill(fill: Fill | null | undefined): Fill {
  if (fill === undefined || fill === null) return 0
  if (typeof fill !== 'number' && !Array.isArray(fill))
    throw new TypeError('Fill should be either a sequence or a number.')
  return fill
}

/** @throws TypeError, ValueError if a value is not a list of one of the lengths */
function checkList(name: string, value: readonly number[], lengths: readonly number[]): readonly number[] {
  const message = `${name} should be a sequence of length ${lengths.join(' or ')}.`
  if (!Array.isArray(value)) throw new TypeError(message)
  if (!lengths.includes(value.length)) throw new ValueError(message)
  return value
}

/** The range that an angle means: a number d is -d to d. */
function angles(name: string, value: number | readonly number[], lengths: readonly number[] = [2]): readonly number[] {
  if (typeof value !== 'number') return checkList(name, value, lengths)
  if (value < 0) throw new ValueError(`If ${name} is a single number, it must be positive.`)
  return [-value, value]
}

/** Options of {@link RandomRotation}. */
export interface RandomRotationOptions {
  /** `'nearest'` if not given. */
  interpolation?: InterpolationMode
  /** Whether the result is as large as the turned image needs. Default false. */
  expand?: boolean
  /** The point `[x, y]` about which is turned; the middle if not given. */
  center?: readonly number[] | null
  /** The colour of what comes from outside, 0 if not given. */
  fill?: Fill | null
}

/**
 * Turns an image by a random angle.
 *
 * @example
 * ```ts
 * import { transforms } from '@tsorch/vision'
 *
 * const transform = new transforms.RandomRotation(30, { interpolation: 'bilinear', fill: 128 })
 * ```
 * @see https://docs.pytorch.org/vision/stable/generated/torchvision.transforms.RandomRotation.html
 */
export class RandomRotation extends ImageTransform {
  readonly degrees: readonly number[]
  readonly interpolation: InterpolationMode
  readonly expand: boolean
  readonly center: readonly number[] | null
  readonly fill: Fill

  /**
   * @param degrees `[min, max]`; a number d is -d to d
   * @throws TypeError, ValueError for arguments that are no such things
   */
  constructor(
    degrees: number | readonly number[],
    interpolation?: InterpolationMode | RandomRotationOptions,
    expand?: boolean | RandomRotationOptions,
    center?: readonly number[] | null | RandomRotationOptions,
    fill?: Fill | null | RandomRotationOptions,
  ) {
    super()
    const names = ['interpolation', 'expand', 'center', 'fill'] as const
    const given = [interpolation, expand, center ?? undefined, fill ?? undefined]
    const o = bindOptions<RandomRotationOptions>('RandomRotation', names, given)
    this.degrees = angles('degrees', degrees)
    this.interpolation = checkInterpolation(o.interpolation ?? 'nearest')
    this.expand = o.expand ?? false
    this.center = o.center ? checkList('center', o.center, [2]) : null
    this.fill = checkFill(o.fill)
  }

  /** Draws an angle of the range, in degrees. */
  static getParams(degrees: readonly number[]): number {
    return uniform(degrees[0]!, degrees[1]!)
  }

  forward<T extends ImageOrTensor>(img: T): T {
    const { interpolation, expand, center } = this
    const fill = fillFor(img, this.fill)
    return rotate(img, RandomRotation.getParams(this.degrees), { interpolation, expand, center, fill })
  }

  override toString(): string {
    const center = this.center === null ? '' : `, center=${list(this.center)}`
    return `RandomRotation(degrees=${list(this.degrees, float)}, interpolation=${this.interpolation}, expand=${flag(this.expand)}${center}, fill=${plain(this.fill)})`
  }
}

/** Options of {@link RandomAffine}. */
export interface RandomAffineOptions {
  /** How far the image is moved at most, `[x, y]` in parts of its width and height; not at all if not given. */
  translate?: readonly number[] | null
  /** `[min, max]` of a factor; none if not given. */
  scale?: readonly number[] | null
  /** Degrees of shear along x, `[min, max]`, or of x and y, `[minX, maxX, minY, maxY]`; a number d is -d to d. */
  shear?: number | readonly number[] | null
  /** `'nearest'` if not given. */
  interpolation?: InterpolationMode
  /** The colour of what comes from outside, 0 if not given. */
  fill?: Fill | null
  /** The point `[x, y]` that stays; the middle if not given. */
  center?: readonly number[] | null
}

/** What {@link RandomAffine} draws: the arguments of `affine`. */
export type AffineParams = [angle: number, translate: [number, number], scale: number, shear: [number, number]]

/**
 * Turns, moves, scales and shears an image at random.
 *
 * @example
 * ```ts
 * import { transforms } from '@tsorch/vision'
 *
 * const transform = new transforms.RandomAffine(10, { translate: [0.1, 0.1], scale: [0.9, 1.1] })
 * ```
 * @see https://docs.pytorch.org/vision/stable/generated/torchvision.transforms.RandomAffine.html
 */
export class RandomAffine extends ImageTransform {
  readonly degrees: readonly number[]
  readonly translate: readonly number[] | null
  readonly scale: readonly number[] | null
  readonly shear: readonly number[] | null
  readonly interpolation: InterpolationMode
  readonly fill: Fill
  readonly center: readonly number[] | null

  /**
   * @param degrees `[min, max]`; a number d is -d to d
   * @throws TypeError, ValueError for arguments that are no such things
   */
  constructor(
    degrees: number | readonly number[],
    translate?: readonly number[] | null | RandomAffineOptions,
    scale?: readonly number[] | null | RandomAffineOptions,
    shear?: number | readonly number[] | null | RandomAffineOptions,
  ) {
    super()
    const names = ['translate', 'scale', 'shear', 'interpolation', 'fill', 'center'] as const
    const given = [translate ?? undefined, scale ?? undefined, shear ?? undefined]
    const o = bindOptions<RandomAffineOptions>('RandomAffine', names, given)
    this.degrees = angles('degrees', degrees)
    this.translate = o.translate ? checkList('translate', o.translate, [2]) : null
    if (this.translate?.some((t) => !(t >= 0 && t <= 1)))
      throw new ValueError('translation values should be between 0 and 1')
    this.scale = o.scale ? checkList('scale', o.scale, [2]) : null
    if (this.scale?.some((s) => !(s > 0))) throw new ValueError('scale values should be positive')
    this.shear = o.shear === undefined || o.shear === null ? null : angles('shear', o.shear, [2, 4])
    this.interpolation = checkInterpolation(o.interpolation ?? 'nearest')
    this.fill = checkFill(o.fill)
    this.center = o.center ? checkList('center', o.center, [2]) : null
  }

  /** Draws what is done to an image of the size `[width, height]`. */
  static getParams(
    degrees: readonly number[],
    translate: readonly number[] | null,
    scaleRanges: readonly number[] | null,
    shears: readonly number[] | null,
    imgSize: readonly number[],
  ): AffineParams {
    const angle = uniform(degrees[0]!, degrees[1]!)
    const far = (part: number, size: number): number => roundHalfEven(uniform(-part * size, part * size))
    const moved: [number, number] =
      translate === null ? [0, 0] : [far(translate[0]!, imgSize[0]!), far(translate[1]!, imgSize[1]!)]
    const scale = scaleRanges === null ? 1 : uniform(scaleRanges[0]!, scaleRanges[1]!)
    const x = shears === null ? 0 : uniform(shears[0]!, shears[1]!)
    const y = shears?.length === 4 ? uniform(shears[2]!, shears[3]!) : 0
    return [angle, moved, scale, [x, y]]
  }

  forward<T extends ImageOrTensor>(img: T): T {
    const [, height, width] = getDimensions(img)
    const { degrees, translate, scale, shear, interpolation, center } = this
    const params = RandomAffine.getParams(degrees, translate, scale, shear, [width, height])
    return affine(img, ...params, { interpolation, fill: fillFor(img, this.fill), center })
  }

  override toString(): string {
    const parts = [`degrees=${list(this.degrees, float)}`]
    for (const name of ['translate', 'scale', 'shear'] as const)
      if (this[name] !== null) parts.push(`${name}=${list(this[name], name === 'shear' ? float : String)}`)
    if (this.interpolation !== 'nearest') parts.push(`interpolation=${this.interpolation}`)
    if (this.fill !== 0) parts.push(`fill=${plain(this.fill)}`)
    if (this.center !== null) parts.push(`center=${list(this.center)}`)
    return `RandomAffine(${parts.join(', ')})`
  }
}

/** Options of {@link RandomPerspective}. */
export interface RandomPerspectiveOptions {
  /** How far the corners move at most, 0 to 1 for halves of the image; 0.5 if not given. */
  distortionScale?: number
  /** How probable it is that the image is changed, 0.5 if not given. */
  p?: number
  /** `'bilinear'` if not given. */
  interpolation?: InterpolationMode
  /** The colour of what comes from outside, 0 if not given. */
  fill?: Fill | null
}

/** Four corners: top left, top right, bottom right, bottom left. */
export type Corners = [number, number][]

/**
 * Shows an image from a random point of view.
 *
 * @see https://docs.pytorch.org/vision/stable/generated/torchvision.transforms.RandomPerspective.html
 */
export class RandomPerspective extends ImageTransform {
  readonly distortionScale: number
  readonly p: number
  readonly interpolation: InterpolationMode
  readonly fill: Fill

  constructor(
    distortionScale?: number | RandomPerspectiveOptions,
    p?: number | RandomPerspectiveOptions,
    interpolation?: InterpolationMode | RandomPerspectiveOptions,
    fill?: Fill | null | RandomPerspectiveOptions,
  ) {
    super()
    const names = ['distortionScale', 'p', 'interpolation', 'fill'] as const
    const given = [distortionScale, p, interpolation, fill ?? undefined]
    const o = bindOptions<RandomPerspectiveOptions>('RandomPerspective', names, given)
    this.distortionScale = o.distortionScale ?? 0.5
    this.p = o.p ?? 0.5
    this.interpolation = checkInterpolation(o.interpolation ?? 'bilinear')
    this.fill = checkFill(o.fill)
  }

  /** Draws where the corners of an image come to. */
  static getParams(width: number, height: number, distortionScale: number): [startpoints: Corners, endpoints: Corners] {
    const dx = Math.trunc(distortionScale * Math.floor(width / 2))
    const dy = Math.trunc(distortionScale * Math.floor(height / 2))
    const left = (): number => integer(0, dx + 1)
    const right = (): number => integer(width - dx - 1, width)
    const top = (): number => integer(0, dy + 1)
    const bottom = (): number => integer(height - dy - 1, height)
    const startpoints: Corners = [
      [0, 0],
      [width - 1, 0],
      [width - 1, height - 1],
      [0, height - 1],
    ]
    return [
      startpoints,
      [
        [left(), top()],
        [right(), top()],
        [right(), bottom()],
        [left(), bottom()],
      ],
    ]
  }

  forward<T extends ImageOrTensor>(img: T): T {
    const [, height, width] = getDimensions(img)
    if (!chance(this.p)) return img
    const corners = RandomPerspective.getParams(width, height, this.distortionScale)
    return perspective(img, ...corners, { interpolation: this.interpolation, fill: fillFor(img, this.fill) })
  }

  override toString(): string {
    return `RandomPerspective(p=${float(this.p)})`
  }
}

portable(import.meta.url, { RandomRotation, RandomAffine, RandomPerspective })
