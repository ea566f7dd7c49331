import { deepCopy, manualSeed, ones, rand, randn, type Tensor, zeros } from '@tsorch/core'
import { expect, test } from 'vitest'
import * as nn from '../src/index.js'
import { expectSameFloats } from './close.js'

const noShape = /Can't access the shape of an uninitialized parameter or buffer/

test('LazyLinear becomes a Linear at its first call, and draws then', () => {
  manualSeed(0)
  const layer = new nn.LazyLinear(2)
  expect(String(layer)).toBe('LazyLinear(in_features=0, out_features=2, bias=True)')
  const { weight } = layer
  expectSameFloats(rand([1]), [0.496256589])
  expect(layer(ones([1, 3])).shape).toEqual([1, 2])
  expect(layer.weight).toBe(weight)
  expect(layer).toBeInstanceOf(nn.Linear)
  expect(layer).not.toBeInstanceOf(nn.LazyLinear)
  expect(weight).not.toBeInstanceOf(nn.UninitializedParameter)
  expect(String(layer)).toBe('Linear(in_features=3, out_features=2, bias=True)')
  // torch.manual_seed(0); m = LazyLinear(2); torch.rand(1); m(torch.ones(1, 3)); m.weight, torch.rand(1)
  expectSameFloats(
    layer.weight.flatten(),
    [
      0.3097158372402191, -0.4751853346824646, -0.4248946011066437, -0.2223689705133438, 0.15482072532176971,
      -0.011439144611358643,
    ],
  )
  expectSameFloats(rand([1]), [0.6323062777519226])
  layer(ones([1, 3]))
    .sum()
    .backward()
  expect(weight.grad!.tolist()).toEqual([
    [1, 1, 1],
    [1, 1, 1],
  ])
  expect(() => layer(ones([1, 4]))).toThrow('mat1 and mat2 shapes cannot be multiplied (1x4 and 3x2)')
})

test('what has no shape says so, but can be cast, counted as a parameter and left out of training', () => {
  const layer = new nn.LazyLinear(3, { bias: false })
  const { weight } = layer
  expect(nn.isLazy(weight)).toBe(true)
  expect(String(weight)).toBe('<UninitializedParameter>')
  expect([...layer.parameters()]).toEqual([weight])
  expect([weight.requiresGrad, weight.isLeaf, weight.grad, weight.dtype.name]).toEqual([true, true, null, 'float32'])
  for (const use of [() => weight.shape.length, () => weight.ndim, () => weight.add(1), () => weight.sum()])
    expect(use).toThrow(noShape)
  expect(() => nn.init.zeros_(weight)).toThrow(noShape)
  expect(() => weight.numel()).toThrow('Attempted to use an uninitialized parameter in numel()')
  layer.resetParameters()
  layer.zeroGrad()
  layer.double().requiresGrad_(false)
  expect([weight.requiresGrad, weight.dtype.name]).toEqual([false, 'float64'])
  expect(layer(ones([1, 2], { dtype: 'float64' })).dtype.name).toBe('float64')
  expect([weight.shape, weight.requiresGrad, weight.dtype.name]).toEqual([[3, 2], false, 'float64'])
})

test('uninitialized parameters and buffers take a shape, a dtype, and are ordinary then', () => {
  const parameter = new nn.UninitializedParameter({ dtype: 'float64', requiresGrad: false })
  parameter.materialize([2, 3], { dtype: 'float32' })
  expect([parameter.shape, parameter.dtype.name, parameter.requiresGrad]).toEqual([[2, 3], 'float32', false])
  expect(nn.isLazy(parameter)).toBe(false)
  expect(parameter).toBeInstanceOf(nn.Parameter)
  const buffer = new nn.UninitializedBuffer()
  expect(String(buffer)).toBe('<UninitializedBuffer>')
  expect(() => buffer.mul(2)).toThrow(noShape)
  buffer.materialize([2])
  expect(buffer.zero_().tolist()).toEqual([0, 0])
})

test('state dicts travel from initialized to lazy layers and between lazy ones, but not back', () => {
  const full = new nn.Linear(4, 3)
  const lazy = new nn.LazyLinear(3)
  const empty = lazy.stateDict()
  expect(Object.values(empty).every(nn.isLazy)).toBe(true)
  expect(() => full.loadStateDict(empty)).toThrow(noShape)
  expect(() => lazy.loadStateDict({})).toThrow('Missing key(s) in state_dict: "weight", "bias".')
  lazy.loadStateDict(new nn.LazyLinear(5).stateDict())
  expect(nn.isLazy(lazy.weight)).toBe(true)
  lazy.loadStateDict(full.stateDict())
  expect(lazy.weight.tolist()).toEqual(full.weight.tolist())
  expect(lazy).toBeInstanceOf(nn.LazyLinear)
  expect(() => lazy(ones([2, 5]))).toThrow(
    'The in_features inferred from input: 5 is not equal to in_features from self.weight: 4',
  )
  const x = randn([2, 4])
  expect(lazy(x).tolist()).toEqual(full(x).tolist())
  expect(String(lazy)).toBe('Linear(in_features=4, out_features=3, bias=True)')
})

