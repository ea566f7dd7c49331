import { type DType, float32, fromTypedArray, getDefaultDtype, Tensor, tensor, ValueError } from '@tsorch/core'
import { type Image, isImage } from '../image.js'

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
  if (!isImage(pic)) {
    throw new TypeError(`pic should be an image { width, height, channels, data: Uint8Array }. Got ${typeName(pic)}`)
  }
  const { width, height, channels, data } = pic
  const plane = width * height
  if (![width, height, channels].every((size) => Number.isInteger(size) && size >= 0)) {
    throw new ValueError(`pic should have integer sizes >= 0. Got ${height} x ${width} pixels, ${channels} channels`)
  }
  if (data.length !== plane * channels) {
    throw new ValueError(
      `pic of ${height} x ${width} pixels and ${channels} channel(s) needs ${plane * channels} values, but its data has ${data.length}`,
    )
  }
  const shape = [channels, height, width]
  const bytes = channels === 1 ? data : planar(data, plane, channels)
  const dtype = getDefaultDtype()
  if (dtype !== float32) return fromTypedArray(bytes, shape).to(dtype).div(255)
  const values = new Float32Array(bytes.length)
  for (let i = 0; i < values.length; i++) values[i] = unit[bytes[i]!]!
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

/** The optional arguments of {@link normalize}. */
export interface NormalizeOptions {
  /** Write into the tensor that is given. Default false. */
  inplace?: boolean
}

/**
 * `(image - mean) / std`, channel by channel.
 *
 * @param image floating-point tensor of shape (..., C, H, W)
 * @param mean one value a channel, or a single one for all
 * @param std one value a channel, or a single one for all
 * @throws TypeError if `image` is not a floating-point tensor; ValueError if it has fewer than 3 dimensions or a std is zero
 * in its dtype; RuntimeError if the number of channels does not fit
 * @see https://docs.pytorch.org/vision/stable/generated/torchvision.transforms.functional.normalize.html
 */
export function normalize(
  image: Tensor,
  mean: readonly number[],
  std: readonly number[],
  options: NormalizeOptions = {},
): Tensor {
  if (!(image instanceof Tensor)) throw new TypeError(`img should be Tensor Image. Got ${typeName(image)}`)
  if (!image.isFloatingPoint()) throw new TypeError(`Input tensor should be a float tensor. Got ${image.dtype}.`)
  if (image.ndim < 3) {
    throw new ValueError(
      `Expected tensor to be a tensor image of size (..., C, H, W). Got tensor.size() = [${image.shape.join(', ')}]`,
    )
  }
  const { dtype, device } = image
  if (hasZero(std, dtype)) {
    throw new ValueError(`std evaluated to zero after conversion to ${dtype}, leading to division by zero.`)
  }
  // One value needs no tensor to broadcast from. Halves do: a number would be used with more digits than they hold.
  const perChannel = (values: readonly number[]): Tensor | number =>
    values.length === 1 && dtype.itemsize >= 4 ? values[0]! : tensor([...values], { dtype, device }).view([-1, 1, 1])
  const result = options.inplace ? image.sub_(perChannel(mean)) : image.sub(perChannel(mean))
  return result.div_(perChannel(std))
}

function hasZero(std: readonly number[], dtype: DType): boolean {
  if (dtype.itemsize >= 4) return std.some((s) => (dtype.itemsize === 4 ? Math.fround(s) : s) === 0)
  return Boolean(
    tensor([...std], { dtype })
      .eq(0)
      .any()
      .item(),
  )
}

function typeName(value: unknown): string {
  return typeof value === 'object' && value !== null ? (value.constructor?.name ?? 'object') : String(value)
}
