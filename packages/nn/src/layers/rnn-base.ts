/** What the recurrent layers have in common: weights, checks, layers and directions. */
import {
  bindOptions,
  type CellWeights,
  cat,
  dropout,
  indexSelect,
  type Nonlinearity,
  RuntimeError,
  reshape,
  type Shape,
  stack,
  type Tensor,
  transpose,
  unbind,
  ValueError,
  zeros,
} from '@tsorch/core'
import { uniform_ } from '../init/fill.js'
import { snakeCase } from '../module/keys.js'
import { Module } from '../module/module.js'
import type { Parameter } from '../parameter.js'
import { integersOf, PackedSequence, type Run, runsOf } from '../utils/rnn/packed-sequence.js'
import { emptyParameter, type FactoryOptions, factoryNames } from './factory.js'
import { bool, float, tuple } from './python-text.js'

/** Options of the recurrent layers. */
export interface RecurrentOptions extends FactoryOptions {
  /** Layers on top of each other, 1 if not given. */
  numLayers?: number
  /** Whether there are additive biases; true if not given. */
  bias?: boolean
  /** Whether the batch is the first dimension of input and output, not the second. */
  batchFirst?: boolean
  /** Probability of dropout between layers, 0 if not given. */
  dropout?: number
  /** Whether a second set of weights goes through the sequence backwards. */
  bidirectional?: boolean
}

/** Options of {@link RNN}. */
export interface RnnOptions extends RecurrentOptions {
  /** `'tanh'` if not given. */
  nonlinearity?: Nonlinearity
}

/** Options of {@link LSTM}. */
export interface LstmOptions extends RecurrentOptions {
  /** Size to which the hidden state is projected after each step; 0, if not given, for none. */
  projSize?: number
}

/** What makes the kinds of layers different. */
export interface RecurrentKind {
  /** Name of the layer in messages. */
  readonly name: 'RNN' | 'LSTM' | 'GRU'
  /** Parts of the first weights: one for each gate. */
  readonly gates: number
}

/** The state of all layers and directions: `h`, for LSTM `h` and `c`. */
export type States = readonly Tensor[]

/** The steps of one direction of one layer: outputs [T, N, hidden] and the states after them. */
export type Direction = (block: Tensor, states: States, weights: CellWeights, reverse: boolean) => Tensor[]

const names = ['numLayers', 'bias', 'batchFirst', 'dropout', 'bidirectional'] as const

/**
 * A recurrent layer. Its weights are properties: `weightIhL0`, `weightHhL0`, `biasIhL0`, `biasHhL0` (and `weightHrL0` with a
 * projection), with the number of the layer, and `Reverse` behind it for the second direction; keys are PyTorch's,
 * `weight_ih_l0_reverse`.
 */
export abstract class RNNBase extends Module<never[], unknown> {
  [weight: `weight${'Ih' | 'Hh' | 'Hr'}L${string}`]: Parameter
  [bias: `bias${'Ih' | 'Hh'}L${string}`]: Parameter
  inputSize: number
  hiddenSize: number
  numLayers: number
  bias: boolean
  batchFirst: boolean
  dropout: number
  bidirectional: boolean
  projSize: number

  constructor(
    kind: RecurrentKind,
    inputSize: number,
    hiddenSize: number,
    extra: readonly string[],
    args: readonly unknown[],
  ) {
    super()
    const known = [...names, ...extra, ...factoryNames] as (keyof LstmOptions)[]
    const o = bindOptions<LstmOptions>(kind.name, known, args)
    this.inputSize = inputSize
    this.hiddenSize = hiddenSize
    this.numLayers = o.numLayers ?? 1
    this.bias = o.bias ?? true
    this.batchFirst = o.batchFirst ?? false
    this.dropout = o.dropout ?? 0
    this.bidirectional = o.bidirectional ?? false
    this.projSize = o.projSize ?? 0
    this.checkArguments()
    for (let layer = 0; layer < this.numLayers; layer++) this.makeWeights(layer, kind.gates, o)
    this.resetParameters()
  }

