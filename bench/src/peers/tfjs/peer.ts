/** TensorFlow.js: its core operations on the `cpu` (plain JavaScript) or the `wasm` backend. */
import * as tf from '@tensorflow/tfjs'
import type { Peer } from '../../peer.js'
import { microOf } from './micro.js'
import { trainingStep } from './training.js'

const CONV_TRAINING = ['W5', 'W6', 'W7', 'W11']

function refusal(backend: string, workload: string): string | null {
  if (workload === 'tiny-recorded') return 'records only inside tf.grad'
  if (backend === 'wasm' && (CONV_TRAINING.includes(workload) || /^conv.*-weight$/.test(workload)))
    return 'its wasm backend has no gradient of convolution weights'
  return null
}

export async function tfjsPeer(backend: string): Promise<Peer> {
  if (backend === 'wasm') await import('@tensorflow/tfjs-backend-wasm')
  await tf.setBackend(backend)
  await tf.ready()
  if (tf.getBackend() !== backend) throw new Error(`the backend is ${tf.getBackend()}`)
  return {
    version: tf.version_core,
    refuses: (workload) => refusal(backend, workload),
    training: trainingStep,
    micro: ({ op }) => microOf(op),
  }
}
