import { expect, test } from 'vitest'
import {
  autograd,
  ctcLoss,
  deviceOf,
  type Lengths,
  manualSeed,
  type Reduction,
  randn,
  type Tensor,
  tensor,
} from '../src/index.js'
import { ctcLossGradOp, ctcLossOp } from '../src/ops/ctc.js'
import { expectClose, leaf, wave } from './wave.js'

// all values were computed by torch 2.13

const targets = tensor([
  [1, 2, 2],
  [3, 1, 0],
])

/** Runs `body` with the kernels, then without them. */
function bothWays(body: (way: string) => void): void {
  const { overrides } = deviceOf('cpu')
  const own = [ctcLossOp, ctcLossGradOp].map((op) => [op.id, overrides[op.id]] as const)
  for (const [, kernel] of own) expect(kernel).toBeDefined()
  body('kernels')
  try {
    for (const [id] of own) overrides[id] = undefined
    body('composites')
  } finally {
    for (const [id, kernel] of own) overrides[id] = kernel
  }
}

const gradient = [
  -0.1506593, 0.2863494, -0.1075453, -0.02814486, -0.6670014, 0.6714049, 0.03353698, -0.03794039, -0.5151993, -0.175696,
  0.8293352, -0.13844, 0.01898967, 0.07821783, 0.01530129, -0.1125088, -0.007487889, -0.04541343, 0.7408666, -0.6879653,
  0.1671825, -0.005039709, 0.05711514, -0.219258, 0.9293671, -0.02367573, 0.2328254, -1.138517, 0.03308185, -1.06135,
  0.5247322, 0.5035361, -0.0210007, -0.07769986, 0.3687524, -0.2700518, 0, 0, 0, 0,
]

test('losses of samples of different lengths, targets in rows or in a row', () => {
  bothWays(() => {
    for (const labels of [targets, tensor([1, 2, 2, 3, 1]), targets.to('int32')]) {
      const x = leaf([5, 2, 4])
      const loss = ctcLoss(x.logSoftmax(2), labels, tensor([5, 4]), [3, 2], { reduction: 'none' })
      expect(loss.gradFn!.name).toBe('CtcLossBackward0')
      loss.backward(wave([2], 5))
      expectClose(loss, [5.811349, 5.177526])
      expectClose(x.grad, gradient)
    }
  })
})

test.each<[Reduction, number, number]>([
  ['mean', 2.26294, -0.02510989],
  ['sum', 10.98887, -0.1506593],
])('reduction %s', (reduction, value, first) => {
  const x = leaf([5, 2, 4])
  const loss = ctcLoss(x.logSoftmax(2), targets, [5, 4], [3, 2], { reduction })
  loss.backward(wave([], 5))
  expectClose(loss, [value])
  expectClose(x.grad!.flatten().narrow(0, 0, 1), [first])
})

test('too few steps: infinite, or nothing', () => {
  const second = [
    -0.7191066, 0.6714044, 0.03353696, 0.01416522, -0.1046248, 0.08594708, 0.01530129, 0.00337647, 0.05322094,
    0.01630127, 0.05711511, -0.1266373, -0.03635719, -0.02304612, 0.5247319, -0.4653286, 0.01154892, -0.9617195,
    0.8846447, 0.06552582,
  ]
  bothWays(() => {
    for (const zeroInfinity of [true, false]) {
      const x = leaf([5, 2, 4])
      const loss = ctcLoss(x.logSoftmax(2), targets, [3, 5], [3, 2], { reduction: 'none', zeroInfinity })
      loss.backward(wave([2], 5))
      expectClose(loss.narrow(0, 1, 1), [4.028416])
      expect((loss.tolist() as number[])[0]).toBe(zeroInfinity ? 0 : Infinity)
      expectClose(x.grad!.select(1, 1), second)
      const first = x.grad!.select(1, 0)
      expect(first.narrow(0, 0, 3).isnan().all().item()).toBe(!zeroInfinity)
      if (zeroInfinity) expectClose(first, new Array(20).fill(0))
      else expectClose(first.narrow(0, 3, 2), new Array(8).fill(0))
    }
  })
})

