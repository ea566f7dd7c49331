import { expect, test } from 'vitest'
import {
  affineGrid,
  autograd,
  type GridSampleMode,
  type GridSamplePadding,
  gridSample,
  ones,
  rand,
  randn,
  type Tensor,
  tensor,
} from '../src/index.js'
import { expectClose, leaf, wave } from './wave.js'

// all values were computed by torch 2.13

/** Places in and around the input. */
function grid(shape: readonly number[], dtype: 'float32' | 'float64' = 'float32'): Tensor {
  return wave(shape, 1, dtype).mul(0.6).detach().requiresGrad_()
}

function firstOf(x: Tensor, n: number): Tensor {
  return x.flatten().narrow(0, 0, n)
}

test.each<[GridSampleMode, GridSamplePadding, boolean, number[], number[], number[] | null]>([
  [
    'bilinear',
    'zeros',
    false,
    [0.0002316997, 0.7092559, 0, 0.976962, 0.2628621, 1.194081],
    [0.03701413, 0, 0, 0, 0.5342439, 0],
    [4.750065, 0.4467279, 10.63899, 0.5503736, 0, 0],
  ],
  [
    'bilinear',
    'border',
    true,
    [-0.2861841, 1.287886, -0.8519995, 1.704531, 2.140804, 1.902081],
    [0.04038267, 0.002446224, 0, 0, 0.6032309, 0.05790067],
    [0, -1.97949, -7.202919, 0.4720321, 0, 2.425542],
  ],
  [
    'bilinear',
    'reflection',
    false,
    [0.002001948, 1.231016, -0.9022949, 1.915712, 2.271201, 2.0725],
    [0.06424337, 0, 0, 0, 0.9119181, 0],
    [0, 0, 0, 0.9552526, -8.94156, 2.7255],
  ],
  [
    'bilinear',
    'reflection',
    true,
    [-0.6209188, 1.287886, -1.019222, 1.704531, 1.373235, 1.902081],
    [0.04038267, 0.002446224, 0, 0, 0.6032309, 0.05790067],
    [7.250729, -1.443551, -7.202919, 0.4720321, -6.546352, 1.079468],
  ],
  ['nearest', 'zeros', false, [0, 1.288227, 0, 2.018324, 0, 2.058546], [0, 0, 0, 0, 1.1097, 0], null],
  [
    'nearest',
    'reflection',
    true,
    [0.002001948, 1.288227, -1.099749, 2.018324, 2.271201, 2.058546],
    [0, 0, 0, 0, 1.1097, 0],
    null,
  ],
  [
    'bicubic',
    'zeros',
    true,
    [-0.01496798, 1.32476, -0.3247277, 2.011159, 2.126269, 2.035727],
    [0.1087228, 0.002063597, 0.0001830205, 0.01062648, 0.6265451, 0.0498496],
    [2.936292, -1.258336, -0.7826562, -0.2383782, -2.881448, 1.888946],
  ],
  [
    'bicubic',
    'border',
    false,
    [0.04345354, 1.137673, -0.7832852, 2.016796, 2.307144, 2.402513],
    [0.06948499, -0.006523606, 0, -0.1520014, 1.080887, -0.1042955],
    [1.617689, -1.904494, 1.107482, 0.8620192, 0, 4.693653],
  ],
  [
    'bicubic',
    'reflection',
    false,
    [0.1609669, 1.080939, -0.99681, 2.086606, 2.485702, 2.627566],
    [0.07454449, -0.00600635, -0.04103644, -0.1165418, 1.15492, -0.2492581],
    [6.222868, -2.207063, -1.078197, 1.250404, -12.56044, 3.602544],
  ],
])('planes: %s, %s, corners aligned: %s', (mode, padding, aligned, values, inputGrad, gridGrad) => {
  const x = leaf([1, 2, 3, 4])
  const places = grid([1, 2, 2, 2])
  const y = gridSample(x, places, mode, padding, aligned)
  expect(y.shape).toEqual([1, 2, 2, 2])
  y.backward(wave(y.shape, 5))
  expectClose(firstOf(y, 6), values)
  expectClose(firstOf(x.grad!, 6), inputGrad)
  if (gridGrad === null) expect(places.grad).toBeNull()
  else expectClose(firstOf(places.grad!, 6), gridGrad, 1e-4)
})

test('volumes', () => {
  const x = leaf([1, 1, 2, 3, 4])
  const places = grid([1, 1, 2, 2, 3])
  const y = gridSample(x, places, { paddingMode: 'reflection' })
  expect(y.shape).toEqual([1, 1, 1, 2, 2])
  y.backward(wave(y.shape, 5))
  expectClose(y, [0.002001948, -0.5927296, 1.456601, 1.145324])
  expectClose(firstOf(x.grad!, 8), [0, 0, 0, 0, 0, 0.01770185, 0.01296716, 0])
  expectClose(firstOf(places.grad!, 8), [0, 0, 0, -1.013533, 0.4748225, -1.098547, 0, -2.110805])
})

