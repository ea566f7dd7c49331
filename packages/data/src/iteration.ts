/** Going through an epoch, batch by batch. */
import { RuntimeError, safePoint } from '@tsorch/core'
import { countOf, type Entry, type Fetcher, isPromise } from './fetch.js'
import type { LoaderStats } from './stats.js'
import { Turns } from './turns.js'
import type { Delivery, WorkerPool } from './workers/pool.js'

/** Where the iteration that was begun last stands. */
export interface Position {
  batches: number
  /** States of the random streams when it began. */
  readonly start: readonly Uint8Array[]
  readonly stats: LoaderStats
  /** Called at its end. */
  readonly ended: () => void
}

/** Batches that this thread makes. */
export function* batchesHere(
  fetcher: Fetcher,
  entries: Iterator<Entry>,
  position: Position,
  signal: AbortSignal | undefined,
): IterableIterator<unknown> {
  for (;;) {
    const since = begin(signal)
    const next = entries.next()
    const batch = next.done === true ? null : fetcher.make(next.value)
    if (isPromise(batch)) {
      // nobody waits for it
      batch.catch(() => {})
      throw new RuntimeError(
        `DataLoader: ${fetcher.dataset.constructor.name} makes its samples asynchronously: use for await (const batch of loader), or numWorkers`,
      )
    }
    position.stats.count(next.done === true ? 0 : countOf(next.value), since)
    if (next.done === true) break
    position.batches++
    yield batch
  }
  position.ended()
}

/** The same for an asynchronous loop: batches may come later, and the event loop has its turns. */
export async function* asyncBatchesHere(
  fetcher: Fetcher,
  entries: Iterator<Entry>,
  position: Position,
  signal: AbortSignal | undefined,
): AsyncIterableIterator<unknown> {
  const turns = new Turns()
  for (;;) {
    const since = begin(signal)
    const next = entries.next()
    const made = next.done === true ? null : fetcher.make(next.value)
    const batch = isPromise(made) ? await unlessAborted(made, signal) : made
    position.stats.count(next.done === true ? 0 : countOf(next.value), since)
    if (next.done === true) break
    position.batches++
    const turn = turns.due()
    if (turn !== null) await turn
    yield batch
  }
  position.ended()
}

/** Before a batch. Returns when it was asked for. */
function begin(signal: AbortSignal | undefined): number {
  safePoint()
  signal?.throwIfAborted()
  return performance.now()
}

/** Waits for a value, but no longer than the loop shall last. */
async function unlessAborted(value: Promise<unknown>, signal: AbortSignal | undefined): Promise<unknown> {
  if (signal === undefined) return value
  let abort = (): void => {}
  const aborted = new Promise<never>((_, reject) => {
    abort = () => reject(signal.reason)
    signal.addEventListener('abort', abort)
  })
  try {
    return await Promise.race([value, aborted])
  } finally {
    signal.removeEventListener('abort', abort)
  }
}

/** An epoch with workers. They run from the beginning on, not only from the first batch, and end with the iteration. */
class WithWorkers {
  protected readonly pool: WorkerPool
  protected readonly position: Position
  private readonly stays: boolean
  private open: boolean

  /** @param stays - whether the workers are there for the next epoch too */
  constructor(pool: WorkerPool, position: Position, stays: boolean) {
    this.pool = pool
    this.position = position
    this.stays = stays
    this.open = true
  }

  /** The result for a batch, or for the end. */
  protected deliver(next: Delivery | null, since: number): IteratorResult<unknown, undefined> {
    this.position.stats.count(next?.samples ?? 0, since)
    if (next === null) {
      this.close(!this.stays)
      this.position.ended()
      return { done: true, value: undefined }
    }
    this.position.batches++
    return { done: false, value: next.batch }
  }

  /** Whether there may be more batches. */
  protected get isOpen(): boolean {
    return this.open && !this.pool.stopped
  }

  protected close(stop: boolean): void {
    this.open = false
    if (stop) this.pool.stop()
  }

  /** Ends all after an error. */
  protected fail(error: unknown): never {
    this.close(true)
    throw error
  }

  protected leave(): IteratorResult<unknown, undefined> {
    this.close(!this.stays)
    return { done: true, value: undefined }
  }
}

/** An epoch with workers in a loop that blocks the thread. */
export class WorkerBatches extends WithWorkers implements IterableIterator<unknown, undefined> {
  next(): IteratorResult<unknown, undefined> {
    safePoint()
    const since = performance.now()
    if (!this.isOpen) return { done: true, value: undefined }
    try {
      return this.deliver(this.pool.nextNow(), since)
    } catch (error) {
      return this.fail(error)
    }
  }

  return(): IteratorResult<unknown, undefined> {
    return this.leave()
  }

  [Symbol.iterator](): this {
    return this
  }
}

/** An epoch with workers in an asynchronous loop. */
export class AsyncWorkerBatches extends WithWorkers implements AsyncIterableIterator<unknown, undefined> {
  private readonly signal: AbortSignal | undefined
  /** Calls are answered one after the other. */
  private last: Promise<unknown>
  private readonly turns = new Turns()

  constructor(pool: WorkerPool, position: Position, stays: boolean, signal: AbortSignal | undefined) {
    super(pool, position, stays)
    this.signal = signal
    this.last = Promise.resolve()
  }

  next(): Promise<IteratorResult<unknown, undefined>> {
    const result = this.last.then(() => this.take())
    this.last = result.catch(() => {})
    return result
  }

  private async take(): Promise<IteratorResult<unknown, undefined>> {
    safePoint()
    const since = performance.now()
    if (!this.isOpen) return { done: true, value: undefined }
    try {
      // batches that are there already are taken at once
      const turn = this.turns.due()
      if (turn !== null) await turn
      return this.deliver(await this.pool.next(this.signal), since)
    } catch (error) {
      return this.fail(error)
    }
  }

  return(): Promise<IteratorResult<unknown, undefined>> {
    return Promise.resolve(this.leave())
  }

  [Symbol.asyncIterator](): this {
    return this
  }
}
