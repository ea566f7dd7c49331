import { bindOptions, flatten, namedTuple, type Tensor } from '@tsorch/core'
import { AdaptiveAvgPool2d, BatchNorm2d, Conv2d, Dropout, init, Linear, MaxPool2d, Module } from '@tsorch/nn'
import { BasicConv2d } from '../layers/basic-conv2d.js'
import { transformInput } from '../layers/transform-input.js'
import { InceptionA, InceptionAux, InceptionB, InceptionC, InceptionD, InceptionE } from './inception-blocks.js'

/** What {@link Inception3} gives in training: a tuple, whose parts have names too. */
export type InceptionOutputs = readonly [logits: Tensor, auxLogits: Tensor] & {
  readonly logits: Tensor
  readonly auxLogits: Tensor
}

/** Options of {@link Inception3}. */
export interface Inception3Options {
  /** 1000 if not given. */
  numClasses?: number
  /** Whether there is a further classifier on the way, for training; true if not given. */
  auxLogits?: boolean
  /** Takes images that are normalised by ImageNet's statistics to the range that the net expects; false if not given. */
  transformInput?: boolean
  /** Draws weights from a truncated normal distribution, instead of the layers' own defaults; true if not given. */
  initWeights?: boolean | null
  /** Probability before the classifier, 0.5 if not given. */
  dropout?: number
}
const names = ['numClasses', 'auxLogits', 'transformInput', 'initWeights', 'dropout'] as const

/**
 * Inception v3.
 *
 * Input [N, 3, H, W], at least 75 x 75 and made for 299 x 299; output [N, numClasses]. In training with `auxLogits` the input is at
 * least 299 x 299, and the output the two of {@link InceptionOutputs}.
 *
 * @see https://pytorch.org/vision/stable/models/inception.html
 * @see https://arxiv.org/abs/1512.00567
 */
export class Inception3 extends Module<[input: Tensor], Tensor | InceptionOutputs> {
  auxLogits: boolean
  transformInput: boolean
  Conv2d_1a_3x3: BasicConv2d
  Conv2d_2a_3x3: BasicConv2d
  Conv2d_2b_3x3: BasicConv2d
  maxpool1: MaxPool2d
  Conv2d_3b_1x1: BasicConv2d
  Conv2d_4a_3x3: BasicConv2d
  maxpool2: MaxPool2d
  Mixed_5b: InceptionA
  Mixed_5c: InceptionA
  Mixed_5d: InceptionA
  Mixed_6a: InceptionB
  Mixed_6b: InceptionC
  Mixed_6c: InceptionC
  Mixed_6d: InceptionC
  Mixed_6e: InceptionC
  AuxLogits: InceptionAux | null
  Mixed_7a: InceptionD
  Mixed_7b: InceptionE
  Mixed_7c: InceptionE
  avgpool: AdaptiveAvgPool2d
  dropout: Dropout
  fc: Linear

  constructor(options: Inception3Options = {}) {
    super()
    const o = bindOptions<Inception3Options>('Inception3', names, [options])
    const { numClasses = 1000, dropout = 0.5 } = o
    this.auxLogits = o.auxLogits ?? true
    this.transformInput = o.transformInput ?? false
    this.Conv2d_1a_3x3 = new BasicConv2d(3, 32, 3, { stride: 2 })
    this.Conv2d_2a_3x3 = new BasicConv2d(32, 32, 3)
    this.Conv2d_2b_3x3 = new BasicConv2d(32, 64, 3, { padding: 1 })
    this.maxpool1 = new MaxPool2d(3, { stride: 2 })
    this.Conv2d_3b_1x1 = new BasicConv2d(64, 80, 1)
    this.Conv2d_4a_3x3 = new BasicConv2d(80, 192, 3)
    this.maxpool2 = new MaxPool2d(3, { stride: 2 })
    this.Mixed_5b = new InceptionA(192, 32)
    this.Mixed_5c = new InceptionA(256, 64)
    this.Mixed_5d = new InceptionA(288, 64)
    this.Mixed_6a = new InceptionB(288)
    this.Mixed_6b = new InceptionC(768, 128)
    this.Mixed_6c = new InceptionC(768, 160)
    this.Mixed_6d = new InceptionC(768, 160)
    this.Mixed_6e = new InceptionC(768, 192)
    this.AuxLogits = this.auxLogits ? new InceptionAux(768, numClasses) : null
    this.Mixed_7a = new InceptionD(768)
    this.Mixed_7b = new InceptionE(1280)
    this.Mixed_7c = new InceptionE(2048)
    this.avgpool = new AdaptiveAvgPool2d([1, 1])
    this.dropout = new Dropout(dropout)
    this.fc = new Linear(2048, numClasses)
    if (o.initWeights ?? true) this.resetParameters()
  }

  private resetParameters(): void {
    for (const m of this.modules()) {
      if (m instanceof Conv2d || m instanceof Linear) {
        // torchvision notes 0.01 for a convolution of AuxLogits as well, but on the block around it, where nothing reads it
        const std = m === this.AuxLogits?.fc ? 0.001 : 0.1
        init.truncNormal_(m.weight, { mean: 0, std, a: -2, b: 2 })
      } else if (m instanceof BatchNorm2d) {
        m.resetParameters()
      }
    }
  }

  override forward(input: Tensor): Tensor | InceptionOutputs {
    let x = this.transformInput ? transformInput(input) : input
    x = this.Conv2d_2b_3x3(this.Conv2d_2a_3x3(this.Conv2d_1a_3x3(x)))
    x = this.Conv2d_4a_3x3(this.Conv2d_3b_1x1(this.maxpool1(x)))
    x = this.Mixed_5d(this.Mixed_5c(this.Mixed_5b(this.maxpool2(x))))
    x = this.Mixed_6c(this.Mixed_6b(this.Mixed_6a(x)))
    x = this.Mixed_6e(this.Mixed_6d(x))
    const auxLogits = this.training && this.AuxLogits !== null ? this.AuxLogits(x) : null
    x = this.Mixed_7c(this.Mixed_7b(this.Mixed_7a(x)))
    x = this.fc(flatten(this.dropout(this.avgpool(x)), 1))
    if (auxLogits === null || !this.auxLogits) return x
    return namedTuple(['logits', 'auxLogits'], [x, auxLogits]) as unknown as InceptionOutputs
  }
}

/** {@link Inception3}: 27.2 million parameters, with those of the classifier on the way. */
export function inceptionV3(options: Inception3Options = {}): Inception3 {
  return new Inception3(options)
}
