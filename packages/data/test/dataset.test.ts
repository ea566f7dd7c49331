import { arange, BoolTensor, randn, type Tensor, tensor, ValueError } from '@tsorch/core'
import { expect, test } from 'vitest'
import {
  ChainDataset,
  ConcatDataset,
  DataLoader,
  Dataset,
  IterableDataset,
  StackDataset,
  Subset,
  TensorDataset,
} from '../src/index.js'

class Stream extends IterableDataset<number> {
  *[Symbol.iterator](): IterableIterator<number> {
    for (let i = 0; i < 7; i++) yield i
  }
}

test('an IterableDataset is batched in the order in which it comes', async () => {
  const batches = (options: object) => [...new DataLoader<Tensor>(new Stream(), options)].map((x) => x.tolist())
  expect(batches({ batchSize: 3 })).toEqual([[0, 1, 2], [3, 4, 5], [6]])
  expect(batches({ batchSize: 3, dropLast: true })).toEqual([
    [0, 1, 2],
    [3, 4, 5],
  ])
  expect([...new DataLoader<number>(new Stream(), { batchSize: null })]).toEqual([0, 1, 2, 3, 4, 5, 6])
  const seen: unknown[] = []
  for await (const batch of new DataLoader<Tensor>(new Stream(), { batchSize: 4 })) seen.push(batch.tolist())
  expect(seen).toEqual([
    [0, 1, 2, 3],
    [4, 5, 6],
  ])
})

test('an IterableDataset has no order to choose, and a length only if it says so', () => {
  expect(() => new DataLoader(new Stream()).length).toThrow(/'Stream' has no length/)
  const counted = new (class extends Stream {
    override get length(): number {
      return 7
    }
  })()
  expect(new DataLoader(counted, { batchSize: 3 }).length).toBe(3)
  expect(new DataLoader(counted, { batchSize: 3, dropLast: true }).length).toBe(2)
  expect(() => new DataLoader(new Stream(), { shuffle: true })).toThrow(/IterableDataset.*shuffle/)
  expect(() => new DataLoader(new Stream(), { sampler: [1] as never })).toThrow(/IterableDataset.*sampler/)
  expect(() => new DataLoader(new Stream(), { batchSize: 0 })).toThrow(/batch_size=0/)
  expect(() => new ConcatDataset([new Stream()])).toThrow(TypeError)
})

test('ConcatDataset counts through its parts', () => {
  const all = new ConcatDataset([new TensorDataset(arange(3)), new TensorDataset(arange(10, 12))])
  const items = (indices: number[]) => indices.map((i) => all.getItem(i)[0]!.item())
  expect(all.length).toBe(5)
  expect(items([0, 2, 3, 4, -1, -5])).toEqual([0, 2, 10, 11, 11, 0])
  expect([...new DataLoader<[Tensor]>(all, { batchSize: 4 })].map(([x]) => x.tolist())).toEqual([[0, 1, 2, 10], [11]])
  expect(() => all.getItem(5)).toThrow(/out of range/)
  expect(() => all.getItem(-6)).toThrow(ValueError)
  expect(() => new ConcatDataset([])).toThrow(/empty/)
})

/** The batches of a data set as it makes its samples one by one. */
function oneByOne(dataset: Dataset<Tensor[]>, batchSize: number): Tensor[][] {
  const plain = new (class extends Dataset<Tensor[]> {
    get length(): number {
      return dataset.length
    }
    getItem(index: number): Tensor[] {
      return dataset.getItem(index)
    }
  })()
  return [...new DataLoader<Tensor[]>(plain, { batchSize })]
}

test('batches of rows are the stacked rows, of every dtype, layout and subset', () => {
  const whole = new TensorDataset(
    randn([6, 2, 3]),
    arange(6),
    randn([3, 6]).t(),
    BoolTensor([1, 0, 0, 1, 1, 0]),
    randn([6, 2]).to('float16'),
  )
  for (const dataset of [whole, new Subset(whole, [5, 0, 3, 3, 2]), new Subset(new Subset(whole, [5, 1, 4]), [2, 0])]) {
    const fast = [...new DataLoader<Tensor[]>(dataset, { batchSize: 4 })]
    const slow = oneByOne(dataset, 4)
    expect(fast.length).toBe(slow.length)
    for (const [i, batch] of fast.entries()) {
      for (const [k, x] of batch.entries()) {
        expect(x.dtype).toBe(slow[i]![k]!.dtype)
        expect(x.isContiguous()).toBe(true)
        expect(x.tolist()).toEqual(slow[i]![k]!.tolist())
      }
    }
  }
})

