/** Sizes of vectors: p-norms, distances, and the logarithm of a sum of exponentials. */
import { record } from '../autograd/node.js'
import { defineOp } from '../dispatch/op.js'
import { Reduce } from '../dispatch/opcodes.js'
import { Category, canCast, type DType, type DTypeLike, toDType } from '../dtype.js'
import { NotImplementedError, RuntimeError } from '../errors.js'
import { bindOptions } from '../options.js'
import { wrapDim } from '../shape.js'
import type { Method, Tensor } from '../tensor.js'
import { cast } from './cast.js'
import { eq, gt, isnan, logicalOr, ne } from './compare.js'
import { castTo } from './elementwise.js'
import { zerosLike } from './inplace.js'
import { attachMethods, attachWithInplace, type TensorFunction } from './methods.js'
import { abs, add, div, exp, log, mul, pow, reciprocal, sign, sqrt, square, sub } from './pointwise.js'
import { checkTensor, floatType } from './promote.js'
import {
  type Dim,
  dimsOf,
  type ExtremeOptions,
  finished,
  isGiven,
  type ReduceOptions,
  reduceCall,
  restored,
  wideSum,
  wideType,
} from './reduction.js'
import { where } from './where.js'

declare module '../tensor.js' {
  interface Tensor {
    norm: Method<typeof norm>
    dist: Method<typeof dist>
    renorm: Method<typeof renorm>
    renorm_: Method<typeof renorm>
    logsumexp: Method<typeof logsumexp>
  }
}

/** The p-norm over `dims`, which are kept; of halves in float32. */
const normOf = defineOp('vectorNorm', (x: Tensor, p: number, dims: readonly number[]): Tensor => {
  const input = castTo(x, wideType(x.dtype))
  if (p === 2) return castTo(sqrt(wideSum(square(input), dims)), x.dtype)
  const sizes = abs(input)
  if (p === Number.POSITIVE_INFINITY) return castTo(reduceCall(Reduce.amax, sizes, dims), x.dtype)
  if (p === Number.NEGATIVE_INFINITY) return castTo(reduceCall(Reduce.amin, sizes, dims), x.dtype)
  if (p === 0) return castTo(wideSum(castTo(ne(input, 0), input.dtype), dims), x.dtype)
  if (p === 1) return castTo(wideSum(sizes, dims), x.dtype)
  return castTo(pow(wideSum(pow(sizes, p), dims), 1 / p), x.dtype)
})

/**
 * The gradient of a p-norm; `g` and `norm` with the reduced dimensions kept. At 0, where a norm has no slope, it is 0, as
 * PyTorch takes it.
 */
function normGradient(g: Tensor, x: Tensor, norm: Tensor, p: number, dims: readonly number[]): Tensor {
  if (p === 0) return zerosLike(x)
  if (p === 1) return mul(sign(x), g)
  if (p === 2) return mul(g, where(eq(norm, 0), 0, div(x, norm)))
  if (!Number.isFinite(p)) {
    const sizes = abs(x)
    const mask = castTo(logicalOr(eq(sizes, norm), isnan(sizes)), g.dtype)
    return mul(sign(x), mul(div(g, reduceCall(Reduce.sum, mask, dims)), mask))
  }
  if (p < 1) {
    const slopes = where(eq(x, 0), 0, mul(sign(x), pow(abs(x), p - 1)))
    return mul(mul(slopes, g), pow(norm, 1 - p))
  }
  const slopes = p < 2 ? mul(sign(x), pow(abs(x), p - 1)) : mul(x, pow(abs(x), p - 2))
  return mul(slopes, where(eq(norm, 0), 0, div(g, pow(norm, p - 1))))
}

/** The recorded p-norm of a floating-point tensor. */
function recordedNorm(backward: string, x: Tensor, p: number, dims: readonly number[], keepdim: boolean): Tensor {
  const out = finished(normOf(x, p, dims), dims, keepdim)
  const { shape } = x
  const back = (t: Tensor): Tensor => restored(t, shape, dims, keepdim)
  return record(backward, out, [x], [x, out], (g, node) =>
    normGradient(back(g), node.saved(0), back(node.saved(1)), p, dims),
  )
}

/** Norms with p < 0 and the infinite ones are extremes: of nothing they have no value. */
function checkIdentity(x: Tensor, p: number, dims: readonly number[], given: boolean): void {
  if (x.count > 0 || (p >= 0 && p !== Number.POSITIVE_INFINITY)) return
  const order = Number.isFinite(p) ? String(p) : p > 0 ? 'inf' : '-inf'
  const reason = 'empty and the operation does not have an identity'
  if (!given || dims.length === 0)
    throw new RuntimeError(
      `linalg.vector_norm cannot compute the ${order} norm on an empty tensor because the operation does not have an identity`,
    )
  for (const d of dims) {
    if (x.shape[d] === 0)
      throw new RuntimeError(
        `linalg.vector_norm cannot compute the ${order} norm on the dimension ${d} because this dimension is ${reason}`,
      )
  }
}

