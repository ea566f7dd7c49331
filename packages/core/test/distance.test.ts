import { expect, test } from 'vitest'
import { autograd, cosineSimilarity, ones, pairwiseDistance, pdist, randn, type Tensor, tensor } from '../src/index.js'
import { expectClose, leaf, wave } from './wave.js'

// all values were computed by torch 2.13

function firstOf(x: Tensor, n: number): Tensor {
  return x.flatten().narrow(0, 0, n)
}

test('pairwiseDistance', () => {
  const [a, b] = [leaf([3, 4]), leaf([1, 4], 2)]
  const y = pairwiseDistance(a, b)
  y.backward(wave(y.shape, 5))
  expectClose(y, [4.958878, 3.876508, 2.58261])
  expectClose(
    firstOf(a.grad!, 8),
    [0.5933217, -0.9927889, -0.3374916, 1.079756, -0.2377032, 0.7604993, 0.04173156, -0.7712525],
  )
  expectClose(b.grad, [-0.277611, -1.209412, 0.5892617, 1.057565])
  const kept = pairwiseDistance(a.detach(), b.detach(), { p: 3, eps: 0.1, keepdim: true })
  expect(kept.shape).toEqual([3, 1])
  expectClose(kept, [4.13394, 3.385735, 2.290255])
  expect(pairwiseDistance(ones([2, 3], { dtype: 'int64' }), ones([3], { dtype: 'int64' })).dtype.name).toBe('float32')
})

test('cosineSimilarity', () => {
  const [a, b] = [leaf([3, 4]), leaf([1, 4], 2)]
  const y = cosineSimilarity(a, b)
  y.backward(wave(y.shape, 5))
  expectClose(y, [-0.4107243, 0.1198581, 0.624533])
  expectClose(
    firstOf(a.grad!, 8),
    [-0.4207308, -0.05398366, 0.250323, -0.1948406, 0.2551124, -0.1341978, -0.1437804, 0.2479992],
  )
  expectClose(b.grad, [0.128452, 0.2350218, -0.2141116, -0.2049447])
  const [c, d] = [leaf([3, 4]), leaf([3, 4], 2)]
  const bounded = cosineSimilarity(c, d, { dim: 0, eps: 5 })
  bounded.backward(wave(bounded.shape, 5))
  expectClose(bounded, [0.1427808, -0.2544574, -0.01009477, -0.1929693])
  expectClose(
    firstOf(c.grad!, 8),
    [-0.1313591, 0.00704113, -0.1005348, -0.03541504, -0.07045551, -0.03091512, -0.03573252, -0.06634016],
  )
  expectClose(
    firstOf(d.grad!, 8),
    [0.017808, 0.08321558, -0.02046372, 0.04113614, -0.0575423, 0.04936054, -0.08955465, 0.01281784],
  )
})

test.each<[number, number[], number[]]>([
  [0, [0, 1, 3, 1, 3, 3], new Array(12).fill(0)],
  [
    0.5,
    [0, 1, 14.65686, 1, 14.65686, 17.19151],
    [7.692068, 5.439113, 4.329413, -4.161693, -2.942761, -1.99262, 7.909285, 5.592709, 4.725986],
  ],
  [
    1,
    [0, 1, 5, 1, 5, 6],
    [2.009198, 2.009198, 0.8994979, -1.08705, -1.08705, -0.1369089, 1.907569, 1.907569, 2.067127],
  ],
  [
    1.5,
    [0, 1, 3.538719, 1, 3.538719, 4.334623],
    [1.06807, 1.510479, 0.400779, -0.5778652, -0.8172249, 0.1329165, 0.9162301, 1.295745, 1.746516],
  ],
  [
    2,
    [0, 1, 3, 1, 3, 3.741657],
    [0.6697326, 1.339465, 0.2297653, -0.3623501, -0.7247002, 0.2254412, 0.5098192, 1.019638, 1.689016],
  ],
  [
    3,
    [0, 1, 2.571282, 1, 2.571282, 3.301927],
    [0.3038949, 1.21558, 0.1058797, -0.1644184, -0.6576734, 0.2924679, 0.1749626, 0.6998503, 1.734222],
  ],
  [Number.POSITIVE_INFINITY, [0, 1, 2, 1, 2, 3], [0, 2.009198, 0.8994979, 0, -1.08705, -0.1369089, 0, 0, 2.067127]],
])('pdist with p = %s', (p, values, gradient) => {
  const x = tensor(
    [
      [1, 2, 3],
      [1, 2, 3],
      [1, 2, 4],
      [0, 0, 1],
    ],
    { dtype: 'float32', requiresGrad: true },
  )
  const y = pdist(x, p)
  y.backward(wave(y.shape, 5))
  expectClose(y, values)
  expectClose(firstOf(x.grad!, gradient.length), gradient)
})

test('empty and single rows', () => {
  expect(pdist(randn([1, 3])).shape).toEqual([0])
  expect(pdist(randn([0, 3])).shape).toEqual([0])
  expect(pdist(randn([3, 0])).tolist()).toEqual([0, 0, 0])
})

test('gradients agree with finite differences, twice', () => {
  const [a, b] = [leaf([3, 4], 0, 'float64'), leaf([1, 4], 2, 'float64')]
  const functions: readonly ((x: Tensor, y: Tensor) => Tensor)[] = [
    (x, y) => pairwiseDistance(x, y, 3),
    (x, y) => cosineSimilarity(x, y),
  ]
  for (const f of functions) {
    expect(autograd.gradcheck(f, [a, b])).toBe(true)
    expect(autograd.gradgradcheck(f, [a, b])).toBe(true)
  }
  for (const p of [1.5, 2, Number.POSITIVE_INFINITY]) {
    expect(autograd.gradcheck((x) => pdist(x, p), [a])).toBe(true)
    expect(autograd.gradgradcheck((x) => pdist(x, p).square(), [a])).toBe(true)
  }
})

test('faults, in the words of PyTorch', () => {
  const x = randn([5, 3])
  const faults: readonly [() => unknown, string][] = [
    [() => pairwiseDistance(x, randn([2, 3])), 'The size of tensor a (5) must match the size of tensor b (2)'],
    [() => cosineSimilarity(x, x, 3), 'Dimension out of range (expected to be in range of [-2, 1], but got 3)'],
    [
      () => cosineSimilarity(x.long(), x.long()),
      'expected common dtype to be floating point, yet common dtype is Long',
    ],
    [() => pdist(x.at(0)), 'pdist only supports 2D tensors, got: 1D'],
    [() => pdist(x, -1), 'pdist only supports non-negative p values'],
    [() => pdist(x.long()), 'pdist only supports floating-point dtypes'],
  ]
  for (const [call, message] of faults) expect(call, message).toThrow(message)
})
