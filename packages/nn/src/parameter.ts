import { Tensor } from '@tsorch/core'

/**
 * A tensor that modules find and optimizers train. It shares the memory of `data`.
 *
 * @see https://pytorch.org/docs/stable/generated/torch.nn.parameter.Parameter.html
 */
export class Parameter extends Tensor {
  constructor(data: Tensor, options: { requiresGrad?: boolean } = {}) {
    super(data.storage, data.dtype, data.shape, data.strides, data.offset, data.count)
    this.requiresGrad = options.requiresGrad ?? true
  }

  override toString(): string {
    return `Parameter containing:\n${super.toString()}`
  }
}
