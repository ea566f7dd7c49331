/** Recurrent layers over whole sequences. */
import { gruLayer, lstmLayer, type Nonlinearity, rnnLayer, type Tensor, ValueError } from '@tsorch/core'
import type { PackedSequence } from '../utils/rnn/packed-sequence.js'
import { type LstmOptions, type RecurrentOptions, RNNBase, type RnnOptions } from './rnn-base.js'

function refuseProjection(options: unknown): void {
  if (typeof options === 'object' && options !== null && 'projSize' in options)
    throw new ValueError('proj_size argument is only supported for LSTM, not RNN or GRU')
}

/** What a call of {@link RNN} and {@link GRU} takes and gives; what goes in packed comes out packed. */
export interface RNN {
  (input: Tensor, hx?: Tensor | null): [output: Tensor, hN: Tensor]
  (input: PackedSequence, hx?: Tensor | null): [output: PackedSequence, hN: Tensor]
}

/**
 * Plain recurrent layers: `h = tanh(x @ weightIh^T + biasIh + h @ weightHh^T + biasHh)` at each step.
 *
 * Input: [T, N, inputSize], [N, T, inputSize] with `batchFirst`, [T, inputSize] for a single sequence, or a packed sequence; and
 * the hidden states to start with, [numLayers * directions, N, hiddenSize], zeros if not given. Gives the outputs
 * [T, N, directions * hiddenSize] and the last hidden states.
 *
 * @throws ValueError for sizes, dropout or a nonlinearity out of range
 * @example
 * ```ts
 * const rnn = new RNN(4, 8, { numLayers: 2 })
 * const [output, hN] = rnn(randn([5, 3, 4])) // shapes [5, 3, 8] and [2, 3, 8]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.nn.RNN.html
 */
export class RNN extends RNNBase {
  nonlinearity: Nonlinearity

  constructor(inputSize: number, hiddenSize: number, numLayers?: number | RnnOptions, options?: RnnOptions) {
    refuseProjection(numLayers)
    refuseProjection(options)
    super({ name: 'RNN', gates: 1 }, inputSize, hiddenSize, ['nonlinearity'], [numLayers, options])
    const given = typeof numLayers === 'object' ? numLayers : options
    this.nonlinearity = given?.nonlinearity ?? 'tanh'
    if (this.nonlinearity !== 'tanh' && this.nonlinearity !== 'relu')
      throw new ValueError(`Unknown nonlinearity '${String(this.nonlinearity)}'. Select from 'tanh' or 'relu'.`)
  }

  override forward(input: Tensor, hx?: Tensor | null): [Tensor, Tensor]
  override forward(input: PackedSequence, hx?: Tensor | null): [PackedSequence, Tensor]
  override forward(input: Tensor | PackedSequence, hx?: Tensor | null): [Tensor | PackedSequence, Tensor] {
    const { nonlinearity } = this
    const [output, [last]] = this.run(
      'RNN',
      input,
      hx == null ? null : [hx],
      [this.hiddenSize],
      (block, [h], weights, reverse) => rnnLayer(block, h!, weights, reverse, nonlinearity),
    )
    return [output, last!]
  }
}

/** What a call of {@link LSTM} takes and gives; what goes in packed comes out packed. */
export interface LSTM {
  (input: Tensor, hx?: readonly [h: Tensor, c: Tensor] | null): [output: Tensor, state: [hN: Tensor, cN: Tensor]]
  (
    input: PackedSequence,
    hx?: readonly [h: Tensor, c: Tensor] | null,
  ): [output: PackedSequence, state: [hN: Tensor, cN: Tensor]]
}

/**
 * Layers of long short-term memory.
 *
 * Input as that of {@link RNN}, and `[h, c]` to start with, `c` of shape [numLayers * directions, N, hiddenSize] and `h` the
 * same, or with `projSize` as the last size. Gives the outputs and the last `[h, c]`.
 *
 * @example
 * ```ts
 * const lstm = new LSTM(5, 6, { numLayers: 2, batchFirst: true })
 * const [output, [hN, cN]] = lstm(randn([3, 7, 5])) // shapes [3, 7, 6], [2, 3, 6] and [2, 3, 6]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.nn.LSTM.html
 */
export class LSTM extends RNNBase {
  constructor(inputSize: number, hiddenSize: number, numLayers?: number | LstmOptions, options?: LstmOptions) {
    super({ name: 'LSTM', gates: 4 }, inputSize, hiddenSize, ['projSize'], [numLayers, options])
  }

  override forward(input: Tensor, hx?: readonly [Tensor, Tensor] | null): [Tensor, [Tensor, Tensor]]
  override forward(input: PackedSequence, hx?: readonly [Tensor, Tensor] | null): [PackedSequence, [Tensor, Tensor]]
  override forward(
    input: Tensor | PackedSequence,
    hx?: readonly [Tensor, Tensor] | null,
  ): [Tensor | PackedSequence, [Tensor, Tensor]] {
    const [output, [h, c]] = this.run(
      'LSTM',
      input,
      hx ?? null,
      [this.outputSize, this.hiddenSize],
      (block, states, weights, reverse) => lstmLayer(block, states[0]!, states[1]!, weights, reverse),
    )
    return [output, [h!, c!]]
  }
}

/** What a call of {@link GRU} takes and gives; what goes in packed comes out packed. */
export interface GRU {
  (input: Tensor, hx?: Tensor | null): [output: Tensor, hN: Tensor]
  (input: PackedSequence, hx?: Tensor | null): [output: PackedSequence, hN: Tensor]
}

/**
 * Layers of gated recurrent units. Input and results as those of {@link RNN}.
 *
 * @example
 * ```ts
 * const gru = new GRU(5, 6, { bidirectional: true })
 * const [output, hN] = gru(packPaddedSequence(randn([7, 3, 5]), [7, 4, 2]))
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.nn.GRU.html
 */
export class GRU extends RNNBase {
  constructor(
    inputSize: number,
    hiddenSize: number,
    numLayers?: number | RecurrentOptions,
    options?: RecurrentOptions,
  ) {
    refuseProjection(numLayers)
    refuseProjection(options)
    super({ name: 'GRU', gates: 3 }, inputSize, hiddenSize, [], [numLayers, options])
  }

  override forward(input: Tensor, hx?: Tensor | null): [Tensor, Tensor]
  override forward(input: PackedSequence, hx?: Tensor | null): [PackedSequence, Tensor]
  override forward(input: Tensor | PackedSequence, hx?: Tensor | null): [Tensor | PackedSequence, Tensor] {
    const [output, [last]] = this.run(
      'GRU',
      input,
      hx == null ? null : [hx],
      [this.hiddenSize],
      (block, [h], weights, reverse) => gruLayer(block, h!, weights, reverse),
    )
    return [output, last!]
  }
}
