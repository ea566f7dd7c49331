import { bindOptions, defaultGenerator, Generator, randperm, ValueError } from '@tsorch/core'

/** An order of indices, new at each iteration. */
export interface Sampler<T = number> extends Iterable<T> {
  readonly length: number
}

/** Anything with a number of samples. */
export interface Sized {
  readonly length: number
}

/** 0, 1, 2, ... @see https://pytorch.org/docs/stable/data.html#torch.utils.data.SequentialSampler */
export class SequentialSampler implements Sampler {
  readonly length: number

  constructor(dataSource: Sized) {
    this.length = dataSource.length
  }

  *[Symbol.iterator](): IterableIterator<number> {
    for (let i = 0; i < this.length; i++) yield i
  }
}

/**
 * A random permutation, the one that PyTorch draws for the same seed.
 *
 * Without a generator of its own, each iteration seeds a new one from the default generator; with one, a second permutation is
 * drawn and thrown away after the last index, as PyTorch does.
 *
 * @see https://pytorch.org/docs/stable/data.html#torch.utils.data.RandomSampler
 */
export class RandomSampler implements Sampler {
  readonly length: number
  private readonly generator: Generator | null

  constructor(dataSource: Sized, options: { generator?: Generator } = {}) {
    const { generator } = bindOptions<{ generator: Generator }>('RandomSampler', ['generator'], [options])
    if (dataSource.length === 0)
      throw new ValueError('num_samples should be a positive integer value, but got num_samples=0')
    this.length = dataSource.length
    this.generator = generator ?? null
  }

  *[Symbol.iterator](): IterableIterator<number> {
    const generator = this.generator ?? new Generator().manualSeed(drawSeed(null))
    yield* randperm(this.length, { generator }).tolist() as number[]
    randperm(this.length, { generator })
  }
}

/** Indices in groups of `batchSize`. @see https://pytorch.org/docs/stable/data.html#torch.utils.data.BatchSampler */
export class BatchSampler implements Sampler<number[]> {
  readonly sampler: Sampler
  readonly batchSize: number
  readonly dropLast: boolean

  constructor(sampler: Sampler, batchSize: number, dropLast: boolean) {
    if (!Number.isInteger(batchSize) || batchSize <= 0) {
      throw new ValueError(`batch_size should be a positive integer value, but got batch_size=${batchSize}`)
    }
    this.sampler = sampler
    this.batchSize = batchSize
    this.dropLast = dropLast
  }

  get length(): number {
    const n = this.sampler.length / this.batchSize
    return this.dropLast ? Math.floor(n) : Math.ceil(n)
  }

  *[Symbol.iterator](): IterableIterator<number[]> {
    let batch: number[] = []
    for (const index of this.sampler) {
      batch.push(index)
      if (batch.length === this.batchSize) {
        yield batch
        batch = []
      }
    }
    if (batch.length > 0 && !this.dropLast) yield batch
  }
}

/** A 63-bit seed, as `torch.empty((), dtype=int64).random_()` draws it: two words of the stream. */
export function drawSeed(generator: Generator | null): bigint {
  const { engine } = generator ?? defaultGenerator
  const high = BigInt(engine.uint32())
  return ((high << 32n) | BigInt(engine.uint32())) & 0x7fffffffffffffffn
}
