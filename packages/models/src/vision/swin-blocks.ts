/** The blocks of the Swin transformers, and what stands between their stages. */
import { cat, constantPadNd, type Tensor } from '@tsorch/core'
import { type AnyModule, GELU, init, Layer, Linear } from '@tsorch/nn'
import { make, type NormLayer } from '../layers/make.js'
import { MLP } from '../layers/mlp.js'
import { StochasticDepth } from '../layers/stochastic-depth.js'
import { ShiftedWindowAttention, ShiftedWindowAttentionV2, type SwinAttentionOptions } from './swin-attention.js'

/** What a block is made with. */
export interface SwinBlockOptions extends SwinAttentionOptions {
  /** Width of the hidden layer, in channels. */
  readonly mlpRatio: number
  /** Probability that a branch is left out in training. */
  readonly stochasticDepthProb: number
  readonly normLayer: NormLayer
}

abstract class SwinBlock extends Layer {
  norm1: AnyModule
  attn: AnyModule
  stochastic_depth: StochasticDepth
  norm2: AnyModule
  mlp: MLP

  constructor(
    channels: number,
    options: SwinBlockOptions,
    Attention: typeof ShiftedWindowAttention | typeof ShiftedWindowAttentionV2,
  ) {
    super()
    const { normLayer, mlpRatio, dropout } = options
    this.norm1 = make(normLayer, channels)
    this.attn = new Attention(channels, options)
    this.stochastic_depth = new StochasticDepth(options.stochasticDepthProb, 'row')
    this.norm2 = make(normLayer, channels)
    this.mlp = new MLP(channels, [Math.trunc(channels * mlpRatio), channels], {
      activationLayer: () => new GELU(),
      dropout,
    })
    for (const m of this.mlp.modules()) {
      if (!(m instanceof Linear)) continue
      init.xavierUniform_(m.weight)
      if (m.bias !== null) init.normal_(m.bias, { std: 1e-6 })
    }
  }
}

/** Attention and two linear layers at each position, each after a norm and with a way around it. */
export class SwinTransformerBlock extends SwinBlock {
  constructor(channels: number, options: SwinBlockOptions) {
    super(channels, options, ShiftedWindowAttention)
  }

  override forward(input: Tensor): Tensor {
    const x = input.add(this.stochastic_depth(this.attn(this.norm1(input))))
    return x.add(this.stochastic_depth(this.mlp(this.norm2(x))))
  }
}

/** Version 2: the norm comes last. */
export class SwinTransformerBlockV2 extends SwinBlock {
  constructor(channels: number, options: SwinBlockOptions) {
    super(channels, options, ShiftedWindowAttentionV2)
  }

  override forward(input: Tensor): Tensor {
    const x = input.add(this.stochastic_depth(this.norm1(this.attn(input))))
    return x.add(this.stochastic_depth(this.norm2(this.mlp(x))))
  }
}

/** The four pixels of each 2x2 square side by side: [N, H, W, C] to [N, H/2, W/2, 4C], padded to even sizes. */
function mergeSquares(input: Tensor): Tensor {
  const [height, width] = input.shape.slice(-3) as [number, number]
  const x = constantPadNd(input, [0, 0, 0, width % 2, 0, height % 2])
  const corners = [
    x.at('...', '0::2', '0::2', ':'),
    x.at('...', '1::2', '0::2', ':'),
    x.at('...', '0::2', '1::2', ':'),
    x.at('...', '1::2', '1::2', ':'),
  ]
  return cat(corners, -1)
}

/** Half the size and twice the channels. */
export class PatchMerging extends Layer {
  reduction: Linear
  norm: AnyModule

  constructor(channels: number, normLayer: NormLayer) {
    super()
    this.reduction = new Linear(4 * channels, 2 * channels, { bias: false })
    this.norm = make(normLayer, 4 * channels)
  }

  override forward(x: Tensor): Tensor {
    return this.reduction(this.norm(mergeSquares(x)))
  }
}

/** Version 2: the norm comes last. */
export class PatchMergingV2 extends Layer {
  reduction: Linear
  norm: AnyModule

  constructor(channels: number, normLayer: NormLayer) {
    super()
    this.reduction = new Linear(4 * channels, 2 * channels, { bias: false })
    this.norm = make(normLayer, 2 * channels)
  }

  override forward(x: Tensor): Tensor {
    return this.norm(this.reduction(mergeSquares(x)))
  }
}
