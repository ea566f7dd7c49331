import fc from 'fast-check'
import { expect, test } from 'vitest'
import { autograd, type Tensor, tensor } from '../src/index.js'
import {
  acos,
  acosh,
  arctan2,
  asin,
  asinh,
  atan,
  atan2,
  atanh,
  cos,
  cosh,
  deg2rad,
  hypot,
  rad2deg,
  sin,
  sinc,
  sinh,
  tan,
  tanh,
} from '../src/ops/trig.js'
import { expectNumbers, leaf, slopes } from './pointwise-values.js'

// values of torch 2.13 in float64
const values: readonly [(x: Tensor) => Tensor, string, readonly number[], readonly number[]][] = [
  [sin, 'sin', [-2, 0.5], [-0.9092974268256817, 0.479425538604203]],
  [cos, 'cos', [-2, 0.5], [-0.4161468365471424, 0.8775825618903728]],
  [tan, 'tan', [-2, 0.5], [2.185039863261519, 0.5463024898437905]],
  [asin, 'asin', [-0.3, 0.5], [-0.30469265401539747, 0.5235987755982989]],
  [acos, 'acos', [-0.3, 0.5], [1.8754889808102941, 1.0471975511965976]],
  [atan, 'atan', [-2, 0.5], [-1.1071487177940904, 0.4636476090008061]],
  [sinh, 'sinh', [-2, 0.5], [-3.626860407847019, 0.5210953054937474]],
  [cosh, 'cosh', [-2, 0.5], [3.7621956910836314, 1.1276259652063807]],
  [tanh, 'tanh', [-2, 0.5], [-0.9640275800758169, 0.46211715726000974]],
  [asinh, 'asinh', [-2, 0.5], [-1.4436354751788103, 0.48121182505960347]],
  [acosh, 'acosh', [1.5, 3], [0.9624236501192069, 1.762747174039086]],
  [atanh, 'atanh', [-0.3, 0.5], [-0.30951960420311175, 0.5493061443340548]],
  [sinc, 'sinc', [-0.3, 0.5], [0.8583936913341398, 0.6366197723675814]],
  [deg2rad, 'deg2rad', [180, -90], [Math.PI, -Math.PI / 2]],
  [rad2deg, 'rad2deg', [Math.PI, -1], [180, -57.29577951308232]],
]

for (const [fn, name, x, y] of values) {
  test(`${name}: values, gradients to the second order, and in place`, () => {
    expectNumbers(fn(tensor(x, { dtype: 'float64' })), y, 4e-16)
    expect(autograd.gradcheck((v) => fn(v!), [leaf(x)])).toBe(true)
    if (name !== 'deg2rad' && name !== 'rad2deg') expect(autograd.gradgradcheck((v) => fn(v!), [leaf(x)])).toBe(true)
    const written = tensor(x, { dtype: 'float64' })
    const inPlace = (written as unknown as Record<string, () => Tensor>)[`${name}_`]!
    expect(inPlace.call(written)).toBe(written)
    expectNumbers(written, y, 4e-16)
    expect(fn(tensor([1, 0], { dtype: 'int32' })).dtype.name).toBe('float32')
  })
}

test('an integer tensor cannot take a float result in place', () => {
  const x = tensor([1, 2])
  expect(() => x.sin_()).toThrow("result type Float can't be cast to the desired output type Long")
  expect(x.tolist()).toEqual([1, 2])
})

test('sinc has a smooth top', () => {
  expect(sinc(tensor([0, 0.5])).tolist()).toEqual([1, Math.fround(2 / Math.PI)])
  expect(slopes(sinc, [0, 0.5, 1])[0]).toEqual([0, expect.closeTo(-1.2732395447351628, 12), expect.closeTo(-1, 12)])
})

test('atan2 minds the quadrant and the signs of zeros', () => {
  const y = tensor([1, 1, -1, -1, 0, -0], { dtype: 'float64' })
  const x = tensor([1, -1, -1, 1, -1, -1], { dtype: 'float64' })
  const quarter = Math.PI / 4
  expectNumbers(atan2(y, x), [quarter, 3 * quarter, -3 * quarter, -quarter, Math.PI, -Math.PI], 2e-16)
  expect(autograd.gradgradcheck((a, b) => atan2(a!, b!), [leaf([1, 2]), leaf([0.5, -3])])).toBe(true)
  expect(arctan2(tensor([1]), tensor([2])).dtype.name).toBe('float32')
  // @ts-expect-error a number is refused by the types as well
  expect(() => y.atan2(1)).toThrow(TypeError)
})

test('hypot neither overflows nor takes integers', () => {
  expect(hypot(tensor([3e200], { dtype: 'float64' }), tensor([4e200], { dtype: 'float64' })).item()).toBeCloseTo(
    5e200,
    -190,
  )
  expect(() => hypot(tensor([3]), tensor([4]))).toThrow(`"hypot_cpu" not implemented for 'Long'`)
  expect(() => hypot(tensor([3, 1]), tensor([4, 1, 1]))).toThrow(
    'The size of tensor a (2) must match the size of tensor b (3)',
  )
  expect(autograd.gradgradcheck((a, b) => hypot(a!, b!), [leaf([3, -1]), leaf([4, 0.5])])).toBe(true)
})

test('sin^2 + cos^2 = 1, and tanh is odd, on any layout', () => {
  fc.assert(
    fc.property(fc.array(fc.double({ min: -50, max: 50, noNaN: true }), { minLength: 6, maxLength: 6 }), (list) => {
      const x = tensor(list, { dtype: 'float64' }).reshape(2, 3).t()
      const one = sin(x).square().add(cos(x).square())
      for (const value of (one.tolist() as number[][]).flat()) expect(value).toBeCloseTo(1, 14)
      expect(tanh(x.neg()).tolist()).toEqual(tanh(x).neg().tolist())
    }),
  )
})
