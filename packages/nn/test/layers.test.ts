import { manualSeed, ones, rand, randn, type Tensor, tensor, zeros } from '@tsorch/core'
import { describe, expect, test } from 'vitest'
import * as nn from '../src/index.js'
import { expectClose, expectSameFloats } from './close.js'

describe('linear layers', () => {
  test('start with PyTorch’s weights for a seed', () => {
    manualSeed(0)
    const { weight, bias } = new nn.Linear(3, 4)
    expectSameFloats(weight.select(0, 0), [-0.00432251766, 0.309715837, -0.475185335])
    expectSameFloats(bias!, [-0.551570714, -0.382368743, -0.237997115, 0.0213871151])
  })

  test('take the bias by position or by name, and a dtype', () => {
    expect(new nn.Linear(3, 4, false).bias).toBeNull()
    expect(Object.keys(new nn.Linear(3, 4, { bias: false }).stateDict())).toEqual(['weight'])
    expect(new nn.Linear(3, 4, true, { dtype: 'float64' }).weight.dtype.name).toBe('float64')
    expect(String(new nn.Linear(3, 4, false))).toBe('Linear(in_features=3, out_features=4, bias=False)')
    expect(() => new nn.Linear(3, 4, { biass: false } as never)).toThrow(/unknown option 'biass'/)
    expect(new nn.Linear(0, 2)(zeros([3, 0])).tolist()).toEqual([
      [0, 0],
      [0, 0],
      [0, 0],
    ])
  })

  test('say which sizes do not fit', () => {
    expect(() => new nn.Linear(784, 10)(ones([64, 512]))).toThrow(
      'mat1 and mat2 shapes cannot be multiplied (64x512 and 784x10)',
    )
  })

  test('Bilinear', () => {
    manualSeed(0)
    const layer = new nn.Bilinear(2, 3, 2)
    const x1 = randn([2, 2], { requiresGrad: true })
    const x2 = randn([2, 3])
    const y = layer(x1, x2)
    y.sum().backward()
    expectClose(y, [-1.93903625, -0.858845413, 0.267606974, -0.322095782])
    expectClose(x1.grad, [1.3139987, -0.588510633, -1.11996174, 0.746870816])
    const half = [-0.117941216, -0.408445001, 0.550041914, -0.406211168, -0.124625921, -0.481335968]
    expectClose(layer.weight.grad, [...half, ...half])
    expect(layer(ones([4, 5, 2]), ones([4, 5, 3])).shape).toEqual([4, 5, 2])
    expect(() => layer(ones([2, 2]), ones([3, 3]))).toThrow('do not match at dim 0: got 2 and 3')
    expect(() => layer(ones([2, 2]), ones([2, 4]))).toThrow(
      'input2 size does not match weight size: got 4 but expected 3',
    )
    expect(() => new nn.Bilinear(0, 1, 1)).toThrow('in1_features must be > 0')
    expect(String(layer)).toBe('Bilinear(in1_features=2, in2_features=3, out_features=2, bias=True)')
  })

  test('Flatten, Unflatten, Identity', () => {
    expect(new nn.Flatten()(ones([2, 3, 4])).shape).toEqual([2, 12])
    expect(new nn.Flatten(0, 1)(ones([2, 3, 4])).shape).toEqual([6, 4])
    expect(String(new nn.Flatten({ endDim: 2 }))).toBe('Flatten(start_dim=1, end_dim=2)')
    expect(new nn.Unflatten(1, [2, -1])(ones([2, 6])).shape).toEqual([2, 2, 3])
    expect(() => new nn.Unflatten(1, 3 as never)).toThrow('unflattened_size must be a list')
    const x = ones([1])
    expect(new nn.Identity(54, { unused: true })(x)).toBe(x)
  })
})

