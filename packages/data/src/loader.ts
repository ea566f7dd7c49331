import { bindOptions, type Generator, RuntimeError, ValueError } from '@tsorch/core'
import type { Collated } from './collate.js'
import { type Dataset, IterableDataset } from './dataset.js'
import { type Collate, type Entry, Fetcher } from './fetch.js'
import { AsyncWorkerBatches, asyncBatchesHere, batchesHere, type Position, WorkerBatches } from './iteration.js'
import { asState, type LoaderState, Streams, words } from './loader-state.js'
import { drawSeed, RandomSampler } from './random-samplers.js'
import { BatchSampler, checkBatchSize, type Sampler, SequentialSampler } from './samplers.js'
import { LoaderStats } from './stats.js'
import type { WorkerSource } from './workers/channel.js'
import { WorkerPool } from './workers/pool.js'
import { getWorkerInfo } from './workers/worker-info.js'

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
  collateFn?: Collate
  generator?: Generator
  /** So many threads make the batches; 0, if not given, makes them in this one. See {@link portable}. */
  numWorkers?: number
  /** Batches that each worker makes ahead, 2 if not given. */
  prefetchFactor?: number
  /** Whether the workers stay between epochs; {@link DataLoader.close} ends them. */
  persistentWorkers?: boolean
  /** Called in each worker, with its number, before the first sample. */
  workerInitFn?: (id: number) => void
  /** Seconds to wait for a batch of the workers; 0, if not given, for ever. */
  timeout?: number
  /** Ends an iteration and its workers when it is aborted. */
  signal?: AbortSignal
  /** The workers' script, where this package's own cannot be found: one that imports `@tsorch/data/worker`. */
  worker?: WorkerSource
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
  'prefetchFactor',
  'persistentWorkers',
  'workerInitFn',
  'timeout',
  'signal',
  'worker',
] as const

/** Makes the batches of an epoch, for one of the two kinds of loops. */
type BatchesOf<I> = (
  fetcher: Fetcher,
  entries: Iterator<Entry>,
  position: Position,
  signal: AbortSignal | undefined,
) => I

class Batches<B> implements Iterable<B>, AsyncIterable<B> {
  readonly dataset: Dataset
  readonly batchSize: number | null
  readonly dropLast: boolean
  readonly numWorkers: number
  /** Of the epoch that was begun last. */
  stats: LoaderStats
  private readonly options: DataLoaderOptions
  /** The order of indices or of batches of them; null where samples have no index. */
  private readonly order: Sampler | Sampler<number[]> | null
  private readonly fetcher: Fetcher
  private readonly generator: Generator | null
  private readonly streams: Streams
  /** Null before the first iteration and after one that came to its end. */
  private position: Position | null
  /** Where the next iteration goes on, instead of beginning. */
  private resumed: Pick<Position, 'batches' | 'start'> | null
  /** Workers that stay between epochs. */
  private pool: WorkerPool | null

  constructor(dataset: Dataset, options: DataLoaderOptions = {}) {
    const o = bindOptions<DataLoaderOptions>('DataLoader', names, [options])
    checkOptions(dataset, o)
    this.dataset = dataset
    this.stats = new LoaderStats()
    this.options = o
    this.generator = o.generator ?? null
    this.numWorkers = o.numWorkers ?? 0
    this.dropLast = o.dropLast ?? false
    this.batchSize = o.batchSampler === undefined && o.batchSize !== null ? (o.batchSize ?? 1) : null
    this.order = this.orderOf(o)
    this.fetcher = new Fetcher(dataset, o.collateFn ?? null, this.batchSize, this.dropLast)
    this.streams = new Streams(this.generator, this.order)
    this.position = null
    this.resumed = null
    this.pool = null
  }

  private orderOf(o: DataLoaderOptions): Sampler | Sampler<number[]> | null {
    if (o.batchSampler !== undefined) return o.batchSampler
    const { dataset, batchSize, dropLast, generator } = this
    if (dataset instanceof IterableDataset) {
      if (batchSize !== null) checkBatchSize(batchSize)
      return null
    }
    const own = generator === null ? {} : { generator }
    const sampler = o.sampler ?? (o.shuffle === true ? new RandomSampler(dataset, own) : new SequentialSampler(dataset))
    return batchSize === null ? sampler : new BatchSampler(sampler, batchSize, dropLast)
  }

