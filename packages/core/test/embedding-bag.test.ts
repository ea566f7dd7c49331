import { expect, test } from 'vitest'
import {
  autograd,
  type EmbeddingBagOptions,
  embedding,
  embeddingBag,
  ones,
  type Tensor,
  tensor,
  where,
  zeros,
} from '../src/index.js'
import { bagMaximaOp } from '../src/ops/embedding-bag.js'
import { expectClose, leaf, wave } from './wave.js'

// all values were computed by torch 2.13

const index = tensor([1, 3, 1, 0, 2, 2])
const offsets = tensor([0, 2, 2, 5])

test.each<[EmbeddingBagOptions, number[], number[]]>([
  [
    { mode: 'sum' },
    [-1.310832, -2.487904, 0, 0, 1.377145, 2.628675, 1.288227, 1.896974],
    [-1.08705, 1.907569, -2.704899, 3.017269, 0.1857471, 0.3493208, -1.617849, 1.1097],
  ],
  [
    { mode: 'sum', paddingIdx: 1 },
    [-1.099749, -0.9362742, 0, 0, 1.588227, 4.180304, 1.288227, 1.896974],
    [-1.08705, 1.907569, 0, 0, 0.1857471, 0.3493208, -1.617849, 1.1097],
  ],
  [
    {},
    [-0.6554158, -1.243952, 0, 0, 0.4590482, 0.8762248, 1.288227, 1.896974],
    [-0.3623501, 0.6358563, -1.171274, 1.190706, 0.9104472, -0.9223918, -0.8089243, 0.5548499],
  ],
  [
    { mode: 'mean', paddingIdx: -3 },
    [-1.099749, -0.9362742, 0, 0, 0.7941134, 2.090152, 1.288227, 1.896974],
    [-0.5435251, 0.9537844, 0, 0, 0.7292722, -0.6044636, -1.617849, 1.1097],
  ],
  [
    { mode: 'max' },
    [-0.2110822, -0.9362742, 0, 0, 1.288227, 2.28333, 1.288227, 1.896974],
    [0, 1.907569, -1.617849, 0, 0.1857471, -1.558248, 0, 1.1097],
  ],
  [
    { mode: 'max', paddingIdx: 1 },
    [-1.099749, -0.9362742, 0, 0, 1.288227, 2.28333, 1.288227, 1.896974],
    [0, 1.907569, 0, 0, 0.1857471, -1.558248, -1.617849, 1.1097],
  ],
])('bags by offsets and their gradient, %o', (options, values, gradient) => {
  const weight = leaf([4, 2])
  const bags = embeddingBag(index, weight, offsets, options)
  bags.backward(wave([4, 2], 5))
  expectClose(bags, values)
  expectClose(weight.grad, gradient)
  const narrow = embeddingBag(index.to('int32'), weight, { ...options, offsets: offsets.to('int32') })
  expectClose(narrow, values)
})

test('a factor for each row', () => {
  const [weight, perSampleWeights] = [leaf([4, 2]), leaf([6], 2)]
  const bags = embeddingBag(index, weight, { offsets, mode: 'sum', perSampleWeights, paddingIdx: 3 })
  expect(bags.gradFn!.name).toBe('EmbeddingBagBackward0')
  bags.backward(wave([4, 2], 5))
  expectClose(bags, [-0.4471977, -3.287274, 0, 0, 2.68377, 8.734789, -1.880027, -2.768428])
  expectClose(weight.grad, [-1.910967, 3.353388, -2.073613, -0.02492779, -3.455293, 5.077904, 0, 0])
  expectClose(perSampleWeights.grad, [-1.380344, 0, -2.730383, 4.029493, 2.218242, -1.316305])
})

