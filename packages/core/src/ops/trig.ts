/** Trigonometric and hyperbolic functions, their inverses, and angles. */
import { record } from '../autograd/node.js'
import { defineComposite, defineOp, type Op } from '../dispatch/op.js'
import { Binary, Unary } from '../dispatch/opcodes.js'
import { float32 } from '../dtype.js'
import type { Tensor } from '../tensor.js'
import { cast } from './cast.js'
import { eq } from './compare.js'
import { type BinaryFunction, defineBinary, defineUnary, type UnaryFunction, Uses } from './define.js'
import { castTo } from './elementwise.js'
import { attachWithInplace } from './methods.js'
import { all, floatsOnly } from './operands.js'
import { add, div, mul, neg, reciprocal, rsqrt, sub } from './pointwise.js'
import { checkTensor, floatType, tensorsOnly } from './promote.js'
import { where } from './where.js'

declare module '../tensor.js' {
  interface Tensor {
    sin(): Tensor
    sin_(): Tensor
    cos(): Tensor
    cos_(): Tensor
    tan(): Tensor
    tan_(): Tensor
    asin(): Tensor
    asin_(): Tensor
    arcsin(): Tensor
    arcsin_(): Tensor
    acos(): Tensor
    acos_(): Tensor
    arccos(): Tensor
    arccos_(): Tensor
    atan(): Tensor
    atan_(): Tensor
    arctan(): Tensor
    arctan_(): Tensor
    sinh(): Tensor
    sinh_(): Tensor
    cosh(): Tensor
    cosh_(): Tensor
    tanh(): Tensor
    tanh_(): Tensor
    asinh(): Tensor
    asinh_(): Tensor
    arcsinh(): Tensor
    arcsinh_(): Tensor
    acosh(): Tensor
    acosh_(): Tensor
    arccosh(): Tensor
    arccosh_(): Tensor
    atanh(): Tensor
    atanh_(): Tensor
    arctanh(): Tensor
    arctanh_(): Tensor
    sinc(): Tensor
    sinc_(): Tensor
    deg2rad(): Tensor
    deg2rad_(): Tensor
    rad2deg(): Tensor
    rad2deg_(): Tensor
    atan2(other: Tensor): Tensor
    atan2_(other: Tensor): Tensor
    arctan2(other: Tensor): Tensor
    arctan2_(other: Tensor): Tensor
    hypot(other: Tensor): Tensor
    hypot_(other: Tensor): Tensor
  }
}

/**
 * Sine.
 *
 * @param x - tensor of any shape; integers and bool are computed in the default dtype
 * @returns a tensor of the same shape
 * @example
 * ```ts
 * sin(tensor([0, Math.PI / 2])) // tensor([0., 1.])
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.sin.html
 */
export const sin: UnaryFunction = defineUnary('sin', Unary.sin, {
  float: true,
  keeps: 'input',
  gradient: (g, x) => mul(g, cos(x)),
})

/** Cosine. @see https://pytorch.org/docs/stable/generated/torch.cos.html */
export const cos: UnaryFunction = defineUnary('cos', Unary.cos, {
  float: true,
  keeps: 'input',
  gradient: (g, x) => mul(g, neg(sin(x))),
})

/** Tangent. @see https://pytorch.org/docs/stable/generated/torch.tan.html */
export const tan: UnaryFunction = defineUnary('tan', Unary.tan, {
  float: true,
  keeps: 'output',
  gradient: (g, y) => mul(g, add(mul(y, y), 1)),
})

/** Inverse sine; NaN outside [-1, 1]. @see https://pytorch.org/docs/stable/generated/torch.asin.html */
export const asin: UnaryFunction = defineUnary('asin', Unary.asin, {
  float: true,
  keeps: 'input',
  gradient: (g, x) => mul(g, rsqrt(sub(1, mul(x, x)))),
})

/** Inverse cosine; NaN outside [-1, 1]. @see https://pytorch.org/docs/stable/generated/torch.acos.html */
export const acos: UnaryFunction = defineUnary('acos', Unary.acos, {
  float: true,
  keeps: 'input',
  gradient: (g, x) => mul(g, neg(rsqrt(sub(1, mul(x, x))))),
})

/** Inverse tangent. @see https://pytorch.org/docs/stable/generated/torch.atan.html */
export const atan: UnaryFunction = defineUnary('atan', Unary.atan, {
  float: true,
  keeps: 'input',
  gradient: (g, x) => div(g, add(mul(x, x), 1)),
})

/** Hyperbolic sine. @see https://pytorch.org/docs/stable/generated/torch.sinh.html */
export const sinh: UnaryFunction = defineUnary('sinh', Unary.sinh, {
  float: true,
  keeps: 'input',
  gradient: (g, x) => mul(g, cosh(x)),
})

/** Hyperbolic cosine. @see https://pytorch.org/docs/stable/generated/torch.cosh.html */
export const cosh: UnaryFunction = defineUnary('cosh', Unary.cosh, {
  float: true,
  keeps: 'input',
  gradient: (g, x) => mul(g, sinh(x)),
})

/** Kernel key: gradient of {@link tanh} from that of its output and the output. */
export const tanhGradOp: Op<[g: Tensor, y: Tensor], Tensor> = defineComposite(
  'tanhGrad',
  (g: Tensor, y: Tensor): Tensor => mul(g, sub(1, mul(y, y))),
)

