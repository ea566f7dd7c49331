import type { Pixels } from '../../tensorboard/png.js'
import { readValues, type Values } from '../../tensorboard/values.js'
import type { Call, Target } from '../call.js'
import { checkOpts, copyOpts, optionOr, truthy } from '../check-opts.js'
import { type Matrix, read, shapeText } from '../matrix.js'
import type { ImageOpts } from '../opts.js'
import { pngUrl } from '../png-url.js'

/** `viz.image(img)`: channels, rows, columns; or rows and columns. */
export function imageCall(target: Target, img: Values, opts: ImageOpts | null | undefined): Call {
  return imageWindow('image', target, read('image', img), opts)
}

function imageWindow(
  verb: string,
  { win, eid, isNew }: Target,
  image: Matrix,
  given: ImageOpts | null | undefined,
): Call {
  const pixels = toBytes(verb, image)
  const opts = copyOpts(verb, given)
  opts.width = optionOr(opts, 'width', pixels.width)
  opts.height = optionOr(opts, 'height', pixels.height)
  checkOpts(verb, opts)
  const content = { src: pngUrl(pixels), caption: opts.caption ?? null }
  const keeps = truthy(opts.store_history)
  const body = { data: [{ content, type: keeps ? 'image_history' : 'image' }], win, eid, opts }
  return keeps && isNew !== true ? { endpoint: 'update', body, create: (sent) => sent } : { endpoint: 'events', body }
}

/** Values of up to 1 count from 0 to 1, all others from 0 to 255; as in visdom, what is outside of that wraps around. */
function toBytes(verb: string, { data, shape, dtype }: Matrix): Pixels {
  const [channels, height, width] = shape.length === 2 ? [1, shape[0]!, shape[1]!] : (shape as [number, number, number])
  if ((shape.length !== 2 && shape.length !== 3) || channels < 1 || channels > 4)
    throw new RangeError(
      `${verb}: expected an image of shape [channels, rows, columns] with 1 to 4 channels, or [rows, columns], but got ${shapeText(shape)}`,
    )
  if (height * width === 0) throw new RangeError(`${verb}: the image is empty: ${shapeText(shape)}`)
  const isInteger = dtype.startsWith('int') || dtype.startsWith('uint')
  let scale = isInteger ? 1 : 255
  for (let i = 0; scale === 255 && i < data.length; i++) if (!(data[i]! <= 1)) scale = 1
  const round = dtype === 'float32' ? Math.fround : (value: number): number => value
  const plane = height * width
  const stored = channels === 1 ? 3 : channels
  const bytes = new Uint8Array(plane * stored)
  for (let c = 0; c < stored; c++) {
    const from = channels === 1 ? 0 : c * plane
    // the cast to a byte is what an array of bytes does to a number: cut to an integer, modulo 256
    for (let i = 0; i < plane; i++) bytes[i * stored + c] = round(data[from + i]! * scale)
  }
  return { data: bytes, width, height, channels: stored }
}

/** `viz.images(tensor, { nrow, padding })`: a grid of images of one size. */
export function imagesCall(
  target: Target,
  images: Values | readonly Values[],
  { nrow = 8, padding = 2 }: { nrow?: number | undefined; padding?: number | undefined },
  opts: ImageOpts | null | undefined,
): Call {
  if (!Number.isInteger(nrow) || nrow < 1)
    throw new RangeError(`images: nrow should be an integer of at least 1, but got ${nrow}`)
  if (!Number.isInteger(padding) || padding < 0)
    throw new RangeError(`images: padding should be an integer of at least 0, but got ${padding}`)
  const batch = readImages(images)
  if (batch.shape.length <= 3) return imageWindow('images', target, batch, opts)
  if (batch.shape.length !== 4)
    throw new RangeError(
      `images: expected images of shape [count, channels, rows, columns], but got ${shapeText(batch.shape)}`,
    )
  return imageWindow('images', target, grid(batch, nrow, padding), opts)
}

/** Images in an array are put together, if they are tensors or the like. */
function readImages(images: Values | readonly Values[]): Matrix {
  const isList = Array.isArray(images) && images.length > 0
  const first: unknown = isList ? images[0] : undefined
  if (!isList || typeof first !== 'object' || first === null || Array.isArray(first))
    return read('images', images as Values)
  const parts = (images as readonly Values[]).map((image) => readValues('images', image))
  const { shape, dtype } = parts[0]!
  for (const part of parts) {
    if (shapeText(part.shape) !== shapeText(shape))
      throw new RangeError(
        `images: all images should have the same shape, but got ${shapeText(shape)} and ${shapeText(part.shape)}`,
      )
  }
  const size = parts[0]!.data.length
  const data = new Float64Array(size * parts.length)
  parts.forEach((part, i) => {
    data.set(part.data, i * size)
  })
  return { data, shape: [parts.length, ...shape], dtype }
}

/** White paper with `nrow` images beside each other. */
function grid({ data, shape }: Matrix, nrow: number, padding: number): Matrix {
  const [count, channels, rows, columns] = shape as [number, number, number, number]
  if (count === 0) throw new RangeError('images: there are no images')
  const across = Math.min(nrow, count)
  const down = Math.ceil(count / across)
  const [cellHeight, cellWidth] = [rows + 2 * padding, columns + 2 * padding]
  const [height, width] = [cellHeight * down, cellWidth * across]
  const paper = new Float64Array(channels * height * width).fill(1)
  for (let n = 0; n < count; n++) {
    // visdom leaves one more pixel above and on the left, and what then does not fit is cut off
    const top = Math.floor(n / across) * cellHeight + 1 + padding
    const left = (n % across) * cellWidth + 1 + padding
    for (let c = 0; c < channels; c++) {
      for (let y = 0; y < rows && top + y < height; y++) {
        const to = (c * height + top + y) * width + left
        const from = ((n * channels + c) * rows + y) * columns
        for (let x = 0; x < columns && left + x < width; x++) paper[to + x] = data[from + x]!
      }
    }
  }
  return { data: paper, shape: [channels, height, width], dtype: 'float64' }
}
