import { expect, test } from 'vitest'
import { float64, type StorageArray, toDType } from '../src/dtype.js'
import { fillBernoulli, fillBernoulliTensor } from '../src/random/bernoulli.js'
import { fillCauchy, fillExponential, fillGeometric, fillLogNormal } from '../src/random/distributions.js'
import { Generator } from '../src/random/generator.js'
import { type RoundToHalf, roundToBFloat16, roundToFloat16 } from '../src/random/half.js'
import { integerRange } from '../src/random/integer-range.js'
import { fillRandom, fillRandomFromTo, fillRandperm } from '../src/random/integers.js'
import { fillMultinomial } from '../src/random/multinomial.js'
import { fillDropoutMask, fillRReluNoise } from '../src/random/noise.js'
import { fillNormal, fillNormalHalf, fillNormalScalar } from '../src/random/normal.js'
import { fillPoisson } from '../src/random/poisson.js'
import { fillTruncatedNormal } from '../src/random/truncated.js'
import { fillUniform, fillUniformHalf } from '../src/random/uniform.js'
import { crc32 } from './crc32.js'
import { programs, type RandomOp } from './fixtures/random-programs.js'

type Floats = Float32Array | Float64Array

const ROUND: Record<string, RoundToHalf> = { float16: roundToFloat16, bfloat16: roundToBFloat16 }

/** Runs a fill for floating-point numbers; a half type is filled in float32 and rounded, as a cast does. */
function floats(op: RandomOp, fill: (out: Floats, count: number) => void, count: number = op.n ?? 0): Floats {
  const out = op.dtype === 'float64' ? new Float64Array(count) : new Float32Array(count)
  fill(out, count)
  const round = ROUND[op.dtype ?? '']
  return round === undefined ? out : out.map(round)
}

function weights(op: RandomOp, values: readonly number[], dtype = op.dtype): Floats {
  if (dtype === 'float64') return Float64Array.from(values)
  const round = ROUND[dtype ?? ''] ?? ((value: number) => value)
  return Float32Array.from(values, (value) => round(Math.fround(value)))
}

function uniform(g: Generator, op: RandomOp): Floats {
  const { from = 0, to = 1 } = op
  const round = ROUND[op.dtype ?? '']
  if (round === undefined) return floats(op, (out, n) => fillUniform(g, out, 0, n, from, to))
  return floats(op, (out, n) => fillUniformHalf(g, out as Float32Array, 0, n, from, to, round))
}

function normal(g: Generator, op: RandomOp): Floats {
  const { mean = 0, std = 1 } = op
  if (ROUND[op.dtype ?? ''] === undefined) return floats(op, (out, n) => fillNormal(g, out, 0, n, mean, std))
  return floats(op, (out, n) => fillNormalHalf(g, out as Float32Array, 0, n, mean, std))
}

function integers(g: Generator, op: RandomOp): StorageArray {
  const dtype = toDType((op.dtype ?? 'float32') as 'float32')
  const count = op.n ?? 0
  const round = ROUND[dtype.name]
  const out = round === undefined ? dtype.allocate(count) : new Float32Array(count)
  const from = op.from ?? op.low
  const to = op.to ?? op.high
  if (from === undefined && to === undefined) fillRandom(g, dtype.name, out, 0, count)
  else {
    const range = integerRange(dtype, BigInt(from ?? 0), to === undefined || to === null ? null : BigInt(to))
    fillRandomFromTo(g, dtype.name, out, 0, count, range)
  }
  return round === undefined ? out : (out as Float32Array).map(round)
}

function bernoulli(g: Generator, op: RandomOp): StorageArray {
  const count = op.n ?? op.p.flat().length
  const dtype = toDType((op.dtype ?? 'float32') as 'float32')
  const out = ROUND[dtype.name] === undefined ? dtype.allocate(count) : new Float32Array(count)
  const options = { step: dtype.words }
  if (typeof op.p === 'number') fillBernoulli(g, out, 0, count, op.p, options)
  else fillBernoulliTensor(g, out, 0, count, weights(op, op.p.flat(), op.pdtype ?? op.dtype), 0, options)
  return out
}

function multinomial(g: Generator, op: RandomOp): Int32Array {
  const rows = Array.isArray(op.weights[0]) ? op.weights.length : 1
  const values = weights(op, op.weights.flat())
  const out = new Int32Array(2 * rows * op.samples)
  const round = ROUND[op.dtype ?? '']
  const distributions = { weights: values, start: 0, rows, categories: values.length / rows }
  const rounded = round === undefined ? distributions : { ...distributions, round }
  fillMultinomial(g, rounded, op.samples, op.replacement, out, 0)
  return out
}

