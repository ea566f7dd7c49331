import { manualSeed, rand, type Tensor, tensor } from '@tsorch/core'
import { expect, test } from 'vitest'
import { DataLoader, Dataset, TensorDataset } from '../src/index.js'

class Numbers extends Dataset<number> {
  get length(): number {
    return 10
  }
  getItem(index: number): number {
    return index
  }
}

// values of torch.utils.data.DataLoader with torch.manual_seed(0)
test('shuffles in the order of PyTorch, and leaves the stream where PyTorch leaves it', () => {
  manualSeed(0)
  const loader = new DataLoader<Tensor>(new Numbers(), { batchSize: 3, shuffle: true })
  const epoch = () => [...loader].map((x) => x.tolist())
  expect(epoch()).toEqual([[6, 7, 1], [4, 2, 0], [9, 8, 3], [5]])
  expect((rand([2]).tolist() as number[])[0]).toBeCloseTo(0.307422817, 6)
})

test('draws the seed of an epoch when iteration begins, not at the first batch', async () => {
  // it = iter(loader); torch.rand(1); next(it), with torch.manual_seed(7)
  const loader = new DataLoader<Tensor>(new Numbers(), { batchSize: 4, shuffle: true })
  for (const begin of [() => loader[Symbol.iterator](), () => loader[Symbol.asyncIterator]()]) {
    manualSeed(7)
    const batches = begin()
    expect(rand([1]).item()).toBeCloseTo(0.659212, 6)
    const first = await batches.next()
    expect((first.value as Tensor).tolist()).toEqual([7, 2, 6, 3])
    expect(rand([1]).item()).toBeCloseTo(0.425061, 6)
  }
})

test('keeps the order, drops a last batch that is not full', () => {
  const loader = new DataLoader<Tensor>(new Numbers(), { batchSize: 4, dropLast: true })
  expect(loader.length).toBe(2)
  expect([...loader].map((x) => x.tolist())).toEqual([
    [0, 1, 2, 3],
    [4, 5, 6, 7],
  ])
})

test('collates rows of tensors to tuples, also asynchronously', async () => {
  const loader = new DataLoader<[Tensor, Tensor]>(
    new TensorDataset(
      tensor([
        [1, 2],
        [3, 4],
        [5, 6],
      ]),
      tensor([0, 1, 0]),
    ),
    { batchSize: 2 },
  )
  const seen: unknown[] = []
  for await (const [x, y] of loader) seen.push([x.tolist(), y.tolist()])
  expect(seen).toEqual([
    [
      [
        [1, 2],
        [3, 4],
      ],
      [0, 1],
    ],
    [[[5, 6]], [0]],
  ])
})

test('names what cannot be', () => {
  expect(() => new DataLoader(new Numbers(), { batchSize: 0 })).toThrow(/batch_size=0/)
  expect(() => new TensorDataset(tensor([1, 2]), tensor([1]))).toThrow(/2, 1/)
  const ragged = new (class extends Numbers {
    override getItem(i: number): number {
      return tensor(new Array(i + 1).fill(0)) as unknown as number
    }
  })()
  expect(() => [...new DataLoader(ragged, { batchSize: 3 })]).toThrow(/\[1\] at entry 0 and \[2\] at entry 1/)
})

test('tells how many samples it delivered, and how long the loop waited', async () => {
  const slow = new (class extends Numbers {
    override getItem(index: number): number {
      for (const until = performance.now() + 2; performance.now() < until; );
      return index
    }
  })()
  const loader = new DataLoader<Tensor>(slow, { batchSize: 4 })
  for await (const _ of loader) await new Promise((resolve) => setTimeout(resolve, 20))
  const { batches, samples, seconds, waited, samplesPerSecond } = loader.stats
  expect([batches, samples]).toEqual([3, 10])
  expect(waited).toBeGreaterThanOrEqual(0.02)
  expect(seconds).toBeGreaterThanOrEqual(waited + 0.055)
  expect(samplesPerSecond).toBeCloseTo(10 / seconds, 6)
})
