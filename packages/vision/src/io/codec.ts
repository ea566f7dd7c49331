/** What decodes and encodes the other formats: sharp where there is Node.js, the page's own decoders in browsers. */
import { RuntimeError } from '@tsorch/core'
import type { Image } from '../image.js'
import { canvasCodec } from './canvas.js'
import { sharpCodec } from './sharp.js'

/** Decodes and encodes what this package cannot by itself. */
export interface Codec {
  /** @param orient whether to turn the image as its EXIF data say */
  decode(bytes: Uint8Array, orient: boolean): Promise<Image>
  /** @param quality 1 to 100 */
  encodeJpeg(image: Image, quality: number): Promise<Uint8Array>
}

let found: Promise<Codec> | null = null

/** @throws RuntimeError that says what to install */
export function codec(): Promise<Codec> {
  const { process, OffscreenCanvas } = globalThis as {
    process?: { versions?: { node?: string } }
    OffscreenCanvas?: unknown
  }
  if (process?.versions?.node !== undefined) {
    // asked again if it failed: it may have been installed since
    found ??= sharpCodec().catch((error: unknown) => {
      found = null
      throw error
    })
    return found
  }
  if (OffscreenCanvas === undefined) {
    return Promise.reject(
      new RuntimeError(
        'images can be decoded in Node.js with sharp (npm install sharp), and in browsers that have OffscreenCanvas',
      ),
    )
  }
  found ??= Promise.resolve(canvasCodec)
  return found
}
