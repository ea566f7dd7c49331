import { RuntimeError, Tensor } from '@tsorch/core'
import { formatName, rank } from './dtypes.js'
import { byteLength, LENGTH_BYTES, MAX_HEADER_BYTES, quoted, SafetensorError } from './header.js'
import { writeWhole } from './write-file.js'

/** Tensors by name, as `model.stateDict()` gives them. */
export type NamedTensors = Readonly<Record<string, Tensor>> | Iterable<readonly [string, Tensor]>

/** Options of {@link saveSafetensors}. */
export interface SaveOptions {
  /** Free text that is kept in the file's header. */
  metadata?: Readonly<Record<string, string>>
}

function isIterable(tensors: NamedTensors): tensors is Iterable<readonly [string, Tensor]> {
  return typeof (tensors as { [Symbol.iterator]?: unknown })[Symbol.iterator] === 'function'
}

/** Half a surrogate pair has no UTF-8. */
function checkUnicode(text: string, what: string): void {
  if (/\p{Surrogate}/u.test(text)) throw new SafetensorError(`${what}: the text is not valid Unicode`)
}

/** The header of a file, with its length in front, and the tensors in the order in which they follow it. */
function layOut(
  named: NamedTensors,
  metadata: SaveOptions['metadata'],
): { start: Uint8Array; tensors: Tensor[]; bytes: number } {
  const members = new Map<string, unknown>()
  if (metadata !== undefined) {
    for (const [key, text] of Object.entries(metadata)) {
      if (typeof text !== 'string')
        throw new TypeError(`metadata: the value of ${JSON.stringify(key)} must be a string`)
      checkUnicode(key + text, `metadata ${JSON.stringify(key)}`)
    }
    members.set('__metadata__', metadata)
  }
  const entries = (isIterable(named) ? [...named] : Object.entries(named)).map(([name, tensor]) => {
    if (name === '__metadata__') throw new SafetensorError('a tensor cannot have the name __metadata__')
    checkUnicode(name, quoted(name))
    if (!(tensor instanceof Tensor)) throw new TypeError(`${quoted(name)} is not a Tensor`)
    return { name, tensor, dtype: formatName(tensor.dtype.name) }
  })
  entries.sort((a, b) => rank(a.dtype) - rank(b.dtype) || (a.name < b.name ? -1 : 1))
  let end = 0
  for (const { name, tensor, dtype } of entries) {
    if (members.has(name)) throw new SafetensorError(`${quoted(name)} is given twice`)
    const begin = end
    end += byteLength(name, dtype, tensor.shape)
    members.set(name, { dtype, shape: tensor.shape, data_offsets: [begin, end] })
  }
  const text = [...members].map(([name, value]) => `${JSON.stringify(name)}:${JSON.stringify(value)}`).join(',')
  const header = new TextEncoder().encode(`{${text}}`)
  // spaces after the header let the data begin at a multiple of 8
  const length = Math.ceil(header.length / 8) * 8
  if (length > MAX_HEADER_BYTES)
    throw new SafetensorError(`header too large: ${length} bytes, at most ${MAX_HEADER_BYTES}`)
  const start = new Uint8Array(LENGTH_BYTES + length).fill(0x20)
  const view = new DataView(start.buffer)
  view.setUint32(0, length, true)
  view.setUint32(4, 0, true)
  start.set(header, LENGTH_BYTES)
  return { start, tensors: entries.map((entry) => entry.tensor), bytes: start.length + end }
}

function bytesOf(words: ArrayBufferView): Uint8Array {
  return new Uint8Array(words.buffer, words.byteOffset, words.byteLength)
}

function hostWords(tensor: Tensor): ArrayBufferView {
  const words = tensor.storage.device.memory.readSync(tensor)
  if (words !== null) return words
  throw new RuntimeError(
    `serializeSafetensors(): the device ${tensor.device} cannot be read synchronously, use saveSafetensors() or to('cpu')`,
  )
}

/**
 * A safetensors file as bytes. Tensors are written in the order of the reference library, wider dtypes first and then by
 * name; tensors that share memory are written one by one.
 *
 * @throws SafetensorError for a name that the format does not allow, or one given twice
 * @throws RuntimeError for a tensor on a device that cannot be read synchronously
 * @example
 * ```ts
 * const bytes = serializeSafetensors(model.stateDict(), { epoch: '3' })
 * ```
 * @see https://huggingface.co/docs/safetensors/api/torch#safetensors.torch.save
 */
export function serializeSafetensors(
  tensors: NamedTensors,
  metadata?: SaveOptions['metadata'],
): Uint8Array<ArrayBuffer> {
  const layout = layOut(tensors, metadata)
  const file = new Uint8Array(layout.bytes)
  file.set(layout.start)
  let at = layout.start.length
  for (const tensor of layout.tensors) {
    const bytes = bytesOf(hostWords(tensor))
    file.set(bytes, at)
    at += bytes.length
  }
  return file
}

/**
 * Writes a safetensors file. It is there whole or not at all: nothing half-written stays behind when the disk is full or the
 * program is interrupted, and an older file is replaced only by the finished new one.
 *
 * @throws SafetensorError for a name that the format does not allow, or one given twice
 * @throws Error where there is no file system
 * @example
 * ```ts
 * await saveSafetensors('model.safetensors', model.stateDict(), { metadata: { epoch: '3' } })
 * ```
 * @see https://huggingface.co/docs/safetensors/api/torch#safetensors.torch.save_file
 */
export async function saveSafetensors(
  path: string | URL,
  tensors: NamedTensors,
  options: SaveOptions = {},
): Promise<void> {
  const layout = layOut(tensors, options.metadata)
  await writeWhole(path, chunks(layout.start, layout.tensors))
}

async function* chunks(start: Uint8Array, tensors: readonly Tensor[]): AsyncGenerator<Uint8Array> {
  yield start
  for (const tensor of tensors) yield bytesOf(await tensor.storage.device.memory.read(tensor))
}
