import { stack, type Tensor } from '@tsorch/core'

/** Mean and standard deviation of each channel of ImageNet. */
const statistics = [
  { mean: 0.485, std: 0.229 },
  { mean: 0.456, std: 0.224 },
  { mean: 0.406, std: 0.225 },
] as const

/**
 * Images [N, 3, H, W] that were normalised by ImageNet's mean and deviation, as if they had been by mean 0.5 and deviation 0.5:
 * what the weights that came from TensorFlow were trained on.
 */
export function transformInput(x: Tensor): Tensor {
  const channels = statistics.map(({ mean, std }, i) =>
    x
      .select(1, i)
      .mul(std / 0.5)
      .add((mean - 0.5) / 0.5),
  )
  return stack(channels, 1)
}
