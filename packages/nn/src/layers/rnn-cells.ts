/** Recurrent cells: one step at a time. */
import {
  bindOptions,
  type CellWeights,
  gruCell,
  lstmCell,
  type Nonlinearity,
  RuntimeError,
  rnnCell,
  type Tensor,
  ValueError,
  zeros,
} from '@tsorch/core'
import { uniform_ } from '../init/fill.js'
import { snakeCase } from '../module/keys.js'
import { Module } from '../module/module.js'
import type { Parameter } from '../parameter.js'
import { emptyParameter, type FactoryOptions, factoryNames } from './factory.js'

/** Options of the cells. */
export interface CellOptions extends FactoryOptions {
  /** Whether there are additive biases; true if not given. */
  bias?: boolean
}

/** Options of {@link RNNCell}. */
export interface RnnCellOptions extends CellOptions {
  /** `'tanh'` if not given. */
  nonlinearity?: Nonlinearity
}

/** What the cells have in common; keys are `weight_ih`, `weight_hh`, `bias_ih` and `bias_hh`. */
export abstract class RNNCellBase<Hidden, Result> extends Module<[input: Tensor, hx?: Hidden | null], Result> {
  inputSize: number
  hiddenSize: number
  bias: boolean
  /** Shape [gates * hiddenSize, inputSize]. */
  weightIh: Parameter
  /** Shape [gates * hiddenSize, hiddenSize]. */
  weightHh: Parameter
  biasIh: Parameter | null
  biasHh: Parameter | null

  constructor(inputSize: number, hiddenSize: number, gates: number, options: CellOptions) {
    super()
    this.inputSize = inputSize
    this.hiddenSize = hiddenSize
    this.bias = options.bias ?? true
    const rows = gates * hiddenSize
    this.weightIh = emptyParameter([rows, inputSize], options)
    this.weightHh = emptyParameter([rows, hiddenSize], options)
    this.biasIh = this.bias ? emptyParameter([rows], options) : null
    this.biasHh = this.bias ? emptyParameter([rows], options) : null
    this.resetParameters()
  }

  static override keyOf(property: string): string {
    return /^(weight|bias)(Ih|Hh)$/.test(property) ? snakeCase(property) : property
  }

  /** Draws all weights anew, uniform within 1 / sqrt(hiddenSize). */
  resetParameters(): void {
    const bound = this.hiddenSize > 0 ? 1 / Math.sqrt(this.hiddenSize) : 0
    for (const weight of this.parameters()) uniform_(weight, -bound, bound)
  }

  protected get weights(): CellWeights {
    const { weightIh, weightHh, biasIh, biasHh } = this
    return { weightIh, weightHh, biasIh, biasHh }
  }

  /**
   * Input and states with a batch dimension: those given, checked, or zeros.
   *
   * @param shown - what a state is called in messages
   */
  protected prepared(
    input: Tensor,
    given: readonly Tensor[] | null,
    count: number,
    shown: (i: number) => string,
  ): { x: Tensor; states: Tensor[]; isBatched: boolean } {
    const name = this.constructor.name
    if (input.ndim !== 1 && input.ndim !== 2)
      throw new ValueError(`${name}: Expected input to be 1D or 2D, got ${input.ndim}D instead`)
    given?.forEach((state, i) => {
      if (state.ndim !== 1 && state.ndim !== 2)
        throw new ValueError(`${name}: Expected ${shown(i)} to be 1D or 2D, got ${state.ndim}D instead`)
    })
    const isBatched = input.ndim === 2
    const x = isBatched ? input : input.unsqueeze(0)
    const [batch, size] = x.shape as [number, number]
    if (size !== this.inputSize)
      throw new RuntimeError(`input has inconsistent input_size: got ${size} expected ${this.inputSize}`)
    const states = Array.from({ length: count }, (_, i) => {
      if (given === null) return zeros([batch, this.hiddenSize], { dtype: x.dtype, device: x.device })
      const state = isBatched ? given[i]! : given[i]!.unsqueeze(0)
      if (state.shape[0] !== batch)
        throw new RuntimeError(`Input batch size ${batch} doesn't match hidden${i} batch size ${state.shape[0]}`)
      if (state.shape[1] !== this.hiddenSize)
        throw new RuntimeError(
          `hidden${i} has inconsistent hidden_size: got ${state.shape[1]}, expected ${this.hiddenSize}`,
        )
      return state
    })
    return { x, states, isBatched }
  }

