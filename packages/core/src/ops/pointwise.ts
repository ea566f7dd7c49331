/** Arithmetic and the elementary functions, one element at a time. */
import { Binary, Unary } from '../dispatch/opcodes.js'
import { bool, Category } from '../dtype.js'
import { RuntimeError } from '../errors.js'
import { bindOptions, TypeError_ } from '../options.js'
import { type Method, Tensor } from '../tensor.js'
import { bitwiseAnd, eq, ge } from './compare.js'
import { attach, type BinaryFunction, defineBinary, defineUnary, type UnaryFunction, Uses } from './define.js'
import { assign, binaryInplace } from './inplace.js'
import { isTensor, resultType, scalarDType, type TensorOrScalar } from './promote.js'
import { where } from './where.js'

declare module '../tensor.js' {
  interface Tensor {
    add: Method<typeof add>
    add_: Method<typeof add>
    sub: Method<typeof sub>
    sub_: Method<typeof sub>
    rsub(other: TensorOrScalar, options?: { alpha?: number }): Tensor
    mul(other: TensorOrScalar): Tensor
    mul_(other: TensorOrScalar): Tensor
    div: Method<typeof div>
    div_: Method<typeof div>
    pow(exponent: TensorOrScalar): Tensor
    pow_(exponent: TensorOrScalar): Tensor
    neg(): Tensor
    neg_(): Tensor
    abs(): Tensor
    abs_(): Tensor
    sign(): Tensor
    sign_(): Tensor
    exp(): Tensor
    exp_(): Tensor
    exp2(): Tensor
    exp2_(): Tensor
    expm1(): Tensor
    expm1_(): Tensor
    log(): Tensor
    log_(): Tensor
    log2(): Tensor
    log2_(): Tensor
    log10(): Tensor
    log10_(): Tensor
    log1p(): Tensor
    log1p_(): Tensor
    sqrt(): Tensor
    sqrt_(): Tensor
    rsqrt(): Tensor
    rsqrt_(): Tensor
    reciprocal(): Tensor
    reciprocal_(): Tensor
    square(): Tensor
    square_(): Tensor
  }
}

const noBool = (name: string) => (x: Tensor) => {
  if (x.dtype === bool)
    throw new RuntimeError(
      `${name}, the \`-\` operator, on a bool tensor is not supported. If you are trying to invert a mask, use \`bitwiseNot()\` or \`logicalNot()\` instead.`,
    )
  return undefined
}

const plainAdd: BinaryFunction = defineBinary('add', Binary.add, { left: (g) => g, right: (g) => g })

const noBoolSub = (a: TensorOrScalar, b: TensorOrScalar) => {
  const isBool = (v: TensorOrScalar) => (v instanceof Tensor ? v.dtype : scalarDType(v)) === bool
  if (isBool(a) && isBool(b))
    throw new RuntimeError(
      'Subtraction, the `-` operator, with two bool tensors is not supported. Use the `bitwiseXor()` or `logicalXor()` operator instead.',
    )
  if (isBool(a) || isBool(b))
    throw new RuntimeError(
      'Subtraction, the `-` operator, with a bool tensor is not supported. If you are trying to invert a mask, use the `bitwiseNot()` or `logicalNot()` operator instead.',
    )
}
const plainSub: BinaryFunction = defineBinary('sub', Binary.sub, {
  check: noBoolSub,
  left: (g) => g,
  right: (g) => neg(g),
})

/** Options of {@link add} and {@link sub}. */
export interface AlphaOptions {
  /** Factor of the second operand, 1 if not given. */
  alpha?: number
}

