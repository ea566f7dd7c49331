import { manualSeed, noGrad, ones, type Tensor, tensor, zeros } from '@tsorch/core'
import { describe, expect, test, vi } from 'vitest'
import * as nn from '../src/index.js'
import { expectClose } from './close.js'
import { leaf, wave } from './wave.js'

// all values were computed by torch 2.13

const F = nn.functional
const [x, y] = [wave([2, 3]), wave([2, 3], 1)]

test('layers pass their options on', () => {
  const counts = tensor([
    [0, 1, 2],
    [5, 0, 3],
  ])
  const labels = tensor([2, 0])
  const pairs: readonly [Tensor, Tensor][] = [
    [new nn.SmoothL1Loss({ beta: 0.5, reduction: 'sum' })(x, y), F.smoothL1Loss(x, y, { beta: 0.5, reduction: 'sum' })],
    [new nn.HuberLoss({ delta: 0.5 })(x, y), F.huberLoss(x, y, { delta: 0.5 })],
    [
      new nn.KLDivLoss({ reduction: 'batchmean', logTarget: true })(x, y),
      F.klDiv(x, y, { reduction: 'batchmean', logTarget: true }),
    ],
    [
      new nn.PoissonNLLLoss({ logInput: false, full: true, eps: 0.1 })(x.abs(), counts),
      F.poissonNllLoss(x.abs(), counts, { logInput: false, full: true, eps: 0.1 }),
    ],
    [
      new nn.GaussianNLLLoss({ full: true, eps: 0.5 })(x, y, x.abs()),
      F.gaussianNllLoss(x, y, x.abs(), { full: true, eps: 0.5 }),
    ],
    [new nn.MarginRankingLoss(0.5)(x, y, y.sign()), F.marginRankingLoss(x, y, y.sign(), 0.5)],
    [new nn.HingeEmbeddingLoss({ margin: 2 })(x, y.sign()), F.hingeEmbeddingLoss(x, y.sign(), 2)],
    [new nn.SoftMarginLoss({ reduction: 'sum' })(x, y.sign()), F.softMarginLoss(x, y.sign(), { reduction: 'sum' })],
    [
      new nn.CosineEmbeddingLoss({ margin: 0.1 })(x, y, tensor([1, -1])),
      F.cosineEmbeddingLoss(x, y, tensor([1, -1]), { margin: 0.1 }),
    ],
    [
      new nn.MultiMarginLoss(2, { margin: 0.5, weight: ones([3]) })(x, labels),
      F.multiMarginLoss(x, labels, { p: 2, margin: 0.5 }),
    ],
    [new nn.MultiLabelMarginLoss()(x, counts.clampMax(2)), F.multilabelMarginLoss(x, counts.clampMax(2))],
    [
      new nn.MultiLabelSoftMarginLoss(ones([3]).mul(2))(x, y.gt(0).float()),
      F.multilabelSoftMarginLoss(x, y.gt(0).float()).mul(2),
    ],
    [
      new nn.TripletMarginLoss(2, { p: 1, swap: true })(x, y, x.neg()),
      F.tripletMarginLoss(x, y, x.neg(), 2, { p: 1, swap: true }),
    ],
    [
      new nn.CTCLoss({ blank: 1, reduction: 'sum' })(wave([3, 4]), tensor([0, 2]), [3], [2]),
      F.ctcLoss(wave([3, 4]), tensor([0, 2]), [3], [2], { blank: 1, reduction: 'sum' }),
    ],
  ]
  for (const [layer, functional] of pairs) expect(layer.item()).toBe(functional.item())
})

test('names, buffers and the flags of old scripts', () => {
  expect(String(new nn.SmoothL1Loss({ beta: 2 }))).toBe('SmoothL1Loss()')
  const loss = new nn.MultiMarginLoss({ weight: ones([3]) })
  expect([...loss.namedBuffers()].map(([name]) => name)).toEqual(['weight'])
  const warn = vi.spyOn(console, 'warn').mockImplementation(() => {})
  try {
    expect(new nn.KLDivLoss({ sizeAverage: false }).reduction).toBe('sum')
    expect(new nn.SoftMarginLoss({ reduce: false }).reduction).toBe('none')
    expect(warn).toHaveBeenCalledTimes(2)
  } finally {
    warn.mockRestore()
  }
  expect(() => new nn.TripletMarginLoss(0)).toThrow('TripletMarginLoss: expected margin to be greater than 0, got 0')
  expect(() => new nn.MultiMarginLoss({ weight: x })).toThrow('expected weight to be null or 1D tensor, got 2D instead')
  expect(() => new nn.HuberLoss({ reduction: 'abc' as never })(x, y)).toThrow('abc is not a valid value for reduction')
})

