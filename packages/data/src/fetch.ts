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

/** Makes batches of a data set. */
export class Fetcher {
  readonly dataset: Dataset
  readonly collate: Collate | null
  /** Null where samples are handed out one by one. */
  readonly batchSize: number | null
  readonly dropLast: boolean
  /** The sample that is being made, to be told if it fails. */
  current: number | null

  constructor(dataset: Dataset, collate: Collate | null, batchSize: number | null, dropLast: boolean) {
    this.dataset = dataset
    this.collate = collate
    this.batchSize = batchSize
    this.dropLast = dropLast
    this.current = null
  }

  make(entry: Entry): unknown {
    if (typeof entry === 'number') return this.single(this.sample(entry))
    if ('samples' in entry)
      return this.batchSize === null ? this.single(entry.samples[0]) : this.collated(entry.samples)
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
    return sample
  }

  /** A sample that is no batch. */
  private single(sample: unknown): unknown {
    return this.collate === null ? sample : this.collate(sample as never)
  }

  private batch(indices: readonly number[]): unknown {
    const { dataset } = this
    const rows = this.collate === null ? batchOfRows(dataset, indices) : null
    if (rows !== null) return rows
    return this.collated(dataset.getItems?.(indices) ?? indices.map((index) => this.sample(index)))
  }

  private collated(samples: readonly unknown[]): unknown {
    return (this.collate ?? defaultCollate)(samples as never[])
  }
}
