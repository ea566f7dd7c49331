import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { IndexError, RuntimeError, ValueError } from '../src/errors.js'
import { arange, autograd, BoolTensor, FloatTensor, full, ones, type Tensor, tensor, zeros } from '../src/index.js'
import type { Index } from '../src/ops/index-parse.js'
import { indexPut } from '../src/ops/indexing.js'
import recorded from './fixtures/indexing.json' with { type: 'json' }

interface Values {
  shape: number[]
  values: (number | boolean)[]
  dtype?: string
}

/** A case recorded from PyTorch: reading and writing `index` of a view of 0, 1, 2, ... in `shape`. */
interface Recorded {
  shape: number[]
  ops: (readonly unknown[])[]
  index: (Index | Values)[]
  picked: Values
  grad: number[]
  written: number[]
  values: Values
  set: number[]
  setGrad: number[]
  valuesGrad: number[] | null
}

function decode({ shape, values, dtype = 'float64' }: Values): Tensor {
  return tensor(values, { dtype: dtype as 'float64' }).reshape(shape)
}

function count(shape: readonly number[]): number {
  return shape.reduce((a, b) => a * b, 1)
}

function base(shape: readonly number[]): Tensor {
  return arange(count(shape), { dtype: 'float64' }).reshape(shape)
}

function elements(x: Tensor): number[] {
  return Array.from(x.contiguous().toTypedArray() as Float64Array, Number)
}

/** `sum(y * y * w)` with weights that treat no element like another. */
function weighted(y: Tensor): Tensor {
  const w = arange(1, y.count + 1, { dtype: 'float64' }).reshape(y.shape)
  return y.mul(y).mul(w).sum()
}

describe('recorded from torch 2.13', () => {
  const viewOf = (x: Tensor, ops: readonly (readonly unknown[])[]): Tensor => {
    let out = x
    for (const [op, ...args] of ops) {
      out = op === 'permute' ? out.permute(args[0] as number[]) : out.narrow(...(args as [number, number, number]))
    }
    return out
  }
  for (const c of recorded as unknown as Recorded[]) {
    const { shape, ops, picked, grad, written, values, set, setGrad, valuesGrad } = c
    const items = c.index.map((item) =>
      item !== null && typeof item === 'object' && 'values' in item ? decode(item as Values) : (item as Index),
    )
    test(`${JSON.stringify(c.index)} of ${JSON.stringify(shape)} ${JSON.stringify(ops)}`, () => {
      const x = base(shape).requiresGrad_()
      const y = viewOf(x, ops).at(...items)
      expect([...y.shape]).toEqual((picked as Values).shape)
      expect(elements(y)).toEqual((picked as Values).values)
      weighted(y).backward()
      expect(elements(x.grad!)).toEqual(grad)

      const number = base(shape)
      viewOf(number, ops).set(items, -1)
      expect(elements(number)).toEqual(written)

      const leaf = base(shape).requiresGrad_()
      const target = leaf.mul(2)
      const v = decode(values).requiresGrad_()
      viewOf(target, ops).set(items, v)
      expect(elements(target)).toEqual(set)
      weighted(target).backward()
      expect(elements(leaf.grad!)).toEqual(setGrad)
      if (valuesGrad !== null) expect(elements(v.grad!)).toEqual(valuesGrad)
    })
  }
})

describe('views', () => {
  const x = arange(24).reshape(2, 3, 4)

  test('positions, slices, ellipsis and new dimensions share memory', () => {
    const items: Index[][] = [[1], [-1, '1:'], ['...', 0], [':', null, '::2'], [{ start: 1 }, '...'], [], ['...']]
    for (const index of items) {
      const y = x.at(...index)
      expect(y).not.toBe(x)
      expect(y.storage.shares(x.storage)).toBe(true)
    }
  })

  test('lists, tensors, masks and truths copy', () => {
    for (const index of [[[0, 1]], [tensor([0])], [x.gt(3)], [true], [[true, false]]] as Index[][])
      expect(x.at(...index).storage.shares(x.storage)).toBe(false)
  })

  test('a 0-d integer tensor is a position', () => {
    expect(x.at(tensor(1), tensor(-1)).tolist()).toEqual([20, 21, 22, 23])
    expect(x.at(tensor(1)).storage.shares(x.storage)).toBe(true)
  })

  test('slices cut as in Python', () => {
    const row = arange(5)
    const cases: [string, number[]][] = [
      [':', [0, 1, 2, 3, 4]],
      ['1:3', [1, 2]],
      ['-2:', [3, 4]],
      [':-3', [0, 1]],
      ['::2', [0, 2, 4]],
      ['1::3', [1, 4]],
      ['-10:10', [0, 1, 2, 3, 4]],
      ['3:1', []],
      [' 1 : 3 ', [1, 2]],
    ]
    for (const [text, wanted] of cases) expect(row.at(text as ':').tolist(), text).toEqual(wanted)
    expect(row.at({ start: -3, stop: null, step: 2 }).tolist()).toEqual([2, 4])
  })
})

