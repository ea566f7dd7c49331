import { describe, expect, test } from 'vitest'
import { IndexError, RuntimeError } from '../src/errors.js'
import { arange, autograd, FloatTensor, ones, type Tensor, tensor, zeros } from '../src/index.js'
import { gather, scatter, scatterAdd, takeAlongDim } from '../src/ops/gather.js'
import { indexAdd, indexReduce } from '../src/ops/index-add.js'
import { indexCopy, indexFill } from '../src/ops/index-copy.js'
import { indexSelect } from '../src/ops/index-select.js'
import { type Reduction, scatterReduce } from '../src/ops/scatter-reduce.js'
import { put, take } from '../src/ops/take.js'

const { gradcheck, gradgradcheck } = autograd

/** A float64 leaf of values that repeat nowhere. */
function leaf(shape: readonly number[], seed = 1): Tensor {
  const n = shape.reduce((a, b) => a * b, 1)
  const values = Array.from({ length: n }, (_, i) => Math.sin(i * 1.7 + seed))
  return tensor(values, { dtype: 'float64' })
    .reshape(shape as number[])
    .requiresGrad_()
}

function numbers(x: Tensor): number[] {
  return Array.from(x.contiguous().toTypedArray() as Float32Array, Number)
}

function expectClose(x: Tensor | null, wanted: readonly number[]): void {
  const got = numbers(x!)
  expect(got.length).toBe(wanted.length)
  got.forEach((value, i) => {
    expect(Math.abs(value - wanted[i]!), `[${i}] is ${value}, not ${wanted[i]}`).toBeLessThan(1e-6)
  })
}

/** The gradients of the sum of `out * [1, 2, 3, ...]`. */
function expectSlopes(
  fn: (a: Tensor, b: Tensor) => Tensor,
  a: number[],
  b: number[],
  da: number[],
  db: number[],
): void {
  const x = FloatTensor(a).requiresGrad_()
  const y = FloatTensor(b).requiresGrad_()
  const out = fn(x, y)
  out
    .mul(arange(1, out.count + 1).reshape(out.shape))
    .sum()
    .backward()
  expectClose(x.grad, da)
  expectClose(y.grad, db)
}

// values of torch 2.13
describe('gather and scatter', () => {
  test('gather', () => {
    const x = tensor([
      [1, 2],
      [3, 4],
    ])
    expect(
      gather(
        x,
        1,
        tensor([
          [0, 0],
          [1, 0],
        ]),
      ).tolist(),
    ).toEqual([
      [1, 1],
      [4, 3],
    ])
    expect(x.gather(0, tensor([[1, 0]], { dtype: 'int32' })).tolist()).toEqual([[3, 2]])
    expect(
      x
        .t()
        .gather(-1, tensor([[1], [0]]))
        .tolist(),
    ).toEqual([[3], [2]])
    expect(gather(tensor(3), 0, tensor([0, 0])).tolist()).toEqual([3, 3])
    expect(gather(x, 0, zeros([0, 5])).shape).toEqual([0, 5])
  })

  test('scatter', () => {
    const src = arange(1, 11, { dtype: 'float32' }).reshape(2, 5)
    expect(scatter(zeros([3, 5]), 0, tensor([[0, 1, 2, 0]]), src).tolist()).toEqual([
      [1, 0, 0, 4, 0],
      [0, 2, 0, 0, 0],
      [0, 0, 3, 0, 0],
    ])
    expect(
      scatterAdd(
        ones([3, 5]),
        0,
        tensor([
          [0, 1, 2, 0, 0],
          [2, 0, 0, 1, 2],
        ]),
        src,
      ).tolist(),
    ).toEqual([
      [2, 8, 9, 5, 6],
      [1, 3, 1, 10, 1],
      [7, 1, 4, 1, 11],
    ])
    const index = tensor([[0, 0]])
    expect(scatter(zeros([1, 3]), 1, index, 1.5).tolist()).toEqual([[1.5, 0, 0]])
    expect(scatter(zeros([1, 3]), 1, index, 1.5, { reduce: 'add' }).tolist()).toEqual([[3, 0, 0]])
    expect(scatter(ones([1, 3]), 1, index, ones([1, 2]).mul(3), { reduce: 'multiply' }).tolist()).toEqual([[9, 1, 1]])
  })

  test('in place through a view', () => {
    const x = zeros([2, 3])
    expect(x.t().scatter_(0, tensor([[2, 0]]), FloatTensor([[7, 8]])).shape).toEqual([3, 2])
    expect(x.tolist()).toEqual([
      [0, 0, 7],
      [8, 0, 0],
    ])
    x.scatterAdd_(
      1,
      tensor([
        [2, 2],
        [0, 1],
      ]),
      ones([2, 2]),
    )
    expect(x.tolist()).toEqual([
      [0, 0, 9],
      [9, 1, 0],
    ])
    const own = FloatTensor([1, 2, 3])
    // the source is the target: read before it is written
    expect(own.scatter_(0, tensor([1, 2, 0]), own).tolist()).toEqual([3, 1, 2])
  })

  test('takeAlongDim', () => {
    const x = tensor([
      [3, 1, 2],
      [0, 9, 4],
    ])
    expect(takeAlongDim(x, tensor([[0], [-1]]), 1).tolist()).toEqual([[3], [4]])
    expect(takeAlongDim(x, tensor([[1]]), { dim: 0 }).tolist()).toEqual([[0, 9, 4]])
    expect(takeAlongDim(x, tensor([4, 0])).tolist()).toEqual([9, 3])
  })
})

