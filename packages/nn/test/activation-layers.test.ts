import { manualSeed, ones, randn, type Tensor, tensor, zeros } from '@tsorch/core'
import { describe, expect, test } from 'vitest'
import * as nn from '../src/index.js'
import { expectClose } from './close.js'

const F = nn.functional

test('activation layers print as PyTorch’s', () => {
  const texts: [nn.AnyModule, string][] = [
    [new nn.Threshold(0.1, 20.5, true), 'Threshold(threshold=0.1, value=20.5, inplace=True)'],
    [new nn.RReLU(), 'RReLU(lower=0.125, upper=0.3333333333333333)'],
    [new nn.RReLU(0.1, 0.3, { inplace: true }), 'RReLU(lower=0.1, upper=0.3, inplace=True)'],
    [new nn.Hardtanh(), 'Hardtanh(min_val=-1.0, max_val=1.0)'],
    [new nn.Hardtanh({ maxVal: 2.5, inplace: true }), 'Hardtanh(min_val=-1.0, max_val=2.5, inplace=True)'],
    [new nn.ReLU6(true), 'ReLU6(inplace=True)'],
    [new nn.Hardsigmoid(true), 'Hardsigmoid()'],
    [new nn.Hardswish(true), 'Hardswish()'],
    [new nn.ELU(0.5, true), 'ELU(alpha=0.5, inplace=True)'],
    [new nn.CELU(), 'CELU(alpha=1.0)'],
    [new nn.SELU({ inplace: true }), 'SELU(inplace=True)'],
    [new nn.LeakyReLU(0.2), 'LeakyReLU(negative_slope=0.2)'],
    [new nn.GLU(), 'GLU(dim=-1)'],
    [new nn.GELU('tanh'), "GELU(approximate='tanh')"],
    [new nn.Hardshrink(), 'Hardshrink(0.5)'],
    [new nn.Softshrink({ lambd: 1.5 }), 'Softshrink(1.5)'],
    [new nn.Softplus(), 'Softplus(beta=1.0, threshold=20.0)'],
    [new nn.PReLU(3), 'PReLU(num_parameters=3)'],
    [new nn.Mish(), 'Mish()'],
    [new nn.LogSigmoid(), 'LogSigmoid()'],
    [new nn.Softsign(), 'Softsign()'],
    [new nn.Tanhshrink(), 'Tanhshrink()'],
  ]
  for (const [layer, text] of texts) expect(String(layer)).toBe(text)
})

test('layers compute what their functions do', () => {
  const x = randn([2, 4])
  const pairs: [nn.Layer, Tensor][] = [
    [new nn.Threshold(0.1, 20), F.threshold(x, 0.1, 20)],
    [new nn.Hardtanh(-0.5, 0.25), F.hardtanh(x, -0.5, 0.25)],
    [new nn.ReLU6(), F.relu6(x)],
    [new nn.Hardsigmoid(), F.hardsigmoid(x)],
    [new nn.Hardswish(), F.hardswish(x)],
    [new nn.ELU(0.5), F.elu(x, 0.5)],
    [new nn.CELU(2), F.celu(x, 2)],
    [new nn.SELU(), F.selu(x)],
    [new nn.LeakyReLU(0.2), F.leakyRelu(x, 0.2)],
    [new nn.RReLU(0.1, 0.3).eval(), F.rrelu(x, 0.1, 0.3)],
    [new nn.GLU(0), F.glu(x, 0)],
    [new nn.GELU({ approximate: 'tanh' }), F.gelu(x, { approximate: 'tanh' })],
    [new nn.Hardshrink(0.3), F.hardshrink(x, 0.3)],
    [new nn.Softshrink(0.3), F.softshrink(x, 0.3)],
    [new nn.Tanhshrink(), F.tanhshrink(x)],
    [new nn.Softplus(2, 1), F.softplus(x, 2, 1)],
    [new nn.Mish(), F.mish(x)],
    [new nn.LogSigmoid(), F.logsigmoid(x)],
    [new nn.Softsign(), F.softsign(x)],
  ]
  for (const [layer, wanted] of pairs) expect(layer(x).tolist(), String(layer)).toEqual(wanted.tolist())
})

test('functions with a trailing underscore, and layers in place, write into their input', () => {
  const forms: [(x: Tensor) => Tensor, (x: Tensor) => Tensor][] = [
    [F.relu_, F.relu],
    [(x) => F.leakyRelu_(x, 0.2), (x) => F.leakyRelu(x, 0.2)],
    [(x) => F.elu_(x, { alpha: 0.5 }), (x) => F.elu(x, 0.5)],
    [F.selu_, F.selu],
    [(x) => F.celu_(x, 2), (x) => F.celu(x, 2)],
    [(x) => F.hardtanh_(x, -0.5, 0.25), (x) => F.hardtanh(x, -0.5, 0.25)],
    [(x) => F.threshold_(x, 0.1, 20), (x) => F.threshold(x, 0.1, 20)],
    [(x) => F.rrelu_(x, 0.1, 0.3), (x) => F.rrelu(x, 0.1, 0.3)],
    [new nn.ReLU6(true), F.relu6],
    [new nn.Hardswish(true), F.hardswish],
    [new nn.Hardsigmoid(true), F.hardsigmoid],
    [new nn.Mish(true), F.mish],
    [new nn.SiLU(true), F.silu],
    [new nn.ELU(1, true), F.elu],
  ]
  for (const [write, plain] of forms) {
    const x = randn([5])
    const wanted = plain(x).tolist()
    expect(write(x)).toBe(x)
    expect(x.tolist()).toEqual(wanted)
  }
})