  static override keyOf(property: string): string {
    return /^(weight|bias)(Ih|Hh|Hr)L\d/.test(property) ? snakeCase(property) : property
  }

  private checkArguments(): void {
    for (const [name, size] of [
      ['input_size', this.inputSize],
      ['hidden_size', this.hiddenSize],
    ] as const) {
      if (!Number.isInteger(size)) throw new TypeError(`${name} should be of type int, got: ${typeof size} ${size}`)
      if (size <= 0) throw new ValueError(`${name} must be greater than zero`)
    }
    if (!(this.numLayers > 0)) throw new ValueError('num_layers must be greater than zero')
    if (!(typeof this.dropout === 'number' && this.dropout >= 0 && this.dropout <= 1)) {
      throw new ValueError(
        'dropout should be a number in range [0, 1] representing the probability of an element being zeroed',
      )
    }
    if (!(this.projSize >= 0))
      throw new ValueError('proj_size should be a positive integer or zero to disable projections')
    if (this.projSize >= this.hiddenSize) throw new ValueError('proj_size has to be smaller than hidden_size')
  }

  private makeWeights(layer: number, gates: number, factory: FactoryOptions): void {
    const out = this.outputSize
    const input = layer === 0 ? this.inputSize : out * this.directions
    const rows = gates * this.hiddenSize
    for (let d = 0; d < this.directions; d++) {
      const at = suffix(layer, d === 1)
      this[`weightIhL${at}`] = emptyParameter([rows, input], factory)
      this[`weightHhL${at}`] = emptyParameter([rows, out], factory)
      if (this.bias) {
        this[`biasIhL${at}`] = emptyParameter([rows], factory)
        this[`biasHhL${at}`] = emptyParameter([rows], factory)
      }
      if (this.projSize > 0) this[`weightHrL${at}`] = emptyParameter([out, this.hiddenSize], factory)
    }
  }

  /** Draws all weights anew, uniform within 1 / sqrt(hiddenSize). */
  resetParameters(): void {
    const bound = 1 / Math.sqrt(this.hiddenSize)
    for (const weight of this.parameters()) uniform_(weight, -bound, bound)
  }

  /** Nothing to do: the weights need no other layout. There for scripts written for CUDA. */
  flattenParameters(): void {}

  /** The weights of each layer and direction, in the order of the state dict. */
  get allWeights(): Parameter[][] {
    const all: Parameter[][] = []
    for (let layer = 0; layer < this.numLayers; layer++) {
      for (let d = 0; d < this.directions; d++) {
        const { weightIh, weightHh, biasIh, biasHh, weightHr } = this.weightsOf(layer, d === 1)
        const list = [weightIh, weightHh, biasIh, biasHh, weightHr].filter((w) => w !== null && w !== undefined)
        all.push(list as Parameter[])
      }
    }
    return all
  }

  /** Size of the outputs of one direction. */
  protected get outputSize(): number {
    return this.projSize > 0 ? this.projSize : this.hiddenSize
  }

  protected get directions(): number {
    return this.bidirectional ? 2 : 1
  }

  private weightsOf(layer: number, reverse: boolean): CellWeights {
    const at = suffix(layer, reverse)
    return {
      weightIh: this[`weightIhL${at}`]!,
      weightHh: this[`weightHhL${at}`]!,
      biasIh: this.bias ? this[`biasIhL${at}`]! : null,
      biasHh: this.bias ? this[`biasHhL${at}`]! : null,
      weightHr: this.projSize > 0 ? this[`weightHrL${at}`]! : null,
    }
  }

