import type { Tensor } from '@tsorch/core'
import { Dataset } from '@tsorch/data'
import type { Image } from '../image.js'
import type { TransformFunction } from '../transforms/transform.js'
import type { DownloadOptions } from './download.js'

/** Transforms of a data set. `X` and `Y` are what they give. */
export interface TransformOptions<X, Y, S = Image> {
  /** Applied to every image. */
  transform?: TransformFunction<S, X> | null
  /** Applied to every label. */
  targetTransform?: TransformFunction<number, Y> | null
}

/** The optional arguments of data sets that have a training and a test split. */
export interface SplitOptions<X = Image, Y = number> extends TransformOptions<X, Y>, DownloadOptions {
  /** The training split (true) or the test split (false). Default true. */
  train?: boolean
}

/** All images and labels of a split. */
export interface Contents {
  /** uint8 of shape [N, height, width] or [N, height, width, channels]. */
  readonly data: Tensor
  /** int64 of shape [N]. */
  readonly targets: Tensor
  readonly root: string
}

/** A split of a data set that is small enough to be in memory whole. */
export abstract class LabelledImages<X, Y> extends Dataset<[X, Y]> {
  /** All images: uint8. Items are read from here. */
  data: Tensor
  /** All labels: int64 of shape [N]. */
  targets: Tensor
  readonly train: boolean
  readonly root: string
  transform: TransformFunction<Image, X> | null
  targetTransform: TransformFunction<number, Y> | null

  constructor({ data, targets, root }: Contents, options: SplitOptions<X, Y>) {
    super()
    const { train = true, transform = null, targetTransform = null } = options
    this.data = data
    this.targets = targets
    this.train = train
    this.root = root
    this.transform = transform
    this.targetTransform = targetTransform
  }

  /** What the labels mean, in their order. */
  abstract get classes(): readonly string[]
  /** Name of the data set. */
  protected abstract get title(): string

  get length(): number {
    return this.data.length
  }

  /** @throws IndexError outside `[-length, length - 1]` */
  getItem(index: number): [X, Y] {
    const pixels = this.data.select(0, index)
    const [height, width, channels = 1] = pixels.shape
    const image: Image = { width: width!, height: height!, channels, data: pixels.toTypedArray() as Uint8Array }
    const label = this.targets.select(0, index).item() as number
    return [
      this.transform === null ? (image as X) : this.transform(image),
      this.targetTransform === null ? (label as Y) : this.targetTransform(label),
    ]
  }

  /** The label of each class name. */
  get classToIdx(): Record<string, number> {
    return Object.fromEntries(this.classes.map((name, i) => [name, i]))
  }

  toString(): string {
    const lines = [
      `Dataset ${this.title}`,
      `    Number of datapoints: ${this.length}`,
      `    Root location: ${this.root}`,
      `    Split: ${this.train ? 'Train' : 'Test'}`,
    ]
    if (this.transform !== null) lines.push(`    Transform: ${this.transform}`.replaceAll('\n', '\n    '))
    return lines.join('\n')
  }
}
