import { maximum, minimum, stack, type Tensor, ValueError, where } from '@tsorch/core'
import type { ImageOrTensor } from '../../image.js'
import { hueShifted } from '../../pixels/colors.js'
import { convertImageDtype } from './convert.js'
import { checkChannels, forKind, getDimensions } from './input.js'

/**
 * The colours turned on the wheel of hues: 0.5 or -0.5 gives complementary colours, 0 the image. Grey images stay as they are.
 *
 * @param img image, or tensor of shape (..., 1 or 3, H, W)
 * @param hueFactor in [-0.5, 0.5]
 * @throws ValueError for a factor out of that range, TypeError for another number of channels
 * @example
 * ```ts
 * import { transforms } from '@tsorch/vision'
 *
 * const red = { width: 1, height: 1, channels: 3, data: new Uint8Array([255, 0, 0]) }
 * const cyan = transforms.functional.adjustHue(red, 0.5)
 * ```
 * @see https://docs.pytorch.org/vision/stable/generated/torchvision.transforms.functional.adjust_hue.html
 */
export function adjustHue<T extends ImageOrTensor>(img: T, hueFactor: number): T {
  if (!(hueFactor >= -0.5 && hueFactor <= 0.5)) throw new ValueError(`hue_factor (${hueFactor}) is not in [-0.5, 0.5].`)
  return forKind(
    img,
    (image) => (image.channels < 3 ? image : hueShifted(image, Math.trunc(hueFactor * 255))),
    (x) => {
      checkChannels(x, [1, 3])
      if (getDimensions(x)[0] === 1) return x
      const [h, s, v] = hsvOf(convertImageDtype(x))
      return convertImageDtype(rgbOf(h.add(hueFactor).remainder(1), s, v), x.dtype)
    },
  )
}

/** Hue, saturation and value of each pixel, all in [0, 1]. */
function hsvOf(x: Tensor): [h: Tensor, s: Tensor, v: Tensor] {
  const [r, g, b] = x.unbind(-3) as [Tensor, Tensor, Tensor]
  const max = maximum(maximum(r, g), b)
  const range = max.sub(minimum(minimum(r, g), b))
  const isGrey = range.eq(0)
  // a divisor of 1 where there is no hue: the result is 0 there anyway, and never NaN
  const saturation = range.div(where(isGrey, 1, max))
  const divisor = where(isGrey, 1, range)
  const part = (color: Tensor): Tensor => max.sub(color).div(divisor)
  const [rc, gc, bc] = [part(r), part(g), part(b)]
  const sector = where(max.eq(r), bc.sub(gc), where(max.eq(g), rc.add(2).sub(bc), gc.add(4).sub(rc)))
  return [sector.div(6).add(1).fmod(1), saturation, max]
}

/** Red, green and blue: each falls from `v` to `v (1 - s)` with the distance of its own hue. */
function rgbOf(h: Tensor, s: Tensor, v: Tensor): Tensor {
  const depth = v.mul(s)
  const color = (offset: number): Tensor => {
    const k = h.mul(6).add(offset).remainder(6)
    return v.sub(depth.mul(minimum(k, k.neg().add(4)).clamp(0, 1))).clamp(0, 1)
  }
  return stack([color(5), color(3), color(1)], -3)
}
