/** ResNet-18, of W10 and W11. */
import * as tf from '@tensorflow/tfjs'
import type { Forward } from './networks.js'
import type { Weights } from './weights.js'

const MOMENTUM = 0.1
const EPSILON = 1e-5

interface Running {
  readonly mean: tf.Variable
  readonly variance: tf.Variable
}

/** The network; its running statistics begin at 0 and 1 and belong to the function that is given back. */
export function resnet18(isTraining: boolean): Forward {
  const running = new Map<string, Running>()

  function statistics(name: string, channels: number): Running {
    let own = running.get(name)
    if (own === undefined) {
      own = { mean: tf.variable(tf.zeros([channels]), false), variance: tf.variable(tf.ones([channels]), false) }
      running.set(name, own)
    }
    return own
  }

  function norm(w: Weights, x: tf.Tensor, name: string): tf.Tensor {
    const [scale, offset] = [w.get<tf.Rank.R1>(`${name}.weight`), w.get<tf.Rank.R1>(`${name}.bias`)]
    const own = statistics(name, scale.shape[0])
    const image = x as tf.Tensor4D
    if (!isTraining) {
      const [mean, variance] = [own.mean as tf.Tensor as tf.Tensor1D, own.variance as tf.Tensor as tf.Tensor1D]
      return tf.batchNorm(image, mean, variance, offset, scale, EPSILON)
    }
    const { mean, variance } = tf.moments(image, [0, 1, 2])
    const count = image.size / scale.size
    const blend = (old: tf.Variable, now: tf.Tensor) =>
      old.assign(tf.add(tf.mul(old, 1 - MOMENTUM), tf.mul(now, MOMENTUM)))
    blend(own.mean, mean)
    blend(own.variance, tf.mul(variance, count / (count - 1)))
    return tf.batchNorm(image, mean as tf.Tensor1D, variance as tf.Tensor1D, offset, scale, EPSILON)
  }

  function block(w: Weights, x: tf.Tensor, name: string, stride: number): tf.Tensor {
    const inner = tf.relu(norm(w, w.product(x, `${name}.conv1`, stride, 1), `${name}.bn1`))
    const out = norm(w, w.product(inner, `${name}.conv2`, 1, 1), `${name}.bn2`)
    const down = `${name}.downsample`
    const kept = w.has(`${down}.0.weight`) ? norm(w, w.product(x, `${down}.0`, stride, 0), `${down}.1`) : x
    return tf.relu(tf.add(out, kept))
  }

  return (w, x) => {
    const first = tf.relu(norm(w, w.product(x, 'conv1', 2, 3), 'bn1'))
    const around: [number, number] = [1, 1]
    // zeros are as good as minus infinity here: nothing is below zero after a ReLU
    const padded = tf.pad(first, [[0, 0], around, around, [0, 0]])
    let h: tf.Tensor = tf.maxPool(padded as tf.Tensor4D, 3, 2, 'valid')
    for (const layer of [1, 2, 3, 4])
      for (const part of [0, 1]) h = block(w, h, `layer${layer}.${part}`, layer > 1 && part === 0 ? 2 : 1)
    return w.linear(tf.mean(h, [1, 2]), 'fc')
  }
}
