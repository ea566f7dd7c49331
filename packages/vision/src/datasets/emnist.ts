import { RuntimeError, ValueError } from '@tsorch/core'
import { portable } from '@tsorch/data'
import type { Image } from '../image.js'
import { hasMd5 } from './checksum.js'
import { type DownloadOptions, download } from './download.js'
import type { Location } from './files.js'
import { gunzip } from './gzip.js'
import { LabelledImages, type SplitOptions } from './labelled-images.js'
import { type Family, findSplit, findSplitSync, type MNISTFiles, readSplit } from './mnist-files.js'
import { writeWhole } from './write.js'
import { zipFiles } from './zip.js'

/** The data sets that EMNIST consists of. */
export type EMNISTSplit = 'byclass' | 'bymerge' | 'balanced' | 'letters' | 'digits' | 'mnist'

/** Optional arguments of {@link EMNIST}. */
export interface EMNISTOptions<X = Image, Y = number> extends SplitOptions<X, Y> {}

const digits = [...'0123456789']
const upper = [...'ABCDEFGHIJKLMNOPQRSTUVWXYZ']
const lower = [...'abcdefghijklmnopqrstuvwxyz']
// letters that look alike in both cases are one class
const merged = [...digits, ...upper, ...'abdefghnqrt']

/**
 * Handwritten digits and letters in MNIST's format: 28 x 28 grey images, as they are published with rows and columns exchanged.
 *
 * `split` chooses one of six data sets: `byclass` (62 classes), `bymerge` and `balanced` (47, where the two cases of 15 letters are
 * one), `letters` (26, labelled from 1 on), `digits` and `mnist` (10).
 *
 * @example
 * ```ts
 * const train = await EMNIST.load('data', 'letters', { download: true, transform: new transforms.ToTensor() })
 * train.classes[train.getItem(0)[1]] // 'w'
 * ```
 * @see https://docs.pytorch.org/vision/stable/generated/torchvision.datasets.EMNIST.html
 */
export class EMNIST<X = Image, Y = number> extends LabelledImages<X, Y> {
  /** Addresses of folders that have `gzip.zip`. */
  static readonly mirrors: readonly string[] = ['https://biometrics.nist.gov/cs_links/EMNIST/']
  /** The MD5 checksum of `gzip.zip`. */
  static readonly md5: string = '58c8d27c78d21e728a6bc7b3cc06412e'
  static readonly splits: readonly EMNISTSplit[] = ['byclass', 'bymerge', 'balanced', 'letters', 'digits', 'mnist']
  static readonly classesSplitDict: Readonly<Record<EMNISTSplit, readonly string[]>> = {
    byclass: [...digits, ...upper, ...lower],
    bymerge: merged,
    balanced: merged,
    letters: ['N/A', ...lower],
    digits,
    mnist: digits,
  }

  readonly split: EMNISTSplit

  /**
   * @param source a folder, or the two files as bytes
   * @throws RuntimeError if files are missing, damaged or do not fit together, for a folder where there is no file system, and for
   *   `download`, for which only {@link load} can wait
   * @throws ValueError for an unknown split
   */
  constructor(source: Location | MNISTFiles, split: EMNISTSplit, options: EMNISTOptions<X, Y> = {}) {
    const kind = new.target
    const family = familyOf(kind, split)
    const isFiles = typeof source === 'object' && 'images' in source
    if (!isFiles && options.download === true)
      throw new RuntimeError(
        `EMNIST: a constructor cannot wait for a download; use await EMNIST.load(root, '${split}', { download: true })`,
      )
    const files = isFiles ? source : findSplitSync(family, source, options.train ?? true)
    super({ ...readSplit(files, kind.classesSplitDict[split].length), root: files.root ?? '' }, options)
    this.split = split
  }

  /**
   * Reads the files without blocking, from a folder (in Node) or from below a URL (absolute, or relative to the page).
   *
   * @throws RuntimeError if files are missing, damaged or do not fit together, or cannot be downloaded
   * @throws ValueError for an unknown split
   */
  static async load<X = Image, Y = number>(
    root: Location,
    split: EMNISTSplit,
    options: EMNISTOptions<X, Y> = {},
  ): Promise<EMNIST<X, Y>> {
    // biome-ignore-start lint/complexity/noThisInStatic: a subclass has addresses of its own
    const files = await findSplit(familyOf(this, split), root, options.train ?? true, options)
    return new this(files, split, options)
    // biome-ignore-end lint/complexity/noThisInStatic: see above
  }

  get classes(): readonly string[] {
    return (this.constructor as typeof EMNIST).classesSplitDict[this.split]
  }

  protected get title(): string {
    return 'EMNIST'
  }
}

function familyOf(kind: typeof EMNIST, split: EMNISTSplit): Family {
  if (!kind.splits.includes(split))
    throw new ValueError(
      `Unknown value '${split}' for argument split. Valid values are {${kind.splits.map((name) => `'${name}'`).join(', ')}}.`,
    )
  const names = (train: boolean): [string, string] => {
    const prefix = `emnist-${split}-${train ? 'train' : 'test'}`
    return [`${prefix}-images-idx3-ubyte`, `${prefix}-labels-idx1-ubyte`]
  }
  return {
    title: 'EMNIST',
    packaged: null,
    installed: null,
    address: kind.mirrors[0] ?? '',
    names,
    published: (train) => names(train).map((name) => `gzip/${name}.gz (in gzip.zip)`),
    fetch: (folder, train, options) => fetchZipped(kind, folder, names(train), options),
  }
}

/** Fetches the archive of all splits, and unpacks the files of one. */
async function fetchZipped(
  { mirrors, md5 }: typeof EMNIST,
  folder: string,
  names: readonly string[],
  options: DownloadOptions,
): Promise<void> {
  const path = `${folder}gzip.zip`
  const urls = (options.mirrors ?? mirrors).map((mirror) => `${mirror}${mirror.endsWith('/') ? '' : '/'}gzip.zip`)
  if (!(await hasMd5(path, md5))) await download({ urls, path, md5 }, options)
  const packed = await zipFiles(
    path,
    names.map((name) => `gzip/${name}.gz`),
  )
  for (const [i, name] of names.entries())
    await writeWhole(`${folder}${name}`, await gunzip(packed[i]!, `${path}: ${name}.gz`))
}

portable(import.meta.url, { EMNIST })
