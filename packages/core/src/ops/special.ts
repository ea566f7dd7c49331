/** Special functions of one variable: the error function, Gamma's logarithm and its derivatives, the logit. */
import { record } from '../autograd/node.js'
import { defineOp } from '../dispatch/op.js'
import { Unary } from '../dispatch/opcodes.js'
import { RuntimeError } from '../errors.js'
import { bindOptions } from '../options.js'
import type { Method, Tensor } from '../tensor.js'
import { cast } from './cast.js'
import { gt, logicalOr, lt } from './compare.js'
import { defineUnary, type UnaryFunction } from './define.js'
import { attachWithInplace } from './methods.js'
import { div, exp, log, mul, neg, sub } from './pointwise.js'
import { polygammaOf } from './polygamma.js'
import { checkTensor, floatType } from './promote.js'
import { where } from './where.js'

declare module '../tensor.js' {
  interface Tensor {
    erf(): Tensor
    erf_(): Tensor
    erfc(): Tensor
    erfc_(): Tensor
    erfinv(): Tensor
    erfinv_(): Tensor
    lgamma(): Tensor
    lgamma_(): Tensor
    digamma(): Tensor
    digamma_(): Tensor
    /** The `n`-th derivative of {@link digamma} at this tensor. See {@link polygamma}. */
    polygamma(n: number): Tensor
    polygamma_(n: number): Tensor
    logit: Method<typeof logit>
    logit_: Method<typeof logit>
  }
}

/** The slope of erf: 2 / sqrt(pi) e^(-x^2). */
function bell(g: Tensor, x: Tensor): Tensor {
  return mul(g, mul(exp(neg(mul(x, x))), 2 / Math.sqrt(Math.PI)))
}

/**
 * The error function.
 *
 * @param x - tensor of any shape; integers and bool are computed in the default dtype
 * @example
 * ```ts
 * erf(tensor([0, 0.5])) // tensor([0.0000, 0.5205])
 * ```
 * @see https://pytorch.org/docs/stable/special.html#torch.special.erf
 */
export const erf: UnaryFunction = defineUnary('erf', Unary.erf, { float: true, keeps: 'input', gradient: bell })

/** `1 - erf(x)`, exact for large `x`. @see https://pytorch.org/docs/stable/special.html#torch.special.erfc */
export const erfc: UnaryFunction = defineUnary('erfc', Unary.erfc, {
  float: true,
  keeps: 'input',
  gradient: (g, x) => neg(bell(g, x)),
})

/** The inverse of {@link erf}; NaN outside [-1, 1]. @see https://pytorch.org/docs/stable/special.html#torch.special.erfinv */
export const erfinv: UnaryFunction = defineUnary('erfinv', Unary.erfinv, {
  float: true,
  keeps: 'output',
  gradient: (g, y) => mul(g, mul(exp(mul(y, y)), Math.sqrt(Math.PI) / 2)),
})

/** The logarithm of |Gamma(x)|. @see https://pytorch.org/docs/stable/special.html#torch.special.gammaln */
export const lgamma: UnaryFunction = defineUnary('lgamma', Unary.lgamma, {
  float: true,
  keeps: 'input',
  gradient: (g, x) => mul(g, digamma(x)),
})

/** The derivative of {@link lgamma}. @see https://pytorch.org/docs/stable/special.html#torch.special.digamma */
export const digamma: UnaryFunction = defineUnary('digamma', Unary.digamma, {
  float: true,
  keeps: 'input',
  gradient: (g, x) => mul(g, polygamma(1, x)),
})

/**
 * The `n`-th derivative of {@link digamma}.
 *
 * @throws RuntimeError for a negative `n`
 * @see https://pytorch.org/docs/stable/special.html#torch.special.polygamma
 */
export function polygamma(n: number, x: Tensor): Tensor {
  checkTensor('polygamma', 'input', x)
  if (!Number.isInteger(n)) throw new TypeError(`polygamma(): argument 'n' must be an integer, not ${n}`)
  if (n < 0) throw new RuntimeError('polygamma(n, x) does not support negative n.')
  if (n === 0) return digamma(x)
  const real = cast(x, floatType(x.dtype))
  return record('PolygammaBackward0', polygammaOf(real, n), [real], [real], (g, node) =>
    mul(g, polygamma(n + 1, node.saved(0))),
  )
}

/** Options of {@link logit}. */
export interface LogitOptions {
  /** The input is clamped to [eps, 1 - eps]; not at all if null. */
  eps?: number | null
}

const logitOf = defineOp('logit', (x: Tensor, eps: number | null): Tensor => {
  // unlike clamp, the lower limit wins where the two cross
  const p = eps === null ? x : where(lt(x, eps), eps, where(gt(x, 1 - eps), 1 - eps, x))
  return log(div(p, sub(1, p)))
})

function logitGrad(g: Tensor, x: Tensor, eps: number | null): Tensor {
  const outside = logicalOr(lt(x, eps ?? 0), gt(x, eps === null ? 1 : 1 - eps))
  return where(outside, eps === null ? Number.NaN : 0, div(g, mul(x, sub(1, x))))
}

/**
 * `log(x / (1 - x))`, the inverse of the sigmoid function; NaN outside [0, 1] unless the input is clamped.
 *
 * @see https://pytorch.org/docs/stable/special.html#torch.special.logit
 */
export function logit(x: Tensor, eps?: number | null | LogitOptions): Tensor {
  checkTensor('logit', 'input', x)
  const limit = bindOptions<LogitOptions>('logit', ['eps'], [eps]).eps ?? null
  const real = cast(x, floatType(x.dtype))
  return record('LogitBackward0', logitOf(real, limit), [real], [real], (g, node) => logitGrad(g, node.saved(0), limit))
}

attachWithInplace({ logit, polygamma: (x: Tensor, n: number) => polygamma(n, x) })
