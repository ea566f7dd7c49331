import type { Tolerance } from '../cases/encoded.js'
import { attempt, type Callable, type Library, NotCovered, required, type TensorLike } from '../library.js'
import type { Recorded } from './recorded.js'

/** One step of a random program; which arguments it has depends on `op`. */
export interface RandomOp {
  readonly op: string
  readonly gen?: string
  readonly seed?: string
  readonly name?: string
  readonly size?: readonly number[]
  readonly dtype?: string
  readonly pdtype?: string
  readonly dims?: readonly number[]
  readonly from?: number | string
  readonly to?: number | string | null
  readonly low?: string
  readonly high?: string
  readonly mean?: number | readonly number[]
  readonly std?: number | readonly number[]
  readonly p?: number | readonly number[]
  readonly n?: number
  readonly weights?: readonly unknown[]
  readonly replacement?: boolean
  readonly lambd?: number
  readonly tau?: number
  readonly median?: number
  readonly sigma?: number
  readonly lower?: number
  readonly upper?: number
  readonly rates?: readonly number[]
  readonly out: Recorded & Readonly<Record<string, unknown>>
}

type Options = Record<string, unknown>
type Tensor = TensorLike & Record<'t' | 'permute' | 'expand', (...args: unknown[]) => Tensor>

/** What a step of a program is done with. */
interface Maker {
  readonly o: RandomOp
  /** A function of the library, by its name there. */
  call(name: string, ...args: unknown[]): unknown
  /** An in-place method on a tensor. */
  fill(x: unknown, name: string, ...args: unknown[]): unknown
  /** `empty(size)` in the recorded dtype. */
  empty(): Tensor
  /** `ones(size)`, what dropout acts on. */
  ones(): Tensor
  /** dtype and generator, where the step names them. */
  readonly options: Options[]
}

/** Each step as a user writes it. */
const steps: Readonly<Record<string, (m: Maker) => unknown>> = {
  rand: ({ o, call, options }) => call('rand', o.size, ...options),
  randn: ({ o, call, options }) => call('randn', o.size, ...options),
  randint: ({ o, call, options }) => call('randint', whole(o.low), whole(o.high), o.size, ...options),
  randperm: ({ o, call, options }) => call('randperm', o.n, ...options),
  rand_like_t: ({ call, empty }) => call('randLike', empty().t()),
  uniform_: ({ o, fill, empty }) => fill(empty(), 'uniform_', { from: o.from, to: o.to }),
  uniform_t_: ({ o, fill, call }) =>
    fill((call('empty', swapped(o)) as Tensor).t(), 'uniform_', { from: o.from, to: o.to }),
  normal: ({ o, call }) => call('normal', o.mean, o.std, o.size),
  normal_tensors: ({ o, call }) =>
    call('normal', call('tensor', o.mean, { dtype: 'float32' }), call('tensor', o.std, { dtype: 'float32' })),
  normal_: ({ o, fill, empty }) => fill(empty(), 'normal_', { mean: o.mean, std: o.std }),
  normal_t_: ({ o, fill, call }) =>
    fill((call('empty', swapped(o)) as Tensor).t(), 'normal_', { mean: o.mean, std: o.std }),
  normal_strided_: ({ o, fill, call }) =>
    fill((call('empty', [2 * o.size![0]!]) as Tensor).asStrided(o.size!, [2], 0), 'normal_', {
      mean: o.mean,
      std: o.std,
    }),
  random_: ({ o, fill, empty }) => {
    if (o.from !== undefined) return fill(empty(), 'random_', whole(o.from), o.to === null ? null : whole(o.to))
    return o.to === undefined ? fill(empty(), 'random_') : fill(empty(), 'random_', whole(o.to))
  },
  bernoulli: ({ o, call }) => call('bernoulli', call('tensor', o.p, { dtype: o.dtype ?? 'float32' })),
  bernoulli_scalar_: ({ o, fill, empty }) => fill(empty(), 'bernoulli_', { p: o.p }),
  bernoulli_tensor_: ({ o, fill, empty, call }) =>
    fill(empty(), 'bernoulli_', call('tensor', o.p, { dtype: o.pdtype })),
  dropout: ({ o, call, ones }) => call('nn.functional.dropout', ones(), { p: o.p, training: true }),
  dropout_t: ({ o, call }) =>
    call('nn.functional.dropout', (call('ones', swapped(o)) as Tensor).t(), { p: o.p, training: true }),
  dropout_permute: ({ o, call, ones }) =>
    call('nn.functional.dropout', ones().permute(o.dims), { p: o.p, training: true }),
  dropout_expand: ({ o, call }) =>
    call('nn.functional.dropout', (call('ones', [o.size![0], 1]) as Tensor).expand(o.size), { p: o.p, training: true }),
  dropout2d: ({ o, call, ones }) => call('nn.functional.dropout2d', ones(), { p: o.p, training: true }),
  alpha_dropout: ({ o, call, ones }) => call('nn.functional.alphaDropout', ones(), { p: o.p, training: true }),
  feature_alpha_dropout: ({ o, call, ones }) =>
    call('nn.functional.featureAlphaDropout', ones(), { p: o.p, training: true }),
  rrelu: ({ o, call }) =>
    call('nn.functional.rrelu', call('linspace', -1, 1, o.size![0]), {
      lower: o.lower,
      upper: o.upper,
      training: true,
    }),
  gumbel_softmax: ({ o, call }) => call('nn.functional.gumbelSoftmax', call('zeros', o.size), { tau: o.tau }),
  multinomial: ({ o, call }) =>
    call('multinomial', call('tensor', o.weights, { dtype: o.dtype ?? 'float32' }), o.n, {
      replacement: o.replacement,
    }),
  exponential_: ({ o, fill, empty }) => fill(empty(), 'exponential_', { lambd: o.lambd }),
  log_normal_: ({ o, fill, empty }) => fill(empty(), 'logNormal_', { mean: o.mean, std: o.std }),
  cauchy_: ({ o, fill, empty }) => fill(empty(), 'cauchy_', { median: o.median, sigma: o.sigma }),
  geometric_: ({ o, fill, empty }) => fill(empty(), 'geometric_', o.p),
  poisson: ({ o, call }) => call('poisson', call('tensor', o.rates, { dtype: 'float32' })),
}

