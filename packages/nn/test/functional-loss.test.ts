import { autograd, type Reduction, type Tensor, tensor } from '@tsorch/core'
import { expect, test, vi } from 'vitest'
import { functional as F } from '../src/index.js'
import { expectClose } from './close.js'
import { leaf, wave } from './wave.js'

// all values were computed by torch 2.13

/** The values of a loss, and the gradients of its inputs for a cotangent of waves. */
function expectLoss(
  loss: Tensor,
  values: readonly number[],
  ...gradients: readonly (readonly [Tensor, number[]])[]
): void {
  loss.backward(wave(loss.shape, 5))
  expectClose(loss, values, 1e-5)
  for (const [input, wanted] of gradients) expectClose(input.grad, wanted, 1e-5)
}

/** A leaf of absolute values. */
function sizes(shape: readonly number[], phase = 0): Tensor {
  return wave(shape, phase).abs().requiresGrad_()
}

const sides = tensor([1, -1, 1, -1])

test.each<[Reduction | 'batchmean', number[], number[], number[]]>([
  [
    'none',
    [0.7626029, -2.470536, 1.095127, -0.07668682],
    [3.2081, -1.281437, -3.221154, 0.06111785],
    [-2.240043, -1.264434, 3.381653, 0.1825956],
  ],
  ['sum', [-0.6894931], [3.2081, 1.868226, 2.593741, 0.1040681], [-2.240043, 1.843437, -2.722979, 0.3109143]],
  ['batchmean', [-0.3447466], [1.60405, 0.9341132, 1.296871, 0.05203406], [-1.120022, 0.9217185, -1.361489, 0.1554571]],
])('klDiv, reduction %s', (reduction, values, gradient, targetGradient) => {
  const [x, t] = [leaf([2, 2]), sizes([2, 2], 1)]
  expectLoss(F.klDiv(x, t, { reduction }), values, [x, gradient], [t, targetGradient])
})

test('klDiv of logarithms, its mean, and what it warns of', () => {
  const [x, t] = [leaf([2, 2]), leaf([2, 2], 1)]
  expectLoss(
    F.klDiv(x, t, { reduction: 'batchmean', logTarget: true }),
    [4.879131],
    [x, [5.876092, 2.566928, 0.1627965, 0.7585285]],
    [t, [-15.76521, 0.33003, 0.06383608, -1.886691]],
  )
  const warn = vi.spyOn(console, 'warn').mockImplementation(() => {})
  try {
    expectClose(F.klDiv(x, sizes([2, 2], 1)), [-0.1723733])
    expect(warn.mock.calls[0]![0]).toContain("'batchmean' divides only by the batch size")
  } finally {
    warn.mockRestore()
  }
  expectClose(F.klDiv(tensor(0.5), tensor(0.5), { reduction: 'batchmean' }), [-0.5965736])
  expect(() => F.klDiv(x, tensor([1, 2]))).toThrow('kl_div: Integral inputs not supported.')
})

test.each<[F.PoissonNllOptions, number[], number[]]>([
  [{}, [1.349859, 7.525958, 0.7073084, -1.487364], [-2.183867, 9.775665, -2.541607, -0.6832972]],
  [{ full: true }, [1.349859, 7.525958, 1.875119, 1.669899], [-2.183867, 9.775665, -2.541607, -0.6832972]],
  [
    { logInput: false, eps: 0.1, full: true },
    [0.3, 1.414831, 4.298138, 2.701843],
    [-1.617849, 0.6440908, -14.13764, 1.350959],
  ],
])('poissonNllLoss, %o', (options, values, gradient) => {
  const x = sizes([2, 2])
  const counts = tensor([
    [0, 1],
    [2.5, 4],
  ])
  expectLoss(F.poissonNllLoss(x, counts, { ...options, reduction: 'none' }), values, [x, gradient])
})

