import { fromTypedArray, int64, RuntimeError } from '@tsorch/core'
import { portable } from '@tsorch/data'
import type { Image } from '../image.js'
import { hasMd5 } from './checksum.js'
import { cifar10Classes, cifar100Classes } from './cifar-classes.js'
import { type DownloadOptions, download } from './download.js'
import { isRemote, type Location, type Lookup, pathOf, readFiles, readFilesSync } from './files.js'
import { gunzip } from './gzip.js'
import { type Contents, LabelledImages, type SplitOptions } from './labelled-images.js'
import { nodeFs } from './node.js'
import { tarFiles } from './tar.js'
import { makeFolder, writeWhole } from './write.js'

/** The optional arguments of {@link CIFAR10} and {@link CIFAR100}. `X` and `Y` are what the transforms give. */
export interface CIFAROptions<X = Image, Y = number> extends SplitOptions<X, Y> {}

/** The files of one split, already in memory. */
export interface CIFARFiles {
  readonly batches: readonly Uint8Array[]
  /** What to call them in errors. */
  readonly names?: readonly string[]
  /** What the data set gives as its root. Default `''`. */
  readonly root?: string
}

/** Red, green and blue of 32 x 32 pixels, one after the other. */
const PIXELS = 32 * 32

/**
 * Small photographs of ten kinds of things: 32 x 32 RGB images, 50,000 to train and 10,000 to test.
 *
 * An item is `[image, label]`. The root is a folder that holds `cifar-10-batches-bin`, the binary version of the data set, or one
 * that holds its files (`data_batch_1.bin`, ...) themselves, plain or gzipped.
 *
 * @example
 * ```ts
 * const train = await CIFAR10.load('data', { download: true, transform: new transforms.ToTensor() })
 * const [image, label] = train.getItem(0) // float32 tensor of shape [3, 32, 32], 6 (frog)
 * ```
 * @see https://docs.pytorch.org/vision/stable/generated/torchvision.datasets.CIFAR10.html
 */
export class CIFAR10<X = Image, Y = number> extends LabelledImages<X, Y> {
  static readonly title: string = 'CIFAR10'
  /** The folder of the files below the root. */
  static readonly baseFolder: string = 'cifar-10-batches-bin'
  /** Addresses of folders that have the archive. */
  static readonly mirrors: readonly string[] = ['https://www.cs.toronto.edu/~kriz/']
  /** The archive, and its MD5 checksum. */
  static readonly archive: string = 'cifar-10-binary.tar.gz'
  static readonly md5: string = 'c32a1d4ab5d03f1284b67883e8d87530'
  static readonly trainFiles: readonly string[] = [1, 2, 3, 4, 5].map((i) => `data_batch_${i}.bin`)
  static readonly testFiles: readonly string[] = ['test_batch.bin']
  /** Bytes of labels before the pixels of an image; the last one is the label. */
  static readonly labelBytes: number = 1
  static readonly classes: readonly string[] = cifar10Classes

  /**
   * @param source a folder, or the files as bytes
   * @throws RuntimeError if files are missing or damaged, for a folder where there is no file system, and for `download`, for which
   *   only {@link load} can wait
   */
  constructor(source: Location | CIFARFiles, options: CIFAROptions<X, Y> = {}) {
    super(contentsOf(new.target, source, options), options)
  }

  /**
   * Reads the files without blocking, from a folder (in Node) or from below a URL (absolute, or relative to the page).
   *
   * @throws RuntimeError if files are missing or damaged, or cannot be downloaded
   */
  static async load<X = Image, Y = number>(root: Location, options: CIFAROptions<X, Y> = {}): Promise<CIFAR10<X, Y>> {
    // biome-ignore-start lint/complexity/noThisInStatic: CIFAR100.load() must look for, and make, a CIFAR100
    const { title, baseFolder } = this
    const names = filesOf(this, options.train ?? true)
    let lookup = await readFiles(root, [baseFolder, ''], names)
    if (lookup.found === null && options.download === true) {
      if (isRemote(root)) throw new RuntimeError(`${title}: ${root} is an address; a download needs a folder on disk`)
      await fetchArchive(this, root, options)
      lookup = await readFiles(root, [baseFolder, ''], names)
    }
    return new this(foundOrThrow(this, root, names, lookup), options)
    // biome-ignore-end lint/complexity/noThisInStatic: see above
  }

  get classes(): readonly string[] {
    return (this.constructor as typeof CIFAR10).classes
  }

  protected get title(): string {
    return (this.constructor as typeof CIFAR10).title
  }
}

/**
 * Small photographs of a hundred kinds of things, in the format of {@link CIFAR10}.
 *
 * @see https://docs.pytorch.org/vision/stable/generated/torchvision.datasets.CIFAR100.html
 */
export class CIFAR100<X = Image, Y = number> extends CIFAR10<X, Y> {
  static override readonly title: string = 'CIFAR100'
  static override readonly baseFolder: string = 'cifar-100-binary'
  static override readonly archive: string = 'cifar-100-binary.tar.gz'
  static override readonly md5: string = '03b5dce01913d631647c71ecec9e9cb8'
  static override readonly trainFiles: readonly string[] = ['train.bin']
  static override readonly testFiles: readonly string[] = ['test.bin']
  static override readonly labelBytes: number = 2
  static override readonly classes: readonly string[] = cifar100Classes
}

