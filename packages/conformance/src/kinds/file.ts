import type { Bench } from '../calls/decoder.js'
import { type Encoded, form, isTensorRecord, items, scalar, type TensorRecord } from '../cases/encoded.js'
import type { Case } from '../cases/group.js'
import { expectSame, expectShape, show } from '../compare/results.js'
import { compareExactly } from '../compare/values.js'
import { Mismatch, missingFeature, NotCovered, read, required, type TensorLike } from '../library.js'

/** A file, and what it holds or why it must be refused. */
export interface FileCase extends Case {
  readonly file: string
  readonly format: string
  readonly expect?: Encoded
  readonly reject?: string
}

/** A tensor of a file: `strides` and what follows describe what is loaded, the recorded values are row-major. */
interface FileRecord extends TensorRecord {
  readonly storage_offset?: number
  readonly storage_elements?: number
  /** Equal numbers in one file: the same memory. */
  readonly storage?: number
}

/** Which function reads a format, and whether the layout of its tensors is that of the file. */
const FORMATS: Readonly<Record<string, { readonly loader: string; readonly keepsLayout: boolean }>> = {
  torch_zip: { loader: 'io.load', keepsLayout: true },
  torch_legacy: { loader: 'io.load', keepsLayout: true },
  safetensors: { loader: 'io.loadSafetensors', keepsLayout: false },
}

/** Kinds of error that nobody throws to tell what is wrong with a file. */
const ACCIDENTS: readonly string[] = ['TypeError', 'RangeError', 'ReferenceError', 'SyntaxError']

/** Loads a file: its values to the bit, or an error that was meant. */
export async function runFile(bench: Bench, c: FileCase): Promise<void> {
  const format = FORMATS[c.format]
  if (format === undefined) throw new NotCovered(`files of the format ${c.format}`)
  const load = required(bench.library, format.loader)
  const bytes = await bench.group.readFile(c.file)
  let loaded: unknown
  try {
    loaded = await load(bytes, { device: bench.device })
  } catch (error) {
    return expectRefusal(c, error)
  }
  if (c.reject !== undefined) throw new Mismatch(`was loaded, but is to be refused: ${c.reject}`)
  await new FileContent(bench, format.keepsLayout).expect(loaded, c.expect!, 'content')
}

/** Whether an error is the one that was wanted. @throws anything else than that */
function expectRefusal({ reject, format }: FileCase, error: unknown): void {
  if (reject === undefined) throw missingFeature(`files of the format ${format}`, error) ?? error
  if (!(error instanceof Error)) throw new Mismatch(`threw ${show(error)}, which is no Error`)
  if (ACCIDENTS.includes(error.name) || error.message === '')
    throw new Mismatch(`fell over (${error.name}: ${error.message}) instead of saying: ${reject}`)
}

/** Compares what was loaded from one file. */
class FileContent {
  private readonly bench: Bench
  private readonly keepsLayout: boolean
  /** The first tensor on each storage. */
  private readonly storages: Map<number, TensorLike> = new Map()

  constructor(bench: Bench, keepsLayout: boolean) {
    this.bench = bench
    this.keepsLayout = keepsLayout
  }

