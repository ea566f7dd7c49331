import { full, manualSeed, rand, randn, type Tensor } from '@tsorch/core'
import {
  batchNormGradOp,
  batchNormInferenceOp,
  batchNormOp,
  groupNormGradOp,
  groupNormOp,
  layerNormGradOp,
  layerNormOp,
  type NormNeeds,
  rmsNormGradOp,
  rmsNormOp,
} from '@tsorch/core/backend'
import fc from 'fast-check'
import { describe, test } from 'vitest'
import { expectClose } from '../close.js'
import { plainly } from '../plainly.js'
import { expectServed } from '../serves.js'

const EPS = 1e-5

/** Expects each of several results, or null where the other has none, to be what the definition gives on the plain set. */
function alike(
  actual: readonly (Tensor | null)[],
  composite: () => readonly (Tensor | null)[],
  tolerance: number,
): void {
  const wanted = plainly(composite)
  actual.forEach((x, i) => {
    const want = wanted[i]!
    if (x !== null) expectClose(x.reshape(want.shape), want, tolerance)
  })
}

const needs = fc.tuple(fc.boolean(), fc.boolean(), fc.boolean())
const parameters = fc.constantFrom<readonly [boolean, boolean]>(
  [true, true],
  [false, false],
  [true, false],
  [false, true],
)
const size = (max: number): fc.Arbitrary<number> => fc.integer({ min: 1, max })
const given = (has: boolean, x: Tensor): Tensor | null => (has ? x : null)

/** `[N, C, L]` with its channels before or after its positions. */
function laidOut(last: boolean, [n, c, l]: readonly number[]): Tensor {
  return last ? randn([n!, l!, c!]).permute([0, 2, 1]) : randn([n!, c!, l!])
}

