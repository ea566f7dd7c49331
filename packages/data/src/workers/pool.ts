/** The workers of one loader: who has what to do, and which batch comes next. */
import { RuntimeError } from '@tsorch/core'
import { type Channel, openChannel, type WorkerSource } from './channel.js'
import { errorOf } from './errors.js'
import type { FromWorker } from './messages.js'
import { nodeThreads } from './node-threads.js'
import { type Bytes, Packer, tensorFrom, Unpacker } from './pack.js'
import type { Work } from './serve.js'

/** What workers are started with. */
export interface PoolOptions {
  readonly work: Work
  readonly numWorkers: number
  /** Batches that are made ahead, for each worker. */
  readonly prefetchFactor: number
  readonly batchSize: number | null
  readonly dropLast: boolean
  /** Whether the data set is a stream, of which each worker has its own. */
  readonly stream: boolean
  readonly seed: bigint
  readonly source: WorkerSource | undefined
  /** Milliseconds to wait for a batch, Infinity for ever. */
  readonly timeout: number
}

/** A batch, and how many samples it has. */
export interface Delivery {
  readonly batch: unknown
  readonly samples: number
}

/** A batch, the end, or neither yet. */
type Next = Delivery | 'end' | 'wait'

/** A batch that was asked for. */
interface Job {
  readonly worker: number
  readonly task: number
  /** Undefined until it comes. */
  answer: FromWorker | undefined
}

interface Member {
  readonly channel: Channel
  readonly free: Bytes[]
  /** Whether its part of a stream has ended. */
  ended: boolean
}

/** Where threads may wait without their event loop: not the main thread of a page. */
const canBlock = nodeThreads() !== null

/** Workers that make batches, handed out in the order in which they were asked for. */
export class WorkerPool {
  private readonly options: PoolOptions
  private readonly members: Member[] = []
  /** Counts the answers of all, to be waited for. */
  private readonly answers: Int32Array | null
  private entries: Iterator<number | readonly number[]> | null
  /** Jobs in the order of their batches. */
  private jobs: Job[]
  private tasks: number
  private turn: number
  private skip: number
  private failure: Error | null
  private wake: (() => void) | null
  stopped: boolean

  constructor(options: PoolOptions) {
    this.options = options
    this.entries = null
    this.jobs = []
    this.tasks = 0
    this.turn = 0
    this.skip = 0
    this.failure = null
    this.wake = null
    this.stopped = false
    const memory = canShare() ? new SharedArrayBuffer(4) : null
    this.answers = memory === null ? null : new Int32Array(memory)
    const packer = new Packer((bytes) => (memory === null ? new ArrayBuffer(bytes) : new SharedArrayBuffer(bytes)))
    // packed before a thread is started: what cannot be sent is told at once
    const works = memory === null ? null : packer.pack(options.work, 'DataLoader')
    for (let id = 0; id < options.numWorkers; id++) this.start(id, works, memory)
  }

  private start(id: number, shared: unknown, answers: SharedArrayBuffer | null): void {
    const { numWorkers, seed, batchSize, dropLast, source, work } = this.options
    const own = new Packer((bytes) => new ArrayBuffer(bytes))
    const message = {
      type: 'setup',
      id,
      numWorkers,
      seed: seed + BigInt(id),
      batchSize,
      dropLast,
      work: shared ?? own.pack(work, 'DataLoader'),
      answers,
    } as const
    const channel = openChannel(id, source, {
      message: (answer) => this.receive(id, answer),
      died: (reason) => this.fail(new RuntimeError(`DataLoader worker ${id} exited unexpectedly: ${reason}`)),
    })
    this.members.push({ channel, free: [], ended: false })
    channel.post(message, own.transfer)
    channel.hold(false)
  }

  /**
   * Begins an epoch.
   *
   * @param entries - null where the data set is a stream
   * @param skip - batches of a stream that are not handed out
   */
  begin(entries: Iterator<number | readonly number[]> | null, skip: number): void {
    this.entries = entries
    this.skip = skip
    this.turn = 0
    this.jobs = []
    for (const member of this.members) {
      member.ended = false
      if (this.tasks > 0 && this.options.stream) member.channel.post({ type: 'rewind' }, [])
    }
    const ahead = this.options.prefetchFactor * this.options.numWorkers
    for (let i = 0; i < ahead; i++) this.ask()
  }

