/** One training step of W1 to W12 with tfjs. */
import * as tf from '@tensorflow/tfjs'
import type { Prepared } from '../../measure.js'
import { type ArraySpec, fill, meanOfAbsolutes, oneHot, permuted } from '../../workloads/arrays.js'
import type { OptimizerSpec, Training } from '../../workloads/training.js'
import { type Forward, plainNetworks } from './networks.js'
import { resnet18 } from './resnet.js'
import { sequenceNetworks } from './sequences.js'
import { Weights } from './weights.js'

/** Pixels of the image that is flattened before the last layer. */
const FLATTENED: Readonly<Record<string, number>> = { W5: 16, W6: 16, W7: 16 }

function networkOf(id: string): Forward {
  if (id === 'W10' || id === 'W11') return resnet18(id === 'W11')
  return plainNetworks[id] ?? sequenceNetworks[id]!
}

function inputOf(spec: ArraySpec): tf.Tensor {
  const given = fill(spec)
  const { shape, data } = given.shape.length === 4 ? permuted(given, [0, 2, 3, 1]) : given
  return tf.tensor(data, [...shape], data instanceof Int32Array ? 'int32' : 'float32')
}

function lossOf(spec: Training, x: tf.Tensor): (out: tf.Tensor) => tf.Scalar {
  if (spec.y === null) {
    const y = tf.sin(x)
    return (out) => tf.sum(tf.squaredDifference(out, y))
  }
  const { shape, data } = fill(spec.y)
  if (spec.loss === 'classes') {
    const classes = spec.params.at(-1)!.shape[0]!
    const rows = oneHot({ shape, data }, classes)
    const y = tf.tensor(rows.data, [...rows.shape])
    return (out) => tf.losses.softmaxCrossEntropy(y, out)
  }
  const y = tf.tensor(data, [...shape], 'float32')
  if (spec.loss === 'binary') return (out) => tf.losses.logLoss(y, out)
  return (out) => tf.sum(tf.squaredDifference(out, y))
}

function optimizerOf(spec: OptimizerSpec): tf.Optimizer {
  if (spec.kind === 'adam') return tf.train.adam(spec.lr, 0.9, 0.999, 1e-8)
  return spec.momentum > 0 ? tf.train.momentum(spec.lr, spec.momentum) : tf.train.sgd(spec.lr)
}

export function trainingStep(spec: Training): Prepared {
  const weights = new Weights(spec.params, FLATTENED[spec.id] ?? 1)
  const x = inputOf(spec.x)
  const network = networkOf(spec.id)
  if (spec.optimizer === null) {
    const forward = () => {
      const out = tf.tidy(() => network(weights, x))
      const data = out.dataSync()
      out.dispose()
      return meanOfAbsolutes(data)
    }
    return { run: forward }
  }
  const loss = lossOf(spec, x)
  const optimizer = optimizerOf(spec.optimizer)
  const variables = [...weights.variables.values()]
  const cost = () => loss(network(weights, x))
  const run = () => {
    const value = optimizer.minimize(cost, true, variables)!
    const number = value.dataSync()[0]!
    value.dispose()
    return number
  }
  return spec.id === 'W8' && tf.getBackend() === 'wasm'
    ? { run, note: 'embedding as a product with one-hot rows' }
    : { run }
}
