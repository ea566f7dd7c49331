import { manualSeed, randint, randn, type Tensor, tensor, zeros } from '@tsorch/core'
import { Reduce, type ReduceCode } from '@tsorch/core/backend'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { plainly, same } from '../plainly.js'

function reduced(op: ReduceCode, x: Tensor, dims: readonly number[]): Tensor {
  const shape = x.shape.map((size, d) => (dims.includes(d) ? 1 : size))
  const out = zeros(shape, { dtype: x.dtype })
  x.storage.device.primitives.reduce(op, x, dims, out)
  return out
}

const shapes = fc.oneof(
  fc.array(fc.integer({ min: 1, max: 12 }), { minLength: 1, maxLength: 5 }),
  fc.tuple(fc.integer({ min: 1, max: 300 }), fc.integer({ min: 1, max: 40 })),
  fc.tuple(fc.integer({ min: 1, max: 6 }), fc.integer({ min: 1, max: 2100 })),
  fc.tuple(fc.integer({ min: 1, max: 70000 })),
)
const orders = fc.constantFrom('given', 'turned', 'rotated', 'every other')

function ordered(x: Tensor, order: string): Tensor {
  const n = x.ndim
  if (order === 'turned') return x.permute(x.shape.map((_, d) => n - 1 - d))
  if (order === 'rotated') return x.permute(x.shape.map((_, d) => (d + 1) % n))
  return order === 'every other' ? x.at('...', '::2') : x
}

/** Sums and other reductions over any dimensions of any layout, against the plain set, which adds up in float64. */
export function reduceSuite(): void {
  describe('reductions', () => {
    test.each(Object.entries(Reduce))('%s', (_, op) => {
      fc.assert(
        fc.property(shapes, orders, fc.nat(31), fc.boolean(), fc.nat(), (shape, order, pattern, hasNaN, seed) => {
          manualSeed(seed)
          const product = op === Reduce.prod
          const plainX = product ? randn(shape).mul(0.01).add(1) : randn(shape)
          if (hasNaN && op !== Reduce.sum && plainX.count > 3)
            plainX
              .view([-1])
              .at(plainX.count >> 1)
              .fill_(Number.NaN)
          const x = ordered(plainX, order)
          const dims = x.shape.map((_, d) => d).filter((d) => (pattern >> d) & 1)
          fc.pre(dims.length > 0)
          const n = x.count / reduced(op, x, dims).count
          same(() => reduced(op, x, dims), op === Reduce.sum ? 3e-7 * (4 + Math.sqrt(n)) : product ? 1e-7 * (4 + n) : 0)
        }),
        { numRuns: 50 },
      )
    })

    test('a long sum is as exact as one in float64', () => {
      manualSeed(7)
      const x = randn([400_000]).add(3)
      const want = plainly(() => x.to('float64').sum().item()) as number
      expect(Math.abs((x.sum().item() as number) - want) / want).toBeLessThan(1e-7)
      const columns = x.reshape([40_000, 10])
      const wide = plainly(() => columns.to('float64').sum(0))
      for (let j = 0; j < 10; j++) {
        const w = wide.at(j).item() as number
        expect(Math.abs((columns.sum(0).at(j).item() as number) - w) / w).toBeLessThan(2e-7)
      }
    })

    test('the place of the extreme: the first of equals, NaN before all', () => {
      fc.assert(
        fc.property(
          fc.tuple(fc.integer({ min: 1, max: 80 }), fc.integer({ min: 1, max: 200 })),
          fc.nat(3),
          fc.nat(),
          (shape, kind, seed) => {
            manualSeed(seed)
            const x = kind === 0 ? randint(0, 3, shape).to('float32') : randn(shape)
            if (kind === 1) x.at('::3', '::5').fill_(Number.NaN)
            if (kind === 2) x.fill_(Number.NEGATIVE_INFINITY)
            same(() => x.argmax(1))
            same(() => x.argmin(-1))
            same(() => x.argmax(0))
          },
        ),
        { numRuns: 40 },
      )
    })

    test('of nothing, of one element, of infinities', () => {
      same(() => zeros([0, 5]).sum(0))
      same(() => zeros([3, 0]).sum())
      same(() => tensor([2]).sum())
      same(() => tensor([[1, Number.POSITIVE_INFINITY, 2]], { dtype: 'float32' }).sum(1))
      same(() => tensor([[1, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]], { dtype: 'float32' }).sum(1))
    })
  })
}
