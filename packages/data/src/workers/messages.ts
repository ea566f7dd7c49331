/** What the program and its workers tell each other. */
import type { Bytes } from './pack.js'

/** The first message to a worker. */
export interface Setup {
  readonly type: 'setup'
  readonly id: number
  readonly numWorkers: number
  readonly seed: bigint
  readonly batchSize: number | null
  readonly dropLast: boolean
  /** Packed `{ dataset, collate, init }`. */
  readonly work: unknown
  /** Counts the answers of all workers, for a thread that waits without its event loop; null where none can. */
  readonly answers: SharedArrayBuffer | null
}

/** A batch to make. */
export interface Task {
  readonly type: 'task'
  readonly task: number
  /** Null: the next one of a stream. */
  readonly entry: number | readonly number[] | null
  /** Memory of batches that were read, to be used again. */
  readonly free: readonly Bytes[]
}

/** A stream begins anew: the workers stay for another epoch. */
export interface Rewind {
  readonly type: 'rewind'
}

export type ToWorker = Setup | Task | Rewind

/** A batch. */
export interface Made {
  readonly type: 'made'
  readonly task: number
  readonly batch: unknown
  /** How many it is made of. */
  readonly samples: number
}

/** This worker's part of the stream has come to its end. */
export interface Ended {
  readonly type: 'ended'
  readonly task: number
}

/** Something was thrown. */
export interface Failed {
  readonly type: 'failed'
  /** Null before the first task: the worker did not come up. */
  readonly task: number | null
  readonly sample: number | null
  readonly name: string
  readonly message: string
  readonly stack: string
}

/** The thread is about to end, though nobody asked it to. */
export interface Exiting {
  readonly type: 'exiting'
  readonly code: number
}

export type FromWorker = Made | Ended | Failed | Exiting
