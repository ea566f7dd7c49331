import fc from 'fast-check'
import { expect, test } from 'vitest'
import { eye, trilIndices, triuIndices } from '../src/create/diagonals.js'
import { emptyLike, emptyStrided, fullLike, onesLike, zerosLike } from '../src/create/like.js'
import { arange, linspace, logspace, range } from '../src/create/ranges.js'
import { full, tensor, zeros } from '../src/index.js'
import { crc32 } from './crc32.js'

test('arange: one, two or three numbers, and options', () => {
  expect(arange(3).tolist()).toEqual([0, 1, 2])
  expect(arange(3).dtype.name).toBe('int64')
  expect(arange(1, 2.5, 0.5).tolist()).toEqual([1, 1.5, 2])
  expect(arange(0, -3, -1).tolist()).toEqual([0, -1, -2])
  expect(arange(1, 9, { step: 3, dtype: 'float64' }).tolist()).toEqual([1, 4, 7])
  expect(arange(1, 1).shape).toEqual([0])
  expect(arange(300, 303, 1, { dtype: 'uint8' }).tolist()).toEqual([44, 45, 46])
  expect(arange(2n ** 53n, 2n ** 53n + 2n).tolist()).toEqual([2n ** 53n, 2n ** 53n + 1n])
  expect(arange(tensor(2)).tolist()).toEqual([0, 1])
})

test('arange: faults', () => {
  expect(() => arange(0, 5, 0)).toThrow('step must be nonzero')
  expect(() => arange(5, 0)).toThrow('upper bound and lower bound inconsistent with step sign')
  expect(() => arange(0, Number.POSITIVE_INFINITY)).toThrow('unsupported range: 0 -> Infinity')
  expect(() => arange(3, { dtype: 'bool' })).toThrow(`"arange_cpu" not implemented for 'Bool'`)
  expect(() => arange(3, { requiresGrad: true })).toThrow(
    'Only Tensors of floating point and complex dtype can require gradients',
  )
  expect(() => arange('3' as never)).toThrow(TypeError)
  expect(() => arange(0, 3, { stride: 2 } as never)).toThrow(/unknown option 'stride'/)
})

// crc32 of the bytes that torch 2.13 gives
test('arange and linspace are PyTorch to the bit', () => {
  const ranges = [
    [0, 100, 0.1, 'e3ac86dd', '88704a28'],
    [-3, 3, 0.01, 'b21ef3a1', '01233922'],
    [0.3, 77, 0.7, '04859391', '221111f6'],
  ] as const
  for (const [start, end, step, single, double] of ranges) {
    expect(crc32(arange(start, end, step).toTypedArray())).toBe(single)
    expect(crc32(arange(start, end, step, { dtype: 'float64' }).toTypedArray())).toBe(double)
  }
  const spaces = [
    [-2.5, 2.9, 2000, 'c251e655', 'c7803263'],
    [-5, 5, 37, '55ad27d9', '92726233'],
    [0.1, 2.7, 1001, 'e1f8a338', 'd4907dc4'],
  ] as const
  for (const [start, end, steps, single, double] of spaces) {
    expect(crc32(linspace(start, end, steps).toTypedArray())).toBe(single)
    expect(crc32(linspace(start, end, steps, { dtype: 'float64' }).toTypedArray())).toBe(double)
  }
})

test('linspace: both ends, any number of steps, integers', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: -99, max: 99 }),
      fc.integer({ min: -99, max: 99 }),
      fc.integer({ min: 2, max: 40 }),
      (a, b, n) => {
        const values = linspace(a, b, n, { dtype: 'float64' }).tolist() as number[]
        expect([values.length, values[0], values.at(-1)]).toEqual([n, a, b])
      },
    ),
  )
  expect(linspace(2, 5, 1).tolist()).toEqual([2])
  expect(linspace(2, 5, 0).shape).toEqual([0])
  expect(linspace(-3.7, 10.2, 6, { dtype: 'int32' }).tolist()).toEqual([-3, 0, 2, 4, 7, 10])
  expect(linspace(tensor(0), tensor(4), 3).tolist()).toEqual([0, 2, 4])
  expect(() => linspace(0, 1, -1)).toThrow('number of steps must be non-negative')
  expect(() => linspace(0, 1, 2.5)).toThrow(TypeError)
  expect(() => linspace(tensor([0]), 1, 2)).toThrow('linspace only supports 0-dimensional start and end tensors')
  expect(() => linspace(0, 300, 3, { dtype: 'uint8' })).toThrow(
    'value cannot be converted to type uint8 without overflow',
  )
})

