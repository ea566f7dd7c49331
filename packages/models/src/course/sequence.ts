/** The nets of the lecture on recurrent networks, which turn "hello" into "ohlol". */
import { bindOptions, type Tensor, zeros } from '@tsorch/core'
import { Embedding, type GRU, Layer, Linear, LSTM, Module, type RNN, RNNCell } from '@tsorch/nn'
import { type RecurrentName, recurrent, zeroState } from '../layers/recurrent.js'

/** Options of {@link RNNCellModel} and {@link RNNModel}. */
export interface SequenceOptions {
  /** Width of a one-hot vector, 4 if not given. */
  inputSize?: number
  /** Also the number of classes, as the hidden state is the answer; 4 if not given. */
  hiddenSize?: number
}

/** A single cell: the loop over time is the caller's. Input [N, inputSize] and hidden state [N, hiddenSize], output the new one. */
export class RNNCellModel extends Module<[input: Tensor, hidden: Tensor], Tensor> {
  rnncell: RNNCell

  constructor(options: SequenceOptions = {}) {
    super()
    const o = bindOptions<SequenceOptions>('RNNCellModel', ['inputSize', 'hiddenSize'], [options])
    this.rnncell = new RNNCell(o.inputSize ?? 4, o.hiddenSize ?? 4)
  }

  override forward(input: Tensor, hidden: Tensor): Tensor {
    return this.rnncell(input, hidden)
  }

  /** The hidden state to begin with: zeros [batchSize, hiddenSize]. */
  initHidden(batchSize = 1): Tensor {
    const { dtype, device } = this.rnncell.weightIh
    return zeros([batchSize, this.rnncell.hiddenSize], { dtype, device })
  }
}

/** Options of {@link RNNModel}. */
export interface RNNModelOptions extends SequenceOptions {
  /** 1 if not given. */
  numLayers?: number
  /** `'RNN'` if not given. */
  cell?: RecurrentName
}

/** Layers that go through the whole sequence. Input [T, N, inputSize], output [T * N, hiddenSize]. */
export class RNNModel extends Layer {
  rnn: RNN | LSTM | GRU

  constructor(options: RNNModelOptions = {}) {
    super()
    const names = ['inputSize', 'hiddenSize', 'numLayers', 'cell'] as const
    const o = bindOptions<RNNModelOptions>('RNNModel', names, [options])
    const { inputSize = 4, hiddenSize = 4, numLayers = 1, cell = 'RNN' } = o
    this.rnn = recurrent(cell, inputSize, hiddenSize, { numLayers })
  }

  override forward(input: Tensor): Tensor {
    return run(this.rnn, input, input.size(1)).view(-1, this.rnn.hiddenSize)
  }
}

/** Options of {@link EmbeddingModel}. */
export interface EmbeddingModelOptions {
  /** Number of characters, 4 if not given. */
  inputSize?: number
  /** Width of a character's vector, 10 if not given. */
  embeddingSize?: number
  /** 8 if not given. */
  hiddenSize?: number
  /** 2 if not given. */
  numLayers?: number
  /** 4 if not given. */
  numClasses?: number
  /** `'RNN'` if not given. */
  cell?: RecurrentName
}

/** Characters become vectors that are learned too, and a linear layer follows. Input: indices [N, T]; output [N * T, numClasses]. */
export class EmbeddingModel extends Layer {
  emb: Embedding
  rnn: RNN | LSTM | GRU
  fc: Linear

  constructor(options: EmbeddingModelOptions = {}) {
    super()
    const names = ['inputSize', 'embeddingSize', 'hiddenSize', 'numLayers', 'numClasses', 'cell'] as const
    const o = bindOptions<EmbeddingModelOptions>('EmbeddingModel', names, [options])
    const { inputSize = 4, embeddingSize = 10, hiddenSize = 8, numLayers = 2, numClasses = 4, cell = 'RNN' } = o
    this.emb = new Embedding(inputSize, embeddingSize)
    this.rnn = recurrent(cell, embeddingSize, hiddenSize, { numLayers, batchFirst: true })
    this.fc = new Linear(hiddenSize, numClasses)
  }

  override forward(x: Tensor): Tensor {
    return this.fc(run(this.rnn, this.emb(x), x.size(0))).view(-1, this.fc.outFeatures)
  }
}

/** The outputs of all steps, from a state of zeros. */
function run(layers: RNN | LSTM | GRU, input: Tensor, batchSize: number): Tensor {
  const state = zeroState(layers, batchSize, input)
  const [output] = layers instanceof LSTM ? layers(input, state as [Tensor, Tensor]) : layers(input, state as Tensor)
  return output
}
