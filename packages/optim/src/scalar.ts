/**
 * Numbers of a line search, as Python computes with them: two plain numbers in double precision, but in the dtype of the
 * parameters as soon as one of them is a tensor. Close to the minimum the decisions depend on it.
 */
import { add, div, ge, gt, le, lt, mul, sub, Tensor } from '@tsorch/core'

/** A number, or a tensor with one element. */
export type Scalar = number | Tensor

const isNumber = (x: Scalar): x is number => typeof x === 'number'

export function plus(a: Scalar, b: Scalar): Scalar {
  return isNumber(a) && isNumber(b) ? a + b : add(a, b)
}

export function minus(a: Scalar, b: Scalar): Scalar {
  return isNumber(a) && isNumber(b) ? a - b : sub(a, b)
}

export function times(a: Scalar, b: Scalar): Scalar {
  return isNumber(a) && isNumber(b) ? a * b : mul(a, b)
}

export function over(a: Scalar, b: Scalar): Scalar {
  return isNumber(a) && isNumber(b) ? a / b : div(a, b)
}

export function absolute(a: Scalar): Scalar {
  return isNumber(a) ? Math.abs(a) : a.abs()
}

export function squareRoot(a: Scalar): Scalar {
  return isNumber(a) ? Math.sqrt(a) : a.sqrt()
}

export function isGreater(a: Scalar, b: Scalar): boolean {
  if (!isNumber(a)) return Boolean(gt(a, b).item())
  return isNumber(b) ? a > b : Boolean(lt(b, a).item())
}

export function isLess(a: Scalar, b: Scalar): boolean {
  return isGreater(b, a)
}

export function isAtLeast(a: Scalar, b: Scalar): boolean {
  if (!isNumber(a)) return Boolean(ge(a, b).item())
  return isNumber(b) ? a >= b : Boolean(le(b, a).item())
}

export function isAtMost(a: Scalar, b: Scalar): boolean {
  return isAtLeast(b, a)
}

/** The smaller one, the first if neither is (or one is NaN). */
export function smaller(a: Scalar, b: Scalar): Scalar {
  return isLess(b, a) ? b : a
}

/** The larger one, the first if neither is (or one is NaN). */
export function larger(a: Scalar, b: Scalar): Scalar {
  return isGreater(b, a) ? b : a
}

/** Python's `float(x)`. */
export function toNumber(x: unknown): number {
  return Number(x instanceof Tensor ? x.item() : x)
}
