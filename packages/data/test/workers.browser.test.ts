import { manualSeed, type Tensor } from '@tsorch/core'
import { expect, test } from 'vitest'
import { DataLoader, type Dataset } from '../src/index.js'

interface Fixtures {
  Squares: new (length: number, trouble?: string) => Dataset
}
const fixture = new URL('./fixtures/worker-data.mjs', import.meta.url)
const { Squares } = (await import(/* @vite-ignore */ fixture.href)) as Fixtures

interface Batch {
  x: Tensor
  name: string[]
}

async function epoch(numWorkers: number): Promise<unknown[]> {
  manualSeed(4)
  const seen: unknown[] = []
  for await (const { x, name } of new DataLoader<Batch>(new Squares(23), { batchSize: 5, shuffle: true, numWorkers }))
    seen.push([x.tolist(), name])
  return seen
}

test('Web Workers deliver what a loader without workers delivers', async () => {
  expect(await epoch(2)).toEqual(await epoch(0))
})

test('an error in a Web Worker arrives with its class and its sample', async () => {
  const loader = new DataLoader<Batch>(new Squares(12, 'throw'), { batchSize: 4, numWorkers: 2 })
  const loop = async () => {
    for await (const _ of loader);
  }
  await expect(loop()).rejects.toThrow('Caught RangeError in DataLoader worker 1, at sample 5: five is too much')
})

test('a page cannot wait without its event loop, and is told', () => {
  expect(() => [...new DataLoader(new Squares(12), { numWorkers: 1 })]).toThrow('a page iterates asynchronously')
})
