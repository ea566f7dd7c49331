import { empty, Generator, manualSeed, ones, rand, type Tensor, zeros } from '@tsorch/core'
import { describe, expect, test } from 'vitest'
import { init } from '../src/index.js'
import { expectClose, expectSameFloats } from './close.js'

/** Initialises a new tensor after seeding; `next` is what is drawn after it. */
function filled(fill: (x: Tensor) => unknown, shape: readonly number[]): { x: Tensor; next: Tensor } {
  manualSeed(7)
  const x = empty(shape)
  expect(fill(x)).toBe(x)
  return { x, next: rand([1]) }
}

describe('initialisations give PyTorch’s numbers for a seed', () => {
  const cases: [name: string, fill: (x: Tensor) => unknown, shape: number[], wanted: number[], next: number][] = [
    [
      'kaiming uniform',
      (x) => init.kaimingUniform_(x, { nonlinearity: 'relu' }),
      [2, 3],
      [0.0987758562, -0.851913214, 0.450318664, 0.443752706, -0.755864441, -0.211958349],
      0.207086027,
    ],
    [
      'kaiming normal',
      (x) => init.kaimingNormal_(x, { mode: 'fan_out' }),
      [2, 3],
      [-0.146795094, 0.786141276, 0.94682163, -1.114344, 1.69079018, -0.894827902],
      0.286839008,
    ],
    [
      'xavier uniform',
      (x) => init.xavierUniform_(x, 2),
      [2, 3],
      [0.153022915, -1.31977832, 0.697630703, 0.687458754, -1.17098022, -0.328364491],
      0.207086027,
    ],
    [
      'xavier normal',
      (x) => init.xavierNormal_(x),
      [2, 3],
      [-0.0928413719, 0.497199416, 0.598822594, -0.704773068, 1.06934953, -0.56593883],
      0.286839008,
    ],
    ['uniform', (x) => init.uniform_(x, -1, 2), [3], [0.604767621, -0.403590441, 0.977635086], 0.656890273],
    ['normal', (x) => init.normal_(x, { mean: 1, std: 0.5 }), [3], [0.926602423, 1.3930707, 1.47341084], 0.365316153],
    [
      'sparse',
      (x) => init.sparse_(x, 0.5),
      [4, 2],
      [0, 0.00786141306, 0.00946821645, 0, 0, 0, -0.00355625036, 0.0123238573],
      0.757194459,
    ],
    [
      'dirac',
      (x) => init.dirac_(x, 2),
      [4, 2, 3],
      [0, 1.0, 0, 0, 0, 0, 0, 0, 0, 0, 1.0, 0, 0, 1.0, 0, 0, 0, 0, 0, 0, 0, 0, 1.0, 0],
      0.53492254,
    ],
    ['eye', (x) => init.eye_(x), [2, 3], [1.0, 0, 0, 0, 1.0, 0], 0.53492254],
    [
      'truncated normal',
      (x) => init.truncNormal_(x),
      [2, 3],
      [-0.146795094, 0.786141276, 0.94682163, -1.114344, 1.69079018, -0.894827902],
      0.286839008,
    ],
    [
      'truncated normal, by name',
      (x) => init.truncNormal_(x, { mean: 1, std: 2, a: 0, b: 1.5 }),
      [5, 4],
      [
        0.80238378, 0.29820478, 0.988817573, 0.98533541, 0.349142343, 0.637592077, 0.31062904, 0.944604516, 0.547974229,
        1.27690256, 1.28241467, 0.826402783, 0.430258512, 0.309479088, 0.667635262, 0.538928926, 1.0805707, 0.109577894,
        1.4548794, 0.161679804,
      ],
      0.740523994,
    ],
    [
      'truncated normal, far out',
      (x) => init.truncNormal_(x, 0, 1, 2, 3),
      [2, 3],
      [2.5349226, 2.19880319, 2.09137774, 2.35928583, 2.52780175, 2.07305193],
      0.19561559,
    ],
  ]
  test.each(cases)('%s', (_, fill, shape, wanted, next) => {
    const made = filled(fill, shape)
    expectSameFloats(made.x, wanted)
    expectSameFloats(made.next, [next])
  })

  test('orthogonal', () => {
    const wide = filled((x) => init.orthogonal_(x, 2), [2, 3])
    expectClose(wide.x, [-0.236886501, 1.26861417, 1.52790785, -0.978421748, 1.26447392, -1.20158088], 1e-6)
    expectSameFloats(wide.next, [0.286839008])
    expectClose(
      filled((x) => init.orthogonal_(x), [3, 2]).x,
      [-0.0755352974, 0.785297334, 0.487199306, -0.508623064, 0.870017886, 0.353002548],
      1e-6,
    )
  })
})