test('bags of one length, and offsets that say where the last bag ends', () => {
  const square = leaf([4, 2])
  const means = embeddingBag(index.view(2, 3), square)
  means.backward(wave([2, 2], 5))
  expectClose(means, [-0.5073046, -1.346511, 0.9588178, 2.025759])
  expectClose(square.grad, [0.6697326, -0.3167138, -1.078566, 0.7397999, 1.339465, -0.6334276, -0.5392829, 0.3699])
  const weight = leaf([4, 2])
  // the row behind the last offset is in no bag
  const sums = embeddingBag(index, weight, tensor([0, 2, 5]), { mode: 'sum', includeLastOffset: true })
  sums.backward(wave([2, 2], 5))
  expectClose(sums, [-1.310832, -2.487904, 1.377145, 2.628675])
  expectClose(weight.grad, [2.009198, -0.9501413, 0.3913492, 0.1595585, 2.009198, -0.9501413, -1.617849, 1.1097])
})

test('gradients divided by how often a row was looked up', () => {
  const weight = ones([4, 1]).requiresGrad_()
  embeddingBag(index, weight, { offsets, mode: 'sum', scaleGradByFreq: true }).sum().backward()
  expectClose(weight.grad, [1, 1, 1, 1])
})

test('nothing to look up, maxima of equals, NaN', () => {
  const weight = leaf([4, 2])
  for (const mode of ['sum', 'mean', 'max'] as const) {
    const none = embeddingBag(zeros([0], { dtype: 'int64' }), weight, { offsets: tensor([0, 0]), mode })
    expectClose(none, [0, 0, 0, 0])
    none.sum().backward()
    expectClose(weight.grad, new Array(8).fill(0))
    expect(embeddingBag(zeros([0, 3], { dtype: 'int64' }), weight, { mode }).shape).toEqual([0, 2])
    expect(embeddingBag(index, weight, { offsets: zeros([0], { dtype: 'int64' }), mode }).shape).toEqual([0, 2])
    expectClose(embeddingBag(tensor([[1, 1]]), weight, { paddingIdx: 1, mode }), [0, 0])
  }
  const same = ones([3, 2]).requiresGrad_()
  embeddingBag(tensor([[2, 0, 1]]), same, { mode: 'max' })
    .sum()
    .backward()
  expectClose(same.grad, [0, 0, 0, 0, 1, 1])
  const holed = tensor([[1.5], [Number.NaN], [2.5]])
  expect(embeddingBag(tensor([[0, 1, 2]]), holed, { mode: 'max' }).item()).toBeNaN()
})

test.each<[EmbeddingBagOptions, number[]]>([
  [{ maxNorm: 1 }, [-0.1347975, -0.9908731, -0.7614309, -0.648246]],
  [{ maxNorm: 1, normType: 1 }, [-0.1197486, -0.8802513, -0.5401456, -0.4598543]],
  [{ maxNorm: 0.5, normType: Number.POSITIVE_INFINITY }, [-0.06801952, -0.5, -0.5, -0.4256762]],
])('rows that are looked up are scaled down in place, %o', (options, [a, b, c, d]) => {
  const rows = tensor([[1, 3, 1]])
  const tables = [wave([4, 2]), wave([4, 2])] as const
  const sums = embeddingBag(rows, tables[0], { mode: 'sum', ...options })
  expectClose(sums, [2 * a! + c!, 2 * b! + d!])
  expectClose(embedding(rows, tables[1], options), [a!, b!, c!, d!, a!, b!])
  for (const table of tables) {
    expectClose(table, [0.3, 2.28333, a!, b!, 1.288227, 1.896974, c!, d!])
    expect(table._version).toBe(1)
  }
})

test('gradients agree with finite differences, twice', () => {
  const weight = leaf([4, 2], 0, 'float64')
  const factors = leaf([6], 2, 'float64')
  const weighed = (w: Tensor, f: Tensor) => {
    const bags = embeddingBag(index, w, { offsets, mode: 'sum', perSampleWeights: f, paddingIdx: 3 })
    return bags.mul(bags)
  }
  expect(autograd.gradcheck(weighed, [weight, factors])).toBe(true)
  expect(autograd.gradgradcheck(weighed, [weight, factors])).toBe(true)
  for (const mode of ['mean', 'max'] as const) {
    const f = (w: Tensor) => {
      const bags = embeddingBag(index, w, { offsets, mode })
      return bags.mul(bags)
    }
    expect(autograd.gradcheck(f, [weight])).toBe(true)
    expect(autograd.gradgradcheck(f, [weight])).toBe(true)
  }
})

