import { expect, test } from 'vitest'
import {
  adaptiveMaxPool1d,
  adaptiveMaxPool2d,
  adaptiveMaxPool3d,
  autograd,
  fractionalMaxPool2d,
  fractionalMaxPool3d,
  full,
  manualSeed,
  maxPool1d,
  maxPool2d,
  maxPool3d,
  maxUnpool1d,
  maxUnpool2d,
  maxUnpool3d,
  ones,
  rand,
  randn,
  type Tensor,
  tensor,
  zeros,
} from '../src/index.js'
import { expectClose, leaf, wave } from './wave.js'

// all values were computed by torch 2.13

/** Values, indices and the gradient for a cotangent that is a wave; of each the first. */
function expectPooled(
  x: Tensor,
  [values, indices]: [Tensor, Tensor],
  shape: number[],
  wanted: { values: number[]; indices: number[]; gradient: number[] },
): void {
  expect(values.shape).toEqual(shape)
  expect(indices.shape).toEqual(shape)
  expect(indices.dtype.name).toBe('int64')
  values.backward(wave(values.shape, 5))
  expectClose(values.flatten().narrow(0, 0, wanted.values.length), wanted.values)
  expect(indices.flatten().narrow(0, 0, wanted.indices.length).tolist()).toEqual(wanted.indices)
  expectClose(x.grad!.flatten().narrow(0, 0, wanted.gradient.length), wanted.gradient)
}

test('windows with padding, dilation and an overhang, over one to three dimensions', () => {
  const line = leaf([2, 9])
  const one = maxPool1d(line, 3, 2, 1, 2, { ceilMode: true, returnIndices: true })
  expectPooled(line, one, [2, 4], {
    values: [2.28333, 2.28333, 1.896974, 1.896974, 2.299586, 2.299586, 2.299586, 2.058546],
    indices: [1, 1, 5, 5, 3, 3, 3, 7],
    gradient: [0, -0.5081487, 0, 0, 0, 1.059056, 0, 0, 0, 0],
  })
  const plane = leaf([1, 2, 5, 6])
  const two = maxPool2d(plane, [2, 3], { stride: 2, padding: [1, 1], ceilMode: true, returnIndices: true })
  expectPooled(plane, two, [1, 2, 3, 4], {
    values: [2.28333, 2.28333, 1.896974, 1.896974, 2.299586, 2.018324, 2.058546, 0.002001948],
    indices: [1, 1, 5, 5, 12, 8, 16, 11, 19, 27, 23, 23],
    gradient: [0, -0.5081487, 0, 0, 0, 1.059056, 0, 0, 1.907569, 0, 0, -1.558248],
  })
  const block = leaf([1, 1, 4, 5, 6])
  const three = maxPool3d(block, 3, { stride: 2, padding: 1, returnIndices: true })
  expectPooled(block, three, [1, 1, 2, 3, 3], {
    values: [2.28333, 2.28333, 2.198808, 2.299586, 2.297716, 2.271201, 2.297716, 2.297716, 2.271201, 2.29887],
    indices: [1, 1, 34, 12, 49, 23, 49, 49, 23, 97, 97, 71],
    gradient: [0, -0.5081487, 0, 0, 0, 0, 0, 0],
  })
  const wide = leaf([1, 4, 5, 3])
  const dilated = maxPool3d(wide, 2, 1, 0, 2, { ceilMode: true, returnIndices: true })
  expectPooled(wide, dilated, [1, 2, 3, 1], {
    values: [2.261179, 1.896974, 2.299586, 2.271201, 1.92941, 2.271201],
    indices: [38, 5, 12, 23, 56, 23],
    gradient: [0, 0, 0, 0, 0, 1.1097, 0, 0],
  })
})

