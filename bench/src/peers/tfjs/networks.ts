/** The networks of W1 to W7. */
import * as tf from '@tensorflow/tfjs'
import type { Weights } from './weights.js'

/** From weights and input to logits, probabilities or values. */
export type Forward = (w: Weights, x: tf.Tensor) => tf.Tensor

const pool = (x: tf.Tensor): tf.Tensor => tf.maxPool(x as tf.Tensor4D, 2, 2, 'valid')
const flat = (x: tf.Tensor): tf.Tensor => tf.reshape(x, [x.shape[0]!, -1])

function inception(w: Weights, x: tf.Tensor, name: string): tf.Tensor {
  const conv = (y: tf.Tensor, part: string, padding = 0) => w.conv(y, `${name}.${part}`, padding)
  const five = conv(conv(x, 'five_a'), 'five_b', 2)
  const three = conv(conv(conv(x, 'three_a'), 'three_b', 1), 'three_c', 1)
  // padded by hand, since PyTorch counts the padding into the average
  const padded = tf.pad(x, [
    [0, 0],
    [1, 1],
    [1, 1],
    [0, 0],
  ])
  const pooled = conv(tf.avgPool(padded as tf.Tensor4D, 3, 1, 'valid'), 'pooled')
  return tf.concat([conv(x, 'one'), five, three, pooled], 3)
}

function residual(w: Weights, x: tf.Tensor, name: string): tf.Tensor {
  const inner = tf.relu(w.conv(x, `${name}.conv1`, 1))
  return tf.relu(tf.add(x, w.conv(inner, `${name}.conv2`, 1)))
}

export const plainNetworks: Readonly<Record<string, Forward>> = {
  W1: (w, x) => w.linear(x, ''),
  W2: (w, x) =>
    tf.addN([
      tf.add(w.get('a'), tf.mul(w.get('b'), x)),
      tf.mul(w.get('c'), tf.pow(x, 2)),
      tf.mul(w.get('d'), tf.pow(x, 3)),
    ]),
  W3: (w, x) => ['linear1', 'linear2', 'linear3'].reduce((h, layer) => tf.sigmoid(w.linear(h, layer)), x),
  W4: (w, x) =>
    w.linear(
      ['l1', 'l2', 'l3', 'l4'].reduce((h, layer) => tf.relu(w.linear(h, layer)), x),
      'l5',
    ),
  W5: (w, x) => {
    const first = tf.relu(pool(w.conv(x, 'conv1')))
    return w.linear(flat(tf.relu(pool(w.conv(first, 'conv2')))), 'fc')
  },
  W6: (w, x) => {
    const first = inception(w, tf.relu(pool(w.conv(x, 'conv1'))), 'inception1')
    const second = inception(w, tf.relu(pool(w.conv(first, 'conv2'))), 'inception2')
    return w.linear(flat(second), 'fc')
  },
  W7: (w, x) => {
    const first = residual(w, pool(tf.relu(w.conv(x, 'conv1'))), 'residual1')
    const second = residual(w, pool(tf.relu(w.conv(first, 'conv2'))), 'residual2')
    return w.linear(flat(second), 'fc')
  },
}
