/** Samples of distributions whose parameters are tensors. */
import { withoutGrad } from '../autograd/mode.js'
import { record } from '../autograd/node.js'
import { empty, type TensorOptions, tensorOptions } from '../create/fill.js'
import { Category, getDefaultDtype, int64, toDType } from '../dtype.js'
import { RuntimeError } from '../errors.js'
import { bindOptions, TypeError_ } from '../options.js'
import { checkBernoulli, checkNormal } from '../random/checks.js'
import type { Generator } from '../random/generator.js'
import { fillMultinomial } from '../random/multinomial.js'
import { fillPoisson } from '../random/poisson.js'
import { broadcastShapes, type Shape } from '../shape.js'
import { allocate, type Method, type Tensor } from '../tensor.js'
import { hostWords } from './access.js'
import { ge } from './compare.js'
import { castTo } from './elementwise.js'
import { zerosLike } from './inplace.js'
import { attachMethods } from './methods.js'
import { notImplemented } from './operands.js'
import { add, mul } from './pointwise.js'
import { checkTensor, isTensor } from './promote.js'
import {
  type BernoulliOptions,
  drawBernoulli,
  drawBernoulliTensor,
  drawNormal,
  type GeneratorOption,
  whole,
} from './random-fill.js'
import { asWords, generatorOf, halfRounding, hostValues, place, valuesFor } from './random-place.js'
import { all } from './reduce.js'

declare module '../tensor.js' {
  interface Tensor {
    bernoulli: Method<typeof bernoulli>
    multinomial: Method<typeof multinomial>
  }
}

/**
 * 1 with the probability that the element of `x` names, else 0; with `p` given, that probability everywhere.
 *
 * @param x - floating-point tensor of probabilities; any tensor if `p` is given
 * @returns a tensor of the shape and dtype of `x`, row-major
 * @throws RuntimeError if what is in `x` is no probability
 * @example
 * ```ts
 * bernoulli(tensor([0, 0.5, 1]))
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.bernoulli.html
 */
export function bernoulli(x: Tensor, p?: number | BernoulliOptions, options?: BernoulliOptions): Tensor {
  checkTensor('bernoulli', 'input', x)
  const o = bindOptions<BernoulliOptions>('bernoulli', ['p', 'generator'], [p, options])
  if (isTensor(o.p)) throw TypeError_("bernoulli(): argument 'p' must be a number, not", o.p)
  if (o.p !== undefined) checkBernoulli(o.p)
  const out = allocate(x.storage, x.dtype, x.shape)
  const generator = generatorOf(o.generator)
  place(out, o.p === undefined ? drawBernoulliTensor(out, generator, x) : drawBernoulli(out, generator, o.p))
  return record('BernoulliBackward0', out, [x], null, zerosLike)
}

/**
 * Numbers of Poisson distributions of the given rates.
 *
 * @param x - floating-point tensor of rates >= 0
 * @returns a tensor of the same shape and dtype
 * @throws RuntimeError if a rate is negative
 * @see https://pytorch.org/docs/stable/generated/torch.poisson.html
 */
export function poisson(x: Tensor, options?: GeneratorOption): Tensor {
  checkTensor('poisson', 'input', x)
  const o = bindOptions<GeneratorOption>('poisson', ['generator'], [options])
  if (x.dtype.category !== Category.float) throw notImplemented('poisson_cpu', x.dtype)
  const values = valuesFor(x.dtype, x.count)
  fillPoisson(generatorOf(o.generator), hostValues(x, 'poisson'), 0, values, 0, x.count)
  const out = allocate(x.storage, x.dtype, x.shape)
  place(out, asWords(values, x.dtype))
  return record('PoissonBackward0', out, [x], null, zerosLike)
}

/** Options of {@link multinomial}. */
export interface MultinomialOptions extends GeneratorOption {
  /** Whether a category may be drawn twice. */
  replacement?: boolean
}

/**
 * Categories, drawn with the probabilities that the rows of `x` are in proportion to.
 *
 * @param x - floating-point tensor of weights >= 0, `[categories]` or `[rows, categories]`
 * @param numSamples - how many to draw for each row
 * @returns int64 tensor `[numSamples]` or `[rows, numSamples]`
 * @throws RuntimeError if a row is no distribution, or has fewer categories than are drawn without replacement
 * @see https://pytorch.org/docs/stable/generated/torch.multinomial.html
 */
