import { camelCase } from '../calls/names.js'
import { expectSame } from '../compare/results.js'
import { compareValues, toNumbers } from '../compare/values.js'
import { attempt, isTensor, type Library, Mismatch, NotCovered, read, required, type TensorLike } from '../library.js'
import { checksum } from './recorded.js'

/** The order in which a loader, a sampler or a split delivers. */
export interface LoaderCase {
  readonly id: string
  readonly seed: number
  readonly spec: Spec
  readonly steps: readonly Step[]
}

interface Spec {
  readonly n?: number
  readonly batch_size?: number | null
  readonly shuffle?: boolean
  readonly drop_last?: boolean
  readonly num_workers?: number
  readonly persistent_workers?: boolean
  readonly generator_seed?: number
  readonly replacement?: boolean
  readonly num_samples?: number | null
  readonly weights?: readonly number[]
  readonly indices?: readonly number[]
  readonly lengths?: readonly number[]
  readonly fractions?: readonly number[]
  readonly [more: string]: unknown
}

/** Indices in order of delivery: all of them, or their ends and a checksum. */
interface Delivered {
  readonly batch_sizes?: readonly number[]
  readonly indices?: readonly number[]
  readonly n?: number
  readonly first?: readonly number[]
  readonly last?: readonly number[]
  readonly crc?: string
}

interface Step extends Delivered {
  readonly rand_after?: readonly number[]
  readonly generator_rand_after?: readonly number[]
  readonly [more: string]: unknown
}

type Options = Record<string, unknown>

/** Runs one case of `loader.json`. */
export async function runLoader(library: Library, c: LoaderCase): Promise<void> {
  const kind = c.id.split('/')[0]!.replace(/_generator$/, '')
  const run = runners[kind]
  if (run === undefined) throw new NotCovered(`loader cases of kind ${kind}`)
  required(library, 'manualSeed')(c.seed)
  await run(new Session(library, c))
}

/** What the cases of one kind share: construction of loaders, and the checks between the steps. */
class Session {
  readonly c: LoaderCase
  readonly spec: Spec
  readonly generator: unknown
  private readonly library: Library

  constructor(library: Library, c: LoaderCase) {
    this.library = library
    this.c = c
    this.spec = c.spec
    this.generator = c.spec.generator_seed === undefined ? undefined : this.seeded(c.spec.generator_seed)
  }

  private seeded(seed: number): unknown {
    const generator = this.make('Generator') as { manualSeed(seed: number): unknown }
    generator.manualSeed(seed)
    return generator
  }

  /** A class of `utils.data`. */
  find(name: string): unknown {
    return required(this.library, `utils.data.${name}`)
  }

  /** `new Class(...args)`, of the library itself or of its `utils.data`. */
  make(name: string, ...args: unknown[]): unknown {
    const Class = required(this.library, name in this.library ? name : `utils.data.${name}`) as unknown as new (
      ...a: unknown[]
    ) => unknown
    return attempt(name, () => new Class(...args))
  }

  call(name: string, ...args: unknown[]): unknown {
    const f = required(this.library, name)
    return attempt(name, () => f(...args))
  }

  /** A data set whose items are their own positions. */
  dataset(n: number = this.spec.n!): unknown {
    return this.make('TensorDataset', this.call('arange', n))
  }

  /** The options that the case names, and the generator. */
  options(...names: string[]): Options {
    const given = names.filter(
      (name) => this.spec[name] !== undefined && !(name === 'num_samples' && this.spec[name] === null),
    )
    const options: Options = Object.fromEntries(given.map((name) => [camelCase(name), this.spec[name]]))
    // without workers the option is left out: a loader that has none need not know its name
    if (options.numWorkers === 0) delete options.numWorkers
    return this.generator === undefined ? options : { ...options, generator: this.generator }
  }

  loader(dataset: unknown = this.dataset(), more: Options = {}): unknown {
    return this.make('DataLoader', dataset, {
      ...this.options('batch_size', 'shuffle', 'drop_last', 'num_workers', 'persistent_workers'),
      ...more,
    })
  }

  /** The positions in a batch or an item. */
  async positions(batch: unknown): Promise<number[]> {
    const first = Array.isArray(batch) ? batch[0] : batch
    if (typeof first === 'number') return Array.isArray(batch) ? (batch as number[]) : [first]
    if (!isTensor(this.library, first)) throw new Mismatch(`a batch is ${String(batch)} instead of tensors`)
    return [...toNumbers(await read(first))]
  }

  /** One epoch, batch by batch. */
  async epoch(loader: unknown): Promise<number[][]> {
    const batches: number[][] = []
    for await (const batch of loader as AsyncIterable<unknown> | Iterable<unknown>)
      batches.push(await this.positions(batch))
    return batches
  }