/** Hyperbolic tangent. @see https://pytorch.org/docs/stable/generated/torch.tanh.html */
export const tanh: UnaryFunction = defineUnary('tanh', Unary.tanh, {
  float: true,
  keeps: 'output',
  gradient: (g, y) => tanhGradOp(g, y),
})

/** Inverse hyperbolic sine. @see https://pytorch.org/docs/stable/generated/torch.asinh.html */
export const asinh: UnaryFunction = defineUnary('asinh', Unary.asinh, {
  float: true,
  keeps: 'input',
  gradient: (g, x) => mul(g, rsqrt(add(mul(x, x), 1))),
})

/** Inverse hyperbolic cosine; NaN below 1. @see https://pytorch.org/docs/stable/generated/torch.acosh.html */
export const acosh: UnaryFunction = defineUnary('acosh', Unary.acosh, {
  float: true,
  keeps: 'input',
  gradient: (g, x) => mul(g, rsqrt(sub(mul(x, x), 1))),
})

/** Inverse hyperbolic tangent; NaN outside [-1, 1]. @see https://pytorch.org/docs/stable/generated/torch.atanh.html */
export const atanh: UnaryFunction = defineUnary('atanh', Unary.atanh, {
  float: true,
  keeps: 'input',
  gradient: (g, x) => div(g, sub(1, mul(x, x))),
})

/** See {@link asin}. */
export const arcsin: UnaryFunction = asin
/** See {@link acos}. */
export const arccos: UnaryFunction = acos
/** See {@link atan}. */
export const arctan: UnaryFunction = atan
/** See {@link asinh}. */
export const arcsinh: UnaryFunction = asinh
/** See {@link acosh}. */
export const arccosh: UnaryFunction = acosh
/** See {@link atanh}. */
export const arctanh: UnaryFunction = atanh

const sincOf = defineOp('sinc', (x: Tensor): Tensor => {
  // a sine of large angles needs more digits than the half types have
  const y = mul(x.dtype.staged ? castTo(x, float32) : x, Math.PI)
  return castTo(where(eq(x, 0), 1, div(sin(y), y)), x.dtype)
})

/** The slope is 0 at 0, where the formula would be 0 / 0. */
function sincGrad(g: Tensor, x: Tensor): Tensor {
  const y = mul(x, Math.PI)
  const divisor = mul(mul(x, x), Math.PI)
  return where(eq(divisor, 0), 0, mul(g, div(sub(mul(y, cos(y)), sin(y)), divisor)))
}

/**
 * `sin(pi x) / (pi x)`, 1 at 0.
 *
 * @see https://pytorch.org/docs/stable/generated/torch.sinc.html
 */
export function sinc(x: Tensor): Tensor {
  checkTensor('sinc', 'input', x)
  const real = cast(x, floatType(x.dtype))
  return record('SincBackward0', sincOf(real), [real], [real], (g, node) => sincGrad(g, node.saved(0)))
}

/** Degrees to radians. @see https://pytorch.org/docs/stable/generated/torch.deg2rad.html */
export function deg2rad(x: Tensor): Tensor {
  checkTensor('deg2rad', 'input', x)
  return mul(x, Math.PI / 180)
}

/** Radians to degrees. @see https://pytorch.org/docs/stable/generated/torch.rad2deg.html */
export function rad2deg(x: Tensor): Tensor {
  checkTensor('rad2deg', 'input', x)
  return mul(x, 180 / Math.PI)
}

/** 1 / (a^2 + b^2) */
function inverseSquaredNorm(a: Tensor, b: Tensor): Tensor {
  return reciprocal(add(mul(a, a), mul(b, b)))
}

/**
 * The angle of the point (b, a), in [-pi, pi]: the inverse tangent of `a / b` that minds the quadrant.
 *
 * @param a - tensor: the vertical coordinates
 * @param b - tensor: the horizontal ones
 * @see https://pytorch.org/docs/stable/generated/torch.atan2.html
 */
export const atan2: BinaryFunction = defineBinary('atan2', Binary.atan2, {
  float: true,
  check: tensorsOnly('atan2'),
  left: (g, a, b) => mul(mul(g, b), inverseSquaredNorm(a as Tensor, b as Tensor)),
  right: (g, a, b) => mul(mul(g, neg(a as Tensor)), inverseSquaredNorm(a as Tensor, b as Tensor)),
  leftUses: Uses.ab,
  rightUses: Uses.ab,
})

/** See {@link atan2}. */
export const arctan2: BinaryFunction = atan2

/**
 * `sqrt(a^2 + b^2)`, without overflow.
 *
 * @throws RuntimeError for integer dtypes
 * @see https://pytorch.org/docs/stable/generated/torch.hypot.html
 */
export const hypot: BinaryFunction = defineBinary('hypot', Binary.hypot, {
  check: all(tensorsOnly('hypot'), floatsOnly('hypot_cpu')),
  left: (g, a, _, out) => mul(g, div(a, out)),
  right: (g, _, b, out) => mul(g, div(b, out)),
  leftUses: Uses.a | Uses.out,
  rightUses: Uses.b | Uses.out,
})

attachWithInplace({
  arcsin,
  arccos,
  arctan,
  arcsinh,
  arccosh,
  arctanh,
  sinc,
  deg2rad,
  rad2deg,
  arctan2,
})