test('no labels, no steps', () => {
  bothWays(() => {
    const x = leaf([5, 2, 4])
    const loss = ctcLoss(x.logSoftmax(2), targets, [0, 5], [0, 0], { reduction: 'none' })
    loss.backward(wave([2], 5))
    expectClose(loss, [0, 9.96139])
    expectClose(x.grad!.select(1, 0), new Array(20).fill(0))
    expectClose(x.grad!.select(1, 1).select(0, 0), [-0.7444346, 0.6714047, 0.03353697, 0.03949301])
    expect(ctcLoss(x, targets, [0, 5], [1, 0], { reduction: 'none' }).narrow(0, 0, 1).item()).toBe(Infinity)
  })
})

test('a single sample, another blank, float64', () => {
  bothWays(() => {
    const x = leaf([5, 4])
    const loss = ctcLoss(x.logSoftmax(1), tensor([0, 2]), tensor(5), tensor(2), { blank: 3 })
    loss.backward()
    expectClose(loss, [3.542331])
    expectClose(x.grad!.select(0, 0), [-0.3742687, 0.4026551, 0.03323716, -0.06162351])
    expect(ctcLoss(wave([5, 4]).logSoftmax(1), tensor([0, 2]), [5], [2], { reduction: 'none' }).shape).toEqual([])
  })
  const x = wave([5, 2, 4], 0, 'float64').logSoftmax(2).requiresGrad_()
  ctcLoss(x, targets, [5, 4], [3, 2], { reduction: 'sum' }).backward()
  expectClose(x.grad!.flatten().narrow(0, 0, 5), [0.09312332, -0.1769941, 0.06647432, 0.01739649, -0.6010644], 1e-6)
})

test('gradients of logits agree with finite differences, twice', () => {
  manualSeed(0)
  const x = randn([4, 2, 3], { dtype: 'float64' }).requiresGrad_()
  const labels = tensor([
    [1, 2],
    [1, 1],
  ])
  const f = (logits: Tensor) => ctcLoss(logits.logSoftmax(2), labels, [4, 3], [2, 2])
  expect(autograd.gradcheck(f, [x])).toBe(true)
  expect(autograd.gradgradcheck(f, [x])).toBe(true)
})

test('a layout of its own', () => {
  const x = wave([2, 4, 5]).permute([2, 0, 1]).detach().requiresGrad_()
  const y = x.detach().contiguous().requiresGrad_()
  const [a, b] = [x, y].map((logits) => {
    const loss = ctcLoss(logits, targets, [5, 4], [3, 2])
    loss.backward()
    return loss.item()
  })
  expect(a).toBe(b)
  expectClose(x.grad, Array.from(y.grad!.toTypedArray() as Float32Array), 0)
})

test('faults, in the words of PyTorch', () => {
  const x = wave([5, 2, 4]).logSoftmax(2)
  const call = (labels: Tensor, steps: Lengths, lengths: Lengths, input = x) => ctcLoss(input, labels, steps, lengths)
  const faults: readonly [() => unknown, string][] = [
    [() => call(tensor([1, 2, 2]), [5, 5], [3, 2]), 'Expected tensor to have size 5 at dimension 0, but got size 3'],
    [() => call(targets, [5], [3, 2]), 'input_lengths must be of size batch_size'],
    [() => call(targets, [5, 5], [3]), 'target_lengths must be of size batch_size'],
    [() => call(targets, [5, 6], [3, 2]), 'Expected input_lengths to have value at most 5, but got value 6'],
    [() => call(targets, [5, -1], [3, 2]), 'Expected input_lengths to have value at least 0, but got value -1'],
    [() => call(targets, [5, 5], [4, 2]), 'Expected tensor to have size at least 4 at dimension 1, but got size 3'],
    [() => call(targets, [5, 5], [3, -2]), 'Expected target_lengths to have value at least 0, but got value -2'],
    [() => call(targets, tensor([5.5, 5]), [3, 2]), 'input_lengths must be integral'],
    [() => call(targets, [5, 5], [3, 1.5]), 'target_lengths must be integral'],
    [() => call(targets, [5, 5], [3, 2], x.half()), `"ctc_loss_cpu" not implemented for 'Half'`],
    [() => call(targets, [5, 5], [3, 2], wave([4])), 'Expected 3-dimensional tensor, but got 1-dimensional tensor'],
    [() => call(targets, [], [], wave([5, 0, 4])), 'log_probs tensor must not be empty'],
    [() => call(targets.add(2), [5, 5], [3, 2]), 'label 4 of sample 0 is not in the range of classes [0, 4)'],
    [() => ctcLoss(x, targets, [5, 5], [3, 2], { blank: 4 }), 'blank must be in label range'],
  ]
  for (const [fault, message] of faults) expect(fault, message).toThrow(message)
})
