import { expect, test } from 'vitest'
import {
  autograd,
  crossEntropy,
  deviceOf,
  mseLoss,
  nllLoss,
  type Reduction,
  randn,
  type Tensor,
  tensor,
  zeros,
} from '../src/index.js'
import { crossEntropyGradOp, crossEntropyOp } from '../src/ops/cross-entropy.js'
import { expectClose, leaf, wave } from './wave.js'

// all values were computed by torch 2.13

const target = tensor([2, 0, -100, 1])

test.each<[Reduction, number[], number[]]>([
  [
    'none',
    [2.69339, 3.903381, 0, 3.054062],
    [-0.1824625, -1.325937, 1.508399, -1.087313, 0.3831093, 0.7042038, 0, 0, 0, -0.6777815, 0.9053261, -0.2275445],
  ],
  [
    'mean',
    [3.216944],
    [-0.06082083, -0.4419789, 0.5027997, 0.5284036, -0.1861803, -0.3422232, 0, 0, 0, -0.3846964, 0.5138465, -0.1291501],
  ],
  [
    'sum',
    [9.650832],
    [-0.1824625, -1.325937, 1.508399, 1.585211, -0.558541, -1.02667, 0, 0, 0, -1.154089, 1.54154, -0.3874503],
  ],
])('cross entropy of class indices, reduction %s', (reduction, losses, gradient) => {
  const x = leaf([4, 3])
  const loss = crossEntropy(x, target, { reduction })
  expect(loss.gradFn!.name).toBe('NllLossBackward0')
  loss.backward(wave(loss.shape, 5))
  expectClose(loss, losses)
  expectClose(x.grad, gradient)
})

test('further dimensions, an index to ignore', () => {
  const each = { none: [0.4672001, 0.5312934, 0, 0], mean: [0.4992467] }
  const gradients = {
    none: [-0.3774453, -0.4573692, -0.2264091, 0.01409179, 0.6038545, 0.4432775, 0, 0, 0, 0, 0, 0],
    mean: [-0.1887226, 0.3334028, -0.1132045, -0.01027232, 0.3019272, -0.3231305, 0, 0, 0, 0, 0, 0],
  }
  for (const reduction of ['none', 'mean'] as const) {
    const x = leaf([2, 3, 2])
    const loss = crossEntropy(
      x,
      tensor([
        [2, 0],
        [1, 1],
      ]),
      { ignoreIndex: 1, reduction },
    )
    expect(loss.gradFn!.nextFunctions.length).toBe(1)
    loss.backward(wave(loss.shape, 5))
    expectClose(loss, each[reduction])
    expectClose(x.grad, gradients[reduction])
  }
})

test('a single sample, bytes, halves, class weights with smoothing', () => {
  expectClose(crossEntropy(wave([3]), tensor(1)), [0.1989781])
  expectClose(crossEntropy(wave([3]), tensor([1], { dtype: 'uint8' }), { reduction: 'none' }), [0.1989781])
  expectClose(crossEntropy(wave([4, 3], 0, 'float16'), target), [3.21875], 2e-3)
  expectClose(crossEntropy(wave([4, 3], 0, 'bfloat16'), target), [3.203125], 2e-2)
  const weight = wave([3], 1).abs()
  expectClose(crossEntropy(wave([4, 3]), tensor([2, 0, 1, 1]), { weight, labelSmoothing: 0.1 }), [3.114562])
})

test('nothing to average gives NaN, and gradients of zero', () => {
  const x = leaf([2, 3])
  const loss = crossEntropy(x, tensor([1, 1]), { ignoreIndex: 1 })
  loss.backward()
  expect(loss.item()).toBeNaN()
  expect(x.grad!.tolist()).toEqual([
    [0, 0, 0],
    [0, 0, 0],
  ])
  expect(crossEntropy(zeros([0, 5]), zeros([0], { dtype: 'int64' })).item()).toBeNaN()
  expect(crossEntropy(zeros([0, 5, 2]), zeros([0, 2], { dtype: 'int64' }), { reduction: 'none' }).shape).toEqual([0, 2])
})

test('gradients agree with finite differences, twice', () => {
  const x = leaf([4, 3], 0, 'float64')
  for (const reduction of ['none', 'mean', 'sum'] as const) {
    const f = (logits: Tensor) => crossEntropy(logits, target, { reduction })
    expect(autograd.gradcheck(f, [x])).toBe(true)
    expect(autograd.gradgradcheck(f, [x])).toBe(true)
  }
})

