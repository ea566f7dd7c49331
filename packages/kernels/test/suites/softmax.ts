import { manualSeed, rand, randint, randn, type Tensor, tensor } from '@tsorch/core'
import {
  binaryCrossEntropyGradOp,
  binaryCrossEntropyOp,
  binaryCrossEntropyWithLogitsOp,
  crossEntropyGradOp,
  crossEntropyOp,
  huberLossGradOp,
  huberLossOp,
  l1LossGradOp,
  l1LossOp,
  logSoftmaxGradOp,
  logSoftmaxOp,
  mseLossGradOp,
  mseLossOp,
  type Reduction,
  softmaxGradOp,
  softmaxOp,
} from '@tsorch/core/backend'
import fc from 'fast-check'
import { describe, test } from 'vitest'
import { expectClose } from '../close.js'
import { plainly, same } from '../plainly.js'
import { expectServed } from '../serves.js'

const shapes = fc.oneof(
  fc.tuple(fc.integer({ min: 1, max: 70 }), fc.integer({ min: 1, max: 40 })),
  fc.tuple(fc.integer({ min: 1, max: 6 }), fc.integer({ min: 1, max: 900 })),
  fc.array(fc.integer({ min: 1, max: 7 }), { minLength: 1, maxLength: 4 }),
)
const curves = [
  { delta: 1, scale: 1 },
  { delta: 0.4, scale: 2.5 },
] as const
const reductions = fc.constantFrom<Reduction>('none', 'mean', 'sum')

