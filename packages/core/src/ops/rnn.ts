/**
 * Recurrent cells, and the layers over time as loops of cells: what the layers mean.
 *
 * `rnn-plain.ts`, `rnn-lstm.ts` and `rnn-gru.ts` do a whole layer as one recorded operation. The loops here are what they are
 * compared with, what has second derivatives, and what serves arguments that they refuse.
 */
import { RuntimeError } from '../errors.js'
import { formatShape } from '../shape.js'
import type { Tensor } from '../tensor.js'
import { relu, sigmoid } from './activation.js'
import { stack } from './join.js'
import { linear } from './linear.js'
import { add, mul, sub } from './pointwise.js'
import { chunk, unbind } from './split.js'
import { tanh } from './trig.js'

/** Weights of one cell, as PyTorch names them. */
export interface CellWeights {
  /** [gates * hidden, input] */
  readonly weightIh: Tensor
  /** [gates * hidden, hidden], or [gates * hidden, projection] */
  readonly weightHh: Tensor
  readonly biasIh?: Tensor | null
  readonly biasHh?: Tensor | null
  /** [projection, hidden], LSTM only */
  readonly weightHr?: Tensor | null
}

/** Nonlinearity of a plain recurrent cell. */
export type Nonlinearity = 'tanh' | 'relu'

function checkCell(name: string, x: Tensor, h: Tensor, w: CellWeights, gates: number): void {
  const hidden = w.weightHh.shape[0]! / gates
  if (x.shape[x.ndim - 1] !== w.weightIh.shape[1]) {
    throw new RuntimeError(
      `input has inconsistent input_size: got ${x.shape[x.ndim - 1]} expected ${w.weightIh.shape[1]}`,
    )
  }
  if (h.shape[h.ndim - 1] !== w.weightHh.shape[1]) {
    throw new RuntimeError(
      `hidden has inconsistent hidden_size: got ${h.shape[h.ndim - 1]}, expected ${w.weightHh.shape[1]} (${name}, ${hidden} hidden units)`,
    )
  }
  if (x.ndim === 2 && h.ndim === 2 && x.shape[0] !== h.shape[0]) {
    throw new RuntimeError(`Input batch size ${x.shape[0]} doesn't match hidden batch size ${h.shape[0]}`)
  }
}

/** One step given the input's share of the gates. */
function rnnStep(gi: Tensor, h: Tensor, w: CellWeights, nonlinearity: Nonlinearity): Tensor {
  const gates = add(gi, linear(h, w.weightHh, w.biasHh ?? null))
  return nonlinearity === 'relu' ? relu(gates) : tanh(gates)
}

function lstmStep(gi: Tensor, h: Tensor, c: Tensor, w: CellWeights): [Tensor, Tensor] {
  const gates = add(gi, linear(h, w.weightHh, w.biasHh ?? null))
  const [input, forget, cell, output] = chunk(gates, 4, -1) as [Tensor, Tensor, Tensor, Tensor]
  const next = add(mul(sigmoid(forget), c), mul(sigmoid(input), tanh(cell)))
  const out = mul(sigmoid(output), tanh(next))
  return [w.weightHr == null ? out : linear(out, w.weightHr), next]
}

function gruStep(gi: Tensor, h: Tensor, w: CellWeights): Tensor {
  const gh = linear(h, w.weightHh, w.biasHh ?? null)
  const [resetI, updateI, candidateI] = chunk(gi, 3, -1) as [Tensor, Tensor, Tensor]
  const [resetH, updateH, candidateH] = chunk(gh, 3, -1) as [Tensor, Tensor, Tensor]
  const reset = sigmoid(add(resetI, resetH))
  const update = sigmoid(add(updateI, updateH))
  const candidate = tanh(add(candidateI, mul(reset, candidateH)))
  return add(mul(sub(h, candidate), update), candidate)
}

/** The input's share of the gates, of one step or of all. */
export function inputGates(x: Tensor, w: CellWeights): Tensor {
  return linear(x, w.weightIh, w.biasIh ?? null)
}

/**
 * One step of a plain recurrent cell: `tanh(x @ weightIh^T + biasIh + h @ weightHh^T + biasHh)`.
 *
 * @param x - shape [N, input] or [input]
 * @param h - shape [N, hidden] or [hidden]
 * @see https://pytorch.org/docs/stable/generated/torch.nn.RNNCell.html
 */
