import { expect } from 'vitest'
import { type CellWeights, gruLayer, lstmLayer, type Nonlinearity, rnnLayer, type Tensor } from '../src/index.js'
import { gruLoop, lstmLoop, rnnLoop } from '../src/ops/rnn.js'

export type Kind = 'gru' | 'lstm' | 'rnn' | 'relu'
export const kinds: readonly Kind[] = ['gru', 'lstm', 'rnn', 'relu']
export const gatesOf: Record<Kind, number> = { gru: 3, lstm: 4, rnn: 1, relu: 1 }

/** A layer of any kind over a list of states: the outputs, then the last states. */
export type Layer = (x: Tensor, states: readonly Tensor[], weights: CellWeights, reverse: boolean) => Tensor[]

const nonlinearityOf = (kind: Kind): Nonlinearity => (kind === 'relu' ? 'relu' : 'tanh')

/** The public layer. */
export function layerOf(kind: Kind): Layer {
  if (kind === 'gru') return (x, [h], w, reverse) => gruLayer(x, h!, w, reverse)
  if (kind === 'lstm') return (x, [h, c], w, reverse) => lstmLayer(x, h!, c!, w, reverse)
  return (x, [h], w, reverse) => rnnLayer(x, h!, w, reverse, nonlinearityOf(kind))
}

/** The same as a loop of differentiable steps. */
export function loopOf(kind: Kind): Layer {
  if (kind === 'gru') return (x, [h], w, reverse) => gruLoop(x, h!, w, reverse)
  if (kind === 'lstm') return (x, [h, c], w, reverse) => lstmLoop(x, h!, c!, w, reverse)
  return (x, [h], w, reverse) => rnnLoop(x, h!, w, reverse, nonlinearityOf(kind))
}

/** Sizes of what a layer takes: the input, the states, both weights, both biases. */
export function shapesOf(kind: Kind, sizes: { T: number; N: number; I: number; H: number }): number[][] {
  const { T, N, I, H } = sizes
  const rows = gatesOf[kind] * H
  const states = kind === 'lstm' ? 2 : 1
  return [[T, N, I], ...new Array<number[]>(states).fill([N, H]), [rows, I], [rows, H], [rows], [rows]]
}

/** Calls a layer on a list of all it takes, as `shapesOf` has them; null for a missing bias. */
export function call(kind: Kind, layer: Layer, inputs: readonly (Tensor | null)[], reverse: boolean): Tensor[] {
  const [x, ...rest] = inputs
  const states = rest.slice(0, kind === 'lstm' ? 2 : 1) as Tensor[]
  const [weightIh, weightHh, biasIh = null, biasHh = null] = rest.slice(states.length)
  return layer(x!, states, { weightIh: weightIh!, weightHh: weightHh!, biasIh, biasHh }, reverse)
}

/** The elements, row-major. */
export function numbers(x: Tensor): number[] {
  return Array.from(x.detach().double().toTypedArray() as Float64Array)
}

export function expectClose(got: Tensor | null, wanted: readonly number[], tolerance: number): void {
  expect(got).not.toBeNull()
  const values = numbers(got!)
  expect(values).toHaveLength(wanted.length)
  const scale = wanted.reduce((most, w) => Math.max(most, Math.abs(w)), 1)
  const off = wanted.findIndex((w, i) => !(Math.abs(values[i]! - w) <= tolerance * scale))
  if (off >= 0) expect.fail(`element ${off} is ${values[off]} instead of ${wanted[off]}`)
}