test('an override serves the loss and its gradient, but not where the gradient is recorded', () => {
  const { overrides } = deviceOf('cpu')
  const [own, ownGrad] = [overrides[crossEntropyOp.id], overrides[crossEntropyGradOp.id]]
  const calls: string[] = []
  overrides[crossEntropyOp.id] = ((...args: Parameters<typeof crossEntropyOp.composite>) => {
    calls.push('forward')
    return crossEntropyOp.composite(...args)
  }) as never
  overrides[crossEntropyGradOp.id] = (() => {
    calls.push('gradient')
    return undefined
  }) as never
  try {
    const x = leaf([4, 3])
    crossEntropy(x, target).backward()
    expect(calls).toEqual(['forward', 'gradient'])
    autograd.grad([crossEntropy(x, target)], [x], { createGraph: true })
    expect(calls).toEqual(['forward', 'gradient', 'forward'])
  } finally {
    overrides[crossEntropyOp.id] = own
    overrides[crossEntropyGradOp.id] = ownGrad
  }
})

test('faults, in the words of PyTorch, for crossEntropy and nllLoss', () => {
  const long = (...shape: number[]) => zeros(shape, { dtype: 'int64' })
  const x = randn([3, 5])
  const shared: readonly [Tensor, Tensor, string][] = [
    [x, tensor([1, 2, 5]), 'Target 5 is out of bounds.'],
    [x, tensor([1, 2, -1]), 'Target -1 is out of bounds.'],
    [
      x,
      tensor([
        [1, 9],
        [2, 9],
        [5, 9],
      ]).select(1, 0),
      'Target 5 is out of bounds.',
    ],
    [x, long(2), 'Expected input batch_size (3) to match target batch_size (2).'],
    [x, long(3, 1), '0D or 1D target tensor expected, multi-target not supported'],
    [randn([5]), long(2), 'For 1D input, 1D target must have size 1, but got target size: 2'],
    [randn([3, 5, 2]), long(3, 3), 'Expected target size [3, 2], got [3, 3]'],
    [randn([3, 5, 2, 2]), long(3, 2, 1), 'size mismatch (got input: [3, 5, 2, 2] , target: [3, 2, 1]'],
    [x, randn([3]), 'expected target dtype to be Long or Byte, but got Float'],
  ]
  for (const f of [crossEntropy, nllLoss]) {
    for (const [input, wrong, message] of shared) expect(() => f(input, wrong), message).toThrow(message)
  }
  expect(() => crossEntropy(long(3, 5), target.narrow(0, 0, 3))).toThrow(
    `"log_softmax_lastdim_kernel_impl" not implemented for 'Long'`,
  )
  expect(() => crossEntropy(x, long(3), { reduction: 'x' as never })).toThrow('x is not a valid value for reduction')
  expect(crossEntropy(x, tensor([7, 2, 3]), { ignoreIndex: 7 }).item()).toBeGreaterThan(0)
})

test.each<[Reduction, number[], number[]]>([
  ['none', [0.07965944, 15.86569, 0.5538048, 14.37478], [0.9132432, 8.840261, -2.990412, 7.204749]],
  ['mean', [7.718485], [0.2283108, -3.222088, 0.6019858, 3.066963]],
  ['sum', [30.87394], [0.9132432, -12.88835, 2.407943, 12.26785]],
])('mean squared error, reduction %s', (reduction, losses, gradient) => {
  const [x, t] = [leaf([2, 2]), leaf([2, 2], 3)]
  const loss = mseLoss(x, t, { reduction })
  loss.backward(wave(loss.shape, 5))
  expectClose(loss, losses)
  expectClose(x.grad, gradient)
  expectClose(
    t.grad,
    gradient.map((g) => -g),
  )
  const [a, b] = [leaf([2, 3], 0, 'float64'), leaf([2, 3], 3, 'float64')]
  for (const inputs of [
    [a, b],
    [a, leaf([3], 1, 'float64')],
  ]) {
    const f = (p: Tensor, q: Tensor) => mseLoss(p, q, { reduction })
    expect(autograd.gradcheck(f, inputs)).toBe(true)
    expect(autograd.gradgradcheck(f, inputs)).toBe(true)
  }
})
