import { expect, test } from 'vitest'
import {
  autograd,
  full,
  groupNorm,
  layerNorm,
  nativeLayerNorm,
  ones,
  randn,
  rmsNorm,
  type Tensor,
  tensor,
} from '../src/index.js'
import { expectClose, leaf, wave } from './wave.js'

// all values were computed by torch 2.13

test('layerNorm: result and gradients', () => {
  const [x, weight, bias] = [leaf([2, 2, 3]), leaf([2, 3], 1), leaf([2, 3], 2)]
  const y = layerNorm(x, [2, 3], weight, bias)
  expect(y.gradFn!.name).toBe('NativeLayerNormBackward0')
  y.backward(wave([2, 2, 3], 5))
  expectClose(
    y,
    [
      1.563257, 0.6616058, -0.1723623, 1.866685, 2.555787, -1.319202, 0.5642069, -1.518196, -3.872731, 1.698749,
      -1.264301, -1.448594,
    ],
  )
  expectClose(
    x.grad,
    [
      -1.388705, 1.337797, -1.219935, 1.749188, -1.192604, 0.7142593, 1.67147, -1.667587, 0.3323841, -0.1362163,
      0.1505644, -0.3506155,
    ],
  )
  expectClose(weight.grad, [-0.5446296, 2.38938, -1.662759, 3.709352, -0.8499131, 1.665156])
  expectClose(bias.grad, [-0.3450512, -0.4485482, 1.81525, 1.335391, -0.8047528, 0.2265978])
})

test('layerNorm without parameters, of a transposed input, of large values, of halves', () => {
  const plain = [
    -0.4561523, 1.387357, -0.9312041, -1.394741, 0.494846, 0.8998951, -0.7633811, -0.6492943, 1.412675, 1.1373,
    -1.296592, 0.1592913,
  ]
  const x = wave([2, 2, 3])
  expectClose(layerNorm(x, [3]), plain)
  expectClose(layerNorm(x.transpose(1, 2).contiguous().transpose(1, 2), [3]), plain)
  expectClose(
    layerNorm(tensor([[10000, 10001, 10003]], { dtype: 'float32' }), [3]),
    [-1.0690417, -0.26726043, 1.3363021],
    5e-4,
  )
  const [h, weight] = [leaf([2, 3], 0, 'float16'), leaf([3], 1, 'float16')]
  const y = layerNorm(h, [3], { weight })
  y.backward(wave([2, 3], 5, 'float16'))
  expect(y.dtype.name).toBe('float16')
  expectClose(y, [-0.9047852, 1.601562, 1.493164, -2.765625, 0.5708008, -1.443359], 1e-3)
  expectClose(h.grad, [-0.5053711, 0.1028442, 0.4013672, -0.1101685, 0.621582, -0.5117188], 2e-3)
  expectClose(weight.grad, [2.0625, 1.000977, -0.1533203], 2e-3)
  expect(layerNorm(ones([0, 3]), [3]).shape).toEqual([0, 3])
})

test('nativeLayerNorm gives the statistics too', () => {
  const [, mean, rstd] = nativeLayerNorm(wave([2, 2, 3]), [3], null, null, 1e-5)
  expect(mean.shape).toEqual([2, 2, 1])
  expectClose(mean, [0.7907491, 0.5445238, -0.005900025, -0.1757706])
  expectClose(rstd, [0.929502, 0.6653813, 0.697885, 0.89604])
})

test('groupNorm: result and gradients, in the format of the input', () => {
  const [x, weight, bias] = [leaf([2, 4, 2]), leaf([4], 1), leaf([4], 2)]
  const y = groupNorm(x, 2, weight, bias)
  y.backward(wave([2, 4, 2], 5))
  expectClose(
    y,
    [
      2.255151, 5.110693, -1.108665, -2.232642, -2.457357, -3.194368, 1.825316, 1.817375, 4.52628, 3.173115, -2.459978,
      -1.07557, -3.320895, -0.8478519, 1.851163, 1.732026,
    ],
  )
  expectClose(
    x.grad,
    [
      -2.415893, 0.5184336, 1.853859, 0.04359955, 1.904479, -1.512193, -0.292955, -0.09933037, -1.197556, 2.681277,
      0.3150483, -1.798769, 0.08524162, -1.624595, 0.6119626, 0.9273911,
    ],
  )
  expectClose(weight.grad, [2.542979, 0.6489304, 2.037191, 0.6081806])
  expectClose(bias.grad, [1.583437, -0.3396173, 3.793561, -2.275284])
  const image = randn([2, 6, 4, 5])
  const last = image.contiguous({ memoryFormat: 'channels_last' })
  expect(groupNorm(last, 3).strides).toEqual(last.strides)
  expectClose(groupNorm(last, 3), Array.from(groupNorm(image, 3).toTypedArray() as Float32Array))
})