  private checkInput(input: Tensor, dimensions: number): void {
    const { dtype } = this.weightsOf(0, false).weightIh
    if (input.dtype !== dtype) {
      throw new ValueError(
        `RNN input dtype (${input.dtype}) does not match weight dtype (${dtype}). Convert input: input.to(${dtype}), or convert model: model.to(${input.dtype})`,
      )
    }
    if (input.ndim !== dimensions) throw new RuntimeError(`input must have ${dimensions} dimensions, got ${input.ndim}`)
    const size = input.shape[dimensions - 1]
    if (size !== this.inputSize)
      throw new RuntimeError(`input.size(-1) must be equal to input_size. Expected ${this.inputSize}, got ${size}`)
  }

  /** The states to start with: those given, checked, or zeros. `sizes` are those of the last dimension, one a state. */
  private startStates(given: States | null, sizes: readonly number[], input: Tensor, batch: number): Tensor[] {
    const layers = this.numLayers * this.directions
    return sizes.map((size, i) => {
      const shape = [layers, batch, size]
      const state = given?.[i]
      if (state === undefined) return zeros(shape, { dtype: input.dtype, device: input.device })
      if (String(state.shape) !== String(shape)) {
        const which = sizes.length === 1 ? 'hidden' : `hidden[${i}]`
        throw new RuntimeError(`Expected ${which} size ${tuple(shape)}, got [${state.shape.join(', ')}]`)
      }
      return state
    })
  }

  /**
   * All layers over a batch of sequences: gives the outputs of the last one and the last states of all.
   *
   * @param name - of the layer, for messages
   * @param sizes - of the last dimension of each state
   */
  protected run(
    name: string,
    input: Tensor | PackedSequence,
    given: States | null,
    sizes: readonly number[],
    direction: Direction,
  ): [Tensor | PackedSequence, Tensor[]] {
    if (input instanceof PackedSequence) return this.runPacked(input, given, sizes, direction)
    if (input.ndim !== 2 && input.ndim !== 3)
      throw new ValueError(
        `${name}: Expected input to be 2D or 3D, got ${input.ndim}D ${name === 'RNN' ? 'tensor ' : ''}instead`,
      )
    const isBatched = input.ndim === 3
    if (given !== null) checkStateDims(given, isBatched)
    const batchDim = this.batchFirst ? 0 : 1
    const batched = isBatched ? input : input.unsqueeze(batchDim)
    this.checkInput(batched, 3)
    const x = this.batchFirst ? transpose(batched, 0, 1) : batched
    const [steps, batch] = x.shape as [number, number, number]
    const states = this.startStates(
      isBatched ? given : (given?.map((state) => state.unsqueeze(1)) ?? null),
      sizes,
      x,
      batch,
    )
    if (steps === 0) throw new RuntimeError('Expected sequence length to be larger than 0 in RNN')
    const [out, last] = this.stacked(x, states, direction)
    const output = this.batchFirst ? transpose(out, 0, 1) : out
    return isBatched ? [output, last] : [output.squeeze(batchDim), last.map((state) => state.squeeze(1))]
  }

  private runPacked(
    input: PackedSequence,
    given: States | null,
    sizes: readonly number[],
    direction: Direction,
  ): [PackedSequence, Tensor[]] {
    const { data, sortedIndices, unsortedIndices } = input
    const batchSizes = integersOf(input.batchSizes)
    this.checkInput(data, 2)
    let states = this.startStates(given, sizes, data, batchSizes[0]!)
    if (sortedIndices !== null) states = states.map((state) => indexSelect(state, 1, sortedIndices))
    const runs = runsOf(batchSizes)
    const overRuns: Direction = (rows, start, weights, reverse) =>
      packedDirection(rows, runs, start, reverse, (block, now) => direction(block, now, weights, reverse))
    const [out, last] = this.stacked(data, states, overRuns)
    return [
      input.withData(out),
      unsortedIndices === null ? last : last.map((state) => indexSelect(state, 1, unsortedIndices)),
    ]
  }

