/** Single operations with tsorch. */
import {
  autograd,
  conv2d,
  elu,
  hardsigmoid,
  hardswish,
  indexSelect,
  l1Loss,
  layerNorm,
  leakyRelu,
  mish,
  ones,
  relu6,
  smoothL1Loss,
  softplus,
  type Tensor,
} from '@tsorch/core'
import type { Prepared } from '../measure.js'
import { integers, uniform } from '../workloads/arrays.js'
import type { ConvPass, ConvShape, MicroOp, NetworkFunction } from '../workloads/micro.js'
import { peak } from './peak.js'
import { tensorOf } from './training.js'

const random = (shape: readonly number[], seed: number): Tensor => tensorOf(uniform(shape, seed))

function conv({
  x: xShape,
  weight: weightShape,
  stride,
  padding,
  pass,
}: ConvShape & { pass: ConvPass }): () => unknown {
  const x = random(xShape, 1)
  const weight = random(weightShape, 2)
  const options = { stride, padding }
  if (pass === 'forward') return () => conv2d(x, weight, null, options)
  const wanted = (pass === 'input gradient' ? x : weight).requiresGrad_()
  const out = conv2d(x, weight, null, options)
  const gradOutputs = out.detach().mul(0).add(1)
  return () => autograd.grad(out, wanted, { gradOutputs, retainGraph: true })
}

function tiny(op: MicroOp & { kind: 'tiny' }): () => unknown {
  const a = random([op.size], 1).requiresGrad_(op.recorded)
  const b = random([op.size], 2)
  if (!op.backward) return () => a.add(b)
  return () => {
    let c = a
    for (let i = 0; i < op.adds; i++) c = c.add(b)
    c.sum().backward()
    a.grad = null
  }
}

const functions: Record<NetworkFunction, (x: Tensor, y: Tensor) => Tensor> = {
  relu6: (x) => relu6(x),
  hardsigmoid: (x) => hardsigmoid(x),
  hardswish: (x) => hardswish(x),
  leakyRelu: (x) => leakyRelu(x),
  elu: (x) => elu(x),
  softplus: (x) => softplus(x),
  mish: (x) => mish(x),
  l1Loss: (x, y) => l1Loss(x, y),
  smoothL1Loss: (x, y) => smoothL1Loss(x, y),
}

function networkFunction({ name, gradient, shape }: MicroOp & { kind: 'function' }): () => unknown {
  const x = random(shape, 1).requiresGrad_(gradient)
  const y = random(shape, 2)
  const run = functions[name]
  if (!gradient) return () => run(x, y)
  const out = run(x, y)
  const gradOutputs = ones(out.shape)
  return () => autograd.grad(out, x, { gradOutputs, retainGraph: true })
}

/** The operation, ready to be called. */
export function microOf(op: MicroOp): Prepared {
  switch (op.kind) {
    case 'peak':
      return peak()!
    case 'copy': {
      const from = new Float32Array(op.count).fill(1)
      const to = new Float32Array(op.count)
      return { run: () => to.set(from) }
    }
    case 'conv':
      return { run: conv(op) }
    case 'tiny':
      return { run: tiny(op), calls: op.adds }
    case 'function':
      return { run: networkFunction(op) }
    case 'matmul': {
      const a = random([op.n, op.n], 1)
      const b = random([op.n, op.n], 2)
      return { run: () => a.matmul(b) }
    }
    default:
      return { run: elementwise(op) }
  }
}

type Elementwise = Exclude<MicroOp, { kind: 'peak' | 'copy' | 'conv' | 'tiny' | 'function' | 'matmul' }>

function elementwise({ kind, shape: [rows, columns] }: Elementwise): () => unknown {
  const a = random([rows, columns], 1)
  const b = random([rows, columns], 2)
  const row = random([columns], 3)
  const index = tensorOf(integers([rows], 4, rows))
  switch (kind) {
    case 'add':
      return () => a.add(b)
    case 'exp':
      return () => a.exp()
    case 'sum':
      return () => a.sum()
    case 'softmax':
      return () => a.softmax(1)
    case 'layerNorm':
      return () => layerNorm(a, [columns])
    case 'broadcast':
      return () => a.add(row)
    case 'transposedCopy':
      return () => a.t().contiguous()
    case 'gather':
      return () => indexSelect(a, 0, index)
  }
}
