/** What a worker does: it rebuilds the data set, and makes the batches that it is asked for. */
import { manualSeed } from '@tsorch/core'
import type { Dataset, IterableDataset } from '../dataset.js'
import { type Collate, countOf, type Entry, Fetcher, isPromise } from '../fetch.js'
import type { Failed, FromWorker, Setup, Task, ToWorker } from './messages.js'
import { type Bytes, loadPlaces, Packer, tensorOver, Unpacker } from './pack.js'
import { setWorkerInfo } from './worker-info.js'

/** A worker's way to the program that started it. */
export interface Port {
  post(message: FromWorker, transfer: ArrayBuffer[]): void
}

/** Packed in {@link Setup.work}. */
export interface Work {
  readonly dataset: Dataset
  readonly collate: Collate | null
  readonly init: ((id: number) => void) | null
}

/** A worker's side: told the program's messages one after the other, it answers each. */
export class WorkerServer {
  private readonly port: Port
  private readonly free: Bytes[] = []
  private answers: Int32Array | null = null
  private fetcher: Fetcher | null = null
  private entries: Iterator<Entry> | null = null
  /** Messages that wait while the data set is rebuilt, or a batch comes later; null at other times. */
  private waiting: ToWorker[] | null = null

  constructor(port: Port) {
    this.port = port
  }

  receive(message: ToWorker): void {
    if (message.type === 'setup') void this.start(message)
    else if (this.waiting !== null) this.waiting.push(message)
    else if (message.type === 'rewind') this.entries = null
    else this.make(message)
  }

  private async start(setup: Setup): Promise<void> {
    if (setup.answers !== null) this.answers = new Int32Array(setup.answers)
    this.waiting = []
    try {
      await this.rebuild(setup)
    } catch (error) {
      this.fail(error, null)
    }
    this.goOn()
  }

  /** Takes the messages that came in the meantime. */
  private goOn(): void {
    const waiting = this.waiting ?? []
    this.waiting = null
    for (const message of waiting) this.receive(message)
  }

  private async rebuild({ id, numWorkers, seed, batchSize, dropLast, work }: Setup): Promise<void> {
    setWorkerInfo('starting')
    await loadPlaces(work)
    const { dataset, collate, init } = new Unpacker(tensorOver).unpack(work) as Work
    setWorkerInfo({ id, numWorkers, seed, dataset })
    manualSeed(seed)
    init?.(id)
    this.fetcher = new Fetcher(dataset, collate, batchSize, dropLast)
  }

  /** Tells that the thread ends. */
  exiting(code: number): void {
    this.answer({ type: 'exiting', code })
  }

  private make({ task, entry, free }: Task): void {
    const { fetcher } = this
    this.free.push(...free)
    if (fetcher === null) return
    try {
      const next = entry ?? this.next(fetcher)
      if (next === null) {
        this.answer({ type: 'ended', task })
        return
      }
      const made = fetcher.make(next)
      if (isPromise(made)) void this.deliverLater(made, task, countOf(next))
      else this.deliver(made, task, countOf(next))
    } catch (error) {
      this.fail(error, task)
    }
  }

  private deliver(made: unknown, task: number, samples: number): void {
    const packer = new Packer((bytes) => this.memory(bytes))
    const batch = packer.pack(made, 'batch')
    this.answer({ type: 'made', task, batch, samples }, packer.transfer)
  }

  /** One batch after the other: a sampler's order is that in which random numbers are drawn. */
  private async deliverLater(made: Promise<unknown>, task: number, samples: number): Promise<void> {
    this.waiting = []
    try {
      this.deliver(await made, task, samples)
    } catch (error) {
      this.fail(error, task)
    }
    this.goOn()
  }

  private next(fetcher: Fetcher): Entry | null {
    this.entries ??= fetcher.stream(fetcher.dataset as IterableDataset)
    const { value, done } = this.entries.next()
    return done === true ? null : value
  }

  /** Shared memory that a batch had before, or new. */
  private memory(bytes: number): Bytes {
    if (this.answers === null) return new ArrayBuffer(bytes)
    const fits = this.free.findIndex(({ byteLength }) => byteLength >= bytes && byteLength <= 2 * bytes + 64)
    if (fits >= 0) return this.free.splice(fits, 1)[0]!
    // what no batch could use is of a size that does not come any more
    if (this.free.length > 16) this.free.length = 0
    return new SharedArrayBuffer(bytes)
  }

  private fail(error: unknown, task: number | null): void {
    const { name, message, stack } = error instanceof Error ? error : new Error(String(error))
    const sample = this.fetcher?.current ?? null
    const failed: Failed = { type: 'failed', task, sample, name, message, stack: stack ?? '' }
    this.answer(failed)
  }

  private answer(message: FromWorker, transfer: ArrayBuffer[] = []): void {
    this.port.post(message, transfer)
    if (this.answers === null) return
    Atomics.add(this.answers, 0, 1)
    Atomics.notify(this.answers, 0)
  }
}