function normType(name: string, x: Tensor, dtype: DTypeLike | undefined): DType {
  if (x.dtype.category !== Category.float)
    throw new RuntimeError(`${name}: Expected a floating point or complex tensor as input. Got ${x.dtype.label}`)
  if (dtype === undefined) return x.dtype
  const wanted = toDType(dtype)
  if (wanted.category !== Category.float)
    throw new RuntimeError(`${name}: dtype should be floating point or complex, but got ${wanted.label}`)
  if (!canCast(x.dtype, wanted) || wanted.itemsize < x.dtype.itemsize)
    throw new RuntimeError(
      `${name}: the dtype of the input (${x.dtype.label}) should be convertible without narrowing to the specified dtype (${wanted.label})`,
    )
  return wanted
}

/**
 * The p-norm of vectors, `linalg.vectorNorm` of PyTorch: `(sum |x|^p)^(1/p)`; for p = 0 how many elements are nonzero, for
 * infinity the largest, for -infinity the smallest absolute value.
 *
 * @param x - any shape, floating point
 * @param ord - p, 2 if not given
 * @param dim - the dimensions that make up a vector; all if not given
 * @param keepdim - leaves them with size 1
 * @param options - the same by name, and the `dtype` to compute in
 * @throws RuntimeError for integers and bool, and where an infinite or negative norm has no elements
 * @example
 * ```ts
 * vectorNorm(tensor([3., 4.])) // tensor(5.)
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.linalg.vector_norm.html
 */
export function vectorNorm(
  x: Tensor,
  ord?: number | VectorNormOptions,
  dim?: Dim | VectorNormOptions,
  keepdim?: boolean | VectorNormOptions,
  options?: VectorNormOptions,
): Tensor {
  const name = 'linalg.vector_norm'
  checkTensor(name, 'self', x)
  const o = bindOptions<VectorNormOptions>(
    name,
    ['ord', 'dim', 'keepdim', 'dtype'],
    [ord, dim ?? undefined, keepdim, options],
  )
  const p = o.ord ?? 2
  const dtype = normType(name, x, o.dtype)
  const dims = dimsOf(o.dim, x.ndim)
  checkIdentity(x, p, dims, isGiven(o.dim))
  return recordedNorm('LinalgVectorNormBackward0', cast(x, dtype), p, dims, o.keepdim ?? false)
}
/** Options of {@link vectorNorm}. */
export interface VectorNormOptions extends ReduceOptions {
  ord?: number
}

/** Options of {@link norm}. */
export interface NormOptions extends ReduceOptions {
  /** The exponent, `'fro'` (which is 2) or `'nuc'`; `'fro'` if not given. */
  p?: number | 'fro' | 'nuc'
}

/**
 * The norm of a tensor, or of the vectors (of matrices, with `'fro'`) in it.
 *
 * @param x - any shape, floating point
 * @param p - the exponent, see {@link vectorNorm}, or `'fro'`
 * @param dim - the dimensions that make up a vector; all if not given
 * @param keepdim - leaves them with size 1
 * @param options - the same by name, and the `dtype` to compute in
 * @throws RuntimeError for integers and bool, and for an unknown `p`
 * @example
 * ```ts
 * norm(tensor([[3., 4.], [6., 8.]]), 2, 1) // tensor([ 5., 10.])
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.norm.html
 */
export function norm(
  x: Tensor,
  p?: number | 'fro' | 'nuc' | NormOptions,
  dim?: Dim | NormOptions,
  keepdim?: boolean | NormOptions,
  options?: NormOptions,
): Tensor {
  checkTensor('norm', 'input', x)
  const o = bindOptions<NormOptions>('norm', ['p', 'dim', 'keepdim', 'dtype'], [p, dim ?? undefined, keepdim, options])
  const { p: order = 'fro', ...place } = o
  if (typeof order === 'number') return vectorNorm(x, order, place)
  if (order === 'nuc') throw new NotImplementedError("norm(): p='nuc' needs singular values, which do not exist yet")
  if (order !== 'fro') throw new RuntimeError(`linalg.matrix_norm: Order ${order} not supported.`)
  if (Array.isArray(o.dim) && o.dim.length > 2)
    throw new RuntimeError(`linalg.matrix_norm: dim must be a 2-tuple. Got ${o.dim.join(' ')}`)
  return vectorNorm(x, 2, place)
}

