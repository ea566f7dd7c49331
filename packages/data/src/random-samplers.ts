import {
  asTensor,
  bindOptions,
  defaultGenerator,
  Generator,
  multinomial,
  randint,
  randperm,
  type Tensor,
  ValueError,
} from '@tsorch/core'
import type { Sampler, Sized } from './samplers.js'

/** Options of samplers that draw. */
export interface GeneratorOptions {
  /** Where the random numbers come from, if not from the default generator. */
  generator?: Generator
}

/** Options of {@link RandomSampler}. */
export interface RandomSamplerOptions extends GeneratorOptions {
  /** Whether a sample may come more than once. */
  replacement?: boolean
  /** How many to draw, the size of the data set if not given. */
  numSamples?: number
}

/** With replacement, indices are drawn in groups of this size. */
const DRAWN_AT_ONCE = 32

/**
 * A random permutation, the one that PyTorch draws for the same seed; or as many indices as are asked for, with `replacement`
 * each independently.
 *
 * Without a generator of its own, each iteration seeds a new one from the default generator; with one, a permutation more than
 * needed is drawn after the last index, as PyTorch does.
 *
 * @throws ValueError unless there is something to draw
 * @example
 * ```ts
 * [...new RandomSampler(dataset, { replacement: true, numSamples: 100 })]
 * ```
 * @see https://pytorch.org/docs/stable/data.html#torch.utils.data.RandomSampler
 */
export class RandomSampler implements Sampler {
  readonly dataSource: Sized
  readonly replacement: boolean
  private readonly given: number | null
  readonly generator: Generator | null

  constructor(
    dataSource: Sized,
    replacement?: boolean | RandomSamplerOptions,
    numSamples?: number | RandomSamplerOptions,
    options?: RandomSamplerOptions,
  ) {
    const names = ['replacement', 'numSamples', 'generator'] as const
    const o = bindOptions<RandomSamplerOptions>('RandomSampler', names, [replacement, numSamples, options])
    this.dataSource = dataSource
    this.replacement = flag(o.replacement ?? false)
    this.given = o.numSamples ?? null
    this.generator = o.generator ?? null
    checkNumSamples(this.length)
  }

  get length(): number {
    return this.given ?? this.dataSource.length
  }

  *[Symbol.iterator](): IterableIterator<number> {
    const n = this.dataSource.length
    if (n === 0) throw new ValueError('RandomSampler: there is nothing to draw from, the data source is empty')
    const generator = this.generator ?? new Generator().manualSeed(drawSeed(null))
    const { length } = this
    const group = this.replacement ? DRAWN_AT_ONCE : n
    const draw = (size: number): number[] =>
      (this.replacement ? randint(n, [size], { generator }) : randperm(n, { generator })).tolist() as number[]
    for (let k = 0; k < Math.floor(length / group); k++) yield* draw(group)
    yield* draw(length % group).slice(0, length % group)
  }
}

/**
 * Some indices in random order.
 *
 * @see https://pytorch.org/docs/stable/data.html#torch.utils.data.SubsetRandomSampler
 */
export class SubsetRandomSampler implements Sampler {
  readonly indices: readonly number[]
  readonly generator: Generator | null

  constructor(indices: readonly number[], options?: GeneratorOptions) {
    const o = bindOptions<GeneratorOptions>('SubsetRandomSampler', ['generator'], [options])
    this.indices = indices
    this.generator = o.generator ?? null
  }

  get length(): number {
    return this.indices.length
  }

  *[Symbol.iterator](): IterableIterator<number> {
    for (const i of randperm(this.length, from(this.generator)).tolist() as number[]) yield this.indices[i]!
  }
}

/** Options of {@link WeightedRandomSampler}. */
export interface WeightedRandomSamplerOptions extends GeneratorOptions {
  /** Whether a sample may come more than once; true if not given. */
  replacement?: boolean
}

/**
 * Indices drawn with probabilities in proportion to `weights`, such as the inverse sizes of the classes.
 *
 * @param weights - one for each sample, >= 0
 * @param numSamples - how many to draw
 * @throws ValueError unless there is something to draw and the weights have one dimension
 * @example
 * ```ts
 * new DataLoader(dataset, { sampler: new WeightedRandomSampler([0.1, 0.9, 0.4], 10) })
 * ```
 * @see https://pytorch.org/docs/stable/data.html#torch.utils.data.WeightedRandomSampler
 */
export class WeightedRandomSampler implements Sampler {
  readonly weights: Tensor
  readonly length: number
  readonly replacement: boolean
  readonly generator: Generator | null

  constructor(
    weights: readonly number[] | Tensor,
    numSamples: number,
    replacement?: boolean | WeightedRandomSamplerOptions,
    options?: WeightedRandomSamplerOptions,
  ) {
    const names = ['replacement', 'generator'] as const
    const o = bindOptions<WeightedRandomSamplerOptions>('WeightedRandomSampler', names, [replacement, options])
    checkNumSamples(numSamples)
    this.replacement = flag(o.replacement ?? true)
    this.weights = asTensor(weights, { dtype: 'float64' })
    if (this.weights.ndim !== 1)
      throw new ValueError(
        `weights should be a 1d sequence but given weights have shape [${this.weights.shape.join(', ')}]`,
      )
    this.length = numSamples
    this.generator = o.generator ?? null
  }

  *[Symbol.iterator](): IterableIterator<number> {
    yield* multinomial(this.weights, this.length, this.replacement, from(this.generator)).tolist() as number[]
  }
}

/** A 63-bit seed, as `torch.empty((), dtype=int64).random_()` draws it: two words of the stream. */
export function drawSeed(generator: Generator | null): bigint {
  const { engine } = generator ?? defaultGenerator
  const high = BigInt(engine.uint32())
  return ((high << 32n) | BigInt(engine.uint32())) & 0x7fffffffffffffffn
}

function from(generator: Generator | null): GeneratorOptions {
  return generator === null ? {} : { generator }
}

function flag(replacement: boolean): boolean {
  if (typeof replacement !== 'boolean')
    throw new TypeError(`replacement should be a boolean value, but got replacement=${replacement}`)
  return replacement
}

function checkNumSamples(n: number): void {
  if (!Number.isInteger(n) || n <= 0)
    throw new ValueError(`num_samples should be a positive integer value, but got num_samples=${n}`)
}