test('rmsNorm: result, gradients, default eps of the dtype', () => {
  const [x, weight] = [leaf([2, 3]), leaf([3], 1)]
  const y = rmsNorm(x, [3], weight)
  y.backward(wave([2, 3], 5))
  expectClose(y, [0.4455435, 1.974782, 0.2534541, -1.924801, 0.9306185, -1.902558])
  expectClose(x.grad, [-2.513797, 0.1144793, -2.334376, -1.747855, -0.3127131, -1.217295])
  expectClose(weight.grad, [0.5587711, 1.021672, 1.946116])
  const tiny = full([1, 2], 1e-4)
  expectClose(rmsNorm(tiny, [2]), [0.2781974, 0.2781974])
  expectClose(rmsNorm(tiny.half(), [2]), [0.2783203, 0.2783203])
  expectClose(rmsNorm(tiny, [2], { eps: 1e-6 }), [0.09950372, 0.09950372])
  expect(rmsNorm(tiny.double(), [2], ones([2])).dtype.name).toBe('float64')
})

test('gradients agree with finite differences, twice', () => {
  const [x, w, b] = [leaf([2, 4, 2], 0, 'float64'), leaf([4, 2], 1, 'float64'), leaf([4, 2], 2, 'float64')]
  const each = {
    layer: (x: Tensor, weight: Tensor, bias: Tensor) => layerNorm(x, [4, 2], { weight, bias }),
    rows: (x: Tensor) => layerNorm(x, [2]),
    group: (x: Tensor, weight: Tensor, bias: Tensor) =>
      groupNorm(x, 2, { weight: weight.select(1, 0), bias: bias.select(1, 1) }),
    rms: (x: Tensor, weight: Tensor) => rmsNorm(x, [4, 2], weight),
    native: (x: Tensor, weight: Tensor, bias: Tensor) => nativeLayerNorm(x, [4, 2], weight, bias, 1e-5),
  }
  for (const f of Object.values(each)) {
    const inputs = [x, w, b].slice(0, f === each.rows ? 1 : f === each.rms ? 2 : 3)
    expect(autograd.gradcheck(f, inputs)).toBe(true)
    expect(autograd.gradgradcheck(f, inputs)).toBe(true)
  }
})

test('faults, in the words of PyTorch', () => {
  const x = randn([2, 3])
  const four = randn([2, 4])
  const faults: readonly [() => unknown, string][] = [
    [() => layerNorm(x, 3 as never), "argument 'normalizedShape' must be a list of sizes, not 3"],
    [
      () => layerNorm(x, []),
      'Expected normalized_shape to be at least 1-dimensional, i.e., containing at least one element, but got normalized_shape = []',
    ],
    [
      () => layerNorm(x, [4]),
      'Given normalized_shape=[4], expected input with shape [*, 4], but got input of size[2, 3]',
    ],
    [
      () => layerNorm(x, [2, 2, 3]),
      'Given normalized_shape=[2, 2, 3], expected input with shape [*, 2, 2, 3], but got input of size[2, 3]',
    ],
    [
      () => layerNorm(x, [3], ones([4])),
      'Expected weight to be of same shape as normalized_shape, but got weight of shape [4] and normalized_shape = [3]',
    ],
    [
      () => layerNorm(x, [3], ones([3]), ones([4])),
      'Expected bias to be of same shape as normalized_shape, but got bias of shape [4]',
    ],
    [() => layerNorm(ones([2, 3], { dtype: 'int64' }), [3]), `"LayerNormKernelImpl" not implemented for 'Long'`],
    [() => layerNorm(x.double(), [3], ones([3])), 'mixed dtype (CPU): all inputs must share same datatype.'],
    [() => groupNorm(randn([4]), 2), 'Expected at least 2 dimensions for input tensor but received 1'],
    [
      () => groupNorm(four, 3),
      'Expected number of channels in input to be divisible by num_groups, but got input of shape [2, 4] and num_groups=3',
    ],
    [() => groupNorm(four, -1), 'Expected num groups to be greater than 0, got -1'],
    [
      () => groupNorm(four, 2, ones([3])),
      'Expected weight to be a vector of size equal to the number of channels in input, but got weight of shape [3] and input of shape [2, 4]',
    ],
    [() => groupNorm(randn([1, 4]), 4), 'Expected more than 1 value per channel when training, got input size [1, 4]'],
    [() => groupNorm(ones([2, 4], { dtype: 'int64' }), 2), `"GroupNormKernelImpl" not implemented for 'Long'`],
    [() => rmsNorm(x, [4]), 'Given normalized_shape=[4], expected input with shape [*4], but got input of size[2, 3]'],
    [() => rmsNorm(ones([2, 3], { dtype: 'int64' }), [3]), `"rms_norm" not implemented for 'Long'`],
  ]
  for (const [call, message] of faults) expect(call, message).toThrow(message)
})
