import {
  arange,
  currentKernelSet,
  dropout,
  manualSeed,
  rand,
  randint,
  randn,
  type Tensor,
  tensor,
  useKernelSet,
  zeros,
} from '@tsorch/core'
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

function same(run: () => Tensor, tolerance = 0): void {
  const actual = run()
  expectClose(actual, plainly(run), tolerance)
}

const size = fc.integer({ min: 1, max: 40 })

/** Indexing, sorting, scans and masks, against the plain set. */
export function indexedSuite(): void {
  describe('indexing equals the plain set', () => {
    test('select, add, put, gather and scatter along any dimension', () => {
      fc.assert(
        fc.property(
          fc.tuple(size, size, size),
          fc.nat(2),
          fc.integer({ min: 1, max: 60 }),
          fc.nat(),
          (shape, dim, m, seed) => {
            manualSeed(seed)
            const x = randn(shape)
            const index = randint(0, shape[dim]!, [m])
            const part = [...shape]
            part[dim] = m
            const source = randn(part)
            const places = randint(0, shape[dim]!, part)
            same(() => x.indexSelect(dim, index))
            same(() => x.clone().indexAdd_(dim, index, source), 1e-5)
            same(() => x.clone().indexCopy_(dim, index, source))
            same(() => x.gather(dim, places))
            same(() => x.clone().scatterAdd_(dim, places, source), 1e-5)
            same(() => x.clone().scatter_(dim, places, source))
            same(() => x.transpose(0, 2).indexSelect(2 - dim, index))
          },
        ),
        { numRuns: 30 },
      )
    })

    test('rows of every width of element', () => {
      for (const dtype of ['float64', 'int64', 'uint8', 'float16', 'bool'] as const) {
        same(() =>
          arange(0, 120)
            .to(dtype)
            .reshape([40, 3])
            .indexSelect(0, tensor([39, 0, 7, 7])),
        )
      }
    })

    test('many rows added to few', () => {
      manualSeed(5)
      const index = randint(0, 7, [3000])
      const rows = randn([3000, 70])
      same(() => zeros([7, 70]).indexAdd_(0, index, rows), 1e-4)
    })
  })

  describe('order', () => {
    test.each([1, 7, 48, 49, 1000, 5000])('rows of %i sorted stably, with ties, NaN and both zeros', (n) => {
      manualSeed(n)
      const x = randn([3, n]).mul(4).round()
      if (n > 20) {
        x.set([0, 3], Number.NaN)
        x.set([1, 5], Number.NEGATIVE_INFINITY)
        x.set([2, 8], -0)
      }
      for (const descending of [false, true]) {
        same(() => x.sort(-1, descending).values)
        same(() => x.sort(-1, descending).indices)
        same(() => x.nanToNum().int().sort(-1, descending).indices)
      }
    })

    test.each([1, 5, 64])('the first %i of a row', (k) => {
      manualSeed(k)
      const distinct = randn([4, 3000])
      const ties = distinct.mul(3).round()
      for (const x of [distinct, ties]) {
        for (const largest of [true, false]) {
          same(() => x.topk(k, -1, largest).values)
          same(() => x.topk(k, -1, largest).indices)
        }
      }
    })

    test('running sums and products', () => {
      manualSeed(9)
      const x = randn([5, 300, 70])
      for (const dim of [0, 1, 2]) {
        same(() => x.cumsum(dim), 1e-6)
        same(() => rand([5, 300, 70]).mul(0).add(1.001).cumprod(dim), 1e-6)
      }
    })
  })

  test('dropout draws the same mask and leaves the generator in the same state', () => {
    const x = randn([37, 100])
    const draw = () => {
      manualSeed(11)
      const first = dropout(x, 0.3)
      return [first, dropout(x, 0.5), rand([3])]
    }
    const [actual, expected] = [draw(), plainly(draw)]
    for (const [i, t] of actual.entries()) expect(t.tolist()).toEqual(expected[i]!.tolist())
  })
}