test('padding is never chosen, whatever the input holds', () => {
  for (const dtype of ['float32', 'float64', 'float16'] as const) {
    const lowest = full([1, 3, 3], Number.NEGATIVE_INFINITY, { dtype })
    const [values, indices] = maxPool2d(lowest, 3, 2, 1, { returnIndices: true })
    expect(values.tolist()).toEqual(full([1, 2, 2], Number.NEGATIVE_INFINITY).tolist())
    expect(indices.tolist()).toEqual([
      [
        [0, 1],
        [3, 4],
      ],
    ])
  }
  const bytes = zeros([1, 2, 3, 3], { dtype: 'uint8' })
  const [values, indices] = maxPool3d(bytes, 3, 2, 1, { returnIndices: true })
  expect(values.tolist()).toEqual([
    [
      [
        [0, 0],
        [0, 0],
      ],
    ],
  ])
  expect(indices.tolist()).toEqual([
    [
      [
        [0, 1],
        [3, 4],
      ],
    ],
  ])
})

test('adaptive: parts of different lengths, more parts than elements, and none', () => {
  const line = leaf([2, 7])
  expectPooled(line, adaptiveMaxPool1d(line, 4, true), [2, 4], {
    values: [2.28333, 2.28333, 1.896974, 1.896974, 2.018324, 2.018324, 2.299586, 2.299586],
    indices: [1, 1, 5, 5, 1, 1, 5, 5],
    gradient: [0, -0.5081487, 0, 0, 0, 1.059056, 0, 0],
  })
  const plane = leaf([1, 2, 5, 7])
  expectPooled(plane, adaptiveMaxPool2d(plane, [3, 4], { returnIndices: true }), [1, 2, 3, 4], {
    values: [2.28333, 2.28333, 2.299586, 2.299586, 2.018324, 2.271201, 2.299586, 2.299586, -0.2893432],
    indices: [1, 1, 12, 12, 8, 23, 12, 12, 22, 23, 31, 34],
    gradient: [0, -0.5081487, 0, 0, 0, 0, 0, 0, -1.08705, 0],
  })
  const block = leaf([1, 3, 2, 5])
  expectPooled(block, adaptiveMaxPool3d(block, [2, null, 3], { returnIndices: true }), [1, 2, 2, 3], {
    values: [2.28333, 2.299586, 1.288227, 2.058546, 2.058546, 2.018324, 1.358165, 2.299586],
    indices: [1, 12, 4, 16, 16, 8, 20, 12, 23, 16, 27, 19],
    gradient: [0, -1.617849, 0, 0, 2.009198, 0, 0, 0, 1.907569],
  })
  const small = leaf([1, 3, 2])
  expectPooled(small, adaptiveMaxPool2d(small, [5, 3], true), [1, 5, 3], {
    values: [0.3, 2.28333, 2.28333, 0.3, 2.28333, 2.28333, -0.2110822, -0.2110822, -1.551629],
    indices: [0, 1, 1, 0, 1, 1, 2, 2, 3, 4, 5, 5, 4, 5, 5],
    gradient: [-2.56799, 3.939416, -0.2854507, -0.1939473, 3.11371, 0.04261351],
  })
  expect(adaptiveMaxPool2d(randn([2, 3, 4, 5]), [0, 2]).shape).toEqual([2, 3, 0, 2])
  expect(adaptiveMaxPool2d(randn([0, 3, 4, 5]), 2).shape).toEqual([0, 3, 2, 2])
  const equal = tensor(
    [
      [
        [1, 1, 1],
        [1, 1, 1],
      ],
    ],
    { dtype: 'float16' },
  )
  expect(adaptiveMaxPool2d(equal, [1, 2], true)[1].tolist()).toEqual([[[0, 1]]])
})

