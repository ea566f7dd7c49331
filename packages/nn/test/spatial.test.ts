import { autograd, manualSeed, maxPool2d, ones, randn, type Tensor, tensor, zeros } from '@tsorch/core'
import { describe, expect, test } from 'vitest'
import * as nn from '../src/index.js'
import { expectClose } from './close.js'

// all values were computed by torch 2.13

/** Element i is `2 sin(1.7 i) + 0.3`. */
function wave(shape: readonly number[]): Tensor {
  const n = shape.reduce((a, b) => a * b, 1)
  return tensor(Array.from({ length: n }, (_, i) => 2 * Math.sin(1.7 * i) + 0.3)).reshape(shape)
}

describe('padding of convolutions', () => {
  test.each<['reflect' | 'replicate' | 'circular', number[], number[], number[]]>([
    [
      'reflect',
      [0.2130471, -0.01595212, 0.02804599, -0.2466073, 0.6408961, 0.007249714, 0.05532349, 0.1871153, 0.1076713],
      [0.003676236, 0.1118766, -0.3858757, 0.3148375, 0.9286487, 0.05891442, -0.2859524, -0.01577251, 0.0827537],
      [-9.060244, -7.379296, -10.56627, -2.191746, -1.899391, -3.118291],
    ],
    [
      'replicate',
      [-0.008180333, 0.0267425, 0.01706034, 0.08400784, 0.6408961, -0.01481599, 0.5005391, 0.4748709, 0.08641542],
      [0.9237422, 0.07322793, -0.7772864, 0.1826015, 0.09034516, -0.001911111, -0.5585393, 0.1074624, 0.7734641],
      [-3.191281, -3.850957, -4.510633, -0.9728458, -1.899391, -2.825937],
    ],
    [
      'circular',
      [0.1959977, -0.3750677, 0.4353163, -0.02052075, 0.6408961, 0.08706503, 0.2187297, 0.4637878, 0.0461537],
      new Array<number>(9).fill(0.09034516),
      new Array<number>(6).fill(-1.899391),
    ],
  ])('Conv2d, %s', (paddingMode, values, inputGrad, weightGrad) => {
    manualSeed(1)
    const layer = new nn.Conv2d(2, 2, 3, { padding: 1, paddingMode })
    const x = randn([1, 2, 3, 3]).requiresGrad_()
    const y = layer(x)
    y.sum().backward()
    expectClose(y.flatten().narrow(0, 0, 9), values)
    expectClose(x.grad!.flatten().narrow(0, 0, 9), inputGrad)
    expectClose(layer.weight.grad!.flatten().narrow(0, 0, 6), weightGrad)
    expect(String(layer)).toBe(
      `Conv2d(2, 2, kernel_size=(3, 3), stride=(1, 1), padding=(1, 1), padding_mode=${paddingMode})`,
    )
  })

  test('the same size, unequal sides, and strides', () => {
    manualSeed(1)
    const same = new nn.Conv1d(2, 2, 4, { padding: 'same', paddingMode: 'circular', dilation: 2 })
    expectClose(
      same(randn([2, 8])),
      [
        0.151553, -0.5056284, -0.04642739, 0.836732, 0.6088274, -0.1370146, -0.1843336, 0.2283361, 0.005044751,
        0.2933354, 0.3483394, -0.314257, -0.01157241, 0.3350096, 0.06972665, 0.09358601,
      ],
    )
    manualSeed(1)
    const volume = new nn.Conv3d(1, 1, 2, { padding: [1, 0, 1], paddingMode: 'replicate', stride: 2 })
    expectClose(
      volume(randn([1, 1, 3, 4, 3])),
      [0.03000718, -0.5597653, -0.04091316, 0.7801753, 0.1934106, -0.004562549, 0.1997356, 0.5069629],
    )
    const valid = new nn.Conv1d(2, 2, 3, { padding: 'valid', paddingMode: 'reflect' })
    expect(valid(randn([2, 8])).shape).toEqual([2, 6])
  })
})