  /** Layer upon layer, each in its directions. */
  private stacked(x: Tensor, states: States, direction: Direction): [Tensor, Tensor[]] {
    // [layers * directions, N, size] -> for each layer and direction its states
    const starts = states.map((state) => unbind(state, 0))
    const ends: Tensor[][] = states.map(() => [])
    let input = x
    for (let layer = 0; layer < this.numLayers; layer++) {
      const outs: Tensor[] = []
      for (let d = 0; d < this.directions; d++) {
        const own = starts.map((list) => list[layer * this.directions + d]!)
        const [out, ...last] = direction(input, own, this.weightsOf(layer, d === 1), d === 1)
        outs.push(out!)
        last.forEach((state, i) => {
          ends[i]!.push(state)
        })
      }
      input = outs.length === 1 ? outs[0]! : cat(outs, -1)
      if (this.dropout > 0 && this.training && layer < this.numLayers - 1) input = dropout(input, this.dropout, true)
    }
    return [input, ends.map((list) => stack(list, 0))]
  }

  override extraRepr(): string {
    const parts = [`${this.inputSize}, ${this.hiddenSize}`]
    if (this.projSize !== 0) parts.push(`proj_size=${this.projSize}`)
    if (this.numLayers !== 1) parts.push(`num_layers=${this.numLayers}`)
    if (!this.bias) parts.push(`bias=${bool(false)}`)
    if (this.batchFirst) parts.push(`batch_first=${bool(true)}`)
    if (this.dropout !== 0) parts.push(`dropout=${float(this.dropout)}`)
    if (this.bidirectional) parts.push(`bidirectional=${bool(true)}`)
    return parts.join(', ')
  }
}

function suffix(layer: number, reverse: boolean): string {
  return reverse ? `${layer}Reverse` : `${layer}`
}

function checkStateDims(states: States, isBatched: boolean): void {
  const dims = states.map((state) => `${state.ndim}-D`)
  if (states.every((state) => state.ndim === (isBatched ? 3 : 2))) return
  const input = isBatched ? 'batched 3-D' : 'unbatched 2-D'
  const wanted = isBatched ? '3-D' : '2-D'
  throw new RuntimeError(
    states.length === 1
      ? `For ${input} input, hx should also be ${wanted} but got ${dims[0]} tensor`
      : `For ${input} input, hx and cx should also be ${wanted} but got (${dims.join(', ')}) tensors`,
  )
}

/**
 * One direction over packed sequences, run by run: while it goes forward sequences end, and their states are put aside; while
 * it goes backward sequences join, with the states they start with.
 */
function packedDirection(
  rows: Tensor,
  runs: readonly Run[],
  starts: States,
  reverse: boolean,
  step: (block: Tensor, states: States) => Tensor[],
): Tensor[] {
  const outs: Tensor[] = []
  const ended: Tensor[][] = starts.map(() => [])
  const order = reverse ? [...runs].reverse() : runs
  let size = order[0]!.size
  let states = starts.map((start) => start.narrow(0, 0, size))
  for (const run of order) {
    if (run.size < size) {
      states.forEach((state, i) => {
        ended[i]!.unshift(state.narrow(0, run.size, size - run.size))
      })
      states = states.map((state) => state.narrow(0, 0, run.size))
    } else if (run.size > size) {
      states = states.map((state, i) => cat([state, starts[i]!.narrow(0, size, run.size - size)], 0))
    }
    size = run.size
    const block = reshape(rows.narrow(0, run.start, run.steps * size), [run.steps, size, ...rows.shape.slice(1)])
    const [out, ...next] = step(block, states)
    outs.push(reshape(out!, [run.steps * size, ...(out!.shape.slice(2) as Shape)]))
    states = next
  }
  const last = states.map((state, i) => (ended[i]!.length === 0 ? state : cat([state, ...ended[i]!], 0)))
  return [cat(reverse ? outs.reverse() : outs, 0), ...last]
}
