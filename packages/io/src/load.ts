import { fromTypedArray, type Tensor } from '@tsorch/core'
import { checkSupported, storedWords } from './dtypes.js'
import {
  headerLength,
  LENGTH_BYTES,
  parseHeader,
  SafetensorError,
  type SafetensorsEntry,
  type SafetensorsHeader,
} from './header.js'
import { type ByteSource, openSource, type Source } from './source.js'

/** A tensor of a file: its place, and its bytes in the array that was parsed. */
export interface SafetensorsView extends SafetensorsEntry {
  readonly bytes: Uint8Array
}

/** Options of `load` and {@link loadSafetensors}. */
export interface LoadOptions {
  /** Where the tensors are to live; `'cpu'` if not given. */
  device?: string
}

/**
 * Reads the header of a safetensors file and finds every tensor's bytes, without copying one.
 *
 * @param bytes the whole file
 * @returns the metadata, and the tensors in the order of their bytes
 * @throws SafetensorError if anything is wrong with the file; the message names the tensor
 * @example
 * ```ts
 * const { metadata, tensors } = parseSafetensors(new Uint8Array(await response.arrayBuffer()))
 * for (const { name, dtype, shape } of tensors) console.log(name, dtype, shape)
 * ```
 * @see https://huggingface.co/docs/safetensors/index#format
 */
export function parseSafetensors(bytes: Uint8Array): {
  metadata: Readonly<Record<string, string>>
  tensors: readonly SafetensorsView[]
} {
  const length = headerLength(bytes.subarray(0, LENGTH_BYTES), bytes.length)
  const data = bytes.subarray(LENGTH_BYTES + length)
  const { metadata, entries } = parseHeader(bytes.subarray(LENGTH_BYTES, LENGTH_BYTES + length), data.length)
  return { metadata, tensors: entries.map((entry) => ({ ...entry, bytes: data.subarray(entry.begin, entry.end) })) }
}

function toTensor({ dtype: type, shape }: SafetensorsEntry, bytes: Uint8Array, options: LoadOptions): Tensor {
  const { dtype, words } = storedWords(type, bytes)
  const { device } = options
  return fromTypedArray(words, shape.slice(), device === undefined ? { dtype } : { dtype, device })
}

async function readHeader(file: ByteSource): Promise<{ header: SafetensorsHeader; dataStart: number }> {
  try {
    const length = headerLength(await file.read(0, Math.min(LENGTH_BYTES, file.size)), file.size)
    const dataStart = LENGTH_BYTES + length
    const header = parseHeader(await file.read(LENGTH_BYTES, length), file.size - dataStart)
    for (const { name, dtype } of header.entries) checkSupported(name, dtype)
    return { header, dataStart }
  } catch (error) {
    if (error instanceof SafetensorError) error.message = `${file.name}: ${error.message}`
    throw error
  }
}

/**
 * The tensors of a safetensors file by name, in the order of the file.
 *
 * The file is checked whole before a tensor is made, and read tensor by tensor, so that it needs no second copy in memory.
 *
 * @param source path, URL, Blob, ArrayBuffer or typed array of bytes
 * @returns an object without a prototype: any name is safe in it
 * @throws SafetensorError if the file is damaged or holds a dtype that is not supported
 * @example
 * ```ts
 * const state = await loadSafetensors('model.safetensors')
 * model.loadStateDict(state)
 * ```
 * @see https://huggingface.co/docs/safetensors/api/torch#safetensors.torch.load_file
 */
export async function loadSafetensors(source: Source, options: LoadOptions = {}): Promise<Record<string, Tensor>> {
  const file = await openSource(source)
  try {
    const { header, dataStart } = await readHeader(file)
    const tensors: Record<string, Tensor> = Object.create(null)
    for (const entry of header.entries) {
      const bytes = await file.read(dataStart + entry.begin, entry.end - entry.begin)
      tensors[entry.name] = toTensor(entry, bytes, options)
    }
    return tensors
  } finally {
    await file.close()
  }
}
