/** Images for the loader's cases, made of random numbers; workers import this module. */
import { manualSeed, randint, type Tensor } from '@tsorch/core'
import { Dataset, portable } from '@tsorch/data'
import { type Image, transforms } from '@tsorch/vision'

export const IMAGES = 8192
const SIZE = 28

/** As many pixels as MNIST's images have: uint8, [N, 28, 28], and labels. */
export function randomImages(): [images: Tensor, labels: Tensor] {
  manualSeed(0)
  return [randint(0, 256, [IMAGES, SIZE, SIZE]).to('uint8'), randint(0, 10, [IMAGES])]
}

/** Digits as MNIST gives them: an image that is turned, moved, cropped and normalised, as src/pytorch/loader.py does too. */
export class AugmentedDigits extends Dataset<[Tensor, number]> {
  private readonly pixels: Uint8Array
  private readonly labels: readonly number[]
  private readonly transform: (image: Image) => Tensor

  constructor(images: Tensor, labels: Tensor) {
    super()
    this.pixels = images.toTypedArray() as Uint8Array
    this.labels = labels.tolist() as number[]
    this.transform = new transforms.Compose([
      new transforms.RandomAffine(15, { translate: [0.1, 0.1], interpolation: 'bilinear' }),
      new transforms.RandomCrop(SIZE, { padding: 4 }),
      new transforms.RandomHorizontalFlip(),
      new transforms.ToTensor(),
      new transforms.Normalize([0.1307], [0.3081]),
    ])
  }

  get length(): number {
    return this.labels.length
  }

  getItem(index: number): [Tensor, number] {
    const data = this.pixels.subarray(index * SIZE * SIZE, (index + 1) * SIZE * SIZE)
    return [this.transform({ width: SIZE, height: SIZE, channels: 1, data }), this.labels[index]!]
  }
}

portable(import.meta.url, { AugmentedDigits })
