import { describe, expect, test } from 'vitest'
import {
  arange,
  autograd,
  type InterpolateOptions,
  interpolate,
  ones,
  randn,
  type Tensor,
  tensor,
} from '../src/index.js'
import { expectClose, leaf, wave } from './wave.js'

// all values were computed by torch 2.13

const plane = [1, 2, 3, 4]
const line = [1, 2, 5]
const volume = [1, 1, 2, 3, 3]
const wide = [1, 1, 7, 9]

test.each<[InterpolateOptions, number[], number[], number[], number[]]>([
  [
    { scaleFactor: 1.7 },
    plane,
    [1, 2, 5, 6],
    [0.3, 0.3, 2.28333, 2.28333, -0.2110822, -0.2110822, 0.3, 0.3],
    [-0.7935994, 3.150642, -0.578155, 0, 1.068528, 0.818239, 2.069644, 0],
  ],
  [
    { size: [2, 7] },
    plane,
    [1, 2, 2, 7],
    [0.3, 0.3, 2.28333, 2.28333, -0.2110822, -0.2110822, -1.551629, 1.288227],
    [-0.5081487, 1.059056, 0.8205186, 1.272797, -1.752195, 2.56783, -0.852794, 2.144866],
  ],
  [
    { size: [5, 3], mode: 'nearest-exact' },
    plane,
    [1, 2, 5, 3],
    [0.3, -0.2110822, -1.551629, 0.3, -0.2110822, -1.551629, 1.288227, -1.099749],
    [-2.56799, 0, 0.02264965, 3.916767, 1.272797, 0, -1.558248, -0.1939473],
  ],
  [
    { scaleFactor: [2, 1, 1.5] },
    volume,
    [1, 1, 4, 3, 4],
    [0.3, 0.3, 2.28333, -0.2110822, -1.551629, -1.551629, 1.288227, 1.896974],
    [2.464894, 1.305619, -2.236396, 4.055168, -0.1545174, -2.035448, 4.899658, -1.41757],
  ],
  [
    { scaleFactor: 1.7, mode: 'linear' },
    line,
    [1, 2, 8],
    [0.3, 1.058332, 2.224997, 0.8893935, -0.4082217, -1.196779, -0.6328522, 1.037652],
    [-0.8733518, 1.955221, -0.9532068, 1.966282, -1.008968, 1.226008, 0.4062701, 0.334778],
  ],
  [
    { scaleFactor: 1.7, mode: 'linear', recomputeScaleFactor: true },
    line,
    [1, 2, 8],
    [0.3, 1.167707, 2.127429, 0.5684215, -0.6300032, -1.467845, 0.04578968, 1.288227],
    [-0.9936423, 2.072197, -1.155771, 2.005491, -0.8422995, 1.091665, 0.7392709, -0.4345981],
  ],
  [
    { size: 8, mode: 'linear', alignCorners: true },
    line,
    [1, 2, 8],
    [0.3, 1.433331, 1.926985, 0.5016066, -0.5940958, -1.360123, -0.3345475, 1.288227],
    [-1.142263, 2.084815, -0.8955988, 2.051786, -1.012763, 0.7855666, 1.067711, -0.2624014],
  ],
  [
    { size: [5, 3], mode: 'bilinear' },
    plane,
    [1, 2, 5, 3],
    [0.630555, 1.036124, -1.328205, 0.9342069, 0.7811192, -1.182331, 1.389685, 0.3986124],
    [-1.823278, -0.1359207, 0.7543576, 2.628116, 1.505795, -0.6389157, -0.9572927, -0.08608993],
  ],
  [
    { scaleFactor: 2, mode: 'bilinear', alignCorners: true },
    plane,
    [1, 2, 6, 8],
    [0.3, 1.149998, 1.999997, 1.570641, 0.5016069, -0.4025888, -0.9771091, -1.551629],
    [0.4703992, 1.307865, 2.366298, -1.458273, 3.77051, 0.4183818, 1.747977, 1.347726],
  ],
  [
    { size: [2, 3], mode: 'bilinear', antialias: true },
    plane,
    [1, 2, 2, 3],
    [1.110943, 0.797057, -1.08791, 1.639614, -0.01593089, -0.6728919, 1.46393, -0.8680212],
    [-0.7078087, 0.0434346, 0.7235056, 0.8790241, -0.6740974, -0.2846521, 0.4448829, 1.028151],
  ],
  [
    { scaleFactor: 1.5, mode: 'bicubic' },
    plane,
    [1, 2, 4, 6],
    [0.03169461, 1.495306, 2.173194, 0.382, -1.099257, -1.732746, 0.6006831, 1.705435],
    [-1.332725, 2.381503, -0.2674426, 0.5512765, 2.081964, -0.2365699, 1.040162, 1.173917],
  ],
  [
    { size: [2, 6], mode: 'bicubic', alignCorners: true },
    plane,
    [1, 2, 2, 6],
    [0.3, 1.783194, 2.066886, 0.4042261, -1.000612, -1.551629, 2.018324, 1.745678],
    [-1.357365, 2.574819, -1.374814, 1.528787, 0, 0, 0, 0],
  ],
  [
    { size: [3, 4], mode: 'bicubic', antialias: true },
    wide,
    [1, 1, 3, 4],
    [0.4100024, 0.2372708, 0.3256745, 0.3143355, 0.3001589, 0.2986, 0.302593, 0.2958378],
    [-0.246468, -0.2447022, -0.0231129, 0.1780901, 0.2984132, 0.3285321, 0.1548122, -0.1009389],
  ],
  [
    { size: [3, 4], mode: 'lanczos', antialias: true },
    wide,
    [1, 1, 3, 4],
    [0.4041182, 0.2499965, 0.320856, 0.3002176, 0.2998907, 0.300205, 0.299614, 0.3007574],
    [-0.2473962, -0.2458815, -0.05740256, 0.1854643, 0.3446375, 0.3324633, 0.139697, -0.09200642],
  ],
  [
    { size: [3, 2, 4], mode: 'trilinear' },
    volume,
    [1, 1, 3, 2, 4],
    [-0.1629073, 1.210506, 1.390071, 0.3159319, -1.212719, -0.6923629, 0.5079017, 1.987986],
    [-0.6526105, 2.063818, -0.7381852, -0.1064021, 1.297472, -0.7100611, 0.3334042, 1.828598],
  ],
  [
    { size: [2, 3], mode: 'area' },
    plane,
    [1, 2, 2, 3],
    [1.442133, 0.7173681, -0.9496838, 1.574251, 0.06697777, -0.9142042, 0.892396, -0.8972166],
    [-0.4044621, -0.1270372, 0.7797244, 0.5022994, -0.6419975, -0.636335, 0.984854, 0.9791917],
  ],
])('values and gradient: %o of %o', (options, from, shape, values, gradient) => {
  const x = leaf(from)
  const y = interpolate(x, options)
  expect(y.shape).toEqual(shape)
  y.backward(wave(y.shape, 5))
  expectClose(y.flatten().narrow(0, 0, 8), values)
  expectClose(x.grad!.flatten().narrow(0, 0, 8), gradient)
})