test('the kernel finds the maxima that the composite finds', () => {
  const table = wave([4, 6]).t()
  const holed = table.clone()
  holed.set([2, 1], Number.NaN)
  const bags = (padding: number) => ({
    index: tensor([1, 3, 1, 0, 5, 5]),
    bag: tensor([0, 0, 2, 2, 2, 3]),
    count: 5,
    padding,
  })
  for (const weight of [table, table.double(), holed, zeros([6, 4])]) {
    for (const padding of [-1, 5]) {
      const [rows, none] = bagMaximaOp(weight, bags(padding))
      const [wantedRows, wantedNone] = bagMaximaOp.composite(weight, bags(padding))
      expect(none.tolist()).toEqual(wantedNone.tolist())
      expect(where(none, -1, rows).tolist()).toEqual(where(none, -1, wantedRows).tolist())
    }
  }
})

test('halves are added in float32', () => {
  const half = embeddingBag(index, wave([4, 2], 0, 'float16'), offsets)
  expectClose(half, [-0.6552734, -1.244141, 0, 0, 0.4589844, 0.8764648, 1.288086, 1.897461], 1e-6)
  const many = zeros([1, 5000], { dtype: 'int64' })
  expect(embeddingBag(many, ones([1, 1], { dtype: 'float16' }), { mode: 'mean' }).item()).toBe(1)
})

test('faults, in the words of PyTorch', () => {
  const weight = wave([5, 3])
  const faults: readonly [() => unknown, string][] = [
    [() => embeddingBag(index, wave([5]), offsets), 'weight has to be a 2D Tensor, but got Tensor of dimension 1'],
    [() => embeddingBag(tensor(1), weight), 'input has to be 1D or 2D Tensor, but got Tensor of dimension 0'],
    [() => embeddingBag(index, weight), 'offsets has to be a 1D Tensor but got null'],
    [() => embeddingBag(index.view(2, 3), weight, offsets), 'if input is 2D, then offsets has to be null'],
    [() => embeddingBag(index, weight, tensor([1, 2])), 'offsets[0] has to be 0'],
    [
      () => embeddingBag(index, weight, tensor([0, 7])),
      "can not be greater than input's length 6 but got offsets[-1] of 7",
    ],
    [() => embeddingBag(index, weight, tensor([0, 3, 2])), 'offsets must not decrease, but got 3 and after it 2'],
    [
      () => embeddingBag(tensor([0, 5]), weight, tensor([0])),
      'Index 1 of input takes value 5 which is not in the valid range [0, 5)',
    ],
    [
      () => embeddingBag(tensor([0.5]), weight, tensor([0])),
      'to have one of the following scalar types: Long, Int; but got torch.FloatTensor',
    ],
    [() => embeddingBag(index, weight.to('int64'), offsets), 'Half, BFloat16, Float, Double; but got torch.LongTensor'],
    [
      () => embeddingBag(index, weight, { offsets, paddingIdx: 5 }),
      'padding_idx must be within the number of embeddings, -5 through 4, but got 5',
    ],
    [() => embeddingBag(index, weight, { offsets, mode: 'abc' as never }), 'mode has to be one of sum, mean or max'],
    [
      () => embeddingBag(index, weight, { offsets, mode: 'max', sparse: true }),
      'max mode does not support sparse weights',
    ],
    [
      () => embeddingBag(index, weight, { offsets, mode: 'max', scaleGradByFreq: true }),
      'max mode does not support scaling',
    ],
    [
      () => embeddingBag(index, weight, { offsets, perSampleWeights: ones([6]) }),
      "only supported for mode='sum' (got mode='mean')",
    ],
    [
      () => embeddingBag(index, weight, { offsets, mode: 'sum', perSampleWeights: ones([4]) }),
      'then it must have the same shape as the input ([6])',
    ],
    [
      () => embeddingBag(index, weight, { offsets, mode: 'sum', perSampleWeights: ones([6]).double() }),
      'torch.FloatTensor does not equal torch.DoubleTensor',
    ],
  ]
  for (const [call, message] of faults) expect(call, message).toThrow(message)
})