  async expect(got: unknown, want: Encoded, path: string): Promise<void> {
    if (isTensorRecord(want)) return this.tensor(got, want, path)
    const parameter = form(want, 'parameter')
    if (parameter !== undefined) return this.expect(got, parameter, path)
    const pairs = form(want, 'dict') ?? form(want, 'ordered_dict')
    if (pairs !== undefined) return this.dict(got, pairs as [Encoded, Encoded][], path)
    const list = items(want) ?? (form(want, 'size') as readonly Encoded[] | undefined)
    if (list !== undefined) {
      if (!Array.isArray(got)) throw new Mismatch(`${path} is ${show(got)} instead of an array`)
      return this.all(got, list, path)
    }
    const set = form(want, 'set') as readonly Encoded[] | undefined
    if (set !== undefined) {
      if (!(got instanceof Set)) throw new Mismatch(`${path} is ${show(got)} instead of a Set`)
      return this.all([...got].sort(), [...set].sort(), path)
    }
    const hex = form(want, 'bytes_hex')
    if (hex !== undefined) {
      if (!(got instanceof Uint8Array)) throw new Mismatch(`${path} is ${show(got)} instead of a Uint8Array`)
      return expectSame(Array.from(got, (byte) => byte.toString(16).padStart(2, '0')).join(''), hex, path)
    }
    const dtype = form(want, 'dtype')
    if (dtype !== undefined) return expectSame((got as { name?: unknown } | null)?.name, dtype, path)
    this.plain(got, scalar(want) ?? form(want, 'device') ?? form(want, 'layout') ?? want, path)
  }

  private plain(got: unknown, want: unknown, path: string): void {
    if (!Object.is(got, want)) throw new Mismatch(`${path} is ${show(got)} instead of ${show(want)}`)
  }

  private async all(got: readonly unknown[], want: readonly Encoded[], path: string): Promise<void> {
    expectSame(got.length, want.length, `length of ${path}`)
    for (const [i, item] of want.entries()) await this.expect(got[i], item, `${path}.${i}`)
  }

  /** An object if every key is a string, else a Map. */
  private async dict(got: unknown, want: readonly (readonly [Encoded, Encoded])[], path: string): Promise<void> {
    const isObject = want.every(([key]) => typeof key === 'string')
    if (typeof got !== 'object' || got === null || Array.isArray(got) || isObject === got instanceof Map)
      throw new Mismatch(`${path} is ${show(got)} instead of ${isObject ? 'an object' : 'a Map'}`)
    if (isObject) {
      const names = want.map(([key]) => key as string)
      const found = Object.keys(got)
      // numbers come first in an object, and a file of safetensors has an order of its own
      const isOrdered = this.keepsLayout && !names.some((name) => /^\d+$/.test(name))
      expectSame(isOrdered ? found : found.sort(), isOrdered ? names : names.sort(), `keys of ${path}`)
      for (const [key, item] of want)
        await this.expect((got as Record<string, unknown>)[key as string], item, `${path}.${key}`)
      return
    }
    const entries = [...(got as Map<unknown, unknown>)]
    expectSame(entries.length, want.length, `size of ${path}`)
    for (const [i, [key, item]] of want.entries()) {
      await this.expect(entries[i]![0], key, `key ${i} of ${path}`)
      await this.expect(entries[i]![1], item, `${path}.${i}`)
    }
  }

  private async tensor(got: unknown, want: FileRecord, path: string): Promise<void> {
    const x = expectShape(this.bench, got, want, path)
    const { strides, ...flat } = want
    const difference = compareExactly(await read(x), this.bench.group.values(flat))
    if (difference !== null) throw new Mismatch(`${path}${difference} (${want.dtype} [${want.shape}])`)
    if (!this.keepsLayout) return
    expectSame(x.requiresGrad, want.requires_grad === true, `requiresGrad of ${path}`)
    expectSame(x.isLeaf, true, `isLeaf of ${path}`)
    expectSame([...x.stride()], strides, `strides of ${path}`)
    expectSame(x.storageOffset(), want.storage_offset, `offset of ${path}`)
    expectSame(x.storage.numel, want.storage_elements, `elements in the storage of ${path}`)
    if (x.storage.numel > 0) this.sharing(x, want.storage!, path)
  }

  private sharing(x: TensorLike, id: number, path: string): void {
    for (const [other, first] of this.storages)
      if (x.storage.shares(first.storage) !== (other === id))
        throw new Mismatch(`${path} ${other === id ? 'has memory of its own' : 'shares memory with what it must not'}`)
    if (!this.storages.has(id)) this.storages.set(id, x)
  }
}
