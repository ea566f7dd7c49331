import { arange, autograd, ones, randn, type Tensor, tensor } from '@tsorch/core'
import { describe, expect, test } from 'vitest'
import * as nn from '../src/index.js'
import { expectClose } from './close.js'

/** `torch.arange(12.).reshape(2, 3, 2).pow(1.5)`. */
const input = (): Tensor => arange(12, { dtype: 'float32' }).reshape([2, 3, 2]).pow(1.5)

// numbers computed with PyTorch 2.13
describe('batch normalisation', () => {
  test('keeps running statistics, moving or cumulative', () => {
    const x = input()
    const norm = new nn.BatchNorm1d(3, { momentum: null })
    norm(x)
    norm(x.mul(2))
    expectClose(norm.runningMean, [12.8314495, 21.6194992, 32.7322464])
    expectClose(norm.runningVar, [222.746567, 370.884827, 512.740845])
    expect(norm.numBatchesTracked!.item()).toBe(2)
    expect(norm.numBatchesTracked!.dtype.name).toBe('int64')
    norm.resetRunningStats()
    expect([norm.runningMean!.tolist(), norm.runningVar!.tolist()]).toEqual([
      [0, 0, 0],
      [1, 1, 1],
    ])
    expect(norm.numBatchesTracked!.item()).toBe(0)
  })

  test('takes them in evaluation, without a bias too', () => {
    const norm = new nn.BatchNorm1d(3, { bias: false })
    norm(input())
    expectClose(norm.runningMean, [0.855429947, 1.44129992, 2.18214965])
    const wanted = [
      -0.273119539, 0.0461579561, 0.349685282, 0.946572602, 1.25735474, 1.94469023, 4.41928196, 5.6399827, 5.34087515,
      6.44317341, 6.36271286, 7.41307735,
    ]
    expectClose(norm.eval()(input()), wanted)
    expect(norm.bias).toBeNull()
    expect(String(norm)).toBe(
      'BatchNorm1d(3, eps=1e-05, momentum=0.1, affine=True, bias=False, track_running_stats=True)',
    )
  })

  test('without statistics uses those of the batch always', () => {
    const norm = new nn.BatchNorm1d(3, { trackRunningStats: false }).eval()
    expect(Object.keys(norm.stateDict())).toEqual(['weight', 'bias'])
    const wanted = [
      -1.04644954, -0.924119294, -1.09824646, -0.873780191, -1.11441135, -0.857984245, 0.751430511, 1.21913826,
      0.77874738, 1.19327927, 0.790265739, 1.18212962,
    ]
    expectClose(norm(input()), wanted, 4e-6)
  })

  test('has PyTorch’s keys, which models inherit', () => {
    const model = new nn.Sequential(new nn.BatchNorm2d(2))
    expect(Object.keys(model.stateDict())).toEqual([
      '0.weight',
      '0.bias',
      '0.running_mean',
      '0.running_var',
      '0.num_batches_tracked',
    ])
    expect(model.getBuffer('0.running_var').tolist()).toEqual([1, 1])
    const norm = new nn.BatchNorm2d(3, { dtype: 'float64' }).half()
    expect([norm.runningMean, norm.weight, norm.numBatchesTracked].map((t) => t!.dtype.name)).toEqual([
      'float16',
      'float16',
      'int64',
    ])
  })

  test('loads checkpoints that do not count batches', () => {
    const { num_batches_tracked: _, ...old } = new nn.BatchNorm2d(3).stateDict()
    const norm = new nn.BatchNorm2d(3)
    norm(randn([2, 3, 2, 2]))
    norm.loadStateDict(old)
    expect(norm.numBatchesTracked!.item()).toBe(1)
    expect(norm.runningMean!.tolist()).toEqual([0, 0, 0])
    expect(() => norm.loadStateDict({ weight: old.weight! })).toThrow(
      'Missing key(s) in state_dict: "bias", "running_mean", "running_var".',
    )
  })

  test('says which inputs it takes', () => {
    expect(() => new nn.BatchNorm2d(3)(ones([2, 3]))).toThrow('expected 4D input (got 2D input)')
    expect(() => new nn.BatchNorm3d(3)(ones([2, 3, 4, 4]))).toThrow('expected 5D input (got 4D input)')
    const norm = new nn.BatchNorm1d(3)
    expect(() => norm(ones([2, 3, 4, 5]))).toThrow('expected 2D or 3D input (got 4D input)')
    expect(() => norm(ones([1, 3]))).toThrow(
      'Expected more than 1 value per channel when training, got input size [1, 3]',
    )
    expect(() => norm(ones([4, 2]))).toThrow('running_mean should contain 2 elements not 3')
    // @ts-expect-error no such option
    expect(() => new nn.BatchNorm1d(3, { track: false })).toThrow("unknown option 'track'")
    const one = ones([2, 3])
    expect(() => nn.functional.batchNorm(one, null, null, { training: true, eps: 0 })).toThrow(
      'batch_norm eps must be positive during training, but got 0',
    )
    expect(() => nn.functional.batchNorm(one, ones([3]), ones([3]), { eps: -1 })).toThrow(
      'batch_norm eps must be non-negative, but got -1',
    )
  })
})