  /** Number of batches. @throws TypeError for an IterableDataset that does not know its length */
  get length(): number {
    if (this.order !== null) return this.order.length
    const n = this.dataset.length / (this.batchSize ?? 1)
    return this.dropLast ? Math.floor(n) : Math.ceil(n)
  }

  /**
   * With workers, the thread sleeps until a batch is there; a page cannot, and iterates asynchronously.
   *
   * @throws what a worker threw; RuntimeError, without workers, for a data set that makes its samples asynchronously
   */
  [Symbol.iterator](): IterableIterator<B> {
    if (this.numWorkers === 0) return this.here(batchesHere) as IterableIterator<B>
    const { pool, position, stays } = this.withWorkers()
    return new WorkerBatches(pool, position, stays) as IterableIterator<B>
  }

  /** Begins here and not at the first batch, as `iter(loader)` does: what is drawn in between comes after the base seed. */
  [Symbol.asyncIterator](): AsyncIterableIterator<B> {
    if (this.numWorkers === 0) return this.here(asyncBatchesHere) as AsyncIterableIterator<B>
    const { pool, position, stays } = this.withWorkers()
    return new AsyncWorkerBatches(pool, position, stays, this.options.signal) as AsyncIterableIterator<B>
  }

  /** Where the epoch in progress stands, to be saved: see {@link loadStateDict}. */
  stateDict(): LoaderState {
    const { position, streams } = this
    return {
      batches: position?.batches ?? 0,
      start: position === null ? null : position.start.map(asState),
      generators: streams.save(),
    }
  }

  /**
   * Makes the next iteration go on where {@link stateDict} was taken, after the batches that were handed out then, in the same
   * order. The default generator is put into the state of that time by `setRngState`, before or after.
   *
   * Holds for samplers that draw at their first index, or from a generator of their own, as all of this package do.
   *
   * @throws ValueError if the state is that of a loader with another number of generators
   */
  loadStateDict(state: LoaderState): void {
    const { batches, start, generators } = state
    this.streams.checkCount(generators.length, 'generators')
    if (start !== null) this.streams.checkCount(start.length, 'start')
    if (!Number.isInteger(batches) || batches < 0)
      throw new ValueError(`loaded state of a DataLoader: batches should be an integer >= 0, but got ${batches}`)
    this.streams.load(generators)
    this.resumed = start === null ? null : { batches, start: start.map(words) }
    this.position = this.resumed === null ? null : { ...this.resumed, stats: this.stats, ended: () => {} }
  }

  /** Ends workers that stay between epochs; the next iteration starts new ones. */
  close(): void {
    this.pool?.stop()
    this.pool = null
  }

  /** An epoch in this thread. */
  private here<I>(batches: BatchesOf<I>): I {
    const { fetcher, order } = this
    return this.begin((position, skip) => {
      drawSeed(this.generator)
      const entries: Iterator<Entry> =
        order === null ? fetcher.stream(this.dataset as IterableDataset) : order[Symbol.iterator]()
      skip(entries)
      return batches(fetcher, entries, position, this.options.signal)
    })
  }

  private withWorkers(): { pool: WorkerPool; position: Position; stays: boolean } {
    const info = getWorkerInfo()
    if (info !== null) throw new RuntimeError(inWorker(info.id))
    const stays = this.options.persistentWorkers ?? false
    return this.begin((position, skip) => {
      const pool = this.openPool(stays)
      const entries = this.order?.[Symbol.iterator]() ?? null
      if (entries !== null) skip(entries)
      // workers draw ahead: they had done so as well when a state was taken
      pool.begin(entries, entries === null ? position.batches : 0)
      return { pool, position, stays }
    })
  }

  /**
   * Begins an epoch, or goes on with one. The order is then drawn again as it was, in the state that the random streams had at
   * its beginning; what else was drawn since is in the state of today, which comes back.
   */
  private begin<I>(epoch: (position: Position, skip: (entries: Iterator<unknown>) => void) => I): I {
    const { resumed, streams } = this
    this.resumed = null
    const now = streams.read()
    this.stats = new LoaderStats()
    const position: Position = {
      stats: this.stats,
      batches: resumed?.batches ?? 0,
      start: resumed?.start ?? now,
      ended: () => {
        if (this.position === position) this.position = null
      },
    }
    this.position = position
    if (resumed !== null) streams.write(resumed.start)
    const begun = epoch(position, (entries) => {
      for (let i = 0; i < position.batches && entries.next().done !== true; i++);
    })
    if (resumed !== null) streams.write(now)
    return begun
  }