/** Softmax and losses, against their definitions on the plain set. */
export function softmaxSuite(): void {
  describe('softmax', () => {
    test('and its logarithm, with gradients', () => {
      fc.assert(
        fc.property(shapes, fc.nat(4), fc.nat(), (shape, d, seed) => {
          manualSeed(seed)
          const dim = d < shape.length ? d : shape.length - 1
          const x = randn(shape).mul(5)
          const g = randn(shape)
          same(() => softmaxOp(x, dim), 1e-6)
          same(() => logSoftmaxOp(x, dim), 2e-6)
          const [y, logs] = [softmaxOp(x, dim), logSoftmaxOp(x, dim)]
          const n = shape[dim]!
          expectClose(
            softmaxGradOp(g, y, dim),
            plainly(() => softmaxGradOp.composite(g, y, dim)),
            1e-6 * (3 + Math.sqrt(n)),
          )
          expectClose(
            logSoftmaxGradOp(g, logs, dim),
            plainly(() => logSoftmaxGradOp.composite(g, logs, dim)),
            1e-6 * (3 + Math.sqrt(n)),
          )
        }),
        { numRuns: 60 },
      )
    })

    test('of infinities and NaN', () => {
      const rows = [
        [1, Number.NEGATIVE_INFINITY, 2],
        [Number.NEGATIVE_INFINITY, Number.NEGATIVE_INFINITY, Number.NEGATIVE_INFINITY],
        [1, Number.NaN, 2],
        [1, Number.POSITIVE_INFINITY, 2],
        [200, 0, -200],
      ]
      for (const times of [1, 30]) {
        const x = tensor(
          rows.map((row) => Array.from({ length: times }, () => row).flat()),
          { dtype: 'float32' },
        )
        same(() => softmaxOp(x, 1), 1e-6)
        same(() => logSoftmaxOp(x, 1), 1e-6)
      }
    })
  })

  describe('losses', () => {
    test('cross entropy with its gradient', () => {
      fc.assert(
        fc.property(
          fc.tuple(fc.integer({ min: 1, max: 70 }), fc.integer({ min: 1, max: 60 })),
          reductions,
          fc.boolean(),
          fc.nat(),
          ([rows, n], reduction, ignores, seed) => {
            manualSeed(seed)
            const x = randn([rows, n]).mul(3)
            const target = randint(0, n, [rows])
            if (ignores) target.at('::3').fill_(-100)
            const [loss, logs] = crossEntropyOp(x, target, -100, reduction)
            const [wantLoss, wantLogs] = plainly(() => crossEntropyOp(x, target, -100, reduction))
            expectClose(loss, wantLoss, 1e-6 * (2 + (reduction === 'sum' ? rows : 0)))
            expectClose(logs, wantLogs, 2e-6)
            const grads = reduction === 'none' ? [randn([rows]), tensor(0.3).expand([rows])] : [randn([])]
            for (const g of grads)
              expectClose(
                crossEntropyGradOp(g, logs, target, -100, reduction),
                plainly(() => crossEntropyGradOp.composite(g, logs, target, -100, reduction)),
                2e-6,
              )
          },
        ),
        { numRuns: 60 },
      )
    })

    test('distances and binary cross entropy with their gradients', () => {
      fc.assert(
        fc.property(shapes, reductions, fc.nat(), (shape, reduction, seed) => {
          manualSeed(seed)
          const [x, y, g] = [randn(shape), randn(shape), randn(shape)]
          const outer = reduction === 'none' ? g : tensor(0.4)
          same(() => mseLossOp(x, y, reduction), 1e-6)
          same(() => mseLossGradOp(outer, x, y, reduction), 1e-6)
          same(() => l1LossOp(x, y, reduction), 1e-6)
          same(() => l1LossGradOp(outer, x, y, reduction), 1e-6)
          for (const curve of curves) {
            same(() => huberLossOp(x, y, reduction, curve), 1e-6)
            same(() => huberLossGradOp(outer, x, y, reduction, curve), 1e-6)
          }
          const [p, t] = [rand(shape).mul(0.998).add(0.001), rand(shape)]
          same(() => binaryCrossEntropyOp(p, t), 2e-6)
          for (const each of [g, tensor(0.25).expand([...shape])])
            same(() => binaryCrossEntropyGradOp(each, p, t).mul(1e-3), 2e-6)
          same(() => binaryCrossEntropyWithLogitsOp(x.mul(9), t, null), 2e-6)
        }),
        { numRuns: 40 },
      )
      const edge = tensor([0, 1, 0, 1], { dtype: 'float32' })
      same(() => binaryCrossEntropyOp(edge, tensor([0, 1, 1, 0], { dtype: 'float32' })))
    })

    test('the kernels do not decline', () => {
      const [x, y, target] = [randn([6, 5]), randn([6, 5]), randint(0, 5, [6])]
      expectServed(softmaxOp, x, 1)
      expectServed(logSoftmaxOp, x, 1)
      expectServed(softmaxGradOp, y, x, 1)
      expectServed(logSoftmaxGradOp, y, x, 1)
      for (const reduction of ['none', 'mean', 'sum'] as const) {
        const g = reduction === 'none' ? randn([6]) : randn([])
        expectServed(crossEntropyOp, x, target, -100, reduction)
        expectServed(crossEntropyGradOp, g, x, target, -100, reduction)
        expectServed(mseLossOp, x, y, reduction)
        expectServed(l1LossOp, x, y, reduction)
        expectServed(huberLossOp, x, y, reduction, curves[0])
        const outer = reduction === 'none' ? y : g
        expectServed(mseLossGradOp, outer, x, y, reduction)
        expectServed(l1LossGradOp, outer, x, y, reduction)
        expectServed(huberLossGradOp, outer, x, y, reduction, curves[0])
      }
      expectServed(binaryCrossEntropyOp, x, y)
      expectServed(binaryCrossEntropyGradOp, y, x, y)
      expectServed(binaryCrossEntropyWithLogitsOp, x, y, null)
    })

    test('strided operands', () => {
      manualSeed(9)
      const x: Tensor = randn([20, 30]).t()
      same(() => softmaxOp(x, 1), 1e-6)
      const [y, target] = [randn([30, 20]), randint(0, 20, [30])]
      same(() => mseLossOp(x, y, 'mean'), 1e-6)
      same(() => huberLossOp(x, y, 'mean', curves[1]), 1e-6)
      const turned = randn([20, 30]).t()
      for (const reduction of ['none', 'sum'] as const) {
        expectServed(huberLossOp, x, turned, reduction, curves[0])
        same(() => huberLossOp(x, turned, reduction, curves[0]), 1e-6)
        const outer = reduction === 'none' ? randn([20, 30]).t() : tensor(0.5)
        expectServed(huberLossGradOp, outer, x, turned, reduction, curves[0])
        same(() => huberLossGradOp(outer, x, turned, reduction, curves[0]), 1e-6)
      }
      same(() => huberLossGradOp(y, x, turned, 'none', curves[0]), 1e-6)
      same(() => crossEntropyOp(x, target, -100, 'mean')[0], 2e-6)
    })
  })
}
