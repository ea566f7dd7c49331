/** Random tensors: PyTorch's streams, drawn on the host and written to the device. */
import { checkWritable } from '../autograd/inplace.js'
import { recording } from '../autograd/node.js'
import { deviceFrom, finish, type TensorOptions } from '../create.js'
import { Category, float32, getDefaultDtype, int64, toDType } from '../dtype.js'
import { NotImplementedError, RuntimeError } from '../errors.js'
import { bindOptions } from '../options.js'
import { fillBernoulli } from '../random/bernoulli.js'
import { checkBernoulli, checkNormal, checkRandperm, checkUniform } from '../random/checks.js'
import { defaultGenerator, type Generator, toSeed } from '../random/generator.js'
import { integerRange } from '../random/integer-range.js'
import { fillRandomFromTo, fillRandperm } from '../random/integers.js'
import { fillNormal, fillNormalScalar } from '../random/normal.js'
import { fillUniform } from '../random/uniform.js'
import { checkSizes, isContiguous, type Shape } from '../shape.js'
import { allocate, Tensor } from '../tensor.js'
import { attach } from './define.js'
import { castTo } from './elementwise.js'
import { wrote } from './inplace.js'

/** Options of the functions that draw. */
export interface RandomOptions extends TensorOptions {
  /** Where the numbers come from; the default generator if not given. */
  generator?: Generator
}
const randomOptions = ['dtype', 'device', 'requiresGrad', 'generator'] as const

/** A bound of {@link randint}; a bigint past 2^53. */
export type Bound = number | bigint

/** Options of `uniform_`. */
export interface FillRange {
  from?: number
  to?: number
  generator?: Generator
}

/** Options of `normal_`. */
export interface NormalOptions {
  mean?: number
  std?: number
  generator?: Generator
}

declare module '../tensor.js' {
  interface Tensor {
    /** Fills with the uniform distribution over [from, to). See https://pytorch.org/docs/stable/generated/torch.Tensor.uniform_.html */
    uniform_(from?: number | FillRange, to?: number | FillRange, options?: FillRange): this
    /** Fills with the normal distribution. See https://pytorch.org/docs/stable/generated/torch.Tensor.normal_.html */
    normal_(mean?: number | NormalOptions, std?: number | NormalOptions, options?: NormalOptions): this
    /** Fills with 1 with probability `p`, else 0. See https://pytorch.org/docs/stable/generated/torch.Tensor.bernoulli_.html */
    bernoulli_(p?: number | { p?: number; generator?: Generator }, options?: { generator?: Generator }): this
  }
}

/** Seeds the default generator. @see https://pytorch.org/docs/stable/generated/torch.manual_seed.html */
export function manualSeed(seed: number | bigint): Generator {
  return defaultGenerator.manualSeed(toSeed(seed))
}

/** The seed that the default generator was last given. @see https://pytorch.org/docs/stable/generated/torch.initial_seed.html */
export function initialSeed(): bigint {
  return BigInt(defaultGenerator.initialSeed())
}

type Fill = (out: Float32Array | Float64Array, count: number, dense: boolean) => void

/** Draws for every element of `x`, in the order of its memory. */
function drawInto(x: Tensor, name: string, draw: Fill): void {
  if (recording(x)) checkWritable(x)
  if (x.dtype.category !== Category.float) throw new RuntimeError(`"${name}" not implemented for '${x.dtype.label}'`)
  if (x.dtype.staged) throw new NotImplementedError(`${name} for ${x.dtype.name} is not implemented yet`)
  checkWritable(x)
  const values = x.dtype.name === 'float64' ? new Float64Array(x.count) : new Float32Array(x.count)
  draw(values, x.count, isContiguous(x.shape, x.strides))
  const { memory, primitives } = x.storage.device
  const block = allocate(x.storage, x.dtype, [x.count])
  memory.write(block, values)
  // the dimension with the smallest step runs fastest
  const order = x.shape.map((_, d) => d).sort((a, b) => x.strides[b]! - x.strides[a]! || a - b)
  const strides = new Array<number>(x.ndim)
  let step = 1
  for (const d of [...order].reverse()) {
    strides[d] = step
    step *= x.shape[d]!
  }
  primitives.copy(new Tensor(block.storage, x.dtype, x.shape, strides, block.offset, x.count), x)
  wrote(x)
}

function uniformInto(x: Tensor, from: number, to: number, generator: Generator): void {
  checkUniform(x.dtype, from, to)
  drawInto(x, 'check_uniform_bounds', (out, n) => fillUniform(generator, out, 0, n, from, to))
}

function normalInto(x: Tensor, mean: number, std: number, generator: Generator): void {
  checkNormal(x.dtype, std)
  drawInto(x, 'normal_kernel_cpu', (out, n, contiguous) =>
    (contiguous ? fillNormal : fillNormalScalar)(generator, out, 0, n, mean, std),
  )
}

