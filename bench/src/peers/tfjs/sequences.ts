/** The networks of W8, W9 and W12. */
import * as tf from '@tensorflow/tfjs'
import type { Forward } from './networks.js'
import type { Weights } from './weights.js'

function product(x: tf.Tensor, w: Weights, weight: string, bias: string): tf.Tensor {
  return tf.add(tf.matMul(x as tf.Tensor2D, w.get<tf.Rank.R2>(weight)), w.get(bias))
}

/** One direction of a GRU layer; gives the outputs in time order and the last state. */
function gru(w: Weights, steps: readonly tf.Tensor[], end: string, isReverse: boolean): [tf.Tensor[], tf.Tensor] {
  const [batch, hidden] = [steps[0]!.shape[0]!, 100]
  // the input's share of all steps in one product
  const all = product(tf.concat([...steps], 0), w, `gru.weight_ih_${end}`, `gru.bias_ih_${end}`)
  const inputs = tf.split(all, steps.length, 0)
  const outputs: tf.Tensor[] = new Array(steps.length)
  let h: tf.Tensor = tf.zeros([batch, hidden])
  for (let k = 0; k < steps.length; k++) {
    const t = isReverse ? steps.length - 1 - k : k
    const [resetI, updateI, newI] = tf.split(inputs[t]!, 3, 1)
    const [resetH, updateH, newH] = tf.split(product(h, w, `gru.weight_hh_${end}`, `gru.bias_hh_${end}`), 3, 1)
    const reset = tf.sigmoid(tf.add(resetI!, resetH!))
    const update = tf.sigmoid(tf.add(updateI!, updateH!))
    const candidate = tf.tanh(tf.add(newI!, tf.mul(reset, newH!)))
    h = tf.add(candidate, tf.mul(update, tf.sub(h, candidate)))
    outputs[t] = h
  }
  return [outputs, h]
}

/** The WebAssembly backend has no gradient of `gather`: there rows are picked by a product with ones and zeros. */
function embedded(w: Weights, letters: tf.Tensor): tf.Tensor {
  const rows = tf.reshape(letters, [-1])
  const table = w.get<tf.Rank.R2>('embedding.weight')
  if (tf.getBackend() === 'cpu') return tf.gather(table, rows as tf.Tensor1D)
  return tf.matMul(tf.oneHot(rows as tf.Tensor1D, table.shape[0]) as tf.Tensor2D, table)
}

function names(w: Weights, letters: tf.Tensor): tf.Tensor {
  let steps = tf.split(embedded(w, letters), letters.shape[0]!, 0)
  let last: tf.Tensor[] = []
  for (const layer of [0, 1]) {
    const [forward, forwardLast] = gru(w, steps, `l${layer}`, false)
    const [backward, backwardLast] = gru(w, steps, `l${layer}_reverse`, true)
    steps = forward.map((f, t) => tf.concat([f, backward[t]!], 1))
    last = [backwardLast, forwardLast]
  }
  return w.linear(tf.concat(last, 1), 'fc')
}

function characters(w: Weights, x: tf.Tensor): tf.Tensor {
  const [time, batch, width] = x.shape as [number, number, number]
  const all = product(tf.reshape(x, [time * batch, width]), w, 'lstm.weight_ih_l0', 'lstm.bias_ih_l0')
  const inputs = tf.split(all, time, 0)
  const outputs: tf.Tensor[] = []
  let h: tf.Tensor = tf.zeros([batch, 256])
  let c: tf.Tensor = tf.zeros([batch, 256])
  for (const input of inputs) {
    const gates = tf.add(input, product(h, w, 'lstm.weight_hh_l0', 'lstm.bias_hh_l0'))
    const [i, f, g, o] = tf.split(gates, 4, 1)
    c = tf.add(tf.mul(tf.sigmoid(f!), c), tf.mul(tf.sigmoid(i!), tf.tanh(g!)))
    h = tf.mul(tf.sigmoid(o!), tf.tanh(c))
    outputs.push(h)
  }
  return w.linear(tf.concat(outputs, 0), 'fc')
}

export function layerNorm(x: tf.Tensor): tf.Tensor {
  const { mean, variance } = tf.moments(x, -1, true)
  return tf.mul(tf.sub(x, mean), tf.rsqrt(tf.add(variance, 1e-5)))
}

function encoderLayer(w: Weights, x: tf.Tensor, name: string): tf.Tensor {
  const [batch, time, width] = x.shape as [number, number, number]
  const heads = 4
  const rows = tf.reshape(x, [batch * time, width])
  const norm = (y: tf.Tensor, part: string) =>
    tf.add(tf.mul(layerNorm(y), w.get(`${name}.${part}.weight`)), w.get(`${name}.${part}.bias`))
  const packed = product(rows, w, `${name}.self_attn.in_proj_weight`, `${name}.self_attn.in_proj_bias`)
  const [q, k, v] = tf
    .split(packed, 3, 1)
    .map((part) => tf.transpose(tf.reshape(part, [batch, time, heads, width / heads]), [0, 2, 1, 3]))
  const scores = tf.softmax(tf.mul(tf.matMul(q!, k!, false, true), 1 / Math.sqrt(width / heads)))
  const mixed = tf.reshape(tf.transpose(tf.matMul(scores, v!), [0, 2, 1, 3]), [batch * time, width])
  const attended = norm(tf.add(rows, w.linear(mixed, `${name}.self_attn.out_proj`)), 'norm1')
  const inner = tf.relu(w.linear(attended, `${name}.linear1`))
  return tf.reshape(norm(tf.add(attended, w.linear(inner, `${name}.linear2`)), 'norm2'), [batch, time, width])
}

function encoder(w: Weights, x: tf.Tensor): tf.Tensor {
  const encoded = [0, 1].reduce((h, layer) => encoderLayer(w, h, `encoder.layers.${layer}`), x)
  return w.linear(tf.mean(encoded, 1), 'fc')
}

export const sequenceNetworks: Readonly<Record<string, Forward>> = { W8: names, W9: characters, W12: encoder }
