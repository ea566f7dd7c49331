import type { Generator } from './generator.js'
import { fillNormal } from './normal.js'
import { fillUniform } from './uniform.js'

type Floats = Float32Array | Float64Array

function scratch(like: Floats, count: number): Floats {
  return like instanceof Float32Array ? new Float32Array(count) : new Float64Array(count)
}

/** The Gauss error function for x >= 0, by its series and, further out, its continued fraction; relative error below 1e-12. */
function erf(x: number): number {
  if (x > 6) return 1
  const density = (2 / Math.sqrt(Math.PI)) * Math.exp(-x * x)
  if (x < 3) {
    let term = x
    let sum = x
    for (let n = 1; term > sum * 1e-17; n++) {
      term *= (2 * x * x) / (2 * n + 1)
      sum += term
    }
    return density * sum
  }
  let fraction = 0
  for (let n = 60; n > 0; n--) fraction = n / 2 / (x + fraction)
  return 1 - density / 2 / (x + fraction)
}

function normalCdf(x: number): number {
  return (1 + Math.sign(x) * erf(Math.abs(x) / Math.SQRT2)) / 2
}

/** The normal numbers outside [low, high] are drawn anew, all of the tensor at a time, until there are none. */
function rejectNormals(
  generator: Generator,
  out: Floats,
  count: number,
  normal: Normal,
  low: number,
  high: number,
): void {
  fillNormal(generator, out, 0, count, normal.mean, normal.std)
  let again: Floats | null = null
  while (out.some((value) => value < low || value > high)) {
    again ??= scratch(out, count)
    fillNormal(generator, again, 0, count, normal.mean, normal.std)
    for (let i = 0; i < count; i++) if (out[i]! < low || out[i]! > high) out[i] = again[i]!
  }
}

interface Normal {
  readonly mean: number
  readonly std: number
}

/** Uniform numbers of [a, b), each kept with the probability density / highest density of the range. */
function rejectUniforms(generator: Generator, out: Floats, count: number, normal: Normal, a: number, b: number): void {
  const mode = Math.max(a, Math.min(normal.mean, b))
  const logPeak = -0.5 * ((mode - normal.mean) / normal.std) ** 2
  const candidates = scratch(out, count)
  const accept = scratch(out, count)
  // the logarithm of the density, in the dtype's own arithmetic step by step
  const log = scratch(out, 1)
  const round = (value: number): number => {
    log[0] = value
    return log[0]
  }
  const mean = round(normal.mean)
  const std = round(normal.std)
  const shift = round(logPeak)
  const pending = new Uint8Array(count).fill(1)
  let left = count
  while (left > 0) {
    fillUniform(generator, candidates, 0, count, a, b)
    fillUniform(generator, accept, 0, count, 0, 1)
    for (let i = 0; i < count; i++) {
      if (pending[i] === 0) continue
      out[i] = candidates[i]!
      const deviation = round(round(candidates[i]! - mean) / std)
      const density = round(round(round(deviation * deviation) * -0.5) - shift)
      if (round(Math.log(accept[i]!)) <= density) {
        pending[i] = 0
        left--
      }
    }
  }
}

/**
 * Fills the whole contiguous `out` from the normal distribution cut off to [a, b], as `nn.init.trunc_normal_` does it since
 * PyTorch 2: by rejection from the normal distribution where at least 30 % of it lie in the range, else from the uniform one.
 *
 * @see https://pytorch.org/docs/stable/nn.init.html#torch.nn.init.trunc_normal_
 */
export function fillTruncatedNormal(
  generator: Generator,
  out: Floats,
  mean: number,
  std: number,
  a: number,
  b: number,
): void {
  const normal = { mean, std }
  const count = out.length
  if (count === 0) return
  const inside = normalCdf((b - mean) / std) - normalCdf((a - mean) / std)
  if (inside <= 0.3) rejectUniforms(generator, out, count, normal, a, b)
  else if (out instanceof Float32Array) rejectNormals(generator, out, count, normal, Math.fround(a), Math.fround(b))
  else rejectNormals(generator, out, count, normal, a, b)
}
