import {
  bindOptions,
  type DType,
  type DTypeLike,
  empty,
  float32,
  fromTypedArray,
  getDefaultDtype,
  RuntimeError,
  Tensor,
  ValueError,
} from '@tsorch/core'
import { checkImage, type Image, typeName } from '../../image.js'
import { maxValue } from './cast.js'

/** `v / 255` in float32 for every byte: a table is several times faster than dividing. */
const unit = Float32Array.from({ length: 256 }, (_, v) => v / 255)

/**
 * An image as a floating-point tensor of shape (C, H, W) with values in [0, 1].
 *
 * @param pic 8-bit image of any number of channels
 * @returns a tensor of the default dtype
 * @throws TypeError if `pic` is not an image (a tensor is not), ValueError if its sizes do not fit its data
 * @example
 * ```ts
 * import { transforms } from '@tsorch/vision'
 *
 * const x = transforms.functional.toTensor({ width: 2, height: 1, channels: 1, data: new Uint8Array([0, 255]) })
 * console.log(x.shape, x.tolist()) // [1, 1, 2] [[[0, 1]]]
 * ```
 * @see https://docs.pytorch.org/vision/stable/generated/torchvision.transforms.functional.to_tensor.html
 */
export function toTensor(pic: Image): Tensor {
  checkImage('pic', pic)
  const { width, height, channels, data } = pic
  const plane = width * height
  const shape = [channels, height, width]
  const dtype = getDefaultDtype()
  if (dtype !== float32)
    return fromTypedArray(planar(data, plane, channels), shape)
      .to(dtype)
      .div(255)
  const values = new Float32Array(data.length)
  for (let c = 0, at = 0; c < channels; c++) {
    for (let i = c; i < data.length; i += channels) values[at++] = unit[data[i]!]!
  }
  return fromTypedArray(values, shape)
}

/** Interleaved channels, put one after the other. */
function planar(data: Image['data'], plane: number, channels: number): Uint8Array {
  const out = new Uint8Array(data.length)
  for (let c = 0; c < channels; c++) {
    for (let i = 0; i < plane; i++) out[c * plane + i] = data[i * channels + c]!
  }
  return out
}

/**
 * An image as a uint8 tensor of shape (C, H, W), with a copy of its values. The name is torchvision's; an `Image` is the PIL image here.
 *
 * @throws TypeError if `pic` is not an image, ValueError if its sizes do not fit its data
 * @see https://docs.pytorch.org/vision/stable/generated/torchvision.transforms.functional.pil_to_tensor.html
 */
export function pilToTensor(pic: Image): Tensor {
  checkImage('pic', pic)
  const { width, height, channels, data } = pic
  return fromTypedArray(planar(data, width * height, channels), [channels, height, width])
}

/** What an image of so many channels is in PIL. */
const modes = ['L', 'LA', 'RGB', 'RGBA'] as const

/** PIL's names of 8-bit images. */
export type ImageMode = (typeof modes)[number]

/** Options of {@link toPilImage}. */
export interface ToPilImageOptions {
  /** The mode that is expected; by default what the number of channels says. */
  mode?: ImageMode | null
}

/**
 * A tensor as an image: floating-point values are multiplied by 255 and cut off, those of uint8 stay.
 *
 * @param pic shape (C, H, W) or (H, W), of 1 to 4 channels, floating point with values in [0, 1] or uint8
 * @throws TypeError if `pic` is no tensor or of a dtype that 8-bit images do not hold; ValueError for other shapes, or another mode
 * than that of its channels
 * @example
 * ```ts
 * import { tensor } from '@tsorch/core'
 * import { transforms } from '@tsorch/vision'
 *
 * const image = transforms.functional.toPilImage(tensor([[0, 1]], { dtype: 'float32' })) // 2 x 1 pixels: [0, 255]
 * ```
 * @see https://docs.pytorch.org/vision/stable/generated/torchvision.transforms.functional.to_pil_image.html
 */