  override extraRepr(): string {
    return `${this.inputSize}, ${this.hiddenSize}${this.bias ? '' : ', bias=False'}`
  }
}

/**
 * One step of a plain recurrent network: input [N, inputSize] or [inputSize] and the hidden state, zeros if not given.
 *
 * @example
 * ```ts
 * const cell = new RNNCell(4, 8)
 * let h = zeros([3, 8])
 * for (const x of sequence) h = cell(x, h)
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.nn.RNNCell.html
 */
export class RNNCell extends RNNCellBase<Tensor, Tensor> {
  nonlinearity: Nonlinearity

  constructor(inputSize: number, hiddenSize: number, bias?: boolean | RnnCellOptions, options?: RnnCellOptions) {
    const names = ['bias', 'nonlinearity', ...factoryNames] as const
    const o = bindOptions<RnnCellOptions>('RNNCell', names, [bias, options])
    super(inputSize, hiddenSize, 1, o)
    this.nonlinearity = o.nonlinearity ?? 'tanh'
  }

  override forward(input: Tensor, hx?: Tensor | null): Tensor {
    const { nonlinearity } = this
    if (nonlinearity !== 'tanh' && nonlinearity !== 'relu')
      throw new RuntimeError(`Unknown nonlinearity: ${String(nonlinearity)}`)
    const { x, states, isBatched } = this.prepared(input, hx == null ? null : [hx], 1, () => 'hidden')
    const h = rnnCell(x, states[0]!, this.weights, nonlinearity)
    return isBatched ? h : h.squeeze(0)
  }

  override extraRepr(): string {
    return `${super.extraRepr()}${this.nonlinearity === 'tanh' ? '' : `, nonlinearity=${this.nonlinearity}`}`
  }
}

/**
 * One step of long short-term memory: input [N, inputSize] or [inputSize] and `[h, c]`, zeros if not given. Gives the next
 * `[h, c]`.
 *
 * @see https://pytorch.org/docs/stable/generated/torch.nn.LSTMCell.html
 */
export class LSTMCell extends RNNCellBase<readonly [h: Tensor, c: Tensor], [h: Tensor, c: Tensor]> {
  constructor(inputSize: number, hiddenSize: number, bias?: boolean | CellOptions, options?: CellOptions) {
    super(inputSize, hiddenSize, 4, bindOptions<CellOptions>('LSTMCell', ['bias', ...factoryNames], [bias, options]))
  }

  override forward(input: Tensor, hx?: readonly [Tensor, Tensor] | null): [Tensor, Tensor] {
    const { x, states, isBatched } = this.prepared(input, hx ?? null, 2, (i) => `hx[${i}]`)
    const [h, c] = lstmCell(x, [states[0]!, states[1]!], this.weights)
    return isBatched ? [h, c] : [h.squeeze(0), c.squeeze(0)]
  }
}

/**
 * One step of a gated recurrent unit: input [N, inputSize] or [inputSize] and the hidden state, zeros if not given.
 *
 * @see https://pytorch.org/docs/stable/generated/torch.nn.GRUCell.html
 */
export class GRUCell extends RNNCellBase<Tensor, Tensor> {
  constructor(inputSize: number, hiddenSize: number, bias?: boolean | CellOptions, options?: CellOptions) {
    super(inputSize, hiddenSize, 3, bindOptions<CellOptions>('GRUCell', ['bias', ...factoryNames], [bias, options]))
  }

  override forward(input: Tensor, hx?: Tensor | null): Tensor {
    const { x, states, isBatched } = this.prepared(input, hx == null ? null : [hx], 1, () => 'hidden')
    const h = gruCell(x, states[0]!, this.weights)
    return isBatched ? h : h.squeeze(0)
  }
}
