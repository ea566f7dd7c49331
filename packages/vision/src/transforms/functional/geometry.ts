import { bindOptions, ValueError } from '@tsorch/core'
import { type Image, type ImageOrTensor, typeName } from '../../image.js'
import { turned } from '../../pixels/layout.js'
import { type Sampling, warped } from '../../pixels/warp.js'
import { mapAffine, mapPerspective, mappedSize } from './grid.js'
import { checkInterpolation, type Fill, forKind, getDimensions, type InterpolationMode, imageColor } from './input.js'
import { type AffineMatrix, inverseAffineMatrix, type Point, perspectiveCoefficients } from './matrix.js'

/** How an image may be read between its pixels. @throws ValueError for another mode */
function samplingOf(mode: InterpolationMode): Sampling {
  if (mode === 'nearest-exact') return 'nearest'
  if (mode === 'nearest' || mode === 'bilinear' || mode === 'bicubic') return mode
  throw new ValueError(`'${mode}' cannot be used. Use 'nearest', 'bilinear' or 'bicubic'`)
}

/** @throws TypeError if a value is no point */
function checkPoint(name: string, value: readonly number[] | null | undefined): Point | null {
  if (value === null || value === undefined) return null
  if (!Array.isArray(value) || value.length !== 2)
    throw new TypeError(`Argument ${name} should be a sequence of length 2`)
  return value as unknown as Point
}

/** From the middle of a tensor image, where its maps have their origin. */
function fromMiddle(center: Point | null, img: ImageOrTensor): Point {
  if (center === null) return [0, 0]
  const [, height, width] = getDimensions(img)
  return [center[0] - width * 0.5, center[1] - height * 0.5]
}

/** Options of {@link rotate}. */
export interface RotateOptions {
  /** `'nearest'` if not given; `'bilinear'`, and `'bicubic'` for images. */
  interpolation?: InterpolationMode
  /** Whether the result is as large as the turned image needs; else what turns out of the frame is lost. Default false. */
  expand?: boolean
  /** The point `[x, y]` that stays where it is, in pixels from the upper left corner; the middle if not given. */
  center?: readonly number[] | null
  /** The colour of what comes from outside, 0 if not given. */
  fill?: Fill | null
}

/**
 * An image turned counter-clockwise.
 *
 * @param img image, or tensor of shape (..., C, H, W) with at most one dimension more
 * @param angle in degrees
 * @throws ValueError for a mode that is not possible, or a fill that does not fit the channels
 * @example
 * ```ts
 * import { transforms } from '@tsorch/vision'
 *
 * const image = { width: 2, height: 2, channels: 1, data: new Uint8Array([0, 80, 160, 240]) }
 * const turned = transforms.functional.rotate(image, 90) // [80, 240, 0, 160]
 * ```
 * @see https://docs.pytorch.org/vision/stable/generated/torchvision.transforms.functional.rotate.html
 */
export function rotate<T extends ImageOrTensor>(
  img: T,
  angle: number,
  interpolation?: InterpolationMode | RotateOptions,
  expand?: boolean | RotateOptions,
  center?: readonly number[] | null | RotateOptions,
  fill?: Fill | null | RotateOptions,
): T {
  const given = [interpolation, expand, center ?? undefined, fill ?? undefined]
  const o = bindOptions<RotateOptions>('rotate', ['interpolation', 'expand', 'center', 'fill'], given)
  const mode = checkInterpolation(o.interpolation ?? 'nearest')
  if (typeof angle !== 'number') throw new TypeError('Argument angle should be int or float')
  const pivot = checkPoint('center', o.center)
  return forKind(
    img,
    (image) => rotateImage(image, angle, samplingOf(mode), o.expand ?? false, pivot, imageColor(o.fill ?? 0, image)),
    (x) => {
      const matrix = inverseAffineMatrix(fromMiddle(pivot, x), -angle, [0, 0], 1, [0, 0])
      const size = o.expand ? mappedSize(matrix, x.shape.at(-2)!, x.shape.at(-1)!) : undefined
      return mapAffine(x, matrix, mode, o.fill ?? null, size)
    },
  )
}

const to15Digits = (v: number): number => Number(v.toFixed(15))

function rotateImage(
  image: Image,
  degrees: number,
  sampling: Sampling,
  expand: boolean,
  center: Point | null,
  color: readonly number[],
): Image {
  const angle = ((degrees % 360) + 360) % 360
  const { width, height } = image
  if (center === null) {
    // no pixel is in between
    if (angle === 0) return { ...image, data: image.data.slice() }
    if (angle === 180) return turned(image, 180)
    if ((angle === 90 || angle === 270) && (expand || width === height)) return turned(image, angle)
  }
  const [cx, cy] = center ?? [width / 2, height / 2]
  const cos = to15Digits(Math.cos((-angle * Math.PI) / 180))
  const sin = to15Digits(Math.sin((-angle * Math.PI) / 180))
  const moved = (x: number, y: number, c: number, f: number): Point => [cos * x + sin * y + c, -sin * x + cos * y + f]
  let [c, f] = moved(-cx, -cy, 0, 0)
  c += cx
  f += cy
  const matrix = (): AffineMatrix => [cos, sin, c, -sin, cos, f]
  if (!expand) return warped(image, matrix(), sampling, color)
  const corners = [moved(0, 0, c, f), moved(width, 0, c, f), moved(width, height, c, f), moved(0, height, c, f)]
  const extent = (axis: 0 | 1): number => {
    const along = corners.map((corner) => corner[axis])
    return Math.ceil(Math.max(...along)) - Math.floor(Math.min(...along))
  }
  const [newWidth, newHeight] = [extent(0), extent(1)]
  ;[c, f] = moved(-(newWidth - width) / 2, -(newHeight - height) / 2, c, f)
  return warped(image, matrix(), sampling, color, newHeight, newWidth)
}

