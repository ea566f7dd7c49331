import { expect, test } from 'vitest'
import { defaultGenerator, empty, Generator, ones, type Tensor, tensor, zeros } from '../src/index.js'
import { rand, randint, randintLike, randLike, randn, randnLike, randperm } from '../src/ops/random.js'
import { bernoulli, multinomial, normal, poisson } from '../src/ops/random-sample.js'
import { forkRng, getRngState, initialSeed, manualSeed, seed, setRngState } from '../src/ops/random-state.js'
import { crc32 } from './crc32.js'
import { programs, type RandomOp } from './fixtures/random-programs.js'

const numbers = (x: Tensor): number[] => Array.from(x.contiguous().toTypedArray() as Float32Array)
const single = (values: readonly number[]): number[] => values.map(Math.fround)

type Run = (op: RandomOp) => Tensor
const options = ({ dtype = 'float32' }: RandomOp) => ({ dtype: dtype as 'float32' })
const room = (op: RandomOp): Tensor => empty([op.n!], options(op))
const bound = (value: string | undefined | null): bigint | null => (value == null ? null : BigInt(value))
const random_: Run = (op) => {
  if (op.from !== undefined) return room(op).random_(bound(op.from)!, bound(op.to))
  return op.to === undefined ? room(op).random_() : room(op).random_(bound(op.to)!)
}
const run: Readonly<Record<string, Run>> = {
  rand: (op) => rand([op.n!], options(op)),
  randn: (op) => randn([op.n!], options(op)),
  randint: (op) => randint(bound(op.low)!, bound(op.high)!, [op.n!], options(op)),
  randperm: (op) => randperm(op.n!),
  uniform_: (op) => room(op).uniform_({ from: op.from, to: op.to }),
  normal: (op) => normal(op.mean, op.std, [op.n!], options(op)),
  normal_: (op) => room(op).normal_(op.mean, op.std),
  normal_strided_: (op) =>
    empty([2 * op.n!], options(op))
      .asStrided([op.n!], [2])
      .normal_(op.mean, op.std),
  random_,
  bernoulli: (op) => bernoulli(tensor(op.p, options(op))),
  bernoulli_scalar_: (op) => room(op).bernoulli_(op.p),
  bernoulli_tensor_: (op) =>
    empty([op.p.length], options(op)).bernoulli_(tensor(op.p, { dtype: (op.pdtype ?? 'float32') as 'float32' })),
  multinomial: (op) => multinomial(tensor(op.weights, options(op)), op.samples, op.replacement),
  exponential_: (op) => room(op).exponential_(op.lambd),
  geometric_: (op) => room(op).geometric_(op.p),
  cauchy_: (op) => room(op).cauchy_({ median: op.median, sigma: op.sigma }),
  log_normal_: (op) => room(op).logNormal_(op.mean, { std: op.std }),
  poisson: (op) => poisson(tensor(op.rates, options(op))),
}
const covered = programs.filter(({ ops }) => ops.every(({ op }) => op === 'manual_seed' || op in run))

test('most of the recorded programs are about tensors', () => {
  expect(covered.length).toBeGreaterThan(0.75 * programs.length)
})

for (const { id, seed: start, ops } of covered) {
  test(`${id}: the numbers of PyTorch`, () => {
    manualSeed(BigInt(start))
    for (const [i, op] of ops.entries()) {
      if (op.op === 'manual_seed') {
        manualSeed(BigInt(op.seed))
        continue
      }
      const values = run[op.op]!(op).contiguous().toTypedArray()
      if (op.crc !== undefined) expect(crc32(values), `op ${i} ${op.op}`).toBe(op.crc)
    }
  })
}

// all of what follows was drawn by torch 2.13 after manual_seed(3)
const drawn = (draw: () => Tensor): Tensor => {
  manualSeed(3)
  return draw()
}

test('a dense view is filled in the order of its memory', () => {
  const uniform = drawn(() => empty([2, 3]).t().uniform_())
  expect(numbers(uniform)).toEqual(
    single([0.00426352024, 0.0269548297, 0.105569363, 0.471614361, 0.285842478, 0.060116291]),
  )
  expect(numbers(uniform.t())).toEqual(numbers(drawn(() => rand([2, 3]))))
  expect(numbers(drawn(() => empty([4, 5]).t().normal_())).slice(0, 4)).toEqual(
    single([0.803276062, -1.36825919, 0.522049963, -0.0798543245]),
  )
})

test('a view with gaps is filled with the smallest step fastest, and nothing else', () => {
  const base = zeros([40])
  const even = drawn(() => base.asStrided([20], [2]).normal_())
  expect(numbers(even).slice(0, 4)).toEqual(single([0.803276062, 0.174833387, 0.0889780968, -0.613718033]))
  expect(numbers(base.asStrided([20], [2], 1))).toEqual(new Array(20).fill(0))
  const wanted = single([
    0.00426352024, 0.471614361, 0.594421208, 0.149840891, 0.285842478, 0.771865845, 0.451031327, 0.0541769266,
    0.105569363, 0.060116291, 0.887856662, 0.401468813, 0.0269548297, 0.743699372, 0.799490631, 0.459405243,
  ])
  const gaps = empty([4, 3, 2]).asStrided([2, 2, 4], [1, 4, 6])
  expect(numbers(drawn(() => gaps.uniform_()))).toEqual(wanted)
  const like = drawn(() => randLike(gaps))
  expect(like.strides).toEqual([1, 2, 4])
  expect(numbers(like)).toEqual(wanted)
})