test('unpooling', () => {
  const [values, indices] = maxPool2d(wave([1, 2, 4, 5]), 2, { returnIndices: true })
  expect(indices.flatten().tolist()).toEqual([1, 8, 16, 12, 0, 3, 10, 18])
  const x = values.detach().requiresGrad_()
  const y = maxUnpool2d(x, indices, 2, { outputSize: [1, 2, 4, 5] })
  y.backward(wave(y.shape, 5))
  expectClose(
    y.flatten().narrow(0, 0, 20),
    [0, 2.28333, 0, 0, 0, 0, 0, 0, 2.018324, 0, 0, 0, 2.299586, 0, 0, 0, 2.058546, 0, 0, 0],
  )
  expectClose(x.grad, [1.1097, -0.1939473, 1.712339, 0.828177, 2.227591, 0.5348625, -0.743102, 1.232349])
  expect(maxUnpool1d(ones([1, 2]), tensor([[1, 2]]), 2, 2).tolist()).toEqual([[0, 1, 1, 0]])
  expect(
    maxUnpool3d(ones([1, 1, 1, 1]), tensor([[[[5]]]]), 2)
      .flatten()
      .tolist(),
  ).toEqual([0, 0, 0, 0, 0, 1, 0, 0])
})

test('fractional: windows where the numbers given place them', () => {
  const plane = leaf([1, 2, 7, 8])
  const samples = tensor([
    [
      [0.1, 0.8],
      [0.6, 0.35],
    ],
  ])
  const two = fractionalMaxPool2d(plane, 2, { outputSize: [3, 4], returnIndices: true, _randomSamples: samples })
  expectPooled(plane, two, [1, 2, 3, 4], {
    values: [2.28333, 0.002001948, 2.299586, 1.018117, 2.058546, 2.180858, 1.358165, 2.271201, 2.297716],
    indices: [1, 11, 12, 15, 16, 27, 20, 23, 49, 42, 45, 46],
    gradient: [0, -1.617849, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1.1097],
  })
  const block = leaf([1, 1, 5, 4, 4])
  const three = fractionalMaxPool3d(block, [2, 1, 2], [2, 3, 2], {
    returnIndices: true,
    _randomSamples: tensor([[[0.1, 0.8, 0.4]]]),
  })
  expectPooled(block, three, [1, 1, 2, 3, 2], {
    values: [2.28333, 1.846656, 1.896974, 2.271201, 2.299586, 1.640458, 2.297716, 1.73842, 1.989595],
    indices: [1, 19, 5, 23, 12, 30, 49, 67, 53, 71, 60, 79],
    gradient: [0, -1.617849, 0, 0, 0, 2.009198, 0, 0],
  })
})

test('fractional: the numbers that PyTorch draws for a seed', () => {
  manualSeed(3)
  const y = fractionalMaxPool2d(wave([2, 2, 6, 6]), 2, { outputRatio: [0.5, 0.7] })
  expect(y.shape).toEqual([2, 2, 3, 4])
  expectClose(
    y.flatten().narrow(0, 0, 12),
    [
      2.28333, 2.28333, 2.018324, 1.896974, 2.299586, 1.846656, 1.358165, 2.271201, 1.640458, 1.599226, 2.180858,
      2.198808,
    ],
  )
  expectClose(rand([1]), [0.5944212])
})

test('gradients agree with finite differences, twice', () => {
  const x = leaf([2, 5, 6], 0, 'float64')
  const block = leaf([1, 4, 3, 5], 0, 'float64')
  const samples = tensor(
    [
      [
        [0.1, 0.8],
        [0.6, 0.35],
      ],
    ],
    { dtype: 'float64' },
  )
  const [values, indices] = maxPool2d(wave([2, 5, 6], 0, 'float64'), 2, { returnIndices: true })
  const functions: readonly [(t: Tensor) => Tensor, Tensor][] = [
    [(t) => maxPool1d(t, 3, 2, 1), x],
    [(t) => maxPool2d(t, 3, 2, 1), x],
    [(t) => maxPool3d(t, 2, 1), block],
    [(t) => adaptiveMaxPool2d(t, [3, 4]), x],
    [(t) => fractionalMaxPool2d(t, 2, 3, { _randomSamples: samples }), x],
    [(t) => maxUnpool2d(t, indices, 2, { outputSize: [5, 6] }), values.detach().requiresGrad_()],
  ]
  for (const [f, input] of functions) {
    expect(autograd.gradcheck(f, [input])).toBe(true)
    expect(autograd.gradgradcheck((t) => f(t).square(), [input])).toBe(true)
  }
})

