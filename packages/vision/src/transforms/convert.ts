import { bindOptions, type DType, type DTypeLike, empty, type Tensor } from '@tsorch/core'
import { portable } from '@tsorch/data'
import type { Image } from '../image.js'
import {
  convertImageDtype,
  type ImageMode,
  pilToTensor,
  type ToPilImageOptions,
  toPilImage,
  toTensor,
} from './functional/index.js'
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

/**
 * Turns an 8-bit image into a uint8 tensor of shape (C, H, W), with its values.
 *
 * @see https://docs.pytorch.org/vision/stable/generated/torchvision.transforms.PILToTensor.html
 */
export class PILToTensor extends Transform<Image, Tensor> {
  forward(pic: Image): Tensor {
    return pilToTensor(pic)
  }

  override toString(): string {
    return 'PILToTensor()'
  }
}

/**
 * Turns a tensor (C, H, W) of floating-point numbers in [0, 1], or of uint8, into an 8-bit image.
 *
 * @see https://docs.pytorch.org/vision/stable/generated/torchvision.transforms.ToPILImage.html
 */
export class ToPILImage extends Transform<Tensor, Image> {
  readonly mode: ImageMode | null

  constructor(mode?: ImageMode | null | ToPilImageOptions) {
    super()
    this.mode = bindOptions<ToPilImageOptions>('ToPILImage', ['mode'], [mode ?? undefined]).mode ?? null
  }

  forward(pic: Tensor): Image {
    return toPilImage(pic, { mode: this.mode })
  }

  override toString(): string {
    return `ToPILImage(${this.mode === null ? '' : `mode=${this.mode}`})`
  }
}

/**
 * Casts a tensor image and scales its values to the range of the new dtype.
 *
 * @see https://docs.pytorch.org/vision/stable/generated/torchvision.transforms.ConvertImageDtype.html
 */
export class ConvertImageDtype extends Transform<Tensor, Tensor> {
  /** The dtype by its name, so that it can be sent to workers. */
  private readonly dtypeName: DType['name']

  constructor(dtype: DTypeLike) {
    super()
    this.dtypeName = empty([0], { dtype }).dtype.name
  }

  get dtype(): DType {
    return empty([0], { dtype: this.dtypeName }).dtype
  }

  forward(image: Tensor): Tensor {
    return convertImageDtype(image, this.dtypeName)
  }

  override toString(): string {
    return 'ConvertImageDtype()'
  }
}

portable(import.meta.url, { ToTensor, PILToTensor, ToPILImage, ConvertImageDtype })