export function rnnCell(x: Tensor, h: Tensor, weights: CellWeights, nonlinearity: Nonlinearity = 'tanh'): Tensor {
  checkCell('rnnCell', x, h, weights, 1)
  return rnnStep(inputGates(x, weights), h, weights, nonlinearity)
}

/** One step of an LSTM cell; gives the new `[h, c]`. @see https://pytorch.org/docs/stable/generated/torch.nn.LSTMCell.html */
export function lstmCell(x: Tensor, state: readonly [Tensor, Tensor], weights: CellWeights): [Tensor, Tensor] {
  checkCell('lstmCell', x, state[0], weights, 4)
  return lstmStep(inputGates(x, weights), state[0], state[1], weights)
}

/** One step of a GRU cell. @see https://pytorch.org/docs/stable/generated/torch.nn.GRUCell.html */
export function gruCell(x: Tensor, h: Tensor, weights: CellWeights): Tensor {
  checkCell('gruCell', x, h, weights, 3)
  return gruStep(inputGates(x, weights), h, weights)
}

/** Steps in the order in which they are computed. */
export function order(steps: number, reverse: boolean): number[] {
  const all = Array.from({ length: steps }, (_, i) => i)
  return reverse ? all.reverse() : all
}

/**
 * Runs `step` over the time steps of the input's gates [T, N, gates]; gives the outputs in time order.
 *
 * The input's share of all gates is one product over all steps; only the state's share is step by step.
 */
function overTime(gates: Tensor, reverse: boolean, step: (gi: Tensor) => Tensor): Tensor {
  const inputs = unbind(gates, 0)
  const outputs = new Array<Tensor>(inputs.length)
  for (const t of order(inputs.length, reverse)) outputs[t] = step(inputs[t]!)
  return stack(outputs, 0)
}

/** A plain recurrent layer, step by step. */
export function rnnLoop(
  x: Tensor,
  h0: Tensor,
  weights: CellWeights,
  reverse: boolean,
  nonlinearity: Nonlinearity,
): [Tensor, Tensor] {
  let h = h0
  const out = overTime(inputGates(x, weights), reverse, (gi) => {
    h = rnnStep(gi, h, weights, nonlinearity)
    return h
  })
  return [out, h]
}

/** An LSTM layer, step by step. */
export function lstmLoop(
  x: Tensor,
  h0: Tensor,
  c0: Tensor,
  weights: CellWeights,
  reverse: boolean,
): [Tensor, Tensor, Tensor] {
  let state: [Tensor, Tensor] = [h0, c0]
  const out = overTime(inputGates(x, weights), reverse, (gi) => {
    state = lstmStep(gi, state[0], state[1], weights)
    return state[0]
  })
  return [out, ...state]
}

/** A GRU layer, step by step. */
export function gruLoop(x: Tensor, h0: Tensor, weights: CellWeights, reverse: boolean): [Tensor, Tensor] {
  let h = h0
  const out = overTime(inputGates(x, weights), reverse, (gi) => {
    h = gruStep(gi, h, weights)
    return h
  })
  return [out, h]
}

/** Checks the arguments of a layer. @throws RuntimeError */
export function checkLayer(x: Tensor, h: Tensor, weights: CellWeights): void {
  if (x.ndim !== 3)
    throw new RuntimeError(`a recurrent layer expects input of shape [T, N, input], but got ${formatShape(x.shape)}`)
  if (x.shape[0] === 0) throw new RuntimeError('Expected sequence length to be larger than 0 in RNN')
  if (x.shape[2] !== weights.weightIh.shape[1])
    throw new RuntimeError(
      `input.size(-1) must be equal to input_size. Expected ${weights.weightIh.shape[1]}, got ${x.shape[2]}`,
    )
  if (h.ndim !== 2 || h.shape[0] !== x.shape[1] || h.shape[1] !== weights.weightHh.shape[1]) {
    throw new RuntimeError(
      `Expected hidden size [${x.shape[1]}, ${weights.weightHh.shape[1]}], got ${formatShape(h.shape)}`,
    )
  }
}
