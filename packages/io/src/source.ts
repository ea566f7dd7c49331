import { MAX_TRANSFER, nodeFiles } from './node-files.js'

/** Where a file's bytes come from: its path or address, its content, or a Blob such as a File of an input element. */
export type Source = string | URL | Blob | ArrayBuffer | ArrayBufferView

/** Bytes that are read piece by piece, so that a file of many gigabytes is never whole in memory. */
export interface ByteSource {
  /** Names the source in messages. */
  readonly name: string
  readonly size: number
  /** Exactly `length` bytes from `start` on; fewer are an error. */
  read(start: number, length: number): Promise<Uint8Array>
  close(): Promise<void>
}

/**
 * Opens a source. A string is a path where there is a file system, else an address relative to the page; addresses with a
 * protocol are fetched everywhere.
 *
 * @throws TypeError for anything else; Error if it cannot be opened
 */
export async function openSource(source: Source): Promise<ByteSource> {
  if (source instanceof ArrayBuffer) return openBytes(new Uint8Array(source))
  if (ArrayBuffer.isView(source)) {
    return openBytes(new Uint8Array(source.buffer, source.byteOffset, source.byteLength))
  }
  if (source instanceof Blob) return openBlob(source)
  if (source instanceof URL) return source.protocol === 'file:' ? openFile(source) : openAddress(source.href)
  if (typeof source !== 'string') {
    const given = source === null ? 'null' : typeof source
    throw new TypeError(`expected a path, a URL, a Blob, an ArrayBuffer or a typed array, but got ${given}`)
  }
  if (source.startsWith('file://')) return openFile(new URL(source))
  const isAddress = /^(https?|data|blob):/.test(source) || nodeFiles() === undefined
  return isAddress ? openAddress(source) : openFile(source)
}

const nothingToClose = async (): Promise<void> => {}

function openBytes(bytes: Uint8Array, name = 'the given bytes'): ByteSource {
  const read = async (start: number, length: number): Promise<Uint8Array> => bytes.subarray(start, start + length)
  return { name, size: bytes.length, read, close: nothingToClose }
}

function openBlob(blob: Blob): ByteSource {
  const name = (blob as { name?: unknown }).name
  return {
    name: typeof name === 'string' ? name : 'the given Blob',
    size: blob.size,
    read: async (start, length) => new Uint8Array(await blob.slice(start, start + length).arrayBuffer()),
    close: nothingToClose,
  }
}

async function openAddress(address: string): Promise<ByteSource> {
  const response = await fetch(address)
  if (!response.ok) throw new Error(`cannot read ${address}: ${response.status} ${response.statusText}`)
  return openBytes(new Uint8Array(await response.arrayBuffer()), address)
}

async function openFile(path: string | URL): Promise<ByteSource> {
  const files = nodeFiles()
  if (files === undefined) throw new Error(`cannot open ${path}: there is no file system here`)
  const file = await files.open(path, 'r')
  try {
    const status = await file.stat()
    if (!status.isFile()) throw new Error(`cannot read ${path}: it is not a file`)
    return {
      name: String(path),
      size: status.size,
      read: async (start, length) => {
        const bytes = new Uint8Array(length)
        let done = 0
        while (done < length) {
          const { bytesRead } = await file.read(bytes, done, Math.min(length - done, MAX_TRANSFER), start + done)
          if (bytesRead === 0) throw new Error(`${path} ended at byte ${start + done} while it was read`)
          done += bytesRead
        }
        return bytes
      },
      close: () => file.close(),
    }
  } catch (error) {
    await file.close()
    throw error
  }
}
