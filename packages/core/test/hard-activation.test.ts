import { expect, test } from 'vitest'
import {
  autograd,
  hardshrink,
  hardsigmoid,
  hardswish,
  hardtanh,
  ones,
  relu6,
  softshrink,
  type Tensor,
  tanhshrink,
  tensor,
  threshold,
} from '../src/index.js'
import { expectActivation, type Recorded } from './recorded-activation.js'

// computed with PyTorch 2.13
const recorded: Recorded[] = [
  {
    name: 'relu6',
    f: relu6,
    values: [0, 0, 0, 0, 0.5, 3, 6],
    slopes: [0, 0, 0, 0, 1, 1, 0],
    float16: [0, 0, 0.300048828125, 2.900390625],
    bfloat16: [0, 0, 0.30078125, 2.90625],
  },
  {
    name: 'hardtanh',
    f: hardtanh,
    values: [-1, -1, -1, 0, 0.5, 1, 1],
    slopes: [0, 0, 0, 1, 1, 0, 0],
    float16: [-1, -0.7001953125, 0.300048828125, 1],
    bfloat16: [-1, -0.69921875, 0.30078125, 1],
  },
  {
    name: 'hardtanh, -2 to 0.5',
    f: (x) => hardtanh(x, -2, 0.5),
    values: [-2, -2, -1.5, 0, 0.5, 0.5, 0.5],
    slopes: [0, 0, 1, 1, 0, 0, 0],
    float16: [-2, -0.7001953125, 0.300048828125, 0.5],
    bfloat16: [-2, -0.69921875, 0.30078125, 0.5],
  },
  {
    name: 'hardsigmoid',
    f: hardsigmoid,
    values: [0, 0, 0.25, 0.5, 0.583333313, 1, 1],
    slopes: [0, 0, 0.166666672, 0.166666672, 0.166666672, 0, 0],
    float16: [0, 0.38330078125, 0.5498046875, 0.9833984375],
    bfloat16: [0, 0.3828125, 0.55078125, 0.984375],
  },
  {
    name: 'hardswish',
    f: hardswish,
    values: [-0, -0, -0.375, 0, 0.291666657, 3, 20],
    slopes: [0, 0, 0, 0.5, 0.666666687, 1, 1],
    float16: [-0, -0.268310546875, 0.1650390625, 2.8515625],
    bfloat16: [-0, -0.267578125, 0.1650390625, 2.859375],
  },
  {
    name: 'threshold',
    f: (x) => threshold(x, 0.1, 7),
    values: [7, 7, 7, 7, 0.5, 3, 20],
    slopes: [0, 0, 0, 0, 1, 1, 1],
    float16: [7, 7, 0.300048828125, 2.900390625],
    bfloat16: [7, 7, 0.30078125, 2.90625],
  },
  {
    name: 'hardshrink',
    f: hardshrink,
    values: [-20, -3, -1.5, 0, 0, 3, 20],
    slopes: [1, 1, 1, 0, 0, 1, 1],
    float16: [-3.30078125, -0.7001953125, 0, 2.900390625],
    bfloat16: [-3.296875, -0.69921875, 0, 2.90625],
  },
  {
    name: 'softshrink, lambd 1',
    f: (x) => softshrink(x, 1),
    values: [-19, -2, -0.5, 0, 0, 2, 19],
    slopes: [1, 1, 1, 0, 0, 1, 1],
    float16: [-2.30078125, -0, 0, 1.900390625],
    bfloat16: [-2.296875, -0, 0, 1.90625],
  },
  {
    name: 'tanhshrink',
    f: tanhshrink,
    values: [-19, -2.00494528, -0.594851732, 0, 0.0378828347, 2.00494528, 19],
    slopes: [1, 0.990134001, 0.81929338, 0, 0.213552296, 0.990134001, 1],
    float16: [-2.3046875, -0.095703125, 0.0087890625, 1.90625],
    bfloat16: [-2.296875, -0.09375, 0.0078125, 1.9140625],
  },
]

test.each(recorded)('$name', expectActivation)

test('limits keep integers integers', () => {
  const x = tensor([-3, 2, 5])
  expect(hardtanh(x, -1.5, 3.7).tolist()).toEqual([-1, 2, 3])
  expect(relu6(tensor([7, 3], { dtype: 'uint8' })).tolist()).toEqual([6, 3])
  expect(threshold(x, 2.5, 20.7).tolist()).toEqual([20, 20, 5])
  expect(threshold(tensor([1, 2], { dtype: 'uint8' }), -3, -3).tolist()).toEqual([253, 253])
  expect(hardtanh(x).dtype.name).toBe('int64')
  expect(tanhshrink(x).dtype.name).toBe('float32')
})

test('what is written in place keeps the gradient of the old value', () => {
  const leaf = tensor([-0.5, 0.5, 7], { dtype: 'float64', requiresGrad: true })
  const bounded = (x: Tensor, o: { inplace: boolean }): Tensor => threshold(x, 0.1, 20, o)
  for (const f of [relu6, hardtanh, hardsigmoid, hardswish, bounded]) {
    const x = leaf.mul(1)
    expect(f(x, { inplace: true })).toBe(x)
    const [got] = autograd.grad(x.sum(), [leaf])
    const [wanted] = autograd.grad(f(leaf, { inplace: false }).sum(), [leaf])
    expect(got!.tolist()).toEqual(wanted!.tolist())
  }
})

test('hard activations refuse what PyTorch refuses', () => {
  expect(() => hardtanh(ones([2]), 1, -1)).toThrow('min_val cannot be greater than max_val')
  expect(() => hardtanh(tensor([true]))).toThrow('Bool inputs not supported for hardtanh')
  expect(() => hardtanh(tensor([1], { dtype: 'uint8' }))).toThrow(
    'cannot do hardtanh on an unsigned type with negative limits',
  )
  expect(() => hardswish(tensor([1]))).toThrow('"hardswish_cpu" not implemented for \'Long\'')
  expect(() => threshold(tensor([true]), 0, 0)).toThrow('"threshold_cpu" not implemented for \'Bool\'')
  expect(() => threshold(tensor([1], { dtype: 'uint8' }), 300, 0)).toThrow(
    /value cannot be converted to type .* without overflow/,
  )
  expect(() => hardshrink(tensor([1]))).toThrow('"hardshrink_cpu" not implemented for \'Long\'')
  expect(() => softshrink(ones([2]), -1)).toThrow(
    'lambda must be in range [0, 3.40282e+38] for input dtype Float, but found -1',
  )
  expect(() => softshrink(ones([2], { dtype: 'float16' }), -1.5)).toThrow(
    '[0, 65504] for input dtype Half, but found -1.5',
  )
  expect(() => tanhshrink(tensor([true]))).toThrow('Subtraction, the `-` operator, with a bool tensor is not supported')
  // @ts-expect-error no such option
  expect(() => hardtanh(ones([2]), { min: 1 })).toThrow("unknown option 'min'")
})
