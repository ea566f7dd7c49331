import { bindOptions, flatten, relu, type Tensor } from '@tsorch/core'
import { BatchNorm2d, Conv2d, functional as F, Layer, Linear, MaxPool2d } from '@tsorch/nn'
import { DenseBlock, Transition } from '../vision/dense-block.js'

/** Options of {@link DenselyConnectedNet}. */
export interface DenselyConnectedNetOptions {
  /** Channels that each layer adds, 12 if not given. */
  growthRate?: number
  /** Number of layers of each of the two blocks, 4 if not given. */
  numLayers?: number
}

/**
 * A small DenseNet for digits, an exercise of the lecture on advanced convolutional networks: two dense blocks of which each
 * layer sees what all layers before it made.
 *
 * Input [N, 1, 28, 28], output [N, 10].
 *
 * @see https://arxiv.org/abs/1608.06993
 */
export class DenselyConnectedNet extends Layer {
  conv1: Conv2d
  mp: MaxPool2d
  denseblock1: DenseBlock
  transition1: Transition
  denseblock2: DenseBlock
  norm: BatchNorm2d
  fc: Linear

  constructor(options: DenselyConnectedNetOptions = {}) {
    super()
    const names = ['growthRate', 'numLayers'] as const
    const o = bindOptions<DenselyConnectedNetOptions>('DenselyConnectedNet', names, [options])
    const { growthRate = 12, numLayers = 4 } = o
    const added = numLayers * growthRate
    const half = Math.floor((16 + added) / 2)
    this.conv1 = new Conv2d(1, 16, 5)
    this.mp = new MaxPool2d(2)
    this.denseblock1 = new DenseBlock(numLayers, 16, { growthRate })
    this.transition1 = new Transition(16 + added, half)
    this.denseblock2 = new DenseBlock(numLayers, half, { growthRate })
    this.norm = new BatchNorm2d(half + added)
    this.fc = new Linear(half + added, 10)
  }

  override forward(x: Tensor): Tensor {
    let h = this.denseblock1(this.mp(relu(this.conv1(x))))
    h = relu(this.norm(this.denseblock2(this.transition1(h))))
    return this.fc(flatten(F.adaptiveAvgPool2d(h, 1), 1))
  }
}
