/** tsorch as one of the libraries that are measured. */
import type { Peer } from '../peer.js'
import { servingKernels } from './kernels.js'
import { microOf } from './micro.js'
import { peak } from './peak.js'
import { trainingStep } from './training.js'

/** tsorch with the kernels that the environment names. @throws Error if others serve */
export function tsorchPeer(set: string, threads: number): Peer {
  return {
    version: servingKernels(set, threads),
    refuses: (workload) => (workload === 'peak' && peak() === null ? 'these kernels have no register-only loop' : null),
    training: trainingStep,
    micro: ({ op }) => microOf(op),
  }
}
