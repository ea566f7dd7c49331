/** Differences between neighbours, and what estimates derivatives and integrals from samples. */
import { zeros } from '../create/fill.js'
import { bool, uint8 } from '../dtype.js'
import { IndexError, RuntimeError } from '../errors.js'
import { bindOptions } from '../options.js'
import { wrapDim, wrapDims } from '../shape.js'
import { type Method, Tensor } from '../tensor.js'
import { clone } from './cast.js'
import { logicalXor } from './compare.js'
import { cat } from './join.js'
import { attachMethods } from './methods.js'
import { add, div, mul, neg, sub } from './pointwise.js'
import { checkTensor } from './promote.js'
import { sum } from './reduce.js'
import { cumsum } from './scan.js'
import { select, slice } from './slicing.js'
import { reshape } from './view.js'

declare module '../tensor.js' {
  interface Tensor {
    diff: Method<typeof diff>
  }
}

/** Options of {@link diff}. */
export interface DiffOptions {
  /** How often to take differences, 1 if not given. */
  n?: number
  /** The dimension, the last one if not given. */
  dim?: number
  /** Elements to put in front. */
  prepend?: Tensor
  /** Elements to put behind. */
  append?: Tensor
}

function checkJoinable(x: Tensor, other: Tensor, dim: number): void {
  checkTensor('diff', 'prepend or append', other)
  if (other.ndim !== x.ndim) throw new RuntimeError('diff expects prepend or append to be the same dimension as input')
  x.shape.forEach((size, d) => {
    if (d !== dim && other.shape[d] !== size) {
      throw new RuntimeError(
        `diff expects the shape of tensor to prepend or append to match that of input except along the differencing dimension; input.size(${d}) = ${size}, but got tensor.size(${d}) = ${other.shape[d]}`,
      )
    }
  })
}

/**
 * The differences of neighbours along a dimension: `x[i + 1] - x[i]`; for bool, whether they differ.
 *
 * @param x - at least 1-d
 * @param n - how often, 1 if not given
 * @param dim - the dimension, the last one if not given
 * @param options - the same by name, and what to put in front and behind
 * @returns a tensor with `n` elements less along the dimension
 * @throws RuntimeError for a 0-d tensor, a negative `n`, or what cannot be put in front or behind
 * @throws IndexError for a dimension out of range
 * @example
 * ```ts
 * diff(tensor([1, 4, 9])) // tensor([3, 5])
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.diff.html
 */
export function diff(x: Tensor, n?: number | DiffOptions, dim?: number | DiffOptions, options?: DiffOptions): Tensor {
  checkTensor('diff', 'input', x)
  const o = bindOptions<DiffOptions>('diff', ['n', 'dim', 'prepend', 'append'], [n, dim, options])
  if (x.ndim === 0) throw new RuntimeError('diff expects input to be at least one-dimensional')
  const order = o.n ?? 1
  if (order < 0) throw new RuntimeError(`order must be non-negative but got ${order}`)
  const d = wrapDim(o.dim ?? -1, x.ndim)
  if (o.prepend !== undefined) checkJoinable(x, o.prepend, d)
  if (o.append !== undefined) checkJoinable(x, o.append, d)
  if (order === 0) return clone(x)
  const joined = [o.prepend, x, o.append].filter((part) => part !== undefined)
  let out = joined.length === 1 ? x : cat(joined, d)
  if (out.shape[d] === 0) return clone(out)
  const times = Math.min(order, out.shape[d]!)
  const difference = out.dtype === bool ? logicalXor : sub
  for (let i = 0; i < times; i++) {
    const size = out.shape[d]!
    out = difference(slice(out, d, 1, size, 1), slice(out, d, 0, size - 1, 1))
  }
  return out
}

/** Options of {@link trapezoid} and {@link cumulativeTrapezoid}. */
export interface TrapezoidOptions {
  /** The distance of the samples, 1 if not given. */
  dx?: number
  /** The dimension to integrate along, the last one if not given. */
  dim?: number
}

interface Samples {
  readonly d: number
  /** The distances of neighbours, a tensor that broadcasts with them or a number for all. */
  readonly spacing: Tensor | number
}

function bindSamples(
  name: string,
  y: Tensor,
  x: Tensor | TrapezoidOptions | undefined,
  options: TrapezoidOptions | undefined,
): Samples {
  checkTensor(name, 'y', y)
  const given = x instanceof Tensor ? [options] : [x, options]
  const o = bindOptions<TrapezoidOptions>(name, ['dx', 'dim'], given)
  const dim = o.dim ?? -1
  if (y.ndim === 0) throw new IndexError(`Dimension specified as ${dim} but tensor has no dimensions`)
  const d = wrapDim(dim, y.ndim)
  if (!(x instanceof Tensor)) {
    if (y.dtype === bool) throw new RuntimeError(`${name}: received a bool input for \`y\`, but bool is not supported`)
    const dx = o.dx ?? 1
    if (typeof dx !== 'number') throw new RuntimeError(`${name}: Currently, we only support dx as a real number.`)
    return { d, spacing: dx }
  }
  if (o.dx !== undefined) throw new TypeError(`${name}(): takes the sample points x or their distance dx, not both`)
  if (y.dtype === bool || x.dtype === bool)
    throw new RuntimeError(`${name}: received a bool input for \`x\` or \`y\`, but bool is not supported`)
  const size = y.shape[d]!
  if (x.ndim === 1 && x.count !== size)
    throw new RuntimeError(`${name}: There must be one \`x\` value for each sample point`)
  const points = x.ndim === 1 ? alongAxis(x, d, y.ndim) : leading(x, y.ndim)
  const n = points.shape[d]!
  return { d, spacing: sub(slice(points, d, 1, n, 1), slice(points, d, 0, Math.max(0, n - 1), 1)) }
}

