import { expect, test } from 'vitest'
import { autograd, type Tensor, tensor } from '../src/index.js'
import { absolute, greater, multiply } from '../src/ops/aliases.js'
import { angle, conj, isreal, real } from '../src/ops/complex.js'
import { floatPower, isneginf, isposinf, ldexp, nanToNum, nextafter } from '../src/ops/floating.js'
import { gcd, lcm } from '../src/ops/integers.js'
import { copysign, heaviside, positive, sgn, signbit } from '../src/ops/sign.js'
import { expectNumbers, leaf, slopes } from './pointwise-values.js'

const [nan, inf] = [Number.NaN, Number.POSITIVE_INFINITY]
const f64 = (values: readonly number[]): Tensor => tensor(values, { dtype: 'float64' })

test('copysign and signbit know the sign of zero', () => {
  expectNumbers(copysign(f64([1, -2, 0, inf]), f64([-0, 0, -1, -1])), [-1, 2, -0, -inf])
  expect(signbit(f64([-0, 0, -1, 2, -inf])).tolist()).toEqual([true, false, true, false, true])
  expect(signbit(tensor([-3, 3])).tolist()).toEqual([true, false])
  expect(signbit(tensor([true])).tolist()).toEqual([false])
  expect(copysign(tensor([2]), -1).tolist()).toEqual([-2])
  expect(slopes((a, b) => copysign(a!, b!), [1, -2, 0], [-1, -1, 3])).toEqual([
    [-1, 1, 0],
    [0, 0, 0],
  ])
  // @ts-expect-error the magnitude must be a tensor
  expect(() => copysign('1', f64([1]))).toThrow(TypeError)
})

test('heaviside takes the given value at zero, and has no gradient', () => {
  expectNumbers(heaviside(f64([-1, 0, -0, 2, nan]), f64([0.5])), [0, 0.5, 0.5, 1, 0])
  expect(() => heaviside(f64([0]), tensor([1]))).toThrow(
    'heaviside is not yet implemented for tensors with different dtypes.',
  )
  expect(() =>
    heaviside(leaf([0]), f64([1]))
      .sum()
      .backward(),
  ).toThrow('derivative for heaviside is not implemented')
})

test('sgn, positive, and what complex numbers are asked for', () => {
  const x = f64([-2, 0, 3])
  expectNumbers(sgn(x), [-1, 0, 1])
  for (const same of [positive(x), real(x), conj(x), x.resolveConj(), x.resolveNeg(), x.conjPhysical(), x.real])
    expect(same).toBe(x)
  expect(() => positive(tensor([true]))).toThrow('The `+` operator, on a bool tensor is not supported.')
  expect(isreal(tensor([[1], [2]])).tolist()).toEqual([[true], [true]])
  expect([x.isComplex(), x.isConj(), x.isNeg()]).toEqual([false, false, false])
  expectNumbers(angle(f64([-1, 0, -0, 2, nan, -inf])), [Math.PI, 0, 0, 0, nan, Math.PI])
  expect(angle(tensor([-1])).dtype.name).toBe('float32')
  expect(slopes((v) => angle(v!), [-1, 2])).toEqual([[0, 0]])
})

test('nanToNum: the limits of the dtype, or what is given', () => {
  const x = tensor([nan, inf, -inf, 1.5])
  const max = (2 - 2 ** -23) * 2 ** 127
  expect(nanToNum(x).tolist()).toEqual([0, max, -max, 1.5])
  expect(nanToNum(x, 1, { posinf: 2 }).tolist()).toEqual([1, 2, -max, 1.5])
  expect(nanToNum(x.half()).tolist()).toEqual([0, 65504, -65504, 1.5])
  expect(slopes((v) => nanToNum(v!), [nan, inf, 3])).toEqual([[0, 0, 1]])
  const n = tensor([1, 2])
  expect(nanToNum(n)).not.toBe(n)
  expect(x.nanToNum_({ nan: 7, posinf: 8, neginf: 9 }).tolist()).toEqual([7, 8, 9, 1.5])
  expect(isposinf(f64([inf, -inf, nan])).tolist()).toEqual([true, false, false])
  expect(isneginf(f64([inf, -inf, nan])).tolist()).toEqual([false, true, false])
  expect(isposinf(n).tolist()).toEqual([false, false])
})

test('nextafter steps by the spacing of the dtype', () => {
  expect(nextafter(tensor([1.5, 0.5]), tensor([2.5, 0.5])).tolist()).toEqual([1.5 + 2 ** -23, 0.5])
  expect(nextafter(f64([1]), f64([0])).item()).toBe(1 - 2 ** -53)
  expect(nextafter(tensor([1], { dtype: 'bfloat16' }), tensor([2], { dtype: 'bfloat16' })).item()).toBe(1 + 2 ** -7)
  expect(() => nextafter(tensor([1]), tensor([2]))).toThrow(`"nextafter_cpu" not implemented for 'Long'`)
})

test('ldexp and floatPower', () => {
  expect(ldexp(tensor([1, 3]), tensor([-1, 2])).tolist()).toEqual([0.5, 12])
  expect(() => tensor([1]).ldexp_(tensor([1]))).toThrow("ldexp can't be cast to the desired output type Long")
  expect(autograd.gradcheck((a, b) => ldexp(a!, b!), [leaf([1, 2]), leaf([0.5, -1])])).toBe(true)
  expect(floatPower(tensor([2, 3]), 2).dtype.name).toBe('float64')
  expect(floatPower(2, tensor([0.5])).item()).toBe(Math.SQRT2)
  expect(() => tensor([1.5]).floatPower_(2)).toThrow(
    "the base given to float_power_ has dtype Float but the operation's result requires dtype Double",
  )
})

test('gcd and lcm', () => {
  const [a, b] = [tensor([12, -8, 0, 0]), tensor([18, 12, 5, 0])]
  expect(gcd(a, b).tolist()).toEqual([6, 4, 5, 0])
  expect(lcm(a, b).tolist()).toEqual([36, 24, 0, 0])
  expect(lcm(tensor([4], { dtype: 'int8' }), tensor([6])).dtype.name).toBe('int64')
  expect(() => gcd(tensor([1.5]), tensor([1.5]))).toThrow(`"gcd_cpu" not implemented for 'Float'`)
  expect(() => lcm(tensor([true]), tensor([true]))).toThrow(`"lcm_cpu" not implemented for 'Bool'`)
})

test('second names are the same operations', () => {
  const x = f64([-2, 3])
  expect(absolute(x).tolist()).toEqual([2, 3])
  expect(multiply(2, x).tolist()).toEqual([-4, 6])
  expect(greater(x, 0).tolist()).toEqual([false, true])
  expect(x.subtract(1, { alpha: 2 }).tolist()).toEqual([-4, 1])
  expect(x.divide(2, { roundingMode: 'floor' }).tolist()).toEqual([-1, 1])
  expect(tensor([1]).trueDivide(2).tolist()).toEqual([0.5])
  expect(x.greaterEqual(3).tolist()).toEqual([false, true])
  expect(x.multiply_(2).negative_()).toBe(x)
  expect(x.tolist()).toEqual([4, -6])
})