test('a distance that is a module is part of the loss', () => {
  const plain = new nn.TripletMarginWithDistanceLoss({ swap: true })
  expect(String(plain)).toBe('TripletMarginWithDistanceLoss(\n  (distance_function): PairwiseDistance()\n)')
  class Learned extends nn.Module<[x1: Tensor, x2: Tensor], Tensor> {
    scale = new nn.Parameter(ones([3]))
    override forward(x1: Tensor, x2: Tensor): Tensor {
      return x1.sub(x2).mul(this.scale).abs().sum(-1)
    }
  }
  const learned = new nn.TripletMarginWithDistanceLoss({ distanceFunction: new Learned() })
  expect(Object.keys(learned.stateDict())).toEqual(['distance_function.scale'])
  const other = new nn.TripletMarginWithDistanceLoss({ distanceFunction: (a, b) => a.sub(b).abs().sum(-1) })
  expect(String(other)).toBe('TripletMarginWithDistanceLoss()')
  expect(learned(x, y, x.neg()).item()).toBe(other(x, y, x.neg()).item())
})

describe('AdaptiveLogSoftmaxWithLoss', () => {
  function example(): nn.AdaptiveLogSoftmaxWithLoss {
    const layer = new nn.AdaptiveLogSoftmaxWithLoss(4, 9, [2, 5], 2, { headBias: true })
    noGrad(() => {
      for (const [i, p] of [...layer.parameters()].entries()) p.copy_(wave(p.shape, i))
    })
    return layer
  }

  test('sizes of head and clusters', () => {
    const shapes = [...example().namedParameters()].map(([name, p]) => [name, p.shape])
    expect(shapes).toEqual([
      ['head.weight', [4, 4]],
      ['head.bias', [4]],
      ['tail.0.0.weight', [2, 4]],
      ['tail.0.1.weight', [3, 2]],
      ['tail.1.0.weight', [1, 4]],
      ['tail.1.1.weight', [4, 1]],
    ])
  })

  test('output, loss and gradients', () => {
    const layer = example()
    const input = leaf([5, 4], 2)
    const { output, loss } = layer(input, tensor([0, 3, 8, 1, 5]))
    expectClose(output, [-10.17306, -5.720066, -12.10272, -3.476882, -31.02764], 1e-5)
    expectClose(loss, [12.50007], 1e-5)
    loss.backward()
    expectClose(
      input.grad,
      [
        0.3990754, -0.4377235, -0.286279, 0.5114944, 0.05594817, -0.2012809, -0.004080296, 0.2023324, -0.7135962,
        -0.4691875, 1.232345, 0.5494701, 0.1586917, -0.3092374, -0.07900466, 0.329596, -1.266378, -0.1507542, 1.796393,
        0.1790112,
      ],
      1e-5,
    )
    expectClose(layer.head.bias!.grad, [0.008000433, -0.1857867, -0.194776, 0.3725622], 1e-5)
    const single = layer(wave([4], 2), tensor(3))
    expect(single.output.shape).toEqual([])
    expectClose(single.loss, [4.725358], 1e-5)
  })

  test('log-probabilities and predictions', () => {
    const layer = example()
    expectClose(
      layer.logProb(wave([2, 4], 2)),
      [
        -10.17306, -6.425466, -38.46868, -4.725359, -46.16109, -0.1435072, -8.122837, -10.75428, -2.096857, -10.47032,
        -7.531167, -42.71682, -5.720066, -49.17025, -2.854102, -1.169686, -0.6141953, -2.441755,
      ],
      1e-5,
    )
    const best = layer.predict(wave([12, 4], 2))
    expect(best.tolist()).toEqual([5, 7, 7, 7, 0, 0, 0, 0, 0, 0, 1, 5])
    expect(layer.predict(wave([12, 4], 2).narrow(0, 4, 3)).tolist()).toEqual([0, 0, 0])
  })

  test('faults, in the words of PyTorch', () => {
    const layer = example()
    const input = wave([2, 4])
    expect(() => layer(input, tensor([0, 9]))).toThrow(
      'Target values should be in [0, 8], but values in range [0, 9] were found.',
    )
    expect(() => layer(input, tensor([0, 1, 2]))).toThrow('should have the same size in the batch dimension')
    expect(() => layer(wave([4]), tensor([0, 1, 2, 3]))).toThrow('1D target tensor expects 2D input tensors')
    expect(() => layer(input, tensor(0))).toThrow('0D target tensor expects 1D input tensors')
    for (const cutoffs of [[2, 2], [0, 2], [5, 2], [2, 9], [1.5]])
      expect(() => new nn.AdaptiveLogSoftmaxWithLoss(4, 9, cutoffs)).toThrow('cutoffs should be a sequence of unique')
    expect(() => new nn.AdaptiveLogSoftmaxWithLoss(4, 9, [])).toThrow('of length larger than 0')
  })
})

