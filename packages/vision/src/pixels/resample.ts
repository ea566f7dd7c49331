/** Resizing of 8-bit images as Pillow does it: weights in fixed point, first along the rows, then along the columns. */
import type { Image } from '../image.js'
import { premultiplied } from './alpha.js'
import { picked } from './layout.js'

/** A filter over the pixels that a new one covers. */
export type Filter = 'box' | 'bilinear' | 'hamming' | 'bicubic' | 'lanczos'

interface Kernel {
  /** How far it reaches, in pixels of the larger image. */
  readonly support: number
  readonly weight: (x: number) => number
}

const sinc = (x: number): number => (x === 0 ? 1 : Math.sin(x * Math.PI) / (x * Math.PI))

const kernels: Readonly<Record<Filter, Kernel>> = {
  box: { support: 0.5, weight: (x) => (x > -0.5 && x <= 0.5 ? 1 : 0) },
  bilinear: { support: 1, weight: (x) => Math.max(1 - Math.abs(x), 0) },
  hamming: {
    support: 1,
    weight: (x) => (Math.abs(x) >= 1 ? 0 : sinc(x) * (Math.fround(0.54) + Math.fround(0.46) * Math.cos(x * Math.PI))),
  },
  bicubic: {
    support: 2,
    // Keys' convolution with a = -0.5
    weight(x) {
      const d = Math.abs(x)
      if (d < 1) return (1.5 * d - 2.5) * d * d + 1
      return d < 2 ? (((d - 5) * d + 8) * d - 4) * -0.5 : 0
    },
  },
  lanczos: { support: 3, weight: (x) => (x >= -3 && x < 3 ? sinc(x) * sinc(x / 3) : 0) },
}

/** Weights are integers of this many binary digits after the point; with 8-bit values their sums stay in 32 bits. */
const precision = 22

/** For each new pixel of a row the first of the old ones that it is made of, how many they are, and their weights. */
interface Windows {
  readonly first: Int32Array
  readonly count: Int32Array
  /** `reach` of them for each new pixel. */
  readonly weights: Int32Array
  readonly reach: number
}

function windowsOf(inputs: number, outputs: number, { support, weight }: Kernel): Windows {
  const scale = inputs / outputs
  // a smaller image needs a wider filter
  const stretch = Math.max(scale, 1)
  const radius = support * stretch
  const reach = Math.ceil(radius) * 2 + 1
  const first = new Int32Array(outputs)
  const count = new Int32Array(outputs)
  const weights = new Int32Array(outputs * reach)
  const exact = new Float64Array(reach)
  for (let i = 0; i < outputs; i++) {
    const centre = (i + 0.5) * scale
    const start = Math.max(Math.trunc(centre - radius + 0.5), 0)
    const n = Math.min(Math.trunc(centre + radius + 0.5), inputs) - start
    let sum = 0
    for (let k = 0; k < n; k++) {
      exact[k] = weight((k + start - centre + 0.5) / stretch)
      sum += exact[k]!
    }
    for (let k = 0; k < n; k++) {
      const w = (sum === 0 ? exact[k]! : exact[k]! / sum) * (1 << precision)
      weights[i * reach + k] = Math.trunc(w < 0 ? w - 0.5 : w + 0.5)
    }
    first[i] = start
    count[i] = n
  }
  return { first, count, weights, reach }
}

const half = 1 << (precision - 1)

function clip(sum: number): number {
  const value = sum >> precision
  return value < 0 ? 0 : value > 255 ? 255 : value
}

function alongRows(image: Image, width: number, kernel: Kernel): Image {
  const { height, channels, data } = image
  const { first, count, weights, reach } = windowsOf(image.width, width, kernel)
  const out = new Uint8Array(width * height * channels)
  let at = 0
  for (let y = 0; y < height; y++) {
    const row = y * image.width
    for (let x = 0; x < width; x++) {
      const n = count[x]!
      const w = x * reach
      const from = (row + first[x]!) * channels
      if (channels === 3) {
        let r = half
        let g = half
        let b = half
        for (let k = 0, p = from; k < n; k++, p += 3) {
          const weight = weights[w + k]!
          r = (r + Math.imul(data[p]!, weight)) | 0
          g = (g + Math.imul(data[p + 1]!, weight)) | 0
          b = (b + Math.imul(data[p + 2]!, weight)) | 0
        }
        out[at++] = clip(r)
        out[at++] = clip(g)
        out[at++] = clip(b)
        continue
      }
      for (let c = 0; c < channels; c++) {
        let sum = half
        for (let k = 0, p = from + c; k < n; k++, p += channels) sum = (sum + Math.imul(data[p]!, weights[w + k]!)) | 0
        out[at++] = clip(sum)
      }
    }
  }
  return { width, height, channels, data: out }
}

function alongColumns(image: Image, height: number, kernel: Kernel): Image {
  const { width, channels, data } = image
  const { first, count, weights, reach } = windowsOf(image.height, height, kernel)
  const length = width * channels
  const out = new Uint8Array(height * length)
  // a row at a time: columns would jump through memory
  const sums = new Int32Array(length)
  for (let y = 0; y < height; y++) {
    sums.fill(half)
    for (let k = 0; k < count[y]!; k++) {
      const weight = weights[y * reach + k]!
      const from = (first[y]! + k) * length
      for (let x = 0; x < length; x++) sums[x] = (sums[x]! + Math.imul(data[from + x]!, weight)) | 0
    }
    const at = y * length
    for (let x = 0; x < length; x++) out[at + x] = clip(sums[x]!)
  }
  return { width, height, channels, data: out }
}

function nearestIndices(inputs: number, outputs: number): Int32Array {
  const step = inputs / outputs
  // added up rather than multiplied, as Pillow does: the rounding shows
  let place = step * 0.5
  const indices = new Int32Array(outputs)
  for (let i = 0; i < outputs; i++) {
    indices[i] = Math.min(Math.trunc(place), inputs - 1)
    place += step
  }
  return indices
}

/** An image in another size. */
export function resized(image: Image, height: number, width: number, filter: Filter | 'nearest'): Image {
  if (height === image.height && width === image.width) return { ...image, data: image.data.slice() }
  if (filter === 'nearest')
    return picked(image, nearestIndices(image.height, height), nearestIndices(image.width, width))
  const kernel = kernels[filter]
  return premultiplied(image, (pixels) => {
    const rows = (x: Image): Image => (width === x.width ? x : alongRows(x, width, kernel))
    const columns = (x: Image): Image => (height === x.height ? x : alongColumns(x, height, kernel))
    // of a very tall image the rows are made fewer first
    const tall = pixels.height > pixels.width * 100 && height < pixels.height
    return tall ? rows(columns(pixels)) : columns(rows(pixels))
  })
}
