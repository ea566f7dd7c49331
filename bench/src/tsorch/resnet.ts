/** ResNet-18 with tsorch, of W10 and W11. */
import { batchNorm, maxPool2d, ones, relu, type Tensor, zeros } from '@tsorch/core'
import { Conv2d, Linear, Module, Parameter, Sequential, snakeCase } from '@tsorch/nn'

class Norm extends Module {
  static override keyOf: (property: string) => string = snakeCase
  weight: Parameter
  bias: Parameter
  declare runningMean: Tensor
  declare runningVar: Tensor

  constructor(channels: number) {
    super()
    this.weight = new Parameter(ones([channels]))
    this.bias = new Parameter(zeros([channels]))
    this.registerBuffer('runningMean', zeros([channels]))
    this.registerBuffer('runningVar', ones([channels]))
  }

  override forward(x: Tensor): Tensor {
    const { runningMean, runningVar, weight, bias, training } = this
    return batchNorm(x, runningMean, runningVar, { weight, bias, training, momentum: 0.1, eps: 1e-5 })
  }
}

class Block extends Module {
  conv1: Conv2d
  bn1: Norm
  conv2: Conv2d
  bn2: Norm
  downsample: Sequential | null = null

  constructor(inputs: number, outputs: number) {
    super()
    const stride = inputs === outputs ? 1 : 2
    this.conv1 = new Conv2d(inputs, outputs, 3, { stride, padding: 1, bias: false })
    this.bn1 = new Norm(outputs)
    this.conv2 = new Conv2d(outputs, outputs, 3, { padding: 1, bias: false })
    this.bn2 = new Norm(outputs)
    if (stride === 2)
      this.downsample = new Sequential(new Conv2d(inputs, outputs, 1, { stride, bias: false }), new Norm(outputs))
  }

  override forward(x: Tensor): Tensor {
    const inner = relu(this.bn1(this.conv1(x)))
    const out = this.bn2(this.conv2(inner))
    return relu(out.add(this.downsample === null ? x : this.downsample(x)))
  }
}

export class ResNet18 extends Module {
  conv1: Conv2d = new Conv2d(3, 64, 7, { stride: 2, padding: 3, bias: false })
  bn1: Norm = new Norm(64)
  layer1: Sequential = new Sequential(new Block(64, 64), new Block(64, 64))
  layer2: Sequential = new Sequential(new Block(64, 128), new Block(128, 128))
  layer3: Sequential = new Sequential(new Block(128, 256), new Block(256, 256))
  layer4: Sequential = new Sequential(new Block(256, 512), new Block(512, 512))
  fc: Linear = new Linear(512, 1000)

  override forward(x: Tensor): Tensor {
    let h = maxPool2d(relu(this.bn1(this.conv1(x))), 3, { stride: 2, padding: 1 })
    for (const layer of [this.layer1, this.layer2, this.layer3, this.layer4]) h = layer(h)
    return this.fc(h.mean([2, 3]))
  }
}
