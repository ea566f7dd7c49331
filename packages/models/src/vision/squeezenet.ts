import { bindOptions, cat, flatten, type Tensor, ValueError } from '@tsorch/core'
import {
  AdaptiveAvgPool2d,
  type AnyModule,
  Conv2d,
  Dropout,
  init,
  Layer,
  MaxPool2d,
  ReLU,
  Sequential,
} from '@tsorch/nn'
import { zeroBias } from '../layers/zero-bias.js'

/** Few channels, which are expanded by 1x1 and by 3x3 convolutions. Field names are PyTorch's keys. */
class Fire extends Layer {
  squeeze: Conv2d
  squeeze_activation: ReLU
  expand1x1: Conv2d
  expand1x1_activation: ReLU
  expand3x3: Conv2d
  expand3x3_activation: ReLU

  constructor(inPlanes: number, squeezePlanes: number, expandPlanes: number) {
    super()
    this.squeeze = new Conv2d(inPlanes, squeezePlanes, 1)
    this.squeeze_activation = new ReLU({ inplace: true })
    this.expand1x1 = new Conv2d(squeezePlanes, expandPlanes, 1)
    this.expand1x1_activation = new ReLU({ inplace: true })
    this.expand3x3 = new Conv2d(squeezePlanes, expandPlanes, 3, { padding: 1 })
    this.expand3x3_activation = new ReLU({ inplace: true })
  }

  override forward(input: Tensor): Tensor {
    const x = this.squeeze_activation(this.squeeze(input))
    const ones = this.expand1x1_activation(this.expand1x1(x))
    const threes = this.expand3x3_activation(this.expand3x3(x))
    return cat([ones, threes], 1)
  }
}

/** Options of {@link SqueezeNet}. */
export interface SqueezeNetOptions {
  /** 1000 if not given. */
  numClasses?: number
  /** Probability before the last convolution, 0.5 if not given. */
  dropout?: number
}

function featuresOf(version: string): AnyModule[] {
  const pool = (): MaxPool2d => new MaxPool2d(3, { stride: 2, ceilMode: true })
  const relu = (): ReLU => new ReLU({ inplace: true })
  if (version === '1_0')
    return [
      new Conv2d(3, 96, 7, { stride: 2 }),
      relu(),
      pool(),
      new Fire(96, 16, 64),
      new Fire(128, 16, 64),
      new Fire(128, 32, 128),
      pool(),
      new Fire(256, 32, 128),
      new Fire(256, 48, 192),
      new Fire(384, 48, 192),
      new Fire(384, 64, 256),
      pool(),
      new Fire(512, 64, 256),
    ]
  if (version === '1_1')
    return [
      new Conv2d(3, 64, 3, { stride: 2 }),
      relu(),
      pool(),
      new Fire(64, 16, 64),
      new Fire(128, 16, 64),
      pool(),
      new Fire(128, 32, 128),
      new Fire(256, 32, 128),
      pool(),
      new Fire(256, 48, 192),
      new Fire(384, 48, 192),
      new Fire(384, 64, 256),
      new Fire(512, 64, 256),
    ]
  throw new ValueError(`Unsupported SqueezeNet version ${version}: 1_0 or 1_1 expected`)
}

/**
 * SqueezeNet: as good as AlexNet with a fiftieth of its parameters.
 *
 * Input [N, 3, H, W], at least 21 x 21 (version 1_1: 17 x 17); output [N, numClasses].
 *
 * @throws ValueError for a version other than `'1_0'` and `'1_1'`
 * @see https://pytorch.org/vision/stable/models/squeezenet.html
 * @see https://arxiv.org/abs/1602.07360
 */
export class SqueezeNet extends Layer {
  features: Sequential
  classifier: Sequential

  constructor(version: '1_0' | '1_1' = '1_0', options: SqueezeNetOptions = {}) {
    super()
    const o = bindOptions<SqueezeNetOptions>('SqueezeNet', ['numClasses', 'dropout'], [options])
    const { numClasses = 1000, dropout = 0.5 } = o
    this.features = new Sequential(...featuresOf(version))
    const last = new Conv2d(512, numClasses, 1)
    this.classifier = new Sequential(
      new Dropout(dropout),
      last,
      new ReLU({ inplace: true }),
      new AdaptiveAvgPool2d([1, 1]),
    )
    for (const m of this.modules()) {
      if (!(m instanceof Conv2d)) continue
      if (m === last) init.normal_(m.weight, 0, 0.01)
      else init.kaimingUniform_(m.weight)
      zeroBias(m)
    }
  }

  override forward(x: Tensor): Tensor {
    return flatten(this.classifier(this.features(x)), 1)
  }
}

/** {@link SqueezeNet} 1.0: 1.25 million parameters. @see https://pytorch.org/vision/stable/models/generated/torchvision.models.squeezenet1_0.html */
export function squeezenet1_0(options: SqueezeNetOptions = {}): SqueezeNet {
  return new SqueezeNet('1_0', options)
}

/** {@link SqueezeNet} 1.1: 1.24 million parameters, and less than half the work of 1.0. @see https://pytorch.org/vision/stable/models/generated/torchvision.models.squeezenet1_1.html */
export function squeezenet1_1(options: SqueezeNetOptions = {}): SqueezeNet {
  return new SqueezeNet('1_1', options)
}
