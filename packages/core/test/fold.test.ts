import { expect, test } from 'vitest'
import {
  arange,
  autograd,
  channelShuffle,
  fold,
  ones,
  pixelShuffle,
  pixelUnshuffle,
  randn,
  type Tensor,
  unfold,
} from '../src/index.js'
import { expectClose, leaf, wave } from './wave.js'

// all values were computed by torch 2.13

/** The first elements of a result, and of the gradient for a cotangent that is a wave. */
function expectBoth(x: Tensor, y: Tensor, shape: number[], values: number[], gradient: number[]): void {
  expect(y.shape).toEqual(shape)
  y.backward(wave(y.shape, 5))
  expectClose(y.flatten().narrow(0, 0, values.length), values)
  expectClose(x.grad!.flatten().narrow(0, 0, gradient.length), gradient)
}

test('unfold', () => {
  const x = leaf([1, 2, 3, 4])
  expectBoth(
    x,
    unfold(x, [2, 3], { padding: [1, 0], stride: [2, 1] }),
    [1, 12, 4],
    [0, 0, 1.288227, 1.896974, 0, 0, 1.896974, -1.099749, 0, 0, -1.099749, -0.9362742],
    [0.828177, 3.857205, 3.749901, 0.5804814, 2.009198, 0.322656, -1.275951, -1.680971, -0.7035786, -2.713569],
  )
  const one = leaf([1, 3, 4])
  expectBoth(
    one,
    unfold(one, 2, 2, 1),
    [4, 12],
    [0, 0, 0, 0, 0, 0.3, 2.28333, -0.2110822, 0, 1.288227, 1.896974, -1.099749],
    [1.907569, 2.985136, -0.03593779, -1.427315, 1.850922, 0.9106007, -1.189677, -0.4675189, -1.257819],
  )
  expect(unfold(randn([0, 2, 3, 3]), 2).shape).toEqual([0, 8, 4])
})

test('fold', () => {
  const x = leaf([1, 8, 6])
  expectBoth(
    x,
    fold(x, [3, 4], 2, 1, [0, 1], [1, 2]),
    [1, 2, 3, 4],
    [-1.099749, 2.28333, -0.9362742, -0.2110822, -0.06324041, 1.370954, 0.2238607, 0.2533773, -1.519333, 2.058546],
    [0, 1.1097, -0.9501413, 0, 1.907569, -1.558248, -1.617849, 2.009198, 0, -1.08705, 1.272797, 0],
  )
  const one = leaf([4, 4])
  expectBoth(
    one,
    fold(one, 3, 2),
    [1, 3, 3],
    [0.3, 3.571557, 1.896974, 1.807241, 0.7416884, -0.8535475, -1.622795, -1.641595, 1.018117],
    [-1.617849, 1.1097, -0.9501413, -1.08705, 1.1097, 2.009198, -1.08705, 1.907569, -0.9501413],
  )
})

test('shuffles', () => {
  const up = leaf([1, 8, 1, 2])
  expectBoth(
    up,
    pixelShuffle(up, 2),
    [1, 2, 2, 4],
    [0.3, -0.2110822, 2.28333, -1.551629, 1.288227, -1.099749, 1.896974, -0.9362742, 2.018324, -1.622795],
    [-1.617849, 2.009198, 1.1097, -0.9501413, -1.08705, 1.272797, 1.907569, -1.558248, -0.1939473, 0.2822974],
  )
  const down = leaf([1, 2, 4])
  expectBoth(
    down,
    pixelUnshuffle(down, 2),
    [4, 1, 2],
    [0.3, -0.2110822, 2.28333, -1.551629, 1.288227, -1.099749, 1.896974, -0.9362742],
    [-1.617849, 2.009198, 1.1097, -0.9501413, -1.08705, 1.272797, 1.907569, -1.558248],
  )
  const dealt = leaf([1, 6, 2])
  expectBoth(
    dealt,
    channelShuffle(dealt, 3),
    [1, 6, 2],
    [0.3, 2.28333, 1.288227, 1.896974, 2.018324, 1.093481, -0.2110822, -1.551629],
    [-1.617849, 1.1097, 1.272797, -1.558248, 2.009198, -0.9501413, -0.1939473, 2.285533],
  )
  const x = arange(4).reshape([1, 1, 2, 2])
  expect(pixelShuffle(x, 1).tolist()).toEqual(x.tolist())
  expect(pixelShuffle(x, 1).zero_().sum().item()).toBe(0)
  expect(x.sum().item()).toBe(6)
})

test('gradients agree with finite differences, twice', () => {
  const x = leaf([1, 4, 3, 4], 0, 'float64')
  const columns = leaf([1, 4, 6], 0, 'float64')
  const functions: readonly [(t: Tensor) => Tensor, Tensor][] = [
    [(t) => unfold(t, 2, { padding: 1, stride: 2 }), x],
    [(t) => fold(t, [3, 4], 2), columns],
    [(t) => pixelShuffle(t, 2), x],
    [(t) => channelShuffle(t, 2), x],
  ]
  for (const [f, input] of functions) {
    expect(autograd.gradcheck(f, [input])).toBe(true)
    expect(autograd.gradgradcheck((t) => f(t).square(), [input])).toBe(true)
  }
})

test('faults, in the words of PyTorch', () => {
  const x = randn([2, 8, 4, 6])
  const faults: readonly [() => unknown, string][] = [
    [
      () => pixelShuffle(x, 3),
      "pixel_shuffle expects its input's 'channel' dimension to be divisible by the square of upscale_factor, but input.size(-3)=8 is not divisible by 9",
    ],
    [() => pixelShuffle(x, 0), 'pixel_shuffle expects a positive upscale_factor, but got 0'],
    [
      () => pixelShuffle(x.at(0, 0), 2),
      'pixel_shuffle expects input to have at least 3 dimensions, but got input with 2 dimension(s)',
    ],
    [
      () => pixelUnshuffle(x, 4),
      'pixel_unshuffle expects width to be divisible by downscale_factor, but input.size(-1)=6 is not divisible by 4',
    ],
    [() => channelShuffle(x, 3), 'Number of channels must be divisible by groups. Got 8 channels and 3 groups.'],
    [
      () => channelShuffle(x.at(0, 0), 2),
      'channel_shuffle expects input with > 2 dims, but got input with sizes [4, 6]',
    ],
    [
      () => unfold(x, 7),
      'Given input with spatial size (4, 6), kernel_size=(7, 7), dilation=(1, 1), padding=(0, 0), stride=(1, 1), calculated shape of the array of sliding blocks as (-2, 0), but its components must be at least one.',
    ],
    [() => unfold(x, [1, 2, 3]), 'It is expected kernel_size equals to 2, but got size 3'],
    [() => unfold(x, 2, { stride: 0 }), 'stride should be greater than zero, but got stride_height: 0 stride_width: 0'],
    [() => unfold(ones([1, 2, 2], { dtype: 'int64' }), 2), `"im2col_out_cpu" not implemented for 'Long'`],
    [
      () => fold(randn([2, 8, 12]), [4, 6], 2),
      "Given output_size=(4, 6), kernel_size=(2, 2), dilation=(1, 1), padding=(0, 0), stride=(1, 1), expected size of input's dimension 2 to match the calculated number of sliding blocks 3 * 5 = 15, but got input.size(2)=12.",
    ],
    [
      () => fold(randn([2, 8, 12]), [4, 5], 3),
      "Expected size of input's dimension 1 to be divisible by the product of kernel_size, but got input.size(1)=8 and kernel_size=(3, 3).",
    ],
  ]
  for (const [call, message] of faults) expect(call, message).toThrow(message)
})