describe('padding layers', () => {
  test('give what pad gives', () => {
    const line = tensor([[1, 2, 3]])
    expect(new nn.ConstantPad1d([1, 2], 9)(line).tolist()).toEqual([[9, 1, 2, 3, 9, 9]])
    expect(new nn.ZeroPad1d(1)(line).tolist()).toEqual([[0, 1, 2, 3, 0]])
    expect(new nn.ReflectionPad1d([2, 1])(line).tolist()).toEqual([[3, 2, 1, 2, 3, 2]])
    expect(new nn.ReplicationPad1d([2, 1])(line).tolist()).toEqual([[1, 1, 1, 2, 3, 3]])
    expect(new nn.CircularPad1d([2, 1])(line).tolist()).toEqual([[2, 3, 1, 2, 3, 1]])
    const plane = ones([1, 2, 4, 5])
    const volume = ones([2, 3, 4, 5])
    for (const Layer of [nn.ZeroPad2d, nn.ReflectionPad2d, nn.ReplicationPad2d, nn.CircularPad2d])
      expect(new Layer([2, 1, 1, 2])(plane).shape).toEqual([1, 2, 7, 8])
    for (const Layer of [nn.ZeroPad3d, nn.ReflectionPad3d, nn.ReplicationPad3d, nn.CircularPad3d])
      expect(new Layer(1)(volume).shape).toEqual([2, 5, 6, 7])
    expect(new nn.ConstantPad2d([-1, 1, 0, 0], 0)(plane).at(0, 0, 0).tolist()).toEqual([1, 1, 1, 1, 0])
  })

  test('print like Python’s', () => {
    expect(String(new nn.ConstantPad2d(1, 2.5))).toBe('ConstantPad2d(padding=(1, 1, 1, 1), value=2.5)')
    expect(String(new nn.ZeroPad3d(1))).toBe('ZeroPad3d((1, 1, 1, 1, 1, 1))')
    expect(String(new nn.ReflectionPad1d([1, 2]))).toBe('ReflectionPad1d((1, 2))')
  })

  test('say what does not fit', () => {
    expect(() => new nn.ReflectionPad2d([1, 2, 3])).toThrow(
      'ReflectionPad2d: padding must be a number or a list of 4 numbers, but got [1, 2, 3]',
    )
    expect(() => new nn.CircularPad2d(1)(ones([3, 3]))).toThrow('expected 3D or 4D input (got 2D input)')
    expect(() => new nn.ReplicationPad1d(1)(ones([3]))).toThrow('Padding size 2 is not supported for 1D input tensor.')
  })
})