test('normal: every kind of parameters', () => {
  const [one, three] = [tensor([1, 2, 3], { dtype: 'float32' }), tensor([[1], [2]], { dtype: 'float32' })]
  expect(numbers(drawn(() => normal(one, 0.5)))).toEqual(single([1.40163803, 2.08741665, 3.04448915]))
  expect(numbers(drawn(() => normal(2, one)))).toEqual(single([2.80327606, 2.34966683, 2.26693439]))
  expect(numbers(drawn(() => normal(three, one)))).toEqual(
    single([1.80327606, 1.34966683, 1.26693428, 1.38628197, 2.09236479, -2.10477734]),
  )
  expect(drawn(() => normal(one, one.to('float64'))).dtype.name).toBe('float32')
  expect(numbers(drawn(() => normal(one, { std: 0.5 })))).toEqual(single([1.40163803, 2.08741665, 3.04448915]))
  expect(() => normal(0, -1, [2])).toThrow('normal expects std >= 0.0, but found std -1')
  expect(() => normal(0, tensor([1, -1], { dtype: 'float32' }))).toThrow('normal expects all elements of std >= 0.0')
  expect(() => normal(tensor([1]), 1)).toThrow(`"normal_kernel_cpu" not implemented for 'Long'`)
})

test('whole numbers, permutations and samples in other dtypes and layouts', () => {
  expect(drawn(() => randint(3, 8, [6])).tolist()).toEqual([4, 6, 5, 5, 3, 3])
  expect(drawn(() => randint(8, [6], { dtype: 'float16' })).dtype.name).toBe('float16')
  expect(drawn(() => randintLike(zeros([2, 3]).t(), 9)).tolist()).toEqual([
    [4, 3],
    [5, 1],
    [1, 3],
  ])
  expect(drawn(() => randintLike(zeros([2]), 3, 8)).tolist()).toEqual([4, 6])
  expect(drawn(() => randperm(6, { dtype: 'float32' })).tolist()).toEqual([4, 0, 3, 2, 1, 5])
  const weights = tensor(
    [
      [1, 2, 3, 4],
      [4, 3, 2, 1],
    ],
    { dtype: 'float32' },
  )
  expect(drawn(() => multinomial(weights, 3)).tolist()).toEqual([
    [0, 3, 1],
    [2, 1, 0],
  ])
  expect(
    drawn(() =>
      poisson(
        tensor([
          [1, 20],
          [0.5, 300],
        ]),
      ),
    ).tolist(),
  ).toEqual([
    [0, 17],
    [0, 314],
  ])
  expect(numbers(drawn(() => rand([4], { dtype: 'bfloat16' })))).toEqual(
    [0.00427246094, 0.10546875, 0.28515625, 0.0269775391].map((v) => expect.closeTo(v, 9)),
  )
  expect(drawn(() => randnLike(zeros([2], { dtype: 'float64' }))).dtype.name).toBe('float64')
})

test('a generator of its own leaves the default one alone', () => {
  manualSeed(3)
  const before = getRngState()
  const generator = new Generator().manualSeed(7)
  expect(numbers(rand([2], { generator }))).toEqual(single([0.53492254, 0.198803186]))
  expect(numbers(empty([2]).normal_({ generator }))).toEqual(single([-0.295246035, 1.96854782]))
  for (const fill of [
    () => randint(5, [2], { generator }),
    () => bernoulli(zeros([2]), { generator }),
    () => multinomial(ones([3]), 2, { generator }),
    () => poisson(ones([2]), { generator }),
    () => normal(zeros([2]), 1, { generator }),
    () => empty([2]).random_(0, 5, { generator }),
    () => empty([2]).exponential_({ generator }),
    () => empty([2]).geometric_(0.5, { generator }),
  ])
    fill()
  expect(getRngState().tolist()).toEqual(before.tolist())
  expect(() => rand([2], { generator: 3 as never })).toThrow(/argument 'generator' must be a Generator/)
})

test('seed and state', () => {
  expect(manualSeed(-1)).toBe(defaultGenerator)
  expect(initialSeed()).toBe(2n ** 64n - 1n)
  const state = getRngState()
  expect([state.dtype.name, state.shape]).toEqual(['uint8', [5056]])
  const first = numbers(randn([3]))
  setRngState(state)
  expect(numbers(randn([3]))).toEqual(first)
  setRngState(defaultGenerator.getState())
  expect(() => setRngState(zeros([5]))).toThrow('RNG state must be a torch.ByteTensor')
  expect(() => setRngState(zeros([5], { dtype: 'uint8' }))).toThrow(
    'Expected a CPUGeneratorImplState of size 5056 but found the input RNG state size to be 5',
  )
  expect(() => setRngState([1] as never)).toThrow(TypeError)
  expect(seed()).toBe(initialSeed())
  expect(seed()).not.toBe(seed())
})

