import { bindOptions, flatten, type Tensor, ValueError } from '@tsorch/core'
import {
  type AnyModule,
  BatchNorm2d,
  Conv2d,
  Dropout,
  functional as F,
  init,
  Layer,
  Linear,
  ReLU6,
  Sequential,
} from '@tsorch/nn'
import { Conv2dNormActivation } from '../layers/conv-norm-activation.js'
import { make, type NormLayer } from '../layers/make.js'
import { resetLayers } from '../layers/reset-layers.js'
import { makeDivisible, roundHalfEven } from '../layers/widths.js'

/** Many channels between two narrow ends: expanded by 1x1, convolved channel by channel, projected by 1x1. */
class InvertedResidual extends Layer {
  conv: Sequential
  private readonly adds: boolean

  constructor(inChannels: number, outChannels: number, stride: number, expandRatio: number, normLayer: NormLayer) {
    super()
    if (stride !== 1 && stride !== 2) throw new ValueError(`stride should be 1 or 2 instead of ${stride}`)
    const hidden = roundHalfEven(inChannels * expandRatio)
    const common = { normLayer, activationLayer: ReLU6 }
    this.adds = stride === 1 && inChannels === outChannels
    const expand = expandRatio === 1 ? [] : [new Conv2dNormActivation(inChannels, hidden, 1, common)]
    this.conv = new Sequential(
      ...expand,
      new Conv2dNormActivation(hidden, hidden, { ...common, stride, groups: hidden }),
      new Conv2d(hidden, outChannels, 1, { bias: false }),
      make(normLayer, outChannels),
    )
  }

  override forward(x: Tensor): Tensor {
    return this.adds ? x.add(this.conv(x)) : this.conv(x)
  }
}

/** A row of the table that {@link MobileNetV2} is built from: expansion, channels, number of blocks, stride of the first. */
export type InvertedResidualSetting = readonly [t: number, c: number, n: number, s: number]

const defaultSetting: readonly InvertedResidualSetting[] = [
  [1, 16, 1, 1],
  [6, 24, 2, 2],
  [6, 32, 3, 2],
  [6, 64, 4, 2],
  [6, 96, 3, 1],
  [6, 160, 3, 2],
  [6, 320, 1, 1],
]

/** Options of {@link MobileNetV2}. */
export interface MobileNetV2Options {
  /** 1000 if not given. */
  numClasses?: number
  /** Factor of the number of channels, 1 if not given. */
  widthMult?: number
  /** The blocks; those of the paper if not given. */
  invertedResidualSetting?: readonly InvertedResidualSetting[]
  /** What the number of channels is a multiple of, 8 if not given. */
  roundNearest?: number
  /** BatchNorm2d if not given. */
  normLayer?: NormLayer
  /** Probability before the classifier, 0.2 if not given. */
  dropout?: number
}
const names = ['numClasses', 'widthMult', 'invertedResidualSetting', 'roundNearest', 'normLayer', 'dropout'] as const

/**
 * MobileNet v2: inverted residual blocks, with convolutions channel by channel.
 *
 * Input [N, 3, H, W] of any size, output [N, numClasses].
 *
 * @throws ValueError for an empty setting, or one whose rows are not four numbers
 * @see https://pytorch.org/vision/stable/models/mobilenetv2.html
 * @see https://arxiv.org/abs/1801.04381
 */
export class MobileNetV2 extends Layer {
  features: Sequential
  classifier: Sequential

  constructor(options: MobileNetV2Options = {}) {
    super()
    const o = bindOptions<MobileNetV2Options>('MobileNetV2', names, [options])
    const { numClasses = 1000, widthMult = 1, invertedResidualSetting: setting = defaultSetting } = o
    const { roundNearest = 8, normLayer = BatchNorm2d, dropout = 0.2 } = o
    if (setting.length === 0 || setting[0]!.length !== 4)
      throw new ValueError(
        `inverted_residual_setting should be non-empty or a 4-element list, got ${JSON.stringify(setting)}`,
      )
    const common = { normLayer, activationLayer: ReLU6 }
    const lastChannels = makeDivisible(1280 * Math.max(1, widthMult), roundNearest)
    let channels = makeDivisible(32 * widthMult, roundNearest)
    const features: AnyModule[] = [new Conv2dNormActivation(3, channels, { ...common, stride: 2 })]
    for (const [t, c, n, s] of setting) {
      const outChannels = makeDivisible(c * widthMult, roundNearest)
      for (let i = 0; i < n; i++) {
        features.push(new InvertedResidual(channels, outChannels, i === 0 ? s : 1, t, normLayer))
        channels = outChannels
      }
    }
    features.push(new Conv2dNormActivation(channels, lastChannels, 1, common))
    this.features = new Sequential(...features)
    this.classifier = new Sequential(new Dropout(dropout), new Linear(lastChannels, numClasses))
    resetLayers(this as never, (weight) => init.normal_(weight, 0, 0.01))
  }

  override forward(x: Tensor): Tensor {
    return this.classifier(flatten(F.adaptiveAvgPool2d(this.features(x), [1, 1]), 1))
  }
}

/** {@link MobileNetV2}: 3.5 million parameters. */
export function mobilenetV2(options: MobileNetV2Options = {}): MobileNetV2 {
  return new MobileNetV2(options)
}
