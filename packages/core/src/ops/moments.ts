/** Variances and what is made of them: standard deviations, covariances, correlations. */
import { record, recordMany } from '../autograd/node.js'
import { defineOp } from '../dispatch/op.js'
import { bool, Category, type DType } from '../dtype.js'
import { RuntimeError } from '../errors.js'
import { bindOptions } from '../options.js'
import type { Method, Tensor } from '../tensor.js'
import { eq, lt } from './compare.js'
import { castTo } from './elementwise.js'
import { clamp, clampMin } from './extremes.js'
import { mm } from './matmul.js'
import { attachMethods, type TensorFunction } from './methods.js'
import { add, div, mul, sqrt, square, sub } from './pointwise.js'
import { checkTensor } from './promote.js'
import { any, mean, sum } from './reduce.js'
import {
  type Dim,
  dimsOf,
  type ExtremeOptions,
  finished,
  foldedCount,
  isGiven,
  restored,
  wideSum,
  wideType,
} from './reduction.js'
import { diagonal } from './slicing.js'
import { expand, reshape, squeeze, t, unsqueeze } from './view.js'
import { where } from './where.js'

declare module '../tensor.js' {
  interface Tensor {
    var(dim?: Dim | boolean | MomentOptions, unbiased?: boolean | MomentOptions, keepdim?: boolean): Tensor
    std(dim?: Dim | boolean | MomentOptions, unbiased?: boolean | MomentOptions, keepdim?: boolean): Tensor
    cov: Method<typeof cov>
    corrcoef: Method<typeof corrcoef>
  }
}

/** Options of {@link std} and its like. */
export interface MomentOptions extends ExtremeOptions {
  /** How much less than the number of elements to divide by; 1 if not given. */
  correction?: number
  /** false is correction 0, true is correction 1. */
  unbiased?: boolean
}

interface Moments {
  /** Whether no dimension was named. */
  readonly whole: boolean
  readonly dims: readonly number[]
  readonly keep: boolean
  readonly correction: number
}

type MomentArgs = readonly [dim: unknown, unbiased: unknown, keepdim: unknown]

/** `var(dim, unbiased, keepdim)`, `var(unbiased)` or options. */
function bindMoments(name: string, x: Tensor, [dim, unbiased, keepdim]: MomentArgs): Moments {
  checkTensor(name, 'input', x)
  if (x.dtype.category !== Category.float) {
    const what = name.endsWith('Mean') ? `${name.slice(0, 3)}_mean only support` : 'std and var only support'
    throw new RuntimeError(`${what} floating point and complex dtypes`)
  }
  const names = ['dim', 'unbiased', 'keepdim', 'correction'] as const
  const given = typeof dim === 'boolean' ? [undefined, dim, unbiased] : [dim ?? undefined, unbiased, keepdim]
  const o = bindOptions<MomentOptions>(name, names, given)
  if (o.unbiased !== undefined && o.correction !== undefined)
    throw new TypeError(`${name}(): 'unbiased' and 'correction' say the same, give one of them`)
  const correction = o.correction ?? (o.unbiased === false ? 0 : 1)
  return { whole: !isGiven(o.dim), dims: dimsOf(o.dim, x.ndim), keep: o.keepdim ?? false, correction }
}

/** Variance and mean over `dims`, which are kept; of halves in float32. */
const varMeanOf = defineOp(
  'varMean',
  (x: Tensor, dims: readonly number[], correction: number): readonly [variance: Tensor, mean: Tensor] => {
    const n = foldedCount(x.shape, dims)
    const input = castTo(x, wideType(x.dtype))
    const center = div(wideSum(input, dims), n)
    const deviations = sub(input, center)
    const squares = wideSum(square(deviations), dims)
    // the rounding error of the mean is a common part of all deviations: their sum tells how much
    const excess = div(square(wideSum(deviations, dims)), Math.max(n, 1))
    return [div(sub(squares, excess), Math.max(0, n - correction)), center]
  },
)

/** What a change of `x` does to its variance, times `g`; all with the reduced dimensions kept. */
function varGradient(g: Tensor, x: Tensor, { whole, dims, correction }: Moments): Tensor {
  const n = foldedCount(x.shape, dims)
  const center = dims.length === 0 ? x : mean(x, dims, true)
  const freedom = n - correction
  if (freedom > 0 || !whole) return mul(mul(g, 2 / freedom), sub(x, center))
  // over the whole tensor PyTorch takes the limit: infinite but where an element is the mean itself
  return mul(g, where(eq(x, center), Number.NaN, Number.POSITIVE_INFINITY))
}

function stdGradient(g: Tensor, x: Tensor, std: Tensor, moments: Moments): Tensor {
  // where all elements are equal the root has no slope: PyTorch takes 0
  return varGradient(where(eq(std, 0), 0, div(g, mul(std, 2))), x, moments)
}

