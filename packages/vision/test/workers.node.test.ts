import { manualSeed, type Tensor } from '@tsorch/core'
import { DataLoader, type Dataset } from '@tsorch/data'
import { describe, expect, test } from 'vitest'
import type * as vision from '../src/index.js'

// workers import built packages, so the transforms that they are sent have to be those
const built = new URL('../dist/index.js', import.meta.url)
const { transforms: T } = (await import(/* @vite-ignore */ built.href)) as typeof vision
// outside of what is type checked: workers run it as it is
const fixture = new URL('./fixtures/worker-images.mjs', import.meta.url)
const { Colors, half } = (await import(/* @vite-ignore */ fixture.href)) as {
  Colors: new (transform: (image: vision.Image) => Tensor) => Dataset<[Tensor, number]>
  half: (x: Tensor) => Tensor
}

const transform = new T.Compose([
  new T.RandomResizedCrop(8, { scale: [0.3, 1] }),
  new T.RandomHorizontalFlip(),
  new T.ColorJitter(0.4, 0.4, 0.4, 0.1),
  new T.RandAugment({ fill: 128 }),
  new T.RandomApply([new T.GaussianBlur(3)], 0.5),
  new T.ToTensor(),
  new T.ConvertImageDtype('float64'),
  new T.Normalize([0.5, 0.4, 0.3], [0.2, 0.2, 0.3]),
  new T.Lambda(half),
])

async function epoch(numWorkers: number): Promise<unknown[]> {
  const batches: unknown[] = []
  const options = { batchSize: 3, numWorkers }
  for await (const [x, y] of new DataLoader<[Tensor, Tensor]>(new Colors(transform), options)) {
    expect(x.dtype.name).toBe('float64')
    expect(x.shape).toEqual([3, 3, 8, 8])
    batches.push([x.tolist(), y.tolist()])
  }
  return batches
}

describe('transforms in workers', { timeout: 30_000 }, () => {
  test('do the same again with the same seed, and something else in the next epoch', async () => {
    manualSeed(7)
    const first = await epoch(2)
    const second = await epoch(2)
    expect(first.length).toBe(4)
    expect(second).not.toEqual(first)
    manualSeed(7)
    expect(await epoch(2)).toEqual(first)
  })

  test('draw other numbers in each worker', async () => {
    manualSeed(7)
    const crops = await epoch(4)
    // each worker makes the first crop of its stream; were the streams the same, the boxes would be
    expect(new Set(crops.map((batch) => JSON.stringify(batch))).size).toBe(4)
  })
})
