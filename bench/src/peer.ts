/** What the program and the processes it starts tell each other. */
import type { Prepared } from './measure.js'
import type { Micro } from './workloads/micro.js'
import type { Training } from './workloads/training.js'

/** Whose code runs. */
export type PeerName = 'tsorch' | 'pytorch' | 'tfjs' | 'jax-js' | 'js-pytorch'

/** One workload on one setting of one peer: a process of its own. */
export interface Case {
  readonly workload: string
  readonly peer: PeerName
  /** Kernel set or backend. */
  readonly set: string
  readonly threads: number
}

/** What such a process prints, as one line of JSON. */
export interface Outcome {
  /** Null where it could not be measured: the note says why. */
  readonly medianMs: number | null
  /** Of the first steps, those that have to be PyTorch's. */
  readonly losses: readonly number[]
  readonly note: string
  /** Version of the peer, or of what else should be told of it. */
  readonly version: string
  /** Floating-point operations of one call, where only the process itself knows them. */
  readonly flops?: number
}

/** A library that runs in this process. */
export interface Peer {
  readonly version: string
  /** Why a workload cannot be done, or null. */
  refuses(workload: string): string | null
  training(spec: Training): Prepared | Promise<Prepared>
  micro(spec: Micro): Prepared | Promise<Prepared>
}
