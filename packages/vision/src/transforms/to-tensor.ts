import type { Tensor } from '@tsorch/core'
import type { Image } from '../image.js'
import { toTensor } from './functional.js'
import { Transform } from './transform.js'

/**
 * Turns an 8-bit image (H x W x C, 0 to 255) into a floating-point tensor of shape (C, H, W) in [0, 1].
 *
 * @example
 * ```ts
 * import { MNIST, transforms } from '@tsorch/vision'
 *
 * const train = await MNIST.load('data', { transform: new transforms.ToTensor() })
 * const [image, label] = train.getItem(0) // image: float32 tensor of shape [1, 28, 28]
 * ```
 * @see https://docs.pytorch.org/vision/stable/generated/torchvision.transforms.ToTensor.html
 */
export class ToTensor extends Transform<Image, Tensor> {
  forward(pic: Image): Tensor {
    return toTensor(pic)
  }

  override toString(): string {
    return 'ToTensor()'
  }
}
