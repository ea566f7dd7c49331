import fc from 'fast-check'
import { expect, test } from 'vitest'
import { autograd, noGrad, ones, type Tensor, tensor, zeros } from '../src/index.js'
import { addcdiv, addcmul, lerp } from '../src/ops/arithmetic.js'
import { leaf, numbers, slopes } from './pointwise-values.js'

const f64 = (values: readonly number[]): Tensor => tensor(values, { dtype: 'float64' })

test('addcmul and addcdiv: broadcasting, promotion, value', () => {
  expect(addcmul(tensor([1]), tensor([2]), tensor([[3], [4]]), { value: 10 }).tolist()).toEqual([[61], [81]])
  expect(addcmul(tensor([1]), tensor([2.5]), tensor([3])).dtype.name).toBe('float32')
  expect(addcmul(tensor([1]), tensor([1]), tensor([1]), { value: 1.5 }).tolist()).toEqual([2])
  expect(addcdiv(f64([1]), f64([2]), f64([4]), { value: -1 }).tolist()).toEqual([0.5])
  expect(addcdiv(tensor([1]), tensor([2.5]), tensor([5])).tolist()).toEqual([1.5])
})

test('pow by the numbers for which PyTorch multiplies: products that round in the dtype', () => {
  const { fround } = Math
  const values = [-0, 0, 1.1, -2.3, Infinity, -Infinity, NaN, 1e20, 3e-23].map(fround)
  const cube = (x: number) => fround(fround(x * x) * x)
  const x = tensor(values)
  expect(x.pow(3).tolist()).toEqual(values.map(cube))
  expect(x.clone().pow_(3).tolist()).toEqual(values.map(cube))
  expect(x.pow(-2).tolist()).toEqual(values.map((v) => fround(1 / fround(v * v))))
  expect(x.clone().pow_(-2).tolist()).toEqual(values.map((v) => fround(1 / fround(v * v))))
  expect(x.pow(1).tolist()).toEqual(values)
  expect(x.clone().pow_(1).tolist()).toEqual(values)
  expect(tensor([1.1, 2.7], { dtype: 'float16' }).pow(3).tolist()).toEqual([1.3291015625, 19.671875])
  expect(tensor([2, -3]).pow(3).tolist()).toEqual([8, -27])
  const slope = (exponent: number): unknown => {
    const w = leaf([1.5, -2])
    autograd.backward(w.pow(exponent).sum())
    return w.grad!.tolist()
  }
  expect(slope(2)).toEqual([3, -4])
  expect(slope(3)).toEqual([6.75, 12])
  expect(slope(-2)).toEqual([-2 / 3.375, 0.25].map((v) => expect.closeTo(v, 6)))
})

test('addcmul and addcdiv: faults', () => {
  const b = tensor([true])
  expect(() => addcmul(b, b, b)).toThrow(`"addcmul_cpu_out" not implemented for 'Bool'`)
  expect(() => addcdiv(f64([1]), tensor([1]), tensor([2]))).toThrow(
    'Integer division with addcdiv is no longer supported',
  )
  expect(() => addcmul(zeros([2]), zeros([3]), zeros([3]))).toThrow(
    'The size of tensor a (2) must match the size of tensor b (3)',
  )
  expect(() => addcmul(zeros([2]), 2 as never, zeros([2]))).toThrow("argument 'tensor1' must be Tensor, not 2")
  const n = tensor([1])
  expect(() => n.addcmul_(f64([1]), f64([1]))).toThrow("can't be cast to the desired output type Long")
  expect(() => ones([1]).addcmul_(ones([2]), ones([1]))).toThrow(
    "output with shape [1] doesn't match the broadcast shape [2]",
  )
  expect(n.tolist()).toEqual([1])
})

test('addcmul and addcdiv: gradients to the second order', () => {
  for (const fn of [addcmul, addcdiv])
    expect(
      autograd.gradgradcheck(
        (x, a, b) => fn(x!, a!, b!, { value: 0.5 }),
        [leaf([[1], [2]]), leaf([0.5, -1]), leaf([2, 3])],
      ),
    ).toBe(true)
})

test('in place: what the function gives, and recorded where it must be', () => {
  const x = f64([1, 2])
  expect(x.addcmul_(f64([3, 4]), f64([5, 6]))).toBe(x)
  expect(x.addcdiv_(f64([4, 9]), f64([2, 3]), { value: 2 }).tolist()).toEqual([20, 32])
  const w = leaf([1, 2])
  expect(() => w.addcmul_(x, x)).toThrow('a leaf Variable that requires grad is being used in an in-place operation.')
  noGrad(() => w.addcmul_(x, x))
  expect(w.tolist()).toEqual([401, 1026])
  const y = w.mul(1)
  y.addcmul_(w, f64([2, 3]))
  y.sum().backward()
  expect(numbers(w.grad!)).toEqual([3, 4])
})

test('lerp gives its ends exactly, and goes on beyond them', () => {
  const [a, b] = [f64([1, -3]), f64([2, 5])]
  expect(lerp(a, b, 0).tolist()).toEqual([1, -3])
  expect(lerp(a, b, 1).tolist()).toEqual([2, 5])
  expect(lerp(a, b, 2).tolist()).toEqual([3, 13])
  expect(lerp(a, b, f64([0.25, 0.75]).reshape(2, 1)).tolist()).toEqual([
    [1.25, -1],
    [1.75, 3],
  ])
  expect(a.lerp_(b, 0.5)).toBe(a)
  expect(a.tolist()).toEqual([1.5, 1])
})

test('lerp: faults and gradients', () => {
  expect(() => lerp(f64([1]), tensor([1.5]), 0.5)).toThrow('expected dtype float64 for `end` but got dtype float32')
  expect(() => lerp(f64([1]), f64([1]), tensor([1.5]))).toThrow(
    'expected dtype float64 for `weight` but got dtype float32',
  )
  expect(() => lerp(tensor([1]), tensor([2]), 0.5)).toThrow(`"lerp_kernel_scalar" not implemented for 'Long'`)
  expect(slopes((a, b) => lerp(a!, b!, 0.25), [1, 2], [3, 4])).toEqual([
    [0.75, 0.75],
    [0.25, 0.25],
  ])
  expect(
    autograd.gradgradcheck((a, b, w) => lerp(a!, b!, w!), [leaf([[1], [2]]), leaf([3, -4]), leaf([0.3, 0.9])]),
  ).toBe(true)
})

test('lerp lies between its ends', () => {
  const value = fc.double({ min: -9, max: 9, noNaN: true })
  fc.assert(
    fc.property(value, value, fc.double({ min: 0, max: 1, noNaN: true }), (a, b, w) => {
      const y = lerp(f64([a]), f64([b]), w).item()
      expect(y).toBeGreaterThanOrEqual(Math.min(a, b) - 1e-14)
      expect(y).toBeLessThanOrEqual(Math.max(a, b) + 1e-14)
    }),
  )
})
