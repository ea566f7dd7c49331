/** The networks of W1 to W7 with tsorch: fully connected and convolutional ones. */
import { avgPool2d, cat, maxPool2d, relu, sigmoid, type Tensor, zeros } from '@tsorch/core'
import { Conv2d, Linear, MaxPool2d, Module, Parameter, ReLU, Sequential, snakeCase } from '@tsorch/nn'

/** W2: the coefficients of a cubic polynomial. */
export class Cubic extends Module {
  a: Parameter = new Parameter(zeros([]))
  b: Parameter = new Parameter(zeros([]))
  c: Parameter = new Parameter(zeros([]))
  d: Parameter = new Parameter(zeros([]))

  override forward(x: Tensor): Tensor {
    return this.a
      .add(this.b.mul(x))
      .add(this.c.mul(x.pow(2)))
      .add(this.d.mul(x.pow(3)))
  }
}

/** W3 */
export class Diabetes extends Module {
  linear1: Linear = new Linear(8, 6)
  linear2: Linear = new Linear(6, 4)
  linear3: Linear = new Linear(4, 1)

  override forward(x: Tensor): Tensor {
    const first = sigmoid(this.linear1(x))
    const second = sigmoid(this.linear2(first))
    return sigmoid(this.linear3(second))
  }
}

/** W4 */
export class Mlp extends Module {
  l1: Linear = new Linear(784, 512)
  l2: Linear = new Linear(512, 256)
  l3: Linear = new Linear(256, 128)
  l4: Linear = new Linear(128, 64)
  l5: Linear = new Linear(64, 10)
  private readonly relu = new ReLU()

  override forward(x: Tensor): Tensor {
    let h = x
    for (const layer of [this.l1, this.l2, this.l3, this.l4]) h = this.relu(layer(h))
    return this.l5(h)
  }
}

/** W5 */
export class Cnn extends Module {
  conv1: Conv2d = new Conv2d(1, 10, 5)
  conv2: Conv2d = new Conv2d(10, 20, 5)
  fc: Linear = new Linear(320, 10)
  private readonly pool = new MaxPool2d(2)
  private readonly relu = new ReLU()

  override forward(x: Tensor): Tensor {
    const first = this.relu(this.pool(this.conv1(x)))
    const second = this.relu(this.pool(this.conv2(first)))
    return this.fc(second.flatten(1))
  }
}

class Inception extends Module {
  static override keyOf: (property: string) => string = snakeCase
  one: Conv2d
  fiveA: Conv2d
  fiveB: Conv2d = new Conv2d(16, 24, 5, { padding: 2 })
  threeA: Conv2d
  threeB: Conv2d = new Conv2d(16, 24, 3, { padding: 1 })
  threeC: Conv2d = new Conv2d(24, 24, 3, { padding: 1 })
  pooled: Conv2d

  constructor(channels: number) {
    super()
    this.one = new Conv2d(channels, 16, 1)
    this.fiveA = new Conv2d(channels, 16, 1)
    this.threeA = new Conv2d(channels, 16, 1)
    this.pooled = new Conv2d(channels, 24, 1)
  }

  override forward(x: Tensor): Tensor {
    const five = this.fiveB(this.fiveA(x))
    const three = this.threeC(this.threeB(this.threeA(x)))
    const pooled = this.pooled(avgPool2d(x, 3, { stride: 1, padding: 1 }))
    return cat([this.one(x), five, three, pooled], 1)
  }
}

/** W6 */
export class InceptionNet extends Module {
  conv1: Conv2d = new Conv2d(1, 10, 5)
  conv2: Conv2d = new Conv2d(88, 20, 5)
  inception1: Inception = new Inception(10)
  inception2: Inception = new Inception(20)
  fc: Linear = new Linear(1408, 10)

  override forward(x: Tensor): Tensor {
    const first = this.inception1(relu(maxPool2d(this.conv1(x), 2)))
    const second = this.inception2(relu(maxPool2d(this.conv2(first), 2)))
    return this.fc(second.flatten(1))
  }
}

class Residual extends Module {
  conv1: Conv2d
  conv2: Conv2d

  constructor(channels: number) {
    super()
    this.conv1 = new Conv2d(channels, channels, 3, { padding: 1 })
    this.conv2 = new Conv2d(channels, channels, 3, { padding: 1 })
  }

  override forward(x: Tensor): Tensor {
    return relu(x.add(this.conv2(relu(this.conv1(x)))))
  }
}

/** W7 */
export class ResidualNet extends Module {
  conv1: Conv2d = new Conv2d(1, 16, 5)
  conv2: Conv2d = new Conv2d(16, 32, 5)
  residual1: Residual = new Residual(16)
  residual2: Residual = new Residual(32)
  fc: Linear = new Linear(512, 10)
  private readonly layers = new Sequential(new ReLU(), new MaxPool2d(2))

  override forward(x: Tensor): Tensor {
    const first = this.residual1(this.layers(this.conv1(x)))
    const second = this.residual2(this.layers(this.conv2(first)))
    return this.fc(second.flatten(1))
  }
}
