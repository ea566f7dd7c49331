/** The softmax family. */
import { bindOptions, logSoftmax, softmax, softmin, type Tensor, ValueError } from '@tsorch/core'
import { Layer } from '../module/module.js'

/** Options of the softmax family. */
export interface DimOptions {
  /** The dimension that sums to 1. Name it: without, old PyTorch's rule applies (0 for 1 or 3 dimensions, else 1). */
  dim?: number | null
}

/** What normalises along a dimension. */
export abstract class AlongDim extends Layer {
  dim: number | null

  constructor(dim?: number | null | DimOptions) {
    super()
    this.dim = bindOptions<DimOptions>(this.constructor.name, ['dim'], [dim ?? undefined]).dim ?? null
  }

  override extraRepr(): string {
    return `dim=${this.dim ?? 'None'}`
  }
}

/**
 * `e^x`, normalised to sum 1 along `dim`.
 *
 * @example
 * ```ts
 * new Softmax(1)(randn([2, 3])).sum(1) // tensor([1., 1.])
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.nn.Softmax.html
 */
export class Softmax extends AlongDim {
  override forward(input: Tensor): Tensor {
    return softmax(input, this.dim ?? undefined)
  }
}

/** The logarithm of {@link Softmax}, without loss of precision. @see https://pytorch.org/docs/stable/generated/torch.nn.LogSoftmax.html */
export class LogSoftmax extends AlongDim {
  override forward(input: Tensor): Tensor {
    return logSoftmax(input, this.dim ?? undefined)
  }
}

/** {@link Softmax} of `-x`. @see https://pytorch.org/docs/stable/generated/torch.nn.Softmin.html */
export class Softmin extends AlongDim {
  override forward(input: Tensor): Tensor {
    return softmin(input, this.dim ?? undefined)
  }
}

/**
 * {@link Softmax} over the channels at each position of [N, C, H, W] or [C, H, W].
 *
 * @throws ValueError for other inputs
 * @see https://pytorch.org/docs/stable/generated/torch.nn.Softmax2d.html
 */
export class Softmax2d extends Layer {
  override forward(input: Tensor): Tensor {
    if (input.ndim !== 3 && input.ndim !== 4)
      throw new ValueError(`Softmax2d: expected input to be 3D or 4D, got ${input.ndim}D instead`)
    return softmax(input, -3)
  }
}