/** Normalisations with their gradients, against their definitions on the plain set. */
export function normSuite(): void {
  describe('normalisations', () => {
    const batches = fc.oneof(
      fc.tuple(size(6), size(9), size(90)),
      fc.tuple(size(40), size(5), size(20)),
      fc.tuple(size(60), size(600), fc.constant(1)),
    )

    test('of batches', () => {
      fc.assert(
        fc.property(
          batches,
          fc.boolean(),
          parameters,
          needs,
          fc.boolean(),
          fc.nat(),
          (shape, last, has, wants, runs, seed) => {
            const [n, c, l] = shape
            // few values have a variance near 0, whose reciprocal multiplies every rounding
            fc.pre(n * l > 8)
            manualSeed(seed)
            const x = laidOut(last, shape).add(2)
            const g = laidOut(last, shape)
            const [weight, bias] = [given(has[0], randn([c])), given(has[1], randn([c]))]
            const running = () => (runs ? { mean: full([c], 0.5), variance: full([c], 2), momentum: 0.1 } : null)
            const [mine, theirs] = [running(), running()]
            const result = batchNormOp(x, weight, bias, mine, EPS)
            alike(result, () => batchNormOp.composite(x, weight, bias, theirs, EPS), 4e-6)
            if (mine !== null && theirs !== null) {
              expectClose(mine.mean, theirs.mean, 1e-6)
              expectClose(mine.variance, theirs.variance, 1e-6)
            }
            const [, mean, invstd] = result
            for (const training of [true, false]) {
              const args = [g, x, mean, invstd, weight, training, wants as NormNeeds] as const
              alike(batchNormGradOp(...args), () => batchNormGradOp.composite(...args), 1e-6 * (20 + Math.sqrt(n * l)))
            }
            const variance = rand([c]).add(0.5)
            alike(
              [batchNormInferenceOp(x, mean, variance, weight, bias, EPS)],
              () => [batchNormInferenceOp.composite(x, mean, variance, weight, bias, EPS)],
              2e-6,
            )
          },
        ),
        { numRuns: 80 },
      )
    })

    test('of rows', () => {
      const rows = fc.tuple(size(40), fc.integer({ min: 8, max: 300 }))
      fc.assert(
        fc.property(rows, parameters, needs, fc.nat(), (shape, has, wants, seed) => {
          manualSeed(seed)
          const [x, g] = [randn(shape).add(1), randn(shape)]
          const [weight, bias] = [given(has[0], randn([shape[1]])), given(has[1], randn([shape[1]]))]
          const result = layerNormOp(x, weight, bias, EPS)
          alike(result, () => layerNormOp.composite(x, weight, bias, EPS), 4e-6)
          const args = [g, x, result[1], result[2], weight, wants as NormNeeds] as const
          alike(layerNormGradOp(...args), () => layerNormGradOp.composite(...args), 2e-5)
          const root = rmsNormOp(x, weight, EPS)
          alike(root, () => rmsNormOp.composite(x, weight, EPS), 4e-6)
          const rest = [g, x, root[1], weight, [wants[0], wants[1]]] as const
          alike(rmsNormGradOp(...rest), () => rmsNormGradOp.composite(...rest), 2e-5)
        }),
        { numRuns: 60 },
      )
    })

    test('of groups', () => {
      const groups = fc.tuple(size(4), size(5), size(6), size(60))
      fc.assert(
        fc.property(groups, parameters, needs, fc.nat(), ([n, count, each, l], has, wants, seed) => {
          fc.pre(each * l > 8)
          manualSeed(seed)
          const c = count * each
          const [x, g] = [randn([n, c, l]).add(1), randn([n, c, l])]
          const [weight, bias] = [given(has[0], randn([c])), given(has[1], randn([c]))]
          const result = groupNormOp(x, count, weight, bias, EPS)
          alike(result, () => groupNormOp.composite(x, count, weight, bias, EPS), 4e-6)
          const args = [g, x, count, result[1], result[2], weight, wants as NormNeeds] as const
          alike(groupNormGradOp(...args), () => groupNormGradOp.composite(...args), 2e-5)
        }),
        { numRuns: 60 },
      )
    })

    test('the kernels do not decline', () => {
      for (const last of [false, true])
        for (const shape of [
          [3, 4, 90],
          [3, 4, 5],
          [30, 40, 1],
        ]) {
          const [x, g, c] = [laidOut(last, shape), laidOut(last, shape), randn([shape[1]!])]
          expectServed(batchNormOp, x, c, c, null, EPS)
          expectServed(batchNormInferenceOp, x, c, rand([shape[1]!]), c, c, EPS)
          expectServed(batchNormGradOp, g, x, c, c, c, true, [true, true, true])
        }
      const [x, g, rows, columns] = [randn([6, 20]), randn([6, 20]), randn([6]), randn([20])]
      expectServed(layerNormOp, x, columns, columns, EPS)
      expectServed(layerNormGradOp, g, x, rows, rows, columns, [true, true, true])
      expectServed(rmsNormOp, x, columns, EPS)
      expectServed(rmsNormGradOp, g, x, rows, columns, [true, true])
      const [planes, each] = [randn([2, 6, 20]), randn([2, 3])]
      expectServed(groupNormOp, planes, 3, rows, rows, EPS)
      expectServed(groupNormGradOp, planes, planes, 3, each, each, rows, [true, true, true])
    })

    test('far from zero the variance stays right', () => {
      manualSeed(11)
      const x = randn([16, 4, 80]).add(1000)
      const exact = x.to('float64')
      const [out] = batchNormOp(x, null, null, null, EPS)
      const [want] = plainly(() => batchNormOp(exact, null, null, null, EPS))
      expectClose(out.to('float64'), want, 1e-5)
      const rows = x.reshape([64, 80])
      const [row] = layerNormOp(rows, null, null, EPS)
      const [wantRow] = plainly(() => layerNormOp(exact.reshape([64, 80]), null, null, EPS))
      expectClose(row.to('float64'), wantRow, 1e-5)
    })
  })
}
