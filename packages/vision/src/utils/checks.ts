import { Tensor, ValueError } from '@tsorch/core'
import { typeName } from '../image.js'

/** @throws TypeError, ValueError for what is not one image, uint8 or floating point, of so many channels */
export function checkDrawable(image: Tensor, channels: readonly number[]): void {
  if (!(image instanceof Tensor)) throw new TypeError(`The image must be a tensor, got ${typeName(image)}`)
  if (image.dtype.name !== 'uint8' && !image.isFloatingPoint())
    throw new ValueError(`The image dtype must be uint8 or float, got ${image.dtype}`)
  if (image.ndim !== 3) throw new ValueError('Pass individual images, not batches')
  if (!channels.includes(image.shape[0]!)) {
    throw new ValueError(
      channels.length > 1
        ? 'Only grayscale and RGB images are supported'
        : 'Pass an RGB image. Other Image formats are not supported',
    )
  }
}