describe('scatterReduce', () => {
  const x = FloatTensor([1, 2, 3, 4])
  const src = FloatTensor([1, 2, 3, 4, 5, 6])
  const index = tensor([0, 1, 0, 1, 2, 1])
  const values: [Reduction, number[], number[]][] = [
    ['sum', [5, 14, 8, 4], [4, 12, 5, 4]],
    ['prod', [3, 96, 15, 4], [3, 48, 5, 4]],
    ['mean', [5 / 3, 3.5, 4, 4], [2, 4, 5, 4]],
    ['amax', [3, 6, 5, 4], [3, 6, 5, 4]],
    ['amin', [1, 2, 3, 4], [1, 2, 5, 4]],
  ]
  for (const [reduce, withSelf, without] of values) {
    test(reduce, () => {
      expectClose(scatterReduce(x, 0, index, src, reduce), withSelf)
      expectClose(scatterReduce(x, 0, index, src, reduce, { includeSelf: false }), without)
      expectClose(x.clone().scatterReduce_(0, index, src, reduce, { includeSelf: false }), without)
      for (const includeSelf of [true, false]) {
        const fn = (a: Tensor, b: Tensor) => scatterReduce(a, 0, index, b, reduce, { includeSelf }).pow(2)
        expect(gradcheck(fn, [leaf([4], 3), leaf([6])])).toBe(true)
        expect(gradgradcheck(fn, [leaf([4], 3), leaf([6])])).toBe(true)
      }
    })
  }

  test('integers: the mean is rounded down', () => {
    const out = scatterReduce(tensor([1, 1]), 0, tensor([0, 0, 0]), tensor([2, -2, -8]), 'mean')
    expect(out.tolist()).toEqual([-2, 1])
  })

  test('gradients at zeros and ties', () => {
    const at = tensor([0, 0, 1, 1, 2])
    const prod = (includeSelf: boolean) => (a: Tensor, b: Tensor) => scatterReduce(a, 0, at, b, 'prod', { includeSelf })
    expectSlopes(prod(true), [2, 0, 3], [0, 5, 0, 0, 4], [0, 0, 12], [10, 0, 0, 0, 9])
    expectSlopes(prod(false), [2, 0, 3], [0, 5, 0, 0, 4], [0, 0, 0], [5, 0, 0, 0, 3])
    const third = 2 / 3
    const amax = (a: Tensor, b: Tensor) => scatterReduce(a, 0, at, b, 'amax')
    expectSlopes(amax, [2, 1, 3], [2, 5, 1, 1, 4], [0, third, 0], [0, 1, third, third, 3])
    const amin = (a: Tensor, b: Tensor) => scatterReduce(a, 0, at, b, 'amin', { includeSelf: false })
    expectSlopes(amin, [2, 1, 3], [2, 5, 1, 1, 4], [0, 0, 0], [0.5, 0, third, third, 3])
  })
})