test('lazy convolutions', () => {
  const conv = new nn.LazyConv2d(4, 3, { groups: 2 })
  expect(String(conv)).toBe('LazyConv2d(0, 4, kernel_size=(3, 3), stride=(1, 1), groups=2)')
  expect(() => conv(ones([2, 3]))).toThrow(
    'Expected 3D (unbatched) or 4D (batched) input to LazyConv2d, but got input of size: [2, 3]',
  )
  expect(() => conv(ones([1, 3, 8, 8]))).toThrow('in_channels must be divisible by groups')
  expect(nn.isLazy(conv.weight)).toBe(true)
  expect(conv(ones([2, 8, 8])).shape).toEqual([4, 6, 6])
  expect(conv.weight.shape).toEqual([4, 1, 3, 3])
  expect(String(conv)).toBe('Conv2d(2, 4, kernel_size=(3, 3), stride=(1, 1), groups=2)')
  const up = new nn.LazyConvTranspose2d(4, 3, { stride: 2 })
  expect(up(ones([1, 3, 8, 8]), [18, 18]).shape).toEqual([1, 4, 18, 18])
  expect(up.weight.shape).toEqual([3, 4, 3, 3])
  const others: [nn.Module<[Tensor]>, Tensor, string][] = [
    [
      new nn.LazyConv1d(4, 3, { bias: false }),
      ones([1, 3, 8]),
      'Conv1d(3, 4, kernel_size=(3,), stride=(1,), bias=False)',
    ],
    [new nn.LazyConv3d(4, 3), ones([1, 3, 4, 4, 4]), 'Conv3d(3, 4, kernel_size=(3, 3, 3), stride=(1, 1, 1))'],
    [new nn.LazyConvTranspose1d(4, 3), ones([1, 3, 8]), 'ConvTranspose1d(3, 4, kernel_size=(3,), stride=(1,))'],
    [
      new nn.LazyConvTranspose3d(4, 3),
      ones([1, 3, 4, 4, 4]),
      'ConvTranspose3d(3, 4, kernel_size=(3, 3, 3), stride=(1, 1, 1))',
    ],
  ]
  for (const [layer, x, text] of others) {
    layer(x)
    expect(String(layer)).toBe(text)
  }
})

test('lazy normalisation', () => {
  const norm = new nn.LazyBatchNorm2d({ momentum: 0.5 })
  expect(Object.keys(norm.stateDict())).toEqual([
    'weight',
    'bias',
    'running_mean',
    'running_var',
    'num_batches_tracked',
  ])
  expect(nn.isLazy(norm.runningMean)).toBe(true)
  expect(() => norm(ones([2, 3]))).toThrow('expected 4D input (got 2D input)')
  expect(norm).toBeInstanceOf(nn.LazyBatchNorm2d)
  norm.half().float()
  norm(randn([2, 3, 4, 4]))
  expect(String(norm)).toBe('BatchNorm2d(3, eps=1e-05, momentum=0.5, affine=True, bias=True, track_running_stats=True)')
  expect([norm.runningMean!.shape, norm.numBatchesTracked!.item(), norm.weight!.tolist()]).toEqual([[3], 1, [1, 1, 1]])
  const plain = new nn.LazyBatchNorm1d({ affine: false })
  expect(Object.keys(plain.stateDict())).toEqual(['running_mean', 'running_var', 'num_batches_tracked'])
  plain(randn([4, 3]))
  expect(plain.numFeatures).toBe(3)
  const loaded = new nn.LazyBatchNorm3d()
  loaded.loadStateDict(new nn.BatchNorm3d(2).stateDict())
  loaded(randn([2, 2, 2, 2, 2]))
  expect(loaded.numFeatures).toBe(2)
  const instance = new nn.LazyInstanceNorm2d()
  expect(instance(randn([3, 4, 4])).shape).toEqual([3, 4, 4])
  expect(String(instance)).toBe(
    'InstanceNorm2d(3, eps=1e-05, momentum=0.1, affine=True, bias=True, track_running_stats=True)',
  )
  expect(new nn.LazyInstanceNorm1d({ affine: false }).weight).toBeNull()
  expect(new nn.LazyInstanceNorm3d()(randn([2, 3, 2, 2, 2])).shape).toEqual([2, 3, 2, 2, 2])
})

test('lazy layers can be copied before they know their sizes', () => {
  const norm = new nn.LazyBatchNorm1d({ dtype: 'float64' })
  const copy = deepCopy(norm)
  expect(copy.weight).not.toBe(norm.weight)
  copy(ones([2, 3], { dtype: 'float64' }))
  expect([copy.numFeatures, norm.numFeatures, copy.runningMean!.dtype.name]).toEqual([3, 0, 'float64'])
  expect([nn.isLazy(norm.weight), nn.isLazy(norm.runningMean)]).toEqual([true, true])
  expect(copy).toBeInstanceOf(nn.BatchNorm1d)
})

test('a model of lazy layers', () => {
  const model = new nn.Sequential(
    new nn.LazyConv2d(2, 3),
    new nn.LazyBatchNorm2d(),
    new nn.Flatten(),
    new nn.LazyLinear(5),
  )
  expect(model(zeros([2, 1, 4, 4])).shape).toEqual([2, 5])
  expect([...model.parameters()].some(nn.isLazy)).toBe(false)
})