  async rand(n: number, generator?: unknown): Promise<Float64Array> {
    return toNumbers(
      await read(this.call('rand', [n], ...(generator === undefined ? [] : [{ generator }])) as TensorLike),
    )
  }

  async expectRand(want: readonly number[] | undefined, path: string, generator?: unknown): Promise<void> {
    if (want !== undefined) expectFloats(await this.rand(want.length, generator), want, path)
  }

  /** Checks where the default stream and the given generator are after a step. */
  async expectStreams(step: Step, path: string): Promise<void> {
    await this.expectRand(step.rand_after, `${path}: rand after it`)
    if (step.generator_rand_after !== undefined)
      await this.expectRand(step.generator_rand_after, `${path}: rand of the generator after it`, this.generator)
  }

  /** Epochs of one loader. */
  async expectEpochs(loader: unknown): Promise<void> {
    for (const [i, step] of this.c.steps.entries()) {
      expectDelivered(await this.epoch(loader), step, `epoch ${i}`)
      await this.expectStreams(step, `epoch ${i}`)
    }
  }

  /** Runs of one sampler. */
  async expectRuns(sampler: unknown): Promise<void> {
    for (const [i, step] of this.c.steps.entries()) {
      const indices = [...(sampler as Iterable<number>)].map(Number)
      expectDelivered([indices], step, `run ${i}`)
      await this.expectStreams(step, `run ${i}`)
    }
  }
}

const runners: Readonly<Record<string, (s: Session) => Promise<void>>> = {
  shuffle: (s) => s.expectEpochs(s.loader()),
  no_shuffle: (s) => s.expectEpochs(s.loader()),
  iterable: (s) => s.expectEpochs(s.loader(stream(s))),
  rand_in_getitem: expectDrawsOfItems,
  batch_size_none: (s) => s.expectEpochs(s.loader()),
  persistent_workers: (s) => s.expectEpochs(s.loader()),
  random_sampler: (s) => s.expectRuns(s.make('RandomSampler', s.dataset(), s.options('replacement', 'num_samples'))),
  weighted: (s) => s.expectRuns(weighted(s)),
  subset: (s) => s.expectRuns(subset(s)),
  weighted_loader: (s) => s.expectEpochs(s.loader(s.dataset(s.spec.weights!.length), { sampler: weighted(s) })),
  subset_loader: (s) => s.expectEpochs(s.loader(s.dataset(1 + Math.max(...s.spec.indices!)), { sampler: subset(s) })),
  batch_sampler_loader: (s) => {
    const [, n, size, dropLast] =
      /^BatchSampler\(RandomSampler\((\d+)\),(\d+),(True|False)\)$/.exec(String(s.spec.batch_sampler)) ?? []
    const sampler = s.make(
      'BatchSampler',
      s.make('RandomSampler', s.dataset(Number(n))),
      Number(size),
      dropLast === 'True',
    )
    return s.expectEpochs(s.make('DataLoader', s.dataset(), { batchSampler: sampler }))
  },
  async batch_sampler(s) {
    const sampler = s.make('BatchSampler', s.make('RandomSampler', s.dataset()), s.spec.batch_size, false)
    for (const [i, step] of s.c.steps.entries()) {
      expectSame([...(sampler as Iterable<number[]>)], step.batches, `run ${i}`)
      await s.expectStreams(step, `run ${i}`)
    }
  },
  async train_then_test(s) {
    const [train, test] = [s.loader(s.dataset(), { shuffle: true }), s.loader()]
    for (const [i, step] of s.c.steps.entries()) {
      if (step.train !== undefined) expectDelivered(await s.epoch(train), step.train as Delivered, `epoch ${i}, train`)
      if (step.test !== undefined) expectDelivered(await s.epoch(test), step.test as Delivered, `epoch ${i}, test`)
      await s.expectStreams(step, `epoch ${i}`)
    }
  },
  async two_interleaved_zip(s) {
    const [a, b] = [s.loader(s.dataset(), { shuffle: true }), s.loader(s.dataset(), { shuffle: true })].map(iterate)
    for (const [i, step] of s.c.steps.entries()) {
      if (step.a !== undefined) {
        expectSame(await s.positions((await a!.next()).value), step.a, `step ${i}, a`)
        expectSame(await s.positions((await b!.next()).value), step.b, `step ${i}, b`)
        continue
      }
      // zip asks the first loader once more, and sees that it has ended
      await a!.next()
      await s.expectStreams(step, `step ${i}`)
    }
  },
  async rand_between_iter_and_next(s) {
    const step = s.c.steps[0]!
    const iterator = iterate(s.loader())
    await s.expectRand(step.a as number[], 'rand between iter and next')
    expectSame(await s.positions((await iterator.next()).value), step.x, 'first batch')
    await s.expectRand(step.b as number[], 'rand after next')
  },
  async break_after_first(s) {
    const loader = s.loader()
    for (const [i, step] of s.c.steps.entries()) {
      if (step.first_batch !== undefined) {
        for await (const batch of loader as AsyncIterable<unknown>) {
          expectSame(await s.positions(batch), step.first_batch, `first batch of epoch ${i}`)
          break
        }
      }
      await s.expectStreams(step, `step ${i}`)
    }
  },
  async random_split(s) {
    const step = s.c.steps[0]!
    const total = s.spec.lengths!.reduce((a, b) => a + b, 0)
    const parts = s.call('utils.data.randomSplit', s.dataset(total), s.spec.lengths, s.options()) as {
      indices: readonly number[]
    }[]
    for (const [i, part] of (step.parts as Delivered[]).entries())
      expectDelivered([[...parts[i]!.indices]], part, `part ${i}`)
    await s.expectStreams(step, 'split')
  },
  async random_split_fractions(s) {
    const step = s.c.steps[0]!
    const parts = s.call('utils.data.randomSplit', s.dataset(), s.spec.fractions) as { indices: readonly number[] }[]
    expectSame(
      parts.map((p) => p.indices.length),
      step.sizes,
      'sizes',
    )
    expectSame(
      parts.map((p) => [...p.indices]),
      step.parts,
      'parts',
    )
  },
}