describe('lists and masks', () => {
  const x = arange(6).reshape(2, 3)

  test('nested lists give the result their shape', () => {
    expect(
      x
        .at(':', [
          [0, 2],
          [1, 1],
        ])
        .tolist(),
    ).toEqual([
      [
        [0, 2],
        [1, 1],
      ],
      [
        [3, 5],
        [4, 4],
      ],
    ])
    expect(x.at([]).shape).toEqual([0, 3])
  })

  test('typed arrays are lists', () => {
    expect(x.at(0, new Int32Array([2, 0])).tolist()).toEqual([2, 0])
    expect(x.at(0, new BigInt64Array([-1n])).tolist()).toEqual([2])
  })

  test('dimensions of the indices come where the indexed ones were, or first if these lie apart', () => {
    const y = zeros([2, 3, 4, 5])
    expect(y.at(':', [0, 1], [1, 2]).shape).toEqual([2, 2, 5])
    expect(y.at([0, 1], ':', [1, 2]).shape).toEqual([2, 3, 5])
    // a position is no tensor: it does not count
    expect(y.at(0, ':', [0, 1]).shape).toEqual([3, 2, 5])
  })

  test('masks', () => {
    expect(x.at(x.gt(2)).tolist()).toEqual([3, 4, 5])
    expect(x.at([true, false]).tolist()).toEqual([[0, 1, 2]])
    expect(x.at(BoolTensor([false, true]), [0, 2]).tolist()).toEqual([3, 5])
    expect(x.at(tensor([0, 1], { dtype: 'uint8' })).tolist()).toEqual([[3, 4, 5]])
    expect(x.at(true).shape).toEqual([1, 2, 3])
    expect(x.at(false).shape).toEqual([0, 2, 3])
  })

  test('int32 positions', () => {
    expect(x.at(tensor([1], { dtype: 'int32' })).tolist()).toEqual([[3, 4, 5]])
  })
})

describe('set', () => {
  test('broadcasts and casts', () => {
    const x = zeros([2, 3])
    expect(x.set([0], tensor([1, 2, 3]))).toBe(x)
    x.set([':', 1], FloatTensor([8, 9]).double())
    expect(x.tolist()).toEqual([
      [1, 8, 3],
      [0, 9, 0],
    ])
    x.set(['...'], ones([1, 1, 1, 3]))
    expect(x.tolist()).toEqual([
      [1, 1, 1],
      [1, 1, 1],
    ])
    x.set([x.eq(1)], true)
    x.set(
      [
        [0, 1],
        [0, 2],
      ],
      7,
    )
    expect(x.tolist()).toEqual([
      [7, 1, 1],
      [1, 1, 7],
    ])
  })

  test('one item needs no list', () => {
    const x = zeros([3])
    x.set(0, 1)
    x.set('1:', 2)
    x.set(x.eq(1), 5)
    expect(x.tolist()).toEqual([5, 2, 2])
  })

  test('whole numbers go where floating point is', () => {
    const x = zeros([3])
    x.set([[0, 2]], tensor([1, 2]))
    expect(x.tolist()).toEqual([1, 0, 2])
  })

  test('counts as a write', () => {
    const x = ones([3]).requiresGrad_()
    const y = x.mul(x)
    const z = y.mul(y)
    y.set([0], 0)
    expect(() => z.sum().backward()).toThrow(/modified by an inplace operation/)
  })

  test('through a view, with the gradient of what stays and of what is written', () => {
    const x = ones([2, 3]).requiresGrad_()
    const value = FloatTensor([2, 3]).requiresGrad_()
    const y = x.mul(3)
    y.at(1).set([[0, 2]], value)
    y.mul(
      FloatTensor([
        [1, 2, 3],
        [4, 5, 6],
      ]),
    )
      .sum()
      .backward()
    expect(x.grad!.tolist()).toEqual([
      [3, 6, 9],
      [0, 15, 0],
    ])
    expect(value.grad!.tolist()).toEqual([4, 6])
  })

  test('int64 past 2^53 and what a dtype cannot hold', () => {
    const x = zeros([2], { dtype: 'int64' })
    x.set([[0]], 9007199254740993n)
    expect(x.at(0).item()).toBe(9007199254740993n)
    const bytes = zeros([2], { dtype: 'uint8' })
    expect(() => bytes.set([[0]], 256)).toThrow('value cannot be converted to type unsigned char without overflow')
    expect(() => bytes.set([0], 300)).toThrow(RuntimeError)
    expect(bytes.set([0], -1).tolist()).toEqual([255, 0])
  })
})

