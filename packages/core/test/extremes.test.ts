import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type Tensor, tensor } from '../src/index.js'
import { clamp, clampMax, clampMin, clip, fmax, fmin, maximum, minimum } from '../src/ops/extremes.js'
import { expectNumbers, slopes } from './pointwise-values.js'

const [nan, inf] = [Number.NaN, Number.POSITIVE_INFINITY]
const a = [1, 2, 3, nan, 1, nan, 0, inf]
const b = [2, 2, 1, 1, nan, nan, 0, inf]
type Two = (x: Tensor, y: Tensor) => Tensor

// results and gradients of torch 2.13
const cases: readonly [Two, readonly number[], readonly number[], readonly number[]][] = [
  [maximum, [2, 2, 3, nan, nan, nan, 0, inf], [0, 0.5, 1, 1, 1, 1, 0.5, 0.5], [1, 0.5, 0, 1, 1, 1, 0.5, 0.5]],
  [minimum, [1, 2, 1, nan, nan, nan, 0, inf], [1, 0.5, 0, 1, 1, 1, 0.5, 0.5], [0, 0.5, 1, 1, 1, 1, 0.5, 0.5]],
  [fmax, [2, 2, 3, 1, 1, nan, 0, inf], [0, 1, 1, 0, 1, 1, 1, 1], [1, 0, 0, 1, 0, 0, 0, 0]],
  [fmin, [1, 2, 1, 1, 1, nan, 0, inf], [1, 1, 0, 0, 1, 1, 1, 1], [0, 0, 1, 1, 0, 0, 0, 0]],
  [clampMin, [2, 2, 3, nan, nan, nan, 0, inf], [0, 1, 1, 0, 0, 0, 1, 1], [1, 0, 0, 0, 0, 0, 0, 0]],
  [clampMax, [1, 2, 1, nan, nan, nan, 0, inf], [1, 1, 0, 0, 0, 0, 1, 1], [0, 0, 1, 0, 0, 0, 0, 0]],
]
for (const [i, name] of ['maximum', 'minimum', 'fmax', 'fmin', 'clampMin', 'clampMax'].entries()) {
  test(`${name}: ties, NaN and infinities`, () => {
    const [fn, result, left, right] = cases[i]!
    expectNumbers(fn(tensor(a, { dtype: 'float64' }), tensor(b, { dtype: 'float64' })), result)
    expect(slopes((x, y) => fn(x!, y!), a, b)).toEqual([left, right])
  })
}

test('promotion, broadcasting and faults', () => {
  expect(maximum(tensor([1]), tensor([0.5])).dtype.name).toBe('float32')
  expect(maximum(tensor([[1], [5]]), tensor([2, 3])).tolist()).toEqual([
    [2, 3],
    [5, 5],
  ])
  // @ts-expect-error a number is refused by the types as well
  expect(() => tensor([1]).maximum(2)).toThrow(/argument 'other' \(position 2\) must be Tensor, not 2/)
  expect(() => maximum(tensor([1, 2]), tensor([1, 2, 3]))).toThrow(
    'The size of tensor a (2) must match the size of tensor b (3) at non-singleton dimension 0',
  )
})

test('clamp: numbers, tensors, either alone, by position or by name', () => {
  const x = tensor([-2, 0.5, 2], { dtype: 'float64' })
  expect(clamp(x, -1, 1).tolist()).toEqual([-1, 0.5, 1])
  expect(x.clamp({ min: 0 }).tolist()).toEqual([0, 0.5, 2])
  expect(x.clamp(null, 0).tolist()).toEqual([-2, 0, 0])
  expect(clip(x, { min: tensor([0, 1, 5], { dtype: 'float64' }) }).tolist()).toEqual([0, 1, 5])
  expect(x.clamp(1, -1).tolist()).toEqual([-1, -1, -1])
  expect(x.clamp({ min: nan }).tolist()).toEqual([nan, nan, nan])
  expect(x.clamp_({ max: 0 })).toBe(x)
  expect(x.tolist()).toEqual([-2, 0, 0])
})

test('clamp: the dtype is that of the wider operand', () => {
  expect(clamp(tensor([1, 5]), 0, 2.5).tolist()).toEqual([1, 2.5])
  expect(clamp(tensor([true]), 0, 1).dtype.name).toBe('int64')
  const n = tensor([1])
  expect(() => n.clamp_(0.5)).toThrow("result type Float can't be cast to the desired output type Long")
  expect(() => clamp(tensor([true]), false, true)).toThrow(`"clamp_scalar_cpu" not implemented for 'Bool'`)
})

test('clamp: what is not a limit is refused before anything is computed', () => {
  const x = tensor([1.5])
  expect(() => clamp(x)).toThrow("torch.clamp: At least one of 'min' or 'max' must not be None")
  expect(() => clamp(x, 'low' as never)).toThrow(TypeError)
  expect(() => clamp(x, tensor([1.5]), 2)).toThrow(/must both be tensors or both be numbers/)
  expect(() => clamp(x, { lower: 1 } as never)).toThrow(/unknown option 'lower'/)
})

test('clamp: gradients go to whoever is the result', () => {
  const x = [0, 1, 2, 3, nan, 5]
  const six = (v: number): number[] => new Array<number>(6).fill(v)
  expect(slopes((v) => clamp(v!, 1, 3), x)).toEqual([[0, 1, 1, 1, 0, 0]])
  expect(slopes((v) => clamp(v!, 3, 1), x)).toEqual([six(0)])
  const limited = (v?: Tensor, low?: Tensor, high?: Tensor): Tensor => clamp(v!, low!, high!)
  expect(slopes(limited, x, six(1), six(3))).toEqual([
    [0, 1, 1, 1, 0, 0],
    [1, 0, 0, 0, 0, 0],
    [0, 0, 0, 0, 0, 1],
  ])
  expect(slopes(limited, x, six(3), six(1))).toEqual([six(0), six(0), six(1)])
})

test('clamp is maximum and then minimum', () => {
  const value = fc.double({ min: -9, max: 9, noNaN: true })
  fc.assert(
    fc.property(fc.array(value, { minLength: 4, maxLength: 4 }), value, value, (list, low, high) => {
      const x = tensor(list, { dtype: 'float64' }).reshape(2, 2).t()
      const [min, max] = [low, high].map((v) => tensor([v], { dtype: 'float64' }))
      expect(x.clamp(low, high).tolist()).toEqual(x.maximum(min!).minimum(max!).tolist())
    }),
  )
})
