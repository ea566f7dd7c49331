/** Normalisations that consist of other operations. */
import {
  add,
  avgPool2d,
  bindOptions,
  clampMin,
  div,
  mul,
  narrow,
  norm,
  pow,
  reshape,
  type Tensor,
  ValueError,
} from '@tsorch/core'

/** Options of {@link localResponseNorm}. */
export interface ResponseNormOptions {
  /** Factor of the mean square, 1e-4 if not given. */
  alpha?: number
  /** Exponent, 0.75 if not given. */
  beta?: number
  /** Addend, 1 if not given. */
  k?: number
}
/** Names of {@link ResponseNormOptions} in their order. */
export const responseNormNames = ['alpha', 'beta', 'k'] as const

/**
 * Divides each element by `(k + alpha * m)^beta`, where m is the mean square of `size` neighbouring channels at its position, the
 * element in their middle (Krizhevsky et al., 2012). Channels outside the input count as 0.
 *
 * @param input - floating-point tensor of shape [N, C, d1, ...]
 * @param size - number of channels in a window; an even one reaches further back than forth
 * @returns a tensor of the shape of `input`
 * @throws ValueError for less than 3 dimensions
 * @example
 * ```ts
 * localResponseNorm(ones([1, 4, 2]), 2, { alpha: 1, beta: 1 }) // 1 / 1.5 in the first channel, else 1 / 2
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.nn.functional.local_response_norm.html
 */
export function localResponseNorm(
  input: Tensor,
  size: number,
  alpha?: number | ResponseNormOptions,
  beta?: number | ResponseNormOptions,
  k?: number | ResponseNormOptions,
): Tensor {
  const o = bindOptions<ResponseNormOptions>('localResponseNorm', responseNormNames, [alpha, beta, k])
  if (input.ndim < 3) throw new ValueError(`Expected 3D or higher dimensionality input (got ${input.ndim} dimensions)`)
  if (input.count === 0) return input
  const [samples, channels] = input.shape as [number, number]
  const squares = reshape(mul(input, input), [samples, 1, channels, -1])
  // an even window gives one mean more than there are channels
  const padding = [Math.floor(size / 2), 0]
  const means = narrow(avgPool2d(squares, [size, 1], { stride: 1, padding }), 2, 0, channels)
  return div(input, pow(add(mul(reshape(means, input.shape), o.alpha ?? 1e-4), o.k ?? 1), o.beta ?? 0.75))
}

/** Options of {@link normalize}. */
export interface NormalizeOptions {
  /** Which norm becomes 1: of the p-th powers; 2 if not given. */
  p?: number
  /** The dimension that makes up a vector, or several of them; 1 if not given. */
  dim?: number | readonly number[]
  /** The least that is divided by, 1e-12 if not given. */
  eps?: number
}

/**
 * Divides vectors by their p-norm.
 *
 * @param input - floating-point tensor of any shape
 * @returns a tensor of the same shape, with norm 1 along `dim`
 * @throws RuntimeError for integers
 * @example
 * ```ts
 * normalize(tensor([[3.5, 0.0], [3.0, 4.0]])) // tensor([[1.0000, 0.0000], [0.6000, 0.8000]])
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.nn.functional.normalize.html
 */
export function normalize(
  input: Tensor,
  p?: number | NormalizeOptions,
  dim?: number | readonly number[] | NormalizeOptions,
  eps?: number | NormalizeOptions,
): Tensor {
  const o = bindOptions<NormalizeOptions>('normalize', ['p', 'dim', 'eps'], [p, dim, eps])
  return div(input, clampMin(norm(input, o.p ?? 2, o.dim ?? 1, true), o.eps ?? 1e-12))
}