  /** The workers of an epoch: those that stayed, or new ones, for which a base seed is drawn. */
  private openPool(stays: boolean): WorkerPool {
    if (this.pool !== null && !this.pool.stopped) return this.pool
    const { options: o, fetcher, numWorkers } = this
    const pool = new WorkerPool({
      work: { dataset: this.dataset, collate: fetcher.collate, init: o.workerInitFn ?? null },
      numWorkers,
      prefetchFactor: o.prefetchFactor ?? 2,
      batchSize: this.batchSize,
      dropLast: this.dropLast,
      stream: this.order === null,
      seed: drawSeed(this.generator),
      source: o.worker,
      timeout: (o.timeout ?? 0) === 0 ? Infinity : o.timeout! * 1000,
    })
    if (stays) this.pool = pool
    return pool
  }
}

/** What a script does wrong that trains while a worker reads it. */
function inWorker(id: number): string {
  return id >= 0
    ? `DataLoader: worker ${id} cannot start workers of its own, use numWorkers: 0 in it`
    : 'DataLoader: this script is being read by a worker, which needs the classes of its data set, and must not train there: ' +
        'put what starts the training under if (getWorkerInfo() === null) { ... }, or the data set into a module of its own'
}

function checkOptions(dataset: Dataset, o: DataLoaderOptions): void {
  checkWorkerOptions(o)
  if (dataset instanceof IterableDataset) {
    for (const [name, given] of [
      ['shuffle', o.shuffle === true],
      ['sampler', o.sampler !== undefined],
      ['batch_sampler', o.batchSampler !== undefined],
    ] as const)
      if (given) throw new ValueError(`DataLoader with IterableDataset: expected unspecified ${name} option`)
  }
  if (o.sampler !== undefined && o.shuffle === true)
    throw new ValueError('sampler option is mutually exclusive with shuffle')
  if (o.batchSampler !== undefined) {
    if ((o.batchSize ?? 1) !== 1 || o.shuffle === true || o.sampler !== undefined || o.dropLast === true) {
      throw new ValueError(
        'batch_sampler option is mutually exclusive with batch_size, shuffle, sampler, and drop_last',
      )
    }
  } else if (o.batchSize === null && o.dropLast === true) {
    throw new ValueError('batch_size=None option disables auto-batching and is mutually exclusive with drop_last')
  }
}

function checkWorkerOptions(o: DataLoaderOptions): void {
  const numWorkers = o.numWorkers ?? 0
  if (!Number.isInteger(numWorkers) || numWorkers < 0)
    throw new ValueError('num_workers option should be non-negative; use num_workers=0 to disable multiprocessing.')
  if (!((o.timeout ?? 0) >= 0)) throw new ValueError('timeout option should be non-negative')
  const prefetch = o.prefetchFactor
  if (numWorkers === 0) {
    if (prefetch !== undefined)
      throw new ValueError(
        'prefetch_factor option could only be specified in multiprocessing. let num_workers > 0 to enable multiprocessing, otherwise set prefetch_factor to None.',
      )
    if (o.persistentWorkers === true) throw new ValueError('persistent_workers option needs num_workers > 0')
  } else if (prefetch !== undefined && !(Number.isInteger(prefetch) && prefetch > 0)) {
    throw new ValueError(`prefetch_factor option should be a positive integer, but got ${prefetch}`)
  }
}

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
export interface DataLoader<B = unknown> extends Batches<B> {}

/** Makes loaders: what a batch is follows from what a sample is, or is named: `new DataLoader<string[]>(...)`. */
export interface DataLoaderConstructor {
  new <T>(dataset: Dataset<T>, options?: Omit<DataLoaderOptions, 'collateFn'>): DataLoader<Collated<Awaited<T>>>
  new <B>(dataset: Dataset, options?: DataLoaderOptions): DataLoader<B>
  readonly prototype: DataLoader
}

export const DataLoader: DataLoaderConstructor = Batches