describe('convolutions', () => {
  test('Conv2d with stride, padding and groups', () => {
    manualSeed(1)
    const layer = new nn.Conv2d(2, 4, 3, { stride: 2, padding: 1, groups: 2 })
    expectClose(
      layer(randn([1, 2, 4, 4])),
      [
        0.68844533, -0.219699442, -0.412457108, -0.016721487, 0.214198977, -0.340676099, -0.422600299, 0.0197873563,
        0.440191329, 0.0662302077, 0.2427423, 0.882211864, -0.529485762, -1.2020092, -0.0208359212, -0.616430759,
      ],
    )
    expect(String(layer)).toBe('Conv2d(2, 4, kernel_size=(3, 3), stride=(2, 2), padding=(1, 1), groups=2)')
    expect(String(new nn.Conv2d(2, 4, 3, 2, 1))).toBe('Conv2d(2, 4, kernel_size=(3, 3), stride=(2, 2), padding=(1, 1))')
  })

  test('Conv1d with same padding, and without batch', () => {
    manualSeed(1)
    const layer = new nn.Conv1d(1, 1, 2, { padding: 'same' })
    const x = randn([1, 1, 4])
    const wanted = [0.346019834, -0.756870568, 0.206488788, -0.042181477]
    expectClose(layer(x), wanted)
    expectClose(layer(x.squeeze(0)), wanted)
    expect(String(layer)).toBe('Conv1d(1, 1, kernel_size=(2,), stride=(1,), padding=same)')
  })

  test('Conv3d', () => {
    expect(new nn.Conv3d(1, 2, [1, 2, 3], { dilation: [1, 2, 1] })(ones([1, 1, 4, 4, 4])).shape).toEqual([
      1, 2, 4, 2, 2,
    ])
  })

  test('ConvTranspose2d, with a size that the stride leaves open', () => {
    manualSeed(1)
    const layer = new nn.ConvTranspose2d(1, 1, 3, { stride: 2 })
    const x = randn([1, 1, 2, 2])
    const y = layer(x)
    expect(y.shape).toEqual([1, 1, 5, 5])
    expectClose(y.flatten().narrow(0, 0, 5), [0.106723793, -0.167197287, 0.0248643011, -0.144625753, -0.0864104405])
    for (const wide of [layer(x, [6, 5]), layer(x, { outputSize: [1, 1, 6, 5] })]) {
      expect(wide.shape).toEqual([1, 1, 6, 5])
      expectClose(wide.flatten().narrow(0, 0, 25), y.flatten().tolist() as number[])
      expectClose(wide.flatten().narrow(0, 25, 5), new Array<number>(5).fill(-0.0408147201))
    }
    const other = new nn.ConvTranspose2d(3, 2, 3, { stride: 2 })
    expect(() => other(ones([1, 3, 3, 3]), [9, 7])).toThrow(
      'requested an output size of [9, 7], but valid sizes range from [7, 7] to [8, 8]',
    )
    expect(() => other(ones([1, 3, 3, 3]), [9])).toThrow(
      'ConvTranspose2D: for 4D input, output_size must have 2 or 4 elements (got 1)',
    )
    expect(String(new nn.ConvTranspose1d(4, 2, 3, { stride: 2, outputPadding: 1 }))).toBe(
      'ConvTranspose1d(4, 2, kernel_size=(3,), stride=(2,), output_padding=(1,))',
    )
  })

  test('refuse what cannot be', () => {
    expect(() => new nn.Conv2d(3, 4, 3, { groups: 2 })).toThrow('in_channels must be divisible by groups')
    expect(() => new nn.Conv2d(4, 3, 3, { groups: 2 })).toThrow('out_channels must be divisible by groups')
    expect(() => new nn.Conv2d(4, 3, 3, { groups: 0 })).toThrow('groups must be a positive integer')
    expect(() => new nn.Conv2d(3, 4, 3, { padding: 'full' as never })).toThrow("Invalid padding string 'full'")
    expect(() => new nn.Conv2d(3, 4, 3, { padding: 'same', stride: 2 })).toThrow(
      "padding='same' is not supported for strided convolutions",
    )
    expect(() => new nn.Conv2d(3, 4, 3, { paddingMode: 'mirror' as never })).toThrow(/padding_mode must be one of/)
    expect(() => new nn.ConvTranspose2d(3, 4, 3, { paddingMode: 'reflect' })).toThrow(
      'Only "zeros" padding mode is supported for ConvTranspose2d',
    )
    expect(() => new nn.Conv2d(3, 4, [3, 3, 3])).toThrow(/Conv2d: kernelSize must be a number or a list of 2 numbers/)
    expect(() => new nn.Conv2d(3, 4, 3)(ones([1, 2, 8, 8]))).toThrow(/to have 3 channels, but got 2 channels/)
  })
})

