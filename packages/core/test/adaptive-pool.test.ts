import { expect, test } from 'vitest'
import {
  type AdaptiveSizes,
  adaptiveAvgPool1d,
  adaptiveAvgPool2d,
  adaptiveAvgPool3d,
  autograd,
  ones,
  randn,
  tensor,
} from '../src/index.js'
import { expectClose, leaf, wave } from './wave.js'

// all values were computed by torch 2.13

test.each<[AdaptiveSizes, number[], number[], number[]]>([
  [1, [1, 2, 1, 1], [0.3443425, 0.2680643], new Array(8).fill(-0.04622424)],
  [
    [3, 4],
    [1, 2, 3, 4],
    [0.9163448, 0.334938, 0.3853941, 0.7948844, -0.2253512, 0.6730713],
    [-0.4044621, -0.2195121, 0.18495, 0.5198163, 0.3348663, 0.09733096, -0.2375353, -0.5856372],
  ],
  [
    [5, null],
    [1, 2, 5, 7],
    [0.3, 2.28333, -0.2110822, -1.551629, 1.288227, 1.896974],
    [-1.617849, 1.1097, 2.009198, -0.9501413, -1.08705, 1.907569, 1.272797, -1.558248],
  ],
  [
    [2, 7],
    [1, 2, 2, 7],
    [-0.759957, 1.773257, 0.980315, -1.348566, 0.04450238, 2.014405],
    [-0.5392829, 0.3699, 0.6697326, -0.3167138, -0.3623501, 0.6358563, 0.4242658, -0.5392829],
  ],
  [
    [8, 2],
    [1, 2, 8, 2],
    [0.2051545, 0.1334555, 0.1716692, 0.1619177, 0.1381839, 0.1903799],
    [-0.1533124, -0.1533124, -0.1533124, 0.005344883, 0.1586573, 0.1586573, 0.1586573, 0.1384868],
  ],
])('adaptiveAvgPool2d of 5x7 to %o', (size, shape, first, gradient) => {
  const x = leaf([1, 2, 5, 7])
  const y = adaptiveAvgPool2d(x, size)
  expect(y.shape).toEqual(shape)
  y.backward(wave(y.shape, 5))
  expectClose(y.flatten().narrow(0, 0, first.length), first)
  expectClose(x.grad!.flatten().narrow(0, 0, 8), gradient)
})

test('equal parts, one and three dimensions, no batch', () => {
  const x = leaf([1, 2, 4, 4])
  const y = adaptiveAvgPool2d(x, 2)
  y.backward(wave(y.shape, 5))
  expectClose(y, [1.442133, -0.9496838, 1.373529, -0.5615683, 0.2565259, 0.6679479, -0.8180211, 1.538129])
  expectClose(
    x.grad!.flatten().narrow(0, 0, 8),
    [-0.4044621, -0.4044621, 0.277425, 0.277425, -0.4044621, -0.4044621, 0.277425, 0.277425],
  )
  const line = leaf([2, 3, 7])
  const z = adaptiveAvgPool1d(line, 3)
  z.backward(wave(z.shape, 5))
  expectClose(z.flatten().narrow(0, 0, 6), [0.7907491, -0.1581616, 0.6951506, 0.7251768, -0.1757706, 0.7947715])
  expectClose(
    line.grad!.flatten().narrow(0, 0, 7),
    [-0.5392829, -0.5392829, -0.1693829, 0.3699, 1.039633, 0.6697326, 0.6697326],
  )
  const block = leaf([2, 3, 4, 5])
  const w = adaptiveAvgPool3d(block, [2, null, 2])
  w.backward(wave(w.shape, 5))
  expectClose(
    w.flatten().narrow(0, 0, 8),
    [0.3202894, 0.3147932, 0.1802684, 0.3991817, 0.4238704, 0.1657896, 0.2705888, 0.3624107],
  )
  expectClose(
    block.grad!.flatten().narrow(0, 0, 8),
    [-0.2696414, -0.2696414, -0.08469145, 0.18495, 0.18495, 0.3348663, 0.3348663, 0.1765094],
  )
  expect(adaptiveAvgPool2d(randn([3, 4, 6]), 2).shape).toEqual([3, 2, 2])
  expect(adaptiveAvgPool2d(randn([2, 3, 4, 5]), [0, 2]).shape).toEqual([2, 3, 0, 2])
})

test('what lies outside a part does not touch its mean', () => {
  const x = tensor([[1, 2, 3, Number.POSITIVE_INFINITY, Number.NaN]], { dtype: 'float32' })
  expect(adaptiveAvgPool1d(x, 3).tolist()).toEqual([[1.5, Number.POSITIVE_INFINITY, Number.NaN]])
})

test('gradients agree with finite differences, twice', () => {
  const x = leaf([2, 5, 4], 0, 'float64')
  for (const size of [1, [2, 3], [7, 2], [5, 2]]) {
    expect(autograd.gradcheck((t) => adaptiveAvgPool2d(t, size), [x])).toBe(true)
    expect(autograd.gradgradcheck((t) => adaptiveAvgPool2d(t, size), [x])).toBe(true)
  }
})

test('faults, in the words of PyTorch', () => {
  const x = randn([2, 3, 4, 5])
  const faults: readonly [() => unknown, string][] = [
    [() => adaptiveAvgPool2d(randn([4, 5]), 2), 'adaptive_avg_pool2d(): Expected 3D or 4D tensor, but got [4, 5]'],
    [
      () => adaptiveAvgPool2d(x, [-1, 2]),
      'adaptive_avg_pool2d: elements of output_size must be greater than or equal to 0 but received {-1, 2}',
    ],
    [() => adaptiveAvgPool2d(x, [1, 2, 3]), 'adaptive_avg_pool2d: output_size must be 2'],
    [
      () => adaptiveAvgPool2d(ones([2, 3, 4, 5], { dtype: 'int64' }), 2),
      `"adaptive_avg_pool2d" not implemented for 'Long'`,
    ],
    [
      () => adaptiveAvgPool2d(randn([2, 3, 0, 5]), 2),
      'adaptive_avg_pool2d(): Expected input to have non-zero size for non-batch dimensions, but input has sizes [2, 3, 0, 5] with dimension 2 being empty',
    ],
    [
      () => adaptiveAvgPool1d(randn([4]), 2),
      "Expected 2 to 3 dimensions, but got 1-dimensional tensor for argument #1 'self' (while checking arguments for adaptive_avg_pool1d)",
    ],
    [
      () => adaptiveAvgPool1d(randn([2, 3, 4]), [2, 2]),
      "adaptive_avg_pool1d() argument 'output_size' should contain one int (got 2)",
    ],
  ]
  for (const [call, message] of faults) expect(call, message).toThrow(message)
})
