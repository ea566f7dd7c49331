import { finiteRange, toNumbers } from './values.js'

/** An image as the datasets of `@tsorch/vision` give it: 8-bit pixels, rows from the top, channels interleaved. */
export interface ImageLike {
  readonly width: number
  readonly height: number
  /** 1 (grey), 2 (grey, alpha), 3 (RGB) or 4 (RGBA). Default 1. */
  readonly channels?: number
  readonly data: ArrayLike<number>
}

/** A tensor of shape (H, W), (1, H, W) or (3, H, W). */
export interface TensorLike {
  readonly shape: readonly number[]
  readonly dtype?: { readonly name: string; readonly isFloatingPoint: boolean }
  tolist(): unknown
}

/** What {@link picture} draws. */
export type Picturable = ImageLike | TensorLike

/** An image of 1 or 3 channels, interleaved, from 0 (black) to 255. */
export interface Pixels {
  readonly width: number
  readonly height: number
  readonly channels: 1 | 3
  readonly data: Float64Array
}

/**
 * The pixels of an image or a tensor; `range` is what is black and what is white in it.
 *
 * @throws TypeError if it is neither, RangeError if its sizes do not fit
 */
export function toPixels(image: Picturable, range?: readonly [low: number, high: number]): Pixels {
  if (typeof image === 'object' && image !== null) {
    if ('tolist' in image && Array.isArray(image.shape)) return ofTensor(image, range)
    if ('data' in image && 'width' in image && 'height' in image) return ofImage(image, range ?? [0, 255])
  }
  throw new TypeError(
    'picture: expected an image { width, height, data } or a tensor of shape (H, W), (1, H, W) or (3, H, W)',
  )
}

function ofImage({ width, height, channels = 1, data }: ImageLike, range: readonly [number, number]): Pixels {
  if (![1, 2, 3, 4].includes(channels)) {
    throw new RangeError(`picture: expected 1, 2, 3 or 4 channels, but got ${channels}`)
  }
  if (data.length !== width * height * channels) {
    throw new RangeError(
      `picture: ${height} x ${width} pixels and ${channels} channel(s) need ${width * height * channels} values, but got ${data.length}`,
    )
  }
  const colors = channels < 3 ? 1 : 3
  const alpha = channels === 2 || channels === 4
  const out = new Float64Array(width * height * colors)
  for (let i = 0; i < out.length; i++) {
    const pixel = Math.floor(i / colors) * channels
    // what is transparent shows a dark terminal
    const opacity = alpha ? data[pixel + colors]! / 255 : 1
    out[i] = scale(data[pixel + (i % colors)]!, range) * opacity
  }
  return { width, height, channels: colors, data: out }
}

function ofTensor(tensor: TensorLike, given?: readonly [number, number]): Pixels {
  const shape = tensor.shape
  const [height, width] = shape.slice(-2) as [number, number]
  const channels = shape.length === 3 ? shape[0] : 1
  if ((shape.length !== 2 && shape.length !== 3) || (channels !== 1 && channels !== 3)) {
    throw new RangeError(
      `picture: expected a tensor of shape (H, W), (1, H, W) or (3, H, W), but got (${shape.join(', ')})`,
    )
  }
  const values = toNumbers('picture', tensor)
  const range = given ?? rangeOf(values, tensor.dtype)
  const size = height * width
  const data = new Float64Array(values.length)
  for (let i = 0; i < size; i++) {
    for (let c = 0; c < channels; c++) data[i * channels + c] = scale(values[c * size + i]!, range)
  }
  return { width, height, channels, data }
}

/** Integers are 8-bit pixels; floats in [0, 1] are what ToTensor makes; other floats, such as normalised ones, are stretched. */
function rangeOf(values: readonly number[], dtype: TensorLike['dtype']): readonly [number, number] {
  if (dtype !== undefined && !dtype.isFloatingPoint && dtype.name !== 'bool') return [0, 255]
  const [low, high] = finiteRange(values)
  return low >= 0 && high <= 1 ? [0, 1] : [low, high]
}

/** From `range` to 0 to 255; black where there is no number. */
function scale(value: number, [low, high]: readonly [number, number]): number {
  const share = high > low ? (value - low) / (high - low) : Number(value >= high)
  return Number.isNaN(share) ? 0 : 255 * Math.min(1, Math.max(0, share))
}

/** The image at a width of at most `columns`: means over the areas that fall into one pixel. */
export function shrink(image: Pixels, columns: number): Pixels {
  const { channels } = image
  if (image.width <= columns) return image
  const width = columns
  const height = Math.max(1, Math.round((image.height * columns) / image.width))
  const data = new Float64Array(width * height * channels)
  for (let row = 0; row < height; row++) {
    const [top, bottom] = part(row, height, image.height)
    for (let column = 0; column < width; column++) {
      const [left, right] = part(column, width, image.width)
      for (let c = 0; c < channels; c++) {
        let sum = 0
        for (let y = top; y < bottom; y++) {
          for (let x = left; x < right; x++) sum += image.data[(y * image.width + x) * channels + c]!
        }
        data[(row * width + column) * channels + c] = sum / ((bottom - top) * (right - left))
      }
    }
  }
  return { width, height, channels, data }
}

/** The `i`th of `parts` parts of `length`; none is empty. */
function part(i: number, parts: number, length: number): [from: number, to: number] {
  const from = Math.min(length - 1, Math.floor((i * length) / parts))
  return [from, Math.max(from + 1, Math.floor(((i + 1) * length) / parts))]
}