test('forkRng gives the state back, after a throw and after a promise too', async () => {
  const next = (): number[] => numbers(rand([2]))
  const wanted = drawn(() => rand([2])).tolist()
  manualSeed(3)
  expect(forkRng(next)).toEqual(wanted)
  expect(() =>
    forkRng(() => {
      next()
      throw new Error('midway')
    }),
  ).toThrow('midway')
  const guard = forkRng()
  next()
  guard.restore()
  await forkRng(async () => {
    next()
    await Promise.resolve()
    next()
  })
  expect(next()).toEqual(wanted)
})

test('faults are found before anything is drawn or written', () => {
  manualSeed(3)
  const before = getRngState().tolist()
  const x = ones([2])
  const faults: readonly [() => unknown, string][] = [
    [() => rand([2], { dtype: 'int64' }), `"check_uniform_bounds" not implemented for 'Long'`],
    [() => rand([-1]), 'Dimension size must be non-negative.'],
    [() => randn([2], { dtype: 'bool' }), `"normal_kernel_cpu" not implemented for 'Bool'`],
    [() => randint(5, 2, [2]), "random_ expects 'from' to be less than 'to', but got from=5 >= to=2"],
    [() => randint(0, 300, [2], { dtype: 'uint8' }), 'to - 1 is out of bounds for unsigned char'],
    [() => randint(0.5, 3, [2]), "argument 'low' must be an integer"],
    [() => randint(3, [2], { requiresGrad: true }), 'Only Tensors of floating point'],
    [() => x.uniform_(1, 0), 'uniform_ expects to return a [from, to) range, but found from=1 > to=0'],
    [() => x.normal_({ std: -1 }), 'normal expects std >= 0.0, but found std -1'],
    [() => x.bernoulli_(1.5), 'bernoulli_ expects p to be in [0, 1], but got p=1.5'],
    [
      () => x.bernoulli_(tensor([0.5, 0.5, 0.5])),
      'The expanded size of the tensor (2) must match the existing size (3)',
    ],
    [() => x.bernoulli_(tensor([1])), `"bernoulli_tensor_cpu_p_" not implemented for 'Long'`],
    [() => x.exponential_(0), 'exponential_ expects lambda > 0.0, but found lambda=0'],
    [() => x.geometric_(1), 'geometric_ expects p to be in (0, 1), but got p=1'],
    [() => x.logNormal_(0, 0), 'log_normal_ expects std > 0.0, but found std=0'],
    [() => tensor([1]).cauchy_(), 'Cauchy distribution is a continuous probability distribution'],
    [() => bernoulli(tensor([1.5])), 'Expected p_in >= 0 && p_in <= 1 to be true'],
    [() => poisson(tensor([-1.5])), 'invalid Poisson rate, expected rate to be non-negative'],
    [() => multinomial(ones([3]), 4), 'cannot sample n_sample > prob_dist.size(-1) samples without replacement'],
    [() => multinomial(ones([1, 2, 3]), 1), 'prob_dist must be 1 or 2 dim'],
    [() => multinomial(tensor([1, 2]), 1), 'multinomial only supports floating-point dtypes for input, got: Long'],
    [() => randperm(-1), 'Trying to create tensor with negative dimension -1'],
    [
      () => zeros([3, 1]).expand(3, 2).normal_(),
      'more than one element of the written-to tensor refers to a single memory location',
    ],
    [
      () => ones([2], { requiresGrad: true }).uniform_(),
      'a leaf Variable that requires grad is being used in an in-place operation.',
    ],
  ]
  for (const [call, message] of faults) expect(call, message).toThrow(message)
  expect(x.tolist()).toEqual([1, 1])
  expect(getRngState().tolist()).toEqual(before)
})

test('random numbers cut the history: gradients are zero', () => {
  const w = tensor([0.25, 0.75], { requiresGrad: true })
  for (const draw of [
    () => bernoulli(w),
    () => poisson(w),
    () => normal(w, 1),
    () => normal(0, w),
    () => w.mul(1).normal_(),
  ]) {
    w.grad = null
    draw().sum().backward()
    expect(w.grad!.tolist()).toEqual([0, 0])
  }
  const x = w.mul(2)
  const version = x._version
  x.uniform_()
  expect(x._version).toBe(version + 1)
})

test('requiresGrad and dtype of what is made', () => {
  expect(rand([2], { requiresGrad: true }).requiresGrad).toBe(true)
  expect(randperm(3, { dtype: 'float32', requiresGrad: true }).isLeaf).toBe(true)
  expect(bernoulli(zeros([2], { dtype: 'int64' }), 1).tolist()).toEqual([1, 1])
  expect(empty([3], { dtype: 'bool' }).bernoulli_(0).tolist()).toEqual([false, false, false])
})
