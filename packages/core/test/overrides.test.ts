import { expect, test } from 'vitest'
import { deviceOf, manualSeed, rand, randn, type Tensor, tensor } from '../src/index.js'
import { reluGradOp, sigmoidGradOp } from '../src/ops/activation.js'
import { binaryCrossEntropyGradOp, binaryCrossEntropyOp } from '../src/ops/binary-cross-entropy.js'
import { type AdamStep, adamStepOp, type SgdStep, sgdStepOp } from '../src/ops/foreach.js'
import { gridSampleOp } from '../src/ops/grid-sample.js'

const overridden = (id: number) => deviceOf('cpu').overrides[id] !== undefined

function close(a: Tensor, b: Tensor): void {
  const x = a.toTypedArray() as Float32Array
  const y = b.toTypedArray() as Float32Array
  expect(a.shape).toEqual(b.shape)
  x.forEach((value, i) => {
    expect(Math.abs(value - y[i]!)).toBeLessThanOrEqual(2e-6 * Math.max(1, Math.abs(y[i]!)))
  })
}

test('each override of the TypeScript kernels equals its composite', () => {
  manualSeed(1)
  const g = randn([5, 7])
  const y = rand([5, 7])
  const t = rand([5, 7])
  for (const op of [reluGradOp, sigmoidGradOp]) {
    expect(overridden(op.id)).toBe(true)
    close(op(g, y.sub(0.5)), op.composite(g, y.sub(0.5)))
  }
  expect(overridden(binaryCrossEntropyOp.id)).toBe(true)
  close(binaryCrossEntropyOp(y, t), binaryCrossEntropyOp.composite(y, t))
  close(binaryCrossEntropyGradOp(g, y, t), binaryCrossEntropyGradOp.composite(g, y, t))
  const one = rand([]).expand([5, 7])
  close(binaryCrossEntropyGradOp(one, y, t), binaryCrossEntropyGradOp.composite(one, y, t))
})

test('layouts that an override declines go to the composite', () => {
  const g = randn([4, 3]).t()
  const y = rand([3, 4])
  close(reluGradOp(g, y), reluGradOp.composite(g, y))
})

test.each<Partial<SgdStep>>([
  {},
  { momentum: 0.9 },
  { momentum: 0.9, first: true },
  { momentum: 0.9, nesterov: true, weightDecay: 0.01 },
  { momentum: 0.5, dampening: 0.3, maximize: true },
])('one step of SGD as one loop equals its composite: %o', (options) => {
  const step: SgdStep = {
    lr: 0.1,
    momentum: 0,
    dampening: 0,
    weightDecay: 0,
    nesterov: false,
    maximize: false,
    first: false,
    ...options,
  }
  manualSeed(2)
  const start = [randn([3, 4]), randn([6]), randn([])]
  const grads = start.map((p) => randn(p.shape))
  const momenta = start.map((p) => randn(p.shape))
  const run = (op: typeof sgdStepOp | typeof sgdStepOp.composite) => {
    const params = start.map((p) => p.clone())
    const buffers = step.momentum === 0 ? null : momenta.map((b) => b.clone())
    op(params[0]!, params, grads, buffers, step)
    return [...params, ...(buffers ?? [])]
  }
  const [a, b] = [run(sgdStepOp), run(sgdStepOp.composite)]
  for (const [i, x] of a.entries()) close(x, b[i]!)
})

test.each<Partial<AdamStep>>([
  {},
  { weightDecay: 0.01, maximize: true },
  { weightDecay: 0.01, decoupledWeightDecay: true, steps: [3, 1, 7] },
])('one step of Adam as one loop equals its composite: %o', (options) => {
  const defaults = { lr: 0.1, beta1: 0.9, beta2: 0.999, eps: 1e-8, weightDecay: 0, decoupledWeightDecay: false }
  const step: AdamStep = { ...defaults, maximize: false, steps: [1, 1, 1], ...options }
  manualSeed(3)
  const start = [randn([3, 4]), randn([6]), randn([])]
  const [grads, means] = [start.map((p) => randn(p.shape)), start.map((p) => randn(p.shape))]
  const squares = start.map((p) => rand(p.shape))
  for (const amsgrad of [false, true]) {
    const run = (op: typeof adamStepOp | typeof adamStepOp.composite) => {
      const [params, m, v] = [start, means, squares].map((list) => list.map((x) => x.clone())) as [
        Tensor[],
        Tensor[],
        Tensor[],
      ]
      const largest = amsgrad ? squares.map((x) => x.mul(0.5)) : null
      op(params[0]!, params, grads, m, v, largest, step)
      return [...params, ...m, ...v, ...(largest ?? [])]
    }
    const [a, b] = [run(adamStepOp), run(adamStepOp.composite)]
    for (const [i, x] of a.entries()) close(x, b[i]!)
  }
})

test('planes are read at places by a loop as by the composite', () => {
  manualSeed(6)
  // beyond the edges, and through other strides than those of a contiguous tensor
  const grid = randn([2, 4, 3, 2]).mul(1.2)
  const plain = randn([2, 3, 5, 7])
  for (const x of [
    plain,
    randn([2, 3, 7, 5]).transpose(2, 3),
    plain.narrow(1, 1, 1),
    randn([1, 1, 1, 1]).expand([2, 1, 1, 1]),
  ])
    for (const mode of ['bilinear', 'nearest'] as const)
      for (const padding of ['zeros', 'border', 'reflection'] as const)
        for (const alignCorners of [true, false]) {
          close(
            gridSampleOp(x, grid, mode, padding, alignCorners),
            gridSampleOp.composite(x, grid, mode, padding, alignCorners),
          )
          const corners = tensor(
            [
              [
                [
                  [-1, 1],
                  [0, 0.5],
                  [1, -1],
                  [-3, 3],
                ],
              ],
            ],
            { dtype: 'float32' },
          ).expand([2, 1, 4, 2])
          close(
            gridSampleOp(x, corners, mode, padding, alignCorners),
            gridSampleOp.composite(x, corners, mode, padding, alignCorners),
          )
        }
})
