import { FULL_16, FULL_32, Method, Signature, Size, viewOf, writeUint64, ZIP64_EXTRA } from './format.js'

/** Bytes at which the content of every record begins, so that it can be mapped into memory as it lies. */
const ALIGNMENT = 64
/** The extra field that fills up to there, as PyTorch names it: "FB". */
const PADDING_EXTRA = 0x4246
/** Names are UTF-8. */
const FLAGS = 0x0800
/** The first day that the format knows: the same content gives the same file at any time. */
const DATE = 0x0021
/** Version of the format that is needed to read: 2.0, or 4.5 with zip64. */
const VERSION = 20
const VERSION_ZIP64 = 45

const encoder = new TextEncoder()

interface Written {
  readonly name: Uint8Array
  readonly size: number
  readonly crc: number
  readonly offset: number
}

/** Lays out an archive of uncompressed records: gives what comes in front of each record's content, and what comes last. */
export class ZipLayout {
  private readonly written: Written[] = []
  /** Bytes up to here. */
  private at = 0

  /** What comes in front of a record of `size` bytes with the checksum `crc`. */
  header(name: string, size: number, crc: number): Uint8Array {
    const encoded = encoder.encode(name)
    const isLong = size >= FULL_32
    const zip64 = isLong ? 20 : 0
    const unpadded = Size.localHeader + encoded.length + zip64 + 4
    const padding = (ALIGNMENT - ((this.at + unpadded) % ALIGNMENT)) % ALIGNMENT
    const bytes = new Uint8Array(unpadded + padding)
    const view = viewOf(bytes)
    view.setUint32(0, Signature.localHeader, true)
    writeCommon(view, 4, isLong ? VERSION_ZIP64 : VERSION, crc, isLong ? FULL_32 : size)
    view.setUint16(26, encoded.length, true)
    view.setUint16(28, zip64 + 4 + padding, true)
    bytes.set(encoded, Size.localHeader)
    let at = Size.localHeader + encoded.length
    if (isLong) at = writeZip64(view, at, [size, size])
    view.setUint16(at, PADDING_EXTRA, true)
    view.setUint16(at + 2, padding, true)
    bytes.fill(0x5a, at + 4)
    this.written.push({ name: encoded, size, crc, offset: this.at })
    this.at += bytes.length + size
    return bytes
  }

  /** What comes behind the last record. */
  directory(): Uint8Array {
    const entries = this.written.map(directoryEntry)
    const size = entries.reduce((sum, entry) => sum + entry.length, 0)
    const isLong = this.written.length >= FULL_16 || size >= FULL_32 || this.at >= FULL_32
    const end = isLong ? zip64End(this.written.length, size, this.at) : new Uint8Array(0)
    const bytes = new Uint8Array(size + end.length + Size.end)
    let at = 0
    for (const part of [...entries, end]) {
      bytes.set(part, at)
      at += part.length
    }
    const view = viewOf(bytes)
    view.setUint32(at, Signature.end, true)
    view.setUint16(at + 8, Math.min(this.written.length, FULL_16), true)
    view.setUint16(at + 10, Math.min(this.written.length, FULL_16), true)
    view.setUint32(at + 12, Math.min(size, FULL_32), true)
    view.setUint32(at + 16, Math.min(this.at, FULL_32), true)
    return bytes
  }
}

/** The fields that a local header and a directory entry have in common. */
function writeCommon(view: DataView, at: number, version: number, crc: number, size: number): void {
  view.setUint16(at, version, true)
  view.setUint16(at + 2, FLAGS, true)
  view.setUint16(at + 4, Method.stored, true)
  view.setUint16(at + 8, DATE, true)
  view.setUint32(at + 10, crc, true)
  view.setUint32(at + 14, size, true)
  view.setUint32(at + 18, size, true)
}

function writeZip64(view: DataView, at: number, values: readonly number[]): number {
  view.setUint16(at, ZIP64_EXTRA, true)
  view.setUint16(at + 2, 8 * values.length, true)
  for (const [i, value] of values.entries()) writeUint64(view, at + 4 + 8 * i, value)
  return at + 4 + 8 * values.length
}

function directoryEntry({ name, size, crc, offset }: Written): Uint8Array {
  // what does not fit, in the order of the fields
  const long = [...(size >= FULL_32 ? [size, size] : []), ...(offset >= FULL_32 ? [offset] : [])]
  const extra = long.length === 0 ? 0 : 4 + 8 * long.length
  const bytes = new Uint8Array(Size.directoryEntry + name.length + extra)
  const view = viewOf(bytes)
  const version = extra === 0 ? VERSION : VERSION_ZIP64
  view.setUint32(0, Signature.directoryEntry, true)
  view.setUint16(4, version, true)
  writeCommon(view, 6, version, crc, Math.min(size, FULL_32))
  view.setUint16(28, name.length, true)
  view.setUint16(30, extra, true)
  view.setUint32(42, Math.min(offset, FULL_32), true)
  bytes.set(name, Size.directoryEntry)
  if (extra > 0) writeZip64(view, Size.directoryEntry + name.length, long)
  return bytes
}

/** The end of the directory in 64 bits, and the locator that says where it is. */
function zip64End(count: number, size: number, offset: number): Uint8Array {
  const bytes = new Uint8Array(Size.zip64End + Size.zip64Locator)
  const view = viewOf(bytes)
  view.setUint32(0, Signature.zip64End, true)
  writeUint64(view, 4, Size.zip64End - 12)
  view.setUint16(12, VERSION_ZIP64, true)
  view.setUint16(14, VERSION_ZIP64, true)
  writeUint64(view, 24, count)
  writeUint64(view, 32, count)
  writeUint64(view, 40, size)
  writeUint64(view, 48, offset)
  view.setUint32(Size.zip64End, Signature.zip64Locator, true)
  writeUint64(view, Size.zip64End + 8, offset + size)
  view.setUint32(Size.zip64End + 16, 1, true)
  return bytes
}