describe('pooling layers', () => {
  test('give indices where they are asked for, and the type says so', () => {
    const x = randn([1, 2, 4, 5])
    const [values, indices] = new nn.MaxPool2d(2, { returnIndices: true })(x)
    const [wanted, places] = maxPool2d(x, 2, { returnIndices: true })
    expect(values.equal(wanted)).toBe(true)
    expect(indices.equal(places)).toBe(true)
    const plain: Tensor = new nn.MaxPool2d(2, 2)(x)
    expect(plain.equal(wanted)).toBe(true)
    const [, adaptive] = new nn.AdaptiveMaxPool2d(2, true)(x)
    expect(adaptive.dtype.name).toBe('int64')
    const [, fractional] = new nn.FractionalMaxPool2d(2, { outputSize: 2, returnIndices: true })(x)
    expect(fractional.shape).toEqual([1, 2, 2, 2])
    const [named, where] = nn.functional.maxPool2dWithIndices(x, 2, 2)
    expect(named.equal(wanted) && where.equal(places)).toBe(true)
    expect(nn.functional.adaptiveMaxPool2dWithIndices(x, 2)[1].equal(adaptive)).toBe(true)
    expect(nn.functional.fractionalMaxPool2dWithIndices(x, 2, 2)[1].shape).toEqual([1, 2, 2, 2])
    // @ts-expect-error a tensor alone
    const pair: [Tensor, Tensor] = new nn.MaxPool2d(2)(x)
    expect(pair).not.toBeInstanceOf(Array)
  })

  test('unpooling goes back to the size that is asked for', () => {
    const pool = new nn.MaxPool2d(2, { returnIndices: true })
    const unpool = new nn.MaxUnpool2d(2)
    const x = wave([1, 2, 4, 5])
    const [values, indices] = pool(x)
    expect(() => unpool(values, indices)).toThrow('(output volumes are of size 4x4)')
    const back = unpool(values, indices, x.shape)
    expect(back.shape).toEqual([1, 2, 4, 5])
    expect(unpool(values, indices, { outputSize: [4, 5] }).equal(back)).toBe(true)
    expect(pool(back)[0].equal(values.clampMin(0))).toBe(true)
    expect(String(new nn.MaxUnpool2d([2, 3], { stride: 2, padding: 1 }))).toBe(
      'MaxUnpool2d(kernel_size=(2, 3), stride=(2, 2), padding=(1, 1))',
    )
  })

  test('adaptive sizes', () => {
    const x = randn([1, 2, 6, 7])
    expect(new nn.AdaptiveAvgPool2d([3, null])(x).shape).toEqual([1, 2, 3, 7])
    expect(new nn.AdaptiveAvgPool1d(3)(randn([2, 7])).shape).toEqual([2, 3])
    expect(new nn.AdaptiveAvgPool3d(1)(randn([2, 3, 4, 5])).shape).toEqual([2, 1, 1, 1])
    expect(new nn.AdaptiveMaxPool1d(3)(randn([2, 7])).shape).toEqual([2, 3])
    expect(new nn.AdaptiveMaxPool3d([1, 2, 3])(randn([2, 3, 4, 5])).shape).toEqual([2, 1, 2, 3])
    expect(String(new nn.AdaptiveAvgPool2d([3, null]))).toBe('AdaptiveAvgPool2d(output_size=(3, None))')
    expect(String(new nn.AdaptiveMaxPool1d(3))).toBe('AdaptiveMaxPool1d(output_size=3)')
  })

  test('fractional pooling keeps given numbers as a buffer', () => {
    const samples = tensor([
      [
        [0.1, 0.8],
        [0.6, 0.35],
      ],
    ])
    const layer = new nn.FractionalMaxPool2d(2, { outputRatio: 0.5, _randomSamples: samples })
    expect(Object.keys(layer.stateDict())).toEqual(['_random_samples'])
    expect(Object.keys(new nn.FractionalMaxPool2d(2, 3).stateDict())).toEqual([])
    const x = randn([1, 2, 7, 8])
    expect(layer(x).equal(layer(x))).toBe(true)
    expect(() => new nn.FractionalMaxPool2d(2)).toThrow(
      'FractionalMaxPool2d requires specifying either an output size, or a pooling ratio',
    )
    expect(() => new nn.FractionalMaxPool3d(2, 3, 0.5)).toThrow('only one of output_size and output_ratio')
    expect(() => new nn.FractionalMaxPool2d(2, { outputRatio: [0.5, 1.5] })).toThrow('between 0 and 1 (got [0.5, 1.5])')
  })

  test('power averages', () => {
    const plane = wave([1, 3, 4]).detach().requiresGrad_()
    const two = new nn.LPPool2d(2, 2, { stride: 1, ceilMode: true })(plane)
    expectClose(two, [3.249867, 3.172713, 2.130297, 3.244591, 2.938899, 2.172447])
    expectClose(new nn.LPPool1d(3, 2)(wave([1, 6]).abs().add(0.1)), [2.387079, 1.6553, 2.199387])
    expectClose(new nn.LPPool3d(1, 2)(wave([1, 2, 2, 4])), [11.26265, -6.045009])
    expectClose(
      nn.functional.lpPool2d(wave([1, 4, 4]), Number.POSITIVE_INFINITY, 2),
      [2.28333, 1.551629, 2.299586, 1.643597],
    )
    const none = zeros([1, 2, 2], { requiresGrad: true })
    nn.functional.lpPool2d(none, 2, 2).sum().backward()
    expect(none.grad!.flatten().tolist()).toEqual([0, 0, 0, 0])
    const x = wave([1, 3, 4]).to('float64').detach().requiresGrad_()
    expect(autograd.gradcheck((t) => nn.functional.lpPool2d(t, 2, 2, 1), [x])).toBe(true)
    expect(() => nn.functional.lpPool2d(plane, 0, 2)).toThrow('lp_pool2d: norm_type must not be 0')
    expect(String(new nn.LPPool2d(2, 3, { ceilMode: true }))).toBe(
      'LPPool2d(norm_type=2, kernel_size=3, stride=None, ceil_mode=True)',
    )
  })
})