test('a batch is a copy: writing into it leaves the data set as it was', () => {
  const x = tensor([1, 2, 3])
  for (const [batch] of new DataLoader<[Tensor]>(new TensorDataset(x), { batchSize: 2 })) batch.zero_()
  expect(x.tolist()).toEqual([1, 2, 3])
})

test('gradients reach the rows that were picked', () => {
  const x = tensor([1.5, 2.5, 3.5], { requiresGrad: true })
  const [batch] = [...new DataLoader<[Tensor]>(new TensorDataset(x), { batchSize: 2, sampler: [2, 0] })][0]!
  batch.pow(2).sum().backward()
  expect(x.grad!.tolist()).toEqual([3, 0, 7])
})

test('getItem and getItems of a subclass are asked', () => {
  class Doubled extends TensorDataset {
    override getItem(index: number): Tensor[] {
      return super.getItem(index).map((x) => x.mul(2))
    }
  }
  class Named extends Dataset<string> {
    asked = 0
    get length(): number {
      return 4
    }
    getItem(index: number): string {
      return `#${index}`
    }
    override getItems(indices: readonly number[]): string[] {
      this.asked++
      return indices.map((i) => `row ${i}`)
    }
  }
  class Shouting extends Subset<string> {
    override getItem(index: number): string {
      return `${super.getItem(index)}!`
    }
  }
  const doubled = new DataLoader<[Tensor]>(new Doubled(tensor([1, 2])), { batchSize: 2 })
  expect([...doubled].map(([x]) => x.tolist())).toEqual([[2, 4]])
  const named = new Named()
  const batches = (dataset: Dataset) => [...new DataLoader<string[]>(dataset, { batchSize: 2 })]
  expect(batches(named)).toEqual([
    ['row 0', 'row 1'],
    ['row 2', 'row 3'],
  ])
  expect(named.asked).toBe(2)
  expect(batches(new Subset(named, [3]))).toEqual([['row 3']])
  expect(batches(new Shouting(named, [3]))).toEqual([['#3!']])
})

test('an index out of range is told as for a single row', () => {
  const dataset = new TensorDataset(tensor([1, 2]))
  expect(() => [...new DataLoader(dataset, { batchSize: 2, sampler: [0, 2] })]).toThrow(/range/)
  const fromTheEnd = [...new DataLoader<[Tensor]>(dataset, { batchSize: 2, sampler: [0, -1] })]
  expect(fromTheEnd.map(([x]) => x.tolist())).toEqual([[1, 2]])
})

test('streams are chained one behind the other', () => {
  const chained = new ChainDataset([new Stream(), new Stream()])
  expect([...chained]).toEqual([0, 1, 2, 3, 4, 5, 6, 0, 1, 2, 3, 4, 5, 6])
  expect(() => chained.length).toThrow(/'Stream' has no length/)
  expect(() => new ChainDataset([new TensorDataset(arange(3))] as never)).toThrow(
    'ChainDataset only supports IterableDataset',
  )
})

test('data sets are stacked side by side, in a list or by name', () => {
  const numbers = new TensorDataset(arange(4))
  const rows = new Subset(new TensorDataset(arange(10).view(5, 2)), [4, 0, 1, 2])
  const listed = new StackDataset([numbers, rows])
  expect(listed.length).toBe(4)
  const [[n], [row]] = listed.getItem(1)
  expect([n!.item(), row!.tolist()]).toEqual([1, [0, 1]])
  const named = new StackDataset({ n: numbers, row: rows })
  const { n: count }: { n: Tensor[] } = named.getItem(3)
  expect(count[0]!.item()).toBe(3)
  const [batch] = [...new DataLoader<{ n: [Tensor]; row: [Tensor] }>(named, { batchSize: 2 })]
  expect(batch!.row[0].tolist()).toEqual([
    [8, 9],
    [0, 1],
  ])
  expect(() => new StackDataset([])).toThrow('At least one dataset should be passed')
  expect(() => new StackDataset([numbers, new TensorDataset(arange(5))])).toThrow(
    'Size mismatch between datasets: 4 and 5',
  )
})