describe('slices by index', () => {
  const x = tensor([
    [1, 2],
    [3, 4],
    [5, 6],
  ])

  test('indexSelect', () => {
    expect(indexSelect(x, 0, tensor([2, 0])).tolist()).toEqual([
      [5, 6],
      [1, 2],
    ])
    expect(
      x
        .t()
        .indexSelect(0, tensor([1, 1]))
        .tolist(),
    ).toEqual([
      [2, 4, 6],
      [2, 4, 6],
    ])
    expect(x.indexSelect(1, tensor(0, { dtype: 'int32' })).tolist()).toEqual([[1], [3], [5]])
    expect(indexSelect(tensor(7), 0, tensor([0])).tolist()).toBe(7)
  })

  test('indexAdd', () => {
    const add = tensor([
      [10, 20],
      [30, 40],
    ])
    expect(indexAdd(x, 0, tensor([1, 1]), add).tolist()).toEqual([
      [1, 2],
      [43, 64],
      [5, 6],
    ])
    expect(indexAdd(x, 0, tensor([0, 2]), add, { alpha: -1 }).tolist()).toEqual([
      [-9, -18],
      [3, 4],
      [-25, -34],
    ])
    const y = x.clone()
    expect(y.indexAdd_(1, tensor([0]), tensor([[1], [1], [1]]))).toBe(y)
    expect(y.tolist()).toEqual([
      [2, 2],
      [4, 4],
      [6, 6],
    ])
  })

  test('indexCopy and indexFill', () => {
    expect(indexCopy(x, 0, tensor([2]), tensor([[0, 9]])).tolist()).toEqual([
      [1, 2],
      [3, 4],
      [0, 9],
    ])
    expect(indexCopy(zeros([2]), 0, tensor([1]), FloatTensor(3)).tolist()).toEqual([0, 3])
    expect(indexFill(x, 0, tensor([-1, 0]), 8).tolist()).toEqual([
      [8, 8],
      [3, 4],
      [8, 8],
    ])
    expect(
      x
        .clone()
        .indexFill_(1, tensor([1]), tensor(2.9))
        .tolist(),
    ).toEqual([
      [1, 2],
      [3, 2],
      [5, 2],
    ])
    expect(
      x
        .clone()
        .indexCopy_(1, tensor([0]), tensor([[7], [7], [7]]))
        .at(':', 0)
        .tolist(),
    ).toEqual([7, 7, 7])
  })

  test('indexReduce', () => {
    const m = FloatTensor([
      [1, 2],
      [3, 4],
      [5, 6],
    ])
    const at = tensor([0, 2, 0])
    const src = FloatTensor([
      [2, 0],
      [7, 1],
      [4, 9],
    ])
    expect(indexReduce(m, 0, at, src, 'prod').tolist()).toEqual([
      [8, 0],
      [3, 4],
      [35, 6],
    ])
    expect(indexReduce(m, 0, at, src, 'mean', { includeSelf: false }).tolist()).toEqual([
      [3, 4.5],
      [3, 4],
      [7, 1],
    ])
    expect(indexReduce(m, 0, at, src, 'amax').tolist()).toEqual([
      [4, 9],
      [3, 4],
      [7, 6],
    ])
    expect(m.clone().indexReduce_(0, at, src, 'amin', { includeSelf: false }).tolist()).toEqual([
      [2, 0],
      [3, 4],
      [7, 1],
    ])
  })

  test('take and put', () => {
    expect(take(x.t(), tensor([[1], [-1]])).tolist()).toEqual([[3], [6]])
    const y = arange(6).reshape(2, 3)
    expect(put(y, tensor([0, -1, 0]), tensor([10, 20, 30])).tolist()).toEqual([
      [30, 1, 2],
      [3, 4, 20],
    ])
    expect(put(y, tensor([0, 0]), tensor([10, 20]), true).tolist()).toEqual([
      [30, 1, 2],
      [3, 4, 5],
    ])
    const z = y.clone()
    z.t().put_(tensor([1]), tensor([9]))
    expect(z.tolist()).toEqual([
      [0, 1, 2],
      [9, 4, 5],
    ])
    expect(z.put_(tensor([5, 0]), tensor([7, 7]), { accumulate: true }).tolist()).toEqual([
      [7, 1, 2],
      [9, 4, 12],
    ])
  })
})

