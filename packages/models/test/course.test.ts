/** The nets of the course: PyTorch's names, and its weights for a seed. */
import { manualSeed, rand, randint, randn, type Tensor, tensor } from '@tsorch/core'
import { type AnyModule, GRU, LSTM, RNN } from '@tsorch/nn'
import { describe, expect, test } from 'vitest'
import {
  ConstantScalingBlock,
  ConvolutionalNet,
  ConvShortcutBlock,
  DeepConvolutionalNet,
  DenselyConnectedNet,
  DiabetesNet,
  EmbeddingModel,
  FullyConnectedNet,
  InceptionNet,
  LeNet5,
  LinearRegression,
  LogisticRegression,
  PreActivationBlock,
  ResidualBlock,
  ResidualNet,
  RNNCellModel,
  RNNClassifier,
  RNNModel,
} from '../src/index.js'
import { crc32 } from './crc32.js'
import { fillModel } from './filled.js'

/** Recorded with PyTorch after `torch.manual_seed(42)`: CRC-32 of each parameter's bytes, and what `torch.rand(2)` gives then. */
const recorded: readonly {
  readonly name: string
  readonly build: () => AnyModule
  readonly next: readonly number[]
  readonly parameters: Readonly<Record<string, string>>
}[] = [
  {
    name: 'L5 LinearModel',
    build: () => new LinearRegression(),
    next: [0.38286376, 0.959305644],
    parameters: {
      'linear.weight': 'bba010f1',
      'linear.bias': '0f1c451f',
    },
  },
  {
    name: 'L6 LogisticRegressionModel',
    build: () => new LogisticRegression(),
    next: [0.38286376, 0.959305644],
    parameters: {
      'linear.weight': 'bba010f1',
      'linear.bias': '0f1c451f',
    },
  },
  {
    name: 'L7 Diabetes 8-6-4-1',
    build: () => new DiabetesNet(),
    next: [0.111515999, 0.247675121],
    parameters: {
      'linear1.weight': '05f70922',
      'linear1.bias': '3ddc961a',
      'linear2.weight': 'db2b1489',
      'linear2.bias': '5fb18232',
      'linear3.weight': '99d4de9f',
      'linear3.bias': '249c2988',
    },
  },
  {
    name: 'L9 FC',
    build: () => new FullyConnectedNet(),
    next: [0.819358289, 0.325343251],
    parameters: {
      'l1.weight': 'c0554e5b',
      'l1.bias': 'ad37373a',
      'l2.weight': '3f44267c',
      'l2.bias': '86bf7af0',
      'l3.weight': 'a626560c',
      'l3.bias': 'adfb7ac8',
      'l4.weight': '5809c00c',
      'l4.bias': 'b399486a',
      'l5.weight': '5ac7ec36',
      'l5.bias': '401d9fdd',
    },
  },
  {
    name: 'L10 CNN',
    build: () => new ConvolutionalNet(),
    next: [0.290858567, 0.920774937],
    parameters: {
      'conv1.weight': '7a069b25',
      'conv1.bias': 'e3eda023',
      'conv2.weight': '64be08ef',
      'conv2.bias': 'd8958df1',
      'fc.weight': 'e8a996b5',
      'fc.bias': 'cc94e5d7',
    },
  },
  {
    name: 'L10 exercise CNN3',
    build: () => new DeepConvolutionalNet(),
    next: [0.475516796, 0.919558167],
    parameters: {
      'conv1.weight': '733597e8',
      'conv1.bias': '58809d0b',
      'conv2.weight': 'a89817fa',
      'conv2.bias': 'a20ddc0e',
      'conv3.weight': '75bb710b',
      'fc1.weight': '937afaea',
      'fc1.bias': '11ac3345',
      'fc2.weight': 'c05a8b5d',
      'fc2.bias': 'd8154eab',
      'fc3.weight': 'e293285c',
      'fc3.bias': '7bb53eb6',
    },
  },
  {
    name: 'L11 InceptionNet',
    build: () => new InceptionNet(),
    next: [0.954274118, 0.252779901],
    parameters: {
      'conv1.weight': '7a069b25',
      'conv1.bias': 'e3eda023',
      'conv2.weight': '7125d2cf',
      'conv2.bias': '1453fb2f',
      'incep1.branch1x1.weight': '8f4b804a',
      'incep1.branch1x1.bias': '5f37ef59',
      'incep1.branch5x5_1.weight': '82a2417e',
      'incep1.branch5x5_1.bias': '7362ff7d',
      'incep1.branch5x5_2.weight': 'a87fd9fd',
      'incep1.branch5x5_2.bias': '3ca960f3',
      'incep1.branch3x3_1.weight': 'fe1e2f25',
      'incep1.branch3x3_1.bias': '449d4c25',
      'incep1.branch3x3_2.weight': 'bc505bee',
      'incep1.branch3x3_2.bias': '690b2e5d',
      'incep1.branch3x3_3.weight': '593fbc27',
      'incep1.branch3x3_3.bias': '9c0099c2',
      'incep1.branch_pool.weight': 'dd09516b',
      'incep1.branch_pool.bias': '02c6922e',
      'incep2.branch1x1.weight': '47c12bd5',
      'incep2.branch1x1.bias': 'f3e387d0',
      'incep2.branch5x5_1.weight': '12848889',
      'incep2.branch5x5_1.bias': '303145b7',
      'incep2.branch5x5_2.weight': 'a3fa9257',
      'incep2.branch5x5_2.bias': 'db2b891a',
      'incep2.branch3x3_1.weight': 'd48546e5',
      'incep2.branch3x3_1.bias': '7762e536',
      'incep2.branch3x3_2.weight': 'b8026c92',
      'incep2.branch3x3_2.bias': '0cd9ef72',
      'incep2.branch3x3_3.weight': '4c57803e',
      'incep2.branch3x3_3.bias': '92bd7671',
      'incep2.branch_pool.weight': 'f5dcbdd6',
      'incep2.branch_pool.bias': 'd69a8c61',
      'fc.weight': 'cf9dd470',
      'fc.bias': 'b777f34d',
    },
  },
  {
    name: 'L11 ResNet',
    build: () => new ResidualNet(),
    next: [0.317001343, 0.722823024],
    parameters: {
      'conv1.weight': 'e8399db3',
      'conv1.bias': '028310e7',
      'conv2.weight': 'f8f42e8d',
      'conv2.bias': '19e0f58f',
      'rblock1.conv1.weight': '72817b8a',
      'rblock1.conv1.bias': '25b58ab2',
      'rblock1.conv2.weight': 'd5e0dc9f',
      'rblock1.conv2.bias': 'f9584c1f',
      'rblock2.conv1.weight': '146db4ad',
      'rblock2.conv1.bias': '825b3448',
      'rblock2.conv2.weight': '1aee9123',
      'rblock2.conv2.bias': 'b785c28c',
      'fc.weight': '368c64ee',
      'fc.bias': '5cbadb2e',
    },
  },
  {
    name: 'L12 RNNCell(4,4)',
    build: () => new RNNCellModel(),
    next: [0.634341836, 0.364410281],
    parameters: {
      'rnncell.weight_ih': '69991d64',
      'rnncell.weight_hh': 'd08cb748',
      'rnncell.bias_ih': 'e01f055e',
      'rnncell.bias_hh': '32e5c9a3',
    },
  },
  {
    name: 'L12 RNN(4,4)',
    build: () => new RNNModel(),
    next: [0.634341836, 0.364410281],
    parameters: {
      'rnn.weight_ih_l0': '69991d64',
      'rnn.weight_hh_l0': 'd08cb748',
      'rnn.bias_ih_l0': 'e01f055e',
      'rnn.bias_hh_l0': '32e5c9a3',
    },
  },
  {
    name: 'L12 Embedding+RNN',
    build: () => new EmbeddingModel(),
    next: [0.0941252112, 0.554080307],
    parameters: {
      'emb.weight': '345a6b22',
      'rnn.weight_ih_l0': '2c71787f',
      'rnn.weight_hh_l0': 'ee65467e',
      'rnn.bias_ih_l0': '62a42e51',
      'rnn.bias_hh_l0': '59542ae0',
      'rnn.weight_ih_l1': 'cbc8c050',
      'rnn.weight_hh_l1': 'f7655b0f',
      'rnn.bias_ih_l1': 'f2032142',
      'rnn.bias_hh_l1': 'a11ad420',
      'fc.weight': '7d8fd647',
      'fc.bias': 'e7d6e8a4',
    },
  },
  {
    name: 'L12 Embedding+LSTM',
    build: () => new EmbeddingModel({ cell: 'LSTM' }),
    next: [0.504843712, 0.501387298],
    parameters: {
      'emb.weight': '345a6b22',
      'rnn.weight_ih_l0': '66e95d94',
      'rnn.weight_hh_l0': 'bbe7c5bd',
      'rnn.bias_ih_l0': '9df10794',
      'rnn.bias_hh_l0': '89c2c4d5',
      'rnn.weight_ih_l1': '32d4558f',
      'rnn.weight_hh_l1': 'f26152be',
      'rnn.bias_ih_l1': '4f73ae2c',
      'rnn.bias_hh_l1': 'd1989603',
      'fc.weight': 'e0174f81',
      'fc.bias': '14b0db6d',
    },
  },
  {
    name: 'L12 Embedding+GRU',
    build: () => new EmbeddingModel({ cell: 'GRU' }),
    next: [0.239068985, 0.268920183],
    parameters: {
      'emb.weight': '345a6b22',
      'rnn.weight_ih_l0': '73355898',
      'rnn.weight_hh_l0': '6ab8410f',
      'rnn.bias_ih_l0': '58c87d5b',
      'rnn.bias_hh_l0': '766b83e8',
      'rnn.weight_ih_l1': 'a197ea34',
      'rnn.weight_hh_l1': 'a33e4783',
      'rnn.bias_ih_l1': '76a76ad5',
      'rnn.bias_hh_l1': '2372c1db',
      'fc.weight': '15fac945',
      'fc.bias': '8792fad5',
    },
  },
  {
    name: 'L13 RNNClassifier(128,100,18,2)',
    build: () => new RNNClassifier(128, 100, 18, { numLayers: 2 }),
    next: [0.567448378, 0.00267517567],
    parameters: {
      'embedding.weight': '6271ea00',
      'gru.weight_ih_l0': '7a5a3cf6',
      'gru.weight_hh_l0': '6c899c27',
      'gru.bias_ih_l0': '02670f32',
      'gru.bias_hh_l0': '02cb714a',
      'gru.weight_ih_l0_reverse': 'c7204417',
      'gru.weight_hh_l0_reverse': 'fe4e2b68',
      'gru.bias_ih_l0_reverse': 'b0463260',
      'gru.bias_hh_l0_reverse': '5ba1e6b2',
      'gru.weight_ih_l1': '62724872',
      'gru.weight_hh_l1': 'fd6e1f7e',
      'gru.bias_ih_l1': '418b2195',
      'gru.bias_hh_l1': '5214a2ba',
      'gru.weight_ih_l1_reverse': '95e2877b',
      'gru.weight_hh_l1_reverse': '2b1d0039',
      'gru.bias_ih_l1_reverse': 'eec411fb',
      'gru.bias_hh_l1_reverse': '5809bc7e',
      'fc.weight': '8e4a2ee1',
      'fc.bias': '0abb0c76',
    },
  },
]

