import { empty, type Tensor, ValueError } from '@tsorch/core'
import { Layer } from '@tsorch/nn'

/**
 * Zeroes a whole residual branch with probability `p` while training, and scales what is left by `1 / (1 - p)`: for each row of
 * the batch by itself, or for the batch as one.
 *
 * @throws ValueError for `p` outside [0, 1] or an unknown mode
 * @see https://pytorch.org/vision/stable/generated/torchvision.ops.StochasticDepth.html
 * @see https://arxiv.org/abs/1603.09382
 */
export class StochasticDepth extends Layer {
  p: number
  mode: 'batch' | 'row'

  constructor(p: number, mode: 'batch' | 'row') {
    super()
    if (!(p >= 0 && p <= 1)) throw new ValueError(`drop probability has to be between 0 and 1, but got ${p}`)
    if (mode !== 'batch' && mode !== 'row')
      throw new ValueError(`mode has to be either 'batch' or 'row', but got ${String(mode)}`)
    this.p = p
    this.mode = mode
  }

  override forward(input: Tensor): Tensor {
    const { p, mode, training } = this
    if (!training || p === 0) return input
    const survival = 1 - p
    const shape = input.shape.map((size, dim) => (dim === 0 && mode === 'row' ? size : 1))
    const noise = empty(shape, { dtype: input.dtype, device: input.device }).bernoulli_(survival)
    return input.mul(survival > 0 ? noise.div_(survival) : noise)
  }

  override extraRepr(): string {
    return `p=${Number.isInteger(this.p) ? this.p.toFixed(1) : this.p}, mode=${this.mode}`
  }
}
