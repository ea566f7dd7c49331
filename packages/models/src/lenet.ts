import { bindOptions, flatten, relu, sigmoid, type Tensor, tanh } from '@tsorch/core'
import { AvgPool2d, Conv2d, Layer, Linear, MaxPool2d } from '@tsorch/nn'
import { choice } from './layers/choice.js'

/** Activations of {@link LeNet5}. */
export type LeNetActivation = 'tanh' | 'sigmoid' | 'relu'

/** Poolings of {@link LeNet5}. */
export type LeNetPooling = 'avg' | 'max'

const activations: Readonly<Record<LeNetActivation, (x: Tensor) => Tensor>> = { tanh, sigmoid, relu }
const pools: Readonly<Record<LeNetPooling, typeof AvgPool2d | typeof MaxPool2d>> = { avg: AvgPool2d, max: MaxPool2d }

/** Options of {@link LeNet5}. */
export interface LeNet5Options {
  /** 10 if not given. */
  numClasses?: number
  /** 1 if not given. */
  inChannels?: number
  /** Around the image: 2, if not given, for images of 28 x 28; 0 for the 32 x 32 of the paper. */
  padding?: number
  /** `'tanh'` if not given, as in the paper; `'relu'` learns faster. */
  activation?: LeNetActivation
  /** `'avg'` if not given, close to the paper's; or `'max'`. */
  pooling?: LeNetPooling
}
const names = ['numClasses', 'inChannels', 'padding', 'activation', 'pooling'] as const

/**
 * LeNet-5: two convolutions with pooling, and three linear layers: 61,706 parameters.
 *
 * Input [N, inChannels, 28, 28] (32 x 32 without padding), output [N, numClasses].
 *
 * @example
 * ```ts
 * const model = new LeNet5({ activation: 'relu', pooling: 'max' })
 * model(randn([2, 1, 28, 28])) // shape [2, 10]
 * ```
 * @see http://yann.lecun.com/exdb/publis/pdf/lecun-98.pdf
 */
export class LeNet5 extends Layer {
  conv1: Conv2d
  conv2: Conv2d
  pool: AvgPool2d | MaxPool2d
  fc1: Linear
  fc2: Linear
  fc3: Linear
  private readonly activation: (x: Tensor) => Tensor

  constructor(options: LeNet5Options = {}) {
    super()
    const o = bindOptions<LeNet5Options>('LeNet5', names, [options])
    const { numClasses = 10, inChannels = 1, padding = 2, activation = 'tanh', pooling = 'avg' } = o
    this.activation = choice('activation', activations, activation)
    this.conv1 = new Conv2d(inChannels, 6, 5, { padding })
    this.conv2 = new Conv2d(6, 16, 5)
    this.pool = new (choice('pooling', pools, pooling))(2)
    this.fc1 = new Linear(16 * 5 * 5, 120)
    this.fc2 = new Linear(120, 84)
    this.fc3 = new Linear(84, numClasses)
  }

  override forward(x: Tensor): Tensor {
    let h = this.pool(this.activation(this.conv1(x)))
    h = this.pool(this.activation(this.conv2(h)))
    h = this.activation(this.fc1(flatten(h, 1)))
    return this.fc3(this.activation(this.fc2(h)))
  }
}
