/** Logarithms of two operands: of a sum of powers, and times a factor. */
import { record } from '../autograd/node.js'
import { defineOp } from '../dispatch/op.js'
import type { Tensor } from '../tensor.js'
import { cast } from './cast.js'
import { eq, isnan, le, logicalAnd } from './compare.js'
import type { BinaryFunction } from './define.js'
import { maximum } from './extremes.js'
import { attachMethods, attachWithInplace } from './methods.js'
import { all, floatOperands, floatsOnly } from './operands.js'
import { abs, add, div, exp, exp2, log, log1p, mul, neg, sub } from './pointwise.js'
import { resultType, type TensorOrScalar, tensorsOnly } from './promote.js'
import { where } from './where.js'

declare module '../tensor.js' {
  interface Tensor {
    logaddexp(other: Tensor): Tensor
    logaddexp2(other: Tensor): Tensor
    xlogy(other: TensorOrScalar): Tensor
    xlogy_(other: TensorOrScalar): Tensor
  }
}

/** The larger operand, and the logarithm of what the smaller one adds; equal infinities are their own sum. */
function sumOfPowers(a: Tensor, b: Tensor, power: (x: Tensor) => Tensor, unit: number): Tensor {
  const difference = abs(sub(a, b))
  const larger = maximum(a, b)
  const sum = add(larger, mul(log1p(power(neg(difference))), 1 / unit))
  return where(logicalAnd(eq(a, b), eq(abs(a), Number.POSITIVE_INFINITY)), a, sum)
}

/** `log_base(base^a + base^b)`, where `power` is the exponential function and `unit` the logarithm of the base. */
function defineSumOfPowers(
  name: string,
  kernel: string,
  power: (x: Tensor) => Tensor,
  unit: number,
): (a: Tensor, b: Tensor) => Tensor {
  const backward = `${name[0]!.toUpperCase()}${name.slice(1)}Backward0`
  const check = all(tensorsOnly(name), floatsOnly(kernel))
  const compute = defineOp(name, (a: Tensor, b: Tensor): Tensor => sumOfPowers(a, b, power, unit))
  const share = (g: Tensor, own: Tensor, other: Tensor): Tensor => div(g, add(power(sub(other, own)), 1))
  return (a, b) => {
    check(a, b)
    const dtype = resultType(a, b)
    const x = cast(a, dtype)
    const y = cast(b, dtype)
    return record(backward, compute(x, y), [x, y], [x, y], (g, node) => {
      const p = node.saved(0)
      const q = node.saved(1)
      return [node.needs(0) ? share(g, p, q) : null, node.needs(1) ? share(g, q, p) : null]
    })
  }
}

/**
 * `log(e^a + e^b)`, without overflow.
 *
 * @throws RuntimeError for integer dtypes
 * @see https://pytorch.org/docs/stable/generated/torch.logaddexp.html
 */
export const logaddexp: (a: Tensor, b: Tensor) => Tensor = defineSumOfPowers('logaddexp', 'logaddexp_cpu', exp, 1)

/** `log2(2^a + 2^b)`, without overflow. @see https://pytorch.org/docs/stable/generated/torch.logaddexp2.html */
export const logaddexp2: (a: Tensor, b: Tensor) => Tensor = defineSumOfPowers(
  'logaddexp2',
  'logaddexp2_cpu',
  exp2,
  Math.LN2,
)

const xlogyOf = defineOp('xlogy', (x: Tensor, y: Tensor): Tensor => {
  const value = where(eq(x, 0), 0, mul(x, log(y)))
  return where(isnan(y), Number.NaN, value)
})

/**
 * `a * log(b)`; 0 where `a` is 0, unless `b` is NaN.
 *
 * @param a - tensor or number
 * @param b - tensor or number; at least one of the two is a tensor
 * @see https://pytorch.org/docs/stable/special.html#torch.special.xlogy
 */
export const xlogy: BinaryFunction = (a, b) => {
  const [x, y] = floatOperands('xlogy', a, b)
  return record('XlogyBackward0', xlogyOf(x, y), [x, y], [x, y], (g, node) => {
    const p = node.saved(0)
    const q = node.saved(1)
    return [
      node.needs(0) ? where(logicalAnd(eq(p, 0), le(q, 0)), 0, xlogy(g, q)) : null,
      node.needs(1) ? div(mul(g, p), q) : null,
    ]
  })
}

attachMethods({ logaddexp, logaddexp2 })
attachWithInplace({ xlogy })