describe('pooling', () => {
  const x = tensor([[[1, 2, 3, 4, 5, 6, 7]]], { dtype: 'float32' })

  test('takes sizes by position or by name', () => {
    expect(new nn.MaxPool1d(3, 2)(x).tolist()).toEqual([[[3, 5, 7]]])
    expect(new nn.MaxPool1d(2, { ceilMode: true })(x).tolist()).toEqual([[[2, 4, 6, 7]]])
    expect(new nn.AvgPool1d(2)(x).tolist()).toEqual([[[1.5, 3.5, 5.5]]])
    expect(new nn.AvgPool1d(3, { stride: 3, padding: 1, countIncludePad: false })(x).tolist()).toEqual([
      [[1.5, 4, 6.5]],
    ])
    expect(new nn.MaxPool2d(3, 2, 1)(ones([1, 1, 8, 8])).shape).toEqual([1, 1, 4, 4])
    expect(new nn.AvgPool2d([1, 2], { divisorOverride: 4 })(ones([1, 1, 1, 4])).tolist()).toEqual([[[[0.5, 0.5]]]])
    expect(new nn.MaxPool3d(2)(ones([1, 4, 4, 4])).shape).toEqual([1, 2, 2, 2])
    expect(new nn.AvgPool3d(2)(ones([1, 4, 4, 4])).shape).toEqual([1, 2, 2, 2])
  })

  test('gives indices', () => {
    const [values, indices] = new nn.MaxPool1d(2, { returnIndices: true })(x) as unknown as [Tensor, Tensor]
    expect(values.tolist()).toEqual([[[2, 4, 6]]])
    expect(indices.tolist()).toEqual([[[1, 3, 5]]])
  })

  test('prints as in Python', () => {
    expect(String(new nn.MaxPool1d([2]))).toBe(
      'MaxPool1d(kernel_size=(2,), stride=(2,), padding=0, dilation=1, ceil_mode=False)',
    )
    expect(String(new nn.AvgPool2d([2, 3]))).toBe('AvgPool2d(kernel_size=(2, 3), stride=(2, 3), padding=0)')
    expect(String(new nn.AvgPool1d(3, 2, 1))).toBe('AvgPool1d(kernel_size=(3,), stride=(2,), padding=(1,))')
  })
})

describe('activations', () => {
  const x = tensor([[-1.5, 0.5]])

  test('compute', () => {
    expectClose(new nn.ReLU()(x), [0, 0.5])
    expectClose(new nn.LeakyReLU(0.2)(x), [-0.3, 0.5])
    expectClose(new nn.Sigmoid()(x), [0.182425524, 0.622459331])
    expectClose(new nn.SiLU()(x), [-0.273638278, 0.31122965])
    expectClose(new nn.Tanh()(x), [-0.905148254, 0.462117157])
    expectClose(new nn.Softmax(1)(x), [0.119202922, 0.880797078])
    expectClose(new nn.LogSoftmax({ dim: 1 })(x), [-2.12692801, -0.126928011])
    expectClose(new nn.Softmin(-1)(x), [0.880797078, 0.119202922])
    expectClose(new nn.Softmax2d()(ones([1, 2, 1, 1])), [0.5, 0.5])
    expect(() => new nn.Softmax2d()(x)).toThrow('Softmax2d: expected input to be 3D or 4D, got 2D instead')
  })

  test('work in place where they are asked to', () => {
    const y = tensor([-1.5, 2])
    expect(new nn.ReLU(true)(y)).toBe(y)
    expect(y.tolist()).toEqual([0, 2])
    const z = tensor([-1, 2.5])
    expect(new nn.LeakyReLU({ negativeSlope: 0.5, inplace: true })(z)).toBe(z)
    expect(z.tolist()).toEqual([-0.5, 2.5])
    expect(nn.functional.relu_(tensor([-1.5])).tolist()).toEqual([0])
    expect(nn.functional.relu(x, { inplace: false })).not.toBe(x)
  })

  test('print as in Python', () => {
    const texts = [new nn.ReLU({ inplace: true }), new nn.LeakyReLU(0.2, true), new nn.Softmax(), new nn.LogSoftmax(0)]
    expect(texts.map(String)).toEqual([
      'ReLU(inplace=True)',
      'LeakyReLU(negative_slope=0.2, inplace=True)',
      'Softmax(dim=None)',
      'LogSoftmax(dim=0)',
    ])
    expect(String(new nn.LeakyReLU(1e-5))).toBe('LeakyReLU(negative_slope=1e-05)')
    expect(String(new nn.LeakyReLU(3))).toBe('LeakyReLU(negative_slope=3.0)')
  })
})