describe('gradients', () => {
  const at = tensor([2, 0, 2])
  const wide = tensor([
    [0, 2],
    [1, 1],
    [2, 0],
  ])
  const functions: [string, (a: Tensor, b: Tensor) => Tensor, number[], number[]][] = [
    ['gather', (a) => gather(a, 0, wide), [3, 2], [1]],
    ['gather of a part', (a) => gather(a, 1, tensor([[1, 0, 1]])), [3, 2], [1]],
    [
      'scatter',
      (a, b) =>
        scatter(
          a,
          0,
          tensor([
            [1, 0],
            [0, 2],
          ]),
          b,
        ),
      [3, 2],
      [2, 2],
    ],
    ['scatter of a part', (a, b) => scatter(a, 0, tensor([[1]]), b), [3, 2], [2, 2]],
    ['scatterAdd', (a, b) => scatterAdd(a, 0, wide, b), [3, 2], [3, 2]],
    ['takeAlongDim', (a) => takeAlongDim(a, tensor([[-1], [0], [0]]), 1), [3, 2], [1]],
    ['indexSelect', (a) => indexSelect(a, 0, at), [3, 2], [1]],
    ['indexAdd', (a, b) => indexAdd(a, 0, at, b, { alpha: 2 }), [3, 2], [3, 2]],
    ['indexCopy', (a, b) => indexCopy(a, 0, tensor([2, 0]), b), [3, 2], [2, 2]],
    ['indexFill', (a, b) => indexFill(a, 0, at, b), [3, 2], []],
    [
      'take',
      (a) =>
        take(
          a.t(),
          tensor([
            [0, 5],
            [-2, 0],
          ]),
        ),
      [3, 2],
      [1],
    ],
    ['put', (a, b) => put(a, tensor([0, 3]), b), [3, 2], [2]],
    ['put added', (a, b) => put(a, tensor([3, 3]), b, true), [3, 2], [2]],
    ['in place', (a, b) => a.mul(1).indexAdd_(0, at, b).scatterAdd_(0, wide, b), [3, 2], [3, 2]],
    [
      'in place through a view',
      (a, b) => {
        const y = a.mul(1)
        y.t().indexCopy_(0, tensor([1]), b)
        return y
      },
      [3, 2],
      [1, 3],
    ],
  ]
  for (const [name, fn, a, b] of functions) {
    test(name, () => {
      const cubed = (x: Tensor, y: Tensor) => fn(x, y).pow(3)
      expect(gradcheck(cubed, [leaf(a), leaf(b, 2)])).toBe(true)
      expect(gradgradcheck(cubed, [leaf(a), leaf(b, 2)])).toBe(true)
    })
  }

  test('an index that is changed afterwards is noticed', () => {
    const index = tensor([0, 1])
    const y = leaf([3]).indexSelect(0, index)
    index.fill_(2)
    expect(() => y.sum().backward()).toThrow(/modified by an inplace operation/)
  })

  test('scatter with a reduction has none', () => {
    const y = scatter(leaf([2]), 0, tensor([0]), 2, { reduce: 'add' })
    expect(() => y.sum().backward()).toThrow('derivative for scatter is not implemented')
  })
})

