/** The network of `npm start`, whose graph is known. */
import type { Tensor } from '@tsorch/core'
import { Conv2d, functional as F, Layer, Linear, MaxPool2d } from '@tsorch/nn'

export class Net extends Layer {
  conv1: Conv2d = new Conv2d(1, 10, 5)
  conv2: Conv2d = new Conv2d(10, 20, 5)
  pooling: MaxPool2d = new MaxPool2d(2)
  fc: Linear = new Linear(320, 10)

  forward(x: Tensor): Tensor {
    let h = F.relu(this.pooling(this.conv1(x)))
    h = F.relu(this.pooling(this.conv2(h)))
    return this.fc(h.view(x.size(0), -1))
  }
}
