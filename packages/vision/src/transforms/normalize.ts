import type { Tensor } from '@tsorch/core'
import { type NormalizeOptions, normalize } from './functional.js'
import { Transform } from './transform.js'

/**
 * Shifts and scales each channel of a tensor image: `(image - mean) / std`.
 *
 * @example
 * ```ts
 * import { transforms } from '@tsorch/vision'
 *
 * const transform = new transforms.Compose([new transforms.ToTensor(), new transforms.Normalize([0.1307], [0.3081])])
 * ```
 * @see https://docs.pytorch.org/vision/stable/generated/torchvision.transforms.Normalize.html
 */
export class Normalize extends Transform<Tensor, Tensor> {
  readonly mean: readonly number[]
  readonly std: readonly number[]
  readonly inplace: boolean

  /**
   * @param mean one value a channel, or a single one for all
   * @param std one value a channel, or a single one for all; none may be zero
   */
  constructor(mean: readonly number[], std: readonly number[], options: NormalizeOptions = {}) {
    super()
    this.mean = mean
    this.std = std
    this.inplace = options.inplace ?? false
  }

  forward(image: Tensor): Tensor {
    return normalize(image, this.mean, this.std, { inplace: this.inplace })
  }

  override toString(): string {
    return `Normalize(mean=[${this.mean.join(', ')}], std=[${this.std.join(', ')}])`
  }
}
