import { RuntimeError } from '@tsorch/core'

/** A file in an archive. */
export interface ArchiveFile {
  readonly path: string
  readonly bytes: Uint8Array
}

const BLOCK = 512

/**
 * The files of a tar archive, unpacked before; folders, links and the extra headers of other tars are passed over.
 *
 * @throws RuntimeError if it is cut short or no tar archive
 * @see https://pubs.opengroup.org/onlinepubs/9799919799/utilities/pax.html#tag_20_94_13_06
 */
export function* tarFiles(bytes: Uint8Array, name: string): Generator<ArchiveFile, void> {
  let at = 0
  while (at + BLOCK <= bytes.length) {
    const header = bytes.subarray(at, at + BLOCK)
    // two blocks of zeros, of which one is enough, are the end
    if (header.every((byte) => byte === 0)) return
    if (!hasChecksum(header))
      throw new RuntimeError(`${name}: not a tar archive, or damaged: the header at byte ${at} is wrong`)
    const size = octal(header, 124, 12)
    const start = at + BLOCK
    if (start + size > bytes.length)
      throw new RuntimeError(
        `${name}: truncated: a file of ${size} bytes begins at byte ${start}, but there are only ${bytes.length}`,
      )
    const type = header[156]!
    if (type === 0 || type === 0x30) {
      const prefix = text(header, 257, 5) === 'ustar' ? text(header, 345, 155) : ''
      const path = text(header, 0, 100)
      yield { path: prefix === '' ? path : `${prefix}/${path}`, bytes: bytes.subarray(start, start + size) }
    }
    at = start + Math.ceil(size / BLOCK) * BLOCK
  }
  throw new RuntimeError(`${name}: truncated: the archive ends after ${bytes.length} bytes without its end mark`)
}

/** The sum of a header's bytes, its own eight counted as spaces. */
function hasChecksum(header: Uint8Array): boolean {
  let sum = 8 * 0x20
  for (let i = 0; i < BLOCK; i++) if (i < 148 || i >= 156) sum += header[i]!
  return sum === octal(header, 148, 8)
}

function text(header: Uint8Array, from: number, length: number): string {
  const field = header.subarray(from, from + length)
  const end = field.indexOf(0)
  return new TextDecoder('latin1').decode(end < 0 ? field : field.subarray(0, end))
}

function octal(header: Uint8Array, from: number, length: number): number {
  const value = Number.parseInt(text(header, from, length).trim() || '0', 8)
  return Number.isNaN(value) ? -1 : value
}