describe('the parts of initialisations', () => {
  test('gains and fans', () => {
    expect(init.calculateGain('tanh')).toBe(5 / 3)
    expect(init.calculateGain('leaky_relu', 0.2)).toBeCloseTo(1.3867504905630728, 15)
    expect(init.calculateGain('leaky_relu', { param: 0.2 })).toBeCloseTo(1.3867504905630728, 15)
    expect(init.calculateGain('selu')).toBe(0.75)
    expect(init.calculateFanInAndFanOut(empty([4, 2, 3]))).toEqual([6, 12])
    expect(init._calculateFanInAndFanOut).toBe(init.calculateFanInAndFanOut)
  })

  test('values', () => {
    expect(init.ones_(empty([2])).tolist()).toEqual([1, 1])
    expect(init.zeros_(empty([2])).tolist()).toEqual([0, 0])
    expect(init.constant_(empty([2]), 0.5).tolist()).toEqual([0.5, 0.5])
  })

  test('nothing is recorded, and leaves may be written to', () => {
    const w = zeros([3, 3], { requiresGrad: true })
    for (const fill of [init.uniform_, init.eye_, init.orthogonal_, init.truncNormal_, init.ones_])
      expect((fill as (x: Tensor) => Tensor)(w)).toBe(w)
    expect(w.isLeaf).toBe(true)
    w.sum().backward()
    expect(w.grad).not.toBeNull()
  })

  test('a generator of one’s own leaves the default one alone', () => {
    manualSeed(1)
    const next = rand([1]).item()
    manualSeed(1)
    const generator = new Generator()
    generator.manualSeed(7)
    const wanted = filled((x) => init.uniform_(x), [3]).x.tolist()
    manualSeed(1)
    expect(init.uniform_(empty([3]), { generator }).tolist()).toEqual(wanted)
    for (const fill of [init.kaimingNormal_, init.xavierUniform_, init.truncNormal_, init.orthogonal_])
      (fill as (x: Tensor, options: object) => Tensor)(empty([2, 2]), { generator })
    expect(rand([1]).item()).toBe(next)
  })

  test('rows are orthogonal, times the gain', () => {
    const w = init.orthogonal_(empty([4, 3, 2]), { gain: 3 }).view(4, 6)
    const gram = w.mm(w.t()).tolist() as number[][]
    gram.forEach((row, i) => {
      row.forEach((value, j) => {
        expect(value).toBeCloseTo(i === j ? 9 : 0, 4)
      })
    })
  })

  test('what cannot be initialised is refused', () => {
    expect(() => init.xavierUniform_(ones([3]))).toThrow('fewer than 2 dimensions')
    expect(() => init.kaimingUniform_(ones([3, 3]), { mode: 'fan_mid' as never })).toThrow('Mode fan_mid not supported')
    expect(() => init.calculateGain('gelu' as never)).toThrow('Unsupported nonlinearity gelu')
    expect(() => init.dirac_(ones([3, 3]))).toThrow('Only tensors with 3, 4, or 5 dimensions are supported')
    expect(() => init.dirac_(ones([3, 3, 3]), { groups: 2 })).toThrow('dim 0 must be divisible by groups')
    expect(() => init.eye_(ones([3]))).toThrow('Only tensors with 2 dimensions are supported')
    expect(() => init.sparse_(ones([3]), 0.1)).toThrow('Only tensors with 2 dimensions are supported')
    expect(() => init.orthogonal_(ones([3]))).toThrow('Only tensors with 2 or more dimensions are supported')
    const none = zeros([0, 3])
    expect(init.kaimingUniform_(none)).toBe(none)
    expect(init.orthogonal_(none)).toBe(none)
  })
})
