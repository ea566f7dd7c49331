import { IndexError, RuntimeError, ValueError } from '@tsorch/core'
import { Dataset, portable } from '@tsorch/data'
import type { Image } from '../image.js'
import { openImage } from '../io/index.js'
import { type Location, pathOf } from './files.js'
import type { TransformOptions } from './labelled-images.js'
import { nodeFs } from './node.js'

/** Makes a sample of a file, at once or later. */
export type Loader<S> = (path: string) => S | Promise<S>

/** A file and the index of its class. */
export type FolderSample = readonly [path: string, target: number]

/** Optional arguments of {@link DatasetFolder}. */
export interface DatasetFolderOptions<S, X = S, Y = number> extends TransformOptions<X, Y, S> {
  /** Endings of the files to take, `['.npy']`; not together with `isValidFile`. */
  extensions?: readonly string[] | null
  /** Which files to take. */
  isValidFile?: ((path: string) => boolean) | null
  /** Whether classes without files are classes too, and no error. Default false. */
  allowEmpty?: boolean
}

/** Optional arguments of {@link ImageFolder}. */
export interface ImageFolderOptions<S = Image, X = S, Y = number>
  extends Omit<DatasetFolderOptions<S, X, Y>, 'extensions'> {
  /** Decodes a file; RGB images of all formats that `io.openImage` knows if not given. */
  loader?: Loader<S>
}

/** When the last item that was asked for, and all before it, are there. Not a field: data sets are sent to workers. */
const turns = new WeakMap<object, Promise<unknown>>()

/** Endings of image files. */
export const imageExtensions: readonly string[] = [
  '.jpg',
  '.jpeg',
  '.png',
  '.ppm',
  '.bmp',
  '.pgm',
  '.tif',
  '.tiff',
  '.webp',
]

/**
 * Files of any kind, in a folder for each class: `root/dog/xxx.ext`, `root/dog/more/xxy.ext`, `root/cat/123.ext`. Works where there
 * is a file system.
 *
 * An item is a promise of `[sample, target]`: a `DataLoader` gives batches of them in `for await` loops and from its workers. Files
 * are read when they are asked for, and not kept.
 *
 * @example
 * ```ts
 * const letters = new DatasetFolder('names', (path) => readFile(path, 'utf8'), { extensions: ['.txt'] })
 * const [text, label] = await letters.getItem(0)
 * letters.classes[label] // 'Arabic'
 * ```
 * @see https://docs.pytorch.org/vision/stable/generated/torchvision.datasets.DatasetFolder.html
 */
export class DatasetFolder<S, X = S, Y = number> extends Dataset<Promise<[X, Y]>> {
  readonly root: string
  readonly loader: Loader<S>
  readonly extensions: readonly string[] | null
  /** Names of the folders, sorted. */
  readonly classes: readonly string[]
  readonly classToIdx: Readonly<Record<string, number>>
  readonly samples: readonly FolderSample[]
  transform: ((sample: S) => X) | null
  targetTransform: ((target: number) => Y) | null

  /**
   * @throws RuntimeError if the folder cannot be read, has no folders, or one of them has no file to take
   * @throws ValueError unless one of `extensions` and `isValidFile` is given
   */
  constructor(root: Location, loader: Loader<S>, options: DatasetFolderOptions<S, X, Y> = {}) {
    super()
    const { extensions = null, isValidFile = null, allowEmpty = false } = options
    this.root = pathOf(root).replace(/(?<=.)[/\\]$/, '')
    this.loader = loader
    this.extensions = extensions
    const [classes, classToIdx] = this.findClasses(this.root)
    this.classes = classes
    this.classToIdx = classToIdx
    this.samples = makeDataset(this.root, classToIdx, { extensions, isValidFile, allowEmpty })
    this.transform = options.transform ?? null
    this.targetTransform = options.targetTransform ?? null
  }

  /** The classes, and their indices: the folders in `directory`. A subclass may choose others. */
  findClasses(directory: string): [classes: readonly string[], classToIdx: Readonly<Record<string, number>>] {
    const classes = entriesOf(directory)
      .filter(({ isFolder }) => isFolder)
      .map(({ name }) => name)
      .sort()
    if (classes.length === 0) throw new RuntimeError(`Couldn't find any class folder in ${directory}.`)
    return [classes, Object.fromEntries(classes.map((name, i) => [name, i]))]
  }

  /** The class of each sample. */
  get targets(): number[] {
    return this.samples.map(([, target]) => target)
  }

  get length(): number {
    return this.samples.length
  }

  /**
   * Files are read side by side; the transforms, which may draw random numbers, run in the order of the calls.
   *
   * @throws IndexError outside `[-length, length - 1]`; RuntimeError that names a file that cannot be read or decoded
   */
  async getItem(index: number): Promise<[X, Y]> {
    const found = this.samples.at(index)
    if (found === undefined || !Number.isInteger(index))
      throw new IndexError(`index ${index} is out of range for ${this.length} samples of ${this.root}`)
    const [path, target] = found
    const loaded = this.read(path)
    const before = turns.get(this)
    const item = loaded.then(async (sample) => {
      await before
      return this.transformed(sample, target)
    })
    turns.set(
      this,
      item.then(
        () => before,
        () => before,
      ),
    )
    return item
  }

