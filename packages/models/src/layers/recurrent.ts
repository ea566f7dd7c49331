import { type Tensor, zeros } from '@tsorch/core'
import { GRU, LSTM, type RecurrentOptions, RNN } from '@tsorch/nn'
import { choice } from './choice.js'

/** The kinds of recurrent layers, by their names in `nn`. */
export type RecurrentName = 'RNN' | 'LSTM' | 'GRU'

/** What is passed on from step to step: `h`, of an LSTM `[h, c]`. */
export type RecurrentState = Tensor | readonly [h: Tensor, c: Tensor]

const kinds: Readonly<Record<RecurrentName, typeof RNN | typeof LSTM | typeof GRU>> = { RNN, LSTM, GRU }

/**
 * Recurrent layers of a kind that is named.
 *
 * @throws ValueError for another name
 */
export function recurrent(
  kind: RecurrentName,
  inputSize: number,
  hiddenSize: number,
  options: RecurrentOptions,
): RNN | LSTM | GRU {
  return new (choice('cell', kinds, kind))(inputSize, hiddenSize, options)
}

/** Hidden states of zeros for a batch, of the dtype and on the device of `like`. */
export function zeroState(layers: RNN | LSTM | GRU, batchSize: number, like: Tensor): RecurrentState {
  const { numLayers, bidirectional, hiddenSize } = layers
  const shape = [numLayers * (bidirectional ? 2 : 1), batchSize, hiddenSize]
  const h = zeros(shape, { dtype: like.dtype, device: like.device })
  return layers instanceof LSTM ? [h, h.clone()] : h
}
