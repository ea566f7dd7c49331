import { bindOptions, cat, flatten, namedTuple, type Tensor } from '@tsorch/core'
import {
  AdaptiveAvgPool2d,
  type AnyModule,
  BatchNorm2d,
  Conv2d,
  Dropout,
  functional as F,
  init,
  Layer,
  Linear,
  MaxPool2d,
  Module,
  Sequential,
} from '@tsorch/nn'
import { BasicConv2d } from '../layers/basic-conv2d.js'
import { transformInput } from '../layers/transform-input.js'

/** Channels of the ways through an {@link Inception} module. */
type Ways = readonly [ch1x1: number, ch3x3red: number, ch3x3: number, ch5x5red: number, ch5x5: number, poolProj: number]

/** Four ways through, joined along the channels. What is called 5x5 has a kernel of 3x3, as in the weights that exist. */
class Inception extends Layer {
  branch1: BasicConv2d
  branch2: Sequential
  branch3: Sequential
  branch4: Sequential

  constructor(inChannels: number, [ch1x1, ch3x3red, ch3x3, ch5x5red, ch5x5, poolProj]: Ways) {
    super()
    this.branch1 = new BasicConv2d(inChannels, ch1x1, 1)
    this.branch2 = new Sequential(
      new BasicConv2d(inChannels, ch3x3red, 1),
      new BasicConv2d(ch3x3red, ch3x3, 3, { padding: 1 }),
    )
    this.branch3 = new Sequential(
      new BasicConv2d(inChannels, ch5x5red, 1),
      new BasicConv2d(ch5x5red, ch5x5, 3, { padding: 1 }),
    )
    this.branch4 = new Sequential(
      new MaxPool2d(3, { stride: 1, padding: 1, ceilMode: true }),
      new BasicConv2d(inChannels, poolProj, 1),
    )
  }

  override forward(x: Tensor): Tensor {
    return cat([this.branch1(x), this.branch2(x), this.branch3(x), this.branch4(x)], 1)
  }
}

/** A classifier on the way, which trains the layers before it. */
class InceptionAux extends Layer {
  conv: BasicConv2d
  fc1: Linear
  fc2: Linear
  dropout: Dropout

  constructor(inChannels: number, numClasses: number, dropout: number) {
    super()
    this.conv = new BasicConv2d(inChannels, 128, 1)
    this.fc1 = new Linear(2048, 1024)
    this.fc2 = new Linear(1024, numClasses)
    this.dropout = new Dropout(dropout)
  }

  override forward(input: Tensor): Tensor {
    const x = flatten(this.conv(F.adaptiveAvgPool2d(input, [4, 4])), 1)
    return this.fc2(this.dropout(F.relu(this.fc1(x), true)))
  }
}

/** What {@link GoogLeNet} gives in training: a tuple, whose parts have names too. */
export type GoogLeNetOutputs = readonly [logits: Tensor, auxLogits2: Tensor, auxLogits1: Tensor] & {
  readonly logits: Tensor
  readonly auxLogits2: Tensor
  readonly auxLogits1: Tensor
}

/** Options of {@link GoogLeNet}. */
export interface GoogLeNetOptions {
  /** 1000 if not given. */
  numClasses?: number
  /** Whether there are two further classifiers on the way, for training; true if not given. */
  auxLogits?: boolean
  /** Takes images that are normalised by ImageNet's statistics to the range that the net expects; false if not given. */
  transformInput?: boolean
  /** Draws weights from a truncated normal distribution, instead of the layers' own defaults; true if not given. */
  initWeights?: boolean | null
  /** Probability before the classifier, 0.2 if not given. */
  dropout?: number
  /** Probability in the classifiers on the way, 0.7 if not given. */
  dropoutAux?: number
}
const names = ['numClasses', 'auxLogits', 'transformInput', 'initWeights', 'dropout', 'dropoutAux'] as const

/**
 * GoogLeNet, also called Inception v1.
 *
 * Input [N, 3, H, W], at least 15 x 15; output [N, numClasses], in training with `auxLogits` the three outputs of
 * {@link GoogLeNetOutputs}, whose losses are added, those of the classifiers on the way with a factor of 0.3.
 *
 * @example
 * ```ts
 * const model = new GoogLeNet({ numClasses: 10 })
 * const { logits, auxLogits2, auxLogits1 } = model(randn([2, 3, 96, 96])) as GoogLeNetOutputs // shapes [2, 10]
 * model.eval()(randn([2, 3, 96, 96])) // shape [2, 10]
 * ```
 * @see https://pytorch.org/vision/stable/models/googlenet.html
 * @see https://arxiv.org/abs/1409.4842
 */