describe('resizing, rearranging and comparing layers', () => {
  test('Upsample and its two older forms', () => {
    const x = wave([1, 1, 2, 2])
    expect(new nn.Upsample({ size: [3, 5] })(x).shape).toEqual([1, 1, 3, 5])
    expect(new nn.Upsample(4, null, 'bilinear')(x).shape).toEqual([1, 1, 4, 4])
    const twice = { scaleFactor: 2 }
    const nearest = new nn.UpsamplingNearest2d(twice)(x)
    expect(nearest.equal(nn.functional.upsampleNearest(x, twice))).toBe(true)
    expect(nearest.equal(x.repeatInterleave(2, 2).repeatInterleave(2, 3))).toBe(true)
    const bilinear = new nn.UpsamplingBilinear2d(twice)(x)
    expect(bilinear.equal(nn.functional.upsampleBilinear(x, twice))).toBe(true)
    expect(bilinear.equal(nn.functional.upsample(x, { ...twice, mode: 'bilinear', alignCorners: true }))).toBe(true)
    expect(String(new nn.Upsample({ scaleFactor: 2, mode: 'bilinear' }))).toBe(
      "Upsample(scale_factor=2.0, mode='bilinear')",
    )
    expect(String(new nn.UpsamplingNearest2d(12))).toBe("UpsamplingNearest2d(size=12, mode='nearest')")
    // @ts-expect-error no such mode
    expect(() => new nn.Upsample({ size: 2, mode: 'cubic' })(x)).toThrow('(got cubic)')
  })

  test('PixelShuffle, PixelUnshuffle, ChannelShuffle, Fold, Unfold', () => {
    const x = wave([1, 8, 2, 3])
    expect(new nn.PixelUnshuffle(2)(new nn.PixelShuffle(2)(x)).equal(x)).toBe(true)
    expect(new nn.ChannelShuffle(4)(new nn.ChannelShuffle(2)(x)).equal(x)).toBe(true)
    const unfold = new nn.Unfold(2, { stride: 2, padding: [0, 1] })
    const fold = new nn.Fold([2, 3], 2, { stride: 2, padding: [0, 1] })
    expect(fold(unfold(x)).equal(x)).toBe(true)
    expect(String(fold)).toBe('Fold(output_size=(2, 3), kernel_size=2, dilation=1, padding=(0, 1), stride=2)')
    expect(String(new nn.PixelShuffle(2))).toBe('PixelShuffle(upscale_factor=2)')
  })

  test('CosineSimilarity, PairwiseDistance', () => {
    const [a, b] = [tensor([[3, 4]], { dtype: 'float32' }), tensor([[4, 3]], { dtype: 'float32' })]
    expectClose(new nn.CosineSimilarity()(a, b), [0.96])
    expectClose(new nn.PairwiseDistance(1, { eps: 0 })(a, b), [2])
    expect(new nn.PairwiseDistance({ keepdim: true })(a, b).shape).toEqual([1, 1])
    expect(String(new nn.CosineSimilarity(0))).toBe('CosineSimilarity()')
  })
})