test('instance normalisation, with and without batch', () => {
  const norm = new nn.InstanceNorm1d(3, { affine: true, trackRunningStats: true, momentum: null })
  const x = input()
  const wanted = [
    -0.999979973, 0.999979973, -0.999996305, 0.999996662, -0.999998093, 0.999997973, -0.999998808, 0.999998391,
    -0.999998987, 0.999998868, -0.999999642, 0.999998689,
  ]
  expectClose(norm(x), wanted)
  // without momentum nothing moves, and instance normalisation counts no batches
  expect([norm.runningMean!.tolist(), norm.numBatchesTracked!.item()]).toEqual([[0, 0, 0], 0])
  const plain = new nn.InstanceNorm1d(3)
  expectClose(plain(x.select(0, 1)), wanted.slice(6))
  expect([...plain.parameters()]).toEqual([])
  expect(String(plain)).toBe(
    'InstanceNorm1d(3, eps=1e-05, momentum=0.1, affine=False, bias=False, track_running_stats=False)',
  )
  expect(new nn.InstanceNorm2d(3)(ones([2, 5, 2, 2])).shape).toEqual([2, 5, 2, 2])
  expect(() => new nn.InstanceNorm2d(3, { affine: true })(ones([2, 4, 3, 3]))).toThrow(
    "expected input's size at dim=1 to match num_features (3), but got: 4.",
  )
  expect(() => new nn.InstanceNorm2d(3)(ones([2, 3]))).toThrow('expected 3D or 4D input (got 2D input)')
  expect(() => new nn.InstanceNorm3d(3)(ones([2, 3, 1, 1, 1]))).toThrow('Expected more than 1 spatial element')
})

test('layer, group and root-mean-square normalisation', () => {
  const layer = new nn.LayerNorm([3, 4], { bias: false })
  expect(String(layer)).toBe('LayerNorm((3, 4), eps=1e-05, elementwise_affine=True, bias=False)')
  expectClose(layer(randn([2, 3, 4])).mean([1, 2]), [0, 0])
  expect(() => layer(ones([2, 4]))).toThrow(
    'Given normalized_shape=[3, 4], expected input with shape [*, 3, 4], but got input of size[2, 4]',
  )
  expect([...new nn.LayerNorm(3, { elementwiseAffine: false }).parameters()]).toEqual([])
  const group = new nn.GroupNorm(2, 4, { dtype: 'float64' })
  expect(group.weight!.dtype.name).toBe('float64')
  expect(String(group)).toBe('GroupNorm(2, 4, eps=1e-05, affine=True, bias=True)')
  expect(() => new nn.GroupNorm(2, 3)).toThrow('num_channels (3) must be divisible by num_groups (2)')
  const rms = new nn.RMSNorm(4, { eps: 1e-3 })
  expect(Object.keys(rms.stateDict())).toEqual(['weight'])
  expect(String(rms)).toBe('RMSNorm((4,), eps=0.001, elementwise_affine=True)')
  expect(String(new nn.RMSNorm([3, 4], null, false))).toBe('RMSNorm((3, 4), eps=None, elementwise_affine=False)')
})

test('LocalResponseNorm', () => {
  const { localResponseNorm } = nn.functional
  const even = [
    0, 0.816496551, 1.26491106, 1.34164083, 1.31519198, 1.27411795, 1.40771139, 1.41010845, 1.18437314, 1.16513598,
    1.14934945, 1.13621283,
  ]
  expectClose(localResponseNorm(input(), 2, { alpha: 1, beta: 0.5 }), even)
  const odd = [
    0, 0.173508078, 0.252982199, 0.268336236, 0.71554178, 0.580159128, 0.238303155, 0.224870071, 0.192199871,
    0.179156661, 0.296846211, 0.271678656,
  ]
  expectClose(new nn.LocalResponseNorm(3, 1)(input()), odd)
  const x = randn([1, 4, 2], { dtype: 'float64', requiresGrad: true })
  const f = (a: Tensor): Tensor => localResponseNorm(a, 2, { alpha: 0.5 })
  expect(autograd.gradcheck(f, [x])).toBe(true)
  expect(autograd.gradgradcheck(f, [x])).toBe(true)
  expect(localResponseNorm(ones([0, 3, 2]), 2).shape).toEqual([0, 3, 2])
  expect(() => localResponseNorm(ones([2, 3]), 2)).toThrow('Expected 3D or higher dimensionality')
  expect(String(new nn.LocalResponseNorm(2))).toBe('LocalResponseNorm(2, alpha=0.0001, beta=0.75, k=1.0)')
})

test('CrossMapLRN2d, with the windows of PyTorch', () => {
  const recorded: [number, number[], number[]][] = [
    [
      2,
      [0.845897019, 1.08866215, 1.17238486, 1.15329528, 1.10325027],
      [0.592127919, -0.326094568, -0.530374169, -0.543639839, -0.467053741],
    ],
    [
      3,
      [0.634700596, 0.810720086, 0.782542229, 0.739209056, 1.05112052],
      [0.548150539, 0.110651881, -0.279032618, -0.266648948, -0.214307487],
    ],
    [
      5,
      [0.518610775, 0.707106769, 0.736947, 0.98259598, 1.28816843],
      [0.459681094, 0.201681092, -0.0501853153, -0.275501847, -0.23173897],
    ],
  ]
  for (const [size, values, slopes] of recorded) {
    const x = tensor([1, 2, 3, 4, 5], { dtype: 'float32' }).reshape([1, 5, 1, 1]).requiresGrad_()
    const y = new nn.CrossMapLRN2d(size, { alpha: 0.5 })(x)
    expectClose(y, values)
    y.sum().backward()
    expectClose(x.grad, slopes)
  }
  expectClose(
    new nn.CrossMapLRN2d(1, 0.5)(tensor([1, 2, 3, 4, 5], { dtype: 'float32' }).reshape([1, 5, 1, 1])),
    [0.737787962, 0.781589925, 0.782542229, 0.739209056, 0.690834463],
  )
  expect(() => new nn.CrossMapLRN2d(2)(ones([2, 3, 4]))).toThrow('Expected input to be 4D, got 3D instead.')
  expect(String(new nn.CrossMapLRN2d(2, { k: 1.5 }))).toBe('CrossMapLRN2d(2, alpha=0.0001, beta=0.75, k=1.5)')
})
