/** Divisors and multiples of integers. */
import { defineOp } from '../dispatch/op.js'
import { Binary } from '../dispatch/opcodes.js'
import type { Tensor } from '../tensor.js'
import { eq } from './compare.js'
import { type BinaryFunction, defineBinary } from './define.js'
import { castTo } from './elementwise.js'
import { attachWithInplace } from './methods.js'
import { all, integersOnly } from './operands.js'
import { abs, div, mul } from './pointwise.js'
import { resultType, tensorsOnly } from './promote.js'
import { where } from './where.js'

declare module '../tensor.js' {
  interface Tensor {
    gcd(other: Tensor): Tensor
    gcd_(other: Tensor): Tensor
    lcm(other: Tensor): Tensor
    lcm_(other: Tensor): Tensor
  }
}

/**
 * The greatest common divisor, never negative; 0 of two zeros.
 *
 * @throws RuntimeError for dtypes other than integers
 * @example
 * ```ts
 * gcd(tensor([12, -8]), tensor([18, 12])) // tensor([6, 4])
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.gcd.html
 */
export const gcd: BinaryFunction = defineBinary('gcd', Binary.gcd, {
  check: all(tensorsOnly('gcd'), integersOnly('gcd_cpu')),
})

const lcmOf = defineOp('lcm', (a: Tensor, b: Tensor): Tensor => {
  const divisor = gcd(a, b)
  // only two zeros have the divisor 0, and any other one does there
  const quotient = div(a, where(eq(divisor, 0), 1, divisor), { roundingMode: 'trunc' })
  return abs(mul(quotient, b))
})

const checkLcm = all(tensorsOnly('lcm'), integersOnly('lcm_cpu'))

/** The least common multiple, never negative; 0 if one is 0. @throws RuntimeError for dtypes other than integers @see https://pytorch.org/docs/stable/generated/torch.lcm.html */
export function lcm(a: Tensor, b: Tensor): Tensor {
  checkLcm(a, b)
  const dtype = resultType(a, b)
  return lcmOf(castTo(a, dtype), castTo(b, dtype))
}

attachWithInplace({ lcm })