function made(
  name: string,
  size: Shape | number,
  args: readonly unknown[],
  fill: (x: Tensor, generator: Generator) => void,
): Tensor {
  const o = bindOptions<RandomOptions>(name, randomOptions, args)
  const shape = typeof size === 'number' ? [size] : size
  checkSizes(name, shape)
  const x = allocate(
    { device: deviceFrom(o) },
    o.dtype === undefined ? getDefaultDtype() : toDType(o.dtype),
    shape.slice(),
  )
  fill(x, o.generator ?? defaultGenerator)
  return finish(x, o)
}

/**
 * Uniform numbers in [0, 1).
 *
 * @param size - sizes, `[2, 3]`
 * @see https://pytorch.org/docs/stable/generated/torch.rand.html
 */
export function rand(size: Shape | number, options?: RandomOptions): Tensor {
  return made('rand', size, [options], (x, g) => uniformInto(x, 0, 1, g))
}

/**
 * Numbers of the standard normal distribution.
 *
 * @example
 * ```ts
 * manualSeed(0)
 * randn([3]) // tensor([ 1.5410, -0.2934, -2.1788])
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.randn.html
 */
export function randn(size: Shape | number, options?: RandomOptions): Tensor {
  return made('randn', size, [options], (x, g) => normalInto(x, 0, 1, g))
}

/** Whole numbers (int64) in [low, high). @see https://pytorch.org/docs/stable/generated/torch.randint.html */
export function randint(high: Bound, size: Shape, options?: RandomOptions): Tensor
export function randint(low: Bound, high: Bound, size: Shape, options?: RandomOptions): Tensor
export function randint(
  first: Bound,
  second: Bound | Shape,
  third?: Shape | RandomOptions,
  fourth?: RandomOptions,
): Tensor {
  const [low, high, size, options] =
    typeof second === 'object'
      ? [0, first, second, third as RandomOptions | undefined]
      : [first, second, third as Shape, fourth]
  const o = bindOptions<RandomOptions>('randint', randomOptions, [options])
  const dtype = o.dtype === undefined ? int64 : toDType(o.dtype)
  checkSizes('randint', size)
  if (BigInt(low) >= BigInt(high)) {
    throw new RuntimeError(`random_ expects 'from' to be less than 'to', but got from=${low} >= to=${high}`)
  }
  const range = integerRange(dtype, BigInt(low), BigInt(high))
  const device = deviceFrom(o)
  // halves take their numbers in float32
  const drawn = dtype.category === Category.float && dtype.staged ? float32 : dtype
  const x = allocate({ device }, drawn, size.slice())
  const words = drawn.allocate(x.count)
  fillRandomFromTo(o.generator ?? defaultGenerator, dtype.name, words, 0, x.count, range)
  device.memory.write(x, words)
  return finish(castTo(x, dtype), o)
}

/** A random permutation of 0 ... n - 1 (int64). @see https://pytorch.org/docs/stable/generated/torch.randperm.html */
export function randperm(n: number, options?: RandomOptions): Tensor {
  const o = bindOptions<RandomOptions>('randperm', randomOptions, [options])
  const dtype = o.dtype === undefined ? int64 : toDType(o.dtype)
  checkRandperm(dtype, n)
  const x = allocate({ device: deviceFrom(o) }, int64, [n])
  const words = new Int32Array(2 * n)
  fillRandperm(o.generator ?? defaultGenerator, words, 0, n, 2)
  x.storage.device.memory.write(x, words)
  return castTo(x, dtype)
}

/** Arguments of the in-place fills: two numbers and a generator, by position or by name. */
function fillArguments(
  name: string,
  first: string,
  second: string,
  args: readonly unknown[],
): Record<string, unknown> & { generator: Generator } {
  const o = bindOptions<Record<string, unknown>>(name, [first, second, 'generator'], args)
  return { ...o, generator: (o.generator as Generator | undefined) ?? defaultGenerator }
}

attach('uniform_', function (this: Tensor, ...args: unknown[]) {
  const { from = 0, to = 1, generator } = fillArguments('uniform_', 'from', 'to', args)
  uniformInto(this, from as number, to as number, generator)
  return this
})
attach('normal_', function (this: Tensor, ...args: unknown[]) {
  const { mean = 0, std = 1, generator } = fillArguments('normal_', 'mean', 'std', args)
  normalInto(this, mean as number, std as number, generator)
  return this
})
attach('bernoulli_', function (this: Tensor, ...args: unknown[]) {
  const o = bindOptions<{ p: number; generator: Generator }>('bernoulli_', ['p', 'generator'], args)
  const p = o.p ?? 0.5
  checkBernoulli(p)
  drawInto(this, 'bernoulli_scalar_cpu_', (out, n) => fillBernoulli(o.generator ?? defaultGenerator, out, 0, n, p))
  return this
})