function meanGradient(g: Tensor, x: Tensor, dims: readonly number[]): Tensor {
  return expand(div(g, foldedCount(x.shape, dims)), x.shape)
}

/** One of the four functions: the variance or its root, alone or with the mean. */
function moments(name: string, root: boolean, x: Tensor, args: MomentArgs): Tensor {
  const m = bindMoments(name, x, args)
  const [variance] = varMeanOf(x, m.dims, m.correction)
  const out = finished(castTo(root ? sqrt(variance) : variance, x.dtype), m.dims, m.keep)
  const { shape } = x
  const back = (t: Tensor): Tensor => restored(t, shape, m.dims, m.keep)
  return root
    ? record('StdBackward0', out, [x], [x, out], (g, node) =>
        stdGradient(back(g), node.saved(0), back(node.saved(1)), m),
      )
    : record('VarBackward0', out, [x], [x], (g, node) => varGradient(back(g), node.saved(0), m))
}

function momentsWithMean(name: string, root: boolean, x: Tensor, args: MomentArgs): [spread: Tensor, mean: Tensor] {
  const m = bindMoments(name, x, args)
  const [variance, center] = varMeanOf(x, m.dims, m.correction)
  const spread = finished(castTo(root ? sqrt(variance) : variance, x.dtype), m.dims, m.keep)
  const middle = finished(castTo(center, x.dtype), m.dims, m.keep)
  const { shape } = x
  const back = (t: Tensor): Tensor => restored(t, shape, m.dims, m.keep)
  recordMany(
    root ? 'StdMeanBackward0' : 'VarMeanBackward0',
    [spread, middle],
    [x],
    [x, root ? spread : null],
    ([g, h], node) => {
      const input = node.saved(0)
      const ofMean = h == null ? null : meanGradient(back(h), input, m.dims)
      if (g == null) return ofMean
      const ofSpread = root ? stdGradient(back(g), input, back(node.saved(1)), m) : varGradient(back(g), input, m)
      return ofMean === null ? ofSpread : add(ofSpread, ofMean)
    },
  )
  return [spread, middle]
}

type Unbiased = boolean | MomentOptions

/**
 * The variance over dimensions.
 *
 * @param x - any shape, floating point
 * @param dim - one or several dimensions; all if not given. `x.var(false)` is `x.var({ unbiased: false })`
 * @param unbiased - whether to divide by one less than the number of elements, which is the default
 * @param keepdim - leaves the dimensions with size 1
 * @returns a tensor without the reduced dimensions; NaN for a single element
 * @throws RuntimeError for integers and bool
 * @throws IndexError for a dimension out of range
 * @example
 * ```ts
 * tensor([1., 2., 4.]).var() // tensor(2.3333)
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.var.html
 */
export function variance(x: Tensor, dim?: Dim | Unbiased, unbiased?: Unbiased, keepdim?: boolean): Tensor {
  return moments('var', false, x, [dim, unbiased, keepdim])
}

/**
 * The standard deviation over dimensions: the root of the variance.
 *
 * @param x - any shape, floating point
 * @param dim - one or several dimensions; all if not given. `std(x, false)` is `std(x, { unbiased: false })`
 * @param unbiased - whether to divide by one less than the number of elements, which is the default
 * @param keepdim - leaves the dimensions with size 1
 * @returns a tensor without the reduced dimensions; NaN for a single element
 * @throws RuntimeError for integers and bool
 * @throws IndexError for a dimension out of range
 * @example
 * ```ts
 * std(tensor([[1., 3.], [5., 5.]]), { dim: 1, correction: 0 }) // tensor([1., 0.])
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.std.html
 */
export function std(x: Tensor, dim?: Dim | Unbiased, unbiased?: Unbiased, keepdim?: boolean): Tensor {
  return moments('std', true, x, [dim, unbiased, keepdim])
}

/**
 * Variance and mean in one pass; arguments as of {@link std}.
 *
 * @returns `[variance, mean]`
 * @see https://pytorch.org/docs/stable/generated/torch.var_mean.html
 */
export function varMean(
  x: Tensor,
  dim?: Dim | Unbiased,
  unbiased?: Unbiased,
  keepdim?: boolean,
): [variance: Tensor, mean: Tensor] {
  return momentsWithMean('varMean', false, x, [dim, unbiased, keepdim])
}

/**
 * Standard deviation and mean in one pass; arguments as of {@link std}.
 *
 * @returns `[std, mean]`
 * @see https://pytorch.org/docs/stable/generated/torch.std_mean.html
 */
export function stdMean(
  x: Tensor,
  dim?: Dim | Unbiased,
  unbiased?: Unbiased,
  keepdim?: boolean,
): [std: Tensor, mean: Tensor] {
  return momentsWithMean('stdMean', true, x, [dim, unbiased, keepdim])
}

/** Options of {@link cov}. */
export interface CovOptions {
  /** How much less than the number of observations to divide by; 1 if not given. */
  correction?: number
  /** How often each observation counts: whole numbers, 1-d. */
  fweights?: Tensor
  /** The weight of each observation: floating point, 1-d. */
  aweights?: Tensor
}