export class GoogLeNet extends Module<[input: Tensor], Tensor | GoogLeNetOutputs> {
  auxLogits: boolean
  transformInput: boolean
  conv1: BasicConv2d
  maxpool1: MaxPool2d
  conv2: BasicConv2d
  conv3: BasicConv2d
  maxpool2: MaxPool2d
  inception3a: AnyModule
  inception3b: AnyModule
  maxpool3: MaxPool2d
  inception4a: AnyModule
  inception4b: AnyModule
  inception4c: AnyModule
  inception4d: AnyModule
  inception4e: AnyModule
  maxpool4: MaxPool2d
  inception5a: AnyModule
  inception5b: AnyModule
  aux1: AnyModule | null
  aux2: AnyModule | null
  avgpool: AdaptiveAvgPool2d
  dropout: Dropout
  fc: Linear

  constructor(options: GoogLeNetOptions = {}) {
    super()
    const o = bindOptions<GoogLeNetOptions>('GoogLeNet', names, [options])
    const { numClasses = 1000, dropout = 0.2, dropoutAux = 0.7 } = o
    this.auxLogits = o.auxLogits ?? true
    this.transformInput = o.transformInput ?? false
    this.conv1 = new BasicConv2d(3, 64, 7, { stride: 2, padding: 3 })
    this.maxpool1 = new MaxPool2d(3, { stride: 2, ceilMode: true })
    this.conv2 = new BasicConv2d(64, 64, 1)
    this.conv3 = new BasicConv2d(64, 192, 3, { padding: 1 })
    this.maxpool2 = new MaxPool2d(3, { stride: 2, ceilMode: true })
    this.inception3a = new Inception(192, [64, 96, 128, 16, 32, 32])
    this.inception3b = new Inception(256, [128, 128, 192, 32, 96, 64])
    this.maxpool3 = new MaxPool2d(3, { stride: 2, ceilMode: true })
    this.inception4a = new Inception(480, [192, 96, 208, 16, 48, 64])
    this.inception4b = new Inception(512, [160, 112, 224, 24, 64, 64])
    this.inception4c = new Inception(512, [128, 128, 256, 24, 64, 64])
    this.inception4d = new Inception(512, [112, 144, 288, 32, 64, 64])
    this.inception4e = new Inception(528, [256, 160, 320, 32, 128, 128])
    this.maxpool4 = new MaxPool2d(2, { stride: 2, ceilMode: true })
    this.inception5a = new Inception(832, [256, 160, 320, 32, 128, 128])
    this.inception5b = new Inception(832, [384, 192, 384, 48, 128, 128])
    this.aux1 = this.auxLogits ? new InceptionAux(512, numClasses, dropoutAux) : null
    this.aux2 = this.auxLogits ? new InceptionAux(528, numClasses, dropoutAux) : null
    this.avgpool = new AdaptiveAvgPool2d([1, 1])
    this.dropout = new Dropout(dropout)
    this.fc = new Linear(1024, numClasses)
    if (o.initWeights ?? true) this.resetParameters()
  }

  private resetParameters(): void {
    for (const m of this.modules()) {
      if (m instanceof Conv2d || m instanceof Linear) init.truncNormal_(m.weight, { mean: 0, std: 0.01, a: -2, b: 2 })
      else if (m instanceof BatchNorm2d) m.resetParameters()
    }
  }

  override forward(input: Tensor): Tensor | GoogLeNetOutputs {
    let x = this.transformInput ? transformInput(input) : input
    x = this.maxpool1(this.conv1(x))
    x = this.maxpool2(this.conv3(this.conv2(x)))
    x = this.maxpool3(this.inception3b(this.inception3a(x)))
    x = this.inception4a(x)
    const auxLogits1: Tensor | null = this.training && this.aux1 !== null ? this.aux1(x) : null
    x = this.inception4d(this.inception4c(this.inception4b(x)))
    const auxLogits2: Tensor | null = this.training && this.aux2 !== null ? this.aux2(x) : null
    x = this.maxpool4(this.inception4e(x))
    x = this.inception5b(this.inception5a(x))
    x = this.fc(this.dropout(flatten(this.avgpool(x), 1)))
    if (auxLogits1 === null || auxLogits2 === null || !this.auxLogits) return x
    const outputs = namedTuple(['logits', 'auxLogits2', 'auxLogits1'], [x, auxLogits2, auxLogits1])
    return outputs as unknown as GoogLeNetOutputs
  }
}

/** {@link GoogLeNet}: 13 million parameters, with those of the classifiers on the way. */
export function googlenet(options: GoogLeNetOptions = {}): GoogLeNet {
  return new GoogLeNet(options)
}