test('PReLU learns a slope for each channel', () => {
  const layer = new nn.PReLU({ numParameters: 2, init: 0.5 })
  const y = layer(
    tensor([[-1, -2, 3]], { dtype: 'float32' })
      .reshape([1, 1, 3])
      .expand([1, 2, 3]),
  )
  expect(y.tolist()).toEqual([
    [
      [-0.5, -1, 3],
      [-0.5, -1, 3],
    ],
  ])
  y.sum().backward()
  expect(layer.weight.grad!.tolist()).toEqual([-3, -3])
  expect(() => layer(ones([2, 4]))).toThrow('Found parameter numbers = 2 and channel size = 4.')
  expect(new nn.PReLU().weight.tolist()).toEqual([0.25])
})

test('RReLU draws while it trains', () => {
  const layer = new nn.RReLU(0.1, 0.3)
  const x = ones([1000]).neg()
  const y = layer(x)
  expect(y.max().item()).toBeLessThanOrEqual(-0.1)
  expect(y.unique().numel()).toBeGreaterThan(900)
  expectClose(layer.eval()(ones([2]).neg()), [-0.2, -0.2])
})

test('Hardtanh refuses limits that are not in order', () => {
  expect(() => new nn.Hardtanh(1, 1)).toThrow('max_val (1) must be greater than min_val (1)')
  // @ts-expect-error no such option
  expect(() => new nn.Hardtanh({ min: 1 })).toThrow("unknown option 'min'")
})

// numbers computed with PyTorch 2.13
describe('gumbelSoftmax', () => {
  test('draws PyTorch’s samples, soft and hard', () => {
    manualSeed(0)
    const soft = [0.104650758, 0.298401833, 0.596947491, 0.197377339, 0.483124733, 0.319497943]
    expectClose(F.gumbelSoftmax(zeros([2, 3])), soft)
    expectClose(F.gumbelSoftmax(zeros([2, 3]), { tau: 0.5, hard: true, dim: 0 }), [1, 1, 0, 0, 0, 1])
  })

  test('is differentiable with respect to the logits', () => {
    const logits = randn([2, 3], { requiresGrad: true })
    const weights = tensor([1, 2, 3], { dtype: 'float32' })
    for (const hard of [false, true]) {
      manualSeed(1)
      F.gumbelSoftmax(logits, 1, hard).mul(weights).sum().backward()
    }
    // both have the gradient of the soft sample
    const total = logits.grad!
    logits.grad = null
    manualSeed(1)
    F.gumbelSoftmax(logits).mul(weights).sum().backward()
    expectClose(total, logits.grad!.mul(2).flatten().tolist() as number[])
    expect(() => F.gumbelSoftmax(ones([2], { dtype: 'int64' }))).toThrow('dtype must be a floating point')
  })
})

test('normalize', () => {
  expectClose(
    F.normalize(
      tensor(
        [
          [3, 4],
          [0, 0],
        ],
        { dtype: 'float32' },
      ),
    ),
    [0.6, 0.8, 0, 0],
  )
  expectClose(
    F.normalize(
      tensor(
        [
          [3, 4],
          [1, 0],
        ],
        { dtype: 'float32' },
      ),
      { p: 1, dim: 0 },
    ),
    [0.75, 1, 0.25, 0],
  )
  expect(() => F.normalize(tensor([[1, 2]]))).toThrow('Expected a floating point or complex tensor as input. Got Long')
  expect(() => F.normalize(ones([3]))).toThrow('Dimension out of range (expected to be in range of [-1, 0], but got 1)')
})

test('oneHot', () => {
  expect(F.oneHot(tensor([0, 2])).tolist()).toEqual([
    [1, 0, 0],
    [0, 0, 1],
  ])
  expect(F.oneHot(tensor([[1]]), { numClasses: 2 }).tolist()).toEqual([[[0, 1]]])
  expect(F.oneHot(tensor(2), 4).tolist()).toEqual([0, 0, 1, 0])
  expect(F.oneHot(tensor([], { dtype: 'int64' }), 3).shape).toEqual([0, 3])
  expect(() => F.oneHot(tensor([1, -1]))).toThrow('Class values must be non-negative.')
  expect(() => F.oneHot(tensor([1, 2]), 2)).toThrow('Class values must be smaller than num_classes.')
  expect(() => F.oneHot(tensor([], { dtype: 'int64' }))).toThrow('Can not infer total number of classes from empty')
  expect(() => F.oneHot(ones([2]))).toThrow('one_hot is only applicable to index tensor of type LongTensor.')
})