/** Options of {@link affine}. */
export interface AffineOptions {
  /** `'nearest'` if not given; `'bilinear'`, and `'bicubic'` for images. */
  interpolation?: InterpolationMode
  /** The colour of what comes from outside, 0 if not given. */
  fill?: Fill | null
  /** The point `[x, y]` about which is turned, sheared and scaled, in pixels from the upper left corner; the middle if not given. */
  center?: readonly number[] | null
}

/**
 * An image turned clockwise, moved, scaled and sheared, with its middle as the origin.
 *
 * @param img image, or tensor of shape (..., C, H, W) with at most one dimension more
 * @param angle in degrees
 * @param translate `[x, y]` in pixels, after the rest
 * @param scale a factor above 0
 * @param shear in degrees along x, or `[x, y]`
 * @throws TypeError, ValueError for arguments that are no such things, or a fill that does not fit the channels
 * @example
 * ```ts
 * import { transforms } from '@tsorch/vision'
 *
 * const image = { width: 2, height: 2, channels: 1, data: new Uint8Array([0, 80, 160, 240]) }
 * const moved = transforms.functional.affine(image, 0, [1, 0], 1, 0, { fill: 9 }) // [9, 0, 9, 160]
 * ```
 * @see https://docs.pytorch.org/vision/stable/generated/torchvision.transforms.functional.affine.html
 */
export function affine<T extends ImageOrTensor>(
  img: T,
  angle: number,
  translate: readonly number[],
  scale: number,
  shear: number | readonly number[],
  interpolation?: InterpolationMode | AffineOptions,
  fill?: Fill | null | AffineOptions,
  center?: readonly number[] | null | AffineOptions,
): T {
  const given = [interpolation, fill ?? undefined, center ?? undefined]
  const o = bindOptions<AffineOptions>('affine', ['interpolation', 'fill', 'center'], given)
  const mode = checkInterpolation(o.interpolation ?? 'nearest')
  if (typeof angle !== 'number') throw new TypeError('Argument angle should be int or float')
  if (!Array.isArray(translate)) throw new TypeError('Argument translate should be a sequence')
  if (translate.length !== 2) throw new ValueError('Argument translate should be a sequence of length 2')
  if (!(scale > 0)) throw new ValueError('Argument scale should be positive')
  const shears = shearOf(shear)
  const pivot = checkPoint('center', o.center)
  const [dx, dy] = translate as [number, number]
  return forKind(
    img,
    (image) => {
      const middle: Point = [image.width * 0.5, image.height * 0.5]
      const matrix = inverseAffineMatrix(pivot ?? middle, angle, [dx, dy], scale, shears)
      return warped(image, matrix, samplingOf(mode), imageColor(o.fill ?? 0, image))
    },
    (x) => {
      const matrix = inverseAffineMatrix(fromMiddle(pivot, x), angle, [dx, dy], scale, shears)
      return mapAffine(x, matrix, mode, o.fill ?? null)
    },
  )
}

function shearOf(shear: number | readonly number[]): Point {
  if (typeof shear === 'number') return [shear, 0]
  if (!Array.isArray(shear))
    throw new TypeError(`Shear should be either a single value or a sequence of two values. Got ${typeName(shear)}`)
  const pair = shear.length === 1 ? [shear[0], shear[0]] : shear
  if (pair.length !== 2)
    throw new ValueError(`Shear should be a sequence containing two values. Got [${pair.join(', ')}]`)
  return pair as unknown as Point
}

/** Options of {@link perspective}. */
export interface PerspectiveOptions {
  /** `'bilinear'` if not given; `'nearest'`, and `'bicubic'` for images. */
  interpolation?: InterpolationMode
  /** The colour of what comes from outside, 0 if not given. */
  fill?: Fill | null
}

/**
 * An image seen from elsewhere: what is at `startpoints` comes to `endpoints`.
 *
 * @param img image, or tensor of shape (..., C, H, W) with at most one dimension more
 * @param startpoints four corners `[x, y]`: top left, top right, bottom right, bottom left
 * @param endpoints where these come to
 * @throws ValueError if there are not four corners each, or for a fill that does not fit the channels
 * @example
 * ```ts
 * import { transforms } from '@tsorch/vision'
 *
 * const image = { width: 2, height: 2, channels: 1, data: new Uint8Array([0, 80, 160, 240]) }
 * const corners = [[0, 0], [1, 0], [1, 1], [0, 1]]
 * const same = transforms.functional.perspective(image, corners, corners)
 * ```
 * @see https://docs.pytorch.org/vision/stable/generated/torchvision.transforms.functional.perspective.html
 */
export function perspective<T extends ImageOrTensor>(
  img: T,
  startpoints: readonly (readonly number[])[],
  endpoints: readonly (readonly number[])[],
  interpolation?: InterpolationMode | PerspectiveOptions,
  fill?: Fill | null | PerspectiveOptions,
): T {
  const o = bindOptions<PerspectiveOptions>(
    'perspective',
    ['interpolation', 'fill'],
    [interpolation, fill ?? undefined],
  )
  const mode = checkInterpolation(o.interpolation ?? 'bilinear')
  const coefficients = perspectiveCoefficients(startpoints, endpoints)
  return forKind(
    img,
    (image) => warped(image, coefficients, samplingOf(mode), imageColor(o.fill ?? 0, image)),
    (x) => mapPerspective(x, coefficients, mode, o.fill ?? null),
  )
}