export function multinomial(
  x: Tensor,
  numSamples: number,
  replacement?: boolean | MultinomialOptions,
  options?: MultinomialOptions,
): Tensor {
  checkTensor('multinomial', 'input', x)
  const samples = Number(whole('multinomial', 'numSamples', numSamples))
  const o = bindOptions<MultinomialOptions>('multinomial', ['replacement', 'generator'], [replacement, options])
  if (x.ndim !== 1 && x.ndim !== 2) throw new RuntimeError('prob_dist must be 1 or 2 dim')
  if (x.dtype.category !== Category.float) {
    throw new RuntimeError(`multinomial only supports floating-point dtypes for input, got: ${x.dtype.label}`)
  }
  const rows = x.ndim === 2 ? x.shape[0]! : 1
  const categories = x.shape[x.ndim - 1]!
  const weights = hostValues(x, 'multinomial')
  const round = halfRounding(x.dtype)
  const distributions = { weights, start: 0, rows, categories, ...(round === undefined ? {} : { round }) }
  const words = new Int32Array(2 * rows * Math.max(0, samples))
  fillMultinomial(generatorOf(o.generator), distributions, samples, o.replacement ?? false, words, 0)
  const out = allocate(x.storage, int64, x.ndim === 2 ? [rows, samples] : [samples])
  place(out, words)
  return out
}

/** Options of {@link normal}. */
export interface NormalSampleOptions extends TensorOptions, GeneratorOption {}

/** The dtype's own normal numbers, times `std`, plus `mean`: each step rounded by itself. */
function shifted(out: Tensor, mean: Tensor | number, std: Tensor | number, generator: Generator): Tensor {
  const { dtype } = out
  if (!isTensor(std)) {
    place(out, drawNormal(out, generator, 0, std))
    return castTo(add(out, mean), dtype)
  }
  place(out, drawNormal(out, generator, 0, 1))
  return castTo(add(castTo(mul(out, std), dtype), mean), dtype)
}

function checkStd(std: Tensor): void {
  // NaN is not >= 0 either
  if (std.count > 0 && hostWords(all(ge(std, 0)), 'normal')[0] === 0) {
    throw new RuntimeError('normal expects all elements of std >= 0.0')
  }
}

/**
 * Numbers of normal distributions: of one for numbers `mean` and `std` and a size, or of one for each element of tensors.
 *
 * @param mean - number or tensor
 * @param std - number or tensor; two tensors broadcast
 * @param size - sizes, with two numbers only
 * @returns a tensor of the dtype of `mean` or, if that is a number, of `std`; with two numbers of the default dtype
 * @throws RuntimeError for a negative `std`
 * @example
 * ```ts
 * normal(0, 1, [2, 3]); normal(tensor([1.5, 2.5]), 0.1)
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.normal.html
 */
export function normal(mean: number, std: number, size: Shape | number, options?: NormalSampleOptions): Tensor
export function normal(mean: Tensor, std?: number | Tensor | NormalTensorOptions, options?: NormalTensorOptions): Tensor
export function normal(mean: number, std: Tensor, options?: NormalTensorOptions): Tensor
export function normal(
  mean: Tensor | number,
  std?: Tensor | number | NormalTensorOptions,
  third?: Shape | number | NormalTensorOptions,
  fourth?: NormalSampleOptions,
): Tensor {
  if (typeof mean === 'number' && typeof std === 'number') {
    const o = bindOptions<NormalSampleOptions>('normal', [...tensorOptions, 'generator'], [fourth])
    const { generator, ...rest } = o
    const dtype = o.dtype === undefined ? getDefaultDtype() : toDType(o.dtype)
    checkNormal(dtype, std)
    const out = empty(third as Shape | number, rest)
    place(out, drawNormal(out, generatorOf(generator), mean, std))
    return out
  }
  const o = bindOptions<NormalTensorOptions>('normal', ['std', 'generator'], [std, third])
  const deviation = o.std ?? 1
  const like = isTensor(mean) ? mean : deviation
  checkTensor('normal', 'mean', like)
  const shape = isTensor(mean) && isTensor(deviation) ? broadcastShapes(mean.shape, deviation.shape) : like.shape
  checkNormal(like.dtype, isTensor(deviation) ? 1 : deviation)
  if (isTensor(deviation)) checkStd(deviation)
  const fresh = allocate(like.storage, like.dtype, shape)
  const out = withoutGrad(shifted, [fresh, mean, deviation, generatorOf(o.generator)])
  const inputs = [isTensor(mean) ? mean : null, isTensor(deviation) ? deviation : null]
  return record('NormalBackward0', out, inputs, null, (g, node) => [
    node.needs(0) ? zerosLike(g) : null,
    node.needs(1) ? zerosLike(g) : null,
  ])
}
/** Options of {@link normal} with tensors. */
export interface NormalTensorOptions extends GeneratorOption {
  /** 1 if not given. */
  std?: number | Tensor
}

attachMethods({ bernoulli, multinomial })
