/** The networks of W8, W9 and W12. */
import { nn, numpy as np } from '@jax-js/jax'
import type { Forward } from './networks.js'
import { linear, type Weights } from './weights.js'

/** One direction of a GRU layer; consumes the steps, gives the outputs in time order and the last state. */
function gru(w: Weights, steps: readonly np.Array[], end: string, isReverse: boolean): [np.Array[], np.Array] {
  const [batch, hidden] = [steps[0]!.shape[0]!, 100]
  const part = (name: string) => w.get(`gru.${name}_${end}`)
  // the input's share of all steps in one product
  const all = linear(np.concatenate([...steps], 0), part('weight_ih'), part('bias_ih'))
  const inputs = np.split(all, steps.length, 0)
  const outputs: np.Array[] = new Array(steps.length)
  let h = np.zeros([batch, hidden])
  for (let k = 0; k < steps.length; k++) {
    const t = isReverse ? steps.length - 1 - k : k
    const [resetI, updateI, newI] = np.split(inputs[t]!, 3, 1)
    const [resetH, updateH, newH] = np.split(linear(h.ref, part('weight_hh'), part('bias_hh')), 3, 1)
    const reset = nn.sigmoid(resetI!.add(resetH!))
    const update = nn.sigmoid(updateI!.add(updateH!))
    const candidate = np.tanh(newI!.add(reset.mul(newH!)))
    h = candidate.ref.add(update.mul(h.sub(candidate)))
    outputs[t] = h.ref
  }
  return [outputs, h]
}

function names(w: Weights, letters: np.Array): np.Array {
  const [time, batch] = letters.shape as [number, number]
  const embedded = np.take(w.get('embedding.weight'), letters.reshape([time * batch]), 0)
  let steps = np.split(embedded, time, 0)
  let last: np.Array[] = []
  for (const layer of [0, 1]) {
    for (const state of last) state.dispose()
    const kept = steps.map((step) => step.ref)
    const [forward, forwardLast] = gru(w, kept, `l${layer}`, false)
    const [backward, backwardLast] = gru(w, steps, `l${layer}_reverse`, true)
    steps = forward.map((f, t) => np.concatenate([f, backward[t]!], 1))
    last = [backwardLast, forwardLast]
  }
  for (const step of steps) step.dispose()
  return w.linear(np.concatenate(last, 1), 'fc')
}

function characters(w: Weights, x: np.Array): np.Array {
  const [time, batch, width] = x.shape as [number, number, number]
  const part = (name: string) => w.get(`lstm.${name}_l0`)
  const bias = part('bias_ih').add(part('bias_hh'))
  const inputs = np.split(linear(x.reshape([time * batch, width]), part('weight_ih'), bias), time, 0)
  const outputs: np.Array[] = []
  let h = np.zeros([batch, 256])
  let c = np.zeros([batch, 256])
  for (const input of inputs) {
    const [i, f, g, o] = np.split(input.add(np.dot(h, np.transpose(part('weight_hh')))), 4, 1)
    c = nn
      .sigmoid(f!)
      .mul(c)
      .add(nn.sigmoid(i!).mul(np.tanh(g!)))
    h = nn.sigmoid(o!).mul(np.tanh(c.ref))
    outputs.push(h.ref)
  }
  h.dispose()
  c.dispose()
  return w.linear(np.concatenate(outputs, 0), 'fc')
}

function layerNorm(x: np.Array, scale: np.Array, offset: np.Array): np.Array {
  const centred = x.ref.sub(np.mean(x, -1, { keepdims: true }))
  const variance = np.mean(np.square(centred.ref), -1, { keepdims: true })
  return centred
    .div(np.sqrt(variance.add(1e-5)))
    .mul(scale)
    .add(offset)
}

function encoderLayer(w: Weights, x: np.Array, name: string): np.Array {
  const [batch, time, width] = x.shape as [number, number, number]
  const heads = 4
  const rows = x.reshape([batch * time, width])
  const norm = (y: np.Array, part: string) =>
    layerNorm(y, w.get(`${name}.${part}.weight`), w.get(`${name}.${part}.bias`))
  const attention = `${name}.self_attn`
  const packed = linear(rows.ref, w.get(`${attention}.in_proj_weight`), w.get(`${attention}.in_proj_bias`))
  const [q, k, v] = np
    .split(packed, 3, 1)
    .map((part) => np.transpose(part.reshape([batch, time, heads, width / heads]), [0, 2, 1, 3]))
  // nn.dotProductAttention needs iterator helpers, which Node.js 20 does not have
  const scores = nn.softmax(np.matmul(q!, np.transpose(k!, [0, 1, 3, 2])).mul(1 / Math.sqrt(width / heads)), -1)
  const mixed = np.transpose(np.matmul(scores, v!), [0, 2, 1, 3]).reshape([batch * time, width])
  const attended = norm(rows.add(w.linear(mixed, `${attention}.out_proj`)), 'norm1')
  const inner = nn.relu(w.linear(attended.ref, `${name}.linear1`))
  return norm(attended.add(w.linear(inner, `${name}.linear2`)), 'norm2').reshape([batch, time, width])
}

function encoder(w: Weights, x: np.Array): np.Array {
  const encoded = [0, 1].reduce((h, layer) => encoderLayer(w, h, `encoder.layers.${layer}`), x)
  return w.linear(np.mean(encoded, 1), 'fc')
}

export const sequenceNetworks: Readonly<Record<string, Forward>> = { W8: names, W9: characters, W12: encoder }
