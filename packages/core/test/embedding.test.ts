import { expect, test } from 'vitest'
import {
  autograd,
  deviceOf,
  type EmbeddingOptions,
  embedding,
  randn,
  type Tensor,
  tensor,
  zeros,
} from '../src/index.js'
import { expectClose, leaf, wave } from './wave.js'

const index = tensor([
  [1, 3, 1],
  [0, 1, 3],
])

// torch 2.13: the gradient of the table
test.each<[EmbeddingOptions, number[]]>([
  [{}, [1.272797, -1.558248, -2.898846, 5.302801, 0, 0, 2.291495, -2.631112]],
  [{ paddingIdx: 3 }, [1.272797, -1.558248, -2.898846, 5.302801, 0, 0, 0, 0]],
  [{ scaleGradByFreq: true }, [1.272797, -1.558248, -0.9662821, 1.767601, 0, 0, 1.145748, -1.315556]],
  [{ paddingIdx: -4, scaleGradByFreq: true }, [0, 0, -0.9662821, 1.767601, 0, 0, 1.145748, -1.315556]],
])('rows and their gradient, %o', (options, gradient) => {
  const weight = leaf([4, 2])
  const rows = embedding(index, weight, options)
  expect(rows.gradFn!.name).toBe('EmbeddingBackward0')
  rows.backward(wave([2, 3, 2], 5))
  const [a, b, c] = [
    [-0.2110822, -1.551629],
    [-1.099749, -0.9362742],
    [0.3, 2.28333],
  ]
  expectClose(rows, [a!, b!, a!, c!, a!, b!].flat())
  expectClose(weight.grad, gradient)
})

test('the gradient of the gradient passes padding over, and is linear', () => {
  const weight = leaf([4, 2], 0, 'float64')
  const f = (table: Tensor) => embedding(index, table).mul(embedding(index, table)).sum()
  expect(autograd.gradcheck(f, [weight])).toBe(true)
  expect(autograd.gradgradcheck(f, [weight])).toBe(true)
  const g = wave([2, 3, 2], 5).requiresGrad_()
  const [dw] = autograd.grad([embedding(index, leaf([4, 2]).mul(1), { paddingIdx: 3 })], [leaf([4, 2])], {
    gradOutputs: [g],
    allowUnused: true,
    createGraph: true,
  })
  expect(dw).toBe(null)
  const table = leaf([4, 2])
  const [rows] = autograd.grad([embedding(index, table, { paddingIdx: 3 })], [table], {
    gradOutputs: [g],
    createGraph: true,
  })
  rows!.backward(wave([4, 2], 1))
  const h = wave([4, 2], 1).tolist() as number[][]
  expectClose(g.grad, [h[1]!, [0, 0], h[1]!, h[0]!, h[1]!, [0, 0]].flat())
})

test('indices are read where they lie: no copy, in any layout and dtype', () => {
  const { memory } = deviceOf('cpu')
  const weight = randn([4, 2])
  const column = tensor([
    [0, 9],
    [3, 9],
    [1, 9],
  ]).select(1, 0)
  const original = memory.readSync
  let reads = 0
  memory.readSync = (view) => {
    reads++
    return original(view)
  }
  try {
    expect(embedding(column, weight).shape).toEqual([3, 2])
    expect(embedding(tensor([3, 0], { dtype: 'int32' }), weight).shape).toEqual([2, 2])
    expect(() =>
      embedding(
        tensor([
          [9, 0],
          [9, 4],
        ]).select(1, 1),
        weight,
      ),
    ).toThrow('index out of range in self: index 4')
    expect(reads).toBe(0)
  } finally {
    memory.readSync = original
  }
  expect(embedding(zeros([0, 3], { dtype: 'int64' }), weight).shape).toEqual([0, 3, 2])
})

test('faults, in the words of PyTorch', () => {
  const weight = randn([3, 4])
  const faults: readonly [() => unknown, string][] = [
    [
      () => embedding(randn([2]), weight),
      "Expected tensor for argument #1 'indices' to have one of the following scalar types: Long, Int; but got torch.FloatTensor instead",
    ],
    [() => embedding(tensor([1, 3]), weight), 'index out of range in self'],
    [() => embedding(tensor([-1, 1]), weight), 'index out of range in self'],
    [() => embedding(tensor([2 ** 40]), weight), 'index out of range in self: index 1099511627776'],
    [() => embedding(tensor([1]), randn([3])), "'weight' must be 2-D"],
    [() => embedding(tensor([1]), weight, 3), 'Padding_idx must be within num_embeddings'],
  ]
  for (const [call, message] of faults) expect(call, message).toThrow(message)
})
