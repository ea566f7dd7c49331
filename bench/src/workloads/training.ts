/** W1 to W12: what is trained, on what, and how. The networks themselves are each peer's own code. */
import { type ArraySpec, integers, uniform } from './arrays.js'
import {
  conv,
  embedding,
  encoderLayer,
  inceptionBlock,
  linear,
  network,
  type ParameterSpec,
  recurrent,
  residualBlock,
  resnet18,
  scalar,
} from './parameters.js'

/** How the parameters are updated. */
export type OptimizerSpec =
  | { readonly kind: 'sgd'; readonly lr: number; readonly momentum: number }
  | { readonly kind: 'adam'; readonly lr: number }

/** Sum of squared errors, binary cross entropy of probabilities, cross entropy of logits (both means). */
export type LossName = 'squares' | 'binary' | 'classes'

/** A training step to measure: zeroGrad, forward, loss, backward, optimizer step, and the loss read as a number. */
export interface Training {
  readonly id: string
  readonly title: string
  readonly params: readonly ParameterSpec[]
  readonly x: ArraySpec
  /** Null where the targets follow from `x`, or where nothing is trained. */
  readonly y: ArraySpec | null
  /** Null for a forward pass alone; the mean of the absolute outputs is then read in place of a loss. */
  readonly loss: LossName | null
  readonly optimizer: OptimizerSpec | null
}

const sgd = (lr: number, momentum = 0): OptimizerSpec => ({ kind: 'sgd', lr, momentum })
const adam: OptimizerSpec = { kind: 'adam', lr: 1e-3 }
const images = (seed: number) => uniform([64, 1, 28, 28], seed)
const digits = (seed: number) => integers([64], seed, 10)
const list = (...values: number[]): ArraySpec => ({ shape: [values.length, 1], fill: { kind: 'list', values } })

export const trainings: readonly Training[] = [
  {
    id: 'W1',
    title: 'linear regression, 3 samples, SGD',
    params: network(1000, linear('', 1, 1)),
    x: list(1, 2, 3),
    y: list(2, 4, 6),
    loss: 'squares',
    optimizer: sgd(0.01),
  },
  {
    id: 'W2',
    title: 'cubic fit of sin(x), 2000 points, update by hand',
    params: network(2000, scalar('a'), scalar('b'), scalar('c'), scalar('d')),
    x: { shape: [2000], fill: { kind: 'linspace', low: -Math.PI, high: Math.PI } },
    y: null,
    loss: 'squares',
    optimizer: sgd(1e-6),
  },
  {
    id: 'W3',
    title: 'diabetes MLP 8-6-4-1, batch 32, SGD',
    params: network(3000, linear('linear1', 8, 6), linear('linear2', 6, 4), linear('linear3', 4, 1)),
    x: uniform([32, 8], 31),
    y: integers([32, 1], 32, 2),
    loss: 'binary',
    optimizer: sgd(0.1),
  },
  {
    id: 'W4',
    title: 'MNIST MLP 784-512-256-128-64-10, batch 64, SGD momentum',
    params: network(
      4000,
      linear('l1', 784, 512),
      linear('l2', 512, 256),
      linear('l3', 256, 128),
      linear('l4', 128, 64),
      linear('l5', 64, 10),
    ),
    x: uniform([64, 784], 41),
    y: digits(42),
    loss: 'classes',
    optimizer: sgd(0.01, 0.5),
  },
  {
    id: 'W5',
    title: 'MNIST CNN, two 5x5 convolutions, batch 64, SGD momentum',
    params: network(5000, conv('conv1', 1, 10, 5), conv('conv2', 10, 20, 5), linear('fc', 320, 10)),
    x: images(51),
    y: digits(52),
    loss: 'classes',
    optimizer: sgd(0.01, 0.5),
  },
  {
    id: 'W6',
    title: 'MNIST Inception net, batch 64, SGD momentum',
    params: network(
      6000,
      conv('conv1', 1, 10, 5),
      conv('conv2', 88, 20, 5),
      inceptionBlock('inception1', 10),
      inceptionBlock('inception2', 20),
      linear('fc', 1408, 10),
    ),
    x: images(61),
    y: digits(62),
    loss: 'classes',
    optimizer: sgd(0.01, 0.5),
  },
  {
    id: 'W7',
    title: 'MNIST residual net, batch 64, SGD momentum',
    params: network(
      7000,
      conv('conv1', 1, 16, 5),
      conv('conv2', 16, 32, 5),
      residualBlock('residual1', 16),
      residualBlock('residual2', 32),
      linear('fc', 512, 10),
    ),
    x: images(71),
    y: digits(72),
    loss: 'classes',
    optimizer: sgd(0.01, 0.5),
  },
  {
    id: 'W8',
    title: 'names classifier, bidirectional 2-layer GRU 100, 10 letters, batch 256, Adam',
    params: network(
      8000,
      embedding('embedding', 128, 100),
      recurrent('gru', { inputs: 100, hidden: 100, gates: 3, layers: 2, directions: 2 }),
      linear('fc', 200, 18),
    ),
    x: integers([10, 256], 81, 128),
    y: integers([256], 82, 18),
    loss: 'classes',
    optimizer: adam,
  },
  {
    id: 'W9',
    title: 'LSTM 128-256, 32 steps, batch 32, a class a step, Adam',
    params: network(
      9000,
      recurrent('lstm', { inputs: 128, hidden: 256, gates: 4, layers: 1, directions: 1 }),
      linear('fc', 256, 128),
    ),
    x: uniform([32, 32, 128], 91),
    y: integers([1024], 92, 128),
    loss: 'classes',
    optimizer: adam,
  },
  {
    id: 'W10',
    title: 'ResNet-18 forward, eval, batch 4, 224x224',
    params: network(10000, resnet18()),
    x: uniform([4, 3, 224, 224], 101),
    y: null,
    loss: null,
    optimizer: null,
  },
  {
    id: 'W11',
    title: 'ResNet-18 training, batch 4, 64x64, SGD momentum',
    params: network(11000, resnet18()),
    x: uniform([4, 3, 64, 64], 111),
    y: integers([4], 112, 1000),
    loss: 'classes',
    optimizer: sgd(0.01, 0.9),
  },
  {
    id: 'W12',
    title: 'transformer encoder, 2 layers, width 128, 4 heads, batch 16 of 64, Adam',
    params: network(
      12000,
      encoderLayer('encoder.layers.0', 128, 512),
      encoderLayer('encoder.layers.1', 128, 512),
      linear('fc', 128, 10),
    ),
    x: uniform([16, 64, 128], 121),
    y: integers([16], 122, 10),
    loss: 'classes',
    optimizer: adam,
  },
]
