/** Which processes a run consists of. */
import type { Options, SetChoice } from './arguments.js'
import type { Case } from './peer.js'
import { micros } from './workloads/micro.js'
import { trainings } from './workloads/training.js'

/** What every workload is measured on: a peer's setting, or one of our kernel sets. */
export type Column = Omit<Case, 'workload'>

/** The settings, in the order of the table's columns: PyTorch, ours, the JavaScript peers. */
export function columnsOf(options: Pick<Options, 'peers' | 'threads'>, sets: readonly SetChoice[]): Column[] {
  const has = (peer: Options['peers'][number]) => options.peers.includes(peer)
  const columns: Column[] = []
  if (has('pytorch'))
    for (const set of ['cpu', 'channels_last'])
      for (const threads of options.threads) columns.push({ peer: 'pytorch', set, threads })
  for (const set of sets) {
    // the plain TypeScript kernels have one thread
    for (const threads of set === 'ts' ? [1] : options.threads) columns.push({ peer: 'tsorch', set, threads })
  }
  if (has('tfjs')) for (const set of ['cpu', 'wasm']) columns.push({ peer: 'tfjs', set, threads: 1 })
  if (has('jax-js')) columns.push({ peer: 'jax-js', set: 'wasm', threads: 1 })
  if (has('js-pytorch')) columns.push({ peer: 'js-pytorch', set: 'js', threads: 1 })
  return columns
}

/** The columns that a workload is for: what measures the machine itself is no matter of the peers. */
export function columnsFor(workload: string, columns: readonly Column[]): readonly Column[] {
  const kind = micros.find(({ id }) => id === workload)?.op.kind
  const images = kind === 'conv' || trainings.find(({ id }) => id === workload)?.x.shape.length === 4
  const own = columns.filter(({ peer }) => peer === 'tsorch')
  if (kind === 'peak') return own.filter(({ set, threads }) => set !== 'ts' && threads === 1)
  if (kind === 'copy') return own.slice(0, 1)
  return images ? columns : columns.filter(({ set }) => set !== 'channels_last')
}

/** A column in words: `tsorch wasm 2`. */
export function nameOf({ peer, set, threads }: Column): string {
  if (peer === 'pytorch') return `PyTorch ${threads}${set === 'cpu' ? '' : ' cl'}`
  if (peer === 'tsorch') return set === 'ts' ? 'ts' : `${set} ${threads}`
  return peer === 'tfjs' ? `tfjs ${set}` : peer
}

/** The same case in every round. */
export function keyOf({ workload, peer, set, threads }: Case): string {
  return `${workload}/${peer}/${set}/${threads}`
}