test('gaussianNllLoss: variances of elements, of rows, one for all', () => {
  const options = { eps: 0.5, full: true, reduction: 'none' } as const
  const [x, t, v] = [leaf([2, 3]), leaf([2, 3], 1), sizes([2, 3], 2)]
  const gradient = [1.285166, 1.648571, 2.245671, 0.8038676, 0.7461259, 2.283863]
  expectLoss(
    F.gaussianNllLoss(x, t, v, options),
    [1.962752, 1.619807, 1.806703, 1.830177, 1.457742, 2.153924],
    [x, gradient],
    [t, gradient.map((g) => -g)],
    // the least variance is passed by
    [v, [0.1286254, -0.494179, -0.4484239, 0.06981319, -0.1137249, -0.7136436]],
  )
  for (const shape of [[2, 1], [2]]) {
    const rows = sizes(shape, 2)
    expectLoss(
      F.gaussianNllLoss(wave([2, 3]), wave([2, 3], 1), rows, options),
      [1.962752, 1.594908, 1.751694, 2.237444, 1.451398, 2.790907],
      [rows, [0.2734927, -2.351447]],
    )
  }
  expectClose(F.gaussianNllLoss(wave([2, 3]), wave([2, 3], 1), 2), [0.8601909])
  expect(() => F.gaussianNllLoss(x, t, -1)).toThrow('var has negative entry/entries')
  expect(() => F.gaussianNllLoss(x, t, v.detach().neg())).toThrow('var has negative entry/entries')
  expect(() => F.gaussianNllLoss(x, t, wave([3]).abs())).toThrow('var is of incorrect size: got [3]')
})

test('marginRankingLoss, and what it does at a tie', () => {
  const [a, b] = [leaf([4]), leaf([4], 1)]
  expectLoss(
    F.marginRankingLoss(a, b, sides, 0.5, { reduction: 'none' }),
    [2.182942, 1.62857, 0, 0],
    [a, [1.617849, 1.1097, 0, 0]],
    [b, [-1.617849, -1.1097, 0, 0]],
  )
  const tie = leaf([4])
  const loss = F.marginRankingLoss(tie, tie.detach(), sides, { reduction: 'none' })
  expectLoss(loss, [0, 0, 0, 0], [tie, [1.617849, 1.1097, -2.009198, -0.9501413]])
  expect(F.marginRankingLoss(tensor([1, 2]), tensor([2, 1]), tensor([1, 1])).item()).toBe(0.5)
  expect(() => F.marginRankingLoss(a, leaf([1, 4]), sides)).toThrow(
    'All input tensors should have same dimension but got sizes: input1: [4], input2: [1, 4], target: [4]',
  )
})

test('hingeEmbeddingLoss, softMarginLoss', () => {
  const x = leaf([4])
  expectLoss(
    F.hingeEmbeddingLoss(x, tensor([1, -1, 0, -1]), { reduction: 'none' }),
    [0.3, 0, 1, 2.55163],
    [x, [-1.617849, 0, 0, 0.9501413]],
  )
  const y = leaf([4])
  expectLoss(
    F.softMarginLoss(y, sides, { reduction: 'none' }),
    [0.5543552, 2.380406, 0.8042474, 0.1921914],
    [y, [0.6884875, 1.007038, -1.110233, -0.1661332]],
  )
  // where e^200 overflows
  expectClose(F.softMarginLoss(tensor([-200.5]), tensor([1])), [200.5])
  expect(() => F.softMarginLoss(wave([3]), wave([2, 3]))).toThrow(
    "output with shape [3] doesn't match the broadcast shape [2, 3]",
  )
})

test('multilabelSoftMarginLoss', () => {
  const [x, weight] = [leaf([2, 3]), sizes([3], 1)]
  const target = tensor([
    [1, 0, 1],
    [0, 0, 1],
  ])
  expectLoss(
    F.multilabelSoftMarginLoss(x, target, { weight, reduction: 'none' }),
    [1.712475, 0.7913421],
    [x, [0.4550769, -0.5651304, 0.477746, 0.1282515, 0.3348168, -0.07736091]],
    [weight, [-0.2278627, -0.7171111, -0.3820119]],
  )
  expect(() => F.multilabelSoftMarginLoss(tensor(0.5), tensor(1))).toThrow('tensor has no dimensions')
})

test('cosineEmbeddingLoss', () => {
  const [a, b] = [leaf([3, 2]), leaf([3, 2], 1)]
  expectLoss(
    F.cosineEmbeddingLoss(a, b, tensor([1, -1, -1]), { margin: 0.1, reduction: 'none' }),
    [0.3884827, 0.07441371, 0.5144072],
    [a, [0.5511116, -0.07240888, -0.6914256, 0.09406088, 0.5719147, -0.3883847]],
    [b, [-0.2807313, 0.482069, 0.02730239, -0.6804715, -0.044783, 0.6871883]],
  )
  expectClose(F.cosineEmbeddingLoss(wave([2]), wave([2], 1), tensor(-1)), [0.6115173])
  expect(() => F.cosineEmbeddingLoss(wave([2]), wave([2], 1), sides)).toThrow(
    '1D target tensor expects 2D input tensors, but found inputs with sizes [2] and [2].',
  )
  expect(() => F.cosineEmbeddingLoss(a, b, wave([3, 2]))).toThrow('0D or 1D target tensor expected')
})

