import { expect, test, vi } from 'vitest'
import {
  autograd,
  huberLoss,
  l1Loss,
  mseLoss,
  ones,
  type Reduction,
  smoothL1Loss,
  type Tensor,
  tensor,
} from '../src/index.js'
import { expectClose, leaf, wave } from './wave.js'

// all values were computed by torch 2.13

type Loss = (x: Tensor, t: Tensor, reduction: Reduction) => Tensor
const losses: Readonly<Record<string, Loss>> = {
  l1Loss: (x, t, reduction) => l1Loss(x, t, { reduction }),
  smoothL1Loss: (x, t, reduction) => smoothL1Loss(x, t, { reduction, beta: 1.5 }),
  huberLoss: (x, t, reduction) => huberLoss(x, t, { reduction, delta: 1.5 }),
}

test.each<[string, Reduction, number[], number[]]>([
  ['l1Loss', 'none', [0.28224, 3.983176, 0.7441806, 3.791409], [1.617849, 1.1097, -2.009198, 0.9501413]],
  ['l1Loss', 'mean', [2.200252], [0.4044621, -0.4044621, 0.4044621, 0.4044621]],
  ['l1Loss', 'sum', [8.801006], [1.617849, -1.617849, 1.617849, 1.617849]],
  ['smoothL1Loss', 'none', [0.02655315, 3.233176, 0.1846016, 3.041409], [0.3044144, 1.1097, -0.996804, 0.9501413]],
  ['smoothL1Loss', 'mean', [1.621435], [0.07610361, -0.4044621, 0.2006619, 0.4044621]],
  ['smoothL1Loss', 'sum', [6.48574], [0.3044144, -1.617849, 0.8026477, 1.617849]],
  ['huberLoss', 'none', [0.03982972, 4.849764, 0.2769024, 4.562114], [0.4566216, 1.66455, -1.495206, 1.425212]],
  ['huberLoss', 'mean', [2.432153], [0.1141554, -0.6066932, 0.3009929, 0.6066932]],
  ['huberLoss', 'sum', [9.72861], [0.4566216, -2.426773, 1.203972, 2.426773]],
])('%s, reduction %s, and its gradients', (name, reduction, values, gradient) => {
  const [x, t] = [leaf([2, 2]), leaf([2, 2], 3)]
  const loss = losses[name]!(x, t, reduction)
  loss.backward(wave(loss.shape, 5))
  expectClose(loss, values)
  expectClose(x.grad, gradient)
  expectClose(
    t.grad,
    gradient.map((g) => -g),
  )
})

test.each<[string, Reduction, number[], number[], number[]]>([
  [
    'mseLoss',
    'none',
    [0.15796, 18.32106, 0.8878621, 0.9246581],
    [1.810908, 10.20838, -4.794241, 0.4634455],
    [-0.1288769, 17.60616, 1.112703, -13.65807],
  ],
  [
    'mseLoss',
    'mean',
    [4.222803],
    [0.3768619, -3.097239, 0.8033796, 0.1642231],
    [1.394934, -3.919985, 1.235296, -3.418018],
  ],
  [
    'l1Loss',
    'mean',
    [1.372719],
    [0.6676266, -0.3887902, 0.5397746, 0.02165726],
    [0.3671479, -0.8789013, 0.2116195, -0.8143362],
  ],
  [
    'l1Loss',
    'sum',
    [6.596233],
    [3.2081, -1.868226, 2.593741, 0.1040681],
    [-0.4566216, -6.444176, -1.203972, -6.133925],
  ],
  [
    'huberLoss',
    'mean',
    [1.60417],
    [0.2263636, -0.7005849, 0.482553, 0.03902555],
    [-0.01610961, -1.961546, -0.1119965, -1.845202],
  ],
])('%s with weights, reduction %s', (name, reduction, values, gradient, weightGradient) => {
  const [x, t] = [leaf([2, 2]), leaf([2, 2], 3)]
  const weight = wave([2, 2], 1).abs().detach().requiresGrad_()
  const loss =
    name === 'huberLoss'
      ? huberLoss(x, t, { reduction, weight, delta: 1.5 })
      : (name === 'mseLoss' ? mseLoss : l1Loss)(x, t, { reduction, weight })
  loss.backward(wave(loss.shape, 5))
  expectClose(loss, values)
  expectClose(x.grad, gradient)
  expectClose(weight.grad, weightGradient)
})

