/** The parameters of the networks: names and order as in the PyTorch module of the same structure. */
import type { ArraySpec, Fill } from './arrays.js'

/** A parameter and the values that it starts with. */
export interface ParameterSpec extends ArraySpec {
  readonly name: string
}

type Shape = readonly number[]
/** What a parameter is filled with, but for the seed, which its place in the network gives. */
type Start = { readonly bound: number } | { readonly value: number }

/** A part of a network: its parameters in order. */
export type Part = readonly (readonly [name: string, shape: Shape, start: Start])[]

export function scalar(name: string): Part {
  return [[name, [], { bound: 1 }]]
}

export function linear(name: string, inputs: number, outputs: number, bound: number = 1 / Math.sqrt(inputs)): Part {
  const prefix = name === '' ? '' : `${name}.`
  return [
    [`${prefix}weight`, [outputs, inputs], { bound }],
    [`${prefix}bias`, [outputs], { bound }],
  ]
}

export function conv(name: string, inputs: number, outputs: number, kernel: number): Part {
  const bound = 1 / Math.sqrt(inputs * kernel * kernel)
  return [
    [`${name}.weight`, [outputs, inputs, kernel, kernel], { bound }],
    [`${name}.bias`, [outputs], { bound }],
  ]
}

/** A convolution without bias and the batch normalisation after it, as residual networks have them. */
function convNorm(convName: string, normName: string, inputs: number, outputs: number, kernel: number): Part {
  const bound = Math.sqrt(6 / (inputs * kernel * kernel))
  return [[`${convName}.weight`, [outputs, inputs, kernel, kernel], { bound }], ...norm(normName, outputs)]
}

function norm(name: string, features: number): Part {
  return [
    [`${name}.weight`, [features], { value: 1 }],
    [`${name}.bias`, [features], { value: 0 }],
  ]
}

export function embedding(name: string, rows: number, width: number): Part {
  return [[`${name}.weight`, [rows, width], { bound: 1 }]]
}

export interface RecurrentShape {
  readonly inputs: number
  readonly hidden: number
  /** 3 for GRU, 4 for LSTM. */
  readonly gates: number
  readonly layers: number
  readonly directions: 1 | 2
}

export function recurrent(name: string, { inputs, hidden, gates, layers, directions }: RecurrentShape): Part {
  const start = { bound: 1 / Math.sqrt(hidden) }
  return Array.from({ length: layers * directions }, (_, i): Part => {
    const layer = Math.floor(i / directions)
    const end = `l${layer}${i % directions === 1 ? '_reverse' : ''}`
    const width = layer === 0 ? inputs : hidden * directions
    return [
      [`${name}.weight_ih_${end}`, [gates * hidden, width], start],
      [`${name}.weight_hh_${end}`, [gates * hidden, hidden], start],
      [`${name}.bias_ih_${end}`, [gates * hidden], start],
      [`${name}.bias_hh_${end}`, [gates * hidden], start],
    ]
  }).flat()
}

export function encoderLayer(name: string, width: number, inner: number): Part {
  const start = { bound: 1 / Math.sqrt(width) }
  return [
    [`${name}.self_attn.in_proj_weight`, [3 * width, width], start],
    [`${name}.self_attn.in_proj_bias`, [3 * width], start],
    ...linear(`${name}.self_attn.out_proj`, width, width),
    ...linear(`${name}.linear1`, width, inner),
    ...linear(`${name}.linear2`, inner, width),
    ...norm(`${name}.norm1`, width),
    ...norm(`${name}.norm2`, width),
  ]
}

export function inceptionBlock(name: string, inputs: number): Part {
  return [
    ...conv(`${name}.one`, inputs, 16, 1),
    ...conv(`${name}.five_a`, inputs, 16, 1),
    ...conv(`${name}.five_b`, 16, 24, 5),
    ...conv(`${name}.three_a`, inputs, 16, 1),
    ...conv(`${name}.three_b`, 16, 24, 3),
    ...conv(`${name}.three_c`, 24, 24, 3),
    ...conv(`${name}.pooled`, inputs, 24, 1),
  ]
}

export function residualBlock(name: string, channels: number): Part {
  return [...conv(`${name}.conv1`, channels, channels, 3), ...conv(`${name}.conv2`, channels, channels, 3)]
}

export function resnet18(): Part {
  const parts: Part[] = [convNorm('conv1', 'bn1', 3, 64, 7)]
  for (let layer = 1; layer <= 4; layer++) {
    const outputs = 32 << layer
    for (const block of [0, 1]) {
      const name = `layer${layer}.${block}`
      const inputs = block === 0 && layer > 1 ? outputs / 2 : outputs
      parts.push(convNorm(`${name}.conv1`, `${name}.bn1`, inputs, outputs, 3))
      parts.push(convNorm(`${name}.conv2`, `${name}.bn2`, outputs, outputs, 3))
      if (inputs !== outputs) parts.push(convNorm(`${name}.downsample.0`, `${name}.downsample.1`, inputs, outputs, 1))
    }
  }
  return [...parts.flat(), ...linear('fc', 512, 1000)]
}

/** Joins the parts of a network; each parameter's numbers come from a seed of its own, from `seed` on. */
export function network(seed: number, ...parts: readonly Part[]): readonly ParameterSpec[] {
  return parts.flat().map(([name, shape, start], i) => {
    const fill: Fill =
      'value' in start
        ? { kind: 'constant', value: start.value }
        : { kind: 'uniform', low: -start.bound, high: start.bound, seed: seed + i }
    return { name, shape, fill }
  })
}
