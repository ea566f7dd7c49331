import type { StorageArray } from '../dtype.js'
import type { Generator } from './generator.js'

/** How a success is written. */
export interface SuccessOptions {
  /** The array element that stands for it: 1, or the bits of 1 in a half type (0x3c00 float16, 0x3f80 bfloat16). */
  one?: number
  /** Distance of two elements in `out`: 2 for int64, whose high words are left alone and must be zero. */
  step?: number
}

/**
 * Ones with probability `p`, else zeros. Two draws a value whatever the dtype.
 *
 * @see https://pytorch.org/docs/stable/generated/torch.Tensor.bernoulli_.html
 */
export function fillBernoulli(
  generator: Generator,
  out: StorageArray,
  start: number,
  count: number,
  p: number,
  { one = 1, step = 1 }: SuccessOptions = {},
): void {
  const { engine } = generator
  for (let i = 0, at = start; i < count; i++, at += step) out[at] = engine.uniform53() < p ? one : 0
}

/**
 * Ones with the probability that stands at the same place in `p`. The dtype of `p` decides: float64 draws as
 * {@link fillBernoulli} does, float32 one draw of 24 bits a value; the half types are given as float32.
 *
 * @see https://pytorch.org/docs/stable/generated/torch.bernoulli.html
 */
export function fillBernoulliTensor(
  generator: Generator,
  out: StorageArray,
  start: number,
  count: number,
  p: Float32Array | Float64Array,
  pStart: number,
  { one = 1, step = 1 }: SuccessOptions = {},
): void {
  const { engine } = generator
  if (p instanceof Float64Array) {
    for (let i = 0, at = start; i < count; i++, at += step) out[at] = engine.uniform53() < p[pStart + i]! ? one : 0
  } else {
    for (let i = 0, at = start; i < count; i++, at += step) out[at] = engine.uniform24() < p[pStart + i]! ? one : 0
  }
}
