/**
 * The process of one JavaScript case: `node child.js '{"workload":"W5","peer":"tsorch","set":"ts","threads":1,"seconds":2}'`.
 * Prints one line of JSON.
 */
import { measure, type Prepared } from './measure.js'
import type { Case, Outcome, Peer } from './peer.js'
import { micros } from './workloads/micro.js'
import { trainings } from './workloads/training.js'

async function peerOf({ peer, set, threads }: Case): Promise<Peer> {
  switch (peer) {
    case 'tsorch':
      return (await import('./tsorch/peer.js')).tsorchPeer(set, threads)
    case 'tfjs':
      return (await import('./peers/tfjs/peer.js')).tfjsPeer(set)
    case 'jax-js':
      return (await import('./peers/jax/peer.js')).jaxPeer()
    case 'js-pytorch':
      return (await import('./peers/js-pytorch/peer.js')).jsPytorchPeer()
    default:
      throw new Error(`${peer} does not run in Node.js`)
  }
}

async function prepared(peer: Peer, workload: string): Promise<Prepared> {
  const training = trainings.find(({ id }) => id === workload)
  if (training !== undefined) return await peer.training(training)
  return await peer.micro(micros.find(({ id }) => id === workload)!)
}

function failure(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error)
  return text.split('\n')[0]!.slice(0, 160)
}

async function outcomeOf(task: Case & { readonly seconds: number }): Promise<Outcome> {
  const none = { medianMs: null, losses: [], version: '' }
  try {
    const peer = await peerOf(task)
    const reason = peer.refuses(task.workload)
    if (reason !== null) return { ...none, note: reason, version: peer.version }
    const { run, calls = 1, flops, note = '', compared } = await prepared(peer, task.workload)
    const { medianMs, losses, isCold } = await measure(run, task.seconds)
    return {
      medianMs: medianMs / calls,
      losses: losses.slice(0, compared),
      note: [note, isCold ? 'one call, the first' : ''].filter((text) => text !== '').join('; '),
      version: peer.version,
      ...(flops === undefined ? {} : { flops }),
    }
  } catch (error) {
    if (process.env.DEBUG !== undefined) console.error(error)
    return { ...none, note: `failed: ${failure(error)}` }
  }
}

const outcome = await outcomeOf(JSON.parse(process.argv[2]!))
// whatever threads and timers a library leaves behind end here
process.stdout.write(`${JSON.stringify(outcome)}\n`, () => process.exit(0))
