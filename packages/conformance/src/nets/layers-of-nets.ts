/** One layer of a net: its attribute, class and arguments. A layer without a class is a parameter of the net itself. */
export type LayerSpec = readonly [attribute: string, module: string, ...args: unknown[]]

const inception = (name: string, channels: number): LayerSpec[] => [
  [`${name}.branch1x1`, 'Conv2d', channels, 16, 1],
  [`${name}.branch5x5_1`, 'Conv2d', channels, 16, 1],
  [`${name}.branch5x5_2`, 'Conv2d', 16, 24, 5, { padding: 2 }],
  [`${name}.branch3x3_1`, 'Conv2d', channels, 16, 1],
  [`${name}.branch3x3_2`, 'Conv2d', 16, 24, 3, { padding: 1 }],
  [`${name}.branch3x3_3`, 'Conv2d', 24, 24, 3, { padding: 1 }],
  [`${name}.branch_pool`, 'Conv2d', channels, 24, 1],
]

const residual = (name: string, channels: number): LayerSpec[] => [
  [`${name}.conv1`, 'Conv2d', channels, channels, 3, { padding: 1 }],
  [`${name}.conv2`, 'Conv2d', channels, channels, 3, { padding: 1 }],
]

const recurrent = (module: string): LayerSpec[] => [
  ['emb', 'Embedding', 4, 10],
  ['rnn', module, 10, 8, { numLayers: 2, batchFirst: true }],
  ['fc', 'Linear', 8, 4],
]

/** The layers with parameters of the nets whose initialisation is recorded, in the order in which they are made. */
export const layersOfNets: Readonly<Record<string, readonly LayerSpec[]>> = {
  'L5 LinearModel': [['linear', 'Linear', 1, 1]],
  'L6 LogisticRegressionModel': [['linear', 'Linear', 1, 1]],
  'L7 Diabetes 8-6-4-1': [
    ['linear1', 'Linear', 8, 6],
    ['linear2', 'Linear', 6, 4],
    ['linear3', 'Linear', 4, 1],
  ],
  'L9 FC': [
    ['l1', 'Linear', 784, 512],
    ['l2', 'Linear', 512, 256],
    ['l3', 'Linear', 256, 128],
    ['l4', 'Linear', 128, 64],
    ['l5', 'Linear', 64, 10],
  ],
  'L10 CNN': [
    ['conv1', 'Conv2d', 1, 10, 5],
    ['conv2', 'Conv2d', 10, 20, 5],
    ['fc', 'Linear', 320, 10],
  ],
  'L10 exercise CNN3': [
    ['conv1', 'Conv2d', 1, 10, 3],
    ['conv2', 'Conv2d', 10, 20, 3],
    ['conv3', 'Conv2d', 20, 30, 3, { bias: false }],
    ['fc1', 'Linear', 120, 64],
    ['fc2', 'Linear', 64, 32],
    ['fc3', 'Linear', 32, 10],
  ],
  'L11 InceptionNet': [
    ['conv1', 'Conv2d', 1, 10, 5],
    ['conv2', 'Conv2d', 88, 20, 5],
    ...inception('incep1', 10),
    ...inception('incep2', 20),
    ['fc', 'Linear', 1408, 10],
  ],
  'L11 ResNet': [
    ['conv1', 'Conv2d', 1, 16, 5],
    ['conv2', 'Conv2d', 16, 32, 5],
    ...residual('rblock1', 16),
    ...residual('rblock2', 32),
    ['fc', 'Linear', 512, 10],
  ],
  'L12 RNNCell(4,4)': [['rnncell', 'RNNCell', 4, 4]],
  'L12 RNN(4,4)': [['rnn', 'RNN', 4, 4]],
  'L12 Embedding+RNN': recurrent('RNN'),
  'L12 Embedding+LSTM': recurrent('LSTM'),
  'L12 Embedding+GRU': recurrent('GRU'),
  'L13 RNNClassifier(128,100,18,2)': [
    ['embedding', 'Embedding', 128, 100],
    ['gru', 'GRU', 100, 100, { numLayers: 2, bidirectional: true }],
    ['fc', 'Linear', 200, 18],
  ],
  'extra TinyTransformer': [
    ['emb', 'Embedding', 12, 16],
    ['pos', 'randn', [10, 16], 0.02],
    ['enc', 'TransformerEncoder', ['TransformerEncoderLayer', 16, 4, { dimFeedforward: 32, batchFirst: true }], 2],
    ['fc', 'Linear', 16, 12],
  ],
  'extra AutoEncoder': [
    ['enc.0', 'Linear', 64, 32],
    ['enc.1', 'BatchNorm1d', 32],
    ['enc.4', 'Linear', 32, 8],
    ['enc.5', 'BatchNorm1d', 8],
    ['dec.0', 'Linear', 8, 32],
    ['dec.1', 'BatchNorm1d', 32],
    ['dec.4', 'Linear', 32, 64],
  ],
  'extra ConvAE': [
    ['enc.0', 'Conv2d', 1, 8, 3],
    ['enc.1', 'BatchNorm2d', 8],
    ['enc.3', 'Conv2d', 8, 16, 3],
    ['dec.0', 'ConvTranspose2d', 16, 8, 3],
    ['dec.1', 'BatchNorm2d', 8],
    ['dec.3', 'ConvTranspose2d', 8, 1, 3],
  ],
  'extra VAE': [
    ['a', 'Linear', 64, 32],
    ['mu', 'Linear', 32, 4],
    ['lv', 'Linear', 32, 4],
    ['b', 'Linear', 4, 32],
    ['c', 'Linear', 32, 64],
  ],
}