/** A 1-d tensor as one of `ndim` dimensions that runs along `d`. */
function alongAxis(x: Tensor, d: number, ndim: number): Tensor {
  return reshape(
    x,
    Array.from({ length: ndim }, (_, i) => (i === d ? x.count : 1)),
  )
}

/** `x` with ones in front of its shape, up to `ndim` dimensions. */
function leading(x: Tensor, ndim: number): Tensor {
  return x.ndim < ndim ? reshape(x, [...new Array<number>(ndim - x.ndim).fill(1), ...x.shape]) : x
}

/** The sums of neighbours. */
function pairs(y: Tensor, d: number): Tensor {
  const n = y.shape[d]!
  return add(slice(y, d, 0, Math.max(0, n - 1), 1), slice(y, d, 1, n, 1))
}

/**
 * The integral of sampled values by the trapezoidal rule.
 *
 * @param y - the values, at least 1-d, not bool
 * @param x - the sample points: 1-d, or of a shape that broadcasts with `y`; equal distances of 1 if not given
 * @param options - `dim`, and in place of `x` the distance `dx`
 * @returns a tensor without the dimension
 * @throws RuntimeError for bool, and where the number of points is another
 * @throws IndexError for a 0-d tensor or a dimension out of range
 * @example
 * ```ts
 * trapezoid(tensor([1., 5., 10.]), { dx: 2 }) // tensor(21.)
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.trapezoid.html
 */
export function trapezoid(y: Tensor, x?: Tensor | TrapezoidOptions, options?: TrapezoidOptions): Tensor {
  const { d, spacing } = bindSamples('trapezoid', y, x, options)
  const size = y.shape[d]!
  if (size === 0) {
    return zeros(
      y.shape.filter((_, i) => i !== d),
      { dtype: y.dtype, device: y.device },
    )
  }
  if (typeof spacing !== 'number') return div(sum(mul(pairs(y, d), spacing), d), 2)
  const ends = add(select(y, d, 0), select(y, d, size - 1))
  return mul(sub(sum(y, d), mul(ends, 0.5)), spacing)
}

/**
 * The running integral of sampled values by the trapezoidal rule; arguments as of {@link trapezoid}.
 *
 * @returns a tensor with one element less along the dimension
 * @see https://pytorch.org/docs/stable/generated/torch.cumulative_trapezoid.html
 */
export function cumulativeTrapezoid(y: Tensor, x?: Tensor | TrapezoidOptions, options?: TrapezoidOptions): Tensor {
  const { d, spacing } = bindSamples('cumulative_trapezoid', y, x, options)
  // halved first: integers become floating point before they are scaled
  if (typeof spacing === 'number') return cumsum(mul(div(pairs(y, d), 2), spacing), d)
  return div(cumsum(mul(pairs(y, d), spacing), d), 2)
}

/** The older name of {@link trapezoid}. @see https://pytorch.org/docs/stable/generated/torch.trapz.html */
export const trapz: typeof trapezoid = trapezoid

/** Options of {@link gradient}. */
export interface GradientOptions {
  /** The distance of the samples, one for each dimension, or their coordinates; 1 if not given. */
  spacing?: number | readonly number[] | readonly Tensor[]
  /** One or several dimensions; all if not given. */
  dim?: number | readonly number[]
  /** How well the ends are estimated: 1 or 2. */
  edgeOrder?: 1 | 2
}

/**
 * The derivatives of a sampled function, by central differences.
 *
 * @param x - the values, not uint8; integers give the default floating-point dtype
 * @param options - `spacing`, `dim`, `edgeOrder`
 * @returns a list with a tensor of the shape of `x` for each dimension
 * @throws RuntimeError for uint8, a dimension that is too short, or a spacing that does not fit
 * @example
 * ```ts
 * const [dy] = gradient(tensor([1., 2., 4., 7.])) // tensor([1.0000, 1.5000, 2.5000, 3.0000])
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.gradient.html
 */
