import { arange, RuntimeError, type Tensor, tensor } from '@tsorch/core'
import { expect, expectTypeOf, test } from 'vitest'
import { ConcatDataset, DataLoader, Dataset, StackDataset, Subset, TensorDataset } from '../src/index.js'

/** Numbers that come later, the first of them last. */
class Later extends Dataset<Promise<[Tensor, number]>> {
  open = 0
  most = 0
  get length(): number {
    return 10
  }
  async getItem(index: number): Promise<[Tensor, number]> {
    this.most = Math.max(this.most, ++this.open)
    await new Promise((resolve) => setTimeout(resolve, 10 - index))
    this.open--
    if (index === 7) throw new RangeError('seven is too much')
    return [tensor([index]), 100 - index]
  }
}

async function batches<B>(loader: AsyncIterable<B>): Promise<B[]> {
  const seen: B[] = []
  for await (const batch of loader) seen.push(batch)
  return seen
}

test('samples that come later are batched in their order, made side by side', async () => {
  const later = new Later()
  const loader = new DataLoader(new Subset(later, [3, 0, 6, 1, 2]), { batchSize: 2 })
  const seen = await batches(loader)
  expectTypeOf(seen).toEqualTypeOf<[Tensor, Tensor][]>()
  expect(seen.map(([x, y]) => [x.tolist(), y.tolist()])).toEqual([
    [
      [[3], [0]],
      [97, 100],
    ],
    [
      [[6], [1]],
      [94, 99],
    ],
    [[[2]], [98]],
  ])
  expect(later.most).toBe(2)
  const { batches: count, samples, waited, seconds } = loader.stats
  expect([count, samples]).toEqual([3, 5])
  expect(waited).toBeGreaterThan(0.015)
  expect(seconds).toBeGreaterThanOrEqual(waited)
})

test('data sets of data sets pass promises on', async () => {
  const later = new Subset(new Later(), [4, 1, 0])
  const numbers = new TensorDataset(tensor([10, 11, 12]))
  expect(
    await batches(new DataLoader(new ConcatDataset([later, later]), { batchSize: null, sampler: [5, 0] })),
  ).toEqual([
    [expect.anything(), 100],
    [expect.anything(), 96],
  ])
  const stacked = new StackDataset({ later, numbers })
  const sample = stacked.getItem(1)
  expectTypeOf(sample).toEqualTypeOf<Promise<{ later: [Tensor, number]; numbers: [Tensor] }>>()
  expect((await sample).later[1]).toBe(99)
  const loader = new DataLoader<{ later: [Tensor, Tensor]; numbers: [Tensor] }>(stacked, { batchSize: 2 })
  const [first, second] = await batches(loader)
  expect([first!.later[1].tolist(), first!.numbers[0].tolist()]).toEqual([
    [96, 99],
    [10, 11],
  ])
  expect(second!.later[1].tolist()).toEqual([100])
})

test('whole batches and joined batches may come later too', async () => {
  class Rows extends Dataset<Promise<number>> {
    readonly length = 4
    async getItem(index: number): Promise<number> {
      return index
    }
    override async getItems(indices: readonly number[]): Promise<number[]> {
      return indices.map((index) => 100 + index)
    }
  }
  const joined = async (samples: readonly number[]) => samples.join('+')
  expect((await batches(new DataLoader<Tensor>(new Rows(), { batchSize: 2 }))).map((x) => x.tolist())).toEqual([
    [100, 101],
    [102, 103],
  ])
  expect(await batches(new DataLoader<string>(new Rows(), { batchSize: 3, collateFn: joined }))).toEqual([
    '100+101+102',
    '103',
  ])
})

test('a loop that does not wait is told', () => {
  const loader = new DataLoader(new Later(), { batchSize: 8 })
  expect(() => [...loader]).toThrow(RuntimeError)
  expect(() => [...loader]).toThrow(
    'DataLoader: Later makes its samples asynchronously: use for await (const batch of loader), or numWorkers',
  )
})

test('an error ends the loop, and so do a signal and leaving it', async () => {
  const later = new Later()
  await expect(batches(new DataLoader(later, { batchSize: 4 }))).rejects.toThrow('seven is too much')
  // the others of that batch came all the same
  await new Promise((resolve) => setTimeout(resolve, 20))
  expect(later.open).toBe(0)
  const controller = new AbortController()
  const loop = batches(new DataLoader(later, { batchSize: 2, signal: controller.signal }))
  controller.abort(new Error('enough'))
  await expect(loop).rejects.toThrow('enough')
  for await (const _ of new DataLoader(later, { batchSize: 2 })) break
  class Broken extends Later {
    override getItem(index: number): Promise<[Tensor, number]> {
      if (index === 8) throw new TypeError('eight is no better')
      return super.getItem(index)
    }
  }
  await expect(batches(new DataLoader(new Broken(), { batchSize: 5, sampler: [7, 8] }))).rejects.toThrow('eight')
})

test('timers and messages have their turn between slow steps', async () => {
  const loader = new DataLoader(new TensorDataset(arange(8)), { batchSize: 1 })
  const { port1, port2 } = new MessageChannel()
  let messages = 0
  port1.onmessage = () => {
    messages++
  }
  let timers = 0
  let steps = 0
  for await (const _ of loader) {
    setTimeout(() => timers++, 0)
    port2.postMessage(null)
    // a step of a model that takes its time
    const until = performance.now() + 12
    while (performance.now() < until);
    steps++
    // what was sent before the last step has arrived, not only what came before the first
    if (steps > 3) expect([timers > 0, messages > 0]).toEqual([true, true])
  }
  expect(steps).toBe(8)
  port1.close()
})