describe('dropout', () => {
  test('draws what PyTorch draws', () => {
    manualSeed(5)
    expectClose(new nn.Dropout(0.4)(ones([6])), [0, 1.66666663, 1.66666663, 1.66666663, 1.66666663, 0])
    expectClose(new nn.Dropout2d()(ones([1, 4, 2, 1])), [0, 0, 0, 0, 0, 0, 2, 2])
    expectClose(new nn.AlphaDropout({ p: 0.3 })(ones([4])), [1.31504464, 1.31504464, -1.05954826, 1.31504464])
    expectClose(rand([1]), [0.26388067])
  })

  test('does nothing in evaluation', () => {
    const x = randn([2, 3, 4])
    for (const layer of [new nn.Dropout(), new nn.Dropout1d(), new nn.AlphaDropout(), new nn.FeatureAlphaDropout()])
      expect(layer.eval()(x)).toBe(x)
    const y = randn([1, 3, 2, 2, 2])
    expect(new nn.Dropout3d().eval()(y)).toBe(y)
  })

  test('refuses what is no probability', () => {
    expect(() => new nn.Dropout(1.5)).toThrow('dropout probability has to be between 0 and 1, but got 1.5')
    expect(() => new nn.Dropout2d({ p: -1 })).toThrow('but got -1')
    expect(String(new nn.Dropout(1, true))).toBe('Dropout(p=1.0, inplace=True)')
  })
})

describe('Embedding', () => {
  test('draws its table, then clears the padding row', () => {
    manualSeed(0)
    const layer = new nn.Embedding(4, 3, { paddingIdx: -2 })
    expectClose(
      layer.weight,
      [
        1.54099607, -0.293428898, -2.17878938, 0.568431258, -1.08452237, -1.39859545, 0, 0, 0, -0.403343529,
        -0.596635342, 0.182036489,
      ],
    )
    const out = layer(tensor([[2, 3]]))
    expect(out.shape).toEqual([1, 2, 3])
    out.sum().backward()
    expect(layer.weight.grad!.tolist()).toEqual([
      [0, 0, 0],
      [0, 0, 0],
      [0, 0, 0],
      [1, 1, 1],
    ])
  })

  test('limits the norms of what it looks up', () => {
    manualSeed(0)
    const layer = new nn.Embedding(4, 3, { maxNorm: 1 })
    const row = [0.573980808, -0.109294608, -0.811542153]
    expectClose(layer(tensor([0])), row)
    expectClose(layer.weight.select(0, 0), row)
    expectClose(layer.weight.select(0, 1), [0.568431258, -1.08452237, -1.39859545])
  })

  test('takes a table that is there', () => {
    manualSeed(3)
    const before = rand([1]).item()
    manualSeed(3)
    const table = tensor([
      [1, 2.5],
      [3, 4],
    ])
    const frozen = nn.Embedding.fromPretrained(table)
    expect(rand([1]).item()).toBe(before)
    expect(frozen(tensor([1])).tolist()).toEqual([[3, 4]])
    expect(frozen.weight.requiresGrad).toBe(false)
    expect(frozen.numEmbeddings).toBe(2)
    const layer = nn.Embedding.fromPretrained(table, { freeze: false, paddingIdx: -1 })
    expect(layer.weight.requiresGrad).toBe(true)
    expect(String(layer)).toBe('Embedding(2, 2, padding_idx=1)')
    expect(() => nn.Embedding.fromPretrained(tensor([1.5]))).toThrow(
      'Embeddings parameter is expected to be 2-dimensional',
    )
  })

  test('refuses rows that are not there', () => {
    expect(() => new nn.Embedding(3, 2, 3)).toThrow('Padding_idx must be within num_embeddings')
    expect(() => new nn.Embedding(3, 2)(tensor([0, 3]))).toThrow(/index out of range in self/)
    expect(String(new nn.Embedding(4, 3, 0, { maxNorm: 1, normType: 1, scaleGradByFreq: true, sparse: true }))).toBe(
      'Embedding(4, 3, padding_idx=0, max_norm=1.0, norm_type=1.0, scale_grad_by_freq=True, sparse=True)',
    )
  })
})

test.each<[string, () => unknown, string]>([
  [
    'Conv2d',
    () => new nn.Conv2d(1, 10, undefined as never),
    'Conv2d(): kernelSize must be a number or a list of numbers, but got undefined',
  ],
  [
    'MaxPool2d',
    () => new nn.MaxPool2d(undefined as never),
    'MaxPool2d(): kernelSize must be a number or a list of numbers',
  ],
  [
    'AvgPool1d',
    () => new nn.AvgPool1d(null as never),
    'AvgPool1d(): kernelSize must be a number or a list of numbers, but got null',
  ],
  [
    'LayerNorm',
    () => new nn.LayerNorm(undefined as never),
    'LayerNorm(): normalizedShape must be a number or a list of numbers',
  ],
  [
    'ZeroPad2d',
    () => new nn.ZeroPad2d(undefined as never),
    'ZeroPad2d(): padding must be a number or a list of numbers',
  ],
  [
    'Threshold',
    () => new nn.Threshold(0, undefined as never),
    'Threshold(): value must be a number, but got undefined',
  ],
])('an argument that was left out is named: %s', (_, make, message) => {
  expect(make).toThrow(message)
})