export function gradient(x: Tensor, options?: GradientOptions): Tensor[] {
  checkTensor('gradient', 'input', x)
  const o = bindOptions<GradientOptions>('gradient', ['spacing', 'dim', 'edgeOrder'], [options])
  const edgeOrder = o.edgeOrder ?? 1
  if (x.dtype === uint8) throw new RuntimeError('torch.gradient does not support uint8 input.')
  const dims = gradientDims(x, o)
  if (edgeOrder !== 1 && edgeOrder !== 2)
    throw new RuntimeError('torch.gradient only supports edge_order=1 and edge_order=2.')
  for (const d of dims) {
    if (x.shape[d]! < edgeOrder + 1)
      throw new RuntimeError('torch.gradient expected each dimension size to be at least edge_order+1')
  }
  const { spacing = 1 } = o
  return dims.map((d, i) => {
    const own = typeof spacing === 'number' ? spacing : spacing[i]!
    return own instanceof Tensor ? unevenSlopes(x, d, own, edgeOrder) : evenSlopes(x, d, own, edgeOrder)
  })
}

function gradientDims(x: Tensor, { dim, spacing }: GradientOptions): number[] {
  const dims =
    dim === undefined
      ? Array.from({ length: x.ndim }, (_, i) => i)
      : wrapDims(typeof dim === 'number' ? [dim] : dim, x.ndim)
  if (spacing === undefined || typeof spacing === 'number') return dims
  if (dim === undefined && spacing.length !== x.ndim)
    throw new RuntimeError(
      `torch.gradient expected spacing to be unspecified, a scalar, or a list of length equal to 'self.dim() = ${x.ndim}', since dim argument was not given, but got a list of length ${spacing.length}`,
    )
  if (spacing.length !== dims.length)
    throw new RuntimeError(
      `torch.gradient expected spacing to be unspecified, a scalar or it's spacing and dim arguments to have the same length, but got a spacing argument of length ${spacing.length} and a dim argument of length ${dims.length}.`,
    )
  for (const points of spacing) {
    if (points instanceof Tensor && points.ndim !== 1)
      throw new RuntimeError(
        `torch.gradient expected each element of spacing to have one dimension, but got an element with ${points.ndim} dimensions!`,
      )
  }
  return dims
}

/** Elements `start` up to `stop` of a dimension, both from the end if negative. */
function part(x: Tensor, d: number, start: number, stop: number): Tensor {
  const size = x.shape[d]!
  return slice(x, d, start < 0 ? start + size : start, stop <= 0 ? stop + size : stop, 1)
}

function evenSlopes(x: Tensor, d: number, spacing: number, edgeOrder: 1 | 2): Tensor {
  const at = (start: number, stop: number): Tensor => part(x, d, start, stop)
  const center = div(div(sub(at(2, 0), at(0, -2)), spacing), 2)
  if (edgeOrder === 1) {
    const first = div(sub(at(1, 2), at(0, 1)), spacing)
    return cat([first, center, div(sub(at(-1, 0), at(-2, -1)), spacing)], d)
  }
  const first = sub(add(mul(at(0, 1), -1.5), mul(at(1, 2), 2)), mul(at(2, 3), 0.5))
  const last = add(sub(mul(at(-3, -2), 0.5), mul(at(-2, -1), 2)), mul(at(-1, 0), 1.5))
  return cat([div(first, spacing), center, div(last, spacing)], d)
}

/** With the coefficients of the parabola through three neighbours at distances `h` and `k`. */
function unevenSlopes(x: Tensor, d: number, points: Tensor, edgeOrder: 1 | 2): Tensor {
  const at = (start: number, stop: number): Tensor => part(x, d, start, stop)
  const steps = diff(points)
  const n = steps.count
  const [h, k] = [slice(steps, 0, 0, n - 1, 1), slice(steps, 0, 1, n, 1)]
  const both = add(h, k)
  const along = (w: Tensor): Tensor => alongAxis(w, d, x.ndim)
  const center = weighted(
    [at(0, -2), at(1, -1), at(2, 0)],
    [along(div(neg(k), mul(h, both))), along(div(sub(k, h), mul(h, k))), along(div(h, mul(k, both)))],
  )
  const [s0, last] = [select(steps, 0, 0), select(steps, 0, n - 1)]
  if (edgeOrder === 1) {
    return cat([div(sub(at(1, 2), at(0, 1)), s0), center, div(sub(at(-1, 0), at(-2, -1)), last)], d)
  }
  const s1 = select(steps, 0, 1)
  const before = select(steps, 0, n - 2)
  const [first, end] = [add(s0, s1), add(last, before)]
  const head = weighted(
    [at(0, 1), at(1, 2), at(2, 3)],
    [div(neg(add(s0, first)), mul(s0, first)), div(first, mul(s0, s1)), div(neg(s0), mul(s1, first))],
  )
  const tail = weighted(
    [at(-3, -2), at(-2, -1), at(-1, 0)],
    [div(last, mul(before, end)), div(neg(end), mul(last, before)), div(add(last, end), mul(last, end))],
  )
  return cat([head, center, tail], d)
}

function weighted(parts: readonly [Tensor, Tensor, Tensor], weights: readonly [Tensor, Tensor, Tensor]): Tensor {
  const [a, b, c] = parts
  return add(add(mul(a, weights[0]), mul(b, weights[1])), mul(c, weights[2]))
}

attachMethods({ diff })
