/** Random numbers in place: `x.uniform_()`, `x.normal_()` and their like. */
import type { HostArray } from '../dispatch/backend.js'
import { bfloat16, Category, float16 } from '../dtype.js'
import { bindOptions, TypeError_ } from '../options.js'
import { fillBernoulli, fillBernoulliTensor, type SuccessOptions } from '../random/bernoulli.js'
import {
  checkBernoulli,
  checkCauchy,
  checkExponential,
  checkGeometric,
  checkLogNormal,
  checkNormal,
  checkProbabilities,
  checkUniform,
} from '../random/checks.js'
import { fillCauchy, fillExponential, fillGeometric, fillLogNormal } from '../random/distributions.js'
import type { Generator } from '../random/generator.js'
import { integerRange } from '../random/integer-range.js'
import { fillRandom, fillRandomFromTo } from '../random/integers.js'
import { fillNormal, fillNormalHalf, fillNormalScalar } from '../random/normal.js'
import { fillUniform, fillUniformHalf } from '../random/uniform.js'
import { isContiguous } from '../shape.js'
import type { Tensor } from '../tensor.js'
import { attachMethods } from './methods.js'
import { notImplemented } from './operands.js'
import { isTensor } from './promote.js'
import {
  asWords,
  generatorOf,
  halfRounding,
  hostValues,
  inOrderOf,
  overwrite,
  type Values,
  valuesFor,
} from './random-place.js'

/** Where the numbers come from; the default generator if not given. */
export interface GeneratorOption {
  generator?: Generator | null
}
/** Options of `uniform_`. */
export interface UniformOptions extends GeneratorOption {
  /** 0 if not given. */
  from?: number
  /** 1 if not given; not part of the range. */
  to?: number
}
/** Options of `normal_` (0 and 1 if not given) and `logNormal_` (1 and 2). */
export interface NormalOptions extends GeneratorOption {
  mean?: number
  std?: number
}
/** Options of `cauchy_`. */
export interface CauchyOptions extends GeneratorOption {
  /** 0 if not given. */
  median?: number
  /** 1 if not given. */
  sigma?: number
}
/** Options of `exponential_`. */
export interface ExponentialOptions extends GeneratorOption {
  /** The rate, 1 if not given. */
  lambd?: number
}
/** Options of `bernoulli_`. */
export interface BernoulliOptions extends GeneratorOption {
  /** 0.5 if not given. */
  p?: number | Tensor
}

type Whole = number | bigint

declare module '../tensor.js' {
  interface Tensor {
    /** Fills with the uniform distribution over [from, to). See https://pytorch.org/docs/stable/generated/torch.Tensor.uniform_.html */
    uniform_(from?: number | UniformOptions, to?: number | UniformOptions, options?: UniformOptions): this
    /** Fills with the normal distribution. See https://pytorch.org/docs/stable/generated/torch.Tensor.normal_.html */
    normal_(mean?: number | NormalOptions, std?: number | NormalOptions, options?: NormalOptions): this
    /** Fills with numbers whose logarithm is normal. See https://pytorch.org/docs/stable/generated/torch.Tensor.log_normal_.html */
    logNormal_(mean?: number | NormalOptions, std?: number | NormalOptions, options?: NormalOptions): this
    /** Fills with the Cauchy distribution. See https://pytorch.org/docs/stable/generated/torch.Tensor.cauchy_.html */
    cauchy_(median?: number | CauchyOptions, sigma?: number | CauchyOptions, options?: CauchyOptions): this
    /** Fills with the exponential distribution. See https://pytorch.org/docs/stable/generated/torch.Tensor.exponential_.html */
    exponential_(lambd?: number | ExponentialOptions, options?: ExponentialOptions): this
    /** Fills with numbers of trials up to the first success of probability `p`. See https://pytorch.org/docs/stable/generated/torch.Tensor.geometric_.html */
    geometric_(p: number, options?: GeneratorOption): this
    /** Fills with 1 with probability `p` (for each element its own if it is a tensor), else 0. See https://pytorch.org/docs/stable/generated/torch.Tensor.bernoulli_.html */
    bernoulli_(p?: number | Tensor | BernoulliOptions, options?: BernoulliOptions): this
    /**
     * Fills with whole numbers in [from, to), [0, to), or, without bounds, of all that the dtype holds without loss.
     * `to` may be null for the largest number. See https://pytorch.org/docs/stable/generated/torch.Tensor.random_.html
     */
    random_(from: Whole, to: Whole | null, options?: GeneratorOption): this
    random_(to: Whole, options?: GeneratorOption): this
    random_(options?: GeneratorOption): this
  }
}