function randperm(g: Generator, op: RandomOp): Int32Array {
  const out = new Int32Array(2 * op.n!)
  fillRandperm(g, out, 0, op.n!, 2)
  return out
}

function geometric(g: Generator, op: RandomOp): StorageArray | BigInt64Array {
  if (op.dtype !== 'int64') return floats(op, (out, n) => fillGeometric(g, out, 0, n, op.p))
  const numbers = floats({ ...op, dtype: float64.name }, (out, n) => fillGeometric(g, out, 0, n, op.p))
  return BigInt64Array.from([...numbers].map(BigInt))
}

/** RReLU of numbers from -1 to 1 at equal distances, counted from the nearer end. */
function rrelu(g: Generator, op: RandomOp): Floats {
  const input = floats(op, (out, n) => {
    const step = op.dtype === 'float64' ? 2 / (n - 1) : Math.fround(2 / (n - 1))
    for (let i = 0; i < n; i++) out[i] = i < n / 2 ? -1 + step * i : 1 - step * (n - 1 - i)
  })
  const noise = floats(op, (out, n) => fillRReluNoise(g, input, 0, out, 0, n, op.lower, op.upper))
  return noise.map((slope, i) => slope * input[i]!)
}

const RUN: Record<string, (g: Generator, op: RandomOp) => StorageArray | BigInt64Array> = {
  rand: uniform,
  uniform_: uniform,
  randn: normal,
  normal,
  normal_: normal,
  normal_strided_: (g, op) => floats(op, (out, n) => fillNormalScalar(g, out, 0, n, op.mean, op.std)),
  trunc_normal_: (g, op) => floats(op, (out) => fillTruncatedNormal(g, out, op.mean, op.std, op.a, op.b)),
  randint: integers,
  random_: integers,
  randperm,
  bernoulli,
  bernoulli_scalar_: bernoulli,
  bernoulli_tensor_: bernoulli,
  dropout: (g, op) => floats(op, (out, n) => fillDropoutMask(g, out, 0, n, op.p)),
  rrelu,
  multinomial,
  exponential_: (g, op) => floats(op, (out, n) => fillExponential(g, out, 0, n, op.lambd)),
  geometric_: geometric,
  cauchy_: (g, op) => floats(op, (out, n) => fillCauchy(g, out, 0, n, op.median, op.sigma)),
  log_normal_: (g, op) => floats(op, (out, n) => fillLogNormal(g, out, 0, n, op.mean, op.std)),
  poisson: (g, op) => {
    const rates = weights(op, op.rates)
    return floats(op, (out, n) => fillPoisson(g, rates, 0, out, 0, n), rates.length)
  },
}

/** What a result is compared by: numbers, or digits where a number could not hold them. */
function firstValues(result: StorageArray | BigInt64Array, op: RandomOp): (number | string)[] {
  const count = op.first?.length ?? 0
  const pairs =
    op.op === 'multinomial' || op.op === 'randperm' || (result instanceof Int32Array && op.dtype === 'int64')
  if (!pairs && !(result instanceof BigInt64Array)) return [...result.subarray(0, count)]
  const words = [...new BigInt64Array(result.buffer, 0, count)]
  return words.map((value, i) => (typeof op.first?.[i] === 'string' ? String(value) : Number(value)))
}

for (const { id, seed, ops } of programs) {
  test(`${id}: the numbers of PyTorch`, () => {
    const generator = new Generator().manualSeed(BigInt(seed))
    for (const [index, op] of ops.entries()) {
      if (op.op === 'manual_seed') {
        generator.manualSeed(BigInt(op.seed))
        continue
      }
      const result = RUN[op.op]!(generator, op)
      const where = `${id}, op ${index} ${op.op}`
      for (const [i, value] of firstValues(result, op).entries()) {
        const wanted = op.first![i]!
        // the platform's log, sin and cos decide the last bits of float64
        if (result instanceof Float64Array)
          expect(Math.abs((value as number) - (wanted as number)), where).toBeLessThan(
            1e-14 * Math.max(1, Math.abs(wanted as number)),
          )
        else expect(value, where).toBe(result instanceof Float32Array ? Math.fround(wanted as number) : wanted)
      }
      if (op.crc !== undefined) expect(crc32(result), where).toBe(op.crc)
    }
  })
}
