import { getRngState, IndexError, manualSeed, randint, randn, setRngState } from '@tsorch/core'
import { Dataset, portable } from '@tsorch/data'
import type { Image } from '../image.js'
import type { TransformFunction } from '../transforms/transform.js'
import type { TransformOptions } from './labelled-images.js'

/** Optional arguments of {@link FakeData}. */
export interface FakeDataOptions<X = Image, Y = number> extends TransformOptions<X, Y> {
  /** Number of images. Default 1000. */
  size?: number
  /** Channels, height and width. Default `[3, 224, 224]`. */
  imageSize?: readonly [channels: number, height: number, width: number]
  /** Default 10. */
  numClasses?: number
  /** Added to the index of an image, which is the seed of its random numbers. Default 0. */
  randomOffset?: number
}

/**
 * Random images with random labels, always the same at an index, and the same as torchvision's. The default random stream is left as
 * it was.
 *
 * @example
 * ```ts
 * const fake = new FakeData({ size: 100, imageSize: [3, 32, 32], transform: new transforms.ToTensor() })
 * fake.getItem(0) // [float32 tensor of shape [3, 32, 32], 2]
 * ```
 * @see https://docs.pytorch.org/vision/stable/generated/torchvision.datasets.FakeData.html
 */
export class FakeData<X = Image, Y = number> extends Dataset<[X, Y]> {
  readonly size: number
  readonly imageSize: readonly [channels: number, height: number, width: number]
  readonly numClasses: number
  readonly randomOffset: number
  transform: TransformFunction<Image, X> | null
  targetTransform: TransformFunction<number, Y> | null

  constructor(options: FakeDataOptions<X, Y> = {}) {
    super()
    this.size = options.size ?? 1000
    this.imageSize = options.imageSize ?? [3, 224, 224]
    this.numClasses = options.numClasses ?? 10
    this.randomOffset = options.randomOffset ?? 0
    this.transform = options.transform ?? null
    this.targetTransform = options.targetTransform ?? null
  }

  get length(): number {
    return this.size
  }

  /** @throws IndexError past the end */
  getItem(index: number): [X, Y] {
    if (index >= this.size) throw new IndexError('FakeData index out of range')
    const [image, target] = this.draw(index + this.randomOffset)
    return [
      this.transform === null ? (image as X) : this.transform(image),
      this.targetTransform === null ? (target as Y) : this.targetTransform(target),
    ]
  }

  private draw(seed: number): [Image, number] {
    const [channels, height, width] = this.imageSize
    const state = getRngState()
    manualSeed(seed)
    const values = randn([channels, height, width])
    const target = randint(0, this.numClasses, [1]).item() as number
    setRngState(state)
    const planes = values.mul(255).toTypedArray() as Float32Array
    const data = new Uint8Array(planes.length)
    const pixels = height * width
    // as a conversion to uint8 does: without the fraction, modulo 256
    for (let c = 0; c < channels; c++)
      for (let p = 0; p < pixels; p++) data[p * channels + c] = Math.trunc(planes[c * pixels + p]!) & 255
    return [{ width, height, channels, data }, target]
  }
}

portable(import.meta.url, { FakeData })
