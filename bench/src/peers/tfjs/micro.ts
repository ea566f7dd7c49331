/** Single operations with tfjs. */
import * as tf from '@tensorflow/tfjs'
import type { Prepared } from '../../measure.js'
import { fill, integers, permuted, uniform } from '../../workloads/arrays.js'
import type { ConvPass, ConvShape, MicroOp } from '../../workloads/micro.js'
import { layerNorm } from './sequences.js'

function random(shape: readonly number[], seed: number, order?: readonly number[]): tf.Tensor {
  const given = fill(uniform(shape, seed))
  const { shape: own, data } = order === undefined ? given : permuted(given, order)
  return tf.tensor(data, [...own], 'float32')
}

/** Calls and forgets the result. */
function disposing(run: () => tf.Tensor): () => void {
  return () => run().dispose()
}

function conv(op: ConvShape & { pass: ConvPass }): () => void {
  const x = random(op.x, 1, [0, 2, 3, 1]) as tf.Tensor4D
  const weight = random(op.weight, 2, [2, 3, 1, 0]) as tf.Tensor4D
  const around: [number, number] = [op.padding, op.padding]
  const pad: [[number, number], [number, number], [number, number], [number, number]] = [[0, 0], around, around, [0, 0]]
  const forward = () => tf.conv2d(x, weight, op.stride, pad)
  if (op.pass === 'forward') return disposing(forward)
  const dy = tf.onesLike(forward())
  const shared = { strides: op.stride, pad, dataFormat: 'NHWC', dimRoundingMode: undefined }
  // the kernels themselves: `tf.grad` would compute the forward pass as well
  const call = (kernel: string, inputs: Record<string, tf.Tensor>, more: Record<string, number[]>) =>
    disposing(
      () => tf.engine().runKernel(kernel, inputs, { ...shared, ...more } as unknown as tf.NamedAttrMap) as tf.Tensor,
    )
  if (op.pass === 'input gradient') return call('Conv2DBackpropInput', { dy, filter: weight }, { inputShape: x.shape })
  return call('Conv2DBackpropFilter', { x, dy }, { filterShape: weight.shape })
}

function tiny(op: MicroOp & { kind: 'tiny' }): () => void {
  const a = random([op.size], 1)
  const b = random([op.size], 2)
  if (!op.backward) return disposing(() => tf.add(a, b))
  const gradient = tf.grad((start) => {
    let c = start
    for (let i = 0; i < op.adds; i++) c = tf.add(c, b)
    return tf.sum(c)
  })
  return disposing(() => gradient(a))
}

export function microOf(op: MicroOp): Prepared {
  switch (op.kind) {
    case 'peak':
    case 'copy':
      throw new Error('no operation of a library')
    case 'conv':
      return { run: conv(op) }
    case 'tiny':
      return { run: tiny(op), calls: op.adds }
    case 'function':
      throw new Error('not compared')
    case 'matmul': {
      const [a, b] = [random([op.n, op.n], 1) as tf.Tensor2D, random([op.n, op.n], 2) as tf.Tensor2D]
      return { run: disposing(() => tf.matMul(a, b)) }
    }
    default: {
      const [rows, columns] = op.shape
      const a = random([rows, columns], 1) as tf.Tensor2D
      const b = random([rows, columns], 2)
      const row = random([columns], 3)
      const index = tf.tensor1d(fill(integers([rows], 4, rows)).data as Int32Array, 'int32')
      const calls = {
        add: () => tf.add(a, b),
        exp: () => tf.exp(a),
        sum: () => tf.sum(a),
        softmax: () => tf.softmax(a, 1),
        layerNorm: () => tf.tidy(() => layerNorm(a)),
        broadcast: () => tf.add(a, row),
        transposedCopy: () => tf.transpose(a),
        gather: () => tf.gather(a, index),
      }
      return { run: disposing(calls[op.kind]) }
    }
  }
}