/**
 * The p-norm of the difference of two tensors, broadcast.
 *
 * @param x - floating point
 * @param other - broadcasts with `x`
 * @param p - the exponent, 2 if not given
 * @returns a 0-d tensor
 * @throws RuntimeError for integers and bool
 * @example
 * ```ts
 * dist(tensor([1., 2.]), tensor([4., 6.])) // tensor(5.)
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.dist.html
 */
export function dist(x: Tensor, other: Tensor, p?: number | { p?: number }): Tensor {
  checkTensor('dist', 'input', x)
  checkTensor('dist', 'other', other)
  const o = bindOptions<{ p: number }>('dist', ['p'], [p])
  const difference = sub(x, other)
  if (difference.dtype.category !== Category.float)
    throw new RuntimeError(
      `norm(): input dtype should be either floating point or complex. Got ${difference.dtype.label} instead.`,
    )
  const order = o.p ?? 2
  const dims = dimsOf(null, difference.ndim)
  checkIdentity(difference, order, dims, false)
  return recordedNorm('DistBackward0', difference, order, dims, false)
}

/**
 * Scales those slices along a dimension down whose p-norm exceeds `maxnorm`, to that norm.
 *
 * @param x - at least 2-d, floating point
 * @param p - the exponent, > 0
 * @param dim - the dimension that counts the slices
 * @param maxnorm - the largest norm that stays
 * @returns a tensor of the shape of `x`
 * @throws RuntimeError for fewer dimensions, a `p` that is not positive, or a negative `maxnorm`
 * @example
 * ```ts
 * renorm(tensor([[1., 1.], [3., 4.]]), 2, 0, 5) // unchanged: the norms are 1.41 and 5
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.renorm.html
 */
export function renorm(x: Tensor, p: number, dim: number, maxnorm: number): Tensor {
  checkTensor('renorm', 'input', x)
  if (!(p > 0)) throw new RuntimeError('renorm: non-positive-norm not supported')
  if (!(maxnorm >= 0)) throw new RuntimeError(`renorm: expected maxnorm to be >= 0 but got ${maxnorm}`)
  if (x.ndim < 2) throw new RuntimeError(`renorm: input needs at least 2 dimensions, got ${x.ndim} dimensions`)
  const d = wrapDim(dim, x.ndim)
  const others = x.shape.map((_, i) => i).filter((i) => i !== d)
  const sizes = recordedNorm('LinalgVectorNormBackward0', x, p, others, true)
  const factor = mul(reciprocal(add(sizes, 1e-7)), maxnorm)
  return mul(x, where(gt(sizes, maxnorm), factor, 1))
}

const logSumExpOf = defineOp('logsumexp', (x: Tensor, dims: readonly number[]): Tensor => {
  if (x.count === 0) return log(reduceCall(Reduce.sum, x, dims))
  const largest = reduceCall(Reduce.amax, x, dims)
  // an infinite largest element is its own result, and inf - inf would be NaN
  const shift = where(eq(abs(largest), Number.POSITIVE_INFINITY), 0, largest)
  return add(log(reduceCall(Reduce.sum, exp(sub(x, shift)), dims)), shift)
})

/**
 * `log(sum(e^x))` over dimensions, without overflow.
 *
 * @param x - any shape; integers and bool are computed in the default dtype
 * @param dim - one or several dimensions
 * @param keepdim - leaves them with size 1
 * @throws IndexError for a dimension out of range
 * @example
 * ```ts
 * logsumexp(tensor([[0., 0.], [1000., 1000.]]), 1) // tensor([6.9315e-01, 1.0007e+03])
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.logsumexp.html
 */
export function logsumexp(x: Tensor, dim: Dim, keepdim?: boolean | ExtremeOptions): Tensor {
  checkTensor('logsumexp', 'input', x)
  const o = bindOptions<ExtremeOptions>('logsumexp', ['dim', 'keepdim'], [undefined, keepdim])
  const keep = o.keepdim ?? false
  const input = cast(x, floatType(x.dtype))
  const dims = dimsOf(dim ?? null, x.ndim)
  const out = finished(logSumExpOf(input, dims), dims, keep)
  const { shape } = input
  const back = (t: Tensor): Tensor => restored(t, shape, dims, keep)
  return record('LogsumexpBackward0', out, [input], [input, out], (g, node) =>
    mul(back(g), exp(sub(node.saved(0), back(node.saved(1))))),
  )
}

attachMethods({ norm, dist, logsumexp } as Readonly<Record<string, TensorFunction>>)
attachWithInplace({ renorm })
