import { bindOptions, ones, permute, type Tensor, ValueError } from '@tsorch/core'
import {
  AdaptiveAvgPool2d,
  type AnyModule,
  Conv2d,
  Flatten,
  GELU,
  init,
  Layer,
  LayerNorm,
  Linear,
  Parameter,
  Sequential,
} from '@tsorch/nn'
import { Conv2dNormActivation } from '../layers/conv-norm-activation.js'
import { make, type NormLayer } from '../layers/make.js'
import { Permute } from '../layers/permute.js'
import { StochasticDepth } from '../layers/stochastic-depth.js'
import { zeroBias } from '../layers/zero-bias.js'

/** Layer normalisation over the channels of [N, C, H, W]. */
class LayerNorm2d extends LayerNorm {
  override forward(x: Tensor): Tensor {
    return permute(super.forward(permute(x, [0, 2, 3, 1])), [0, 3, 1, 2])
  }
}

/** A 7x7 convolution channel by channel, and two linear layers at each position; the result is scaled and added to the input. */
class CNBlock extends Layer {
  layer_scale: Parameter
  block: Sequential
  stochastic_depth: StochasticDepth

  constructor(channels: number, layerScale: number, dropProb: number) {
    super()
    this.block = new Sequential(
      new Conv2d(channels, channels, 7, { padding: 3, groups: channels }),
      new Permute([0, 2, 3, 1]),
      new LayerNorm(channels, { eps: 1e-6 }),
      new Linear(channels, 4 * channels),
      new GELU(),
      new Linear(4 * channels, channels),
      new Permute([0, 3, 1, 2]),
    )
    this.layer_scale = new Parameter(ones([channels, 1, 1]).mul(layerScale))
    this.stochastic_depth = new StochasticDepth(dropProb, 'row')
  }

  override forward(input: Tensor): Tensor {
    return this.stochastic_depth(this.layer_scale.mul(this.block(input))).add_(input)
  }
}

/** A stage of a {@link ConvNeXt}: its channels, those of the next stage (null at the end), and its number of blocks. */
export type ConvNeXtStage = readonly [inputChannels: number, outChannels: number | null, numLayers: number]

/** Options of {@link ConvNeXt}. */
export interface ConvNeXtOptions {
  /** Probability with which the last block is left out in training, and the earlier ones less and less; the builders' own if not given. */
  stochasticDepthProb?: number
  /** What the blocks' results are scaled by at first, 1e-6 if not given. */
  layerScale?: number
  /** 1000 if not given. */
  numClasses?: number
  /** Between the stages; layer normalisation over channels if not given. */
  normLayer?: NormLayer
}
const names = ['stochasticDepthProb', 'layerScale', 'numClasses', 'normLayer'] as const

/**
 * ConvNeXt: a convolutional network with the proportions of a transformer.
 *
 * Input [N, 3, H, W], at least 32 x 32; output [N, numClasses].
 *
 * @throws ValueError if there are no stages
 * @see https://pytorch.org/vision/stable/models/convnext.html
 * @see https://arxiv.org/abs/2201.03545
 */
export class ConvNeXt extends Layer {
  features: Sequential
  avgpool: AdaptiveAvgPool2d
  classifier: Sequential

  constructor(stages: readonly ConvNeXtStage[], options: ConvNeXtOptions = {}) {
    super()
    const o = bindOptions<ConvNeXtOptions>('ConvNeXt', names, [options])
    const { stochasticDepthProb = 0, layerScale = 1e-6, numClasses = 1000 } = o
    const { normLayer = (channels: number) => new LayerNorm2d(channels, { eps: 1e-6 }) } = o
    if (stages.length === 0) throw new ValueError('The block_setting should not be empty')
    const stem = { stride: 4, padding: 0, normLayer, activationLayer: null, bias: true }
    const layers: AnyModule[] = [new Conv2dNormActivation(3, stages[0]![0], 4, stem)]
    const total = stages.reduce((n, [, , numLayers]) => n + numLayers, 0)
    let index = 0
    for (const [channels, outChannels, numLayers] of stages) {
      const blocks: AnyModule[] = []
      for (let i = 0; i < numLayers; i++)
        blocks.push(new CNBlock(channels, layerScale, (stochasticDepthProb * index++) / (total - 1)))
      layers.push(new Sequential(...blocks))
      if (outChannels !== null)
        layers.push(new Sequential(make(normLayer, channels), new Conv2d(channels, outChannels, 2, { stride: 2 })))
    }
    this.features = new Sequential(...layers)
    this.avgpool = new AdaptiveAvgPool2d(1)
    const [lastInput, lastOut] = stages.at(-1)!
    const channels = lastOut ?? lastInput
    this.classifier = new Sequential(make(normLayer, channels), new Flatten(1), new Linear(channels, numClasses))
    for (const m of this.modules()) {
      if (!(m instanceof Conv2d || m instanceof Linear)) continue
      init.truncNormal_(m.weight, { std: 0.02 })
      zeroBias(m)
    }
  }

  override forward(x: Tensor): Tensor {
    return this.classifier(this.avgpool(this.features(x)))
  }
}

function convnext(channels: number, depth: number, stochasticDepthProb: number, options: ConvNeXtOptions): ConvNeXt {
  const stages: ConvNeXtStage[] = [
    [channels, 2 * channels, 3],
    [2 * channels, 4 * channels, 3],
    [4 * channels, 8 * channels, depth],
    [8 * channels, null, 3],
  ]
  return new ConvNeXt(stages, { stochasticDepthProb, ...options })
}

/** ConvNeXt tiny: 28.6 million parameters. @see https://pytorch.org/vision/stable/models/generated/torchvision.models.convnext_tiny.html */
export function convnextTiny(options: ConvNeXtOptions = {}): ConvNeXt {
  return convnext(96, 9, 0.1, options)
}

/** ConvNeXt small: 50.2 million parameters. @see https://pytorch.org/vision/stable/models/generated/torchvision.models.convnext_small.html */
export function convnextSmall(options: ConvNeXtOptions = {}): ConvNeXt {
  return convnext(96, 27, 0.4, options)
}

/** ConvNeXt base: 88.6 million parameters. @see https://pytorch.org/vision/stable/models/generated/torchvision.models.convnext_base.html */
export function convnextBase(options: ConvNeXtOptions = {}): ConvNeXt {
  return convnext(128, 27, 0.5, options)
}

/** ConvNeXt large: 197.8 million parameters. @see https://pytorch.org/vision/stable/models/generated/torchvision.models.convnext_large.html */
export function convnextLarge(options: ConvNeXtOptions = {}): ConvNeXt {
  return convnext(192, 27, 0.5, options)
}
