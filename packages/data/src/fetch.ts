/** Making batches out of what a sampler gives, in this thread or in a worker. */
import { defaultCollate } from './collate.js'
import type { Dataset, IterableDataset } from './dataset.js'
import { batchOfRows } from './tensor-dataset.js'

/** What a batch is made of: an index, the indices of a batch, or samples that have none. */
export type Entry = number | readonly number[] | Samples
export interface Samples {
  readonly samples: readonly unknown[]
}

/** Joins the samples of a batch, or converts one sample where there are no batches. */
export type Collate = (samples: readonly never[]) => unknown

/** How many samples a batch is made of. */
export function countOf(entry: Entry): number {
  if (typeof entry === 'number') return 1
  return 'samples' in entry ? entry.samples.length : entry.length
}

/** Whether a value comes later. */
export function isPromise(value: unknown): value is Promise<unknown> {
  return typeof value === 'object' && value !== null && typeof (value as { then?: unknown }).then === 'function'
}

/** What becomes of a value, now or once it is there. */
function whenThere<T>(value: T | Promise<T>, next: (value: T) => unknown): unknown {
  return isPromise(value) ? value.then(next as (value: unknown) => unknown) : next(value)
}

/** Makes batches of a data set. */
export class Fetcher {
  readonly dataset: Dataset
  readonly collate: Collate | null
  /** Null where samples are handed out one by one. */
  readonly batchSize: number | null
  readonly dropLast: boolean
  /** The sample that is being made, to be told if it fails. */
  current: number | null
  /** Batches that were begun: what comes late of an older one is not told any more. */
  private begun: number

  constructor(dataset: Dataset, collate: Collate | null, batchSize: number | null, dropLast: boolean) {
    this.dataset = dataset
    this.collate = collate
    this.batchSize = batchSize
    this.dropLast = dropLast
    this.current = null
    this.begun = 0
  }

  /** A batch; a promise of it if the data set, or the function that joins its samples, gives promises. */
  make(entry: Entry): unknown {
    this.current = null
    this.begun++
    if (typeof entry === 'number') return whenThere(this.sample(entry), (sample) => this.single(sample))
    if ('samples' in entry)
      return this.batchSize === null
        ? whenThere(entry.samples[0], (sample) => this.single(sample))
        : this.collated(entry.samples)
    return this.batch(entry)
  }

  /** The samples of each batch of a stream; each sample where there are no batches. */
  *stream(dataset: IterableDataset): IterableIterator<Samples> {
    let samples: unknown[] = []
    for (const sample of dataset) {
      samples.push(sample)
      if (samples.length < (this.batchSize ?? 1)) continue
      yield { samples }
      samples = []
    }
    if (samples.length > 0 && !this.dropLast) yield { samples }
  }

  private sample(index: number): unknown {
    this.current = index
    const sample = this.dataset.getItem(index)
    this.current = null
    return isPromise(sample) ? this.later(sample, index) : sample
  }

  /** A sample that comes later, whose index is told if it is the first of its batch to fail. */
  private later(sample: Promise<unknown>, index: number): Promise<unknown> {
    const { begun } = this
    return sample.then(undefined, (error: unknown) => {
      if (begun === this.begun) this.current ??= index
      throw error
    })
  }

  /** A sample that is no batch. */
  private single(sample: unknown): unknown {
    return this.collate === null ? sample : this.collate(sample as never)
  }

  private batch(indices: readonly number[]): unknown {
    const { dataset } = this
    const rows = this.collate === null ? batchOfRows(dataset, indices) : null
    if (rows !== null) return rows
    const samples = dataset.getItems?.(indices) ?? this.samples(indices)
    return whenThere<readonly unknown[]>(samples, (made) => this.collated(made))
  }

  /** Begins with all of them, so that those that come later do so side by side. */
  private samples(indices: readonly number[]): unknown[] {
    const samples: unknown[] = []
    try {
      for (const index of indices) samples.push(this.sample(index))
    } catch (error) {
      // nobody waits for the others
      for (const sample of samples) if (isPromise(sample)) sample.catch(() => {})
      throw error
    }
    return samples
  }

  private collated(samples: readonly unknown[]): unknown {
    if (samples.some(isPromise)) return Promise.all(samples).then((made) => this.collated(made))
    return (this.collate ?? defaultCollate)(samples as never[])
  }
}