describe('EmbeddingBag', () => {
  test('its table, its text, its arguments by position and by name', () => {
    manualSeed(0)
    const layer = new nn.EmbeddingBag(4, 2, { paddingIdx: -1, maxNorm: 2, scaleGradByFreq: true, mode: 'sum' })
    expect(String(layer)).toBe("EmbeddingBag(4, 2, max_norm=2.0, scale_grad_by_freq=True, mode='sum', padding_idx=3)")
    expectClose(layer.weight, [1.540996, -0.2934289, -2.178789, 0.5684313, -1.084522, -1.398595, 0, 0])
    const plain = new nn.EmbeddingBag(4, 2, { mode: 'sum' })
    const [index, offsets, perSampleWeights] = [tensor([0, 1, 2]), tensor([0, 2]), wave([3])]
    const wanted = F.embeddingBag(index, plain.weight, {
      offsets,
      perSampleWeights,
      mode: 'sum',
    }).tolist() as number[][]
    expect(plain(index, offsets, perSampleWeights).tolist()).toEqual(wanted)
    expect(plain(index, { offsets, perSampleWeights }).tolist()).toEqual(wanted)
    expect(plain(tensor([[0, 1]]), null, wave([1, 2])).tolist()).toEqual([wanted[0]])
  })

  test('over a given table', () => {
    const table = wave([3, 2])
    const frozen = nn.EmbeddingBag.fromPretrained(table, { mode: 'max', paddingIdx: -1 })
    expect(frozen.weight.requiresGrad).toBe(false)
    expect([frozen.numEmbeddings, frozen.paddingIdx, frozen.mode]).toEqual([3, 2, 'max'])
    expect(frozen(tensor([[0, 2]])).tolist()).toEqual([table.select(0, 0).tolist()])
    expect(nn.EmbeddingBag.fromPretrained(table, false).weight.requiresGrad).toBe(true)
    expect(() => nn.EmbeddingBag.fromPretrained(wave([3]))).toThrow('is expected to be 2-dimensional')
    expect(() => new nn.EmbeddingBag(3, 2, { paddingIdx: 3 })).toThrow('Padding_idx must be within num_embeddings')
  })
})

test('LinearCrossEntropyLoss', () => {
  manualSeed(0)
  const layer = new nn.LinearCrossEntropyLoss(3, 4, { outFeatures: [2], bias: true })
  expect(Object.keys(layer.stateDict())).toEqual(['linear.weight', 'linear.bias'])
  const target = tensor([
    [1, 3],
    [0, 2],
  ])
  expectClose(layer(x, target), [1.198296])
  expect(String(new nn.LinearCrossEntropyLoss(3, 4))).toBe(
    'LinearCrossEntropyLoss(\n  in_features=3, num_classes=4, out_features=(), bias=False, reduction=mean, ignore_index=None, label_smoothing=0.0, options=None\n  (linear): Linear(in_features=3, out_features=4, bias=False)\n)',
  )
  expect(() => new nn.LinearCrossEntropyLoss(3, 4, { weight: zeros([3]) })).toThrow(
    'expected weight shape to be [4], got [3]',
  )
})
