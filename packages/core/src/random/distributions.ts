import { fma } from './fma.js'
import type { Generator } from './generator.js'
import { standardNormal } from './normal.js'

/*
 * All of these draw in float64, two draws a uniform number, and round to the dtype of `out` at the end. The half types take
 * them from a Float32Array, geometric_ of the integer types from a Float64Array.
 */

/**
 * The exponential distribution of rate `lambd`.
 *
 * @see https://pytorch.org/docs/stable/generated/torch.Tensor.exponential_.html
 */
export function fillExponential(
  generator: Generator,
  out: Float32Array | Float64Array,
  start: number,
  count: number,
  lambd: number,
): void {
  const { engine } = generator
  const scale = -1 / lambd
  for (let i = start; i < start + count; i++) out[i] = scale * Math.log1p(-engine.uniform53())
}

/**
 * The number of trials up to and with the first success of probability `p`.
 *
 * @see https://pytorch.org/docs/stable/generated/torch.Tensor.geometric_.html
 */
export function fillGeometric(
  generator: Generator,
  out: Float32Array | Float64Array,
  start: number,
  count: number,
  p: number,
): void {
  const { engine } = generator
  const logFailure = Math.log1p(-p)
  for (let i = start; i < start + count; i++) out[i] = Math.ceil(Math.log(engine.uniform53()) / logFailure)
}

/**
 * The Cauchy distribution.
 *
 * @see https://pytorch.org/docs/stable/generated/torch.Tensor.cauchy_.html
 */
export function fillCauchy(
  generator: Generator,
  out: Float32Array | Float64Array,
  start: number,
  count: number,
  median: number,
  sigma: number,
): void {
  const { engine } = generator
  for (let i = start; i < start + count; i++)
    out[i] = fma(sigma, Math.tan(Math.PI * (engine.uniform53() - 0.5)), median)
}

/**
 * The distribution whose logarithm is normal with this mean and standard deviation. It takes and leaves the generator's
 * spare normal number.
 *
 * @see https://pytorch.org/docs/stable/generated/torch.Tensor.log_normal_.html
 */
export function fillLogNormal(
  generator: Generator,
  out: Float32Array | Float64Array,
  start: number,
  count: number,
  mean: number,
  std: number,
): void {
  for (let i = start; i < start + count; i++) out[i] = Math.exp(fma(standardNormal(generator), std, mean))
}