test('affine grids', () => {
  const theta = leaf([1, 2, 3])
  const y = affineGrid(theta, [1, 1, 2, 3])
  y.backward(wave(y.shape, 5))
  expectClose(
    y,
    [
      -1.552747, 2.287281, -1.352747, 1.252861, -1.152747, 0.2184411, 0.7305826, 3.575507, 0.9305826, 2.541088,
      1.130583, 1.506668,
    ],
  )
  expectClose(theta.grad, [-0.3064678, 1.028424, 0.6654464, 0.4500973, -1.510407, 1.113441])
  expectClose(
    firstOf(affineGrid(wave([1, 2, 3]), [1, 1, 2, 3], { alignCorners: true }), 6),
    [-2.794412, 2.160377, -2.494412, 0.6087475, -2.194412, -0.9428819],
  )
  const volume = affineGrid(wave([1, 3, 4]), [1, 1, 2, 1, 2])
  expect(volume.shape).toEqual([1, 2, 1, 2, 3])
  expectClose(firstOf(volume, 6), [-1.596088, -1.030513, -0.1957624, -1.296088, 0.2577139, 1.822561])
})

test('the grid of the identity gives the input back', () => {
  const x = randn([2, 3, 4, 5])
  const identity = tensor(
    [
      [1, 0, 0],
      [0, 1, 0],
    ],
    { dtype: 'float32' },
  ).expand([2, 2, 3])
  for (const alignCorners of [false, true]) {
    const places = affineGrid(identity, [2, 3, 4, 5], alignCorners)
    expectClose(gridSample(x, places, { alignCorners }), x.flatten().tolist() as number[], 1e-5)
  }
  expect(gridSample(x.half(), affineGrid(identity.half(), [2, 3, 4, 5])).dtype.name).toBe('float16')
})

test('of nothing comes nothing', () => {
  expect(gridSample(randn([0, 3, 4, 5]), rand([0, 2, 2, 2])).shape).toEqual([0, 3, 2, 2])
  expect(gridSample(randn([2, 3, 4, 5]), rand([2, 0, 2, 2])).shape).toEqual([2, 3, 0, 2])
  expect(gridSample(randn([2, 0, 4, 5]), rand([2, 1, 2, 2]), 'nearest').shape).toEqual([2, 0, 1, 2])
})

test('gradients agree with finite differences, twice', () => {
  const x = leaf([1, 1, 3, 4], 0, 'float64')
  const places = grid([1, 2, 2, 2], 'float64')
  for (const mode of ['bilinear', 'bicubic'] as const) {
    for (const padding of ['zeros', 'reflection'] as const) {
      expect(autograd.gradcheck((t, g) => gridSample(t, g, mode, padding), [x, places])).toBe(true)
      expect(autograd.gradgradcheck((t, g) => gridSample(t, g, mode, padding), [x, places])).toBe(true)
    }
  }
})

test('faults, in the words of PyTorch', () => {
  const x = randn([2, 3, 4, 5])
  const g = rand([2, 6, 7, 2])
  const faults: readonly [() => unknown, string][] = [
    [
      () => gridSample(x, g, 'linear' as never),
      "expected mode to be 'bilinear', 'nearest' or 'bicubic', but got: 'linear'",
    ],
    [
      () => gridSample(x, g, { paddingMode: 'wrap' as never }),
      "expected padding_mode to be 'zeros', 'border', or 'reflection', but got: 'wrap'",
    ],
    [() => gridSample(x, g.narrow(0, 0, 1)), 'grid_sampler(): expected grid and input to have same batch size'],
    [
      () => gridSample(x, rand([2, 6, 7, 3])),
      'grid_sampler(): expected grid to have size 2 in last dimension, but got grid with sizes [2, 6, 7, 3]',
    ],
    [() => gridSample(x, g.to('float64')), 'expected scalar type Float but found Double'],
    [
      () => gridSample(randn([1, 2, 3, 4, 5]), rand([1, 2, 2, 2, 3]), 'bicubic'),
      'grid_sampler(): bicubic interpolation only supports 4D input',
    ],
    [
      () => affineGrid(randn([2, 2, 3]), [2, 3, 4]),
      'affine_grid only supports 4D and 5D sizes, for 2D and 3D affine transforms, respectively. Got size [2, 3, 4].',
    ],
    [
      () => affineGrid(randn([2, 2, 3]), [2, 3, 4, 5, 6]),
      'Expected a batch of 3D affine matrices of shape Nx3x4 for size [2, 3, 4, 5, 6]. Got [2, 2, 3].',
    ],
    [() => affineGrid(randn([2, 2, 3]), [2, 3, 0, 5]), 'Expected non-zero, positive output size. Got [2, 3, 0, 5]'],
    [
      () => affineGrid(ones([2, 2, 3], { dtype: 'int64' }), [2, 3, 4, 5]),
      'Expected theta to have floating point type, but got int64',
    ],
  ]
  for (const [call, message] of faults) expect(call, message).toThrow(message)
})
