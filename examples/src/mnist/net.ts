import type { Tensor } from '@tsorch/core'
import { Conv2d, functional as F, Layer, Linear, MaxPool2d } from '@tsorch/nn'

/** The course's convolutional network for 28 x 28 digits: 8,490 parameters. */
export class Net extends Layer {
  conv1 = new Conv2d(1, 10, 5)
  conv2 = new Conv2d(10, 20, 5)
  pooling = new MaxPool2d(2)
  fc = new Linear(320, 10)

  forward(x: Tensor): Tensor {
    const batch = x.size(0)
    let h = F.relu(this.pooling(this.conv1(x)))
    h = F.relu(this.pooling(this.conv2(h)))
    return this.fc(h.view(batch, -1))
  }
}
