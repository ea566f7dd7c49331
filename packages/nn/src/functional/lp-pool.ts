/** Power-average pooling. */
import {
  abs,
  avgPool1d,
  avgPool2d,
  avgPool3d,
  bindOptions,
  maxPool1d,
  maxPool2d,
  maxPool3d,
  mul,
  neg,
  pow,
  relu,
  type Sizes,
  sign,
  type Tensor,
  ValueError,
} from '@tsorch/core'

/** Options of the power-average poolings. */
export interface LpPoolOptions {
  /** The kernel size if not given. */
  stride?: Sizes | null
  /** Lets a last window hang over the end. */
  ceilMode?: boolean
}

const averages = [avgPool1d, avgPool2d, avgPool3d] as const
const maxima = [maxPool1d, maxPool2d, maxPool3d] as const

function lpPool(n: 1 | 2 | 3, input: Tensor, normType: number, kernelSize: Sizes, args: readonly unknown[]): Tensor {
  const o = bindOptions<LpPoolOptions>(`lpPool${n}d`, ['stride', 'ceilMode'], args)
  const options = { ...(o.stride == null ? {} : { stride: o.stride }), ceilMode: o.ceilMode ?? false }
  const max = maxima[n - 1]!
  if (normType === Number.POSITIVE_INFINITY) return max(abs(input), kernelSize, options)
  if (normType === Number.NEGATIVE_INFINITY) return neg(max(neg(abs(input)), kernelSize, options))
  if (normType === 0) throw new ValueError(`lp_pool${n}d: norm_type must not be 0`)
  const mean = averages[n - 1]!(pow(input, normType), kernelSize, options)
  const kernel = typeof kernelSize === 'number' ? [kernelSize] : kernelSize
  const taps = kernel.length === 1 ? kernel[0]! ** n : kernel.reduce((a, b) => a * b, 1)
  // the value itself; written so that the gradient of a sum that is zero is zero, and not that of its root
  const sums = mul(mul(sign(mean.detach()), relu(abs(mean))), taps)
  return pow(sums, 1 / normType)
}

/** Power-average pooling over one dimension, see {@link lpPool2d}. @see https://pytorch.org/docs/stable/generated/torch.nn.functional.lp_pool1d.html */
export function lpPool1d(
  input: Tensor,
  normType: number,
  kernelSize: Sizes,
  stride?: Sizes | null | LpPoolOptions,
  ceilMode?: boolean | LpPoolOptions,
): Tensor {
  return lpPool(1, input, normType, kernelSize, [stride ?? undefined, ceilMode])
}

/**
 * The `normType`-th root of the sum of powers of each window: the sum for 1, and in the limit of infinity the largest magnitude.
 *
 * @param input - shape [N, C, H, W] or [C, H, W]
 * @param normType - the power
 * @param kernelSize - size of the window
 * @returns shape [N, C, H', W']
 * @throws RuntimeError if the window does not fit
 * @throws ValueError for the power 0
 * @example
 * ```ts
 * lpPool2d(ones([1, 1, 2, 2]), 2, 2) // tensor([[[[2.]]]])
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.nn.functional.lp_pool2d.html
 */
export function lpPool2d(
  input: Tensor,
  normType: number,
  kernelSize: Sizes,
  stride?: Sizes | null | LpPoolOptions,
  ceilMode?: boolean | LpPoolOptions,
): Tensor {
  return lpPool(2, input, normType, kernelSize, [stride ?? undefined, ceilMode])
}

/** Power-average pooling over three dimensions, see {@link lpPool2d}. @see https://pytorch.org/docs/stable/generated/torch.nn.functional.lp_pool3d.html */
export function lpPool3d(
  input: Tensor,
  normType: number,
  kernelSize: Sizes,
  stride?: Sizes | null | LpPoolOptions,
  ceilMode?: boolean | LpPoolOptions,
): Tensor {
  return lpPool(3, input, normType, kernelSize, [stride ?? undefined, ceilMode])
}
