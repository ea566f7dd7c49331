import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type Tensor, tensor } from '../src/index.js'
import { ceil, fix, floor, fmod, frac, remainder, round, trunc } from '../src/ops/round.js'
import { expectNumbers, slopes } from './pointwise-values.js'

const x = (): Tensor => tensor([-2.5, -1.5, -0.5, 0.5, 1.5, 2.75], { dtype: 'float64' })

test('halves go to the even neighbour', () => {
  expectNumbers(round(x()), [-2, -2, -0, 0, 2, 3])
  expectNumbers(floor(x()), [-3, -2, -1, 0, 1, 2])
  expectNumbers(ceil(x()), [-2, -1, -0, 1, 2, 3])
  expectNumbers(trunc(x()), [-2, -1, -0, 0, 1, 2])
  expectNumbers(frac(x()), [-0.5, -0.5, -0.5, 0.5, 0.5, 0.75])
  expect(fix).toBe(trunc)
})

test('decimals, before and after the point', () => {
  expect(round(tensor([1.255, 2.5]), { decimals: 2 }).tolist()).toEqual([Math.fround(1.26), 2.5])
  expect(round(tensor([1250, 1350.5], { dtype: 'float64' }), { decimals: -2 }).tolist()).toEqual([1200, 1400])
  expect(round(tensor([-20.453125], { dtype: 'float16' }), { decimals: 1 }).tolist()).toEqual([-20.5])
  expect(() => round(tensor([15]), { decimals: -1 })).toThrow(`"round_cpu" not implemented for 'Long'`)
  expect(() => round(tensor([15]), { decimals: 0 })).toThrow(`"round_vml_cpu" not implemented for 'Long'`)
  const y = tensor([0.126], { dtype: 'float64' })
  expect(y.round_({ decimals: 2 })).toBe(y)
  expect(y.tolist()).toEqual([0.13])
})

test('integers come through as a copy, bool does not', () => {
  const n = tensor([3, -4])
  const copy = n.floor()
  expect(copy.dtype.name).toBe('int64')
  n.mul_(2)
  expect(copy.tolist()).toEqual([3, -4])
  expect(() => tensor([true]).ceil()).toThrow(`"ceil_vml_cpu" not implemented for 'Bool'`)
  expect(() => n.frac()).toThrow(`"frac_cpu" not implemented for 'Long'`)
})

test('slopes: none for steps, one for what steps leave over', () => {
  expect(slopes(floor, [1.2, -0.5])).toEqual([[0, 0]])
  expect(slopes((v) => round(v, { decimals: 1 }), [1.23])).toEqual([[0]])
  expect(slopes(frac, [1.2, -0.5])).toEqual([[1, 1]])
  expect(slopes((a, b) => remainder(a!, b!), [7, -7], [3, 3])).toEqual([
    [1, 1],
    [-2, 3],
  ])
  expect(slopes((a, b) => fmod(a!, b!), [7, -7], [3, 3])).toEqual([
    [1, 1],
    [-2, 2],
  ])
})

test('remainder follows the divisor, fmod the dividend', () => {
  const a = tensor([7, -7, 7, -7])
  const b = tensor([3, 3, -3, -3])
  expect(remainder(a, b).tolist()).toEqual([1, 2, -2, -1])
  expect(fmod(a, b).tolist()).toEqual([1, -1, 1, -1])
  expect(remainder(2.5, tensor([2])).tolist()).toEqual([0.5])
  expect(() => fmod(2.5, tensor([2]))).toThrow(TypeError)
  expect(() => remainder(a, 0)).toThrow('ZeroDivisionError')
  expect(() => remainder(tensor([true]), true)).toThrow(`"remainder_cpu" not implemented for 'Bool'`)
})

test('a = b floor(a / b) + remainder(a, b)', () => {
  const whole = fc.integer({ min: -1000, max: 1000 })
  fc.assert(
    fc.property(
      fc.array(
        fc.tuple(
          whole,
          whole.filter((v) => v !== 0),
        ),
        { minLength: 1, maxLength: 9 },
      ),
      (pairs) => {
        const a = tensor(pairs.map(([v]) => v))
        const b = tensor(pairs.map(([, v]) => v))
        expect(a.div(b, { roundingMode: 'floor' }).mul(b).add(a.remainder(b)).tolist()).toEqual(a.tolist())
        expect(a.div(b, { roundingMode: 'trunc' }).mul(b).add(a.fmod(b)).tolist()).toEqual(a.tolist())
      },
    ),
  )
})
