import { bindOptions, type Generator, NotImplementedError, ValueError } from '@tsorch/core'
import { defaultCollate } from './collate.js'
import type { Dataset } from './dataset.js'
import { BatchSampler, drawSeed, RandomSampler, type Sampler, SequentialSampler } from './samplers.js'

/** Options of {@link DataLoader}. */
export interface DataLoaderOptions {
  /** Samples a batch, 1 if not given; null gives single samples. */
  batchSize?: number | null
  /** A new random order at each iteration. */
  shuffle?: boolean
  /** The order, instead of `shuffle`. */
  sampler?: Sampler
  /** Order and grouping, instead of `batchSize`, `shuffle`, `sampler` and `dropLast`. */
  batchSampler?: Sampler<number[]>
  /** Leaves out a last batch that is not full. */
  dropLast?: boolean
  /** Joins the samples of a batch; {@link defaultCollate} if not given. */
  collateFn?: (samples: readonly never[]) => unknown
  generator?: Generator
  /** Only 0 for now: samples are made in this thread. */
  numWorkers?: number
}
const names = [
  'batchSize',
  'shuffle',
  'sampler',
  'batchSampler',
  'dropLast',
  'collateFn',
  'generator',
  'numWorkers',
] as const

/** After this many batches an asynchronous loop lets the event loop turn. */
const BATCHES_A_TURN = 64

/**
 * Batches of a data set, in PyTorch's order for the same seed.
 *
 * @example
 * ```ts
 * const loader = new DataLoader(new TensorDataset(x, y), { batchSize: 32, shuffle: true })
 * for (const [inputs, targets] of loader) train(inputs, targets)
 * ```
 * @throws ValueError for options that exclude each other
 * @see https://pytorch.org/docs/stable/data.html#torch.utils.data.DataLoader
 */
export class DataLoader<B = unknown> implements Iterable<B>, AsyncIterable<B> {
  readonly dataset: Dataset
  readonly batchSize: number | null
  private readonly order: Sampler | Sampler<number[]>
  private readonly collate: ((samples: readonly never[]) => unknown) | null
  private readonly generator: Generator | null

  constructor(dataset: Dataset, options: DataLoaderOptions = {}) {
    const o = bindOptions<DataLoaderOptions>('DataLoader', names, [options])
    if ((o.numWorkers ?? 0) < 0)
      throw new ValueError('num_workers option should be non-negative; use num_workers=0 to disable multiprocessing.')
    if ((o.numWorkers ?? 0) > 0)
      throw new NotImplementedError('DataLoader: numWorkers > 0 is not implemented yet, use 0')
    if (o.sampler !== undefined && o.shuffle === true)
      throw new ValueError('sampler option is mutually exclusive with shuffle')
    if (o.batchSampler !== undefined) {
      if ((o.batchSize ?? 1) !== 1 || o.shuffle === true || o.sampler !== undefined || o.dropLast === true) {
        throw new ValueError(
          'batch_sampler option is mutually exclusive with batch_size, shuffle, sampler, and drop_last',
        )
      }
    }
    this.dataset = dataset
    this.generator = o.generator ?? null
    const own = o.generator === undefined ? {} : { generator: o.generator }
    const sampler = o.sampler ?? (o.shuffle === true ? new RandomSampler(dataset, own) : new SequentialSampler(dataset))
    if (o.batchSampler !== undefined) {
      this.batchSize = null
      this.order = o.batchSampler
    } else if (o.batchSize === null) {
      if (o.dropLast === true)
        throw new ValueError('batch_size=None option disables auto-batching and is mutually exclusive with drop_last')
      this.batchSize = null
      this.order = sampler
    } else {
      this.batchSize = o.batchSize ?? 1
      this.order = new BatchSampler(sampler, this.batchSize, o.dropLast ?? false)
    }
    this.collate = o.collateFn ?? null
  }

  /** Number of batches. */
  get length(): number {
    return this.order.length
  }

  private fetch(entry: number | number[]): B {
    if (typeof entry === 'number') {
      const sample = this.dataset.getItem(entry)
      return (this.collate === null ? sample : this.collate(sample as never)) as B
    }
    const samples = entry.map((index) => this.dataset.getItem(index))
    return (this.collate ?? defaultCollate)(samples as never[]) as B
  }

  [Symbol.iterator](): IterableIterator<B> {
    // PyTorch draws a base seed for workers at each iteration, also where there are none
    drawSeed(this.generator)
    return this.batches()
  }

  private *batches(): IterableIterator<B> {
    for (const entry of this.order as Iterable<number | number[]>) yield this.fetch(entry)
  }

  async *[Symbol.asyncIterator](): AsyncIterableIterator<B> {
    let count = 0
    for (const batch of this) {
      if (++count % BATCHES_A_TURN === 0) await nextTurn()
      yield batch
    }
  }
}

/** Resolves after timers and I/O had their turn. */
function nextTurn(): Promise<void> {
  return new Promise((resolve) => {
    if (typeof setImmediate === 'function') setImmediate(resolve)
    else setTimeout(resolve, 0)
  })
}
