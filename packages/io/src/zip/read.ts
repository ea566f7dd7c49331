import type { ByteSource } from '../source.js'
import { crc32 } from './crc32.js'
import { FULL_16, FULL_32, Method, readUint64, Signature, Size, viewOf, ZIP64_EXTRA, ZipError } from './format.js'

/** The end of an archive may be followed by a comment of so many bytes. */
const MAX_COMMENT = 0xffff
const ENCRYPTED = 0x0001
/** Deflate makes nothing smaller than by this factor: a record that claims more is no honest one. */
const MAX_RATIO = 1032

const decoder = new TextDecoder()

/** A record of an archive. */
export interface ZipEntry {
  readonly name: string
  readonly method: number
  readonly crc: number
  /** Bytes in the archive. */
  readonly compressedSize: number
  /** Bytes of the content. */
  readonly size: number
  /** First byte of the local header. */
  readonly offset: number
}

/** A zip archive of which only what is asked for is read: stored and deflated records, zip64. */
export class ZipArchive {
  private readonly file: ByteSource
  /** Where the directory begins: no record reaches beyond. */
  private readonly end: number
  /** In the order of the directory. */
  readonly entries: ReadonlyMap<string, ZipEntry>

  private constructor(file: ByteSource, end: number, entries: ReadonlyMap<string, ZipEntry>) {
    this.file = file
    this.end = end
    this.entries = entries
  }

  /** Reads the directory. @throws ZipError if it is missing or wrong */
  static async open(file: ByteSource): Promise<ZipArchive> {
    const { offset, size, count } = await findDirectory(file)
    return new ZipArchive(file, offset, parseDirectory(await file.read(offset, size), count, offset))
  }

  /** The content of a record. @throws ZipError if it is damaged */
  async read(entry: ZipEntry): Promise<Uint8Array> {
    const { name, offset, compressedSize, size } = entry
    const header = viewOf(await this.file.read(offset, Size.localHeader))
    if (header.getUint32(0, true) !== Signature.localHeader)
      throw new ZipError(`record ${name}: there is no header at byte ${offset}`)
    const start = offset + Size.localHeader + header.getUint16(26, true) + header.getUint16(28, true)
    if (start + compressedSize > this.end) throw new ZipError(`record ${name} reaches beyond the end of the records`)
    const raw = await this.file.read(start, compressedSize)
    const content = entry.method === Method.stored ? raw : await inflate(name, raw, size)
    // PyTorch writes 0 if it is told not to compute checksums
    if (entry.crc !== 0 && crc32(content) !== entry.crc)
      throw new ZipError(`record ${name} is damaged: its checksum differs`)
    return content
  }
}

interface Directory {
  readonly offset: number
  readonly size: number
  readonly count: number
}

async function findDirectory(file: ByteSource): Promise<Directory> {
  const length = Math.min(file.size, Size.end + MAX_COMMENT)
  const tail = viewOf(await file.read(file.size - length, length))
  let at = length - Size.end
  while (
    at >= 0 &&
    !(tail.getUint32(at, true) === Signature.end && tail.getUint16(at + 20, true) === length - at - Size.end)
  )
    at--
  if (at < 0) throw new ZipError('the zip archive has no directory at its end: the file is cut short')
  const end = file.size - length + at
  const disks = tail.getUint16(at + 4, true) + tail.getUint16(at + 6, true)
  const count = tail.getUint16(at + 10, true)
  const size = tail.getUint32(at + 12, true)
  const offset = tail.getUint32(at + 16, true)
  const isLong = disks === 2 * FULL_16 || count === FULL_16 || size === FULL_32 || offset === FULL_32
  const directory = isLong ? await findZip64Directory(file, end) : { offset, size, count, end }
  if (!isLong && disks !== 0) throw new ZipError('the zip archive is split into several files')
  if (directory.offset + directory.size > directory.end)
    throw new ZipError('the directory of the zip archive reaches beyond its end')
  return directory
}

async function findZip64Directory(file: ByteSource, end: number): Promise<Directory & { readonly end: number }> {
  const missing = new ZipError('the zip archive has no zip64 directory: the file is damaged')
  if (end < Size.zip64Locator + Size.zip64End) throw missing
  const locator = viewOf(await file.read(end - Size.zip64Locator, Size.zip64Locator))
  if (locator.getUint32(0, true) !== Signature.zip64Locator) throw missing
  const at = readUint64(locator, 8)
  if (at > end - Size.zip64Locator - Size.zip64End) throw missing
  const view = viewOf(await file.read(at, Size.zip64End))
  if (view.getUint32(0, true) !== Signature.zip64End) throw missing
  return { count: readUint64(view, 32), size: readUint64(view, 40), offset: readUint64(view, 48), end: at }
}