export function toPilImage(pic: Tensor, mode?: ImageMode | null | ToPilImageOptions): Image {
  const o = bindOptions<ToPilImageOptions>('toPilImage', ['mode'], [mode ?? undefined])
  if (!(pic instanceof Tensor)) throw new TypeError(`pic should be Tensor or ndarray. Got ${typeName(pic)}.`)
  if (pic.ndim !== 2 && pic.ndim !== 3) {
    throw new ValueError(`pic should be 2/3 dimensional. Got ${pic.ndim} dimensions.`)
  }
  const [channels, height, width] = (pic.ndim === 2 ? [1, ...pic.shape] : pic.shape) as [number, number, number]
  if (channels > 4) throw new ValueError(`pic should not have > 4 channels. Got ${channels} channels.`)
  const found = modes[channels - 1]
  if (o.mode !== undefined && o.mode !== null && o.mode !== found)
    throw new ValueError(`Incorrect mode (${o.mode}) supplied for an input of ${channels} channels. Should be ${found}`)
  const isFloat = pic.isFloatingPoint()
  if (!isFloat && pic.dtype.name !== 'uint8') throw new TypeError(`Input type ${pic.dtype.name} is not supported`)
  const values = pic.detach().toTypedArray() as ArrayLike<number>
  const data = new Uint8Array(values.length)
  const plane = height * width
  const single = pic.dtype.itemsize < 8
  for (let c = 0, at = 0; c < channels; c++) {
    for (let i = 0, to = c; i < plane; i++, to += channels) {
      const v = values[at++]!
      data[to] = !isFloat ? v : single ? Math.fround(v * 255) : v * 255
    }
  }
  return { width, height, channels, data }
}

/** Options of {@link convertImageDtype}. */
export interface ConvertImageDtypeOptions {
  /** float32 if not given. */
  dtype?: DTypeLike
}

/**
 * A tensor image in another dtype, scaled so that full brightness stays full brightness: 1 in floating point, 255 in uint8, and so on.
 *
 * @throws TypeError if `image` is no tensor
 * @throws RuntimeError for float32 to int32 or int64, and float64 to int64: these do not hold all whole numbers of the range
 * @example
 * ```ts
 * import { tensor } from '@tsorch/core'
 * import { transforms } from '@tsorch/vision'
 *
 * const x = transforms.functional.convertImageDtype(tensor([[[0, 255]]], { dtype: 'uint8' }), 'float32') // [[[0, 1]]]
 * ```
 * @see https://docs.pytorch.org/vision/stable/generated/torchvision.transforms.functional.convert_image_dtype.html
 */
export function convertImageDtype(image: Tensor, dtype?: DTypeLike | ConvertImageDtypeOptions): Tensor {
  if (!(image instanceof Tensor)) throw new TypeError(`Input img should be Tensor Image. Got ${typeName(image)}`)
  const o = bindOptions<ConvertImageDtypeOptions>('convertImageDtype', ['dtype'], [dtype])
  const to = empty([0], { dtype: o.dtype ?? float32 }).dtype
  const from = image.dtype
  if (from === to) return image
  if (image.isFloatingPoint()) return to.isFloatingPoint ? image.to(to) : fromFloat(image, to)
  if (to.isFloatingPoint) return image.to(to).div(maxValue(from))
  const [inputMax, outputMax] = [maxValue(from), maxValue(to)]
  if (inputMax > outputMax) {
    const factor = Math.floor((inputMax + 1) / (outputMax + 1))
    return image.div(factor, { roundingMode: 'floor' }).to(to)
  }
  return image.to(to).mul(Math.floor((outputMax + 1) / (inputMax + 1)))
}

function fromFloat(image: Tensor, to: DType): Tensor {
  const from = image.dtype.name
  if (
    (from === 'float32' && (to.name === 'int32' || to.name === 'int64')) ||
    (from === 'float64' && to.name === 'int64')
  )
    throw new RuntimeError(`The cast from ${image.dtype} to ${to} cannot be performed safely.`)
  // a little less than one more than the maximum: all whole numbers get equal shares of [0, 1]
  return image.mul(maxValue(to) + 1 - 1e-3).to(to)
}
