import { bindOptions, RuntimeError, type Tensor } from '@tsorch/core'
import { factoryNames } from './factory.js'
import { become, lazyParameter, materializeAll } from './lazy.js'
import { Linear, type LinearOptions } from './linear.js'

/**
 * A {@link Linear} that takes `inFeatures` from its first input, and is an ordinary one from then on.
 *
 * Its weights are drawn at that time, unless they were loaded before. An optimizer may be made earlier.
 *
 * @throws RuntimeError if the first input does not fit to loaded weights
 * @example
 * ```ts
 * const layer = new LazyLinear(4)
 * layer(randn([2, 3])) // shape [2, 4]
 * String(layer) // Linear(in_features=3, out_features=4, bias=True)
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.nn.LazyLinear.html
 */
export class LazyLinear extends Linear {
  constructor(outFeatures: number, bias?: boolean | LinearOptions, options?: LinearOptions) {
    super(0, 0, bindOptions<LinearOptions>('LazyLinear', ['bias', ...factoryNames], [bias, options]))
    this.outFeatures = outFeatures
    this.weight = lazyParameter(this.weight)
    this.bias = lazyParameter(this.bias)
  }

  /** Does nothing before the first input. */
  override resetParameters(): void {}

  override forward(input: Tensor): Tensor {
    const features = input.shape.at(-1)!
    const shapes = [
      [this.weight, [this.outFeatures, features]],
      [this.bias, [this.outFeatures]],
    ] as const
    const draws = materializeAll(shapes)
    const inFeatures = this.weight.shape[1]!
    if (inFeatures !== features)
      throw new RuntimeError(
        `The in_features inferred from input: ${features} is not equal to in_features from self.weight: ${inFeatures}`,
      )
    this.inFeatures = inFeatures
    become(this, Linear)
    if (draws) this.resetParameters()
    return this.forward(input)
  }
}
