/** The pieces that a PNG file consists of. @see https://www.w3.org/TR/png-3/ */
import { RuntimeError } from '@tsorch/core'

export const pngSignature: readonly number[] = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]

/** Whether bytes start as a PNG file does. */
export function isPng(bytes: Uint8Array): boolean {
  return bytes.length >= 8 && pngSignature.every((byte, i) => bytes[i] === byte)
}

/** A piece of a PNG file. */
export interface Chunk {
  readonly type: string
  readonly data: Uint8Array
}

const crcTable = Uint32Array.from({ length: 256 }, (_, n) => {
  let c = n
  for (let k = 0; k < 8; k++) c = c & 1 ? 0xedb88320 ^ (c >>> 1) : c >>> 1
  return c
})

function crc32(bytes: Uint8Array): number {
  let c = 0xffffffff
  for (let i = 0; i < bytes.length; i++) c = crcTable[(c ^ bytes[i]!) & 0xff]! ^ (c >>> 8)
  return ~c >>> 0
}

/** Reads the pieces up to the last one. @throws RuntimeError if one is cut short or damaged */
export function* readChunks(bytes: Uint8Array): Generator<Chunk> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  for (let at = 8; ; ) {
    if (at + 12 > bytes.length) throw new RuntimeError('the PNG file is cut short')
    const length = view.getUint32(at)
    if (length > bytes.length - at - 12) throw new RuntimeError('the PNG file is cut short')
    const type = String.fromCharCode(...bytes.subarray(at + 4, at + 8))
    if (crc32(bytes.subarray(at + 4, at + 8 + length)) !== view.getUint32(at + 8 + length))
      throw new RuntimeError(`the PNG file is damaged: the checksum of its part '${type}' is wrong`)
    yield { type, data: bytes.subarray(at + 8, at + 8 + length) }
    if (type === 'IEND') return
    at += 12 + length
  }
}

/** A whole file of pieces. */
export function writeChunks(chunks: readonly Chunk[]): Uint8Array {
  const out = new Uint8Array(8 + chunks.reduce((sum, { data }) => sum + data.length + 12, 0))
  const view = new DataView(out.buffer)
  out.set(pngSignature)
  let at = 8
  for (const { type, data } of chunks) {
    view.setUint32(at, data.length)
    for (let i = 0; i < 4; i++) out[at + 4 + i] = type.charCodeAt(i)
    out.set(data, at + 8)
    view.setUint32(at + 8 + data.length, crc32(out.subarray(at + 4, at + 8 + data.length)))
    at += data.length + 12
  }
  return out
}
