/** Single operations with jax-js, realised without copying the result out. */
import { blockUntilReady, grad, jit, nn, numpy as np, vjp } from '@jax-js/jax'
import type { Prepared } from '../../measure.js'
import { integers, uniform } from '../../workloads/arrays.js'
import { type ConvPass, type ConvShape, type MicroOp, outputSize } from '../../workloads/micro.js'
import { arrayOf, conv } from './weights.js'

const random = (shape: readonly number[], seed: number): np.Array => arrayOf(uniform(shape, seed))

/** Calls, waits for the result and forgets it. */
function realised(run: () => np.Array): () => Promise<void> {
  return async () => {
    const out = run()
    await blockUntilReady(out)
    out.dispose()
  }
}

function convOf(op: ConvShape & { pass: ConvPass }): () => Promise<void> {
  const x = random(op.x, 1)
  const weight = random(op.weight, 2)
  const product = (a: np.Array, b: np.Array) => conv(a, b, op.stride, op.padding)
  if (op.pass === 'forward') return realised(() => product(x.ref, weight.ref))
  const dy = np.ones([op.x[0], op.weight[0], ...outputSize(op)])
  const isInput = op.pass === 'input gradient'
  const fixed = isInput ? weight : x
  // jit drops the forward pass, whose result nobody asks for
  const gradient = jit((wanted: np.Array, other: np.Array, g: np.Array) => {
    const [out, back] = vjp((v: np.Array) => (isInput ? product(v, other) : product(other, v)), [wanted])
    out.dispose()
    const [result] = back(g)
    back.dispose()
    return result as np.Array
  })
  const wanted = isInput ? x : weight
  return realised(() => gradient(wanted.ref, fixed.ref, dy.ref))
}

function tiny(op: MicroOp & { kind: 'tiny' }): () => Promise<void> {
  const [a, b] = [random([op.size], 1), random([op.size], 2)]
  if (!op.backward) return realised(() => np.add(a.ref, b.ref))
  const gradient = grad((start: np.Array, other: np.Array) => {
    let c = start
    for (let i = 0; i < op.adds; i++) c = c.add(other.ref)
    other.dispose()
    return c.sum()
  })
  return realised(() => gradient(a.ref, b.ref) as np.Array)
}

export function microOf(op: MicroOp): Prepared {
  switch (op.kind) {
    case 'peak':
    case 'copy':
      throw new Error('no operation of a library')
    case 'conv':
      return { run: convOf(op) }
    case 'tiny':
      return { run: tiny(op), calls: op.adds }
    case 'function':
      throw new Error('not compared')
    case 'matmul': {
      const [a, b] = [random([op.n, op.n], 1), random([op.n, op.n], 2)]
      return { run: realised(() => np.matmul(a.ref, b.ref)) }
    }
    default: {
      const [rows, columns] = op.shape
      const [a, b, row] = [random([rows, columns], 1), random([rows, columns], 2), random([columns], 3)]
      const index = arrayOf(integers([rows], 4, rows))
      const softmax = jit((x: np.Array) => nn.softmax(x, 1))
      const standardize = jit((x: np.Array) => nn.standardize(x, 1))
      const calls = {
        add: () => np.add(a.ref, b.ref),
        exp: () => np.exp(a.ref),
        sum: () => np.sum(a.ref),
        softmax: () => softmax(a.ref),
        layerNorm: () => standardize(a.ref),
        broadcast: () => np.add(a.ref, row.ref),
        // a transpose alone is a view
        transposedCopy: () => np.transpose(a.ref).add(0),
        gather: () => np.take(a.ref, index.ref, 0),
      }
      return { run: realised(calls[op.kind]) }
    }
  }
}
