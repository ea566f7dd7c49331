import fc from 'fast-check'
import { expect, test } from 'vitest'
import { ones, type Tensor, tensor } from '../src/index.js'
import { allclose, equal, isclose } from '../src/ops/closeness.js'

const [nan, inf] = [Number.NaN, Number.POSITIVE_INFINITY]
const f64 = (values: readonly number[]): Tensor => tensor(values, { dtype: 'float64' })

test('isclose: the tolerance is relative to the second operand', () => {
  const x = f64([1, 100, inf, -inf, nan, 0])
  const y = f64([1.05, 110, inf, inf, nan, 1e-9])
  expect(isclose(x, y, { rtol: 0.1, atol: 0 }).tolist()).toEqual([true, true, true, false, false, false])
  expect(isclose(x, y, 0, 0.1, true).tolist()).toEqual([true, false, true, false, true, true])
  expect(isclose(tensor([100000]), tensor([100001])).tolist()).toEqual([true])
})

test('isclose: faults', () => {
  expect(() => isclose(f64([1]), tensor([1]))).toThrow('Double did not match Long')
  expect(() => isclose(f64([1]), f64([1]), { rtol: -1 })).toThrow(
    'rtol must be greater than or equal to zero, but got -1',
  )
  expect(() => isclose(f64([1]), f64([1]), { atol: -1 })).toThrow(
    'atol must be greater than or equal to zero, but got -1',
  )
  expect(() => isclose(f64([1]), 1 as never)).toThrow(TypeError)
})

test('allclose is all of isclose', () => {
  const value = fc.double({ min: -2, max: 2, noNaN: true })
  fc.assert(
    fc.property(
      fc.array(fc.tuple(value, value), { maxLength: 5 }),
      fc.double({ min: 0, max: 2, noNaN: true }),
      (pairs, atol) => {
        const [a, b] = [f64(pairs.map(([v]) => v)), f64(pairs.map(([, v]) => v))]
        const want = pairs.every(([x, y]) => x === y || Math.abs(x - y) <= atol)
        expect(allclose(a, b, { rtol: 0, atol })).toBe(want)
      },
    ),
  )
})

test('equal compares shape and values, whatever the dtype and layout', () => {
  const x = tensor([
    [1, 2],
    [3, 4],
  ])
  expect(equal(x, x.t().contiguous().t())).toBe(true)
  expect(equal(x, x.to('float64'))).toBe(true)
  expect(equal(x, x.reshape(4))).toBe(false)
  expect(
    equal(
      x,
      x.add(
        tensor([
          [0, 0],
          [0, 1],
        ]),
      ),
    ),
  ).toBe(false)
  expect(equal(f64([nan]), f64([nan]))).toBe(false)
  expect(equal(ones([0, 2]), ones([0, 2]))).toBe(true)
  // @ts-expect-error a number is refused by the types as well
  expect(() => x.equal(1)).toThrow(TypeError)
})
