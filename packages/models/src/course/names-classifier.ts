import { bindOptions, cat, type Tensor } from '@tsorch/core'
import { Embedding, type GRU, Linear, LSTM, Module, type RNN, utils } from '@tsorch/nn'
import { type RecurrentName, recurrent, zeroState } from '../layers/recurrent.js'

/** Options of {@link RNNClassifier}. */
export interface RNNClassifierOptions {
  /** Recurrent layers, 1 if not given. */
  numLayers?: number
  /** Whether the names are read backwards too; true if not given. */
  bidirectional?: boolean
  /** `'GRU'` if not given. Whatever it is, its key is `gru`. */
  cell?: RecurrentName
}

/**
 * The net of the lecture that asks which language a surname is from: embedding, recurrent layers over packed sequences, and a
 * linear layer on their last hidden states.
 *
 * Input: characters [N, T], padded, longest name first, and their lengths [N]; output [N, outputSize].
 *
 * @param inputSize - number of characters
 * @param hiddenSize - width of the embedding and of the hidden states
 * @param outputSize - number of languages
 * @example
 * ```ts
 * const model = new RNNClassifier(128, 100, 18, { numLayers: 2 })
 * model(randint(128, [3, 7]), tensor([7, 5, 2])) // shape [3, 18]
 * ```
 */
export class RNNClassifier extends Module<[input: Tensor, lengths: Tensor], Tensor> {
  embedding: Embedding
  gru: RNN | LSTM | GRU
  fc: Linear

  constructor(inputSize: number, hiddenSize: number, outputSize: number, options: RNNClassifierOptions = {}) {
    super()
    const names = ['numLayers', 'bidirectional', 'cell'] as const
    const o = bindOptions<RNNClassifierOptions>('RNNClassifier', names, [options])
    const { numLayers = 1, bidirectional = true, cell = 'GRU' } = o
    this.embedding = new Embedding(inputSize, hiddenSize)
    this.gru = recurrent(cell, hiddenSize, hiddenSize, { numLayers, bidirectional })
    this.fc = new Linear(hiddenSize * (bidirectional ? 2 : 1), outputSize)
  }

  override forward(input: Tensor, lengths: Tensor): Tensor {
    const embedded = this.embedding(input.t())
    const packed = utils.rnn.packPaddedSequence(embedded, lengths)
    const start = zeroState(this.gru, input.size(0), embedded)
    let hidden: Tensor
    if (this.gru instanceof LSTM) [, [hidden]] = this.gru(packed, start as [Tensor, Tensor])
    else [, hidden] = this.gru(packed, start as Tensor)
    // the last layer: forwards, and where there is one, backwards
    return this.fc(this.gru.bidirectional ? cat([hidden.at(-1), hidden.at(-2)], 1) : hidden.at(-1))
  }
}
