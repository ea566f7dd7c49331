import { expect, test } from 'vitest'
import { bool, type DType, float16, float32, float64, int8, int64, uint8 } from '../src/dtype.js'
import { RuntimeError, ValueError } from '../src/errors.js'
import * as checks from '../src/random/checks.js'
import { fma } from '../src/random/fma.js'
import { defaultGenerator, Generator, toSeed } from '../src/random/generator.js'
import { roundToBFloat16, roundToFloat16 } from '../src/random/half.js'
import { integerRange } from '../src/random/integer-range.js'
import { remainder64 } from '../src/random/integers.js'
import { fillMultinomial } from '../src/random/multinomial.js'
import { fillNormal } from '../src/random/normal.js'
import { fillPoisson, logFactorial } from '../src/random/poisson.js'
import { fillUniform } from '../src/random/uniform.js'
import { descending, topPositions } from '../src/selection.js'
import { crc32 } from './crc32.js'

function rand(generator: Generator, count: number): number[] {
  const out = new Float32Array(count)
  fillUniform(generator, out, 0, count, 0, 1)
  return [...out]
}

function randn(generator: Generator, count: number): number[] {
  const out = new Float32Array(count)
  fillNormal(generator, out, 0, count, 0, 1)
  return [...out]
}

test('only the low 32 bits of a seed reach the engine, a negative one stands for 2^64 + seed', () => {
  const of = (seed: number | bigint): number[] => rand(new Generator().manualSeed(seed), 4)
  const seven = [0.53492254, 0.198803186, 0.659211695, 0.656890273].map(Math.fround)
  for (const seed of [7, 7n, 2 ** 40 + 7, 2n ** 32n + 7n]) expect(of(seed)).toEqual(seven)
  for (const seed of [-1, 2n ** 64n - 1n, 2 ** 32 - 1]) expect(of(seed)[0]).toBe(Math.fround(0.993799388))
  expect(of(-(2n ** 63n))).toEqual(of(0))
  expect(new Generator().manualSeed(-1).initialSeed()).toBe(2n ** 64n - 1n)
  expect(new Generator().manualSeed(2 ** 40 + 7).initialSeed()).toBe(2 ** 40 + 7)
})

test('a generator that nobody seeded starts at 67280421310721, the default one at random', () => {
  expect(new Generator().initialSeed()).toBe(67280421310721)
  expect(rand(new Generator(), 1)).toEqual([Math.fround(0.267295241)])
  expect(defaultGenerator.initialSeed()).not.toBe(67280421310721)
  const seed = new Generator().seed()
  expect(Number.isSafeInteger(seed)).toBe(true)
  expect(new Generator().seed()).not.toBe(seed)
})

test('many numbers at once are those that come one by one, and leave the same state', () => {
  const [many, single] = [new Generator(), new Generator()]
  // up to the end of the 624 words of state, over it, and several times around
  for (const count of [1, 600, 23, 624, 1, 0, 2000, 3]) {
    expect(rand(many, count)).toEqual(Array.from({ length: count }, () => single.engine.uniform24()))
    expect(many.getState()).toEqual(single.getState())
  }
})

test('seeds are read as by int() of Python, and refused as in PyTorch', () => {
  expect([1.5, -1.5, true, ' 3 ', '-4', 5n].map(toSeed)).toEqual([1n, -1n, 1n, 3n, -4n, 5n])
  expect(() => toSeed('x')).toThrow(new ValueError("invalid literal for int() with base 10: 'x'"))
  expect(() => toSeed(Number.NaN)).toThrow(ValueError)
  expect(() => toSeed(null)).toThrow(TypeError)
  const generator = new Generator()
  expect(() => generator.manualSeed(1.5)).toThrow('manual_seed expected a long, but got float 1.5')
  expect(() => generator.manualSeed(2n ** 64n)).toThrow('Overflow when unpacking long long')
  expect(() => generator.manualSeed(-(2n ** 63n) - 1n)).toThrow(ValueError)
  expect(() => new Generator('cuda')).toThrow(RuntimeError)
})

test('the state has the layout of PyTorch and brings back the spare normal number', () => {
  const generator = new Generator().manualSeed(5)
  const [first] = randn(generator, 1)
  const state = generator.getState()
  expect(state.length).toBe(5056)
  // torch.manual_seed(5); torch.randn(1); torch.get_rng_state()
  expect(crc32(state.subarray(0, 5016))).toBe('75ca29c7')
  expect(new DataView(state.buffer).getFloat64(5024, true)).toBeCloseTo(-0.6038215878840039, 14)
  expect(state[5040]).toBe(1)
  const next = randn(generator, 3)
  expect(randn(generator.setState(state), 3)).toEqual(next)
  expect(randn(new Generator().setState(state), 3)).toEqual(next)
  generator.setState(state)
  const copy = generator.clone()
  expect(randn(generator, 700)).toEqual(randn(copy, 700))
  expect(randn(generator.manualSeed(5), 1)).toEqual([first])
})

