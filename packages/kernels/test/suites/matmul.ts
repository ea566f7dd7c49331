import { currentKernelSet, manualSeed, randn, type Tensor, tensor, useKernelSet, zeros } from '@tsorch/core'
import { allocate, linearOp } from '@tsorch/core/backend'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { expectClose } from '../close.js'

/** What the plain TypeScript set answers. */
function plainly<T>(run: () => T): T {
  const set = currentKernelSet('cpu')
  useKernelSet('cpu', 'ts')
  try {
    return run()
  } finally {
    useKernelSet('cpu', set)
  }
}

type Dtype = 'float32' | 'float64'

const tolerance = (dtype: Dtype, k: number): number => (dtype === 'float32' ? 2e-6 : 1e-14) * (4 + k)

/** Ways in which a matrix may lie in memory. */
const layouts = ['rows', 'columns', 'padded', 'every other', 'one row', 'one column', 'offset'] as const
type Layout = (typeof layouts)[number]

/** A random `[batch, rows, columns]` that lies in memory as `layout` says. */
function laidOut(layout: Layout, batch: number, rows: number, columns: number, dtype: Dtype): Tensor {
  switch (layout) {
    case 'rows':
      return randn([batch, rows, columns], { dtype })
    case 'columns':
      return randn([batch, columns, rows], { dtype }).transpose(1, 2)
    case 'padded':
      return randn([batch, rows + 2, columns + 5], { dtype })
        .narrow(1, 1, rows)
        .narrow(2, 3, columns)
    case 'every other':
      return randn([batch, rows * 2, columns * 3], { dtype }).asStrided(
        [batch, rows, columns],
        [rows * columns * 6, columns * 6, 3],
      )
    case 'one row':
      return randn([batch, 1, columns], { dtype }).expand([batch, rows, columns])
    case 'one column':
      return randn([1, rows, 1], { dtype }).expand([batch, rows, columns])
    case 'offset':
      return randn([batch + 1, columns, rows], { dtype })
        .narrow(0, 1, batch)
        .transpose(1, 2)
  }
}

const size = fc.oneof(
  { weight: 4, arbitrary: fc.integer({ min: 1, max: 40 }) },
  { weight: 1, arbitrary: fc.integer({ min: 60, max: 140 }) },
  { weight: 1, arbitrary: fc.constantFrom(0, 1, 256, 300, 513) },
)
const dtypes = fc.constantFrom<Dtype>('float32', 'float64')

/** Products of matrices and linear layers, against the plain set, which adds up in float64. */
export function matmulSuite(): void {
  describe('products', () => {
    test('of any sizes, layouts and batches', () => {
      fc.assert(
        fc.property(
          fc.tuple(size, size, size),
          fc.integer({ min: 1, max: 5 }),
          fc.constantFrom(...layouts),
          fc.constantFrom(...layouts),
          dtypes,
          fc.nat(),
          ([m, n, k], batch, left, right, dtype, seed) => {
            fc.pre(m * n * k * batch < 2e6)
            manualSeed(seed)
            const x = laidOut(left, batch, m, k, dtype)
            const y = laidOut(right, batch, k, n, dtype)
            const product = x.bmm(y)
            expectClose(
              product,
              plainly(() => x.bmm(y)),
              tolerance(dtype, k),
            )
          },
        ),
        { numRuns: 150 },
      )
    })

    test.each<[number, number, number]>([
      [1, 1000, 700],
      [700, 1000, 1],
      [1, 2000, 1],
      [3, 500, 600],
      [8, 1100, 300],
      [513, 64, 257],
      [64, 784, 512],
      [129, 1500, 33],
    ])('%d x %d times %d columns, each operand either way round', (m, k, n) => {
      manualSeed(1)
      const [x, y] = [randn([m, k]), randn([k, n])]
      const expected = plainly(() => x.mm(y))
      for (const a of [x, x.t().contiguous().t()]) {
        for (const b of [y, y.t().contiguous().t()]) expectClose(a.mm(b), expected, 2e-4)
      }
    })

    test('leave what lies between the elements of their result', () => {
      manualSeed(2)
      for (const n of [3, 20, 50]) {
        const [x, y] = [randn([1, 30, 40]), randn([1, 40, n])]
        const all = randn([1, 30, 2 * n])
        const before = all.clone()
        const out = all.asStrided([1, 30, n], [60 * n, 2 * n, 2])
        x.storage.device.primitives.matmul(x, y, out)
        expectClose(out.contiguous(), x.bmm(y), 2e-5)
        const between = [
          [1, 30, n],
          [60 * n, 2 * n, 2],
        ] as const
        expectClose(
          all.asStrided([...between[0]], [...between[1]], 1),
          before.asStrided([...between[0]], [...between[1]], 1),
          0,
        )
      }
    })

    test('carry NaN and infinity where they belong', () => {
      const x = zeros([20, 30])
      const y = zeros([30, 40])
      x.set([3, 4], Number.NaN)
      y.set([7, 8], Number.POSITIVE_INFINITY)
      const z = x.mm(y)
      const plain = plainly(() => x.mm(y))
      expectClose(z, plain, 0)
      expect(z.at(3, 0).item()).toBeNaN()
      expect(z.at(0, 8).item()).toBeNaN()
      expect(z.at(0, 0).item()).toBe(0)
    })

    test('of other dtypes go to the plain set', () => {
      const x = tensor([
        [1, 2],
        [3, 4],
      ])
      expect(x.mm(x).tolist()).toEqual([
        [7, 10],
        [15, 22],
      ])
    })
  })

  describe('linear layers equal their composite', () => {
    test('with and without bias', () => {
      fc.assert(
        fc.property(
          fc.tuple(size, size, size),
          fc.boolean(),
          fc.constantFrom(...layouts),
          fc.constantFrom(...layouts),
          dtypes,
          fc.nat(),
          ([m, n, k], biased, left, right, dtype, seed) => {
            fc.pre(m * n * k < 2e6)
            manualSeed(seed)
            const x = laidOut(left, 1, m, k, dtype).select(0, 0)
            const weight = laidOut(right, 1, n, k, dtype).select(0, 0)
            const bias = biased ? randn([n], { dtype }) : null
            expectClose(
              linearOp(x, weight, bias),
              plainly(() => linearOp.composite(x, weight, bias)),
              tolerance(dtype, k),
            )
          },
        ),
        { numRuns: 100 },
      )
    })

    test('with a bias that is not dense', () => {
      manualSeed(3)
      const [x, weight, bias] = [randn([20, 30]), randn([25, 30]), randn([25, 2]).select(1, 1)]
      expectClose(linearOp(x, weight, bias), linearOp.composite(x, weight, bias), 1e-4)
      expectClose(linearOp(x, weight, zeros([1]).expand([25])), linearOp.composite(x, weight, null), 1e-4)
    })

    test('into memory that was used before', () => {
      manualSeed(4)
      for (let i = 0; i < 20; i++) {
        const used = allocate(zeros([1]).storage, randn([1]).dtype, [64, 96])
        used.fill_(Number.NaN)
        const [x, weight, bias] = [randn([64, 100]), randn([96, 100]), randn([96])]
        expectClose(
          linearOp(x, weight, bias),
          plainly(() => linearOp.composite(x, weight, bias)),
          1e-4,
        )
      }
    })
  })
}