function scaled(name: string, a: TensorOrScalar, b: TensorOrScalar, options: number | AlphaOptions): TensorOrScalar {
  const { alpha = 1 } = bindOptions<AlphaOptions>(name, ['alpha'], [options])
  const dtype = resultType(a, b)
  if (typeof alpha === 'boolean' && dtype !== bool)
    throw new RuntimeError('Boolean alpha only supported for Boolean results.')
  if (dtype.category !== Category.float && !Number.isInteger(Number(alpha)))
    throw new RuntimeError('For integral input tensors, argument alpha must not be a floating point number.')
  if (alpha === 1) return b
  return isTensor(b) ? mul(b, alpha) : Number(b) * alpha
}

/**
 * `a + alpha * b`, broadcast, with type promotion.
 *
 * @param a - tensor or number
 * @param b - tensor or number; at least one of the two is a tensor
 * @returns a tensor of the common shape and dtype
 * @throws RuntimeError if the shapes do not broadcast
 * @example
 * ```ts
 * add(tensor([1, 2]), 10) // tensor([11, 12])
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.add.html
 */
export function add(a: TensorOrScalar, b: TensorOrScalar, options?: AlphaOptions): Tensor {
  return options === undefined ? plainAdd(a, b) : plainAdd(a, scaled('add', a, b, options))
}

/** `a - alpha * b`, broadcast. @throws RuntimeError for bool @see https://pytorch.org/docs/stable/generated/torch.sub.html */
export function sub(a: TensorOrScalar, b: TensorOrScalar, options?: AlphaOptions): Tensor {
  return options === undefined ? plainSub(a, b) : plainSub(a, scaled('sub', a, b, options))
}

/** `b - alpha * a`. */
export function rsub(a: TensorOrScalar, b: TensorOrScalar, options?: AlphaOptions): Tensor {
  if (!isTensor(a)) throw TypeError_(`rsub(): argument 'input' (position 1) must be Tensor, not`, a)
  return sub(b, a, options)
}

/** `a * b`, broadcast. @see https://pytorch.org/docs/stable/generated/torch.mul.html */
export const mul: BinaryFunction = defineBinary('mul', Binary.mul, {
  left: (g, _, b) => mul(g, b),
  right: (g, a) => mul(g, a),
  leftUses: Uses.b,
  rightUses: Uses.a,
})

const trueDiv: BinaryFunction = defineBinary('div', Binary.div, {
  float: true,
  left: (g, _, b) => div(g, b),
  right: (g, _, b, out) => neg(mul(g, div(out, b))),
  leftUses: Uses.b,
  rightUses: Uses.b | Uses.out,
})
const divTrunc: BinaryFunction = defineBinary('divTrunc', Binary.divTrunc, {})

/**
 * `a // b`, rounded down, in the dtype of the operands.
 *
 * @throws RuntimeError if an integer is divided by zero
 * @see https://pytorch.org/docs/stable/generated/torch.floor_divide.html
 */
export const floorDivide: BinaryFunction = defineBinary('floorDivide', Binary.divFloor, {
  check: (a, b) => noBoolPair('div_floor_cpu', true)(a, b),
})

/** Options of {@link div}. */
export interface DivOptions {
  /** None: true division, in floating point. `'trunc'`: towards zero. `'floor'`: down. */
  roundingMode?: 'trunc' | 'floor' | null
}

/** `a / b`, broadcast. @see https://pytorch.org/docs/stable/generated/torch.div.html */
export function div(a: TensorOrScalar, b: TensorOrScalar, options?: DivOptions): Tensor {
  if (options === undefined) return trueDiv(a, b)
  const { roundingMode } = bindOptions<DivOptions>('div', ['roundingMode'], [options])
  if (roundingMode == null) return trueDiv(a, b)
  if (roundingMode === 'trunc') return divTrunc(a, b)
  if (roundingMode === 'floor') return floorDivide(a, b)
  throw new RuntimeError(
    `div expected rounding_mode to be one of None, 'trunc', or 'floor' but found '${roundingMode}'`,
  )
}

const noBoolPair = (kernel: string, scalarsToo: boolean) => (a: TensorOrScalar, b: TensorOrScalar) => {
  if (!scalarsToo && !(isTensor(a) && isTensor(b))) return
  if (resultType(a, b) === bool) throw new RuntimeError(`"${kernel}" not implemented for 'Bool'`)
}