describe('seed 42 gives the weights of PyTorch', () => {
  test.each(recorded)('$name', ({ build, next, parameters }) => {
    manualSeed(42)
    const model = build()
    expect(rand([2]).toTypedArray()).toEqual(Float32Array.from(next))
    const got = Object.entries(model.stateDict()).map(([name, x]) => [name, crc32(x.toTypedArray() as Float32Array)])
    expect(got).toEqual(Object.entries(parameters))
  })
})

describe('shapes', () => {
  test.each<[name: string, model: AnyModule, inputs: readonly Tensor[], shape: readonly number[]]>([
    ['linear regression', new LinearRegression(), [randn([3, 1])], [3, 1]],
    ['with more features', new LinearRegression({ inFeatures: 4, outFeatures: 2 }), [randn([3, 4])], [3, 2]],
    ['logistic regression', new LogisticRegression({ inFeatures: 2 }), [randn([3, 2])], [3, 1]],
    ['diabetes', new DiabetesNet({ activation: 'tanh' }), [randn([5, 8])], [5, 1]],
    ['fully connected', new FullyConnectedNet(), [randn([2, 1, 28, 28])], [2, 10]],
    ['convolutional', new ConvolutionalNet(), [randn([2, 1, 28, 28])], [2, 10]],
    ['three convolutions', new DeepConvolutionalNet(), [randn([2, 1, 28, 28])], [2, 10]],
    ['inception modules', new InceptionNet(), [randn([2, 1, 28, 28])], [2, 10]],
    ['residual blocks', new ResidualNet(), [randn([2, 1, 28, 28])], [2, 10]],
    ['dense blocks', new DenselyConnectedNet(), [randn([2, 1, 28, 28])], [2, 10]],
    ['LeNet-5', new LeNet5(), [randn([2, 1, 28, 28])], [2, 10]],
    ['LeNet-5 of the paper', new LeNet5({ padding: 0, inChannels: 3 }), [randn([2, 3, 32, 32])], [2, 10]],
    ['cell', new RNNCellModel({ hiddenSize: 6 }), [randn([2, 4]), randn([2, 6])], [2, 6]],
    ['recurrent layers', new RNNModel({ numLayers: 2, hiddenSize: 5 }), [randn([7, 2, 4])], [14, 5]],
    ['embedding', new EmbeddingModel({ cell: 'GRU', numClasses: 9 }), [randint(4, [3, 5])], [15, 9]],
    ['names', new RNNClassifier(30, 6, 4, { cell: 'RNN' }), [randint(30, [3, 5]), tensor([5, 4, 2])], [3, 4]],
  ])('%s', (_, model, inputs, shape) => {
    const output: Tensor = model(...inputs)
    expect(output.shape).toEqual(shape)
    output.sum().backward()
    for (const parameter of model.parameters()) expect(parameter.grad).not.toBeNull()
  })
})

