import {
  avgPool1d,
  avgPool2d,
  currentKernelSet,
  manualSeed,
  maxPool1d,
  maxPool2d,
  randint,
  randn,
  type Tensor,
  useKernelSet,
} from '@tsorch/core'
import { maxPoolGradOp, maxPoolOp, positionsAlong, sumPoolGradOp, sumPoolOp, type Window } from '@tsorch/core/backend'
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

interface Along {
  readonly size: number
  readonly kernel: number
  readonly stride: number
  readonly padding: number
  readonly dilation: number
}

/** One dimension of a plane and a window that has room on it; half are 2 by 2 apart, the case with kernels of its own. */
const along: fc.Arbitrary<Along> = fc.oneof(
  fc
    .record({
      size: fc.integer({ min: 1, max: 40 }),
      kernel: fc.integer({ min: 1, max: 6 }),
      stride: fc.integer({ min: 1, max: 4 }),
      dilation: fc.integer({ min: 1, max: 3 }),
      share: fc.nat(3),
    })
    .map(({ share, ...rest }) => {
      const effective = (rest.kernel - 1) * rest.dilation + 1
      return { ...rest, padding: Math.floor((effective * share) / 6) }
    })
    .filter(({ size, kernel, padding, dilation }) => size + 2 * padding >= (kernel - 1) * dilation + 1),
  fc.integer({ min: 2, max: 70 }).map((size) => ({ size, kernel: 2, stride: 2, padding: 0, dilation: 1 })),
)

function windowOf(dims: readonly Along[]): Window {
  return {
    kernel: dims.map((d) => d.kernel),
    stride: dims.map((d) => d.stride),
    padding: dims.map((d) => d.padding),
    dilation: dims.map((d) => d.dilation),
  }
}

/** A random `[2, 3, ...sizes]` as it lies in memory, or with its last dimension strided. */
function planes(sizes: readonly number[], strided: boolean): Tensor {
  return strided ? randn([2, 3, ...sizes, 2]).select(3 + sizes.length - 1, 1) : randn([2, 3, ...sizes])
}

const dims = fc.oneof(
  fc.tuple(along),
  fc.tuple(along, along),
  along.map((a) => [a, a] as const),
)

/** Pooling, against the composites and the plain set. */
export function poolSuite(): void {
  describe('pooling', () => {
    test('equals the composites for any window, in one and two dimensions', () => {
      fc.assert(
        fc.property(dims, fc.boolean(), fc.boolean(), fc.nat(), (d, ceil, strided, seed) => {
          manualSeed(seed)
          const sizes = d.map((a) => a.size)
          const window = windowOf(d)
          const outputs = sizes.map((size, i) => positionsAlong(size, window, i, ceil))
          const x = planes(sizes, strided)
          const ties = x.round()
          const g = planes(outputs, strided)
          for (const input of [x, ties]) {
            const [values, indices] = maxPoolOp(input, outputs, window)
            const [expected, places] = maxPoolOp.composite(input, outputs, window)
            expectClose(values, expected, 0)
            // a window of padding alone has no place
            const all = Boolean(expected.isfinite().all().item())
            if (!all) continue
            expectClose(indices, places, 0)
            expectClose(
              maxPoolGradOp(g, indices, x.shape, sizes.length),
              maxPoolGradOp.composite(g, places, x.shape, sizes.length),
              1e-5,
            )
          }
          expectClose(sumPoolOp(x, outputs, window), sumPoolOp.composite(x, outputs, window), 1e-5)
          expectClose(sumPoolGradOp(g, x.shape, window), sumPoolGradOp.composite(g, x.shape, window), 1e-5)
        }),
        { numRuns: 150 },
      )
    })

    test.each([
      [2, 2, 0],
      [3, 2, 1],
      [3, 1, 1],
    ])('keeps NaN, infinities and the order of ties: windows of %i, %i apart', (kernel, stride, padding) => {
      for (const size of [4, 8, 24, 37]) {
        manualSeed(size)
        const x = randint(-2, 3, [4, 5, size, size]).float()
        const wild = x.where(x.ne(1), Number.NaN).where(x.ne(-1), Number.NEGATIVE_INFINITY)
        for (const input of [x, wild, x.mul(0).sub(Number.POSITIVE_INFINITY)]) {
          const run = () => maxPool2d(input, kernel, { stride, padding, returnIndices: true })
          const [actual, expected] = [run(), plainly(run)]
          expectClose(actual[0], expected[0], 0)
          expectClose(actual[1], expected[1], 0)
        }
      }
    })

    test('indices that lie anywhere: unpooling', () => {
      manualSeed(3)
      const g = randn([2, 3, 9, 20])
      const places = randint(0, 18 * 40, [2, 3, 9, 20])
      const shape = [2, 3, 18, 40]
      expectClose(maxPoolGradOp(g, places, shape, 2), maxPoolGradOp.composite(g, places, shape, 2), 1e-5)
    })

    test('gradients by the public functions, batches of one included', () => {
      manualSeed(4)
      const run = (): Tensor[] => {
        manualSeed(5)
        const x = randn([3, 30, 31], { requiresGrad: true })
        const row = randn([2, 50], { requiresGrad: true })
        const y = maxPool2d(x, 3, 2, 1).sum().add(avgPool2d(x, 2).pow(2).sum())
        y.add(maxPool1d(row, 3, { ceilMode: true }).sum())
          .add(avgPool1d(row, 4, 3, 1).pow(2).sum())
          .backward()
        return [x.grad!, row.grad!]
      }
      const [actual, expected] = [run(), plainly(run)]
      for (const [i, t] of actual.entries()) expectClose(t, expected[i]!, 1e-5)
    })

    test('empty batches', () => {
      expect(maxPool2d(randn([0, 3, 8, 8]), 2).shape).toEqual([0, 3, 4, 4])
    })
  })
}