function filesOf({ trainFiles, testFiles }: typeof CIFAR10, train: boolean): readonly string[] {
  return train ? trainFiles : testFiles
}

function contentsOf(
  kind: typeof CIFAR10,
  source: Location | CIFARFiles,
  { train = true, download = false }: Pick<SplitOptions, 'train' | 'download'>,
): Contents {
  if (typeof source === 'object' && 'batches' in source) return decode(kind, source)
  if (download)
    throw new RuntimeError(
      `${kind.title}: a constructor cannot wait for a download; use await ${kind.title}.load(root, { download: true })`,
    )
  const names = filesOf(kind, train)
  return decode(kind, foundOrThrow(kind, source, names, readFilesSync(source, [kind.baseFolder, ''], names)))
}

/** From label and three planes an image to the pixels of all. */
function decode({ labelBytes, classes }: typeof CIFAR10, files: CIFARFiles): Contents {
  const record = labelBytes + 3 * PIXELS
  const sizes = files.batches.map(({ length }) => length / record)
  const nameOf = (i: number): string => files.names?.[i] ?? `batch ${i}`
  const wrong = sizes.findIndex((size) => !Number.isInteger(size) || size === 0)
  if (wrong >= 0) {
    const { length } = files.batches[wrong]!
    throw new RuntimeError(
      `${nameOf(wrong)}: truncated or damaged: images of ${record} bytes do not make up ${length} bytes`,
    )
  }
  const count = sizes.reduce((sum, size) => sum + size, 0)
  const data = new Uint8Array(count * 3 * PIXELS)
  const targets = new Uint8Array(count)
  let image = 0
  for (const [i, bytes] of files.batches.entries()) {
    for (let at = 0; at < bytes.length; at += record, image++) {
      const label = bytes[at + labelBytes - 1]!
      if (label >= classes.length)
        throw new RuntimeError(
          `${nameOf(i)}: label ${label} at byte ${at + labelBytes - 1} is out of range, expected 0 to ${classes.length - 1}`,
        )
      targets[image] = label
      const from = at + labelBytes
      const to = image * 3 * PIXELS
      for (let p = 0; p < PIXELS; p++) {
        data[to + 3 * p] = bytes[from + p]!
        data[to + 3 * p + 1] = bytes[from + PIXELS + p]!
        data[to + 3 * p + 2] = bytes[from + 2 * PIXELS + p]!
      }
    }
  }
  return {
    data: fromTypedArray(data, [count, 32, 32, 3]),
    targets: fromTypedArray(targets).to(int64),
    root: files.root ?? '',
  }
}

function foundOrThrow(kind: typeof CIFAR10, root: Location, names: readonly string[], lookup: Lookup): CIFARFiles {
  const { found } = lookup
  if (found !== null)
    return { batches: found.map(({ bytes }) => bytes), names: found.map(({ name }) => name), root: String(root) }
  const { folders, incomplete } = lookup
  const looked =
    incomplete === null
      ? `looked for ${names.join(', ')} in ${folders.join(' and ')}`
      : `${incomplete.folder} lacks ${incomplete.missing}`
  const download = isRemote(root) ? '' : `use await ${kind.title}.load(root, { download: true }), or `
  throw new RuntimeError(
    `${kind.title}: dataset not found: ${looked}. To get it, ${download}${byHand(kind, String(root))}`,
  )
}

function byHand({ mirrors, archive }: typeof CIFAR10, root: string): string {
  return `unpack ${mirrors[0]}${archive} in ${root}`
}

/** Fetches the archive and unpacks it, as torchvision does with the version for Python. */
async function fetchArchive(kind: typeof CIFAR10, root: Location, options: DownloadOptions): Promise<void> {
  const { title, archive, md5, baseFolder } = kind
  const folder = pathOf(root)
  const path = `${folder}${archive}`
  const urls = (options.mirrors ?? kind.mirrors).map(
    (mirror) => `${mirror}${mirror.endsWith('/') ? '' : '/'}${archive}`,
  )
  await makeFolder(`${folder}${baseFolder}`)
  try {
    if (!(await hasMd5(path, md5))) await download({ urls, path, md5 }, options)
    const packed = await nodeFs()!.promises.readFile(path)
    for (const file of tarFiles(await gunzip(packed, path), path)) {
      const name = file.path.slice(file.path.lastIndexOf('/') + 1)
      if (/\.(bin|txt|html)$/.test(name)) await writeWhole(`${folder}${baseFolder}/${name}`, file.bytes)
    }
  } catch (error) {
    if (!(error instanceof RuntimeError)) throw error
    throw new RuntimeError(`${title}: ${error.message}\nWithout a network, ${byHand(kind, folder)}.`, { cause: error })
  }
}

portable(import.meta.url, { CIFAR10, CIFAR100 })