test.each<[F.MultiMarginOptions, number[], number[]]>([
  [{}, [1.668498, 2.76282], [-0.5392829, -0.5392829, 1.078566, -0.7397999, 0.3699, 0.3699]],
  [{ p: 2 }, [4.831428, 11.51152], [-1.629801, -3.768953, 5.398754, -6.131802, 2.840725, 3.291077]],
  [
    { margin: 0.3, weight: wave([3], 1).abs() },
    [1.926781, 4.553139],
    [-0.8645805, -0.8645805, 1.729161, -1.46698, 0.7334902, 0.7334902],
  ],
])('multiMarginLoss, %o', (options, values, gradient) => {
  const x = leaf([2, 3])
  expectLoss(F.multiMarginLoss(x, tensor([2, 0]), { ...options, reduction: 'none' }), values, [x, gradient])
  expect(F.multiMarginLoss(wave([3]), tensor(1), { ...options, reduction: 'none' }).shape).toEqual([])
  expect(F.multiMarginLoss(wave([3]), tensor([1]), { ...options, reduction: 'none' }).shape).toEqual([1])
})

test('multilabelMarginLoss: labels up to the first -1, each as often as it stands there', () => {
  const x = leaf([2, 4])
  const target = tensor([
    [3, 0, -1, 1],
    [2, 2, -1, -1],
  ])
  expectLoss(
    F.multilabelMarginLoss(x, target, { reduction: 'none' }),
    [2.661938, 4.274087],
    [x, [0.8089243, -0.8089243, -0.8089243, 0.8089243, 0.5548499, 0.5548499, -1.66455, 0.5548499]],
  )
  expect(F.multilabelMarginLoss(wave([4]), tensor([-1, 0, 1, 2])).item()).toBe(0)
  expect(() => F.multilabelMarginLoss(x, target.add(1))).toThrow("argument #2 'target' is out of range")
  expect(() => F.multilabelMarginLoss(x, target.view(8))).toThrow(
    'inconsistent target size: [8] for input of size: [2, 4]',
  )
})

test.each<[F.TripletMarginOptions, number[], number[], number[], number[]]>([
  [
    {},
    [0.2174735, 0],
    [0.1116347, 0.305643, -0.1903959, 0, 0, 0],
    [-1.107505, 0.7426866, 0.9161241, 0, 0, 0],
    [0.9958702, -1.04833, -0.7257282, 0, 0, 0],
  ],
  [
    { swap: true, p: 1 },
    [3.858377, 3.125548],
    [1.617849, -1.617849, -1.617849, -1.1097, -1.1097, 1.1097],
    [-3.235697, 3.235697, 3.235697, 2.2194, 0, -2.2194],
    [1.617849, -1.617849, -1.617849, -1.1097, 1.1097, 1.1097],
  ],
  [
    { margin: 3, eps: 0.1 },
    [2.205022, 1.753157],
    [0.09415185, 0.2852086, -0.2029398, 0.08648276, -0.1931758, -0.002963543],
    [-1.02508, 0.7955961, 0.9662669, 0.6201243, 0.4062599, -0.8257315],
    [0.930928, -1.080805, -0.7633271, -0.706607, -0.213084, 0.828695],
  ],
])('tripletMarginLoss, %o', (options, values, ofAnchor, ofPositive, ofNegative) => {
  const [a, b, c] = [leaf([2, 3]), leaf([2, 3], 1), leaf([2, 3], 1.5)]
  const loss = F.tripletMarginLoss(a, b, c, { ...options, reduction: 'none' })
  expectLoss(loss, values, [a, ofAnchor], [b, ofPositive], [c, ofNegative])
})

