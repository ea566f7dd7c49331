import { expect, test } from 'vitest'
import {
  autograd,
  batchNorm,
  instanceNorm,
  nativeBatchNorm,
  ones,
  randn,
  type Tensor,
  tensor,
  zeros,
} from '../src/index.js'
import { expectClose, leaf, wave } from './wave.js'

// all values were computed by torch 2.13

test('batchNorm in training: result, running statistics and gradients', () => {
  const [x, weight, bias] = [leaf([3, 2, 2]), leaf([2], 1), leaf([2], 2)]
  const [mean, variance] = [wave([2], 3), wave([2], 4).abs().add(0.1)]
  const y = batchNorm(x, mean, variance, weight, bias, true, 0.3, 1e-3)
  expect(y.gradFn!.name).toBe('NativeBatchNormBackward0')
  y.backward(wave([3, 2, 2], 5))
  expectClose(
    y,
    [
      -1.373805, 4.4959, 0.5362643, -1.973608, 1.550872, 3.352473, -1.127564, -0.8214939, 3.711609, 0.974519, -2.106849,
      0.9352162,
    ],
  )
  expectClose(mean, [0.8515848, -1.460869])
  expectClose(variance, [1.080778, 0.767545])
  expect([mean._version, variance._version]).toEqual([0, 0])
  expectClose(
    x.grad,
    [
      -2.322098, -0.3873333, 3.909533, -1.539582, -3.809285, 3.169564, 2.591499, -2.720162, -3.425435, 6.774588,
      0.7727426, -3.014031,
    ],
  )
  expectClose(weight.grad, [4.203519, 0.1350252])
  expectClose(bias.grad, [2.403955, -0.6250679])
})

test('batchNorm in evaluation takes the running statistics, those of the call for the gradient too', () => {
  const [x, weight, bias] = [leaf([3, 2, 2]), leaf([2], 1), leaf([2], 2)]
  const [mean, variance] = [tensor([0.8515848, -1.460869]), tensor([1.080778, 0.767545])]
  const y = batchNorm(x, mean, variance, { weight, bias, eps: 1e-3 })
  mean.fill_(7)
  variance.fill_(7)
  y.backward(wave([3, 2, 2], 5))
  expectClose(
    y,
    [
      1.066988, 4.848242, 0.8865669, -0.8792234, 2.951061, 4.111649, -0.2839997, -0.06866767, 4.343004, 2.579775,
      -0.9729638, 1.167245,
    ],
  )
  expectClose(
    x.grad,
    [
      -3.084458, 2.115663, 2.646547, -1.251541, -2.072481, 3.636815, 1.676549, -2.052549, -0.3697641, 4.357409,
      0.3718466, -2.214202,
    ],
  )
  expectClose(weight.grad, [4.160489, -0.3025866])
  expectClose(bias.grad, [2.403955, -0.6250679])
})

test('halves are computed in float32, their parameters may be float32', () => {
  const [x, weight] = [leaf([4, 2], 0, 'float16'), leaf([2], 1)]
  const y = batchNorm(x, null, null, { weight, training: true })
  y.backward(wave([4, 2], 5, 'float16'))
  expect([y.dtype.name, weight.grad!.dtype.name]).toEqual(['float16', 'float32'])
  expectClose(y, [0.5297852, 1.273438, -0.644043, -1.351562, 2.798828, 1.008789, -2.683594, -0.9306641], 1e-3)
  expectClose(x.grad, [-3.380859, -0.3198242, 3.474609, 0.3164062, 0.6889648, 0.4321289, -0.7822266, -0.4287109], 2e-3)
  expectClose(weight.grad, [-4.34079, 5.258663], 1e-3)
})

test('the format of the input is kept, and values far from zero keep their digits', () => {
  const x = randn([2, 3, 4, 5]).contiguous({ memoryFormat: 'channels_last' })
  const y = batchNorm(x, null, null, { training: true })
  expect(y.strides).toEqual([60, 1, 15, 3])
  const same = batchNorm(x.contiguous(), null, null, { training: true })
  expectClose(y, Array.from(same.toTypedArray() as Float32Array))
  const far = tensor([[10000], [10001], [10003]], { dtype: 'float32' })
  // the mean itself is rounded to 5e-4
  expectClose(batchNorm(far, null, null, { training: true }), [-1.0690417, -0.26726043, 1.3363021], 5e-4)
})

test('an empty batch gives nothing and leaves the running statistics', () => {
  const [mean, variance, weight] = [zeros([3]), ones([3]), ones([3], { requiresGrad: true })]
  const y = batchNorm(zeros([0, 3, 2]), mean, variance, weight, null, true)
  expect(y.shape).toEqual([0, 3, 2])
  y.sum().backward()
  expect([mean.tolist(), variance.tolist(), weight.grad!.tolist()]).toEqual([
    [0, 0, 0],
    [1, 1, 1],
    [0, 0, 0],
  ])
})

