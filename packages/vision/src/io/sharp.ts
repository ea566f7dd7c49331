import { RuntimeError } from '@tsorch/core'
import type { Image } from '../image.js'
import type { Codec } from './codec.js'

/** What is used of sharp. @see https://sharp.pixelplumbing.com */
interface Sharp {
  rotate(): Sharp
  toColourspace(space: string): Sharp
  raw(): Sharp
  jpeg(options: { quality: number; chromaSubsampling: string }): Sharp
  metadata(): Promise<{ space?: string; hasAlpha?: boolean }>
  toBuffer(options: { resolveWithObject: true }): Promise<{
    data: Uint8Array
    info: { width: number; height: number; channels: number }
  }>
}
interface RawOptions {
  raw: { width: number; height: number; channels: number }
}
type MakeSharp = (bytes: Uint8Array, options?: RawOptions) => Sharp

/** Whether an import failed because there is no such package. */
function isMissing(error: unknown): boolean {
  return error instanceof Error && /cannot find (package|module)|failed to (load|resolve)/i.test(error.message)
}

/** @throws RuntimeError if sharp is not installed */
export async function sharpCodec(): Promise<Codec> {
  // a variable: who bundles for browsers, or has no sharp, shall not be asked for it
  const name = 'sharp'
  const { default: sharp } = (await import(/* @vite-ignore */ /* webpackIgnore: true */ name).catch(
    (cause: unknown) => {
      const why = isMissing(cause) ? '' : ` (${(cause as Error).message})`
      throw new RuntimeError(`decoding and encoding images needs the package sharp${why}: npm install sharp`, { cause })
    },
  )) as { default: MakeSharp }
  return {
    async decode(bytes, orient) {
      const input = sharp(bytes)
      const { space } = await input.metadata()
      const isGrey = space === 'b-w' || space === 'grey16'
      const upright = orient ? input.rotate() : input
      const { data, info } = await upright
        .toColourspace(isGrey ? 'b-w' : 'srgb')
        .raw()
        .toBuffer({ resolveWithObject: true })
      return imageOf(data, info)
    },
    async encodeJpeg({ width, height, channels, data }, quality) {
      const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength)
      const input = sharp(bytes, { raw: { width, height, channels } })
      const jpeg = input.toColourspace(channels === 1 ? 'b-w' : 'srgb').jpeg({ quality, chromaSubsampling: '4:2:0' })
      return (await jpeg.toBuffer({ resolveWithObject: true })).data
    },
  }
}

/** In memory of its own: small buffers of Node share theirs. */
function imageOf(data: Uint8Array, { width, height, channels }: Omit<Image, 'data'>): Image {
  return { width, height, channels, data: new Uint8Array(data) }
}
