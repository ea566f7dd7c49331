import { bindOptions, type DType, Tensor, tensor, ValueError } from '@tsorch/core'
import { typeName } from '../../image.js'
import { checkTensorImage } from './input.js'

/** The optional arguments of {@link normalize} and {@link erase}. */
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
  inplace?: boolean | NormalizeOptions,
): Tensor {
  const o = bindOptions<NormalizeOptions>('normalize', ['inplace'], [inplace])
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
  const result = o.inplace ? image.sub_(perChannel(mean)) : image.sub(perChannel(mean))
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

/**
 * A tensor image with a rectangle of it set to `v`.
 *
 * @param img shape (..., C, H, W)
 * @param i row of the upper left corner
 * @param j column of the upper left corner
 * @param h height of the rectangle
 * @param w width of the rectangle
 * @param v a number, or a tensor that can be broadcast to (..., C, h, w)
 * @throws TypeError if `img` is no tensor image
 * @see https://docs.pytorch.org/vision/stable/generated/torchvision.transforms.functional.erase.html
 */
export function erase(
  img: Tensor,
  i: number,
  j: number,
  h: number,
  w: number,
  v: number | Tensor,
  inplace?: boolean | NormalizeOptions,
): Tensor {
  const o = bindOptions<NormalizeOptions>('erase', ['inplace'], [inplace])
  checkTensorImage(img)
  const out = o.inplace ? img : img.clone()
  const clamp = (at: number, dim: -1 | -2): number => Math.min(Math.max(at, 0), img.shape.at(dim)!)
  const [top, left] = [clamp(i, -2), clamp(j, -1)]
  const part = out.narrow(-2, top, clamp(i + h, -2) - top).narrow(-1, left, clamp(j + w, -1) - left)
  if (typeof v === 'number') part.fill_(v)
  else part.copy_(v)
  return out
}
