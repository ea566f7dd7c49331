import { fromTypedArray, int64, NotImplementedError, RuntimeError, type Tensor } from '@tsorch/core'
import { type FoundFile, type Location, type Lookup, readFiles, readFilesSync } from './files.js'
import { gunzipSync } from './gzip.js'
import { parseIdx } from './idx.js'

/** The two IDX files of one split, already in memory. */
export interface MNISTFiles {
  readonly images: Uint8Array
  readonly labels: Uint8Array
  /** What to call the two in errors. Default `images` and `labels`. */
  readonly names?: { readonly images: string; readonly labels: string }
  /** What the dataset gives as its root. Default `''`. */
  readonly root?: string
}

/** What the datasets of the family differ in, as far as their files go. */
export interface Family {
  readonly title: string
  readonly mirrors: readonly string[]
  readonly packaged: string | null
}

/** Which split to find, and what to do if it is missing. */
export interface Split {
  readonly train: boolean
  readonly download: boolean
}

/** The files of one split, read from disk or from below a URL. */
export async function findSplit(family: Family, root: Location, split: Split): Promise<MNISTFiles> {
  return foundOrThrow(family, root, split, await readFiles(root, foldersOf(family), fileNames(split)))
}

/** {@link findSplit} at once, from disk. */
export function findSplitSync(family: Family, root: Location, split: Split): MNISTFiles {
  return foundOrThrow(family, root, split, readFilesSync(root, foldersOf(family), fileNames(split)))
}

/** torchvision's folder first, then the root itself. */
function foldersOf(family: Family): string[] {
  return [`${family.title}/raw`, '']
}

function fileNames({ train }: Split): [images: string, labels: string] {
  const prefix = train ? 'train' : 't10k'
  return [`${prefix}-images-idx3-ubyte`, `${prefix}-labels-idx1-ubyte`]
}

function foundOrThrow(family: Family, root: Location, split: Split, lookup: Lookup): MNISTFiles {
  if (lookup.found !== null) {
    const [images, labels] = lookup.found as [FoundFile, FoundFile]
    return {
      images: images.bytes,
      labels: labels.bytes,
      names: { images: images.name, labels: labels.name },
      root: String(root),
    }
  }
  const { title, mirrors, packaged } = family
  const names = fileNames(split)
  const { folders, incomplete } = lookup
  const looked =
    incomplete === null
      ? `looked for ${names.join(' and ')} (plain or .gz) in ${folders.join(' and ')}`
      : `${incomplete.folder} lacks ${incomplete.missing} (plain or .gz)`
  const fetchByHand = `download ${names.map((name) => `${name}.gz`).join(' and ')} from ${mirrors[0]} into ${folders[0]}`
  const ways = packaged === null ? `To get it, ${fetchByHand}` : `Either ${packaged}, or ${fetchByHand}`
  if (split.download) throw new NotImplementedError(`${title}: download is not implemented yet, and ${looked}. ${ways}`)
  throw new RuntimeError(`${title}: dataset not found: ${looked}. ${ways}`)
}

/** The tensors of one split, once the two files are known to belong together. */
export function readSplit(files: MNISTFiles, classes: number): { data: Tensor; targets: Tensor } {
  const { names = { images: 'images', labels: 'labels' } } = files
  const images = parseBytes(gunzipSync(files.images, names.images), names.images, 3)
  const labels = parseBytes(gunzipSync(files.labels, names.labels), names.labels, 1)
  const count = images.shape[0]!
  if (labels.data.length !== count) {
    throw new RuntimeError(`${names.labels} holds ${labels.data.length} labels, but ${names.images} ${count} images`)
  }
  const wrong = labels.data.findIndex((label) => label >= classes)
  if (wrong >= 0) {
    const range = `expected 0 to ${classes - 1}`
    throw new RuntimeError(`${names.labels}: label ${labels.data[wrong]} at index ${wrong} is out of range, ${range}`)
  }
  return {
    data: fromTypedArray(images.data, images.shape),
    targets: fromTypedArray(labels.data, labels.shape).to(int64),
  }
}

function parseBytes(bytes: Uint8Array, name: string, ndim: number): { shape: readonly number[]; data: Uint8Array } {
  const array = parseIdx(bytes, name)
  if (array.dtype !== 'uint8' || array.shape.length !== ndim) {
    const found = `${array.dtype} of shape [${array.shape.join(', ')}]`
    throw new RuntimeError(`${name}: expected uint8 with ${ndim} dimension${ndim === 1 ? '' : 's'}, but got ${found}`)
  }
  return array
}