/** Does one step. @throws NotCovered if the library does not have the operation */
export function drawStep(library: Library, o: RandomOp, generator: unknown): unknown {
  const step = steps[o.op]
  if (step === undefined) throw new NotCovered(`the random operation ${o.op}`)
  const call = (name: string, ...args: unknown[]): unknown => {
    const f = required(library, name)
    return attempt(name, () => f(...args))
  }
  const options: Options = {
    ...(o.dtype === undefined ? {} : { dtype: o.dtype }),
    ...(generator === undefined ? {} : { generator }),
  }
  return step({
    o,
    call,
    fill(x, name, ...args) {
      const method = (x as TensorLike)[name]
      if (typeof method !== 'function') throw new NotCovered(`Tensor.${name}`)
      return attempt(`Tensor.${name}`, () => (method as Callable).apply(x, args))
    },
    empty: () => call('empty', o.size, { dtype: o.out.dtype }) as Tensor,
    ones: () => call('ones', o.size, { dtype: o.dtype ?? 'float32' }) as Tensor,
    options: Object.keys(options).length === 0 ? [] : [options],
  })
}

/** Sizes before the transposition: the recorded shape is the view's. */
function swapped(o: RandomOp): number[] {
  return [...o.out.shape].reverse()
}

/** A whole number, as a bigint where a number cannot hold it. */
function whole(text: number | string | null | undefined): number | bigint {
  const n = BigInt(text as string)
  return n >= -(2n ** 53n) && n <= 2n ** 53n ? Number(n) : n
}

/** Results whose last bits the C library's logarithm, sine or cosine decides. */
const BY_LIBM: ReadonlySet<string> = new Set([
  'exponential_',
  'log_normal_',
  'cauchy_',
  'gumbel_softmax',
  'alpha_dropout',
  'feature_alpha_dropout',
])

/** How far a step's result may be off; undefined if it must agree bit for bit. */
export function toleranceOf(o: RandomOp): Tolerance | undefined {
  const normal = o.op.startsWith('randn') || o.op.startsWith('normal')
  const float64 = o.out.dtype === 'float64'
  if (!BY_LIBM.has(o.op) && !(normal && (float64 || isScalarNormal(o)))) return undefined
  return float64 ? { rtol: 1e-15, atol: 1e-16 } : { rtol: 2.4e-7, atol: 6e-8 }
}

/** Few or scattered normals are computed in double by the C library, blocks of them by vector code that is exact to the bit. */
function isScalarNormal(o: RandomOp): boolean {
  return o.out.shape.reduce((p, s) => p * s, 1) < 16 || o.op === 'normal_strided_'
}