const rawPow: BinaryFunction = defineBinary('pow', Binary.pow, {
  check: (a, b) => noBoolPair('pow', false)(a, b),
  left: (g, a, b) => powBase(g, a as Tensor, b),
  right: (g, a, b, out) => powExponent(g, a, b as Tensor, out),
  leftUses: Uses.ab,
  rightUses: Uses.a | Uses.b | Uses.out,
})

function powBase(g: Tensor, x: Tensor, exponent: TensorOrScalar): Tensor {
  if (typeof exponent === 'number') {
    if (exponent === 0) return mul(g, 0)
    if (exponent === 1) return g
    // the most frequent one needs no power
    return mul(g, mul(exponent === 2 ? x : pow(x, exponent - 1), exponent))
  }
  // x^0 has no slope, also where x^-1 is infinite
  return where(eq(exponent, 0), 0, mul(g, mul(exponent, pow(x, sub(exponent, 1)))))
}

function powExponent(g: Tensor, base: TensorOrScalar, exponent: Tensor, out: Tensor): Tensor {
  if (!isTensor(base)) {
    if (Number(base) === 0) return where(ge(exponent, 0), 0, mul(g, mul(out, Math.log(0))))
    return mul(g, mul(out, Math.log(Number(base))))
  }
  // 0^b is constant for b >= 0, where log 0 would make it NaN
  const flat = bitwiseAnd(eq(base, 0), ge(exponent, 0))
  return where(flat, 0, mul(g, mul(out, log(base))))
}

/**
 * `a` to the power of `b`, broadcast.
 *
 * @throws RuntimeError for an integer tensor to a negative integer number
 * @see https://pytorch.org/docs/stable/generated/torch.pow.html
 */
export function pow(a: TensorOrScalar, b: TensorOrScalar): Tensor {
  if (
    typeof b === 'number' &&
    b < 0 &&
    Number.isInteger(b) &&
    a instanceof Tensor &&
    a.dtype.category === Category.integer
  ) {
    throw new RuntimeError('Integers to negative integer powers are not allowed.')
  }
  return rawPow(a, b)
}

