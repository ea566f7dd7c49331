/** The net of inception modules of the lecture on advanced convolutional networks. */
import { cat, relu, type Tensor } from '@tsorch/core'
import { Conv2d, functional as F, Layer, Linear, MaxPool2d } from '@tsorch/nn'

/**
 * Four ways through, joined along the channels: 16 + 24 + 24 + 24 of them.
 *
 * Input [N, inChannels, H, W], output [N, 88, H, W]. Field names are the keys, and keep their underscores.
 */
export class InceptionModule extends Layer {
  branch1x1: Conv2d
  branch5x5_1: Conv2d
  branch5x5_2: Conv2d
  branch3x3_1: Conv2d
  branch3x3_2: Conv2d
  branch3x3_3: Conv2d
  branch_pool: Conv2d

  constructor(inChannels: number) {
    super()
    this.branch1x1 = new Conv2d(inChannels, 16, 1)
    this.branch5x5_1 = new Conv2d(inChannels, 16, 1)
    this.branch5x5_2 = new Conv2d(16, 24, 5, { padding: 2 })
    this.branch3x3_1 = new Conv2d(inChannels, 16, 1)
    this.branch3x3_2 = new Conv2d(16, 24, 3, { padding: 1 })
    this.branch3x3_3 = new Conv2d(24, 24, 3, { padding: 1 })
    this.branch_pool = new Conv2d(inChannels, 24, 1)
  }

  override forward(x: Tensor): Tensor {
    const branch1x1 = this.branch1x1(x)
    const branch5x5 = this.branch5x5_2(this.branch5x5_1(x))
    const branch3x3 = this.branch3x3_3(this.branch3x3_2(this.branch3x3_1(x)))
    const pooled = this.branch_pool(F.avgPool2d(x, 3, { stride: 1, padding: 1 }))
    return cat([branch1x1, branch5x5, branch3x3, pooled], 1)
  }
}

/** Two convolutions, each followed by an {@link InceptionModule}. Input [N, 1, 28, 28], output [N, 10]. */
export class InceptionNet extends Layer {
  conv1: Conv2d
  conv2: Conv2d
  incep1: InceptionModule
  incep2: InceptionModule
  mp: MaxPool2d
  fc: Linear

  constructor() {
    super()
    this.conv1 = new Conv2d(1, 10, 5)
    this.conv2 = new Conv2d(88, 20, 5)
    this.incep1 = new InceptionModule(10)
    this.incep2 = new InceptionModule(20)
    this.mp = new MaxPool2d(2)
    this.fc = new Linear(1408, 10)
  }

  override forward(x: Tensor): Tensor {
    let h = this.incep1(relu(this.mp(this.conv1(x))))
    h = this.incep2(relu(this.mp(this.conv2(h))))
    return this.fc(h.view(x.size(0), -1))
  }
}
