/** The parts of a zip archive that reading and writing share. @see https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT */
import { ValueError } from '@tsorch/core'

/** An archive that is damaged, or uses what is not supported. */
export class ZipError extends ValueError {
  override name = 'ZipError'
}

export const Signature = {
  localHeader: 0x04034b50,
  directoryEntry: 0x02014b50,
  end: 0x06054b50,
  zip64End: 0x06064b50,
  zip64Locator: 0x07064b50,
} as const

/** Bytes of each part, without names and extra fields. */
export const Size = { localHeader: 30, directoryEntry: 46, end: 22, zip64End: 56, zip64Locator: 20 } as const

export const Method = { stored: 0, deflated: 8 } as const

/** The extra field with what does not fit into 32 bits. */
export const ZIP64_EXTRA = 0x0001
/** In a field of 16 or 32 bits: the value is in the zip64 part. */
export const FULL_16 = 0xffff
export const FULL_32 = 0xffffffff

export function readUint64(view: DataView, at: number): number {
  const value = view.getUint32(at + 4, true) * 2 ** 32 + view.getUint32(at, true)
  if (!Number.isSafeInteger(value)) throw new ZipError(`a size of ${value} bytes is beyond any file`)
  return value
}

export function writeUint64(view: DataView, at: number, value: number): void {
  view.setUint32(at, value % 2 ** 32, true)
  view.setUint32(at + 4, Math.floor(value / 2 ** 32), true)
}

export function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}