test('what is no state is refused and changes nothing', () => {
  const generator = new Generator().manualSeed(1)
  const broken = (at: number, value: number): Uint8Array => {
    const state = generator.getState()
    state[at] = value
    return state
  }
  expect(() => generator.setState(new Uint8Array(5))).toThrow(
    'Expected a CPUGeneratorImplState of size 5056 but found the input RNG state size to be 5',
  )
  for (const state of [new Uint8Array(5056), broken(12, 0), broken(8, 0), broken(11, 128), broken(17, 9)]) {
    expect(() => generator.setState(state)).toThrow('Invalid mt19937 state')
  }
  expect(() => generator.setState([] as unknown as Uint8Array)).toThrow(TypeError)
  expect(rand(generator, 1)).toEqual(rand(new Generator().manualSeed(1), 1))
})

test('bad arguments are refused in the words of PyTorch', () => {
  const refused = (call: () => void, message: string): void => expect(call).toThrow(new RuntimeError(message))
  refused(() => checks.checkUniform(int64, 0, 1), '"check_uniform_bounds" not implemented for \'Long\'')
  refused(
    () => checks.checkUniform(float32, 1, 0),
    'uniform_ expects to return a [from, to) range, but found from=1 > to=0',
  )
  refused(() => checks.checkUniform(float16, 0, 1e39), 'to is out of bounds for c10::Half')
  refused(
    () => checks.checkUniform(float32, -3e38, 3e38),
    'uniform_ expects to-from <= std::numeric_limits<Float>::max(), but found to=3e+38 and from=-3e+38 which result in to-from to exceed the limit',
  )
  refused(() => checks.checkNormal(float32, -123456789), 'normal expects std >= 0.0, but found std -1.23457e+08')
  refused(() => checks.checkNormal(float32, Number.NaN), 'normal expects std >= 0.0, but found std nan')
  refused(() => checks.checkNormal(int64, 1), '"normal_kernel_cpu" not implemented for \'Long\'')
  refused(() => checks.checkLogNormal(float32, 0), 'log_normal_ expects std > 0.0, but found std=0')
  refused(() => checks.checkCauchy(float32, -1.25), 'cauchy_ expects sigma > 0.0, but found sigma=-1.25')
  refused(
    () => checks.checkCauchy(uint8, 1),
    'Cauchy distribution is a continuous probability distribution. dtype must be a floating point but you specified unsigned char',
  )
  refused(() => checks.checkExponential(float32, 0), 'exponential_ expects lambda > 0.0, but found lambda=0')
  refused(() => checks.checkGeometric(float32, 1), 'geometric_ expects p to be in (0, 1), but got p=1')
  refused(() => checks.checkGeometric(bool, 0.5), '"geometric_cpu" not implemented for \'Bool\'')
  refused(() => checks.checkBernoulli(-1e-7), 'bernoulli_ expects p to be in [0, 1], but got p=-1e-07')
  expect(() => checks.checkProbabilities(Float32Array.of(0, 1.5), 0, 2)).toThrow('Expected p_in >= 0 && p_in <= 1')
  refused(() => checks.checkRandperm(int64, -1), 'Trying to create tensor with negative dimension -1: [-1]')
  refused(() => checks.checkRandperm(uint8, 300), 'value cannot be converted to type uint8_t without overflow')
  refused(() => checks.checkRandperm(float16, 3000), 'n cannot be greater than 2049 for Half type.')
})

test('integer ranges: refused, or moved to what the dtype holds', () => {
  const range = (dtype: DType, from: number | bigint, to: number | bigint | null): [bigint, bigint] => {
    const { from: low, range: count } = integerRange(dtype, BigInt(from), to === null ? null : BigInt(to))
    return [low, count]
  }
  expect(() => range(int64, 5, 5)).toThrow("random_ expects 'from' to be less than 'to', but got from=5 >= to=5")
  expect(() => range(uint8, 0, 300)).toThrow('to - 1 is out of bounds for unsigned char')
  expect(() => range(uint8, -1, 3)).toThrow('from is out of bounds for unsigned char')
  expect(() => range(bool, 0, 3)).toThrow('to - 1 is out of bounds for bool')
  expect(() => range(float16, 0, 65521)).toThrow('to - 1 is out of bounds for c10::Half')
  expect(() => range(float32, 2n ** 40n, null)).toThrow('casted to dtype, but got from=1099511627776 > to_inc=16777216')
  expect(() => range(int8, -(2n ** 63n), null)).toThrow('handles only int64, double, float and bfloat16')
  expect(range(int8, -5, null)).toEqual([-5n, 133n])
  expect(range(float32, -5, null)).toEqual([-5n, 2n ** 24n + 6n])
  expect(range(int64, -(2n ** 63n), null)).toEqual([0n, 2n ** 64n])
  expect(range(int64, 1, null)).toEqual([1n, 2n ** 63n - 1n])
  // 65503 would be rounded to 65504, so the last number is the one before, 65472
  expect(range(float16, 0, 65504)).toEqual([0n, 65472n])
  expect(range(float64, 0, 2n ** 53n)).toEqual([0n, 2n ** 53n])
})

