import { permute, type Tensor } from '@tsorch/core'
import { Layer } from '@tsorch/nn'

/**
 * The dimensions in another order, as a layer.
 *
 * @see https://pytorch.org/vision/stable/generated/torchvision.ops.Permute.html
 */
export class Permute extends Layer {
  dims: readonly number[]

  constructor(dims: readonly number[]) {
    super()
    this.dims = [...dims]
  }

  override forward(x: Tensor): Tensor {
    return permute(x, [...this.dims])
  }
}