/** An iterable data set: 0, 1, ... */
function stream(s: Session): unknown {
  const IterableDataset = s.find('IterableDataset') as new () => object
  const { n } = s.spec
  class Counting extends IterableDataset {
    *[Symbol.iterator](): Generator<number> {
      for (let i = 0; i < n!; i++) yield i
    }
  }
  return attempt('IterableDataset', () => new Counting())
}

/** A data set whose items draw random numbers themselves. */
async function expectDrawsOfItems(s: Session): Promise<void> {
  const Dataset = s.find('Dataset') as new () => object
  const { n } = s.spec
  class Drawing extends Dataset {
    get length(): number {
      return n!
    }

    getItem(index: number): unknown {
      return {
        index,
        torch_rand: (s.call('rand', [1]) as TensorLike).item(),
        initial_seed: String(s.call('initialSeed')),
      }
    }
  }
  const loader = s.loader(
    attempt('Dataset', () => new Drawing()),
    { collateFn: (items: unknown) => items },
  )
  for (const [i, step] of s.c.steps.entries()) {
    if (step.items !== undefined) {
      const items: unknown[] = []
      for await (const batch of loader as AsyncIterable<unknown[]>) items.push(...batch)
      const wanted = (step.items as { torch_rand: number }[]).map((item) => ({
        ...item,
        torch_rand: Math.fround(item.torch_rand),
      }))
      expectSame(items, wanted, `items of epoch ${i}`)
    }
    await s.expectStreams(step, `epoch ${i}`)
  }
}

function weighted(s: Session): unknown {
  return s.make('WeightedRandomSampler', s.spec.weights, s.spec.num_samples, s.options('replacement'))
}

function subset(s: Session): unknown {
  return s.make('SubsetRandomSampler', s.spec.indices, s.options())
}

/** Python's `iter(loader)`: the synchronous iteration where the loader has one. */
function iterate(loader: unknown): AsyncIterator<unknown> | Iterator<unknown> {
  const source = loader as Partial<AsyncIterable<unknown> & Iterable<unknown>>
  return source[Symbol.iterator]?.() ?? source[Symbol.asyncIterator]!()
}

function expectDelivered(batches: readonly (readonly number[])[], want: Delivered, path: string): void {
  const indices = batches.flat()
  if (want.batch_sizes !== undefined) {
    const sizes = batches.map((b) => b.length)
    // many batches are recorded as the size of the first and the last one, and their number
    const summary = [sizes[0], sizes.at(-1), sizes.length]
    if (String(want.batch_sizes) !== String(sizes)) expectSame(summary, want.batch_sizes, `${path}: batch sizes`)
  }
  if (want.indices !== undefined) {
    expectSame(indices, want.indices, `${path}: indices`)
    return
  }
  expectSame(indices.length, want.n, `${path}: number of indices`)
  expectSame(indices.slice(0, want.first!.length), want.first, `${path}: first indices`)
  expectSame(indices.slice(-want.last!.length), want.last, `${path}: last indices`)
  expectSame(checksum(BigInt64Array.from(indices, BigInt), 'int64'), want.crc, `${path}: checksum of the indices`)
}

function expectFloats(got: Float64Array, want: readonly number[], path: string): void {
  const difference = compareValues(got, Float64Array.from(want, Math.fround), { rtol: 0, atol: 0 })
  if (difference !== null) throw new Mismatch(`${path}${difference}`)
}