describe('faults', () => {
  const x = zeros([2, 3])
  const cases: [string, () => unknown, new (message: string) => Error, RegExp][] = [
    ['out of bounds', () => x.at(2), IndexError, /^index 2 is out of bounds for dimension 0 with size 2$/],
    ['in a later dimension', () => x.at('...', 3), IndexError, /index 3 is out of bounds for dimension 1 with size 3/],
    ['negative', () => x.at(-3), IndexError, /index -3 is out of bounds for dimension 0 with size 2/],
    ['in a list', () => x.at([0, 2]), IndexError, /index 2 is out of bounds for dimension 0 with size 2/],
    ['in a later list', () => x.at(':', [5]), IndexError, /index 5 is out of bounds for dimension 1 with size 3/],
    ['of nothing', () => zeros([0, 3]).at([0]), IndexError, /index is out of bounds for dimension with size 0/],
    ['too many', () => x.at(0, 0, 0), IndexError, /too many indices for tensor of dimension 2/],
    ['0-d', () => tensor(1).at(0), IndexError, /invalid index of a 0-dim tensor/],
    ['step 0', () => x.at('::0'), ValueError, /slice step cannot be zero/],
    ['step -1', () => x.at('::-1'), ValueError, /step must be greater than zero/],
    ['text', () => x.at('a' as ':'), IndexError, /an index text must be a slice.* but got 'a'/],
    ['fraction', () => x.at(0.5), IndexError, /only integers.*got 0.5/],
    ['fractions', () => x.at([0.5]), IndexError, /tensors used as indices must be long, int, byte or bool tensors/],
    ['float tensor', () => x.at(FloatTensor([0])), IndexError, /must be long, int, byte or bool.*float32/],
    ['unknown bound', () => x.at({ from: 1 } as object), TypeError, /start, stop and step.*'from'/],
    ['shapes of lists', () => x.at([0, 1], [0, 1, 2]), IndexError, /could not be broadcast.* \[2\], \[3\]/],
    [
      'shape of a mask',
      () => x.at(BoolTensor([true, false, true])),
      IndexError,
      /The shape of the mask \[3\] at index 0 does not match the shape of the indexed tensor \[2, 3\] at index 0/,
    ],
    ['string value', () => x.set([0], 'a' as never), TypeError, /can't assign 'a' to a tensor of dtype float32/],
    ['value too large', () => x.set([0], ones([2])), RuntimeError, /expanded size of the tensor \(3\).*size \(2\)/],
    [
      'value that does not fit',
      () => x.set([[0, 1]], ones([2])),
      RuntimeError,
      /value tensor of shape \[2\] cannot be broadcast to indexing result of shape \[2, 3\]/,
    ],
    [
      'dtype of the value',
      () => x.set([[0, 1]], ones([3], { dtype: 'float64' })),
      RuntimeError,
      /dtypes match, got Float for the destination and Double for the source/,
    ],
    ['position to write', () => x.set([[0, 2]], 1), IndexError, /index 2 is out of bounds/],
    ['leaf', () => ones([2]).requiresGrad_().set([0], 1), RuntimeError, /a leaf Variable|view of a leaf/],
    [
      'leaf by list',
      () =>
        ones([2])
          .requiresGrad_()
          .set([[0]], 1),
      RuntimeError,
      /a leaf Variable/,
    ],
    [
      'expanded',
      () =>
        ones([1])
          .expand(3)
          .set([[0]], 1),
      RuntimeError,
      /single memory location/,
    ],
    ['indexPut without indices', () => indexPut(x, [null], ones([2])), IndexError, /at least one tensor/],
    ['indexPut of many', () => indexPut(x, [tensor([0]), tensor([0]), tensor([0])], ones([1])), IndexError, /got 3/],
  ]
  for (const [name, call, kind, message] of cases) {
    test(name, () => {
      expect(call).toThrow(kind)
      expect(call).toThrow(message)
      expect(x.tolist()).toEqual([
        [0, 0, 0],
        [0, 0, 0],
      ])
    })
  }
})

describe('indexPut', () => {
  test('adds repeated positions repeatedly', () => {
    const x = zeros([3])
    const index = tensor([0, 0, -1])
    expect(indexPut(x, [index], FloatTensor([1, 2, 3]), true).tolist()).toEqual([3, 0, 3])
    expect(x.indexPut([index], FloatTensor([1]), { accumulate: true }).tolist()).toEqual([2, 0, 1])
    expect(x.tolist()).toEqual([0, 0, 0])
    x.indexPut_([index], FloatTensor([1, 2, 3]), true)
    expect(x.tolist()).toEqual([3, 0, 3])
  })

  test('in place where the indexed dimensions lie apart in memory', () => {
    const x = zeros([2, 3, 4])
    const y = x.permute(2, 0, 1)
    y.indexPut_([tensor([1, 3]), null, tensor([2, 0])], full([2, 2], 5, { dtype: 'float32' }))
    expect(x.at(':', 2, 1).tolist()).toEqual([5, 5])
    expect(x.at(':', 0, 3).tolist()).toEqual([5, 5])
    expect(x.sum().item()).toBe(20)
  })
})

describe('gradients', () => {
  const leaf = (shape: number[], seed: number) =>
    tensor(
      Array.from({ length: count(shape) }, (_, i) => Math.sin(i * 1.3 + seed)),
      { dtype: 'float64' },
    )
      .reshape(shape)
      .requiresGrad_()
  const items: Index[][] = [
    [[0, 2, 0], ':', [1, 1, 0]],
    [':', [[0, 1]], '1:'],
    [BoolTensor([true, false, true])],
    [-1, '...', [0, 0]],
  ]
  for (const index of items) {
    test(`first and second of at and set ${JSON.stringify(index)}`, () => {
      const x = leaf([3, 2, 2], 1)
      const square = (y: Tensor) => y.mul(y).mul(y)
      expect(autograd.gradcheck((a) => square(a.at(...index)), [x])).toBe(true)
      expect(autograd.gradgradcheck((a) => square(a.at(...index)), [x])).toBe(true)
      const v = leaf([...x.detach().at(...index).shape].slice(-1), 2)
      const unique = index.filter((item) => !(Array.isArray(item) && new Set(item).size < item.length))
      const put = (a: Tensor, b: Tensor) => square(a.mul(2).set(unique, square(b)))
      const w = leaf([...x.detach().at(...unique).shape].slice(-1), 3)
      expect(autograd.gradcheck(put, [x, w])).toBe(true)
      expect(autograd.gradgradcheck(put, [x, w])).toBe(true)
      const add = (a: Tensor, b: Tensor) => square(indexPut(a, [tensor([0, 0])], square(b), true))
      expect(autograd.gradcheck(add, [x, v.detach().sum().requiresGrad_()])).toBe(true)
    })
  }
})

test('what is written is what the same index picks, and nothing else', () => {
  const item = (size: number): fc.Arbitrary<Index> =>
    fc.oneof(
      fc.integer({ min: -size, max: size - 1 }),
      fc
        .tuple(fc.integer({ min: -5, max: 5 }), fc.integer({ min: -5, max: 5 }), fc.integer({ min: 1, max: 3 }))
        .map(([a, b, c]) => `${a}:${b}:${c}` as const),
      fc.constantFrom<Index>(':', '::2'),
      fc.array(fc.integer({ min: -size, max: size - 1 }), { minLength: 2, maxLength: 2 }),
    )
  const program = fc
    .array(fc.integer({ min: 1, max: 4 }), { minLength: 1, maxLength: 4 })
    .chain((shape) => fc.tuple(fc.constant(shape), fc.tuple(...shape.map(item)), fc.nat(shape.length)))
  fc.assert(
    fc.property(program, ([shape, all, kept]) => {
      const index = all.slice(0, kept)
      const x = base(shape)
      const order = shape.map((_, d) => d).reverse()
      for (const view of [x, x.permute(order).contiguous().permute(order)]) {
        const picked = elements(view.at(...index))
        const y = view.clone()
        y.set(index, -1)
        const wanted = elements(x).map((value) => (picked.includes(value) ? -1 : value))
        expect(elements(y)).toEqual(wanted)
      }
    }),
  )
})
