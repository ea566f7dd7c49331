import { bindOptions, flatten, type Tensor } from '@tsorch/core'
import { AdaptiveAvgPool2d, Conv2d, Dropout, Layer, Linear, MaxPool2d, ReLU, Sequential } from '@tsorch/nn'

/** Options of {@link AlexNet}. */
export interface AlexNetOptions {
  /** 1000 if not given. */
  numClasses?: number
  /** Probability before the first two linear layers, 0.5 if not given. */
  dropout?: number
}

/**
 * AlexNet, in the form of "One weird trick": one path, and no normalisation.
 *
 * Input [N, 3, H, W], at least 63 x 63 and made for 224 x 224; output [N, numClasses].
 *
 * @see https://pytorch.org/vision/stable/models/alexnet.html
 * @see https://arxiv.org/abs/1404.5997
 */
export class AlexNet extends Layer {
  features: Sequential
  avgpool: AdaptiveAvgPool2d
  classifier: Sequential

  constructor(options: AlexNetOptions = {}) {
    super()
    const o = bindOptions<AlexNetOptions>('AlexNet', ['numClasses', 'dropout'], [options])
    const { numClasses = 1000, dropout = 0.5 } = o
    const relu = (): ReLU => new ReLU({ inplace: true })
    this.features = new Sequential(
      new Conv2d(3, 64, 11, { stride: 4, padding: 2 }),
      relu(),
      new MaxPool2d(3, { stride: 2 }),
      new Conv2d(64, 192, 5, { padding: 2 }),
      relu(),
      new MaxPool2d(3, { stride: 2 }),
      new Conv2d(192, 384, 3, { padding: 1 }),
      relu(),
      new Conv2d(384, 256, 3, { padding: 1 }),
      relu(),
      new Conv2d(256, 256, 3, { padding: 1 }),
      relu(),
      new MaxPool2d(3, { stride: 2 }),
    )
    this.avgpool = new AdaptiveAvgPool2d([6, 6])
    this.classifier = new Sequential(
      new Dropout(dropout),
      new Linear(256 * 6 * 6, 4096),
      relu(),
      new Dropout(dropout),
      new Linear(4096, 4096),
      relu(),
      new Linear(4096, numClasses),
    )
  }

  override forward(x: Tensor): Tensor {
    return this.classifier(flatten(this.avgpool(this.features(x)), 1))
  }
}

/** {@link AlexNet}: 61.1 million parameters. */
export function alexnet(options: AlexNetOptions = {}): AlexNet {
  return new AlexNet(options)
}
