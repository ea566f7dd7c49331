/** From tensors to pixels. */
import type { Pixels } from './png.js'
import type { ReadValues } from './values.js'

/** Images beside each other in a grid, at most. */
const GRID_COLUMNS = 8

/** The dimensions that an image of so many has. */
const dimensions: Readonly<Record<number, string>> = { 2: 'HW', 3: 'CHW', 4: 'NCHW' }

/**
 * The pixels of an image, or of a batch of images in a grid. Elements of uint8 are taken as they are, others are multiplied by
 * 255; both are cut to what a byte holds.
 *
 * @param format what the dimensions are, a letter each: `'CHW'`, `'HWC'`, `'HW'`, `'NCHW'`, ...
 * @throws RangeError if the format does not fit the shape
 */
export function toPixels(name: string, image: ReadValues, format: string, columns: number = GRID_COLUMNS): Pixels {
  const { shape } = image
  const axes = format.toUpperCase()
  if (new Set(axes).size !== axes.length)
    throw new RangeError(`${name}: You can not use the same dimension shorthand twice. input_format: ${format}`)
  if (axes.length !== shape.length)
    throw new RangeError(
      `${name}: size of input tensor and input format are different. tensor shape: (${shape.join(', ')}), input_format: ${format}`,
    )
  if (sorted(axes) !== sorted(dimensions[axes.length] ?? ''))
    throw new RangeError(`${name}: expected dataformats of the letters N, C, H, W, such as 'CHW', but got '${format}'`)
  const strides = shape.map((_, i) => shape.slice(i + 1).reduce((product, size) => product * size, 1))
  const sizeOf = (axis: string): number => (axes.includes(axis) ? shape[axes.indexOf(axis)]! : 1)
  const strideOf = (axis: string): number => (axes.includes(axis) ? strides[axes.indexOf(axis)]! : 0)

  const [n, c, h, w] = [sizeOf('N'), sizeOf('C'), sizeOf('H'), sizeOf('W')]
  if (axes.length === 4 && c !== 1 && c !== 3)
    throw new RangeError(`${name}: Input should be 4D with 3 channels or 1, but has ${c}`)
  if (c < 1 || c > 4) throw new RangeError(`${name}: expected an image of 1 to 4 channels, but got ${c}`)
  if (n * h * w === 0) throw new RangeError(`${name}: the image is empty: shape (${shape.join(', ')})`)

  const across = Math.min(n, columns)
  const channels = c === 1 ? 3 : c
  const [width, height] = [w * across, h * Math.ceil(n / across)]
  const data = new Uint8Array(width * height * channels)
  const [strideN, strideC, strideH, strideW] = [
    strideOf('N'),
    c === 1 ? 0 : strideOf('C'),
    strideOf('H'),
    strideOf('W'),
  ]
  const byte = image.dtype === 'uint8' ? asIs : scaled
  for (let i = 0; i < n; i++) {
    for (let y = 0; y < h; y++) {
      let to = ((Math.floor(i / across) * h + y) * width + (i % across) * w) * channels
      for (let x = 0; x < w; x++) {
        const from = i * strideN + y * strideH + x * strideW
        for (let k = 0; k < channels; k++) data[to++] = byte(image.data[from + k * strideC]!)
      }
    }
  }
  return { data, width, height, channels }
}

function sorted(letters: string): string {
  return [...letters].sort().join('')
}

function asIs(value: number): number {
  return value
}

function scaled(value: number): number {
  return Math.max(0, Math.min(255, Math.fround(Math.fround(value) * 255)))
}
