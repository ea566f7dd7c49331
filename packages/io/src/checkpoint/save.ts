import { RuntimeError, type Storage } from '@tsorch/core'
import { writeWhole } from '../write-file.js'
import { crc32 } from '../zip/crc32.js'
import { ZipLayout } from '../zip/write.js'
import { type Encoded, encode } from './encode.js'
import { wholeStorage } from './storages.js'

/** A record, below the folder that everything in a checkpoint is in. */
function record(layout: ZipLayout, name: string, content: Uint8Array): Uint8Array[] {
  return [layout.header(`archive/${name}`, content.length, crc32(content)), content]
}

function textRecord(layout: ZipLayout, name: string, text: string): Uint8Array[] {
  return record(layout, name, new TextEncoder().encode(text))
}

function first(layout: ZipLayout, pickle: Uint8Array): Uint8Array[] {
  return [...record(layout, 'data.pkl', pickle), ...textRecord(layout, 'byteorder', 'little')]
}

function last(layout: ZipLayout): Uint8Array[] {
  // the version of the format, not of PyTorch
  return [...textRecord(layout, 'version', '3\n'), layout.directory()]
}

function bytesOf(words: ArrayBufferView): Uint8Array {
  return new Uint8Array(words.buffer, words.byteOffset, words.byteLength)
}

function bytesNow(storage: Storage): Uint8Array {
  const words = storage.device.memory.readSync(wholeStorage(storage))
  if (words !== null) return bytesOf(words)
  const { name } = storage.device
  throw new RuntimeError(`serialize(): the device ${name} cannot be read synchronously, use save() or to('cpu')`)
}

/**
 * A checkpoint as bytes, for where there is no file system: {@link save} says what it may hold.
 *
 * @throws TypeError for a value that Python has no counterpart of, naming where it is
 * @throws RuntimeError for a tensor on a device that cannot be read synchronously
 * @example
 * ```ts
 * const file = new Blob([serialize({ epoch: 3, model: model.stateDict() })])
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.save.html
 */
export function serialize(value: unknown): Uint8Array<ArrayBuffer> {
  const { pickle, storages } = encode(value, 'serialize')
  const layout = new ZipLayout()
  const chunks = first(layout, pickle)
  for (const [i, storage] of storages.entries()) chunks.push(...record(layout, `data/${i}`, bytesNow(storage)))
  chunks.push(...last(layout))
  const file = new Uint8Array(chunks.reduce((size, chunk) => size + chunk.length, 0))
  let at = 0
  for (const chunk of chunks) {
    file.set(chunk, at)
    at += chunk.length
  }
  return file
}

/**
 * Writes a checkpoint in PyTorch's own format, for {@link load} and for `torch.load`, also with `weights_only=True`.
 *
 * It may hold tensors, numbers, bigints, strings, booleans, null, Uint8Arrays and dtypes, and arrays, Maps, Sets and plain
 * objects of them, nested in any way. In Python, arrays are lists, or tuples if they are frozen; plain objects and Maps are dicts
 * with keys of their own type (`1` is no `'1'`); numbers are ints where they are whole, else floats. A model is saved as its
 * `stateDict()`. Tensors keep their strides and what they share: two views of one memory, wherever they are, are stored once,
 * with all of that memory.
 *
 * The file is there whole or not at all: it takes the place of an older one only when it is finished, and safe on the disk.
 *
 * @param value what to save; it must not be changed until the promise is fulfilled
 * @param path where to
 * @throws TypeError for a value that Python has no counterpart of, naming where it is; nothing is written then
 * @throws RuntimeError if a tensor is changed in place while it is being saved
 * @throws Error where there is no file system
 * @example
 * ```ts
 * await save({ epoch: 3, model: model.stateDict(), optimizer: optimizer.stateDict() }, 'checkpoint.pt')
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.save.html
 */
export async function save(value: unknown, path: string | URL): Promise<void> {
  const encoded = encode(value, 'save')
  const versions = encoded.storages.map((storage) => storage.version)
  await writeWhole(path, chunks(encoded, versions))
}

/** One storage after the other, so that no second copy of all is in memory. */
async function* chunks({ pickle, storages }: Encoded, versions: readonly number[]): AsyncGenerator<Uint8Array> {
  const layout = new ZipLayout()
  yield* first(layout, pickle)
  for (const [i, storage] of storages.entries()) {
    const content = bytesOf(await storage.device.memory.read(wholeStorage(storage)))
    if (storage.version !== versions[i])
      throw new RuntimeError(
        'save(): a tensor was changed in place while it was being saved; await save() before going on',
      )
    yield* record(layout, `data/${i}`, content)
  }
  yield* last(layout)
}