  private transformed(sample: S, target: number): [X, Y] {
    return [
      this.transform === null ? (sample as unknown as X) : this.transform(sample),
      this.targetTransform === null ? (target as Y) : this.targetTransform(target),
    ]
  }

  private async read(path: string): Promise<S> {
    try {
      return await this.loader(path)
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error)
      if (message.includes(path)) throw error
      throw new RuntimeError(`${path}: cannot be loaded (${message})`, { cause: error })
    }
  }

  toString(): string {
    const lines = [
      `Dataset ${this.constructor.name}`,
      `    Number of datapoints: ${this.length}`,
      `    Root location: ${this.root}`,
    ]
    if (this.transform !== null) lines.push(`    Transform: ${this.transform}`.replaceAll('\n', '\n    '))
    return lines.join('\n')
  }
}

/**
 * Images, in a folder for each class: `root/dog/xxx.png`, `root/cat/123.jpg`. They are decoded, to RGB, when they are asked for.
 *
 * @example
 * ```ts
 * const transform = new transforms.Compose([new transforms.Resize([64, 64]), new transforms.ToTensor()])
 * const animals = new ImageFolder('animals', { transform })
 * for await (const [images, labels] of new DataLoader(animals, { batchSize: 32, shuffle: true, numWorkers: 2 })) {
 *   // images: float32 [32, 3, 64, 64], labels: int64 [32]
 * }
 * ```
 * @see https://docs.pytorch.org/vision/stable/generated/torchvision.datasets.ImageFolder.html
 */
export class ImageFolder<S = Image, X = S, Y = number> extends DatasetFolder<S, X, Y> {
  /** @throws RuntimeError if the folder cannot be read, has no folders, or one of them has no image */
  constructor(root: Location, options: ImageFolderOptions<S, X, Y> = {}) {
    const { loader = loadRgb as unknown as Loader<S>, isValidFile = null, ...others } = options
    super(root, loader, { ...others, isValidFile, extensions: isValidFile === null ? imageExtensions : null })
  }

  /** The same as `samples`. */
  get imgs(): readonly FolderSample[] {
    return this.samples
  }
}

function loadRgb(path: string): Promise<Image> {
  return openImage(path, 'RGB')
}

function makeDataset(
  directory: string,
  classToIdx: Readonly<Record<string, number>>,
  {
    extensions,
    isValidFile,
    allowEmpty,
  }: Required<Pick<DatasetFolderOptions<unknown>, 'extensions' | 'isValidFile' | 'allowEmpty'>>,
): FolderSample[] {
  if ((extensions === null) === (isValidFile === null))
    throw new ValueError('Both extensions and isValidFile cannot be null or not null at the same time')
  const takes = isValidFile ?? ((path: string) => extensions!.some((ending) => path.toLowerCase().endsWith(ending)))
  const samples: FolderSample[] = []
  const empty: string[] = []
  for (const name of Object.keys(classToIdx).sort()) {
    const paths = filesBelow(`${directory}/${name}`).filter(takes)
    if (paths.length === 0) empty.push(name)
    for (const path of paths) samples.push([path, classToIdx[name]!])
  }
  if (empty.length > 0 && !allowEmpty) {
    const known = extensions === null ? '' : ` Supported extensions are: ${extensions.join(', ')}`
    throw new RuntimeError(`${directory}: Found no valid file for the classes ${empty.join(', ')}.${known}`)
  }
  return samples
}

/** All files below a folder, by folder and name. */
function filesBelow(folder: string): string[] {
  const folders: [path: string, files: string[]][] = []
  const open = [folder]
  // a link to a folder above would never end
  const seen = new Set<string>()
  for (let path = open.pop(); path !== undefined; path = open.pop()) {
    const real = nodeFs()!.realpathSync(path)
    if (seen.has(real)) continue
    seen.add(real)
    const entries = entriesOf(path)
    folders.push([path, entries.filter(({ isFolder }) => !isFolder).map(({ name }) => name)])
    for (const { name, isFolder } of entries) if (isFolder) open.push(`${path}/${name}`)
  }
  folders.sort(([a], [b]) => (a < b ? -1 : 1))
  return folders.flatMap(([path, files]) => files.sort().map((name) => `${path}/${name}`))
}

function entriesOf(path: string): { name: string; isFolder: boolean }[] {
  const fs = nodeFs()
  if (fs === null) throw new RuntimeError(`${path}: there is no file system here`)
  try {
    return fs.readdirSync(path, { withFileTypes: true }).map((entry) => ({
      name: entry.name,
      isFolder: entry.isSymbolicLink()
        ? (fs.statSync(`${path}/${entry.name}`, { throwIfNoEntry: false })?.isDirectory() ?? false)
        : entry.isDirectory(),
    }))
  } catch (error) {
    throw new RuntimeError(`${path}: cannot be read (${(error as Error).message})`, { cause: error })
  }
}

portable(import.meta.url, { DatasetFolder, ImageFolder, loadRgb })