/** Fills `x`, which may be any tensor that can be written to, with float numbers. */
function floats(x: Tensor, fill: (values: Values) => void): void {
  overwrite(x, () => drawnFloats(x, fill))
}

function drawnFloats(x: Tensor, fill: (values: Values) => void): HostArray {
  const values = valuesFor(x.dtype, x.count)
  fill(values)
  return asWords(values, x.dtype)
}

/** Words of the uniform distribution over [from, to) for all elements of `x`. */
export function drawUniform(x: Tensor, generator: Generator, from: number, to: number): HostArray {
  const round = halfRounding(x.dtype)
  return drawnFloats(x, (values) => {
    if (round === undefined) fillUniform(generator, values, 0, x.count, from, to)
    else fillUniformHalf(generator, values as Float32Array, 0, x.count, from, to, round)
  })
}

/** Words of the normal distribution for all elements of `x`. Those of a tensor that is not contiguous are other ones. */
export function drawNormal(x: Tensor, generator: Generator, mean: number, std: number): HostArray {
  return drawnFloats(x, (values) => {
    if (!isContiguous(x.shape, x.strides)) fillNormalScalar(generator, values, 0, x.count, mean, std)
    else if (halfRounding(x.dtype) === undefined) fillNormal(generator, values, 0, x.count, mean, std)
    else fillNormalHalf(generator, values as Float32Array, 0, x.count, mean, std)
  })
}

/** Words of whole numbers of [from, to), or of the dtype's own range, for all elements of `x`. */
export function drawIntegers(
  x: Tensor,
  generator: Generator,
  bounds: readonly [Whole, Whole | null] | null,
): HostArray {
  const { dtype, count } = x
  const half = halfRounding(dtype) !== undefined
  const words = half ? new Float32Array(count) : dtype.allocate(count)
  if (bounds === null) fillRandom(generator, dtype.name, words, 0, count)
  else {
    const range = integerRange(dtype, BigInt(bounds[0]), bounds[1] === null ? null : BigInt(bounds[1]))
    fillRandomFromTo(generator, dtype.name, words, 0, count, range)
  }
  return half ? asWords(words as Float32Array, dtype) : words
}

function success({ dtype }: Tensor): SuccessOptions {
  return { one: dtype === float16 ? 0x3c00 : dtype === bfloat16 ? 0x3f80 : 1, step: dtype.words }
}

/** Words of ones with probability `p`, else zeros, for all elements of `x`. */
export function drawBernoulli(x: Tensor, generator: Generator, p: number): HostArray {
  const words = x.dtype.allocate(x.count)
  fillBernoulli(generator, words, 0, x.count, p, success(x))
  return words
}

/** The same with a probability for each element; `p` broadcasts to `x`. */
export function drawBernoulliTensor(x: Tensor, generator: Generator, p: Tensor): HostArray {
  const words = x.dtype.allocate(x.count)
  fillBernoulliTensor(generator, words, 0, x.count, probabilities(x, p), 0, success(x))
  return words
}

/** @throws RuntimeError if `p` is not floating point, does not broadcast, or holds what is no probability */
function probabilities(x: Tensor, p: Tensor): Values {
  if (p.dtype.category !== Category.float) throw notImplemented('bernoulli_tensor_cpu_p_', p.dtype)
  const values = hostValues(inOrderOf(x, p), 'bernoulli_')
  checkProbabilities(values, 0, x.count)
  return values
}

