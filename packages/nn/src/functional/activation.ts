/** Activations with PyTorch's `inplace`, which the tensor functions of the same name do not have. */
import { bindOptions, leakyRelu, relu as reluOf, type Tensor } from '@tsorch/core'

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

/** {@link leakyRelu} in place. @see https://pytorch.org/docs/stable/generated/torch.nn.functional.leaky_relu_.html */
export function leakyRelu_(input: Tensor, negativeSlope?: number | { negativeSlope?: number }): Tensor {
  const o = bindOptions<{ negativeSlope: number }>('leakyRelu_', ['negativeSlope'], [negativeSlope])
  return leakyRelu(input, { ...o, inplace: true })
}
