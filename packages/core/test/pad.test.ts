import { expect, test } from 'vitest'
import { autograd, ones, type PadMode, pad, randn, type Tensor, tensor } from '../src/index.js'
import { expectClose, leaf, wave } from './wave.js'

// all values were computed by torch 2.13

/** The first elements of a result, and of the gradient for a cotangent that is a wave. */
function expectPadded(x: Tensor, y: Tensor, shape: number[], values: number[], gradient: number[]): void {
  expect(y.shape).toEqual(shape)
  y.backward(wave(y.shape, 5))
  expectClose(y.flatten().narrow(0, 0, values.length), values)
  expectClose(x.grad!.flatten().narrow(0, 0, gradient.length), gradient)
}

test.each<[PadMode, number[], number[]]>([
  [
    'reflect',
    [-1.099749, 1.896974, 1.288227, 1.896974, -1.099749, -0.9362742, -1.099749, -0.2110822, 2.28333, 0.3],
    [0.7107671, 1.171456, 2.14497, -0.2253669, 2.978435, 1.26441, 1.517839, -0.2437482, 0.5348625, 0.5394785],
  ],
  [
    'replicate',
    [0.3, 0.3, 0.3, 2.28333, -0.2110822, -1.551629, -1.551629, 0.3, 0.3, 0.3],
    [2.034386, -0.6678439, -2.768021, 6.153409, -0.2774942, 1.52231, -1.427315, 1.750391, -0.2743875, 5.59831],
  ],
  [
    'circular',
    [-1.622795, 0.002001948, 2.018324, 1.093481, -1.622795, 0.002001948, 2.018324, -0.2110822, -1.551629, 0.3],
    [3.923601, 2.408912, -0.6222808, -2.297706, 1.379448, 2.754659, 2.094147, -2.966241, 5.302436, 1.289205],
  ],
])('planes, mode %s', (mode, values, gradient) => {
  const x = leaf([1, 2, 3, 4])
  expectPadded(x, pad(x, [2, 1, 1, 2], mode), [1, 2, 6, 7], values, gradient)
})

test.each<[PadMode, number[], number[]]>([
  [
    'reflect',
    [-0.9362742, -1.099749, -0.9362742, 1.093481, 2.018324, 1.093481, 0.002001948, -1.622795],
    [0.5701002, 1.207705, 1.256203, 2.385517, 0.6743463, 1.180842, 0.6750891, 1.18065],
  ],
  [
    'replicate',
    [0.3, 0.3, 2.28333, -0.2110822, -0.2110822, -1.551629, 1.288227, 1.288227],
    [2.464894, 1.305619, -1.611107, 3.429879, -0.741522, 0.887535, 0.08072758, -0.2176963],
  ],
  [
    'circular',
    [-0.9362742, -1.099749, -0.9362742, 1.093481, 2.018324, 1.093481, 0.002001948, -1.622795],
    [1.167508, 2.408373, 0.658795, 1.184849, 0.6743463, 1.180842, 1.193691, 2.401626],
  ],
])('volumes without a batch, mode %s', (mode, values, gradient) => {
  const x = leaf([1, 2, 3, 2])
  expectPadded(x, pad(x, [1, 0, 0, 1, 1, 1], { mode }), [1, 4, 4, 3], values, gradient)
})

test('a constant, with sides that shrink', () => {
  const x = leaf([1, 2, 3, 4])
  const y = pad(x, [1, -1, 0, 2], 'constant', 1.5)
  expectPadded(
    x,
    y,
    [1, 2, 5, 4],
    [1.5, 0.3, 2.28333, -0.2110822, 1.5, 1.288227],
    [1.1097, 2.009198, -0.9501413, 0, 1.907569],
  )
  expect(pad(ones([2]), [0, 1]).tolist()).toEqual([1, 1, 0])
  expect(pad(ones([2, 2], { dtype: 'bool' }), [1, 0], { value: true }).tolist()).toEqual([
    [true, true, true],
    [true, true, true],
  ])
  expect(pad(ones([2]), []).shape).toEqual([2])
})

