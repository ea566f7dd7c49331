import { expectSame } from '../compare/results.js'
import { attempt, type Library, NotCovered, required, type TensorLike } from '../library.js'
import { Drawing as DrawingForWorkers, type DrawnItem, drawingModule, listed } from './drawing.js'
import { type Delivered, expectDelivered, type LoaderCase, Session } from './loader-session.js'

/** Runs one case of `loader.json`. */
export async function runLoader(library: Library, c: LoaderCase): Promise<void> {
  const kind = c.id.split('/')[0]!.replace(/_generator$/, '')
  const run = runners[kind]
  if (run === undefined) throw new NotCovered(`loader cases of kind ${kind}`)
  required(library, 'manualSeed')(c.seed)
  await run(new Session(library, c))
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
  const inThread = (): unknown =>
    s.loader(
      attempt('Dataset', () => new Drawing()),
      { collateFn: (items: unknown) => items },
    )
  const loader = (s.spec.num_workers ?? 0) === 0 ? inThread() : drawnByWorkers(s)
  for (const [i, step] of s.c.steps.entries()) {
    if (step.items !== undefined) {
      const items: unknown[] = []
      for await (const batch of loader as AsyncIterable<unknown[]>) items.push(...batch)
      // what Python's own generator drew is in there too
      const wanted = (step.items as readonly DrawnItem[]).map(({ index, torch_rand, initial_seed }) => ({
        index,
        torch_rand: Math.fround(torch_rand),
        initial_seed,
      }))
      expectSame(items, wanted, `items of epoch ${i}`)
    }
    await s.expectStreams(step, `epoch ${i}`)
  }
}

/** The same with workers, which have to find the class by its name. */
function drawnByWorkers(s: Session): unknown {
  s.call('utils.data.portable', drawingModule, { Drawing: DrawingForWorkers, listed })
  return s.loader(new DrawingForWorkers(s.spec.n!), { collateFn: listed })
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
