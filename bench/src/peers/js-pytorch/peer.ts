/** js-pytorch: plain JavaScript over nested arrays. Its one optimizer is Adam; it has no convolutions and no recurrent layers. */
import { readFileSync } from 'node:fs'
import type { Peer } from '../../peer.js'
import { microOf } from './micro.js'
import { trainingStep } from './training.js'

const REASONS: Readonly<Record<string, string>> = {
  W5: 'no convolution',
  W6: 'no convolution',
  W7: 'no convolution',
  W8: 'no recurrent layers',
  W9: 'no recurrent layers',
  W10: 'no convolution',
  W11: 'no convolution',
  W12: 'its attention is causal only',
}

export function jsPytorchPeer(): Peer {
  const entry = new URL(import.meta.resolve('js-pytorch'))
  const { version } = JSON.parse(readFileSync(new URL('../package.json', entry), 'utf8')) as { version: string }
  return {
    version,
    refuses: (workload) => REASONS[workload] ?? (workload.startsWith('conv') ? 'no convolution' : null),
    training: trainingStep,
    micro: ({ op }) => microOf(op),
  }
}
