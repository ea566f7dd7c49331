/** Running sums, products and extremes along one dimension. */
import { record, recordMany } from '../autograd/node.js'
import { defineOp } from '../dispatch/op.js'
import { Scan, type ScanCode } from '../dispatch/opcodes.js'
import { bool, Category, type DTypeLike, int64, toDType } from '../dtype.js'
import { NotImplementedError } from '../errors.js'
import { type ValuesIndices, valuesIndices } from '../named-tuple.js'
import { bindOptions } from '../options.js'
import { wrapDim } from '../shape.js'
import { allocate, type Method, type Tensor } from '../tensor.js'
import { placed, shifted } from './along.js'
import { cast, clone } from './cast.js'
import { eq } from './compare.js'
import { attach } from './define.js'
import { castTo } from './elementwise.js'
import { assign } from './inplace.js'
import { logaddexp } from './logarithms.js'
import { attachMethods } from './methods.js'
import { add, exp, mul, sub } from './pointwise.js'
import { checkTensor } from './promote.js'
import { flip } from './rearrange.js'
import { wideType } from './reduction.js'
import { reshape } from './view.js'
import { where } from './where.js'

declare module '../tensor.js' {
  interface Tensor {
    cumsum: Method<typeof cumsum>
    cumsum_: Method<typeof cumsum>
    cumprod: Method<typeof cumprod>
    cumprod_: Method<typeof cumprod>
    cummax: Method<typeof cummax>
    cummin: Method<typeof cummin>
    logcumsumexp: Method<typeof logcumsumexp>
  }
}

/** Options of {@link cumsum} and {@link cumprod}. */
export interface ScanOptions {
  /** Cast to before anything is added; int64 for integers and bool if not given. */
  dtype?: DTypeLike
}

function scanCall(code: ScanCode, x: Tensor, d: number): Tensor {
  const out = allocate(x.storage, x.dtype, x.shape)
  x.storage.device.primitives.scan(code, x, d, out, null)
  return out
}

/** `scan` of a 0-d tensor as if it were 1-d. */
function atLeast1d(x: Tensor, scan: (x: Tensor) => Tensor): Tensor {
  return x.ndim === 0 ? reshape(scan(reshape(x, [1])), []) : scan(x)
}

function scanInput(name: string, x: Tensor, dim: number, options: ScanOptions | undefined): Tensor {
  checkTensor(name, 'input', x)
  wrapDim(dim, x.ndim)
  const { dtype } = bindOptions<ScanOptions>(name, ['dtype'], [options])
  if (dtype !== undefined) return cast(x, toDType(dtype))
  return x.dtype.category === Category.float ? x : cast(x, int64)
}

/**
 * The running sum along a dimension.
 *
 * @param x - any shape; integers and bool give int64
 * @param dim - the dimension
 * @param options - `dtype` to sum in
 * @returns a tensor of the shape of `x`
 * @throws IndexError for a dimension out of range
 * @example
 * ```ts
 * cumsum(tensor([1, 2, 3]), 0) // tensor([1, 3, 6])
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.cumsum.html
 */
export function cumsum(x: Tensor, dim: number, options?: ScanOptions): Tensor {
  return atLeast1d(scanInput('cumsum', x, dim, options), (input) => {
    const d = wrapDim(dim, input.ndim)
    return record('CumsumBackward0', scanCall(Scan.cumsum, input, d), [input], null, (g) =>
      flip(cumsum(flip(g, [d]), d), [d]),
    )
  })
}

/**
 * The running product along a dimension.
 *
 * @param x - any shape; integers and bool give int64
 * @param dim - the dimension
 * @param options - `dtype` to multiply in
 * @returns a tensor of the shape of `x`
 * @throws IndexError for a dimension out of range
 * @example
 * ```ts
 * cumprod(tensor([1, 2, 3]), 0) // tensor([1, 2, 6])
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.cumprod.html
 */
export function cumprod(x: Tensor, dim: number, options?: ScanOptions): Tensor {
  return atLeast1d(scanInput('cumprod', x, dim, options), (input) => {
    const d = wrapDim(dim, input.ndim)
    const out = scanCall(Scan.cumprod, input, d)
    // the product before an element, times what the elements behind it make of the gradients: no division, so zeros are fine
    return record('CumprodBackward0', out, [input], [input, out], (g, node) =>
      mul(shifted(node.saved(1), d, -1, 1), recurrence(g, shifted(node.saved(0), d, 1, 1), d)),
    )
  })
}

/**
 * `r[k] = b[k] + a[k] * r[k + 1]` along a dimension, from its end on; the last `a` has nothing to multiply.
 *
 * In log2(n) steps, each of which doubles the reach: `r` gathers what lies within reach, `a` the product up to there.
 */
