/** Single operations with js-pytorch. */
import { torch } from 'js-pytorch'
import type { Prepared } from '../../measure.js'
import { fill, integers, uniform } from '../../workloads/arrays.js'
import type { MicroOp } from '../../workloads/micro.js'
import { tensorOf } from './tensors.js'

function tiny(op: MicroOp & { kind: 'tiny' }): () => unknown {
  const a = tensorOf(uniform([op.size], 1), op.recorded)
  const b = tensorOf(uniform([op.size], 2))
  if (!op.backward) return () => torch.add(a, b)
  return () => {
    let c = a
    for (let i = 0; i < op.adds; i++) c = c.add(b)
    c.sum().backward()
    a.zero_grad()
  }
}

export function microOf(op: MicroOp): Prepared {
  switch (op.kind) {
    case 'peak':
    case 'copy':
    case 'conv':
    case 'function':
      throw new Error('no operation of this library')
    case 'tiny':
      return { run: tiny(op), calls: op.adds }
    case 'matmul': {
      const [a, b] = [tensorOf(uniform([op.n, op.n], 1)), tensorOf(uniform([op.n, op.n], 2))]
      return { run: () => torch.matmul(a, b) }
    }
    default: {
      const [rows, columns] = op.shape
      const [a, b] = [tensorOf(uniform([rows, columns], 1)), tensorOf(uniform([rows, columns], 2))]
      const row = tensorOf(uniform([columns], 3))
      const index = Array.from(fill(integers([rows], 4, rows)).data)
      const softmax = new torch.nn.Softmax()
      const norm = new torch.nn.LayerNorm(columns)
      const calls = {
        add: () => torch.add(a, b),
        exp: () => torch.exp(a),
        sum: () => a.sum(0).sum(),
        softmax: () => softmax.forward(a, 1),
        layerNorm: () => norm.forward(a),
        broadcast: () => torch.add(a, row),
        transposedCopy: () => torch.transpose(a, 0, 1),
        gather: () => a.at(index),
      }
      return { run: calls[op.kind] }
    }
  }
}
