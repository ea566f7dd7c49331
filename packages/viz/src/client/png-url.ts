import { builtin } from '../tensorboard/node.js'
import { encodePng, type Pixels } from '../tensorboard/png.js'
import { toBase64 } from './base64.js'
import { deflate } from './deflate.js'

type Process = { readonly process?: { getBuiltinModule?: unknown } }

/** An image as a data URL. */
export function pngUrl(pixels: Pixels): string {
  const isNode = typeof (globalThis as Process).process?.getBuiltinModule === 'function'
  // speed counts more than size: the training waits for it
  const pack = isNode
    ? (bytes: Uint8Array): Uint8Array => builtin('node:zlib', 'an image').deflateSync(bytes, { level: 3 })
    : deflate
  return `data:image/png;base64,${toBase64(encodePng(pixels, pack))}`
}
