import { bindOptions, RuntimeError, type Tensor } from '@tsorch/core'
import type { Image } from '../image.js'
import { pilToTensor } from '../transforms/functional/index.js'
import { decodeBmp, isBmp } from './bmp.js'
import { codec } from './codec.js'
import { checkMode, type ImageReadMode, inMode } from './mode.js'
import { decodeNetpbm, isNetpbm } from './netpbm.js'
import { isPng } from './png-chunks.js'
import { decodePng } from './png-decode.js'
import { bytesOf, readBytes } from './source.js'

/** Options of {@link readImage}, {@link decodeImage} and {@link openImage}. */
export interface DecodeOptions {
  /** Which channels the image shall have; by default those of the file. */
  mode?: ImageReadMode
  /** Whether the image is turned upright as its EXIF data say. Default false. */
  applyExifOrientation?: boolean
}
const names = ['mode', 'applyExifOrientation'] as const

/**
 * Opens an image file as PIL's `Image.open` does: an `Image`, which the transforms take.
 *
 * PNG, BMP, PGM and PPM files are decoded here; JPEG, WebP, GIF, TIFF, AVIF need the package sharp in Node.js, and are the browser's in
 * a page.
 *
 * @param source path of a file, URL, or the bytes of one
 * @throws RuntimeError if the file cannot be read or decoded, or sharp is needed and not installed
 * @example
 * ```ts
 * import { io, transforms } from '@tsorch/vision'
 *
 * const image = await io.openImage('cat.jpg', { mode: 'RGB' })
 * const x = new transforms.Compose([new transforms.Resize(64), new transforms.ToTensor()])(image)
 * ```
 */
export async function openImage(
  source: string | URL | Tensor | Uint8Array | ArrayBuffer,
  mode?: ImageReadMode | DecodeOptions,
): Promise<Image> {
  const o = bindOptions<DecodeOptions>('openImage', names, [mode])
  checkMode(o.mode ?? 'UNCHANGED')
  const isPlace = typeof source === 'string' || source instanceof URL
  const bytes = isPlace ? await readBytes(source) : bytesOf(source)
  try {
    return inMode(await decoded(bytes, o), o.mode ?? 'UNCHANGED')
  } catch (error) {
    if (!isPlace) throw error
    throw new RuntimeError(`${source}: ${(error as Error).message}`, { cause: error })
  }
}

async function decoded(bytes: Uint8Array, options: DecodeOptions): Promise<Image> {
  // EXIF data of a PNG file are sharp's
  if (isPng(bytes) && !options.applyExifOrientation) return decodePng(bytes)
  if (isNetpbm(bytes)) return decodeNetpbm(bytes)
  return isBmp(bytes) ? decodeBmp(bytes) : decodeByCodec(bytes, options)
}

async function decodeByCodec(bytes: Uint8Array, { applyExifOrientation = false }: DecodeOptions): Promise<Image> {
  const { decode } = await codec()
  return decode(bytes, applyExifOrientation).catch((cause: unknown) => {
    throw new RuntimeError(`the image cannot be decoded (${(cause as Error).message})`, { cause })
  })
}

/**
 * Decodes the bytes of an image file.
 *
 * @param input a one-dimensional uint8 tensor, or plain bytes
 * @returns uint8 tensor of shape (C, H, W)
 * @throws RuntimeError if they cannot be decoded, or sharp is needed and not installed
 * @see https://docs.pytorch.org/vision/stable/generated/torchvision.io.decode_image.html
 */
export async function decodeImage(
  input: Tensor | Uint8Array | ArrayBuffer,
  mode?: ImageReadMode | DecodeOptions,
): Promise<Tensor> {
  return pilToTensor(await openImage(bytesOf(input), mode)).contiguous()
}

/**
 * Reads and decodes an image file.
 *
 * @param path of a file, or a URL
 * @returns uint8 tensor of shape (C, H, W)
 * @throws RuntimeError that names the file if it cannot be read or decoded, or sharp is needed and not installed
 * @see https://docs.pytorch.org/vision/stable/generated/torchvision.io.read_image.html
 */
export async function readImage(path: string | URL, mode?: ImageReadMode | DecodeOptions): Promise<Tensor> {
  return pilToTensor(await openImage(path, mode)).contiguous()
}
