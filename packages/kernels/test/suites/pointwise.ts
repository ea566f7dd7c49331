import {
  arange,
  emptyStrided,
  full,
  manualSeed,
  rand,
  randint,
  randn,
  type Tensor,
  tensor,
  where,
  zeros,
} from '@tsorch/core'
import { Binary, type BinaryCode, float32, Unary, type UnaryCode } from '@tsorch/core/backend'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { expectClose } from '../close.js'
import { type Layout, laidOut, layout, numbers, shapes, special } from '../operands.js'
import { plainly, same } from '../plainly.js'

/** A shape that broadcasts to `shape`: some dimensions of size 1, or none of the first. */
function broadcastOf(shape: readonly number[], pattern: number): number[] {
  const sized = shape.map((size, d) => ((pattern >> d) & 1 ? 1 : size))
  return sized.slice((pattern >> 6) % (shape.length + 1))
}

function unary(op: UnaryCode, x: Tensor): Tensor {
  const out = zeros(x.shape, { dtype: x.dtype })
  x.storage.device.primitives.unary(op, x, out)
  return out
}

function binary(op: BinaryCode, a: Tensor | number, b: Tensor | number, shape: readonly number[]): Tensor {
  const like = typeof a === 'number' ? (b as Tensor) : a
  const out = zeros(shape, { dtype: op >= Binary.eq ? 'bool' : like.dtype })
  like.storage.device.primitives.binary(op, a, b, out)
  return out
}

const floatUnary = Object.values(Unary).filter((op) => op !== Unary.bitwiseNot && op < Unary.erfinv)
const floatBinary = [
  Binary.add,
  Binary.sub,
  Binary.mul,
  Binary.div,
  Binary.divTrunc,
  Binary.pow,
  Binary.maximum,
  Binary.minimum,
  Binary.fmax,
  Binary.fmin,
  Binary.copysign,
  Binary.hypot,
  Binary.eq,
  Binary.ne,
  Binary.lt,
  Binary.le,
  Binary.gt,
  Binary.ge,
]
const integerBinary = [
  Binary.add,
  Binary.sub,
  Binary.mul,
  Binary.maximum,
  Binary.minimum,
  Binary.bitwiseAnd,
  Binary.bitwiseOr,
  Binary.bitwiseXor,
  Binary.eq,
  Binary.lt,
  Binary.ge,
]

