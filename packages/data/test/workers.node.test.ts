import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { manualSeed, rand, type Tensor } from '@tsorch/core'
import { afterEach, describe, expect, it } from 'vitest'
import { DataLoader, type DataLoaderOptions, Dataset, Subset, TensorDataset } from '../src/index.js'

interface Batch {
  x: Tensor
  name: string[]
  worker: Tensor
}
type Trouble = 'throw' | 'exit' | 'sleep' | 'history'
interface Fixtures {
  Squares: new (length: number, trouble?: Trouble) => Dataset
  Stream: new (n: number) => Dataset
  Images: new () => Dataset
  Later: new (length: number, trouble?: Trouble) => Dataset<Promise<Tensor>>
  remember: (id: number) => void
  withStart: (samples: readonly never[]) => string[]
  joinLater: (samples: readonly never[]) => Promise<number[][]>
}
// outside of what is type checked: workers run it as it is
const fixture = new URL('./fixtures/worker-data.mjs', import.meta.url)
const fixtures = (await import(/* @vite-ignore */ fixture.href)) as Fixtures
const { Squares, Stream, Images, Later, remember, withStart, joinLater } = fixtures

/** Threads that are alive, this one not counted. */
function threads(): number {
  const report = process.report.getReport() as unknown as { workers: unknown[] }
  return report.workers.length
}

async function untilNoThreads(): Promise<void> {
  for (let i = 0; i < 100 && threads() > 0; i++) await new Promise((resolve) => setTimeout(resolve, 20))
  expect(threads()).toBe(0)
}

function load(options: DataLoaderOptions, trouble?: Trouble): DataLoader<Batch> {
  return new DataLoader<Batch>(new Squares(12, trouble), { batchSize: 4, numWorkers: 2, ...options })
}

async function names(loader: DataLoader<Batch>): Promise<string[][]> {
  const seen: string[][] = []
  for await (const batch of loader) seen.push(batch.name)
  return seen
}

afterEach(untilNoThreads)

describe('a loader with workers', { timeout: 30_000 }, () => {
  it('delivers what a loader without them delivers, in its order, in both kinds of loops', async () => {
    const options = { batchSize: 5, shuffle: true }
    const epoch = (numWorkers: number) => {
      manualSeed(4)
      return new DataLoader<Batch>(new Squares(23), { ...options, numWorkers })
    }
    const alone = [...epoch(0)].map(({ x, name }) => [x.tolist(), name])
    for (const numWorkers of [1, 3]) {
      const seen: unknown[] = []
      const workers = new Set<number>()
      const loader = epoch(numWorkers)
      for await (const { x, name, worker } of loader) {
        seen.push([x.tolist(), name])
        for (const id of worker.tolist() as number[]) workers.add(id)
      }
      expect(seen).toEqual(alone)
      expect(workers.size).toBe(numWorkers)
      expect(loader.stats.samples).toBe(23)
    }
    expect([...epoch(2)].map(({ x, name }) => [x.tolist(), name])).toEqual(alone)
  })

  it('gives each batch memory of its own', async () => {
    const batches: Tensor[] = []
    for await (const batch of new DataLoader<Tensor>(new Images(), { batchSize: 4, numWorkers: 2 })) batches.push(batch)
    expect(batches.map((b) => b.mean().item())).toEqual([1.5, 5.5, 9.5, 13.5, 17.5, 21.5, 25.5, 29.5])
  })

  it('shares the tensors of a data set instead of copying them into each worker', async () => {
    const table = rand([1000, 3])
    const dataset = new Subset(new TensorDataset(table), [7, 3, 999])
    const seen: unknown[] = []
    for await (const [rows] of new DataLoader<[Tensor]>(dataset, { batchSize: 2, numWorkers: 2 }))
      seen.push(...(rows.tolist() as unknown[]))
    expect(seen).toEqual([7, 3, 999].map((i) => table.at(i).tolist()))
  })

  it('waits in its workers for samples that come later, in both kinds of loops', async () => {
    const loader = () => {
      manualSeed(2)
      return new DataLoader(new Later(11), { batchSize: 3, shuffle: true, numWorkers: 2 })
    }
    const seen: unknown[] = []
    for await (const batch of loader()) seen.push(batch.tolist())
    expect([...loader()].map((batch) => batch.tolist())).toEqual(seen)
    manualSeed(2)
    const here: unknown[] = []
    for await (const batch of new DataLoader(new Later(11), { batchSize: 3, shuffle: true })) here.push(batch.tolist())
    expect(seen).toEqual(here)
    const joined: unknown[] = []
    const options = { batchSize: 2, numWorkers: 2, collateFn: joinLater }
    for await (const batch of new DataLoader<number[][]>(new Later(4), options)) joined.push(batch)
    expect(joined).toEqual([
      [
        [0, 0],
        [1, 1],
      ],
      [
        [2, 4],
        [3, 9],
      ],
    ])
  })

  it('lets every worker have its part of a stream', async () => {
    const seen: number[][] = []
    for await (const batch of new DataLoader<Tensor>(new Stream(11), { batchSize: 2, numWorkers: 3 }))
      seen.push(batch.tolist() as number[])
    expect(seen.slice(0, 3)).toEqual([
      [0, 3],
      [1, 4],
      [2, 5],
    ])
    expect(seen.flat().sort((a, b) => a - b)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10])
  })

  it('goes on in the middle of an epoch, over a stream too', async () => {
    for (const dataset of [new Squares(12), new Stream(12)]) {
      const make = () =>
        new DataLoader<{ name: string[] }>(dataset, {
          batchSize: 2,
          numWorkers: 2,
          shuffle: dataset instanceof Squares,
        })
      manualSeed(1)
      const loader = make()
      let state = loader.stateDict()
      const text = (batch: unknown) => JSON.stringify((batch as { name?: string[] }).name ?? (batch as Tensor).tolist())
      const whole: string[] = []
      for await (const batch of loader) {
        whole.push(text(batch))
        if (whole.length === 2) state = loader.stateDict()
      }
      const again = make()
      again.loadStateDict(state)
      const rest: string[] = []
      for await (const batch of again) rest.push(text(batch))
      expect(rest).toEqual(whole.slice(2))
    }
  })

  it('keeps persistent workers, and calls the init function once in each', async () => {
    const loader = load({ persistentWorkers: true, workerInitFn: remember, collateFn: withStart })
    const epochs: unknown[] = []
    for (let epoch = 0; epoch < 2; epoch++) for await (const batch of loader) epochs.push(batch)
    expect(threads()).toBe(2)
    expect(epochs[1]).toEqual(['n4 of 1', 'n5 of 1', 'n6 of 1', 'n7 of 1'])
    expect(epochs.slice(3)).toEqual(epochs.slice(0, 3))
    loader.close()
    await untilNoThreads()
    const stream = new DataLoader<Tensor>(new Stream(4), { numWorkers: 2, persistentWorkers: true })
    for (let epoch = 0; epoch < 2; epoch++) {
      const seen: unknown[] = []
      for await (const batch of stream) seen.push((batch.tolist() as number[])[0])
      expect(seen).toEqual([0, 1, 2, 3])
    }
    stream.close()
  })
})