function recurrence(b: Tensor, a: Tensor, d: number): Tensor {
  const n = b.shape[d]!
  let [r, factor] = [b, a]
  for (let reach = 1; reach < n; reach *= 2) {
    r = add(r, mul(factor, shifted(r, d, reach, 0)))
    if (2 * reach < n) factor = mul(factor, shifted(factor, d, reach, 1))
  }
  return r
}

function runningExtreme(name: 'Cummax' | 'Cummin', code: ScanCode, x: Tensor, dim: number): ValuesIndices<Tensor> {
  checkTensor(name.toLowerCase(), 'input', x)
  const d = wrapDim(dim, x.ndim)
  const values = allocate(x.storage, x.dtype, x.shape)
  const indices = allocate(x.storage, int64, x.shape, true)
  const { primitives } = x.storage.device
  if (x.ndim === 0) primitives.copy(x, values)
  else primitives.scan(code, x, d, values, indices)
  const { shape } = x
  recordMany(`${name}Backward0`, [values], [x], [indices], ([g], node) =>
    shape.length === 0 ? g! : placed(g!, d, node.saved(0), shape),
  )
  return valuesIndices(values, indices)
}

/**
 * The running maximum along a dimension, and where it is.
 *
 * @param x - any shape and dtype
 * @param dim - the dimension
 * @returns `[values, indices]` of the shape of `x`; the latest of equal elements, and NaN from the first one on
 * @throws IndexError for a dimension out of range
 * @example
 * ```ts
 * const { values, indices } = cummax(tensor([1, 3, 2]), 0) // [1, 3, 3], [0, 1, 1]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.cummax.html
 */
export function cummax(x: Tensor, dim: number): ValuesIndices<Tensor> {
  return runningExtreme('Cummax', Scan.cummax, x, dim)
}

/**
 * The running minimum along a dimension, and where it is. See {@link cummax}.
 *
 * @see https://pytorch.org/docs/stable/generated/torch.cummin.html
 */
export function cummin(x: Tensor, dim: number): ValuesIndices<Tensor> {
  return runningExtreme('Cummin', Scan.cummin, x, dim)
}

/** By doubling: after each step an element holds the logarithm of the sum of twice as many. */
const runningLogSum = defineOp('logcumsumexp', (x: Tensor, d: number): Tensor => {
  // halves are rounded once
  const input = castTo(x, wideType(x.dtype))
  let out = input
  for (let reach = 1; reach < x.shape[d]!; reach *= 2) {
    out = logaddexp(out, shifted(out, d, -reach, Number.NEGATIVE_INFINITY))
  }
  return out === x ? clone(x) : castTo(out, x.dtype)
})

/**
 * The logarithm of the running sum of exponentials along a dimension, without overflow.
 *
 * @param x - any shape, floating point
 * @param dim - the dimension
 * @returns a tensor of the shape of `x`
 * @throws NotImplementedError for integers and bool
 * @throws IndexError for a dimension out of range
 * @example
 * ```ts
 * logcumsumexp(tensor([0., 0.]), 0) // tensor([0.0000, 0.6931])
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.logcumsumexp.html
 */
export function logcumsumexp(x: Tensor, dim: number): Tensor {
  checkTensor('logcumsumexp', 'input', x)
  wrapDim(dim, x.ndim)
  if (x.dtype.category !== Category.float)
    throw new NotImplementedError(`"logcumsumexp_out_cpu" not implemented for '${x.dtype.label}'`)
  return atLeast1d(x, (input) => {
    const d = wrapDim(dim, input.ndim)
    const out = runningLogSum(input, d)
    return record('LogcumsumexpBackward0', out, [input], [input, out], (g, node) => {
      const y = node.saved(1)
      // each factor is at most 1: nothing overflows on the way
      const decay = ratio(y, shifted(y, d, 1, 0))
      return mul(ratio(node.saved(0), y), recurrence(g, decay, d))
    })
  })
}

/** `e^(a - b)`; 1 where both are the same infinity. */
function ratio(a: Tensor, b: Tensor): Tensor {
  return exp(where(eq(a, b), 0, sub(a, b)))
}

attachMethods({ cumsum, cumprod, cummax, cummin, logcumsumexp })
for (const [name, fn] of Object.entries({ cumsum, cumprod })) {
  attach(`${name}_`, function (this: Tensor, dim: number, options?: ScanOptions) {
    if (this.dtype === bool) throw new NotImplementedError(`"${name}_out_cpu" not implemented for 'Bool'`)
    // in place the tensor keeps its own dtype
    return assign(this, fn(this, dim, { dtype: this.dtype, ...options }))
  })
}
