import fc from 'fast-check'
import { expect, test } from 'vitest'
import { autograd, type Tensor, tensor } from '../src/index.js'
import { logaddexp, logaddexp2, xlogy } from '../src/ops/logarithms.js'
import { digamma, erf, erfc, erfinv, lgamma, logit, polygamma } from '../src/ops/special.js'
import { expectNumbers, leaf, numbers, slopes } from './pointwise-values.js'

const [nan, inf] = [Number.NaN, Number.POSITIVE_INFINITY]
const f64 = (values: readonly number[]): Tensor => tensor(values, { dtype: 'float64' })

// values of torch 2.13 in float64
const values: readonly [string, (x: Tensor) => Tensor, readonly number[], readonly number[]][] = [
  ['erf', erf, [-0.3, 2], [-0.3286267594591274, 0.9953222650189527]],
  ['erfc', erfc, [-0.3, 2], [1.3286267594591274, 0.004677734981047266]],
  ['erfinv', erfinv, [-0.3, 0.9], [-0.2724627147267543, 1.1630871536766743]],
  ['lgamma', lgamma, [-0.3, 4.5], [1.4648400508576025, 2.4537365708424423]],
  ['digamma', digamma, [-0.3, 4.5], [2.1133097796353986, 1.3888709263595287]],
  ['logit', logit, [0.3, 0.9], [-0.8472978603872036, 2.1972245773362196]],
  ['trigamma', (x) => polygamma(1, x), [-1.3, 0.2, 4.5], [14.53687624396439, 26.267377204400756, 0.2487251030600673]],
  [
    'polygamma 2',
    (x) => polygamma(2, x),
    [-1.3, 0.2, 4.5],
    [68.54941347116213, -251.4780361144359, -0.061556821321027695],
  ],
  [
    'polygamma 3',
    (x) => polygamma(3, x),
    [-1.3, 0.2, 4.5],
    [768.7206571990428, 3753.2449948647254, 0.03032250854236658],
  ],
]
for (const [name, fn, x, y] of values) {
  test(`${name}: values and gradients`, () => {
    expectNumbers(fn(f64(x)), y, 2e-12)
    expect(autograd.gradcheck(fn as never, [leaf(x)])).toBe(true)
    expect(autograd.gradgradcheck(fn as never, [leaf(x)])).toBe(true)
  })
}

test('poles and ends', () => {
  expectNumbers(erfinv(f64([-1, 1, 1.5, nan])), [-inf, inf, nan, nan])
  expectNumbers(digamma(f64([0, -0, -1])), [-inf, inf, nan])
  expectNumbers(polygamma(2, f64([0, -1, -2])), [-inf, -inf, -inf])
  expectNumbers(polygamma(3, f64([0, -1, -2])), [inf, inf, inf])
  expectNumbers(logit(f64([-1, 0, 1, 2])), [nan, -inf, inf, nan])
  expect(() => polygamma(-1, f64([1]))).toThrow('polygamma(n, x) does not support negative n.')
})

test('logit with eps clamps, and has no slope where it does', () => {
  expectNumbers(logit(f64([-1, 0.3, 2]), 0.1), [-2.197224577336219, -0.8472978603872036, 2.1972245773362196], 1e-15)
  expect(slopes((x) => logit(x!, { eps: 0.1 }), [0, 0.5, 1])).toEqual([[0, 4, 0]])
  expectNumbers(logit(f64([0.5]), 0.7), [0.8472978603872034], 1e-15)
})

test('polygamma satisfies its recurrence: psi_n(x + 1) - psi_n(x) = (-1)^n n! x^-(n+1)', () => {
  const position = fc.double({ min: -4, max: 6, noNaN: true }).filter((x) => Math.abs(x - Math.round(x)) > 0.05)
  fc.assert(
    fc.property(position, fc.integer({ min: 1, max: 4 }), (x, n) => {
      const [here, next] = numbers(polygamma(n, f64([x, x + 1])))
      const step = (-1) ** n * [1, 1, 2, 6, 24][n]! * x ** -(n + 1)
      // PyTorch sums few terms of the series of the first one
      const scale = Math.abs(here!) + Math.abs(next!) + Math.abs(step)
      expect(Math.abs(next! - here! - step)).toBeLessThan(1e-8 * scale)
    }),
  )
})

test('erfinv undoes erf', () => {
  fc.assert(
    fc.property(fc.double({ min: -2, max: 2, noNaN: true }), (x) => {
      expect(erfinv(erf(f64([x]))).item()).toBeCloseTo(x, 11)
    }),
  )
})

test('logaddexp keeps infinities and does not overflow', () => {
  expectNumbers(logaddexp(f64([1000, inf, -inf, nan]), f64([1000, inf, -inf, 1])), [1000 + Math.LN2, inf, -inf, nan])
  expectNumbers(logaddexp2(f64([3, 2000]), f64([3, 2000])), [4, 2001])
  expect(slopes((a, b) => logaddexp(a!, b!), [1, 2], [2, 2])[0]).toEqual([expect.closeTo(0.2689414213699951, 14), 0.5])
  for (const fn of [logaddexp, logaddexp2])
    expect(autograd.gradgradcheck((a, b) => fn(a!, b!), [leaf([[1], [2]]), leaf([0.5, -1])])).toBe(true)
  expect(() => logaddexp(tensor([1]), tensor([2]))).toThrow(`"logaddexp_cpu" not implemented for 'Long'`)
})

test('xlogy is 0 at 0, unless y is NaN', () => {
  expectNumbers(xlogy(f64([0, 0, 2, 0]), f64([0, -1, 1, nan])), [0, 0, 0, nan])
  expectNumbers(xlogy(2, f64([Math.E])), [2])
  expect(xlogy(tensor([2]), 3).dtype.name).toBe('float32')
  expect(slopes((a, b) => xlogy(a!, b!), [0, 2], [-1, 4])).toEqual([
    [0, Math.log(4)],
    [-0, 0.5],
  ])
  expect(() => xlogy(1, 2)).toThrow(TypeError)
  expect(autograd.gradgradcheck((a, b) => xlogy(a!, b!), [leaf([1, 2]), leaf([0.5, 3])])).toBe(true)
})

test('lgamma at infinity and below one', () => {
  const x = tensor([Number.POSITIVE_INFINITY, 0.55, 0.95, 1], { dtype: 'float64' })
  const got = lgamma(x).tolist() as number[]
  // torch.lgamma
  const want = [Number.POSITIVE_INFINITY, 0.48003085611112595, 0.030968795237972926, 0]
  expect(got[0]).toBe(want[0])
  for (let i = 1; i < 4; i++) expect(Math.abs(got[i]! - want[i]!)).toBeLessThan(2e-15)
})
