/** Activations that consist of other operations, and those that write into their input. */
import {
  add,
  bindOptions,
  celu,
  div,
  type EluOptions,
  elu,
  emptyLike,
  type HardtanhOptions,
  hardtanh,
  type LeakyReluOptions,
  leakyRelu,
  log,
  max,
  neg,
  noGrad,
  type RReluOptions,
  relu as reluOf,
  rrelu,
  scatter,
  selu,
  softmax,
  sub,
  type Tensor,
  threshold as thresholdOf,
  zerosLike,
} from '@tsorch/core'

/** Options of {@link relu}. */
export interface InplaceOptions {
  /** Writes the result into `input`. */
  inplace?: boolean
}

/**
 * `max(x, 0)`.
 *
 * @see https://pytorch.org/docs/stable/generated/torch.nn.functional.relu.html
 */
export function relu(input: Tensor, inplace?: boolean | InplaceOptions): Tensor {
  if (inplace === undefined) return reluOf(input)
  const o = bindOptions<InplaceOptions>('relu', ['inplace'], [inplace])
  return o.inplace === true ? input.relu_() : reluOf(input)
}

/** {@link relu} in place. @see https://pytorch.org/docs/stable/generated/torch.nn.functional.relu_.html */
export function relu_(input: Tensor): Tensor {
  return input.relu_()
}

/** Options of `O` without the one that the name of the function decides. */
type Always<O> = Omit<O, 'inplace'>

/** {@link leakyRelu} in place. @see https://pytorch.org/docs/stable/generated/torch.nn.functional.leaky_relu_.html */
export function leakyRelu_(input: Tensor, negativeSlope?: number | Always<LeakyReluOptions>): Tensor {
  const o = bindOptions<Always<LeakyReluOptions>>('leakyRelu_', ['negativeSlope'], [negativeSlope])
  return leakyRelu(input, { ...o, inplace: true })
}

/** {@link elu} in place. @see https://pytorch.org/docs/stable/generated/torch.nn.functional.elu_.html */
export function elu_(input: Tensor, alpha?: number | Always<EluOptions>): Tensor {
  return elu(input, { ...bindOptions<Always<EluOptions>>('elu_', ['alpha'], [alpha]), inplace: true })
}

/** {@link selu} in place. @see https://pytorch.org/docs/stable/generated/torch.nn.functional.selu.html */
export function selu_(input: Tensor): Tensor {
  return selu(input, true)
}

/** {@link celu} in place. @see https://pytorch.org/docs/stable/generated/torch.nn.functional.celu.html */
export function celu_(input: Tensor, alpha?: number | Always<EluOptions>): Tensor {
  return celu(input, { ...bindOptions<Always<EluOptions>>('celu_', ['alpha'], [alpha]), inplace: true })
}

/** {@link hardtanh} in place. @see https://pytorch.org/docs/stable/generated/torch.nn.functional.hardtanh_.html */
export function hardtanh_(
  input: Tensor,
  minVal?: number | Always<HardtanhOptions>,
  maxVal?: number | Always<HardtanhOptions>,
): Tensor {
  const o = bindOptions<Always<HardtanhOptions>>('hardtanh_', ['minVal', 'maxVal'], [minVal, maxVal])
  return hardtanh(input, { ...o, inplace: true })
}

/** {@link thresholdOf} in place. @see https://pytorch.org/docs/stable/generated/torch.nn.functional.threshold_.html */
export function threshold_(input: Tensor, threshold: number, value: number): Tensor {
  return thresholdOf(input, threshold, value, true)
}

/** {@link rrelu} in place. @see https://pytorch.org/docs/stable/generated/torch.nn.functional.rrelu_.html */
export function rrelu_(
  input: Tensor,
  lower?: number | Always<RReluOptions>,
  upper?: number | Always<RReluOptions>,
  training?: boolean | Always<RReluOptions>,
): Tensor {
  const names = ['lower', 'upper', 'training', 'generator'] as const
  const o = bindOptions<Always<RReluOptions>>('rrelu_', names, [lower, upper, training])
  return rrelu(input, { ...o, inplace: true })
}

/** Options of {@link gumbelSoftmax}. */
export interface GumbelSoftmaxOptions {
  /** Temperature, 1 if not given: the smaller, the closer to one-hot. */
  tau?: number
  /** Gives one-hot vectors, with the gradient of the soft ones; false if not given. */
  hard?: boolean
  /** Has no effect; there as in PyTorch. */
  eps?: number
  /** The dimension that sums to 1, -1 if not given. */
  dim?: number
}

/**
 * Draws from categorical distributions, differentiably with respect to their logits (Jang et al., 2017).
 *
 * @param logits - unnormalised logarithms of probabilities, floating point
 * @returns samples of the shape of `logits`
 * @throws RuntimeError for integers
 * @example
 * ```ts
 * gumbelSoftmax(zeros([2, 3]), { hard: true }).sum(1) // tensor([1., 1.])
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.nn.functional.gumbel_softmax.html
 */
export function gumbelSoftmax(
  logits: Tensor,
  tau?: number | GumbelSoftmaxOptions,
  hard?: boolean | GumbelSoftmaxOptions,
  eps?: number | GumbelSoftmaxOptions,
  dim?: number | GumbelSoftmaxOptions,
): Tensor {
  const names = ['tau', 'hard', 'eps', 'dim'] as const
  const o = bindOptions<GumbelSoftmaxOptions>('gumbelSoftmax', names, [tau, hard, eps, dim])
  const along = o.dim ?? -1
  const noise = noGrad(() =>
    neg(log(emptyLike(logits, { memoryFormat: 'contiguous_format', requiresGrad: false }).exponential_())),
  )
  const soft = softmax(div(add(logits, noise), o.tau ?? 1), along)
  if (o.hard !== true) return soft
  const oneHot = noGrad(() => scatter(zerosLike(soft), along, max(soft, along, true).indices, 1))
  // its value is one-hot, its gradient that of the soft one
  return add(sub(oneHot, soft.detach()), soft)
}
