import { ValueError } from '@tsorch/core'

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

/** Indices in groups of `batchSize`. @see https://pytorch.org/docs/stable/data.html#torch.utils.data.BatchSampler */
export class BatchSampler implements Sampler<number[]> {
  readonly sampler: Sampler
  readonly batchSize: number
  readonly dropLast: boolean

  constructor(sampler: Sampler, batchSize: number, dropLast: boolean) {
    checkBatchSize(batchSize)
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

/** @throws ValueError unless a batch has samples */
export function checkBatchSize(batchSize: number): void {
  if (!Number.isInteger(batchSize) || batchSize <= 0)
    throw new ValueError(`batch_size should be a positive integer value, but got batch_size=${batchSize}`)
}