describe('dtypes', () => {
  test('bytes are rounded after each dimension, as PyTorch and Pillow do it', () => {
    const x = tensor(
      Array.from({ length: 12 }, (_, i) => (37 * i) % 256),
      { dtype: 'uint8' },
    ).reshape([1, 1, 3, 4])
    const resized = (options: InterpolateOptions): unknown => interpolate(x, options).flatten().tolist()
    expect(resized({ size: [4, 3], mode: 'bilinear' })).toEqual([6, 56, 105, 99, 149, 64, 114, 164, 79, 46, 96, 145])
    expect(resized({ size: [4, 3], mode: 'bicubic' })).toEqual([0, 44, 111, 112, 181, 48, 130, 199, 67, 37, 87, 154])
    expect(resized({ size: [2, 3], mode: 'bicubic', antialias: true })).toEqual([63, 116, 85, 91, 143, 112])
    expect(resized({ size: [2, 5] })).toEqual([0, 0, 37, 74, 111, 148, 148, 185, 222, 3])
    expect(interpolate(x, { size: [3, 4] })).not.toBe(x)
    // a size that stays is left alone, whatever the factor
    expect(resized({ scaleFactor: 1.1, mode: 'bicubic' })).toEqual(x.flatten().tolist())
  })

  test('halves', () => {
    const y = interpolate(wave([1, 1, 4], 0, 'float16'), 6, { mode: 'linear' })
    expect(y.dtype.name).toBe('float16')
    expectClose(y, [0.3, 1.292, 1.8682, 0.2042, -0.8813, -1.5518], 1e-3)
  })
})

