/** The derivatives of digamma, computed with ordinary operations. */
import { defineOp, type Op } from '../dispatch/op.js'
import type { Tensor } from '../tensor.js'
import { eq, le, logicalAnd, lt } from './compare.js'
import { add, div, mul, pow, reciprocal, sub } from './pointwise.js'
import { floor, round } from './round.js'
import { cos, sin } from './trig.js'
import { where } from './where.js'

/** B(2j) / (2j)! for j = 1, 2, ...: the coefficients of the Euler-Maclaurin sum. */
const bernoulliOverFactorial = [1 / 12, -1 / 720, 1 / 30240, -1 / 1209600, 1 / 47900160, -691 / 1307674368000] as const

/** Terms summed one by one before the rest is summed by its integral and corrections. */
const DIRECT_TERMS = 9

/** Hurwitz' zeta function, the sum of (q + k)^-s over k >= 0, for an integer `s` > 1 and q >= 1/2. */
function hurwitzZeta(s: number, q: Tensor): Tensor {
  const end = add(q, DIRECT_TERMS)
  const tail = pow(end, -s)
  // the small terms first
  let sum = mul(tail, 0.5)
  let rising = s
  let power = div(tail, end)
  for (const [i, coefficient] of bernoulliOverFactorial.entries()) {
    sum = add(sum, mul(power, coefficient * rising))
    rising *= (s + 2 * i + 1) * (s + 2 * i + 2)
    power = div(div(power, end), end)
  }
  sum = add(sum, div(mul(tail, end), s - 1))
  for (let k = DIRECT_TERMS - 1; k >= 0; k--) sum = add(sum, pow(add(q, k), -s))
  return sum
}

/** The n-th derivative of the cotangent as a polynomial in the cotangent, lowest power first. */
function cotangentDerivative(n: number): readonly number[] {
  let p: number[] = [0, 1]
  for (let i = 0; i < n; i++) {
    // d/dx p(cot x) = -(1 + cot^2 x) p'(cot x)
    const next = new Array<number>(p.length + 1).fill(0)
    for (let k = 1; k < p.length; k++) {
      next[k - 1]! -= k * p[k]!
      next[k + 1]! -= k * p[k]!
    }
    p = next
  }
  return p
}

/** The n-th derivative of digamma minus (-1)^n times its value at 1 - x: -pi^(n+1) cot^(n)(pi x). */
function reflection(n: number, x: Tensor): Tensor {
  // within half a period the angle loses no digits
  const angle = mul(sub(x, round(x)), Math.PI)
  const cot = div(cos(angle), sin(angle))
  const p = cotangentDerivative(n)
  let sum = mul(cot, p[p.length - 1]!)
  for (let k = p.length - 2; k > 0; k--) sum = mul(add(sum, p[k]!), cot)
  return mul(add(sum, p[0]!), -(Math.PI ** (n + 1)))
}

function factorial(n: number): number {
  let product = 1
  for (let k = 2; k <= n; k++) product *= k
  return product
}

/** digamma' */
function trigamma(x: Tensor): Tensor {
  const reflected = lt(x, 0.5)
  let u = where(reflected, sub(1, x), x)
  let sum = reciprocal(mul(u, u))
  u = add(u, 1)
  for (let k = 1; k < 6; k++) {
    sum = add(sum, reciprocal(mul(u, u)))
    u = add(u, 1)
  }
  const y = reciprocal(mul(u, u))
  const series = sub(1 / 6, mul(y, sub(1 / 30, mul(y, 1 / 42))))
  sum = add(sum, div(add(add(reciprocal(mul(u, 2)), 1), mul(y, series)), u))
  const sine = sin(mul(x, Math.PI))
  return where(reflected, sub(div(Math.PI * Math.PI, mul(sine, sine)), sum), sum)
}

/**
 * The n-th derivative of digamma, n >= 1, of a floating-point tensor.
 *
 * Below 1/2 the reflection formula leads to 1 - x; at 0, -1, ... all derivatives but the first are infinite outright.
 */
export const polygammaOf: Op<[x: Tensor, n: number], Tensor> = defineOp('polygamma', (x: Tensor, n: number): Tensor => {
  if (n === 1) return trigamma(x)
  const sign = n % 2 === 0 ? -1 : 1
  const reflected = lt(x, 0.5)
  const value = mul(hurwitzZeta(n + 1, where(reflected, sub(1, x), x)), sign * factorial(n))
  const mirrored = add(mul(value, -sign), reflection(n, x))
  const pole = logicalAnd(le(x, 0), eq(x, floor(x)))
  return where(pole, sign * Number.POSITIVE_INFINITY, where(reflected, mirrored, value))
})
