/** New tensors of random numbers, PyTorch's own for a seed. They are drawn on the host, whatever the device. */
import { deviceFrom, finish, type TensorOptions, tensorOptions } from '../create/fill.js'
import { allocateAs, type LikeOptions } from '../create/like.js'
import type { HostArray } from '../dispatch/backend.js'
import { type DType, getDefaultDtype, int32, int64, toDType } from '../dtype.js'
import { bindOptions, TypeError_ } from '../options.js'
import { checkNormal, checkRandperm, checkUniform } from '../random/checks.js'
import type { Generator } from '../random/generator.js'
import { fillRandperm } from '../random/integers.js'
import { checkSizes, type Shape } from '../shape.js'
import { allocate, type Tensor } from '../tensor.js'
import { checkTensor } from './promote.js'
import { drawIntegers, drawNormal, drawUniform, type GeneratorOption, whole } from './random-fill.js'
import { asWords, generatorOf, place } from './random-place.js'

/** Options of the functions that make random tensors. */
export interface RandomOptions extends TensorOptions, GeneratorOption {}
/** Options of the functions that make random tensors like another one. */
export interface RandomLikeOptions extends LikeOptions, GeneratorOption {}

const randomOptions = [...tensorOptions, 'generator'] as const
const randomLikeOptions = [...randomOptions, 'memoryFormat'] as const

type Draw = (x: Tensor, generator: Generator) => HostArray

const uniform: Draw = (x, generator) => {
  checkUniform(x.dtype, 0, 1)
  return drawUniform(x, generator, 0, 1)
}

const standardNormal: Draw = (x, generator) => {
  checkNormal(x.dtype, 1)
  return drawNormal(x, generator, 0, 1)
}

function made(name: string, size: unknown, options: unknown, dtype: DType, draw: Draw): Tensor {
  const o = bindOptions<RandomOptions>(name, randomOptions, [options])
  const shape = typeof size === 'number' ? [size] : (size as Shape)
  if (!Array.isArray(shape)) throw TypeError_(`${name}(): argument 'size' must be a list of integers, but got`, size)
  checkSizes(name, shape)
  const type = o.dtype === undefined ? dtype : toDType(o.dtype)
  const x = finish(allocate({ device: deviceFrom(o) }, type, shape.slice()), o)
  place(x, draw(x, generatorOf(o.generator)))
  return x
}

function madeLike(name: string, like: Tensor, options: unknown, draw: Draw): Tensor {
  checkTensor(name, 'input', like)
  const o = bindOptions<RandomLikeOptions>(name, randomLikeOptions, [options])
  const x = finish(allocateAs(like, o), o)
  place(x, draw(x, generatorOf(o.generator)))
  return x
}

/**
 * Uniform numbers of [0, 1).
 *
 * @param size - sizes, `[2, 3]`
 * @returns a tensor of the default dtype if no other is given
 * @throws RuntimeError for integer dtypes
 * @example
 * ```ts
 * manualSeed(0)
 * rand([2]) // tensor([0.4963, 0.7682])
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.rand.html
 */
export function rand(size: Shape | number, options?: RandomOptions): Tensor {
  return made('rand', size, options, getDefaultDtype(), uniform)
}

/** {@link rand} with the shape, dtype and layout of `x`. @see https://pytorch.org/docs/stable/generated/torch.rand_like.html */
export function randLike(x: Tensor, options?: RandomLikeOptions): Tensor {
  return madeLike('randLike', x, options, uniform)
}

/**
 * Numbers of the standard normal distribution.
 *
 * @param size - sizes, `[2, 3]`
 * @throws RuntimeError for integer dtypes
 * @example
 * ```ts
 * manualSeed(0)
 * randn([3]) // tensor([ 1.5410, -0.2934, -2.1788])
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.randn.html
 */
export function randn(size: Shape | number, options?: RandomOptions): Tensor {
  return made('randn', size, options, getDefaultDtype(), standardNormal)
}

/** {@link randn} with the shape, dtype and layout of `x`. @see https://pytorch.org/docs/stable/generated/torch.randn_like.html */
export function randnLike(x: Tensor, options?: RandomLikeOptions): Tensor {
  return madeLike('randnLike', x, options, standardNormal)
}

type Whole = number | bigint

function integers(name: string, low: unknown, high: unknown): Draw {
  const bounds = [whole(name, 'low', low), whole(name, 'high', high)] as const
  return (x, generator) => drawIntegers(x, generator, bounds)
}

/**
 * Whole numbers of [low, high), int64 if no other dtype is given.
 *
 * @param low - 0 if not given
 * @param high - not part of the range
 * @param size - sizes
 * @throws RuntimeError if the range is empty or leaves the dtype
 * @example
 * ```ts
 * randint(10, [2, 3]); randint(5, 10, [4])
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.randint.html
 */
export function randint(high: Whole, size: Shape, options?: RandomOptions): Tensor
export function randint(low: Whole, high: Whole, size: Shape, options?: RandomOptions): Tensor
export function randint(
  first: Whole,
  second: Whole | Shape,
  third?: Shape | RandomOptions,
  fourth?: RandomOptions,
): Tensor {
  if (Array.isArray(second)) return made('randint', second, third, int64, integers('randint', 0, first))
  return made('randint', third, fourth, int64, integers('randint', first, second))
}

/** {@link randint} with the shape, dtype and layout of `x`. @see https://pytorch.org/docs/stable/generated/torch.randint_like.html */
export function randintLike(x: Tensor, high: Whole, options?: RandomLikeOptions): Tensor
export function randintLike(x: Tensor, low: Whole, high: Whole, options?: RandomLikeOptions): Tensor
export function randintLike(
  x: Tensor,
  first: Whole,
  second?: Whole | RandomLikeOptions,
  third?: RandomLikeOptions,
): Tensor {
  const [low, high, options] =
    second === undefined || typeof second === 'object' ? [0, first, second] : [first, second, third]
  return madeLike('randintLike', x, options, integers('randintLike', low, high))
}

/**
 * A random permutation of 0 ... n - 1, int64 if no other dtype is given.
 *
 * @throws RuntimeError for a negative `n`, or one that the dtype does not hold
 * @see https://pytorch.org/docs/stable/generated/torch.randperm.html
 */
export function randperm(n: number, options?: RandomOptions): Tensor {
  whole('randperm', 'n', n)
  const o = bindOptions<RandomOptions>('randperm', randomOptions, [options])
  checkRandperm(o.dtype === undefined ? int64 : toDType(o.dtype), n)
  return made('randperm', [n], options, int64, (x, generator) => {
    const step = x.dtype === int64 ? 2 : 1
    const words = new Int32Array(step * n)
    fillRandperm(generator, words, 0, n, step)
    return x.dtype === int64 || x.dtype === int32 ? words : asWords(Float64Array.from(words), x.dtype)
  })
}

export { initialSeed, manualSeed } from './random-state.js'