test('an infinite or undefined element reaches only what is made of it', () => {
  const { POSITIVE_INFINITY: inf, NaN: nan } = Number
  const x = tensor([1, 2, inf, 4, nan, 6, 7, 8], { dtype: 'float32' }).reshape([1, 1, 8])
  const y = interpolate(x, { size: 12, mode: 'linear' }).flatten().tolist() as number[]
  expect(y.slice(0, 8)).toEqual([1, 1.5, inf, inf, inf, nan, nan, nan])
  expectClose(tensor(y.slice(8)), [6.1667, 6.8333, 7.5, 8], 1e-4)
  expect(interpolate(x, 4, { mode: 'linear', alignCorners: true }).flatten().tolist()).toEqual([1, inf, nan, 8])
})

test('gradients that are not finite go to what was read', () => {
  const x = ones([1, 1, 8]).requiresGrad_()
  const y = interpolate(x, 3, { mode: 'nearest-exact' })
  y.backward(tensor([[[Number.POSITIVE_INFINITY, 1, Number.NaN]]]))
  expect(x.grad!.flatten().tolist()).toEqual([0, Number.POSITIVE_INFINITY, 0, 0, 1, 0, Number.NaN, 0])
})

test('few places of many', () => {
  const x = arange(200, { dtype: 'float32' }).reshape([1, 2, 100]).requiresGrad_()
  const y = interpolate(x, 4, { mode: 'linear' })
  expect(y.tolist()).toEqual([
    [
      [12, 37, 62, 87],
      [112, 137, 162, 187],
    ],
  ])
  y.backward(
    tensor(
      [
        [
          [1, 2, 3, 4],
          [5, 6, 7, 8],
        ],
      ],
      { dtype: 'float32' },
    ),
  )
  expect(x.grad!.at(0, 1, [11, 12, 13, 37, 62, 87]).tolist()).toEqual([0, 5, 0, 6, 7, 8])
  expect(x.grad!.sum().item()).toBe(36)
})

test('large sizes are put together from parts', () => {
  const x = wave([2, 130, 3], 0, 'float64')
  for (const size of [
    [400, 3],
    [17, 90],
    [130, 301],
  ]) {
    const options = { size, mode: 'bilinear' } as const
    const whole = interpolate(x.unsqueeze(0), options)
    // one column and one row of it, by themselves
    const column = interpolate(x.select(0, 1).transpose(0, 1).unsqueeze(0), size[0]!, { mode: 'linear' })
    const row = interpolate(column.transpose(1, 2), size[1]!, { mode: 'linear' })
    expectClose(whole.at(0, 1).flatten(), row.flatten().tolist() as number[], 1e-12)
  }
})

test('sizes that stay are copied', () => {
  const x = randn([1, 2, 3, 4])
  for (const mode of ['nearest', 'bilinear', 'bicubic'] as const) {
    const y = interpolate(x, { scaleFactor: 1, mode })
    expectClose(y, x.flatten().tolist() as number[])
    y.zero_()
    expect(x.abs().sum().item()).toBeGreaterThan(0)
  }
})

