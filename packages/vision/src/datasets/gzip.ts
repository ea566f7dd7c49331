import { RuntimeError } from '@tsorch/core'
import { nodeZlib } from './node.js'

/** Whether bytes start as a gzip file does. A server may have unpacked a `.gz` on the way, so its name proves nothing. */
export function isGzip(bytes: Uint8Array): boolean {
  return bytes.length >= 2 && bytes[0] === 0x1f && bytes[1] === 0x8b
}

/**
 * The bytes of a gzip file; bytes that are not compressed come back as they are.
 *
 * @throws RuntimeError if the data is damaged or cut short
 */
export async function gunzip(bytes: Uint8Array, name: string): Promise<Uint8Array> {
  if (!isGzip(bytes)) return bytes
  const zlib = nodeZlib()
  if (zlib === null) return gunzipStream(bytes, name)
  return new Promise((resolve, reject) => {
    zlib.gunzip(bytes, (error, unpacked) => {
      if (error === null) resolve(unpacked)
      else reject(damaged(name, error))
    })
  })
}

/** {@link gunzip} at once, where there is node:zlib. */
export function gunzipSync(bytes: Uint8Array, name: string): Uint8Array {
  if (!isGzip(bytes)) return bytes
  const zlib = nodeZlib()
  if (zlib === null) {
    throw new RuntimeError(`${name}: gzip data can be read at once only in Node; use the asynchronous load()`)
  }
  try {
    return zlib.gunzipSync(bytes)
  } catch (error) {
    throw damaged(name, error)
  }
}

/** Unpacks with the platform's DecompressionStream, which every browser has. */
export async function gunzipStream(bytes: Uint8Array, name: string): Promise<Uint8Array> {
  try {
    const stream = new Blob([bytes as Uint8Array<ArrayBuffer>]).stream().pipeThrough(new DecompressionStream('gzip'))
    return new Uint8Array(await new Response(stream).arrayBuffer())
  } catch (error) {
    throw damaged(name, error)
  }
}

function damaged(name: string, cause: unknown): RuntimeError {
  const reason = cause instanceof Error ? cause.message : String(cause)
  return new RuntimeError(`${name}: the gzip data is damaged or cut short (${reason})`, { cause })
}