test('gradients agree with finite differences, twice', () => {
  const inputs = [leaf([3, 2], 0, 'float64'), leaf([3, 2], 3, 'float64')]
  for (const loss of Object.values(losses)) {
    for (const reduction of ['none', 'mean', 'sum'] as const) {
      const f = (x: Tensor, t: Tensor) => loss(x, t, reduction)
      expect(autograd.gradcheck(f, inputs)).toBe(true)
      expect(autograd.gradgradcheck(f, inputs)).toBe(true)
    }
  }
})

test('halves are computed in float32, targets may be of another dtype', () => {
  const x = leaf([3, 4], 0, 'float16')
  const loss = huberLoss(x, wave([3, 4], 3, 'float16'), { delta: 0.7 })
  expectClose(loss, [1.446289], 1e-3)
  loss.backward()
  const step = 0.05831909
  expectClose(x.grad, [-0.02349854, step, -step, -step, step, step, -step, -step, step, step, -step, -step], 1e-5)
  expect(x.grad!.dtype.name).toBe('float16')
  expect(smoothL1Loss(wave([2]), tensor([1, 2]), { reduction: 'none' }).dtype.name).toBe('float32')
  expect(mseLoss(wave([2]), wave([2], 0, 'float64')).dtype.name).toBe('float64')
  expect(l1Loss(tensor([1, 5]), tensor([3, 1]), { reduction: 'sum' }).item()).toBe(6)
})

test('the ends of the range of beta', () => {
  expectClose(smoothL1Loss(wave([2, 2]), wave([2, 2], 3), { beta: 0 }), [2.200252])
  expect(smoothL1Loss(tensor([Infinity]), tensor([0.5])).item()).toBe(Infinity)
  expect(huberLoss(tensor([Number.NaN]), tensor([0.5])).item()).toBeNaN()
})

test('shapes that differ broadcast, with one warning', () => {
  const warn = vi.spyOn(console, 'warn').mockImplementation(() => {})
  try {
    const [x, t] = [wave([2, 2]), wave([2], 3)]
    for (let i = 0; i < 2; i++) expectClose(smoothL1Loss(x, t), [0.9621676])
    expectClose(huberLoss(x, t), [0.9621676])
    expect(warn.mock.calls).toHaveLength(1)
    expect(warn.mock.calls[0]![0]).toContain('Using a target size ([2]) that is different to the input size ([2, 2])')
    expectClose(mseLoss(x, x.mul(2), { sizeAverage: false, reduce: true }), [7.755704])
    expect(warn.mock.calls[1]![0]).toContain("please use reduction='sum' instead")
  } finally {
    warn.mockRestore()
  }
})

test('faults, in the words of PyTorch', () => {
  const x = wave([2, 3])
  const long = tensor([[1, 2, 3]])
  const faults: readonly [() => unknown, string][] = [
    [() => mseLoss(long, long), `"mse_cpu" not implemented for 'Long'`],
    [() => smoothL1Loss(long, long), `"smooth_l1_cpu" not implemented for 'Long'`],
    [() => huberLoss(long, long), `"huber_cpu" not implemented for 'Long'`],
    [() => l1Loss(long, long), 'mean(): could not infer output dtype'],
    [() => smoothL1Loss(x, x, { beta: -1 }), 'smooth_l1_loss does not support negative values for beta.'],
    [() => huberLoss(x, x, { delta: 0 }), 'huber_loss does not support non-positive values for delta.'],
    [() => huberLoss(x, x, { weight: ones([3]) }), 'Weights and input must have the same size.'],
    [() => l1Loss(x, x, { reduction: 'abc' as never }), 'abc is not a valid value for reduction'],
    [() => l1Loss(x, wave([4])), 'The size of tensor a (3) must match the size of tensor b (4)'],
    // @ts-expect-error an option of another loss
    [() => huberLoss(x, x, { beta: 1 }), "huberLoss(): unknown option 'beta'"],
  ]
  for (const [call, message] of faults) expect(call, message).toThrow(message)
})