test('whether there are indices shows in the type', () => {
  const x = randn([1, 4, 4])
  const [, indices] = maxPool2d(x, 2, { stride: 1, returnIndices: true })
  expect(indices.shape).toEqual([1, 3, 3])
  const values: Tensor = maxPool2d(x, 2, 1)
  expect(values.shape).toEqual([1, 3, 3])
  // @ts-expect-error a tensor alone
  const pair: [Tensor, Tensor] = adaptiveMaxPool2d(x, 2)
  expect(pair).not.toBeInstanceOf(Array)
})

test('faults, in the words of PyTorch', () => {
  const x = randn([2, 3, 4, 5])
  const indices = zeros([2, 3, 4, 5], { dtype: 'int64' })
  const samples = rand([2, 3, 3])
  const faults: readonly [() => unknown, string][] = [
    [
      () => maxPool2d(x, 3, 1, 2, 2),
      'pad should be smaller than or equal to half of kernel size, but got padW = 2, padH = 2, kW = 3, kH = 3',
    ],
    [
      () => maxPool3d(randn([1, 6, 6, 6]), 3, 1, [0, 1, 2], 2),
      'pad should be smaller than or equal to half of kernel size, but got kT: 3 kW: 3 kH: 3 padT: 0 padW: 2 padH: 1',
    ],
    [() => adaptiveMaxPool2d(randn([4, 5]), 2), 'adaptive_max_pool2d(): Expected 3D or 4D tensor, but got [4, 5]'],
    [
      () => adaptiveMaxPool2d(randn([2, 0, 4, 5]), 2),
      'adaptive_max_pool2d(): Expected input to have non-zero size for non-batch dimensions, but input has sizes [2, 0, 4, 5] with dimension 1 being empty',
    ],
    [
      () => adaptiveMaxPool2d(ones([1, 2, 2], { dtype: 'int64' }), 2),
      `"adaptive_max_pool2d" not implemented for 'Long'`,
    ],
    [() => maxUnpool2d(x, indices.to('int32'), 2), 'elements in indices should be type int64 but got: Int'],
    [
      () => maxUnpool2d(x, indices.narrow(0, 0, 1), 2),
      'Expected shape of indices to be same as that of the input tensor ([2, 3, 4, 5]) but got indices tensor with shape: [1, 3, 4, 5]',
    ],
    [() => maxUnpool2d(x, indices.add(80), 2), 'Found an invalid max index: 80 (output volumes are of size 8x10)'],
    [
      () => maxUnpool2d(x, indices, 2, { outputSize: [8, 13] }),
      'invalid output_size "[8, 13]" (dim 1 must be between 8 and 12)',
    ],
    [
      () => maxUnpool2d(x, indices, 2, { outputSize: [1, 8, 10] }),
      "output_size should be a sequence containing 2 or 4 elements, but it has a length of '3'",
    ],
    [
      () => maxUnpool3d(randn([2, 3, 4]), indices, 2),
      'Input to max_unpooling3d should be a 4d or 5d Tensor, but got a tensor with 3 dimensions.',
    ],
    [
      () => fractionalMaxPool2d(x, 2),
      'fractional_max_pool2d requires specifying either an output_size or an output_ratio',
    ],
    [() => fractionalMaxPool2d(x, 2, 5), 'fractional_max_pool2d(): pool height 2 too large relative to input height 4'],
    [
      () => fractionalMaxPool2d(x, 2, 2, { _randomSamples: samples }),
      'Expect _random_samples.size(2) equals to 2; got 3.',
    ],
    [
      () => fractionalMaxPool2d(x, 2, 2, { _randomSamples: samples.to('float64') }),
      'Expect _random_samples to have the same dtype as input',
    ],
  ]
  for (const [call, message] of faults) expect(call, message).toThrow(message)
})
