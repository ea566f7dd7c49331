import { arange, Generator, manualSeed, rand, type Tensor, ValueError } from '@tsorch/core'
import { expect, test } from 'vitest'
import {
  BatchSampler,
  DataLoader,
  DistributedSampler,
  RandomSampler,
  randomSplit,
  SubsetRandomSampler,
  TensorDataset,
  WeightedRandomSampler,
} from '../src/index.js'

const ten = new TensorDataset(arange(10))
const weights = [0.1, 0.9, 0.4, 0.7, 3, 0.6, 0]

/** What is drawn from seed 7 on, and the two numbers that follow. */
function drawn<T>(draw: () => T): [T, number[]] {
  manualSeed(7)
  return [draw(), followedBy()]
}

function followedBy(generator?: Generator): number[] {
  const numbers = rand([2], generator === undefined ? {} : { generator }).tolist() as number[]
  return numbers.map((x) => Number(x.toFixed(6)))
}

// all values: PyTorch 2.13 with torch.manual_seed(7)
const afterSeed = [0.659212, 0.65689]

test('RandomSampler draws with replacement in groups of 32', () => {
  const want = [
    3, 5, 7, 1, 0, 2, 3, 6, 1, 1, 6, 6, 0, 6, 0, 7, 4, 8, 6, 8, 0, 2, 4, 9, 6, 0, 4, 4, 1, 2, 7, 8, 8, 8, 1, 5, 8, 1, 9,
    3,
  ]
  expect(drawn(() => [...new RandomSampler(ten, true, 40)])).toEqual([want, afterSeed])
  expect(drawn(() => [...new RandomSampler(ten, { replacement: true, numSamples: 40 })])).toEqual([want, afterSeed])
})

test('RandomSampler repeats permutations for more samples than there are', () => {
  const sampler = new RandomSampler(ten, { numSamples: 25 })
  expect(sampler.length).toBe(25)
  expect(drawn(() => [...sampler])).toEqual([
    [3, 0, 1, 9, 4, 7, 2, 5, 6, 8, 1, 6, 4, 3, 2, 5, 9, 0, 8, 7, 6, 2, 0, 4, 8],
    afterSeed,
  ])
})

test('RandomSampler moves a generator of the user by whole permutations', () => {
  const generator = new Generator().manualSeed(3)
  expect([...new RandomSampler(ten, { numSamples: 13, generator })]).toEqual([6, 0, 3, 7, 8, 5, 1, 9, 2, 4, 9, 8, 5])
  expect(followedBy(generator)).toEqual([0.847319, 0.874856])
})

test('SubsetRandomSampler and WeightedRandomSampler draw from the default generator', () => {
  expect(drawn(() => [...new SubsetRandomSampler([3, 5, 8, 13, 21, 34])])).toEqual([
    [13, 3, 5, 34, 8, 21],
    [0.425061, 0.207086],
  ])
  expect(drawn(() => [...new WeightedRandomSampler(weights, 12)])).toEqual([
    [3, 3, 4, 4, 5, 4, 3, 4, 4, 4, 1, 1],
    [0.52093, 0.593231],
  ])
  expect(drawn(() => [...new WeightedRandomSampler(weights, 4, false)])).toEqual([
    [1, 4, 3, 5],
    [0.44509, 0.359286],
  ])
})

test('a sampler gives the loader its order', () => {
  const sampler = new SubsetRandomSampler([3, 5, 8, 1])
  const loader = new DataLoader<[Tensor]>(ten, { batchSize: 3, sampler })
  expect(loader.length).toBe(2)
  const seen = [...loader].flatMap(([x]) => x.tolist() as number[])
  expect(seen.toSorted((a, b) => a - b)).toEqual([1, 3, 5, 8])
  const batchSampler = new BatchSampler(
    {
      length: 3,
      *[Symbol.iterator]() {
        yield* [4, 2, 9]
      },
    },
    2,
    true,
  )
  expect([...new DataLoader<[Tensor]>(ten, { batchSampler })].map(([x]) => x.tolist())).toEqual([[4, 2]])
})

test('randomSplit takes sizes and fractions', () => {
  const split = (lengths: number[]) => drawn(() => randomSplit(ten, lengths).map((part) => part.indices))
  const after = [0.851268, 0.854943]
  expect(split([7, 3])).toEqual([
    [
      [5, 0, 3, 4, 1, 7, 9],
      [6, 8, 2],
    ],
    after,
  ])
  expect(split([0.5, 0.25, 0.25])).toEqual([
    [
      [5, 0, 3, 4, 1, 7],
      [9, 6],
      [8, 2],
    ],
    after,
  ])
})

test('samplers and splits name what cannot be', () => {
  expect(() => new RandomSampler([])).toThrow(/num_samples=0/)
  expect(() => [...new RandomSampler([], { numSamples: 3 })]).toThrow(/empty/)
  expect(() => new RandomSampler(ten, { numSamples: 1.5 })).toThrow(ValueError)
  expect(() => new RandomSampler(ten, 'yes' as never)).toThrow(/boolean value.*replacement=yes/)
  expect(() => new WeightedRandomSampler(weights, 0)).toThrow(/num_samples=0/)
  expect(() => new WeightedRandomSampler([[1, 2]] as never, 1)).toThrow(/\[1, 2\]/)
  expect(() => randomSplit(ten, [7, 4])).toThrow(/sum to 11, expected 10/)
  expect(() => randomSplit(ten, [1.5, -0.5])).toThrow(/Fraction at index 0/)
  expect(() => randomSplit(ten, [4.5, 5.5])).toThrow(/4\.5/)
})

// torch.utils.data.DistributedSampler(range(10), ...): its order, and the one after set_epoch(2)
test.each([
  [{ numReplicas: 3, rank: 1 }, [1, 3, 8, 4], [7, 6, 4, 8]],
  [{ numReplicas: 3, rank: 2, shuffle: false }, [2, 5, 8, 1], [2, 5, 8, 1]],
  [{ numReplicas: 4, rank: 3, dropLast: true, seed: 5 }, [6, 2], [4, 6]],
  [{ numReplicas: 3, rank: 0, shuffle: false, dropLast: true }, [0, 3, 6], [0, 3, 6]],
])('each process has its part: %j', (options, first, later) => {
  const sampler = new DistributedSampler({ length: 10 }, options)
  expect(sampler.length).toBe(first.length)
  expect([...sampler]).toEqual(first)
  sampler.setEpoch(2)
  expect([...sampler]).toEqual(later)
})

test('a process has a sample even where there are fewer than processes', () => {
  expect([...new DistributedSampler({ length: 2 }, { numReplicas: 7, rank: 6, shuffle: false })]).toEqual([0])
  expect(() => new DistributedSampler({ length: 2 }, { numReplicas: 2, rank: 2 })).toThrow(
    'Invalid rank 2, rank should be in the interval [0, 1]',
  )
})
