import { bindOptions, fromTypedArray, RuntimeError, Tensor } from '@tsorch/core'
import { writeWhole } from '../datasets/write.js'
import { checkImage, type Image, type ImageOrTensor } from '../image.js'
import { toPilImage } from '../transforms/functional/index.js'
import { codec } from './codec.js'
import { encodePngImage } from './png-encode.js'

/** Options of {@link encodePng} and {@link writePng}. */
export interface PngOptions {
  /** From 0 (fast) to 9 (small), 6 if not given. Browsers know one level only. */
  compressionLevel?: number
}

/** Options of {@link encodeJpeg} and {@link writeJpeg}. */
export interface JpegOptions {
  /** From 1 (small) to 100 (good), 75 if not given. */
  quality?: number
}

/** @throws TypeError for another dtype, RuntimeError for other shapes or numbers of channels */
function imageOf(input: ImageOrTensor, channels: readonly number[]): Image {
  if (!(input instanceof Tensor)) {
    checkImage('input', input)
    checkChannels(input.channels, channels)
    return input
  }
  if (input.dtype.name !== 'uint8') throw new TypeError(`Input tensor dtype should be uint8, but got ${input.dtype}`)
  if (input.ndim !== 3)
    throw new RuntimeError(`Input data should be a 3-dimensional tensor, but got shape [${input.shape.join(', ')}]`)
  checkChannels(input.shape[0]!, channels)
  return toPilImage(input)
}

function checkChannels(given: number, channels: readonly number[]): void {
  if (!channels.includes(given))
    throw new RuntimeError(`The number of channels should be ${channels.join(' or ')}, got: ${given}`)
}

async function png(input: ImageOrTensor, level: number): Promise<Uint8Array> {
  if (!(Number.isInteger(level) && level >= 0 && level <= 9))
    throw new RuntimeError(`Compression level should be between 0 and 9, but got ${level}`)
  return encodePngImage(imageOf(input, [1, 2, 3, 4]), level)
}

async function jpeg(input: ImageOrTensor, quality: number): Promise<Uint8Array> {
  if (!(quality >= 1 && quality <= 100))
    throw new RuntimeError(`Image quality should be a positive number between 1 and 100, but got ${quality}`)
  const image = imageOf(input, [1, 3])
  return (await codec()).encodeJpeg(image, Math.round(quality))
}

const bytesTensor = (bytes: Uint8Array): Tensor => fromTypedArray(new Uint8Array(bytes), [bytes.length])

/**
 * A PNG file of an image. Needs no further package.
 *
 * @param input uint8 tensor of shape (C, H, W), or an image; 1 channel for grey, 3 for RGB, one more for opacity
 * @returns the bytes, a one-dimensional uint8 tensor
 * @throws TypeError, RuntimeError for what cannot be written as one
 * @example
 * ```ts
 * import { zeros } from '@tsorch/core'
 * import { io } from '@tsorch/vision'
 *
 * const bytes = await io.encodePng(zeros([3, 8, 8], { dtype: 'uint8' }))
 * const black = await io.decodeImage(bytes) // shape [3, 8, 8]
 * ```
 * @see https://docs.pytorch.org/vision/stable/generated/torchvision.io.encode_png.html
 */
export async function encodePng(input: ImageOrTensor, compressionLevel?: number | PngOptions): Promise<Tensor> {
  const o = bindOptions<PngOptions>('encodePng', ['compressionLevel'], [compressionLevel])
  return bytesTensor(await png(input, o.compressionLevel ?? 6))
}

/**
 * Writes an image to a PNG file, whole or not at all.
 *
 * @throws TypeError, RuntimeError for what cannot be written as one, or if the file cannot be written
 * @see https://docs.pytorch.org/vision/stable/generated/torchvision.io.write_png.html
 */
export async function writePng(
  input: ImageOrTensor,
  filename: string,
  compressionLevel?: number | PngOptions,
): Promise<void> {
  const o = bindOptions<PngOptions>('writePng', ['compressionLevel'], [compressionLevel])
  await writeWhole(filename, await png(input, o.compressionLevel ?? 6))
}

/**
 * A JPEG file of an image. In Node.js it needs the package sharp; browsers write grey images with three channels.
 *
 * @param input uint8 tensor of shape (1 or 3, H, W), or an image
 * @returns the bytes, a one-dimensional uint8 tensor
 * @throws TypeError, RuntimeError for what cannot be written as one, or if sharp is not installed
 * @see https://docs.pytorch.org/vision/stable/generated/torchvision.io.encode_jpeg.html
 */
export async function encodeJpeg(input: ImageOrTensor, quality?: number | JpegOptions): Promise<Tensor> {
  const o = bindOptions<JpegOptions>('encodeJpeg', ['quality'], [quality])
  return bytesTensor(await jpeg(input, o.quality ?? 75))
}

/**
 * Writes an image to a JPEG file, whole or not at all.
 *
 * @throws TypeError, RuntimeError for what cannot be written as one, if sharp is not installed, or the file cannot be written
 * @see https://docs.pytorch.org/vision/stable/generated/torchvision.io.write_jpeg.html
 */
export async function writeJpeg(input: ImageOrTensor, filename: string, quality?: number | JpegOptions): Promise<void> {
  const o = bindOptions<JpegOptions>('writeJpeg', ['quality'], [quality])
  await writeWhole(filename, await jpeg(input, o.quality ?? 75))
}
