import { bindOptions, flatten, type Tensor, ValueError } from '@tsorch/core'
import {
  AdaptiveAvgPool2d,
  type AnyModule,
  BatchNorm2d,
  Dropout,
  init,
  Layer,
  Linear,
  Sequential,
  SiLU,
} from '@tsorch/nn'
import { Conv2dNormActivation } from '../layers/conv-norm-activation.js'
import type { NormLayer } from '../layers/make.js'
import { resetLayers } from '../layers/reset-layers.js'
import { FusedMBConv, MBConv, type MBConvStage } from './mbconv.js'

/** Options of {@link EfficientNet}. */
export interface EfficientNetOptions {
  /** Probability before the classifier; 0.2 to 0.5, the larger the net, if not given. */
  dropout?: number
  /** Probability with which the last block is left out in training, and the earlier ones less and less; 0.2 if not given. */
  stochasticDepthProb?: number
  /** 1000 if not given. */
  numClasses?: number
  /** BatchNorm2d if not given, of the larger nets with other eps and momentum. */
  normLayer?: NormLayer
  /** Channels before the classifier; four times those of the last stage, or 1280 in version 2, if not given. */
  lastChannel?: number | null
}
const names = ['dropout', 'stochasticDepthProb', 'numClasses', 'normLayer', 'lastChannel'] as const

/**
 * EfficientNet.
 *
 * Input [N, 3, H, W] of any size (version 2: at least 33 x 33), output [N, numClasses].
 *
 * @param stages - the stages between the first and the last convolution
 * @throws ValueError if there are none
 * @see https://pytorch.org/vision/stable/models/efficientnet.html
 * @see https://arxiv.org/abs/1905.11946
 */
export class EfficientNet extends Layer {
  features: Sequential
  avgpool: AdaptiveAvgPool2d
  classifier: Sequential

  constructor(stages: readonly MBConvStage[], options: EfficientNetOptions = {}) {
    super()
    const o = bindOptions<EfficientNetOptions>('EfficientNet', names, [options])
    const { dropout = 0.2, stochasticDepthProb = 0.2, numClasses = 1000, normLayer = BatchNorm2d } = o
    if (stages.length === 0) throw new ValueError('The inverted_residual_setting should not be empty')
    const common = { normLayer, activationLayer: SiLU }
    const layers: AnyModule[] = [new Conv2dNormActivation(3, stages[0]!.inputChannels, 3, { ...common, stride: 2 })]
    const total = stages.reduce((n, { numLayers }) => n + numLayers, 0)
    let index = 0
    for (const stage of stages) {
      const Block = stage.fused ? FusedMBConv : MBConv
      const further: MBConvStage = { ...stage, inputChannels: stage.outChannels, stride: 1 }
      const blocks: AnyModule[] = []
      for (let i = 0; i < stage.numLayers; i++)
        blocks.push(new Block(i === 0 ? stage : further, (stochasticDepthProb * index++) / total, normLayer))
      layers.push(new Sequential(...blocks))
    }
    const channels = stages.at(-1)!.outChannels
    const lastChannels = o.lastChannel ?? 4 * channels
    layers.push(new Conv2dNormActivation(channels, lastChannels, 1, common))
    this.features = new Sequential(...layers)
    this.avgpool = new AdaptiveAvgPool2d(1)
    this.classifier = new Sequential(new Dropout({ p: dropout, inplace: true }), new Linear(lastChannels, numClasses))
    resetLayers(this as never, (weight) => {
      const bound = 1 / Math.sqrt(weight.size(0))
      init.uniform_(weight, -bound, bound)
    })
  }

  override forward(x: Tensor): Tensor {
    return this.classifier(flatten(this.avgpool(this.features(x)), 1))
  }
}