function parseDirectory(bytes: Uint8Array, count: number, end: number): Map<string, ZipEntry> {
  const entries = new Map<string, ZipEntry>()
  const view = viewOf(bytes)
  let at = 0
  for (let i = 0; i < count; i++) {
    if (at + Size.directoryEntry > bytes.length || view.getUint32(at, true) !== Signature.directoryEntry)
      throw new ZipError(`the directory of the zip archive is damaged: it has ${i} of ${count} entries`)
    const nameEnd = at + Size.directoryEntry + view.getUint16(at + 28, true)
    const extraEnd = nameEnd + view.getUint16(at + 30, true)
    const next = extraEnd + view.getUint16(at + 32, true)
    if (next > bytes.length) throw new ZipError('the directory of the zip archive ends inside of an entry')
    const name = decoder.decode(bytes.subarray(at + Size.directoryEntry, nameEnd))
    if (entries.has(name)) throw new ZipError(`the zip archive has two records ${name}`)
    const entry = parseEntry(name, view, at, nameEnd, extraEnd)
    checkEntry(entry, view.getUint16(at + 8, true))
    entries.set(name, entry)
    at = next
  }
  checkOverlap([...entries.values()], end)
  return entries
}

function parseEntry(name: string, view: DataView, at: number, extra: number, extraEnd: number): ZipEntry {
  const short = {
    size: view.getUint32(at + 24, true),
    compressedSize: view.getUint32(at + 20, true),
    offset: view.getUint32(at + 42, true),
  }
  const long = zip64Values(view, extra, extraEnd)
  const full = (value: number): number => {
    if (value !== FULL_32) return value
    const next = long.shift()
    if (next === undefined) throw new ZipError(`record ${name}: its zip64 sizes are missing`)
    return next
  }
  // evaluated in the order in which the extra field has them
  const [size, compressedSize, offset] = [full(short.size), full(short.compressedSize), full(short.offset)]
  return {
    name,
    method: view.getUint16(at + 10, true),
    crc: view.getUint32(at + 16, true),
    compressedSize,
    size,
    offset,
  }
}

function zip64Values(view: DataView, start: number, end: number): number[] {
  let at = start
  while (at + 4 <= end) {
    const length = view.getUint16(at + 2, true)
    if (view.getUint16(at, true) === ZIP64_EXTRA) {
      const values: number[] = []
      for (let k = at + 4; k + 8 <= Math.min(at + 4 + length, end); k += 8) values.push(readUint64(view, k))
      return values
    }
    at += 4 + length
  }
  return []
}

function checkEntry({ name, method, size, compressedSize }: ZipEntry, flags: number): void {
  if (flags & ENCRYPTED) throw new ZipError(`record ${name} is encrypted`)
  if (method !== Method.stored && method !== Method.deflated)
    throw new ZipError(`record ${name} is compressed by method ${method}, only stored and deflated ones can be read`)
  if (method === Method.stored ? size !== compressedSize : size > MAX_RATIO * compressedSize)
    throw new ZipError(`record ${name} cannot have ${size} bytes: it takes ${compressedSize} in the archive`)
}

/** Records that lie in each other would let a small file stand for a huge one. */
function checkOverlap(entries: ZipEntry[], end: number): void {
  entries.sort((a, b) => a.offset - b.offset)
  for (const [i, { name, offset, compressedSize }] of entries.entries()) {
    const limit = entries[i + 1]?.offset ?? end
    if (offset + Size.localHeader + compressedSize > limit)
      throw new ZipError(
        `record ${name} reaches beyond byte ${limit}, where ${entries[i + 1] === undefined ? 'the directory' : 'another'} begins`,
      )
  }
}

async function inflate(name: string, raw: Uint8Array, size: number): Promise<Uint8Array> {
  const content = new Uint8Array(size)
  const packed = new Blob([raw as Uint8Array<ArrayBuffer>]).stream()
  const reader = packed.pipeThrough(new DecompressionStream('deflate-raw')).getReader()
  let at = 0
  try {
    for (;;) {
      const { done, value } = await reader.read()
      if (done) break
      if (value.length > size - at) throw new ZipError(`record ${name} has more than ${size} bytes`)
      content.set(value, at)
      at += value.length
    }
  } catch (error) {
    await reader.cancel().catch(() => {})
    if (error instanceof ZipError) throw error
    throw new ZipError(`record ${name} cannot be decompressed: ${(error as Error).message}`)
  }
  if (at !== size) throw new ZipError(`record ${name} has ${at} bytes instead of ${size}`)
  return content
}
