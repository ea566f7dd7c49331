/** Images for the loader's cases, made of random numbers; workers import this module. */

import { manualSeed, rand, randint, type Tensor, tensor } from '@tsorch/core'
import { Dataset, portable } from '@tsorch/data'
import { functional as F } from '@tsorch/nn'

export const IMAGES = 4096

/** As many images as MNIST's are large: uint8, [N, 28, 28], and their labels. */
export function randomImages(): [images: Tensor, labels: Tensor] {
  manualSeed(0)
  return [randint(0, 256, [IMAGES, 28, 28]).to('uint8'), randint(0, 10, [IMAGES])]
}

/** Padded and cropped, turned by up to 15 degrees, mirrored, and normalised: what src/pytorch/loader.py does too. */
export function augment(image: Tensor): Tensor {
  let x = F.pad(image.to('float32').div(255).unsqueeze(0), [4, 4, 4, 4])
  const [top, left] = randint(0, 9, [2]).tolist() as [number, number]
  x = x.narrow(1, top, 28).narrow(2, left, 28)
  const [turn, mirror] = rand([2]).tolist() as [number, number]
  const angle = ((turn * 30 - 15) * Math.PI) / 180
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)]
  const grid = F.affineGrid(
    tensor(
      [
        [
          [cos, -sin, 0],
          [sin, cos, 0],
        ],
      ],
      { dtype: 'float32' },
    ),
    [1, 1, 28, 28],
    { alignCorners: false },
  )
  x = F.gridSample(x.unsqueeze(0), grid, { alignCorners: false }).squeeze(0)
  if (mirror < 0.5) x = x.flip(-1)
  return x.sub(0.1307).div(0.3081)
}

export class AugmentedDigits extends Dataset<[Tensor, number]> {
  readonly images: Tensor
  readonly labels: readonly number[]

  constructor(images: Tensor, labels: Tensor) {
    super()
    this.images = images
    this.labels = labels.tolist() as number[]
  }

  get length(): number {
    return this.images.length
  }

  getItem(index: number): [Tensor, number] {
    return [augment(this.images.select(0, index)), this.labels[index]!]
  }
}

portable(import.meta.url, { AugmentedDigits })
