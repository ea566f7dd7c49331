import { fillBernoulli } from './bernoulli.js'
import type { Generator } from './generator.js'

/**
 * What dropout multiplies its input by: 0 with probability `p`, else 1 / (1 - p) in the dtype. Nothing is drawn for p = 0
 * (all ones) and p = 1 (all zeros). The noise has the strides of the input and is drawn in the order of memory.
 *
 * @see https://pytorch.org/docs/stable/generated/torch.nn.functional.dropout.html
 */
export function fillDropoutMask(
  generator: Generator,
  out: Float32Array | Float64Array,
  start: number,
  count: number,
  p: number,
): void {
  if (p === 0 || p === 1) {
    out.fill(p === 0 ? 1 : 0, start, start + count)
    return
  }
  const keep = 1 - p
  const scale = out instanceof Float32Array ? Math.fround(1 / Math.fround(keep)) : 1 / keep
  fillBernoulli(generator, out, start, count, keep, { one: scale })
}

/**
 * What a randomised leaky ReLU in training multiplies its input by: a uniform slope where the input is <= 0, else 1. Only
 * there is anything drawn. The bounds are rounded to the dtype first; bfloat16 is given as float32.
 *
 * @see https://pytorch.org/docs/stable/generated/torch.nn.functional.rrelu.html
 */
export function fillRReluNoise(
  generator: Generator,
  input: Float32Array | Float64Array,
  inputStart: number,
  out: Float32Array | Float64Array,
  start: number,
  count: number,
  lower: number,
  upper: number,
): void {
  const { engine } = generator
  const single = out instanceof Float32Array
  const low = single ? Math.fround(lower) : lower
  const width = (single ? Math.fround(upper) : upper) - low
  for (let i = 0; i < count; i++) {
    out[start + i] = input[inputStart + i]! <= 0 ? engine.uniform53() * width + low : 1
  }
}
