import { fromTypedArray, int64, RuntimeError, type Tensor } from '@tsorch/core'
import { hasMd5 } from './checksum.js'
import { type DownloadOptions, download } from './download.js'
import { type FoundFile, isRemote, type Location, type Lookup, pathOf, readFiles, readFilesSync } from './files.js'
import { gunzipSync } from './gzip.js'
import { parseIdx } from './idx.js'
import { installedFolders } from './node.js'
import { makeFolder, writeWhole } from './write.js'

/** The two IDX files of one split, already in memory. */
export interface MNISTFiles {
  readonly images: Uint8Array
  readonly labels: Uint8Array
  /** What to call the two in errors. Default `images` and `labels`. */
  readonly names?: { readonly images: string; readonly labels: string }
  /** What the dataset gives as its root. Default `''`. */
  readonly root?: string
}

/** What the data sets in MNIST's format differ in, as far as their files go. */
export interface Family {
  readonly title: string
  /** How a package manager gets the files, null if none has them. */
  readonly packaged: string | null
  /** A folder of an npm package that has the files, null if there is none. */
  readonly installed: string | null
  /** Where they are published. */
  readonly address: string
  /** Names of images and labels. */
  names(train: boolean): readonly [images: string, labels: string]
  /** Names of what is published, to be put into the folder. */
  published(train: boolean): readonly string[]
  /** Gets all of it into a folder. */
  fetch(folder: string, train: boolean, options: DownloadOptions): Promise<void>
}

/** The files of one split, read from disk or from below a URL, downloaded before if they are missing and that is wanted. */
export async function findSplit(
  family: Family,
  root: Location,
  train: boolean,
  options: DownloadOptions,
): Promise<MNISTFiles> {
  const search = (): Promise<Lookup> => readFiles(root, foldersOf(family, root), family.names(train))
  let lookup = await search()
  if (lookup.found === null && options.download === true) {
    if (isRemote(root))
      throw new RuntimeError(`${family.title}: ${root} is an address; a download needs a folder on disk`)
    await fetchInto(family, root, train, options)
    lookup = await search()
  }
  return foundOrThrow(family, root, train, lookup)
}

/** {@link findSplit} at once, from disk. */
export function findSplitSync(family: Family, root: Location, train: boolean): MNISTFiles {
  return foundOrThrow(family, root, train, readFilesSync(root, foldersOf(family, root), family.names(train)))
}

/** torchvision's folder first, then the root itself, then where a package manager puts the files. */
function foldersOf({ title, installed }: Family, root: Location): string[] {
  const elsewhere = installed === null || isRemote(root) ? [] : installedFolders(installed)
  return [`${title}/raw`, '', ...elsewhere]
}

async function fetchInto(family: Family, root: Location, train: boolean, options: DownloadOptions): Promise<void> {
  const folder = `${pathOf(root)}${family.title}/raw/`
  await makeFolder(folder)
  try {
    await family.fetch(folder, train, options)
  } catch (error) {
    if (!(error instanceof RuntimeError)) throw error
    throw new RuntimeError(`${family.title}: ${error.message}\nWithout a network, ${byHand(family, folder, train)}.`, {
      cause: error,
    })
  }
}

/** Fetches gzipped files and unpacks them beside, where torchvision looks for them. */
export async function fetchGzipped(
  folder: string,
  mirrors: readonly string[],
  resources: Readonly<Record<string, string>>,
  options: DownloadOptions,
): Promise<void> {
  for (const [name, md5] of Object.entries(resources)) {
    const path = `${folder}${name}`
    const urls = (options.mirrors ?? mirrors).map((mirror) => `${mirror}${mirror.endsWith('/') ? '' : '/'}${name}`)
    if (!(await hasMd5(path, md5))) await download({ urls, path, md5 }, options)
    const { found } = await readFiles(folder, [''], [name])
    if (found === null) throw new RuntimeError(`${path}: it was there, but is gone`)
    await writeWhole(path.replace(/\.gz$/, ''), found[0]!.bytes)
  }
}

function foundOrThrow(family: Family, root: Location, train: boolean, lookup: Lookup): MNISTFiles {
  if (lookup.found !== null) {
    const [images, labels] = lookup.found as [FoundFile, FoundFile]
    return {
      images: images.bytes,
      labels: labels.bytes,
      names: { images: images.name, labels: labels.name },
      root: String(root),
    }
  }
  const { title } = family
  const { folders, incomplete } = lookup
  const looked =
    incomplete === null
      ? `looked for ${family.names(train).join(' and ')} (plain or .gz) in ${folders.join(' and ')}`
      : `${incomplete.folder} lacks ${incomplete.missing} (plain or .gz)`
  const download = isRemote(root) ? '' : `use await ${title}.load(root, { download: true }), or `
  throw new RuntimeError(
    `${title}: dataset not found: ${looked}. To get it, ${download}${byHand(family, folders[0]!, train)}`,
  )
}

function byHand({ packaged, address, published }: Family, folder: string, train: boolean): string {
  const fetch = `put ${published(train).join(' and ')} from ${address} into ${folder}`
  return packaged === null ? fetch : `${packaged}, or ${fetch}`
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
