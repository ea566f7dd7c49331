import { bindOptions, float32, fromTypedArray, type Tensor, ValueError, warnOnce } from '@tsorch/core'
import { checkDrawable } from './checks.js'
import { type Color, colorsOf } from './colors.js'

/** Options of {@link drawSegmentationMasks}. */
export interface SegmentationMaskOptions {
  /** How opaque the masks are, from 0 to 1; 0.8 if not given. */
  alpha?: number
  /** One colour for all masks, or a list; colours that are easy to tell apart if not given. */
  colors?: Color | readonly Color[] | null
}

/**
 * An image with masks laid over it. Where masks overlap, the colour is black.
 *
 * @param image shape (3, H, W), uint8, or floating point with values in [0, 1]
 * @param masks bool, shape (N, H, W) or (H, W)
 * @returns of the shape and dtype of `image`
 * @throws TypeError, ValueError for arguments that are no such things
 * @see https://docs.pytorch.org/vision/stable/generated/torchvision.utils.draw_segmentation_masks.html
 */
export function drawSegmentationMasks(
  image: Tensor,
  masks: Tensor,
  alpha?: number | SegmentationMaskOptions,
  colors?: Color | readonly Color[] | null,
): Tensor {
  const given = [alpha, colors ?? undefined]
  const o = bindOptions<SegmentationMaskOptions>('drawSegmentationMasks', ['alpha', 'colors'], given)
  checkDrawable(image, [3])
  if (masks.ndim !== 2 && masks.ndim !== 3) throw new ValueError('masks must be of shape (H, W) or (batch_size, H, W)')
  if (masks.dtype.name !== 'bool') throw new ValueError(`The masks must be of dtype bool. Got ${masks.dtype}`)
  if (masks.shape.slice(-2).join() !== image.shape.slice(-2).join())
    throw new ValueError('The image and the masks must have the same height and width')
  const count = masks.ndim === 2 ? 1 : masks.shape[0]!
  if (count === 0) {
    warnOnce("masks doesn't contain any mask. No mask was drawn")
    return image
  }
  const isFloat = image.isFloatingPoint()
  const inks = colorsOf(o.colors ?? null, count).map((rgb) => (isFloat ? rgb.map((v) => v / 255) : rgb))
  const values = image.detach().to(image.dtype.itemsize === 8 ? image.dtype : float32)
  const laid = over(
    values.toTypedArray() as Float32Array,
    masks.toTypedArray() as ArrayLike<number>,
    inks,
    o.alpha ?? 0.8,
  )
  return fromTypedArray(laid, image.shape).to(image.device).to(image.dtype)
}

function over<T extends Float32Array | Float64Array>(
  image: T,
  masks: ArrayLike<number>,
  inks: readonly (readonly number[])[],
  alpha: number,
): T {
  const plane = image.length / 3
  const out = image.slice() as T
  const round = image instanceof Float32Array ? Math.fround : (v: number): number => v
  for (let i = 0; i < plane; i++) {
    const owners = inks.filter((_, k) => masks[k * plane + i])
    const ink = owners.length > 1 ? [0, 0, 0] : owners[0]
    for (let c = 0; c < 3; c++) {
      const v = image[c * plane + i]!
      out[c * plane + i] = round(v * (1 - alpha)) + round(round(ink?.[c] ?? v) * alpha)
    }
  }
  return out
}