  /** Asks the next worker in turn for the next batch. */
  private ask(): void {
    const { members, options } = this
    if (this.jobs.length >= options.prefetchFactor * options.numWorkers) return
    const ready = members.findIndex((_, i) => !members[(this.turn + i) % members.length]!.ended)
    if (ready < 0) return
    let entry: number | readonly number[] | null = null
    if (!options.stream) {
      const next = this.entries!.next()
      if (next.done === true) return
      entry = next.value
    }
    const worker = (this.turn + ready) % members.length
    this.turn = worker + 1
    const { channel, free } = members[worker]!
    this.jobs.push({ worker, task: this.tasks, answer: undefined })
    channel.post({ type: 'task', task: this.tasks, entry, free: free.splice(0) }, [])
    this.tasks++
  }

  private receive(worker: number, answer: FromWorker): void {
    if (this.stopped) return
    if (answer.type === 'exiting')
      this.fail(
        new RuntimeError(`DataLoader worker ${worker} exited unexpectedly: it ended with exit code ${answer.code}`),
      )
    else if (answer.type === 'failed' && answer.task === null) this.fail(errorOf(worker, answer))
    else {
      const job = this.jobs.find((other) => other.task === answer.task)
      // of an epoch that was left early
      if (job === undefined) return
      job.answer = answer
      if (answer.type === 'ended') this.members[worker]!.ended = true
    }
    this.wake?.()
  }

  private fail(error: Error): void {
    this.failure ??= error
    this.wake?.()
  }

  /** The next batch in order, as far as it is there. @throws what a worker threw */
  private ready(): Next {
    if (this.failure !== null) throw this.failure
    for (;;) {
      const [job] = this.jobs
      if (job === undefined) return 'end'
      const { answer } = job
      if (answer === undefined) return 'wait'
      this.jobs.shift()
      this.ask()
      if (answer.type === 'failed') throw errorOf(job.worker, answer)
      if (answer.type !== 'made') continue
      if (this.skip === 0) {
        return { batch: this.opened(job.worker, answer.batch), samples: answer.samples }
      }
      this.skip--
    }
  }

  private opened(worker: number, packed: unknown): unknown {
    const unpacker = new Unpacker(tensorFrom)
    const batch = unpacker.unpack(packed)
    if (this.answers !== null) this.members[worker]!.free.push(...unpacker.memory)
    return batch
  }

  /** Waits for the next batch. @throws what a worker threw, or that it took too long */
  async next(signal: AbortSignal | undefined): Promise<Delivery | null> {
    const until = performance.now() + this.options.timeout
    this.hold(true)
    try {
      for (;;) {
        signal?.throwIfAborted()
        this.drain()
        const next = this.ready()
        if (next !== 'wait') return next === 'end' ? null : next
        await this.woken(until, signal)
      }
    } finally {
      this.hold(false)
    }
  }

  private async woken(until: number, signal: AbortSignal | undefined): Promise<void> {
    const left = until - performance.now()
    if (left <= 0) throw this.timedOut()
    await new Promise<void>((resolve) => {
      const timer = left === Infinity ? undefined : setTimeout(resolve, left)
      this.wake = () => {
        clearTimeout(timer)
        signal?.removeEventListener('abort', this.wake!)
        this.wake = null
        resolve()
      }
      signal?.addEventListener('abort', this.wake)
    })
  }

  /** The same without the event loop: the thread sleeps until a worker answers. */
  nextNow(): Delivery | null {
    if (!canBlock || this.answers === null)
      throw new RuntimeError(
        'DataLoader: with numWorkers > 0 a page iterates asynchronously: for await (const batch of loader)',
      )
    const until = performance.now() + this.options.timeout
    for (;;) {
      const seen = Atomics.load(this.answers, 0)
      this.drain()
      const next = this.ready()
      if (next !== 'wait') return next === 'end' ? null : next
      const left = until - performance.now()
      if (left <= 0) throw this.timedOut()
      Atomics.wait(this.answers, 0, seen, left)
    }
  }

  /** Takes what was answered while this thread did not turn its event loop. */
  private drain(): void {
    for (const [id, { channel }] of this.members.entries())
      for (let answer = channel.take(); answer !== undefined; answer = channel.take()) this.receive(id, answer)
  }

  private timedOut(): Error {
    return new RuntimeError(`DataLoader timed out after ${this.options.timeout / 1000} seconds`)
  }

  private hold(on: boolean): void {
    for (const { channel } of this.members) channel.hold(on)
  }

  /** Ends all workers, at once. */
  stop(): void {
    if (this.stopped) return
    this.stopped = true
    for (const { channel } of this.members) channel.stop()
    this.jobs = []
    this.wake?.()
  }
}

/** Whether memory can be shared with workers. */
function canShare(): boolean {
  if (typeof SharedArrayBuffer === 'undefined') return false
  return nodeThreads() !== null || (globalThis as { crossOriginIsolated?: boolean }).crossOriginIsolated === true
}