test('logspace and range', () => {
  expect(logspace(-1, 2, 4, { dtype: 'float64' }).tolist()).toEqual([0.1, 1, 10, 100])
  expect(logspace(0, 3, 4, 2, { dtype: 'int64' }).tolist()).toEqual([1, 2, 4, 8])
  expect(range(1, 4, 0.5).tolist()).toEqual([1, 1.5, 2, 2.5, 3, 3.5, 4])
})

test('eye and the indices of triangles', () => {
  expect(eye(2, 3).tolist()).toEqual([
    [1, 0, 0],
    [0, 1, 0],
  ])
  expect(eye(3, 1, { dtype: 'bool' }).tolist()).toEqual([[true], [false], [false]])
  expect(() => eye(-1)).toThrow('n must be greater or equal to 0, got -1')
  expect(trilIndices(3, 4, 1).tolist()).toEqual([
    [0, 0, 1, 1, 1, 2, 2, 2, 2],
    [0, 1, 0, 1, 2, 0, 1, 2, 3],
  ])
  const upper = triuIndices(3, 4, { offset: -1, dtype: 'int32' })
  expect(upper.dtype.name).toBe('int32')
  expect(upper.tolist()).toEqual([
    [0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2],
    [0, 1, 2, 3, 0, 1, 2, 3, 1, 2, 3],
  ])
  expect(trilIndices(3, 2, -5).shape).toEqual([2, 0])
  expect(() => trilIndices(-3, 2)).toThrow('row must be non-negative')
  expect(() => triuIndices(3, 2, { dtype: 'float32' })).toThrow(`"triu_indices" not implemented for 'Float'`)
})

test('the layout of the other tensor is kept, gaps are closed', () => {
  const x = zeros([2, 3, 4])
  expect(emptyLike(x.permute(2, 0, 1)).strides).toEqual([1, 12, 4])
  expect(onesLike(zeros([3, 1]).expand(3, 4)).strides).toEqual([4, 1])
  const gaps = x.asStrided([4, 2, 2], [1, 8, 12])
  expect(emptyLike(gaps).strides).toEqual([1, 4, 8])
  expect(emptyLike(gaps, { memoryFormat: 'contiguous_format' }).strides).toEqual([4, 2, 1])
  expect(emptyLike(zeros([1, 2, 2, 2]), { memoryFormat: 'channels_last' }).strides).toEqual([8, 1, 4, 2])
})

test('values, dtype and gradient flag of the like and new functions', () => {
  const n = tensor([[1, 2]])
  expect(zerosLike(n).dtype.name).toBe('int64')
  expect(fullLike(n, 1.7).tolist()).toEqual([[1, 1]])
  expect(onesLike(n, { dtype: 'float32', requiresGrad: true }).requiresGrad).toBe(true)
  expect(() => zerosLike(n, { requiresGrad: true })).toThrow('Only Tensors of floating point')
  expect(() => fullLike(n, undefined as never)).toThrow("argument 'fillValue' must be a number")
  expect(n.newZeros([2, 2]).tolist()).toEqual([
    [0, 0],
    [0, 0],
  ])
  expect(n.newOnes(2, { dtype: 'bool' }).tolist()).toEqual([true, true])
  expect(n.newFull([2], 1.5).tolist()).toEqual([1, 1])
  expect(n.newTensor([1.5, 2.5]).tolist()).toEqual([1, 2])
  expect(n.newEmpty([3]).shape).toEqual([3])
  expect(n.newEmptyStrided([2, 3], [1, 2]).strides).toEqual([1, 2])
  expect(() => n.newZeros([-1])).toThrow('Dimension size must be non-negative.')
})

test('emptyStrided has room for every element', () => {
  const x = emptyStrided([2, 3], [1, 5], { dtype: 'float64' })
  x.fill_(2)
  expect(x.storage.numel).toBe(12)
  expect(x.sum().item()).toBe(12)
  expect(() => emptyStrided([2, 3], [1])).toThrow(
    'dimensionality of sizes (2) must match dimensionality of strides (1)',
  )
  expect(() => emptyStrided([2], [-1])).toThrow(/strides must be integers >= 0/)
  expect(full([2], 1).tolist()).toEqual([1, 1])
})
