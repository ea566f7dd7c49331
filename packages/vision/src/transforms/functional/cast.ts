/** Tensors of whole numbers that are computed with in floating point, and back. */
import { type DType, float32, float64, type Tensor } from '@tsorch/core'

/** The largest value of an image of a dtype, which means full brightness. */
export function maxValue(dtype: DType): number {
  switch (dtype.name) {
    case 'uint8':
      return 255
    case 'int8':
      return 127
    case 'int16':
      return 32767
    case 'int32':
      return 2147483647
    case 'int64':
      return 2 ** 63
    default:
      return 1
  }
}

/** The floating-point dtype that an image is computed with. */
export function computeType(x: Tensor): DType {
  return x.isFloatingPoint() ? x.dtype : float32
}

/** Runs `f` on a batch of planes [N, C, H, W] in one of the dtypes `accepted`, and gives the result in the form and dtype of `x`, rounded. */
export function asFloatBatch(
  x: Tensor,
  f: (batch: Tensor) => Tensor,
  accepted: readonly DType[] = [float32, float64],
): Tensor {
  const batch = x.ndim < 4 ? x.unsqueeze(0) : x
  const casts = !accepted.includes(x.dtype)
  const y = f(casts ? batch.to(accepted[0]!) : batch)
  const out = x.ndim < 4 ? y.squeeze(0) : y
  if (!casts) return out
  return (x.isFloatingPoint() || x.dtype.name === 'bool' ? out : out.round()).to(x.dtype)
}
