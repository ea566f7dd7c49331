/** Normalisation of a position by what its neighbouring channels hold there. */
import {
  add,
  autograd,
  avgPool2d,
  bindOptions,
  cat,
  constantPadNd,
  div,
  mul,
  narrow,
  pow,
  reshape,
  type Tensor,
  ValueError,
} from '@tsorch/core'
import { localResponseNorm, type ResponseNormOptions, responseNormNames } from '../functional/normalization.js'
import { Layer } from '../module/module.js'
import { float } from './python-text.js'

/** What both layers have in common. */
abstract class ResponseNorm extends Layer {
  /** Number of channels in a window. */
  size: number
  alpha: number
  beta: number
  k: number

  constructor(layer: string, size: number, args: readonly unknown[]) {
    super()
    const o = bindOptions<ResponseNormOptions>(layer, responseNormNames, args)
    this.size = size
    this.alpha = o.alpha ?? 1e-4
    this.beta = o.beta ?? 0.75
    this.k = o.k ?? 1
  }
}

/**
 * Divides each element by `(k + alpha * m)^beta`, where m is the mean square of `size` neighbouring channels at its position
 * (Krizhevsky et al., 2012). Input and output [N, C, d1, ...].
 *
 * @throws ValueError for less than 3 dimensions
 * @example
 * ```ts
 * new LocalResponseNorm(5)(randn([2, 16, 8, 8])) // shape [2, 16, 8, 8]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.nn.LocalResponseNorm.html
 */
export class LocalResponseNorm extends ResponseNorm {
  constructor(
    size: number,
    alpha?: number | ResponseNormOptions,
    beta?: number | ResponseNormOptions,
    k?: number | ResponseNormOptions,
  ) {
    super('LocalResponseNorm', size, [alpha, beta, k])
  }

  override forward(input: Tensor): Tensor {
    return localResponseNorm(input, this.size, this.alpha, this.beta, this.k)
  }

  override extraRepr(): string {
    return `${this.size}, alpha=${float(this.alpha)}, beta=${float(this.beta)}, k=${float(this.k)}`
  }
}

/**
 * An older kind of {@link LocalResponseNorm}, there for models that were trained with it. Input and output [N, C, H, W].
 *
 * It gives what PyTorch's gives, peculiarities included: the first channel stays in every later window, and the gradient
 * takes its windows from one channel further back. {@link LocalResponseNorm} has neither.
 *
 * @throws ValueError for an input that has not 4 dimensions
 * @example
 * ```ts
 * new CrossMapLRN2d(3)(randn([2, 8, 4, 4])) // shape [2, 8, 4, 4]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.nn.CrossMapLRN2d.html
 */
export class CrossMapLRN2d extends ResponseNorm {
  constructor(
    size: number,
    alpha?: number | ResponseNormOptions,
    beta?: number | ResponseNormOptions,
    k?: number | ResponseNormOptions,
  ) {
    super('CrossMapLRN2d', size, [alpha, beta, k])
  }

  override forward(input: Tensor): Tensor {
    if (input.ndim !== 4) throw new ValueError(`CrossMapLRN2d: Expected input to be 4D, got ${input.ndim}D instead.`)
    return CrossMap.apply(input, this.size, this.alpha, this.beta, this.k)
  }

  override extraRepr(): string {
    const k = Number.isInteger(this.k) ? this.k : float(this.k)
    return `${this.size}, alpha=${float(this.alpha)}, beta=${float(this.beta)}, k=${k}`
  }
}

/** Sums over `size` channels, at every place where they fit. */
function channelSums(x: Tensor, size: number): Tensor {
  const [samples, channels, ...positions] = x.shape as [number, number, ...number[]]
  const sums = avgPool2d(reshape(x, [samples, 1, channels, -1]), [size, 1], { stride: 1, divisorOverride: 1 })
  return reshape(sums, [samples, channels - size + 1, ...positions])
}

class CrossMap extends autograd.Function {
  static forward(
    ctx: autograd.FunctionContext,
    input: Tensor,
    size: number,
    alpha: number,
    beta: number,
    k: number,
  ): Tensor {
    const reach = Math.trunc((size - 1) / 2)
    const squares = mul(input, input)
    let sums = channelSums(constantPadNd(squares, [0, 0, 0, 0, reach, reach]), 2 * reach + 1)
    const rest = input.shape[1]! - reach - 1
    if (rest > 0) {
      const [near, far] = [narrow(sums, 1, 0, reach + 1), narrow(sums, 1, reach + 1, rest)]
      sums = cat([near, add(far, narrow(squares, 1, 0, 1))], 1)
    }
    const scale = add(mul(sums, alpha / size), k)
    const output = mul(pow(scale, -beta), input)
    ctx.size = size
    ctx.slope = (2 * alpha * beta) / size
    ctx.beta = beta
    ctx.saveForBackward(input, output, scale)
    return output
  }

  static backward(ctx: autograd.FunctionContext, g: Tensor): readonly (Tensor | null)[] {
    const [input, output, scale] = ctx.savedTensors as [Tensor, Tensor, Tensor]
    const { size, slope, beta } = ctx as unknown as { size: number; slope: number; beta: number }
    const back = Math.min(Math.trunc(size - (size - 1) / 2), size - 1)
    const ratio = div(mul(g, output), scale)
    const sums = channelSums(constantPadNd(ratio, [0, 0, 0, 0, back, size - 1 - back]), size)
    return [add(mul(pow(scale, -beta), g), mul(mul(input, sums), -slope)), null, null, null, null]
  }
}