/** A whole number argument. @throws TypeError for anything else */
export function whole(name: string, argument: string, value: unknown): Whole {
  if (typeof value === 'bigint' || (typeof value === 'number' && Number.isInteger(value))) return value
  throw TypeError_(`${name}(): argument '${argument}' must be an integer, not`, value)
}

function uniform_(x: Tensor, ...args: unknown[]): Tensor {
  const o = bindOptions<UniformOptions>('uniform_', ['from', 'to', 'generator'], args)
  const { from = 0, to = 1 } = o
  checkUniform(x.dtype, from, to)
  overwrite(x, () => drawUniform(x, generatorOf(o.generator), from, to))
  return x
}

function normal_(x: Tensor, ...args: unknown[]): Tensor {
  const o = bindOptions<NormalOptions>('normal_', ['mean', 'std', 'generator'], args)
  const { mean = 0, std = 1 } = o
  checkNormal(x.dtype, std)
  overwrite(x, () => drawNormal(x, generatorOf(o.generator), mean, std))
  return x
}

function logNormal_(x: Tensor, ...args: unknown[]): Tensor {
  const o = bindOptions<NormalOptions>('logNormal_', ['mean', 'std', 'generator'], args)
  const { mean = 1, std = 2 } = o
  checkLogNormal(x.dtype, std)
  floats(x, (values) => fillLogNormal(generatorOf(o.generator), values, 0, x.count, mean, std))
  return x
}

function cauchy_(x: Tensor, ...args: unknown[]): Tensor {
  const o = bindOptions<CauchyOptions>('cauchy_', ['median', 'sigma', 'generator'], args)
  const { median = 0, sigma = 1 } = o
  checkCauchy(x.dtype, sigma)
  floats(x, (values) => fillCauchy(generatorOf(o.generator), values, 0, x.count, median, sigma))
  return x
}

function exponential_(x: Tensor, ...args: unknown[]): Tensor {
  const o = bindOptions<ExponentialOptions>('exponential_', ['lambd', 'generator'], args)
  const { lambd = 1 } = o
  checkExponential(x.dtype, lambd)
  floats(x, (values) => fillExponential(generatorOf(o.generator), values, 0, x.count, lambd))
  return x
}

function geometric_(x: Tensor, p: number, options?: GeneratorOption): Tensor {
  const o = bindOptions<GeneratorOption>('geometric_', ['generator'], [options])
  checkGeometric(x.dtype, p)
  overwrite(x, () => {
    const real = x.dtype.category === Category.float
    const values = real ? valuesFor(x.dtype, x.count) : new Float64Array(x.count)
    fillGeometric(generatorOf(o.generator), values, 0, x.count, p)
    return asWords(values, x.dtype)
  })
  return x
}

function bernoulli_(x: Tensor, ...args: unknown[]): Tensor {
  const o = bindOptions<BernoulliOptions>('bernoulli_', ['p', 'generator'], args)
  const { p = 0.5 } = o
  if (isTensor(p)) {
    overwrite(x, () => drawBernoulliTensor(x, generatorOf(o.generator), p))
  } else {
    checkBernoulli(p)
    overwrite(x, () => drawBernoulli(x, generatorOf(o.generator), p))
  }
  return x
}

function random_(x: Tensor, ...args: unknown[]): Tensor {
  const bounds = args.filter((a) => typeof a === 'number' || typeof a === 'bigint' || a === null)
  const o = bindOptions<GeneratorOption>('random_', ['generator'], args.slice(bounds.length))
  let range: readonly [Whole, Whole | null] | null = null
  if (bounds.length === 1) range = [0, whole('random_', 'to', bounds[0])]
  else if (bounds.length === 2) {
    range = [whole('random_', 'from', bounds[0]), bounds[1] === null ? null : whole('random_', 'to', bounds[1])]
  }
  overwrite(x, () => drawIntegers(x, generatorOf(o.generator), range))
  return x
}

attachMethods({ uniform_, normal_, logNormal_, cauchy_, exponential_, geometric_, bernoulli_, random_ })