test('weights that are no distribution are refused before anything is drawn', () => {
  const generator = new Generator().manualSeed(3)
  const draw = (weights: number[], samples: number, replacement: boolean) => (): void => {
    const distributions = { weights: Float32Array.from(weights), start: 0, rows: 1, categories: weights.length }
    fillMultinomial(generator, distributions, samples, replacement, new Int32Array(2 * Math.max(samples, 0)), 0)
  }
  expect(draw([1, 1], 3, false)).toThrow('cannot sample n_sample > prob_dist.size(-1) samples without replacement')
  expect(draw([1, 1], 0, true)).toThrow('cannot sample n_sample <= 0 samples')
  expect(draw([1, -1], 2, false)).toThrow('probability tensor contains either `inf`, `nan` or element < 0')
  expect(draw([1, Number.NaN], 1, true)).toThrow('probability tensor contains either `inf`, `nan` or element < 0')
  expect(draw([1, -1], 2, true)).toThrow('invalid multinomial distribution (encountering probability entry < 0)')
  expect(draw([1, 1 / 0], 2, true)).toThrow('(encountering probability entry = infinity or NaN)')
  expect(draw([0, 0], 2, true)).toThrow('invalid multinomial distribution (sum of probabilities <= 0)')
  expect(draw([0, 0], 1, false)).toThrow('invalid multinomial distribution (sum of probabilities <= 0)')
  const rates = Float32Array.of(1, -1)
  expect(() => fillPoisson(generator, rates, 0, rates, 0, 2)).toThrow('expected rate to be non-negative')
  expect(rand(generator, 1)).toEqual(rand(new Generator().manualSeed(3), 1))
})

test('equal scores leave topk in the order of the C++ library', () => {
  expect([...topPositions(new Float32Array(10), 5, descending, true)]).toEqual([8, 6, 7, 5, 9])
  expect([...topPositions(new Float32Array(200), 3, descending, true)]).toEqual([0, 1, 2])
  expect([...topPositions(new Float64Array(2000), 8, descending, true)]).toEqual([7, 4, 1, 3, 5, 0, 2, 6])
  expect([...topPositions(Float32Array.of(1, Number.NaN, 3, 2), 3, descending, true)]).toEqual([1, 2, 3])
})

test('arithmetic that JavaScript lacks: fused multiply-add, halves, remainders of 64 bits, factorials', () => {
  // the product alone rounds to 1, its error is what is left
  expect(fma(1 + 2 ** -30, 1 - 2 ** -30, -1)).toBe(-(2 ** -60))
  // the exact sum lies just above the middle of two floats, which rounding twice would miss
  expect(fma(1 + 2 ** -52, 1 + 2 ** -52, 2 ** 53)).toBe(2 ** 53 + 2)
  expect(fma(1e200, 1e200, -1)).toBe(Number.POSITIVE_INFINITY)
  expect([65519, 65520, 2 ** -25, 2 ** -24 * 1.5, 1 + 2 ** -11, -0].map(roundToFloat16)).toEqual([
    65504,
    1 / 0,
    0,
    2 ** -23,
    1,
    -0,
  ])
  expect([1 + 2 ** -8, 1 + 3 * 2 ** -8, 3.4e38, -1 / 0].map((x) => roundToBFloat16(Math.fround(x)))).toEqual([
    1,
    1.015625,
    1 / 0,
    -1 / 0,
  ])
  const value = 0xfedcba9876543210n
  for (const divisor of [1, 7, 2 ** 28, 2 ** 31 + 1, 2 ** 32 - 1]) {
    expect(remainder64(0xfedcba98, 0x76543210, divisor)).toBe(Number(value % BigInt(divisor)))
  }
  expect(logFactorial(9)).toBe(Math.log(362880))
  expect(logFactorial(10)).toBeCloseTo(Math.log(3628800), 12)
  expect(logFactorial(170)).toBeCloseTo(706.5730622457874, 10)
})