test('gradients agree with finite differences, twice', () => {
  const checks: readonly [InterpolateOptions, Tensor][] = [
    [{ size: [5, 3] }, leaf([1, 1, 3, 4], 0, 'float64')],
    [{ size: [5, 3], mode: 'bicubic' }, leaf([1, 1, 3, 4], 0, 'float64')],
    [{ size: [2, 5], mode: 'bilinear', antialias: true }, leaf([1, 1, 3, 4], 0, 'float64')],
    [{ scaleFactor: 1.7, mode: 'linear', alignCorners: true }, leaf([1, 2, 4], 0, 'float64')],
    [{ size: [3, 1, 2], mode: 'trilinear' }, leaf([1, 1, 2, 2, 3], 0, 'float64')],
    [{ size: [2, 3], mode: 'area' }, leaf([1, 1, 3, 4], 0, 'float64')],
  ]
  for (const [options, x] of checks) {
    expect(autograd.gradcheck((t) => interpolate(t, options), [x])).toBe(true)
    expect(autograd.gradgradcheck((t) => interpolate(t, options).square(), [x])).toBe(true)
  }
})

test('faults, in the words of PyTorch', () => {
  const x = randn([2, 3, 4, 6])
  const faults: readonly [() => unknown, string][] = [
    [() => interpolate(x), 'either size or scale_factor should be defined'],
    [() => interpolate(x, 3, 2), 'only one of size or scale_factor should be defined'],
    [
      () => interpolate(x, [3, 4, 5]),
      'Input and output must have the same number of spatial dimensions, but got input with spatial dimensions of [4, 6] and output size of [3, 4, 5].',
    ],
    [() => interpolate(x, { scaleFactor: [2] }), 'and scale_factor of shape [2].'],
    [() => interpolate(x, [3.5, 2]), 'expected size to be one or several integers, but got [3.5, 2]'],
    [
      () => interpolate(x, { scaleFactor: 0.1 }),
      'Input and output sizes should be greater than 0, but got input (H: 4, W: 6) output (H: 0, W: 0)',
    ],
    [() => interpolate(x, { size: 3, mode: 'linear' }), 'Got 4D input, but linear mode needs 3D input'],
    [
      () => interpolate(x, { size: 3, mode: 'cubic' as never }),
      'Input Error: Only 3D, 4D and 5D input Tensors supported (got 4D) for the modes: nearest | linear | bilinear | bicubic | trilinear | lanczos | area | nearest-exact (got cubic)',
    ],
    [() => interpolate(x.select(0, 0), { size: 3, mode: 'bicubic' }), '(got 3D) for the modes'],
    [() => interpolate(x.at(0, 0), { size: 3 }), '(got 2D) for the modes'],
    [
      () => interpolate(x, { size: 3, alignCorners: false }),
      'align_corners option can only be set with the interpolating modes: linear | bilinear | bicubic | trilinear',
    ],
    [
      () => interpolate(x, { size: 3, recomputeScaleFactor: true }),
      'recompute_scale_factor is not meaningful with an explicit size.',
    ],
    [() => interpolate(x, { size: 3, antialias: true }), 'Anti-alias option is restricted to bilinear, bicubic'],
    [() => interpolate(x, { size: 3, mode: 'lanczos' }), 'Lanczos mode requires antialias=True'],
    [
      () => interpolate(randn([2, 0, 4, 6]), 3),
      'Non-empty 4D data tensor expected but got a tensor with sizes [2, 0, 4, 6]',
    ],
    [() => interpolate(ones([1, 1, 4], { dtype: 'int64' }), 3), `not implemented for 'Long'`],
    [() => interpolate(ones([1, 1, 4], { dtype: 'uint8' }), 3, { mode: 'linear' }), `not implemented for 'Byte'`],
  ]
  for (const [call, message] of faults) expect(call, message).toThrow(message)
})