describe('when something goes wrong', { timeout: 30_000 }, () => {
  it('an error in a worker arrives with its class, its sample and its own stack, and ends the workers', async () => {
    const error = await names(load({}, 'throw')).catch((e: unknown) => e)
    expect(error).toBeInstanceOf(RangeError)
    expect((error as Error).message).toContain(
      'Caught RangeError in DataLoader worker 1, at sample 5: five is too much',
    )
    expect((error as Error).message).toContain('worker-data.mjs')
    await untilNoThreads()
    expect(() => [...load({}, 'throw')]).toThrow('at sample 5: five is too much')
  })

  it('an error of a sample that comes later arrives with its index', async () => {
    const loader = new DataLoader(new Later(12, 'throw'), { batchSize: 4, numWorkers: 2 })
    const loop = async () => {
      for await (const _ of loader);
    }
    await expect(loop()).rejects.toThrow('Caught RangeError in DataLoader worker 1, at sample 5: five is too much')
  })

  it('a worker that ends is told, and nobody waits for it', async () => {
    await expect(names(load({}, 'exit'))).rejects.toThrow(
      'DataLoader worker 1 exited unexpectedly: it ended with exit code 3',
    )
    expect(() => [...load({}, 'exit')]).toThrow('DataLoader worker 1 exited unexpectedly')
  })

  it('a worker that takes too long is told after the timeout', async () => {
    await expect(names(load({ timeout: 0.3 }, 'sleep'))).rejects.toThrow('DataLoader timed out after 0.3 seconds')
    expect(() => [...load({ timeout: 0.3 }, 'sleep')]).toThrow('DataLoader timed out after 0.3 seconds')
  })

  it('leaving the loop ends the workers, also before the first batch', async () => {
    for await (const _ of load({})) break
    await untilNoThreads()
    for (const _ of load({})) break
    await untilNoThreads()
    await load({})[Symbol.asyncIterator]().return!()
  })

  it('an abort signal ends the loop and the workers', async () => {
    const controller = new AbortController()
    const loop = names(load({ signal: controller.signal }, 'sleep'))
    setTimeout(() => controller.abort(new Error('enough')), 200)
    await expect(loop).rejects.toThrow('enough')
  })

  it('what cannot be sent is told before a thread is started', async () => {
    class Hidden extends Dataset<number> {
      readonly length = 3
      getItem(index: number): number {
        return index
      }
    }
    expect(() => new DataLoader(new Hidden(), { numWorkers: 1 })[Symbol.asyncIterator]()).toThrow(
      'DataLoader.dataset is an instance of Hidden, which a worker cannot find: tell its name where it is defined, portable(import.meta.url, { Hidden })',
    )
    expect(() => load({ collateFn: (samples) => samples })[Symbol.asyncIterator]()).toThrow(
      'DataLoader.collate is a function that a worker cannot find',
    )
    await expect(names(load({ batchSize: 6 }, 'history'))).rejects.toThrow('is a tensor with a history')
  })

  it.each([
    [{ numWorkers: -1 }, 'num_workers option should be non-negative'],
    [{ numWorkers: 0, prefetchFactor: 2 }, 'prefetch_factor option could only be specified in multiprocessing'],
    [{ prefetchFactor: 0 }, 'prefetch_factor option should be a positive integer, but got 0'],
    [{ numWorkers: 0, persistentWorkers: true }, 'persistent_workers option needs num_workers > 0'],
    [{ timeout: -1 }, 'timeout option should be non-negative'],
  ])('options are checked: %j', (options, message) => {
    expect(() => load(options)).toThrow(message)
  })
})

describe('a program in one file', { timeout: 30_000 }, () => {
  const script = fileURLToPath(new URL('./fixtures/script.mjs', import.meta.url))
  const run = promisify(execFile)

  it('runs if what trains stands under a condition', async () => {
    const { stdout } = await run(process.execPath, [script, 'guarded'])
    expect(stdout.trim()).toBe('[[0,2],[4,6]]')
  })

  it('is told what to do if it does not', async () => {
    const { stderr } = (await run(process.execPath, [script]).catch((e: unknown) => e)) as { stderr: string }
    expect(stderr).toContain('put what starts the training under if (getWorkerInfo() === null)')
  })
})
