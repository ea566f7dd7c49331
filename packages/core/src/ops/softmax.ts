import { record } from '../autograd/node.js'
import { defineComposite, defineOp, type Op } from '../dispatch/op.js'
import { Category, type DTypeLike, toDType } from '../dtype.js'
import { RuntimeError } from '../errors.js'
import { bindOptions } from '../options.js'
import { wrapDim } from '../shape.js'
import type { Method, Tensor } from '../tensor.js'
import { cast } from './cast.js'
import { attach } from './define.js'
import { div, exp, log, mul, neg, sub } from './pointwise.js'
import { checkTensor } from './promote.js'
import { amax, sum } from './reduce.js'
import { inFloat } from './wide.js'

declare module '../tensor.js' {
  interface Tensor {
    softmax: Method<typeof softmax>
    logSoftmax: Method<typeof logSoftmax>
  }
}

/** Options of {@link softmax} and {@link logSoftmax}. */
export interface SoftmaxOptions {
  dim?: number
  /** Cast to before anything is computed. */
  dtype?: DTypeLike
}

/** `x` less its largest value along `dim`, so that no exponential overflows. A row of -inf stays one of NaN, as in PyTorch. */
function shifted(x: Tensor, dim: number): Tensor {
  return sub(x, amax(x, dim, true))
}

/** Kernel key: softmax along `dim` (counted from the front) of a floating-point tensor with at least one element. */
export const softmaxOp: Op<[x: Tensor, dim: number], Tensor> = defineOp(
  'softmax',
  (x: Tensor, dim: number): Tensor =>
    inFloat((wide) => {
      const e = exp(shifted(wide, dim))
      return div(e, sum(e, dim, true))
    }, x),
)

/** Kernel key: gradient of softmax from that of its output and the output. */
export const softmaxGradOp: Op<[g: Tensor, y: Tensor, dim: number], Tensor> = defineComposite(
  'softmaxGrad',
  (g: Tensor, y: Tensor, dim: number): Tensor =>
    inFloat(
      (h, out) => {
        const product = mul(h, out)
        return sub(product, mul(out, sum(product, dim, true)))
      },
      g,
      y,
    ),
)

/** Kernel key: log of softmax along `dim`. */
export const logSoftmaxOp: Op<[x: Tensor, dim: number], Tensor> = defineOp(
  'logSoftmax',
  (x: Tensor, dim: number): Tensor => {
    // halves are rounded at each step, as PyTorch rounds its sums
    const s = shifted(x, dim)
    return sub(s, log(sum(exp(s), dim, true)))
  },
)

/** Kernel key: gradient of log-softmax from that of its output and the output. */
export const logSoftmaxGradOp: Op<[g: Tensor, y: Tensor, dim: number], Tensor> = defineComposite(
  'logSoftmaxGrad',
  (g: Tensor, y: Tensor, dim: number): Tensor => inFloat((h, out) => sub(h, mul(exp(out), sum(h, dim, true))), g, y),
)

function prepared(
  name: string,
  x: Tensor,
  dim: number | SoftmaxOptions | undefined,
  options: SoftmaxOptions | undefined,
): [Tensor, number] {
  checkTensor(name, 'input', x)
  const o = bindOptions<SoftmaxOptions>(name, ['dim', 'dtype'], [dim, options])
  const input = o.dtype === undefined ? x : cast(x, toDType(o.dtype))
  if (input.dtype.category !== Category.float)
    throw new RuntimeError(
      `"${name === 'softmax' ? 'softmax' : 'log_softmax'}_lastdim_kernel_impl" not implemented for '${input.dtype.label}'`,
    )
  // without a dim: the rule of old PyTorch versions, on which old scripts rely
  const d = o.dim ?? (x.ndim === 0 || x.ndim === 1 || x.ndim === 3 ? 0 : 1)
  return [input, wrapDim(d, x.ndim)]
}

/**
 * `e^x` normalised to sum 1 along `dim`.
 *
 * @param x - floating-point tensor of any shape
 * @param dim - the dimension that sums to 1
 * @returns a tensor of the same shape
 * @example
 * ```ts
 * softmax(tensor([[0.5, 0.5]]), 1) // tensor([[0.5000, 0.5000]])
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.nn.functional.softmax.html
 */
export function softmax(x: Tensor, dim?: number | SoftmaxOptions, options?: SoftmaxOptions): Tensor {
  const [input, d] = prepared('softmax', x, dim, options)
  if (input.count === 0) return input
  return record('SoftmaxBackward0', ...recorded(softmaxOp(input, d), input), (g, node) =>
    softmaxGradOp(g, node.saved(0), d),
  )
}

/**
 * The logarithm of {@link softmax}, without loss of precision.
 *
 * @see https://pytorch.org/docs/stable/generated/torch.nn.functional.log_softmax.html
 */
export function logSoftmax(x: Tensor, dim?: number | SoftmaxOptions, options?: SoftmaxOptions): Tensor {
  const [input, d] = prepared('logSoftmax', x, dim, options)
  if (input.count === 0) return input
  return record('LogSoftmaxBackward0', ...recorded(logSoftmaxOp(input, d), input), (g, node) =>
    logSoftmaxGradOp(g, node.saved(0), d),
  )
}

function recorded(out: Tensor, input: Tensor): [Tensor, Tensor[], Tensor[]] {
  return [out, [input], [out]]
}

/** Softmax of `-x`. @see https://pytorch.org/docs/stable/generated/torch.nn.functional.softmin.html */
export function softmin(x: Tensor, dim?: number | SoftmaxOptions, options?: SoftmaxOptions): Tensor {
  checkTensor('softmin', 'input', x)
  const o = bindOptions<SoftmaxOptions>('softmin', ['dim', 'dtype'], [dim, options])
  const input = o.dtype === undefined ? x : cast(x, toDType(o.dtype))
  return softmax(neg(input), o.dim === undefined ? {} : { dim: o.dim })
}

attach('softmax', function (this: Tensor, dim?: number | SoftmaxOptions, options?: SoftmaxOptions) {
  return softmax(this, dim, options)
})
attach('logSoftmax', function (this: Tensor, dim?: number | SoftmaxOptions, options?: SoftmaxOptions) {
  return logSoftmax(this, dim, options)
})
