/** jax-js on its WebAssembly backend. In Node.js it runs on one thread. */
import { readFileSync } from 'node:fs'
import type { Peer } from '../../peer.js'
import { microOf } from './micro.js'
import { trainingStep } from './training.js'

function version(): string {
  // its package does not export package.json
  const entry = new URL(import.meta.resolve('@jax-js/jax'))
  const { version } = JSON.parse(readFileSync(new URL('../package.json', entry), 'utf8')) as { version: string }
  return version
}

export function jaxPeer(): Peer {
  return {
    version: version(),
    refuses: (workload) => (workload === 'tiny-recorded' ? 'records only inside grad' : null),
    training: trainingStep,
    micro: ({ op }) => microOf(op),
  }
}
