import { RuntimeError } from '../errors.js'
import type { Generator } from './generator.js'
import type { Mt19937 } from './mt19937.js'

/** ln(k!) of the numbers below the reach of Stirling's series. */
const LOG_FACTORIALS: readonly number[] = [1, 1, 2, 6, 24, 120, 720, 5040, 40320, 362880].map((n) => Math.log(n))

/** ln(k!) to float64 precision. */
export function logFactorial(k: number): number {
  if (k < LOG_FACTORIALS.length) return LOG_FACTORIALS[k]!
  const x = k + 1
  const y = 1 / (x * x)
  const series = (1 / 12 - y * (1 / 360 - y * (1 / 1260 - y * (1 / 1680 - y / 1188)))) / x
  return (x - 0.5) * Math.log(x) - x + 0.5 * Math.log(2 * Math.PI) + series
}

/** @see W. Hörmann: The transformed rejection method for generating Poisson random variables (1993) */
function transformedRejection(engine: Mt19937, rate: number): number {
  const logRate = Math.log(rate)
  const b = 0.931 + 2.53 * Math.sqrt(rate)
  const a = -0.059 + 0.02483 * b
  const logInverseAlpha = Math.log(1.1239 + 1.1328 / (b - 3.4))
  const accepted = 0.9277 - 3.6224 / (b - 2)
  for (;;) {
    const u = engine.uniform53() - 0.5
    const v = engine.uniform53()
    const us = 0.5 - Math.abs(u)
    let k = Math.floor(((2 * a) / us + b) * u + rate + 0.43)
    // k is an int64 in PyTorch, which makes its most negative number of what is out of range, an infinite rate's for one
    if (!(k < 2 ** 63)) k = -(2 ** 63)
    if (us >= 0.07 && v <= accepted) return k
    if (k < 0 || (us < 0.013 && v > us)) continue
    const bound = -rate + k * logRate - logFactorial(k)
    if (Math.log(v) + logInverseAlpha - Math.log(a / (us * us) + b) <= bound) return k
  }
}

/** Counts the uniform numbers whose product stays above e^-rate. */
function multiplication(engine: Mt19937, rate: number): number {
  const limit = Math.exp(-rate)
  let product = engine.uniform53()
  let k = 0
  while (product > limit) {
    product *= engine.uniform53()
    k++
  }
  return k
}

/**
 * A Poisson number for each rate; the half types are given as float32.
 *
 * @throws RuntimeError if a rate is negative or NaN, before anything is drawn
 * @see https://pytorch.org/docs/stable/generated/torch.poisson.html
 */
export function fillPoisson(
  generator: Generator,
  rates: Float32Array | Float64Array,
  ratesStart: number,
  out: Float32Array | Float64Array,
  start: number,
  count: number,
): void {
  for (let i = 0; i < count; i++) {
    const rate = rates[ratesStart + i]!
    if (!(rate >= 0)) {
      throw new RuntimeError(`invalid Poisson rate, expected rate to be non-negative, but got ${rate}`)
    }
  }
  const { engine } = generator
  for (let i = 0; i < count; i++) {
    const rate = rates[ratesStart + i]!
    out[start + i] = rate >= 10 ? transformedRejection(engine, rate) : rate === 0 ? 0 : multiplication(engine, rate)
  }
}
