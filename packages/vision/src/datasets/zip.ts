import { RuntimeError } from '@tsorch/core'
import { nodeFs, nodeZlib } from './node.js'

/** A file in a zip archive on disk. */
interface Entry {
  readonly path: string
  readonly method: number
  readonly packed: number
  readonly size: number
  readonly at: number
}

/**
 * Files of a zip archive on disk, of which only these are read.
 *
 * @throws RuntimeError if the archive is damaged or has no such file
 * @see https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT
 */
export async function zipFiles(archive: string, paths: readonly string[]): Promise<Uint8Array[]> {
  const fs = nodeFs()
  const zlib = nodeZlib()
  if (fs === null || zlib === null) throw new RuntimeError(`${archive}: there is no file system here`)
  const handle = await fs.promises.open(archive, 'r')
  try {
    const { size } = await handle.stat()
    const read = async (at: number, length: number): Promise<Buffer> => {
      if (at < 0 || at + length > size)
        throw new RuntimeError(`${archive}: truncated: ${length} bytes from ${at} on are not there`)
      const bytes = Buffer.alloc(length)
      await handle.read(bytes, 0, length, at)
      return bytes
    }
    const entries = await directory(archive, size, read)
    const files: Uint8Array[] = []
    for (const path of paths) {
      const entry = entries.find((other) => other.path === path)
      if (entry === undefined) throw new RuntimeError(`${archive}: there is no ${path} in it`)
      files.push(await content(archive, entry, read, zlib))
    }
    return files
  } finally {
    await handle.close()
  }
}

type Read = (at: number, length: number) => Promise<Buffer>

const END = 0x06054b50
const CENTRAL = 0x02014b50
const LOCAL = 0x04034b50

async function directory(archive: string, size: number, read: Read): Promise<Entry[]> {
  // the last record has 22 bytes and a comment
  const length = Math.min(size, 22 + 0xffff)
  const tail = await read(size - length, length)
  let end = tail.length - 22
  while (end >= 0 && tail.readUInt32LE(end) !== END) end--
  if (end < 0) throw new RuntimeError(`${archive}: not a zip archive, or cut short: its last record is missing`)
  const count = tail.readUInt16LE(end + 10)
  const records = await read(tail.readUInt32LE(end + 16), tail.readUInt32LE(end + 12))
  const entries: Entry[] = []
  let at = 0
  for (let i = 0; i < count; i++) {
    if (at + 46 > records.length || records.readUInt32LE(at) !== CENTRAL)
      throw new RuntimeError(`${archive}: damaged: entry ${i} of ${count} in its directory is wrong`)
    const name = records.readUInt16LE(at + 28)
    entries.push({
      path: records.toString('utf8', at + 46, at + 46 + name),
      method: records.readUInt16LE(at + 10),
      packed: records.readUInt32LE(at + 20),
      size: records.readUInt32LE(at + 24),
      at: records.readUInt32LE(at + 42),
    })
    at += 46 + name + records.readUInt16LE(at + 30) + records.readUInt16LE(at + 32)
  }
  return entries
}

async function content(
  archive: string,
  { path, method, packed, size, at }: Entry,
  read: Read,
  zlib: typeof import('node:zlib'),
): Promise<Uint8Array> {
  const header = await read(at, 30)
  if (header.readUInt32LE(0) !== LOCAL) throw new RuntimeError(`${archive}: damaged: ${path} is not where it should be`)
  const bytes = await read(at + 30 + header.readUInt16LE(26) + header.readUInt16LE(28), packed)
  if (method !== 0 && method !== 8)
    throw new RuntimeError(`${archive}: ${path} is packed in a way (${method}) that is not known here`)
  let plain: Uint8Array
  try {
    plain = method === 0 ? bytes : zlib.inflateRawSync(bytes)
  } catch (error) {
    throw new RuntimeError(`${archive}: ${path} is damaged (${(error as Error).message})`, { cause: error })
  }
  if (plain.length !== size)
    throw new RuntimeError(`${archive}: ${path} has ${plain.length} bytes, but expected ${size}`)
  return plain
}
