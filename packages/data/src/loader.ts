import { bindOptions, type Generator, NotImplementedError, safePoint, ValueError } from '@tsorch/core'
import { type Collated, defaultCollate } from './collate.js'
import { type Dataset, IterableDataset } from './dataset.js'
import { asState, type LoaderState, Streams, words } from './loader-state.js'
import { drawSeed, RandomSampler } from './random-samplers.js'
import { BatchSampler, checkBatchSize, type Sampler, SequentialSampler } from './samplers.js'
import { batchOfRows } from './tensor-dataset.js'

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

/** What a batch is made of: an index, the indices of a batch, or samples that have none. */
type Entry = number | readonly number[] | Samples
interface Samples {
  readonly samples: readonly unknown[]
}

/** Where the iteration that was begun last stands. */
interface Position {
  batches: number
  /** States of the random streams when it began. */
  readonly start: readonly Uint8Array[]
}

class Batches<B> implements Iterable<B>, AsyncIterable<B> {
  readonly dataset: Dataset
  readonly batchSize: number | null
  readonly dropLast: boolean
  /** The order of indices or of batches of them; null where samples have no index. */
  private readonly order: Sampler | Sampler<number[]> | null
  private readonly collate: ((samples: readonly never[]) => unknown) | null
  private readonly generator: Generator | null
  private readonly streams: Streams
  /** Null before the first iteration and after one that came to its end. */
  private position: Position | null
  /** Where the next iteration goes on, instead of beginning. */
  private resumed: Position | null

  constructor(dataset: Dataset, options: DataLoaderOptions = {}) {
    const o = bindOptions<DataLoaderOptions>('DataLoader', names, [options])
    checkOptions(dataset, o)
    this.dataset = dataset
    this.generator = o.generator ?? null
    this.collate = o.collateFn ?? null
    this.dropLast = o.dropLast ?? false
    this.batchSize = o.batchSampler === undefined && o.batchSize !== null ? (o.batchSize ?? 1) : null
    this.order = this.orderOf(o)
    this.streams = new Streams(this.generator, this.order)
    this.position = null
    this.resumed = null
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

  [Symbol.iterator](): IterableIterator<B> {
    const { resumed, streams } = this
    this.resumed = null
    const now = streams.read()
    if (resumed !== null) streams.write(resumed.start)
    const position: Position = { batches: 0, start: resumed?.start ?? now }
    this.position = position
    // PyTorch draws a base seed for workers at each iteration, also where there are none
    drawSeed(this.generator)
    const entries = this.entries()
    if (resumed !== null) {
      // the order is drawn again as it was; what else was drawn since is in the state of today
      while (position.batches < resumed.batches && entries.next().done !== true) position.batches++
      streams.write(now)
    }
    return this.batches(entries, position)
  }

  [Symbol.asyncIterator](): AsyncIterableIterator<B> {
    // begins here and not at the first batch, as `iter(loader)` does: what is drawn in between comes after the base seed
    return withTurns(this[Symbol.iterator]())
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
    this.position = this.resumed = start === null ? null : { batches, start: start.map(words) }
  }

  private *batches(entries: Iterator<Entry>, position: Position): IterableIterator<B> {
    safePoint()
    for (let next = entries.next(); next.done !== true; next = entries.next()) {
      position.batches++
      yield this.made(next.value) as B
      safePoint()
    }
    if (this.position === position) this.position = null
  }

  /** What batches are made of, in their order. */
  private entries(): Iterator<Entry> {
    return this.order === null ? this.samples(this.dataset as IterableDataset) : this.order[Symbol.iterator]()
  }

  /** The samples of each batch; each sample where there are no batches. */
  private *samples(dataset: IterableDataset): IterableIterator<Samples> {
    let samples: unknown[] = []
    for (const sample of dataset) {
      samples.push(sample)
      if (samples.length < (this.batchSize ?? 1)) continue
      yield { samples }
      samples = []
    }
    if (samples.length > 0 && !this.dropLast) yield { samples }
  }

  private made(entry: Entry): unknown {
    if (typeof entry === 'number') return this.single(this.dataset.getItem(entry))
    if (Array.isArray(entry)) return this.batch(entry)
    const { samples } = entry as Samples
    return this.batchSize === null ? this.single(samples[0]) : this.collated(samples)
  }

  /** A sample that is no batch. */
  private single(sample: unknown): unknown {
    return this.collate === null ? sample : this.collate(sample as never)
  }

  private batch(indices: readonly number[]): unknown {
    const { dataset } = this
    const rows = this.collate === null ? batchOfRows(dataset, indices) : null
    if (rows !== null) return rows
    return this.collated(dataset.getItems?.(indices) ?? indices.map((index) => dataset.getItem(index)))
  }

  private collated(samples: readonly unknown[]): unknown {
    return (this.collate ?? defaultCollate)(samples as never[])
  }
}

function checkOptions(dataset: Dataset, o: DataLoaderOptions): void {
  if ((o.numWorkers ?? 0) < 0)
    throw new ValueError('num_workers option should be non-negative; use num_workers=0 to disable multiprocessing.')
  if ((o.numWorkers ?? 0) > 0) throw new NotImplementedError('DataLoader: numWorkers > 0 is not implemented yet, use 0')
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

/** The same batches for an asynchronous loop, in which the event loop has its turns. */
async function* withTurns<B>(batches: Iterable<B>): AsyncIterableIterator<B> {
  let count = 0
  for (const batch of batches) {
    if (++count % BATCHES_A_TURN === 0) await nextTurn()
    yield batch
  }
}

/** Resolves after timers and I/O had their turn. */
function nextTurn(): Promise<void> {
  return new Promise((resolve) => {
    if (typeof setImmediate === 'function') setImmediate(resolve)
    else setTimeout(resolve, 0)
  })
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
  new <T>(dataset: Dataset<T>, options?: Omit<DataLoaderOptions, 'collateFn'>): DataLoader<Collated<T>>
  new <B>(dataset: Dataset, options?: DataLoaderOptions): DataLoader<B>
  readonly prototype: DataLoader
}

export const DataLoader: DataLoaderConstructor = Batches