/** `-x`. @throws RuntimeError for bool @see https://pytorch.org/docs/stable/generated/torch.neg.html */
export const neg: UnaryFunction = defineUnary('neg', Unary.neg, {
  float: false,
  special: noBool('Negation'),
  gradient: (g) => neg(g),
})
/** `|x|`. @see https://pytorch.org/docs/stable/generated/torch.abs.html */
export const abs: UnaryFunction = defineUnary('abs', Unary.abs, {
  special: (x) => {
    if (x.dtype === bool) throw new RuntimeError(`"abs_cpu" not implemented for 'Bool'`)
    return undefined
  },
  float: false,
  keeps: 'input',
  gradient: (g, x) => mul(g, sign(x)),
})
/** -1, 0 or 1. @see https://pytorch.org/docs/stable/generated/torch.sign.html */
export const sign: UnaryFunction = defineUnary('sign', Unary.sign, { float: false })
/** `e^x`. @see https://pytorch.org/docs/stable/generated/torch.exp.html */
export const exp: UnaryFunction = defineUnary('exp', Unary.exp, {
  float: true,
  keeps: 'output',
  gradient: (g, y) => mul(g, y),
})
/** `2^x`. @see https://pytorch.org/docs/stable/generated/torch.exp2.html */
export const exp2: UnaryFunction = defineUnary('exp2', Unary.exp2, {
  float: true,
  keeps: 'output',
  gradient: (g, y) => mul(g, mul(y, Math.LN2)),
})
/** `e^x - 1`, exact for small `x`. @see https://pytorch.org/docs/stable/generated/torch.expm1.html */
export const expm1: UnaryFunction = defineUnary('expm1', Unary.expm1, {
  float: true,
  keeps: 'output',
  gradient: (g, y) => mul(g, add(y, 1)),
})
/** Natural logarithm. @see https://pytorch.org/docs/stable/generated/torch.log.html */
export const log: UnaryFunction = defineUnary('log', Unary.log, {
  float: true,
  keeps: 'input',
  gradient: (g, x) => div(g, x),
})
/** Logarithm to base 2. @see https://pytorch.org/docs/stable/generated/torch.log2.html */
export const log2: UnaryFunction = defineUnary('log2', Unary.log2, {
  float: true,
  keeps: 'input',
  gradient: (g, x) => div(g, mul(x, Math.LN2)),
})
/** Logarithm to base 10. @see https://pytorch.org/docs/stable/generated/torch.log10.html */
export const log10: UnaryFunction = defineUnary('log10', Unary.log10, {
  float: true,
  keeps: 'input',
  gradient: (g, x) => div(g, mul(x, Math.LN10)),
})
/** `log(1 + x)`, exact for small `x`. @see https://pytorch.org/docs/stable/generated/torch.log1p.html */
export const log1p: UnaryFunction = defineUnary('log1p', Unary.log1p, {
  float: true,
  keeps: 'input',
  gradient: (g, x) => div(g, add(x, 1)),
})
/** Square root. @see https://pytorch.org/docs/stable/generated/torch.sqrt.html */
export const sqrt: UnaryFunction = defineUnary('sqrt', Unary.sqrt, {
  float: true,
  keeps: 'output',
  gradient: (g, y) => div(g, mul(y, 2)),
})
/** `1 / sqrt(x)`. @see https://pytorch.org/docs/stable/generated/torch.rsqrt.html */
export const rsqrt: UnaryFunction = defineUnary('rsqrt', Unary.rsqrt, {
  float: true,
  keeps: 'output',
  gradient: (g, y) => mul(mul(g, -0.5), mul(y, mul(y, y))),
})
/** `1 / x`. @see https://pytorch.org/docs/stable/generated/torch.reciprocal.html */
export const reciprocal: UnaryFunction = defineUnary('reciprocal', Unary.reciprocal, {
  float: true,
  keeps: 'output',
  gradient: (g, y) => neg(mul(g, mul(y, y))),
})

/** `x * x`. @see https://pytorch.org/docs/stable/generated/torch.square.html */
export function square(x: Tensor): Tensor {
  return pow(x, 2)
}

attach('add', function (this: Tensor, other: TensorOrScalar, options?: AlphaOptions) {
  return add(this, other, options)
})
attach('add_', function (this: Tensor, other: TensorOrScalar, options?: AlphaOptions) {
  return binaryInplace(Binary.add, this, options === undefined ? other : scaled('add_', this, other, options), plainAdd)
})
attach('sub', function (this: Tensor, other: TensorOrScalar, options?: AlphaOptions) {
  return sub(this, other, options)
})
attach('sub_', function (this: Tensor, other: TensorOrScalar, options?: AlphaOptions) {
  noBoolSub(this, other)
  return binaryInplace(Binary.sub, this, options === undefined ? other : scaled('sub_', this, other, options), plainSub)
})
attach('rsub', function (this: Tensor, other: TensorOrScalar, options?: AlphaOptions) {
  return sub(other, this, options)
})
attach('div', function (this: Tensor, other: TensorOrScalar, options?: DivOptions) {
  return div(this, other, options)
})
attach('pow', function (this: Tensor, exponent: TensorOrScalar) {
  return pow(this, exponent)
})
attach('square', function (this: Tensor) {
  return square(this)
})
attach('square_', function (this: Tensor) {
  return assign(this, square(this))
})
attach('div_', function (this: Tensor, other: TensorOrScalar, options?: DivOptions) {
  if (options === undefined && this.dtype.isFloatingPoint) return binaryInplace(Binary.div, this, other, trueDiv)
  return assign(this, div(this, other, options))
})
