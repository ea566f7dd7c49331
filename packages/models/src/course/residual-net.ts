/** The residual net of the lecture on advanced convolutional networks, and the blocks of its exercises. */
import { bindOptions, relu, type Tensor } from '@tsorch/core'
import { type AnyModule, BatchNorm2d, Conv2d, Layer, Linear, MaxPool2d } from '@tsorch/nn'
import { type Maker, make } from '../layers/make.js'

function conv3x3(channels: number): Conv2d {
  return new Conv2d(channels, channels, 3, { padding: 1 })
}

/** Two convolutions and a way around them: `relu(x + F(x))`. Input and output [N, channels, H, W]. */
export class ResidualBlock extends Layer {
  conv1: Conv2d
  conv2: Conv2d

  constructor(channels: number) {
    super()
    this.conv1 = conv3x3(channels)
    this.conv2 = conv3x3(channels)
  }

  override forward(x: Tensor): Tensor {
    return relu(x.add(this.conv2(relu(this.conv1(x)))))
  }
}

/** {@link ResidualBlock} with both ways halved: `relu(x / 2 + F(x) / 2)`. @see https://arxiv.org/abs/1603.05027 */
export class ConstantScalingBlock extends ResidualBlock {
  override forward(x: Tensor): Tensor {
    const y = this.conv2(relu(this.conv1(x)))
    return relu(x.add(y).mul(0.5))
  }
}

/** {@link ResidualBlock} whose way around is a 1x1 convolution. @see https://arxiv.org/abs/1603.05027 */
export class ConvShortcutBlock extends ResidualBlock {
  conv3: Conv2d

  constructor(channels: number) {
    super(channels)
    this.conv3 = new Conv2d(channels, channels, 1)
  }

  override forward(x: Tensor): Tensor {
    const y = this.conv2(relu(this.conv1(x)))
    return relu(this.conv3(x).add(y))
  }
}

/** Norm and ReLU before each convolution, and nothing on the way around: `x + F(x)`. @see https://arxiv.org/abs/1603.05027 */
export class PreActivationBlock extends Layer {
  bn1: BatchNorm2d
  conv1: Conv2d
  bn2: BatchNorm2d
  conv2: Conv2d

  constructor(channels: number) {
    super()
    this.bn1 = new BatchNorm2d(channels)
    this.conv1 = conv3x3(channels)
    this.bn2 = new BatchNorm2d(channels)
    this.conv2 = conv3x3(channels)
  }

  override forward(x: Tensor): Tensor {
    const y = this.conv1(relu(this.bn1(x)))
    return x.add(this.conv2(relu(this.bn2(y))))
  }
}

/** Options of {@link ResidualNet}. */
export interface ResidualNetOptions {
  /** {@link ResidualBlock} if not given; the exercises exchange it. */
  block?: Maker<[channels: number], AnyModule>
}

/**
 * Two convolutions, each followed by a residual block. Input [N, 1, 28, 28], output [N, 10].
 *
 * @example
 * ```ts
 * const model = new ResidualNet({ block: PreActivationBlock })
 * model(randn([2, 1, 28, 28])) // shape [2, 10]
 * ```
 */
export class ResidualNet extends Layer {
  conv1: Conv2d
  conv2: Conv2d
  mp: MaxPool2d
  rblock1: AnyModule
  rblock2: AnyModule
  fc: Linear

  constructor(options: ResidualNetOptions = {}) {
    super()
    const { block = ResidualBlock } = bindOptions<ResidualNetOptions>('ResidualNet', ['block'], [options])
    this.conv1 = new Conv2d(1, 16, 5)
    this.conv2 = new Conv2d(16, 32, 5)
    this.mp = new MaxPool2d(2)
    this.rblock1 = make(block, 16)
    this.rblock2 = make(block, 32)
    this.fc = new Linear(512, 10)
  }

  override forward(x: Tensor): Tensor {
    let h: Tensor = this.rblock1(this.mp(relu(this.conv1(x))))
    h = this.rblock2(this.mp(relu(this.conv2(h))))
    return this.fc(h.view(x.size(0), -1))
  }
}