test('instanceNorm: own statistics, followed by running ones, or those instead', () => {
  const [x, weight, bias] = [leaf([2, 2, 3]), leaf([2], 1), leaf([2], 2)]
  const own = [
    1.214071, 4.869642, 0.2720709, -2.370263, -0.1882441, 0.2794904, 0.6048543, 0.8310818, 4.919848, 0.5536364,
    -2.256924, -0.5757291,
  ]
  const y = instanceNorm(x, { weight, bias })
  y.backward(wave([2, 2, 3], 5))
  expectClose(y, own)
  expectClose(
    x.grad,
    [
      -3.790214, 0.7765831, 3.013631, 0.1975897, -1.119383, 0.9217936, 1.900173, -2.005307, 0.105134, 1.28798, 0.865207,
      -2.153188,
    ],
    2e-5,
  )
  expectClose(weight.grad, [0.1727086, 4.46944])
  expectClose(bias.grad, [1.021651, 0.7572365])
  const [runningMean, runningVar] = [wave([2], 3), wave([2], 4).abs().add(0.1)]
  expectClose(instanceNorm(x, runningMean, runningVar, weight, bias, { momentum: 0.3 }), own)
  expectClose(runningMean, [0.5252954, -1.13458])
  expectClose(runningVar, [1.641915, 1.419402])
  expectClose(
    instanceNorm(x, { runningMean, runningVar, weight, bias, useInputStats: false }),
    [
      1.769948, 4.83917, 0.9790433, -1.163899, 1.588642, 2.178673, -0.3961778, -0.1431985, 4.42907, 1.399884, -1.232877,
      0.3419636,
    ],
  )
})

test('nativeBatchNorm gives the statistics too', () => {
  const [y, mean, invstd] = nativeBatchNorm(wave([3, 2]), null, null, null, null, true, 0.1, 1e-5)
  expectClose(y, [-0.2555629, 0.8161929, -1.076784, -1.40828, 1.332347, 0.592087])
  expectClose(mean, [0.4590482, 0.8762248])
  expectClose(invstd, [1.606827, 0.5800512])
  const parts = nativeBatchNorm(wave([3, 2]), null, null, zeros([2]), ones([2]), false, 0.1, 1e-5)
  expect(parts.map((t) => t.shape)).toEqual([[3, 2], [0], [0]])
})

test('gradients agree with finite differences, twice', () => {
  const [x, w, b] = [leaf([3, 2, 2], 0, 'float64'), leaf([2], 1, 'float64'), leaf([2], 2, 'float64')]
  const [mean, variance] = [wave([2], 3, 'float64'), wave([2], 4, 'float64').abs().add(0.1)]
  const running = (): [Tensor, Tensor] => [mean.clone(), variance.clone()]
  const each = {
    trained: (x: Tensor, weight: Tensor, bias: Tensor) => batchNorm(x, ...running(), { weight, bias, training: true }),
    inferred: (x: Tensor, weight: Tensor, bias: Tensor) => batchNorm(x, ...running(), { weight, bias }),
    instance: (x: Tensor, weight: Tensor, bias: Tensor) => instanceNorm(x, { weight, bias }),
    followed: (x: Tensor, weight: Tensor, bias: Tensor) => instanceNorm(x, ...running(), { weight, bias }),
    native: (x: Tensor, weight: Tensor, bias: Tensor) => nativeBatchNorm(x, weight, bias, null, null, true, 0.1, 1e-5),
  }
  for (const f of Object.values(each)) {
    expect(autograd.gradcheck(f, [x, w, b])).toBe(true)
    expect(autograd.gradgradcheck(f, [x, w, b])).toBe(true)
  }
})

test('faults, in the words of PyTorch', () => {
  const x = randn([2, 3, 4])
  const [z, o] = [(n: number) => zeros([n]), (n: number) => ones([n])]
  const faults: readonly [() => unknown, string][] = [
    [
      () => batchNorm(randn([1, 3]), null, null, { training: true }),
      'Expected more than 1 value per channel when training, got input size [1, 3]',
    ],
    [
      () => batchNorm(randn([3]), null, null, { training: true }),
      'Dimension out of range (expected to be in range of [-1, 0], but got 1)',
    ],
    [() => batchNorm(x, null, null), 'running_mean must be defined in evaluation mode'],
    [() => batchNorm(x, z(3), null), 'running_var must be defined in evaluation mode'],
    [
      () => batchNorm(x, z(3), null, { training: true }),
      'running_mean and running_var must either both be None or neither be None',
    ],
    [() => batchNorm(x, z(2), o(3)), 'running_mean should contain 3 elements not 2'],
    [() => batchNorm(x, z(3), o(2)), 'running_var should contain 3 elements not 2'],
    [() => batchNorm(x, z(3), o(3), o(2)), 'weight should contain 3 elements not 2'],
    [() => batchNorm(x, z(3), o(3), o(3), o(2)), 'bias should contain 3 elements not 2'],
    [() => batchNorm(ones([2, 3], { dtype: 'int64' }), z(3), o(3)), `"batch_norm" not implemented for 'Long'`],
    [() => batchNorm(x.double(), z(3), o(3)), 'mixed dtype (CPU): all inputs must share same datatype.'],
    [() => batchNorm(x, z(3), o(3), o(3).double()), 'mixed dtype (CPU): expect parameter to have scalar type of Float'],
    [() => batchNorm(x.half(), z(3), o(3), o(3).half()), 'expected scalar type Half but found Float'],
    [() => batchNorm(x, z(3).requiresGrad_(), o(3)), "not differentiable with respect to argument 'running_mean'"],
    [() => batchNorm(x, z(3), o(3), { momentum: null as never }), "argument 'momentum' must be a number"],
    [
      () => instanceNorm(randn([2, 3, 1])),
      'Expected more than 1 spatial element when training, got input size [2, 3, 1]',
    ],
    [
      () => instanceNorm(x, { useInputStats: false }),
      'Expected running_mean and running_var to be defined when use_input_stats is false',
    ],
    [() => instanceNorm(x, z(3)), 'running_mean and running_var must either both be None or neither be None'],
    [() => instanceNorm(x, { weight: o(2) }), 'weight should contain 6 elements not 4'],
  ]
  for (const [call, message] of faults) expect(call, message).toThrow(message)
})