/** Whether a 0-d tensor is true; false where the device cannot be read at once. */
function isTrue(x: Tensor): boolean {
  const words = x.storage.device.memory.readSync(x)
  return words !== null && words[0] !== 0
}

function checkWeights(
  name: string,
  w: Tensor,
  observations: number,
  kind: string,
  fits: (dtype: DType) => boolean,
): void {
  checkTensor('cov', name, w)
  if (w.ndim > 1)
    throw new RuntimeError(
      `cov(): expected ${name} to have one or fewer dimensions but got ${name} with ${w.ndim} dimensions`,
    )
  if (!fits(w.dtype))
    throw new RuntimeError(`cov(): expected ${name} to have ${kind} dtype but got ${name} with ${w.dtype.label} dtype`)
  if (w.count !== observations)
    throw new RuntimeError(
      `cov(): expected ${name} to have the same numel as there are observations in the input but got ${w.count} != ${observations}`,
    )
  if (w.count > 0 && isTrue(any(lt(w, 0)))) throw new RuntimeError(`cov(): ${name} cannot be negative`)
}

/**
 * The covariances of variables.
 *
 * @param x - a row for each variable, a column for each observation; 1-d is one variable
 * @param options - weights and correction
 * @returns the square matrix of the covariances, 0-d for a single variable
 * @throws RuntimeError for more than two dimensions, for bool, and for weights that do not fit
 * @example
 * ```ts
 * cov(tensor([[0, 2], [1, 1], [2, 0]]).t()) // tensor([[ 1., -1.], [-1.,  1.]])
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.cov.html
 */
export function cov(x: Tensor, options?: CovOptions): Tensor {
  checkTensor('cov', 'input', x)
  const o = bindOptions<CovOptions>('cov', ['correction', 'fweights', 'aweights'], [options])
  if (x.ndim > 2)
    throw new RuntimeError(
      `cov(): expected input to have two or fewer dimensions but got an input with ${x.ndim} dimensions`,
    )
  if (x.dtype === bool) throw new RuntimeError('cov(): bool dtype is not supported for input')
  const variables = x.ndim < 2 ? reshape(x, [1, -1]) : x
  const observations = variables.shape[1]!
  const { fweights, aweights, correction = 1 } = o
  if (fweights !== undefined)
    checkWeights('fweights', fweights, observations, 'integral', (dtype) => dtype.category === Category.integer)
  if (aweights !== undefined)
    checkWeights('aweights', aweights, observations, 'floating point', (dtype) => dtype.category === Category.float)
  const w = fweights !== undefined && aweights !== undefined ? mul(fweights, aweights) : (fweights ?? aweights ?? null)
  const weighted = (rows: Tensor): Tensor => (w === null ? rows : mul(rows, w))
  const total = w === null ? observations : sum(w)
  if (typeof total !== 'number' && isTrue(eq(total, 0)))
    throw new RuntimeError("cov(): weights sum to zero, can't be normalized")
  const center = div(sum(weighted(variables), 1), total)
  const deviations = sub(variables, unsqueeze(center, 1))
  const products = mm(deviations, t(weighted(deviations)))
  return squeeze(div(products, degreesOfFreedom(total, correction, w, aweights)))
}

/** What the products are divided by; 0 where observations are too few. */
function degreesOfFreedom(
  total: Tensor | number,
  correction: number,
  w: Tensor | null,
  aweights: Tensor | undefined,
): Tensor | number {
  if (typeof total === 'number') return Math.max(0, total - correction)
  if (aweights === undefined || correction === 0) return clampMin(sub(total, correction), 0)
  return clampMin(sub(total, div(mul(sum(mul(w!, aweights)), correction), total)), 0)
}

/**
 * The correlations of variables: their covariances over their standard deviations.
 *
 * @param x - a row for each variable, a column for each observation; 1-d is one variable
 * @returns the square matrix of the correlations, 0-d for a single variable
 * @throws RuntimeError for more than two dimensions, and for bool
 * @example
 * ```ts
 * corrcoef(tensor([[0., 1., 2.], [2., 1., 0.]])) // tensor([[ 1., -1.], [-1.,  1.]])
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.corrcoef.html
 */
export function corrcoef(x: Tensor): Tensor {
  checkTensor('corrcoef', 'input', x)
  if (x.ndim > 2)
    throw new RuntimeError(
      `corrcoef(): expected input to have two or fewer dimensions but got an input with ${x.ndim} dimensions`,
    )
  const c = cov(x)
  if (c.ndim === 0) return div(c, c)
  const deviation = sqrt(diagonal(c))
  return clamp(div(div(c, unsqueeze(deviation, 1)), unsqueeze(deviation, 0)), -1, 1)
}

export { variance as var }

attachMethods({ var: variance, std, cov, corrcoef } as Readonly<Record<string, TensorFunction>>)
