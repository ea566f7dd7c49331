/** The networks of W1 to W7, and ResNet-18. Each consumes its input, but not the weights. */
import { lax, nn, numpy as np } from '@jax-js/jax'
import { perChannel, type Weights } from './weights.js'

/** From weights and input to logits, probabilities or values. */
export type Forward = (w: Weights, x: np.Array) => np.Array

const pool = (x: np.Array): np.Array => lax.reduceWindow(x, np.max, [2, 2], [2, 2])
const flat = (x: np.Array): np.Array => x.reshape([x.shape[0]!, -1])
const padded = (x: np.Array): np.Array =>
  np.pad(x, [
    [0, 0],
    [0, 0],
    [1, 1],
    [1, 1],
  ])

function inception(w: Weights, x: np.Array, name: string): np.Array {
  const conv = (y: np.Array, part: string, padding = 0) => w.conv(y, `${name}.${part}`, padding)
  const one = conv(x.ref, 'one')
  const five = conv(conv(x.ref, 'five_a'), 'five_b', 2)
  const three = conv(conv(conv(x.ref, 'three_a'), 'three_b', 1), 'three_c', 1)
  const pooled = conv(lax.reduceWindow(padded(x), np.mean, [3, 3], [1, 1]), 'pooled')
  return np.concatenate([one, five, three, pooled], 1)
}

function residual(w: Weights, x: np.Array, name: string): np.Array {
  const inner = nn.relu(w.conv(x.ref, `${name}.conv1`, 1))
  return nn.relu(w.conv(inner, `${name}.conv2`, 1).add(x))
}

export const plainNetworks: Readonly<Record<string, Forward>> = {
  W1: (w, x) => w.linear(x, ''),
  W2: (w, x) => {
    const low = w.get('a').add(w.get('b').mul(x.ref))
    return low.add(w.get('c').mul(np.power(x.ref, 2))).add(w.get('d').mul(np.power(x, 3)))
  },
  W3: (w, x) => ['linear1', 'linear2', 'linear3'].reduce((h, layer) => nn.sigmoid(w.linear(h, layer)), x),
  W4: (w, x) =>
    w.linear(
      ['l1', 'l2', 'l3', 'l4'].reduce((h, layer) => nn.relu(w.linear(h, layer)), x),
      'l5',
    ),
  W5: (w, x) => {
    const first = nn.relu(pool(w.conv(x, 'conv1')))
    return w.linear(flat(nn.relu(pool(w.conv(first, 'conv2')))), 'fc')
  },
  W6: (w, x) => {
    const first = inception(w, nn.relu(pool(w.conv(x, 'conv1'))), 'inception1')
    const second = inception(w, nn.relu(pool(w.conv(first, 'conv2'))), 'inception2')
    return w.linear(flat(second), 'fc')
  },
  W7: (w, x) => {
    const first = residual(w, pool(nn.relu(w.conv(x, 'conv1'))), 'residual1')
    const second = residual(w, pool(nn.relu(w.conv(first, 'conv2'))), 'residual2')
    return w.linear(flat(second), 'fc')
  },
}

function norm(w: Weights, x: np.Array, name: string, isTraining: boolean): np.Array {
  const [scale, offset] = [perChannel(w.get(`${name}.weight`)), perChannel(w.get(`${name}.bias`))]
  // the running statistics of an untrained network: mean 0, variance 1
  if (!isTraining) return x.mul(scale.div(Math.sqrt(1 + 1e-5))).add(offset)
  const centred = x.ref.sub(np.mean(x, [0, 2, 3], { keepdims: true }))
  const variance = np.mean(np.square(centred.ref), [0, 2, 3], { keepdims: true })
  return centred.mul(scale.div(np.sqrt(variance.add(1e-5)))).add(offset)
}

/** ResNet-18; in training by the statistics of the batch, running ones are not kept. */
export function resnet18(isTraining: boolean): Forward {
  const block = (w: Weights, x: np.Array, name: string, stride: number) => {
    const inner = nn.relu(norm(w, w.product(x.ref, `${name}.conv1`, stride, 1), `${name}.bn1`, isTraining))
    const out = norm(w, w.product(inner, `${name}.conv2`, 1, 1), `${name}.bn2`, isTraining)
    const down = `${name}.downsample`
    const kept = w.has(`${down}.0.weight`) ? norm(w, w.product(x, `${down}.0`, stride, 0), `${down}.1`, isTraining) : x
    return nn.relu(out.add(kept))
  }
  return (w, x) => {
    const first = nn.relu(norm(w, w.product(x, 'conv1', 2, 3), 'bn1', isTraining))
    let h = lax.reduceWindow(padded(first), np.max, [3, 3], [2, 2])
    for (const layer of [1, 2, 3, 4])
      for (const part of [0, 1]) h = block(w, h, `layer${layer}.${part}`, layer > 1 && part === 0 ? 2 : 1)
    return w.linear(np.mean(h, [2, 3]), 'fc')
  }
}
