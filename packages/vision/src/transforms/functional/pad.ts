import { bindOptions, float32, indexSelect, type Tensor, tensor, pad as torchPad, ValueError } from '@tsorch/core'
import { type Image, type ImageOrTensor, typeName } from '../../image.js'
import { borderIndices } from '../../pixels/border.js'
import { cropped, picked } from '../../pixels/layout.js'
import { type Fill, forKind, imageColor } from './input.js'

/** What is added around an image: a colour, its last pixels, or the image mirrored without and with its last pixels. */
export type PaddingMode = 'constant' | 'edge' | 'reflect' | 'symmetric'

/** How much is added: everywhere; left and right, top and bottom; or left, top, right, bottom. Negative numbers cut off. */
export type Padding = number | readonly number[]

/** Options of {@link pad}. */
export interface PadOptions {
  /** The colour that mode `'constant'` adds, 0 if not given. Tensors take one number only. */
  fill?: Fill | null
  /** `'constant'` if not given. */
  paddingMode?: PaddingMode
}
const modes: readonly PaddingMode[] = ['constant', 'edge', 'reflect', 'symmetric']

/** Left, top, right, bottom. @throws TypeError, ValueError if it is no padding */
export function checkPadding(padding: Padding): [left: number, top: number, right: number, bottom: number] {
  const list = typeof padding === 'number' ? [padding] : padding
  if (!Array.isArray(list)) throw new TypeError('Got inappropriate padding arg')
  if (![1, 2, 4].includes(list.length)) {
    throw new ValueError(`Padding must be an int or a 1, 2, or 4 element tuple, not a ${list.length} element tuple`)
  }
  const [left, top = left, right = left, bottom = top] = list as [number, number?, number?, number?]
  return [left, top, right, bottom]
}

/** @throws ValueError if a mode is none */
export function checkPaddingMode(mode: PaddingMode): PaddingMode {
  if (!modes.includes(mode)) throw new ValueError('Padding mode should be either constant, edge, reflect or symmetric')
  return mode
}

/**
 * An image with pixels added around it.
 *
 * @param img image, or tensor of shape (..., H, W); with other modes than `'constant'` at most two dimensions more
 * @param padding how much: everywhere; left and right, top and bottom; or left, top, right, bottom
 * @throws TypeError, ValueError for a padding, a fill or a mode that is none
 * @throws RuntimeError if a tensor is to be reflected beyond its size
 * @example
 * ```ts
 * import { transforms } from '@tsorch/vision'
 *
 * const image = { width: 2, height: 2, channels: 1, data: new Uint8Array([0, 80, 160, 240]) }
 * const framed = transforms.functional.pad(image, 1, { paddingMode: 'edge' }) // 4 x 4 pixels, first row [0, 0, 80, 80]
 * ```
 * @see https://docs.pytorch.org/vision/stable/generated/torchvision.transforms.functional.pad.html
 */
export function pad<T extends ImageOrTensor>(
  img: T,
  padding: Padding,
  fill?: Fill | null | PadOptions,
  paddingMode?: PaddingMode | PadOptions,
): T {
  const o = bindOptions<PadOptions>('pad', ['fill', 'paddingMode'], [fill ?? undefined, paddingMode])
  const border = checkPadding(padding)
  const mode = checkPaddingMode(o.paddingMode ?? 'constant')
  const color = o.fill ?? 0
  if (typeof color !== 'number' && !Array.isArray(color)) throw new TypeError('Got inappropriate fill arg')
  return forKind(
    img,
    (image) => padImage(image, border, color, mode),
    (x) => padTensor(x, border, color, mode),
  )
}

type Sides = [left: number, top: number, right: number, bottom: number]

function padImage(image: Image, [left, top, right, bottom]: Sides, fill: Fill, mode: PaddingMode): Image {
  const height = image.height + top + bottom
  const width = image.width + left + right
  if (height < 0 || width < 0) throw new ValueError(`Width and height must be >= 0, but got ${width} x ${height}`)
  if (mode === 'constant') return cropped(image, -top, -left, height, width, imageColor(fill, image))
  return picked(image, borderIndices(image.height, top, bottom, mode), borderIndices(image.width, left, right, mode))
}

function padTensor(x: Tensor, [left, top, right, bottom]: Sides, fill: Fill, mode: PaddingMode): Tensor {
  if (mode === 'symmetric') {
    const rows = borderIndices(x.shape.at(-2)!, top, bottom, mode)
    const columns = borderIndices(x.shape.at(-1)!, left, right, mode)
    const index = (list: Int32Array): Tensor => tensor([...list], { dtype: 'int64', device: x.device })
    return indexSelect(indexSelect(x, -2, index(rows)), -1, index(columns))
  }
  if (typeof fill !== 'number')
    throw new TypeError(`Got inappropriate fill arg: tensors take one number, not ${typeName(fill)}`)
  const sides = [left, right, top, bottom]
  if (mode === 'constant') return torchPad(x, sides, { value: fill })
  const casts = x.dtype.name !== 'float32' && x.dtype.name !== 'float64'
  const batch = x.ndim < 4 ? x.unsqueeze(0) : x
  const y = torchPad(casts ? batch.to(float32) : batch, sides, mode === 'edge' ? 'replicate' : mode)
  const out = x.ndim < 4 ? y.squeeze(0) : y
  return casts ? out.to(x.dtype) : out
}
