import { describe, expect, test } from 'vitest'
import { RuntimeError } from '../src/errors.js'
import { arange, autograd, BoolTensor, FloatTensor, ones, type Tensor, tensor, zeros } from '../src/index.js'
import { maskedFill, maskedScatter, maskedSelect } from '../src/ops/masked.js'
import { argwhere, nonzero } from '../src/ops/nonzero.js'

const mask = BoolTensor([
  [true, false, true],
  [false, true, false],
])

function leaf(shape: readonly number[], seed = 1): Tensor {
  const n = shape.reduce((a, b) => a * b, 1)
  return tensor(
    Array.from({ length: n }, (_, i) => Math.sin(i * 1.7 + seed)),
    { dtype: 'float64' },
  )
    .reshape(shape as number[])
    .requiresGrad_()
}

describe('values', () => {
  test('maskedFill broadcasts both ways and keeps the dtype', () => {
    expect(maskedFill(zeros([2, 3]), mask, 5).tolist()).toEqual([
      [5, 0, 5],
      [0, 5, 0],
    ])
    expect(maskedFill(FloatTensor([1, 2, 3]), mask, -Infinity).shape).toEqual([2, 3])
    expect(maskedFill(tensor([1, 2]), BoolTensor([true, false]), 1.5).tolist()).toEqual([1, 2])
    expect(maskedFill(tensor([1, 2]), BoolTensor([true, false]), tensor(7.9)).tolist()).toEqual([7, 2])
    const x = zeros([3, 2])
    expect(x.t().maskedFill_(mask, 1).shape).toEqual([2, 3])
    expect(x.tolist()).toEqual([
      [1, 0],
      [0, 1],
      [1, 0],
    ])
    // the value lies in the tensor that is filled
    const y = FloatTensor([1, 2, 3])
    expect(y.maskedFill_(BoolTensor([true, false, true]), y.at(1)).tolist()).toEqual([2, 2, 2])
  })

  test('maskedSelect takes elements in logical order', () => {
    const x = arange(6).reshape(3, 2).t()
    expect(maskedSelect(x, mask).tolist()).toEqual([0, 4, 3])
    expect(maskedSelect(tensor([1, 2, 3]), mask).tolist()).toEqual([1, 3, 2])
    expect(x.maskedSelect(x.lt(0)).shape).toEqual([0])
  })

  test('maskedScatter', () => {
    const source = arange(1, 7, { dtype: 'float32' })
    expect(maskedScatter(zeros([2, 3]), mask, source).tolist()).toEqual([
      [1, 0, 2],
      [0, 3, 0],
    ])
    expect(maskedScatter(zeros([3]), BoolTensor([[true], [false]]), ones([7])).tolist()).toEqual([
      [1, 1, 1],
      [0, 0, 0],
    ])
    expect(zeros([2, 3]).maskedScatter_(mask, source.reshape(2, 3)).tolist()).toEqual([
      [1, 0, 2],
      [0, 3, 0],
    ])
  })

  test('nonzero', () => {
    const x = tensor([
      [0, 2],
      [3, 0],
    ])
    expect(nonzero(x).tolist()).toEqual([
      [0, 1],
      [1, 0],
    ])
    expect(nonzero(x.t()).tolist()).toEqual([
      [0, 1],
      [1, 0],
    ])
    expect(argwhere(x.eq(2)).tolist()).toEqual([[0, 1]])
    const [rows, columns] = nonzero(x, { asTuple: true })
    expect([rows!.tolist(), columns!.tolist()]).toEqual([
      [0, 1],
      [1, 0],
    ])
    expect(nonzero(tensor(5)).shape).toEqual([1, 0])
    expect(
      tensor(5)
        .nonzero({ asTuple: true })
        .map((t) => t.tolist()),
    ).toEqual([[0]])
    expect(nonzero(zeros([2, 0])).shape).toEqual([0, 2])
  })

  test('what counts as zero, by dtype', () => {
    const values = [0, -0, Number.NaN, 1e-7]
    expect(nonzero(tensor(values)).tolist()).toEqual([[2], [3]])
    expect(nonzero(tensor(values, { dtype: 'float16' })).tolist()).toEqual([[2], [3]])
    // only the high word of the second one is set
    expect(nonzero(tensor([0n, 4294967296n, 1n])).tolist()).toEqual([[1], [2]])
  })
})

describe('gradients', () => {
  const functions: [string, (a: Tensor, b: Tensor) => Tensor, number[], number[]][] = [
    ['maskedFill', (a, b) => maskedFill(a, mask, b), [2, 3], []],
    ['maskedFill of a row', (a, b) => maskedFill(a, mask, b), [3], []],
    ['maskedSelect', (a) => maskedSelect(a, mask), [3], [1]],
    ['maskedScatter', (a, b) => maskedScatter(a, mask, b), [2, 3], [5]],
    ['in place', (a, b) => a.mul(1).maskedFill_(mask, b.sum()).maskedScatter_(mask.logicalNot(), b), [2, 3], [4]],
  ]
  for (const [name, fn, a, b] of functions) {
    test(name, () => {
      const cubed = (x: Tensor, y: Tensor) => fn(x, y).pow(3)
      expect(autograd.gradcheck(cubed, [leaf(a), leaf(b, 2)])).toBe(true)
      expect(autograd.gradgradcheck(cubed, [leaf(a), leaf(b, 2)])).toBe(true)
    })
  }

  test('what a mask hides has gradient zero, not NaN', () => {
    const x = FloatTensor([1, 2]).requiresGrad_()
    maskedFill(x, BoolTensor([true, false]), -Infinity)
      .exp()
      .sum()
      .backward()
    expect(x.grad!.at(0).item()).toBe(0)
  })
})

describe('faults', () => {
  const x = zeros([2, 3])
  const cases: [string, () => unknown, string][] = [
    [
      'dtype of the mask',
      () => x.maskedFill_(ones([2, 3], { dtype: 'int64' }), 1),
      'masked_fill_ only supports boolean masks',
    ],
    [
      'value with dimensions',
      () => x.maskedFill_(mask, ones([1])),
      'only supports a 0-dimensional value tensor, but got tensor with 1 dimension',
    ],
    [
      'shapes',
      () => maskedFill(x, BoolTensor([true, false]), 1),
      'The size of tensor a (2) must match the size of tensor b (3) at non-singleton dimension 1',
    ],
    [
      'in place',
      () => zeros([3]).maskedFill_(mask, 1),
      "output with shape [3] doesn't match the broadcast shape [2, 3]",
    ],
    [
      'overflow',
      () => maskedFill(zeros([1], { dtype: 'int8' }), BoolTensor([true]), 200),
      'value cannot be converted to type signed char without overflow',
    ],
    ['select', () => maskedSelect(x, ones([2, 3])), 'masked_select: expected BoolTensor for mask'],
    [
      'scatter source',
      () => x.maskedScatter_(mask, ones([2])),
      'Number of elements of source < number of ones in mask',
    ],
    [
      'scatter dtypes',
      () => x.maskedScatter_(mask, ones([6], { dtype: 'int64' })),
      'expected self and source to have same dtypes but got Float and Long',
    ],
    ['scatter mask', () => x.maskedScatter_(ones([2, 3]), ones([6])), 'masked_scatter_ only supports boolean masks'],
  ]
  for (const [name, call, message] of cases) {
    test(name, () => {
      expect(call).toThrow(RuntimeError)
      expect(call).toThrow(message)
      expect(x.tolist()).toEqual([
        [0, 0, 0],
        [0, 0, 0],
      ])
    })
  }
})
