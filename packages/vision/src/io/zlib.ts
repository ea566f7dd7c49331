/** The zlib format, by node:zlib or by the platform's streams. */
import { nodeZlib } from '../datasets/node.js'

/** Packs bytes. `level` from 0 (not at all) to 9; the streams of browsers know one level only. */
export async function deflate(bytes: Uint8Array<ArrayBuffer>, level: number): Promise<Uint8Array> {
  const zlib = nodeZlib()
  if (zlib === null) return through(new CompressionStream('deflate'), bytes)
  return new Promise((resolve, reject) => {
    zlib.deflate(bytes, { level }, (error, packed) => (error === null ? resolve(packed) : reject(error)))
  })
}

/** Unpacks bytes to at most `limit` of them. @throws Error if they are damaged */
export async function inflate(bytes: Uint8Array<ArrayBuffer>, limit: number): Promise<Uint8Array> {
  const zlib = nodeZlib()
  if (zlib === null) return through(new DecompressionStream('deflate'), bytes)
  return new Promise((resolve, reject) => {
    zlib.inflate(bytes, { maxOutputLength: Math.max(limit, 1) }, (error, unpacked) =>
      error === null ? resolve(unpacked) : reject(error),
    )
  })
}

async function through(
  stream: CompressionStream | DecompressionStream,
  bytes: Uint8Array<ArrayBuffer>,
): Promise<Uint8Array> {
  const packed = new Blob([bytes]).stream().pipeThrough(stream)
  return new Uint8Array(await new Response(packed).arrayBuffer())
}
