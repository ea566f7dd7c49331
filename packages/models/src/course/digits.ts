/** The nets of the lectures on the softmax classifier and on convolutions: images of 28 x 28, ten digits. */
import { relu, type Tensor } from '@tsorch/core'
import { Conv2d, Layer, Linear, MaxPool2d } from '@tsorch/nn'

/** Fully connected, 784-512-256-128-64-10. Input of 784 numbers an image, [N, 1, 28, 28]; output [N, 10], for cross entropy. */
export class FullyConnectedNet extends Layer {
  l1: Linear
  l2: Linear
  l3: Linear
  l4: Linear
  l5: Linear

  constructor() {
    super()
    this.l1 = new Linear(784, 512)
    this.l2 = new Linear(512, 256)
    this.l3 = new Linear(256, 128)
    this.l4 = new Linear(128, 64)
    this.l5 = new Linear(64, 10)
  }

  override forward(x: Tensor): Tensor {
    let h = relu(this.l1(x.view(-1, 784)))
    h = relu(this.l2(h))
    h = relu(this.l3(h))
    h = relu(this.l4(h))
    return this.l5(h)
  }
}

/** Two convolutions with pooling, and one fully connected layer: 8,490 parameters. Input [N, 1, 28, 28], output [N, 10]. */
export class ConvolutionalNet extends Layer {
  conv1: Conv2d
  conv2: Conv2d
  pooling: MaxPool2d
  fc: Linear

  constructor() {
    super()
    this.conv1 = new Conv2d(1, 10, 5)
    this.conv2 = new Conv2d(10, 20, 5)
    this.pooling = new MaxPool2d(2)
    this.fc = new Linear(320, 10)
  }

  override forward(x: Tensor): Tensor {
    let h = relu(this.pooling(this.conv1(x)))
    h = relu(this.pooling(this.conv2(h)))
    return this.fc(h.view(x.size(0), -1))
  }
}

/** The exercise of that lecture: three convolutions, three fully connected layers. Input [N, 1, 28, 28], output [N, 10]. */
export class DeepConvolutionalNet extends Layer {
  conv1: Conv2d
  conv2: Conv2d
  conv3: Conv2d
  pooling: MaxPool2d
  fc1: Linear
  fc2: Linear
  fc3: Linear

  constructor() {
    super()
    this.conv1 = new Conv2d(1, 10, 3)
    this.conv2 = new Conv2d(10, 20, 3)
    this.conv3 = new Conv2d(20, 30, 3, { padding: 1, bias: false })
    this.pooling = new MaxPool2d(2)
    this.fc1 = new Linear(120, 64)
    this.fc2 = new Linear(64, 32)
    this.fc3 = new Linear(32, 10)
  }

  override forward(x: Tensor): Tensor {
    let h = relu(this.pooling(this.conv1(x)))
    h = relu(this.pooling(this.conv2(h)))
    h = relu(this.pooling(this.conv3(h)))
    h = relu(this.fc1(h.view(x.size(0), -1)))
    return this.fc3(relu(this.fc2(h)))
  }
}
