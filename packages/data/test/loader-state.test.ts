import { deepCopy, Generator, getRngState, manualSeed, rand, setRngState, type Tensor } from '@tsorch/core'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  BatchSampler,
  DataLoader,
  type DataLoaderOptions,
  Dataset,
  IterableDataset,
  RandomSampler,
  SubsetRandomSampler,
  WeightedRandomSampler,
} from '../src/index.js'

class Numbers extends Dataset<number> {
  get length(): number {
    return 11
  }
  getItem(index: number): number {
    return index
  }
}

class Stream extends IterableDataset<number> {
  *[Symbol.iterator](): IterableIterator<number> {
    for (let i = 0; i < 11; i++) yield i
  }
}

const data = new Numbers()
/** Options anew for each process, with generators in the state of a start. */
const kinds: Record<string, () => DataLoaderOptions> = {
  inOrder: () => ({ batchSize: 3 }),
  shuffled: () => ({ batchSize: 3, shuffle: true }),
  'shuffled by a generator': () => ({ batchSize: 3, shuffle: true, generator: new Generator().manualSeed(5) }),
  'without batches': () => ({ batchSize: null, shuffle: true, generator: new Generator().manualSeed(5) }),
  'sampler with a generator': () => ({
    batchSize: 2,
    sampler: new RandomSampler(data, { generator: new Generator().manualSeed(6) }),
  }),
  'with replacement': () => ({ sampler: new RandomSampler(data, { replacement: true, numSamples: 40 }) }),
  subset: () => ({ batchSize: 2, sampler: new SubsetRandomSampler([1, 3, 5, 7, 9]), dropLast: true }),
  weighted: () => ({ batchSize: 2, sampler: new WeightedRandomSampler([1, 2, 3, 4, 5], 9) }),
  'batch sampler': () => ({
    batchSampler: new BatchSampler(new RandomSampler(data, { generator: new Generator().manualSeed(7) }), 3, false),
  }),
}

/** Goes on for some batches, drawing from the default generator beside, as dropout does. Ends where an epoch or `batches` do. */
function run(loader: DataLoader<Tensor>, batches: number): unknown[] {
  const seen: unknown[] = []
  for (const batch of loader) {
    seen.push([batch, rand([2])].map((x) => (typeof x === 'number' ? x : x.tolist())))
    if (seen.length === batches) break
  }
  return seen
}

test('a loader goes on where its state was taken, in the middle of an epoch or between two', () => {
  fc.assert(
    fc.property(fc.constantFrom(...Object.keys(kinds)), fc.nat(12), fc.nat(1000), (kind, batches, seed) => {
      const make = () => new DataLoader<Tensor>(data, kinds[kind]!())
      manualSeed(seed)
      const loader = make()
      const count = Math.min(batches, loader.length)
      if (count > 0) run(loader, count)
      const saved = deepCopy({ loader: loader.stateDict(), random: getRngState() })
      // the rest of the epoch, and the two after it
      const rest = continued(make(), saved)

      manualSeed(seed + 1) // another process
      expect(continued(make(), saved)).toEqual(rest)

      // and that of a run that was never stopped
      manualSeed(seed)
      const whole = make()
      expect([0, 1, 2, 3].flatMap(() => run(whole, Infinity)).slice(count, count + rest.length)).toEqual(rest)
    }),
    { numRuns: 60 },
  )
})

function continued(loader: DataLoader<Tensor>, saved: { loader: ReturnType<DataLoader['stateDict']>; random: Tensor }) {
  loader.loadStateDict(saved.loader)
  setRngState(saved.random)
  return [0, 1, 2].flatMap(() => run(loader, Infinity))
}

test('a loader over a stream skips what was handed out', () => {
  const make = () => new DataLoader<Tensor>(new Stream(), { batchSize: 4 })
  const loader = make()
  run(loader, 1)
  const other = make()
  other.loadStateDict(loader.stateDict())
  expect([...other].map((x) => x.tolist())).toEqual([
    [4, 5, 6, 7],
    [8, 9, 10],
  ])
  expect([...other].length).toBe(3)
})

test('what it was given is told when it does not fit', () => {
  const plain = new DataLoader(data, { shuffle: true })
  const own = new DataLoader(data, { shuffle: true, generator: new Generator() })
  expect(() => own.loadStateDict(plain.stateDict())).toThrow(
    "0 random states in 'generators', but this loader and its sampler draw from 1",
  )
  expect(() => plain.loadStateDict({ ...plain.stateDict(), batches: -1 })).toThrow('an integer >= 0, but got -1')
})