test('kinds of recurrent layers', () => {
  expect(new RNNModel().rnn).toBeInstanceOf(RNN)
  expect(new EmbeddingModel({ cell: 'LSTM' }).rnn).toBeInstanceOf(LSTM)
  expect(new RNNClassifier(3, 4, 5).gru).toBeInstanceOf(GRU)
  expect(() => new RNNModel({ cell: 'gru' as never })).toThrow("cell must be one of RNN, LSTM, GRU, but got 'gru'")
})

test('names of other lengths in one batch get the answers that they get alone', () => {
  for (const cell of ['RNN', 'LSTM', 'GRU'] as const) {
    const model = new RNNClassifier(20, 8, 3, { cell, numLayers: 2 })
    const both = model(
      tensor([
        [4, 5, 6, 7],
        [8, 9, 0, 0],
      ]),
      tensor([4, 2]),
    )
    const second = model(tensor([[8, 9]]), tensor([2]))
    expect(both.narrow(0, 1, 1).allclose(second, { atol: 1e-6 })).toBe(true)
  }
})

test('a state to start with has the dtype of the model', () => {
  const model = new RNNCellModel().double()
  const hidden = model(randn([1, 4], { dtype: 'float64' }), model.initHidden())
  expect(hidden.dtype.name).toBe('float64')
  expect(new EmbeddingModel({ cell: 'LSTM' }).double()(tensor([[0, 1]])).dtype.name).toBe('float64')
})

