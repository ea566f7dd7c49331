/** The blocks of EfficientNet. */
import { type Tensor, ValueError } from '@tsorch/core'
import { type AnyModule, Layer, Sequential, SiLU } from '@tsorch/nn'
import { Conv2dNormActivation } from '../layers/conv-norm-activation.js'
import type { NormLayer } from '../layers/make.js'
import { SqueezeExcitation } from '../layers/squeeze-excitation.js'
import { StochasticDepth } from '../layers/stochastic-depth.js'
import { makeDivisible } from '../layers/widths.js'

/** A stage of an EfficientNet: a row of the table of its paper. */
export interface MBConvStage {
  /** Whether expansion and convolution are one, as in the early stages of version 2. */
  readonly fused: boolean
  readonly expandRatio: number
  readonly kernel: number
  /** Of the first block. */
  readonly stride: number
  readonly inputChannels: number
  readonly outChannels: number
  readonly numLayers: number
}

/** What a block is made of: layers one after the other, around which the input passes where shapes allow. */
abstract class ResidualBlock extends Layer {
  block: Sequential
  stochastic_depth: StochasticDepth
  private readonly adds: boolean

  constructor({ stride, inputChannels, outChannels }: MBConvStage, layers: readonly AnyModule[], dropProb: number) {
    super()
    if (!(stride >= 1 && stride <= 2)) throw new ValueError('illegal stride value')
    this.adds = stride === 1 && inputChannels === outChannels
    this.block = new Sequential(...layers)
    this.stochastic_depth = new StochasticDepth(dropProb, 'row')
  }

  override forward(input: Tensor): Tensor {
    const result = this.block(input)
    return this.adds ? this.stochastic_depth(result).add_(input) : result
  }
}

/**
 * Expansion by 1x1, convolution channel by channel, squeeze and excitation, projection by 1x1.
 *
 * @see https://arxiv.org/abs/1905.11946
 */
export class MBConv extends ResidualBlock {
  constructor(stage: MBConvStage, dropProb: number, normLayer: NormLayer) {
    const { inputChannels, outChannels, kernel, stride } = stage
    const expanded = makeDivisible(inputChannels * stage.expandRatio, 8)
    const common = { normLayer, activationLayer: SiLU }
    const layers: AnyModule[] = []
    if (expanded !== inputChannels) layers.push(new Conv2dNormActivation(inputChannels, expanded, 1, common))
    layers.push(
      new Conv2dNormActivation(expanded, expanded, kernel, { ...common, stride, groups: expanded }),
      new SqueezeExcitation(expanded, Math.max(1, Math.floor(inputChannels / 4)), {
        activation: () => new SiLU({ inplace: true }),
      }),
      new Conv2dNormActivation(expanded, outChannels, 1, { normLayer, activationLayer: null }),
    )
    super(stage, layers, dropProb)
  }
}

/**
 * Expansion by a full convolution, projection by 1x1.
 *
 * @see https://arxiv.org/abs/2104.00298
 */
export class FusedMBConv extends ResidualBlock {
  constructor(stage: MBConvStage, dropProb: number, normLayer: NormLayer) {
    const { inputChannels, outChannels, kernel, stride } = stage
    const expanded = makeDivisible(inputChannels * stage.expandRatio, 8)
    const common = { normLayer, activationLayer: SiLU, stride }
    const layers =
      expanded === inputChannels
        ? [new Conv2dNormActivation(inputChannels, outChannels, kernel, common)]
        : [
            new Conv2dNormActivation(inputChannels, expanded, kernel, common),
            new Conv2dNormActivation(expanded, outChannels, 1, { normLayer, activationLayer: null }),
          ]
    super(stage, layers, dropProb)
  }
}