test('negative sides: what is mirrored or repeated may have been cut off, what comes round may not', () => {
  const line = tensor([[0, 1, 2, 3]], { dtype: 'float64', requiresGrad: true })
  expect(pad(line, [-1, 2], 'reflect').tolist()).toEqual([[1, 2, 3, 2, 1]])
  expect(pad(line, [3, -3], 'reflect').tolist()).toEqual([[3, 2, 1, 0]])
  expect(pad(line, [2, -1], 'replicate').tolist()).toEqual([[0, 0, 0, 1, 2]])
  expect(pad(line, [-3, 3], 'replicate').tolist()).toEqual([[3, 3, 3, 3]])
  expect(pad(line, [-1, 2], 'circular').tolist()).toEqual([[1, 2, 3, 1, 2]])
  expect(pad(line, [2, -1], 'circular').tolist()).toEqual([[1, 2, 0, 1, 2]])
  for (const mode of ['reflect', 'replicate', 'circular'] as const) {
    expect(pad(ones([2, 3]), [-2, -1], mode).shape).toEqual([2, 0])
    expect(autograd.gradcheck((t) => pad(t, [3, -3], mode), [line])).toBe(true)
  }
})

test('many elements beside few, integers, and a batch of none', () => {
  const x = tensor([Array.from({ length: 30 }, (_, i) => i)])
  expect(pad(x, [12, 11], 'reflect').at(0, [0, 11, 12, 41, 42, 52]).tolist()).toEqual([12, 1, 0, 29, 28, 18])
  expect(pad(x, [12, 11], 'circular').at(0, [0, 11, 12, 41, 42, 52]).tolist()).toEqual([18, 29, 0, 29, 0, 10])
  expect(pad(ones([2, 2], { dtype: 'bool' }), [1, 1], 'circular').dtype.name).toBe('bool')
  expect(pad(randn([0, 3, 4, 5]), [1, 1, 1, 1], 'reflect').shape).toEqual([0, 3, 6, 7])
})

test('gradients agree with finite differences, twice', () => {
  const x = leaf([2, 3, 4], 0, 'float64')
  const line = leaf([1, 20], 0, 'float64')
  for (const mode of ['reflect', 'replicate', 'circular'] as const) {
    for (const sides of [
      [1, 2, 2, 1],
      [-1, 2, 0, 2],
      [3, 0, -1, 0],
    ]) {
      expect(autograd.gradcheck((t) => pad(t, sides, mode), [x])).toBe(true)
      expect(autograd.gradgradcheck((t) => pad(t, sides, mode).square(), [x])).toBe(true)
    }
    expect(autograd.gradcheck((t) => pad(t, [9, 10], mode), [line])).toBe(true)
  }
})

test('faults, in the words of PyTorch', () => {
  const x = randn([2, 3, 4, 5])
  const faults: readonly [() => unknown, string][] = [
    [() => pad(x, [1, 1], 'mirror' as never), 'Unrecognised padding mode mirror'],
    [() => pad(x, [1], 'reflect'), 'Padding length must be divisible by 2'],
    [
      () => pad(x, [1, 1, 1, 1, 1, 1, 1, 1, 1, 1]),
      'Padding length should be less than or equal to two times the input dimension but got padding length 10 and input of dimension 4',
    ],
    [() => pad(x, 1 as never), "argument 'pad' (position 2) must be a list of integers, not 1"],
    [() => pad(x, [1, 1.5]), "argument 'pad' must be a list of integers, but got [1, 1.5]"],
    [() => pad(x, [1, 1, 1, 1], 'reflect', 2), `Padding mode "reflect" doesn't take in value argument`],
    [() => pad(x, [1, 1], 'replicate'), 'Padding size 2 is not supported for 4D input tensor.'],
    [
      () => pad(x, [1, 1, 4, 1], 'reflect'),
      'Argument #6: Padding size should be less than the corresponding input dimension, but got: padding (4, 1) at dimension 2 of input [2, 3, 4, 5]',
    ],
    [() => pad(x, [6, 1, 1, 1], 'circular'), 'Padding value causes wrapping around more than once.'],
    [() => pad(x, [-3, -3, 1, 1], 'circular'), 'Negative padding value is resulting in an empty dimension'],
    [() => pad(x, [-3, -3, 1, 1], 'replicate'), 'Trying to create tensor with negative dimension -1: [2, 3, 6, -1]'],
    [
      () => pad(randn([2, 0, 4, 5]), [1, 1, 1, 1], 'reflect'),
      'Expected 3D or 4D (batch mode) tensor with possibly 0 batch size and other non-zero dimensions for input, but got: [2, 0, 4, 5]',
    ],
    [() => pad(ones([2, 3], { dtype: 'bool' }), [1, 1], 'reflect'), `"reflection_pad1d" not implemented for 'Bool'`],
  ]
  for (const [call, message] of faults) expect(call, message).toThrow(message)
})