test('blocks of the exercises', () => {
  const x = randn([2, 4, 6, 6])
  const plain = fillModel(new ResidualBlock(4))
  const scaled = fillModel(new ConstantScalingBlock(4))
  // positive factors pass through ReLU
  expect(scaled(x).mul(2).allclose(plain(x), { atol: 1e-6 })).toBe(true)
  expect(Object.keys(new ConvShortcutBlock(4).stateDict()).filter((key) => key.endsWith('weight'))).toEqual([
    'conv1.weight',
    'conv2.weight',
    'conv3.weight',
  ])
  const preActivation = new PreActivationBlock(4)
  preActivation.conv2.weight.detach().zero_()
  preActivation.conv2.bias!.detach().zero_()
  expect(preActivation(x).equal(x)).toBe(true)
  expect(new ResidualNet({ block: PreActivationBlock })(randn([2, 1, 28, 28])).shape).toEqual([2, 10])
})

test('LeNet-5 has 61,706 parameters', () => {
  const count = [...new LeNet5().parameters()].reduce((n, p) => n + p.numel(), 0)
  expect(count).toBe(61_706)
  expect(() => new LeNet5({ activation: 'gelu' as never })).toThrow(
    "activation must be one of tanh, sigmoid, relu, but got 'gelu'",
  )
})
