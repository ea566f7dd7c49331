/** Circular and hyperbolic functions. */
import { Unary } from '../dispatch/opcodes.js'
import type { Tensor } from '../tensor.js'
import { defineUnary, type UnaryFunction } from './define.js'
import { add, div, mul, neg, rsqrt, sub } from './pointwise.js'

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
    acos(): Tensor
    acos_(): Tensor
    atan(): Tensor
    atan_(): Tensor
    sinh(): Tensor
    sinh_(): Tensor
    cosh(): Tensor
    cosh_(): Tensor
    tanh(): Tensor
    tanh_(): Tensor
    asinh(): Tensor
    asinh_(): Tensor
    acosh(): Tensor
    acosh_(): Tensor
    atanh(): Tensor
    atanh_(): Tensor
  }
}

const ofInput = (gradient: (g: Tensor, x: Tensor) => Tensor) => ({ float: true, keeps: 'input', gradient }) as const
const ofOutput = (gradient: (g: Tensor, y: Tensor) => Tensor) => ({ float: true, keeps: 'output', gradient }) as const

/** Sine of radians. @see https://pytorch.org/docs/stable/generated/torch.sin.html */
export const sin: UnaryFunction = defineUnary(
  'sin',
  Unary.sin,
  ofInput((g, x) => mul(g, cos(x))),
)
/** Cosine of radians. @see https://pytorch.org/docs/stable/generated/torch.cos.html */
export const cos: UnaryFunction = defineUnary(
  'cos',
  Unary.cos,
  ofInput((g, x) => neg(mul(g, sin(x)))),
)
/** Tangent of radians. @see https://pytorch.org/docs/stable/generated/torch.tan.html */
export const tan: UnaryFunction = defineUnary(
  'tan',
  Unary.tan,
  ofOutput((g, y) => mul(g, add(mul(y, y), 1))),
)
/** Inverse sine, in radians. @see https://pytorch.org/docs/stable/generated/torch.asin.html */
export const asin: UnaryFunction = defineUnary(
  'asin',
  Unary.asin,
  ofInput((g, x) => mul(g, rsqrt(sub(1, mul(x, x))))),
)
/** Inverse cosine, in radians. @see https://pytorch.org/docs/stable/generated/torch.acos.html */
export const acos: UnaryFunction = defineUnary(
  'acos',
  Unary.acos,
  ofInput((g, x) => neg(mul(g, rsqrt(sub(1, mul(x, x)))))),
)
/** Inverse tangent, in radians. @see https://pytorch.org/docs/stable/generated/torch.atan.html */
export const atan: UnaryFunction = defineUnary(
  'atan',
  Unary.atan,
  ofInput((g, x) => div(g, add(mul(x, x), 1))),
)
/** Hyperbolic sine. @see https://pytorch.org/docs/stable/generated/torch.sinh.html */
export const sinh: UnaryFunction = defineUnary(
  'sinh',
  Unary.sinh,
  ofInput((g, x) => mul(g, cosh(x))),
)
/** Hyperbolic cosine. @see https://pytorch.org/docs/stable/generated/torch.cosh.html */
export const cosh: UnaryFunction = defineUnary(
  'cosh',
  Unary.cosh,
  ofInput((g, x) => mul(g, sinh(x))),
)
/** Hyperbolic tangent. @see https://pytorch.org/docs/stable/generated/torch.tanh.html */
export const tanh: UnaryFunction = defineUnary(
  'tanh',
  Unary.tanh,
  ofOutput((g, y) => mul(g, sub(1, mul(y, y)))),
)
/** Inverse hyperbolic sine. @see https://pytorch.org/docs/stable/generated/torch.asinh.html */
export const asinh: UnaryFunction = defineUnary(
  'asinh',
  Unary.asinh,
  ofInput((g, x) => mul(g, rsqrt(add(mul(x, x), 1)))),
)
/** Inverse hyperbolic cosine. @see https://pytorch.org/docs/stable/generated/torch.acosh.html */
export const acosh: UnaryFunction = defineUnary(
  'acosh',
  Unary.acosh,
  ofInput((g, x) => mul(g, rsqrt(sub(mul(x, x), 1)))),
)
/** Inverse hyperbolic tangent. @see https://pytorch.org/docs/stable/generated/torch.atanh.html */
export const atanh: UnaryFunction = defineUnary(
  'atanh',
  Unary.atanh,
  ofInput((g, x) => div(g, sub(1, mul(x, x)))),
)
