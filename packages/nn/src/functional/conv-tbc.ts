import { bindOptions, conv1d, permute, RuntimeError, type Tensor } from '@tsorch/core'

/**
 * 1-d convolution of sequences with time in front: `conv1d` of other layouts.
 *
 * @param input - shape [T, N, C]
 * @param weight - shape [kernel, C, out]
 * @param bias - shape [out]
 * @param pad - zeros at both ends of the time, 0 if not given
 * @returns shape [T + 2 pad - kernel + 1, N, out]
 * @throws RuntimeError if the shapes do not fit
 * @example
 * ```ts
 * convTbc(randn([5, 2, 3]), randn([3, 3, 4]), zeros([4]), 1) // shape [5, 2, 4]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.nn.functional.conv_tbc.html
 */
export function convTbc(input: Tensor, weight: Tensor, bias: Tensor, pad?: number | { pad?: number }): Tensor {
  const o = bindOptions<{ pad: number }>('convTbc', ['pad'], [pad])
  if (input.ndim !== 3) throw new RuntimeError(`Input must have 3 dims: time, batch, in_channel, but got ${input.ndim}`)
  if (weight.ndim !== 3) {
    throw new RuntimeError(
      `Weight tensor must have 3 dims: kernel_width, in_channels, out_channels, but got ${weight.ndim}`,
    )
  }
  if (bias.ndim !== 1) throw new RuntimeError(`Bias must be 1-D, but got ${bias.ndim}-D`)
  if (input.shape[2] !== weight.shape[1]) {
    throw new RuntimeError(
      `Input dim 2 (input channels) is not == dim 1 in the weight tensor: got ${input.shape[2]} and ${weight.shape[1]}`,
    )
  }
  if (bias.count !== weight.shape[2]) {
    throw new RuntimeError(
      `Bias size must equal dim 2 in the weight tensor (output channels): got ${bias.count} and ${weight.shape[2]}`,
    )
  }
  const out = conv1d(permute(input, [1, 2, 0]), permute(weight, [2, 1, 0]), bias, { padding: o.pad ?? 0 })
  return permute(out, [2, 0, 1])
}