test('tripletMarginWithDistanceLoss', () => {
  const [a, b, c] = [leaf([2, 3]), leaf([2, 3], 1), leaf([2, 3], 1.5)]
  const distanceFunction = (x: Tensor, y: Tensor) => x.sub(y).abs().amax(-1)
  expectLoss(
    F.tripletMarginWithDistanceLoss(a, b, c, { distanceFunction, swap: true, reduction: 'none' }),
    [1.711434, 1.759869],
    [a, [1.617849, 0, 0, 0, 0, 1.1097]],
    [b, [-1.617849, 1.617849, 0, 1.1097, 0, -1.1097]],
    [c, [0, -1.617849, 0, -1.1097, 0, 0]],
  )
  expectClose(F.tripletMarginWithDistanceLoss(a, b, c, { reduction: 'none' }), [0.2174735, 0])
  expect(() => F.tripletMarginLoss(a, b, c, 0)).toThrow('margin must be greater than 0, got 0')
  expect(() => F.tripletMarginLoss(a, b, wave([3]))).toThrow('but got: anchor 2D, positive 2D, and negative 1D inputs')
})

test('linearCrossEntropy', () => {
  const [x, linearWeight, linearBias] = [leaf([2, 3]), leaf([4, 3], 1), leaf([4], 2)]
  expectLoss(
    F.linearCrossEntropy(x, linearWeight, tensor([1, 3]), { linearBias, labelSmoothing: 0.1 }),
    [1.881371],
    [x, [-1.286763, 0.5999901, 1.132152, 0.6049073, -1.31781, -0.265322]],
    [linearBias, [-0.587014, 0.5765204, -0.6266631, 0.6371568]],
  )
  const y = leaf([2, 3])
  const target = tensor([
    [1, 3],
    [0, 2],
  ])
  expectLoss(
    F.linearCrossEntropy(y, wave([4, 2, 3], 1), target, { reduction: 'none', ignoreIndex: 3 }),
    [4.27532, 0, 12.39857, 13.50104],
    [y, [-4.012496, -1.747339, 4.462767, -3.883271, -1.456632, 4.25863]],
  )
  expect(() => F.linearCrossEntropy(x, wave([4, 2]), tensor([1, 3]))).toThrow(
    'expected equal input and linear_weight last dimensions (in_features), got 3 and 2, respectively',
  )
  expect(() => F.linearCrossEntropy(x, linearWeight, wave([2, 4]), { ignoreIndex: 1 })).toThrow(
    'ignore_index cannot be specified when target contains probabilities',
  )
})

test('gradients agree with finite differences, twice', () => {
  const [a, b, c] = [0, 1, 2.5].map((phase) => leaf([2, 3], phase, 'float64')) as [Tensor, Tensor, Tensor]
  const positive = c.detach().abs().add(0.5).requiresGrad_()
  const checks: readonly [(...x: Tensor[]) => Tensor, Tensor[]][] = [
    [(x, t) => F.klDiv(x!, t!, { reduction: 'sum' }), [a, positive]],
    [(x) => F.poissonNllLoss(x!, positive, { full: true }), [a]],
    [(x, t, v) => F.gaussianNllLoss(x!, t!, v!, { full: true }), [a, b, positive]],
    [(x) => F.softMarginLoss(x!, b.detach().sign()), [a]],
    [(x) => F.multilabelSoftMarginLoss(x!, b.detach().gt(0).double()), [a]],
    [(x, y) => F.cosineEmbeddingLoss(x!, y!, tensor([1, -1])), [a, b]],
    [(x) => F.multiMarginLoss(x!, tensor([2, 0]), { p: 2 }), [a]],
    [(x, y, z) => F.tripletMarginLoss(x!, y!, z!, { margin: 9 }), [a, b, c]],
  ]
  for (const [f, inputs] of checks) {
    expect(autograd.gradcheck(f, inputs)).toBe(true)
    expect(autograd.gradgradcheck(f, inputs)).toBe(true)
  }
})

test('options are those of the loss', () => {
  const x = wave([3])
  // @ts-expect-error a reduction of klDiv alone
  expect(() => F.poissonNllLoss(x, x, { reduction: 'batchmean' })).toThrow(
    'batchmean is not a valid value for reduction',
  )
  // @ts-expect-error there are two exponents
  expect(() => F.multiMarginLoss(x, tensor(1), { p: 3 })).toThrow('only p == 1 and p == 2 supported')
  // @ts-expect-error an option of another loss
  expect(() => F.hingeEmbeddingLoss(x, x, { p: 2 })).toThrow("unknown option 'p'")
})
