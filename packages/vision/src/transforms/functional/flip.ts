import type { ImageOrTensor } from '../../image.js'
import { flipped, mirrored } from '../../pixels/layout.js'
import { forKind } from './input.js'

/**
 * Left and right exchanged.
 *
 * @param img image, or tensor of shape (..., H, W)
 * @see https://docs.pytorch.org/vision/stable/generated/torchvision.transforms.functional.hflip.html
 */
export function hflip<T extends ImageOrTensor>(img: T): T {
  return forKind(img, mirrored, (x) => x.flip([-1]))
}

/**
 * Top and bottom exchanged.
 *
 * @param img image, or tensor of shape (..., H, W)
 * @see https://docs.pytorch.org/vision/stable/generated/torchvision.transforms.functional.vflip.html
 */
export function vflip<T extends ImageOrTensor>(img: T): T {
  return forKind(img, flipped, (x) => x.flip([-2]))
}