/** Elementwise operations of all layouts and dtypes, against the plain set. */
export function pointwiseSuite(): void {
  describe('functions of one operand', () => {
    test.each(Object.entries(Unary).filter(([, op]) => floatUnary.includes(op as never)))('%s', (_, op) => {
      fc.assert(
        fc.property(shapes, layout, fc.nat(), (shape, lies, seed) => {
          manualSeed(seed)
          const x = laidOut(lies, shape, numbers)
          same(() => unary(op, x), 4e-7)
        }),
        { numRuns: 12 },
      )
    })

    test('of every dtype', () => {
      manualSeed(1)
      const wide = randn([70, 3]).mul(20)
      for (const op of [Unary.neg, Unary.abs, Unary.sign, Unary.relu] as const)
        for (const dtype of ['float64', 'int32', 'int64', 'int8', 'float16'] as const)
          same(() => unary(op, wide.to(dtype)))
      for (const dtype of ['int32', 'int64', 'bool'] as const) same(() => unary(Unary.bitwiseNot, wide.to(dtype)))
      const near = randn([99])
      for (const dtype of ['float16', 'bfloat16'] as const) same(() => unary(Unary.exp, near.to(dtype)), 1e-2)
      same(() => unary(Unary.exp, near.to('float64')), 1e-15)
    })
  })

  describe('functions of two operands', () => {
    test.each(Object.entries(Binary).filter(([, op]) => floatBinary.includes(op as never)))('%s', (_, op) => {
      fc.assert(
        fc.property(shapes, layout, layout, fc.nat(255), fc.nat(255), fc.nat(), (shape, la, lb, pa, pb, seed) => {
          manualSeed(seed)
          const tolerance = op === Binary.div || op === Binary.pow ? 3e-7 : 0
          const whole = laidOut(la, shape, numbers)
          const part = broadcastOf(shape, pb)
          const b = part.length === 0 ? numbers([]) : laidOut(lb, part, numbers)
          same(() => binary(op, whole, b, shape), tolerance)
          same(() => binary(op, b, whole, shape), tolerance)
          const number = special[pa % special.length]!
          same(() => binary(op, whole, number, shape), tolerance)
          same(() => binary(op, number, whole, shape), tolerance)
        }),
        { numRuns: 12 },
      )
    })

    test('of integers, bool and float64', () => {
      fc.assert(
        fc.property(
          shapes,
          layout,
          fc.nat(255),
          fc.constantFrom('int32', 'int64', 'uint8', 'bool', 'float64'),
          fc.constantFrom(...integerBinary),
          fc.nat(),
          (shape, lies, pattern, dtype, op, seed) => {
            const logical = op >= Binary.bitwiseAnd && op <= Binary.bitwiseXor
            fc.pre(dtype !== 'float64' || !logical)
            manualSeed(seed)
            const make = (s: readonly number[]): Tensor =>
              randint(-2e9, 2e9, s, { dtype: 'int64' })
                .mul(dtype === 'int64' ? 7e5 : 1)
                .to(dtype)
            const a = laidOut(lies, shape, make)
            const b = make(broadcastOf(shape, pattern))
            same(() => binary(op, a, b, shape))
            same(() => binary(op, a, 1, shape))
          },
        ),
        { numRuns: 60 },
      )
    })

    test('in place, into parts of a tensor, and powers by number', () => {
      manualSeed(3)
      const x = randn([60, 40])
      const row = randn([40])
      same(() => x.clone().add_(row))
      same(() => {
        const y = zeros([60, 80])
        y.at(':', '::2').add_(x).mul_(x)
        return y
      })
      same(() => {
        const y = zeros([40, 60]).t()
        y.copy_(x)
        return y.sub_(x.narrow(0, 0, 1)).exp_()
      }, 4e-7)
      for (const exponent of [2, 0.5, -0.5, -1, 3, 0, 1, -2, 2.5]) same(() => x.abs().pow(exponent), 4e-7)
      same(() => x.clone().pow_(3))
      // a number and elements that do not lie in a row
      same(() => x.t().mul(3).add(x.t().at('::2').mul(0.5).sum()), 4e-7)
      same(() => x.t().unsqueeze(1).expand([40, 5, 60]).mul(2))
      same(() => x.t().gt(0))
    })
  })

  test('where', () => {
    fc.assert(
      fc.property(shapes, layout, layout, fc.nat(255), fc.nat(), (shape, la, lc, pattern, seed) => {
        manualSeed(seed)
        const condition = laidOut(lc, shape, (s) => rand(s).lt(0.5))
        const a = laidOut(la, shape, numbers)
        const b = numbers(broadcastOf(shape, pattern))
        same(() => where(condition, a, b))
        same(() => where(condition, 0, a))
        same(() => where(condition, a, -1.5))
        for (const dtype of ['float64', 'int64', 'float16', 'bool'] as const) {
          const [p, q] = [numbers(shape).to(dtype), randn(shape).to(dtype)]
          same(() => where(condition, p, q))
        }
      }),
      { numRuns: 25 },
    )
  })

  describe('copies', () => {
    test('of any layout into any layout', () => {
      fc.assert(
        fc.property(
          shapes,
          layout,
          fc.constantFrom<Layout>('dense', 'turned', 'every other', 'part', 'channels last'),
          fc.constantFrom('float32', 'float64', 'int64', 'float16', 'uint8', 'bool'),
          fc.nat(),
          (shape, from, to, dtype, seed) => {
            manualSeed(seed)
            const x = laidOut(from, shape, (s) => randint(0, 2e9, s).to(dtype))
            same(() => {
              const whole = laidOut(to, shape, (s) => zeros(s, { dtype }))
              return whole.copy_(x)
            })
            same(() => x.contiguous())
          },
        ),
        { numRuns: 60 },
      )
    })

    test('leave what lies between the elements of a part', () => {
      manualSeed(4)
      same(() => {
        const y = full([50, 60], 7)
        y.at('::2', '1::3').copy_(arange(0, 500).reshape([20, 25]).t())
        return y
      })
    })

    test('of one dtype into another', () => {
      const all = [
        'float32',
        'float64',
        'float16',
        'bfloat16',
        'uint8',
        'int32',
        'int64',
        'bool',
        'int8',
        'int16',
      ] as const
      manualSeed(5)
      const wide = numbers([60, 50]).mul(1000)
      for (const from of all) {
        const x = wide.to(from)
        for (const to of all) {
          same(() => x.to(to))
          same(() => x.t().contiguous().to(to))
          same(() => x.t().to(to))
        }
      }
    })

    test('fills', () => {
      const dtypes = ['float32', 'float64', 'int64', 'int32', 'uint8', 'bool', 'float16'] as const
      for (const dtype of dtypes) for (const value of [0, 1, -3, 2.5, 5e9]) same(() => full([333], value, { dtype }))
      same(() => full([100], -0))
      same(() => {
        const y = zeros([30, 40])
        y.at(':', '::2').fill_(3)
        return y
      })
      const dense = emptyStrided([20, 30], [1, 20])
      same(() => dense.fill_(2))
    })
  })

  test('a result keeps 2 units in the last place', () => {
    // dense samples, against float64
    const x = arange(-9, 9, 0.001, { dtype: 'float32' })
    const exact = x.to('float64')
    const worst = (run: (t: Tensor) => Tensor): number => {
      const want = plainly(() => run(exact))
      const got = run(x).to('float64')
      return got.sub(want).abs().div(want.abs().clamp(1e-30)).max().item() as number
    }
    for (const run of [
      (t: Tensor) => t.exp(),
      (t: Tensor) => t.sigmoid(),
      (t: Tensor) => t.tanh(),
      (t: Tensor) => t.erf(),
      (t: Tensor) => t.expm1(),
      (t: Tensor) => t.abs().log1p(),
    ])
      expect(worst(run)).toBeLessThan(2.4e-7)
  })

  test('elements of float32 only where it was asked for', () => {
    expect(randn([100]).exp().dtype).toBe(float32)
    expectClose(tensor([1, 2, 3]).add(tensor(2)), tensor([3, 4, 5]))
  })
}