describe('faults', () => {
  const x = zeros([2, 3])
  const i = tensor([[0, 0]])
  const long = tensor([0])
  const cases: [string, () => unknown, new (message: string) => Error, string][] = [
    [
      'gather bounds',
      () => gather(x, 0, tensor([[2, 0]])),
      RuntimeError,
      'index 2 is out of bounds for dimension 0 with size 2',
    ],
    [
      'gather negative',
      () => gather(x, 1, tensor([[-1]])),
      RuntimeError,
      'index -1 is out of bounds for dimension 1 with size 3',
    ],
    ['gather dtype', () => gather(x, 0, zeros([1, 1])), RuntimeError, 'gather(): Expected dtype int32/int64 for index'],
    ['gather rank', () => gather(x, 0, long), RuntimeError, 'same number of dimensions as input tensor'],
    [
      'gather size',
      () => gather(x, 0, tensor([[0, 0, 0, 0]])),
      RuntimeError,
      'Size does not match at dimension 1 expected index [1, 4] to be no larger than self [2, 3] apart from dimension 0',
    ],
    [
      'gather dim',
      () => gather(x, 2, i),
      IndexError,
      'Dimension out of range (expected to be in range of [-2, 1], but got 2)',
    ],
    [
      'scatter bounds',
      () => x.scatter_(0, tensor([[1, 2]]), 1),
      RuntimeError,
      'index 2 is out of bounds for dimension 0 with size 2',
    ],
    [
      'scatter dtypes',
      () => x.scatter_(0, i, ones([1, 2], { dtype: 'float64' })),
      RuntimeError,
      'scatter(): Expected self.dtype to be equal to src.dtype',
    ],
    [
      'scatter sizes',
      () => x.scatter_(0, i, ones([1, 1])),
      RuntimeError,
      'Expected index [1, 2] to be no larger than self [2, 3] apart from dimension 0 and to be no larger size than src [1, 1]',
    ],
    ['scatter rank', () => x.scatterAdd_(0, i, ones([2])), RuntimeError, 'same number of dimensions as src tensor'],
    [
      'scatter reduce',
      () => x.scatter_(0, i, 1, { reduce: 'mul' as 'add' }),
      RuntimeError,
      'reduce argument must be either add or multiply',
    ],
    ['scatter option', () => x.scatter_(0, i, 1, { mode: 'add' } as object), TypeError, "unknown option 'mode'"],
    [
      'scatterReduce',
      () => scatterReduce(x, 0, i, ones([1, 2]), 'max' as 'amax'),
      RuntimeError,
      'sum, prod, mean, amax or amin, got max',
    ],
    ['indexSelect bounds', () => indexSelect(x, 0, tensor([2])), IndexError, 'index out of range in self'],
    ['indexSelect matrix', () => indexSelect(x, 0, i), IndexError, 'index_select(): Index is supposed to be a vector'],
    [
      'indexSelect dtype',
      () => indexSelect(x, 0, ones([1])),
      RuntimeError,
      'index_select(): Expected dtype int32 or int64 for index',
    ],
    ['indexAdd bounds', () => x.indexAdd_(0, tensor([0, 2]), ones([2, 3])), IndexError, 'index out of range in self'],
    [
      'indexAdd count',
      () => x.indexAdd_(0, tensor([0, 1]), ones([1, 3])),
      RuntimeError,
      'Number of indices (2) should be equal to source.size(dim): (1), for dim: 0',
    ],
    [
      'indexAdd shape',
      () => x.indexAdd_(0, long, ones([1, 2])),
      RuntimeError,
      'Got self.shape = [2, 3] source.shape = [1, 2]',
    ],
    [
      'indexAdd dtypes',
      () => x.indexAdd_(0, long, ones([1, 3], { dtype: 'int64' })),
      RuntimeError,
      'self (Float) and source (Long) must have the same scalar type',
    ],
    [
      'indexCopy bounds',
      () => x.indexCopy_(0, tensor([2]), ones([1, 3])),
      IndexError,
      'index_copy_(): index 2 is out of bounds for dimension 0 with size 2',
    ],
    ['indexCopy shape', () => x.indexCopy_(0, long, ones([1, 2])), RuntimeError, 'must have same slice shapes'],
    [
      'indexFill bounds',
      () => x.indexFill_(1, tensor([0, -4]), 1),
      IndexError,
      'index -4 is out of bounds for dimension 1 with size 3',
    ],
    [
      'indexFill value',
      () => x.indexFill_(0, long, ones([1])),
      RuntimeError,
      'only supports a 0-dimensional value tensor, but got tensor with 1 dimension(s)',
    ],
    [
      'take bounds',
      () => take(x, tensor([6])),
      IndexError,
      'out of range: tried to access index 6 on a tensor of 6 elements.',
    ],
    ['take empty', () => take(zeros([0]), long), IndexError, 'take(): tried to take from an empty tensor'],
    ['put bounds', () => x.put_(tensor([0, -7]), ones([2])), IndexError, 'out of range: tried to access index -7'],
    ['put count', () => x.put_(long, ones([2])), IndexError, 'source.numel() = 2, index.numel() = 1'],
    [
      'takeAlongDim',
      () => takeAlongDim(x, long, 0),
      RuntimeError,
      'but got 2 dimensions for input, and 1 dimensions for indices',
    ],
    ['no tensor', () => gather(x, 0, [0] as never), TypeError, "gather(): argument 'index' must be Tensor, not [0]"],
  ]
  for (const [name, call, kind, message] of cases) {
    test(name, () => {
      expect(call).toThrow(kind)
      expect(call).toThrow(message)
      expect(numbers(x)).toEqual([0, 0, 0, 0, 0, 0])
    })
  }
})
