/** Films as values of TensorBoard, which shows them among the images. */
import type { SummaryValue } from './event.js'
import { encodeGif } from './gif.js'
import { type ReadValues, readValues, type Values } from './values.js'

/** @throws RangeError if it is no film of 1 or 3 channels */
export function videoValue(tag: string, video: Values, framesPerSecond: number): SummaryValue {
  const values = readValues('addVideo', video)
  const [, frameCount = 0, channels = 0] = values.shape
  if (values.shape.length !== 5 || (channels !== 1 && channels !== 3) || values.data.length === 0)
    throw new RangeError(
      `addVideo: expected shape [N, T, C, H, W] with 1 or 3 channels, but got [${values.shape.join(', ')}]`,
    )
  if (!(framesPerSecond > 0)) throw new RangeError(`addVideo: expected fps above 0, but got ${framesPerSecond}`)
  const grid = gridOf(values)
  if (grid.width > MAX_SIDE || grid.height > MAX_SIDE)
    throw new RangeError(`addVideo: ${grid.width} x ${grid.height} pixels are more than a GIF can have`)
  const frames = Array.from({ length: frameCount }, (_, t) => grid.frame(t))
  const { width, height } = grid
  const encodedImageString = encodeGif({ width, height, frames, framesPerSecond })
  return { tag, image: { height, width, colorspace: channels, encodedImageString } }
}

/** Sizes in a GIF have two bytes. */
const MAX_SIDE = 65535

/** Films side by side, as many of them as a power of two has: those that are missing are black. */
function gridOf({ data, shape, dtype }: ReadValues): {
  width: number
  height: number
  frame(t: number): Uint8Array
} {
  const [count, times, channels, h, w] = shape as [number, number, number, number, number]
  const places = 2 ** Math.ceil(Math.log2(count))
  const rows = 2 ** Math.floor(Math.floor(Math.log2(count)) / 2)
  const columns = places / rows
  const [width, height] = [columns * w, rows * h]
  const scale = dtype === 'uint8' ? 1 : 255
  const frame = (t: number): Uint8Array => {
    const pixels = new Uint8Array(width * height * 3)
    for (let n = 0; n < count; n++) {
      const corner = Math.floor(n / columns) * h * width + (n % columns) * w
      for (let channel = 0; channel < 3; channel++) {
        const from = ((n * times + t) * channels + (channels === 1 ? 0 : channel)) * h * w
        for (let y = 0; y < h; y++) {
          for (let x = 0; x < w; x++) {
            // in float32, as PyTorch scales them
            const value = Math.fround(Math.fround(data[from + y * w + x]!) * scale)
            pixels[(corner + y * width + x) * 3 + channel] = Math.min(Math.max(value, 0), 255)
          }
        }
      }
    }
    return pixels
  }
  return { width, height, frame }
}
