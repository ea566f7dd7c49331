/** Whether tensors are equal, or nearly so. */

import { withoutGrad } from '../autograd/mode.js'
import { Category } from '../dtype.js'
import { RuntimeError } from '../errors.js'
import { bindOptions } from '../options.js'
import { sameShape } from '../shape.js'
import type { Method, Tensor } from '../tensor.js'
import { hostWords } from './access.js'
import { bitwiseAnd, bitwiseOr, eq, isfinite, isnan, le } from './compare.js'
import { commonDevice, toFloat } from './elementwise.js'
import { attachMethods } from './methods.js'
import { abs, add, mul, sub } from './pointwise.js'
import { checkTensor } from './promote.js'
import { all } from './reduce.js'

declare module '../tensor.js' {
  interface Tensor {
    isclose: Method<typeof isclose>
    allclose: Method<typeof allclose>
    equal: Method<typeof equal>
  }
}

/** Options of {@link isclose} and {@link allclose}. */
export interface ClosenessOptions {
  /** Relative to `other`, 1e-5 if not given. */
  rtol?: number
  /** 1e-8 if not given. */
  atol?: number
  /** Whether NaN is close to NaN. */
  equalNan?: boolean
}

const names = ['rtol', 'atol', 'equalNan'] as const
type Argument = number | boolean | ClosenessOptions

function close(name: string, x: Tensor, other: Tensor, args: readonly unknown[]): Tensor {
  checkTensor(name, 'input', x)
  checkTensor(name, 'other', other)
  const { rtol = 1e-5, atol = 1e-8, equalNan = false } = bindOptions<ClosenessOptions>(name, names, args)
  if (x.dtype !== other.dtype) throw new RuntimeError(`${x.dtype.label} did not match ${other.dtype.label}`)
  if (!(rtol >= 0)) throw new RuntimeError(`rtol must be greater than or equal to zero, but got ${rtol}`)
  if (!(atol >= 0)) throw new RuntimeError(`atol must be greater than or equal to zero, but got ${atol}`)
  return withoutGrad(compareClosely, [x, other, rtol, atol, equalNan])
}

function compareClosely(x: Tensor, other: Tensor, rtol: number, atol: number, equalNan: boolean): Tensor {
  let result = eq(x, other)
  const real = x.dtype.category === Category.float
  if (equalNan && real) result = bitwiseOr(result, bitwiseAnd(isnan(x), isnan(other)))
  if (rtol === 0 && atol === 0) return result
  const a = toFloat(x)
  const b = toFloat(other)
  const allowed = add(abs(mul(b, rtol)), atol)
  const distance = abs(sub(a, b))
  return bitwiseOr(result, bitwiseAnd(isfinite(distance), le(distance, allowed)))
}

/**
 * Whether `|x - other| <= atol + rtol |other|`, element by element.
 *
 * @param x - tensor
 * @param other - tensor of the same dtype that broadcasts
 * @returns a bool tensor
 * @throws RuntimeError if the dtypes differ or a tolerance is negative
 * @see https://pytorch.org/docs/stable/generated/torch.isclose.html
 */
export function isclose(x: Tensor, other: Tensor, rtol?: Argument, atol?: Argument, equalNan?: Argument): Tensor {
  return close('isclose', x, other, [rtol, atol, equalNan])
}

/**
 * Whether all elements are close in the sense of {@link isclose}.
 *
 * @example
 * ```ts
 * allclose(tensor([0.1]).add(0.2), tensor([0.3])) // true
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.allclose.html
 */
export function allclose(x: Tensor, other: Tensor, rtol?: Argument, atol?: Argument, equalNan?: Argument): boolean {
  return hostWords(all(close('allclose', x, other, [rtol, atol, equalNan])), 'allclose')[0] !== 0
}

/** Whether two tensors have the same shape and equal elements; NaN equals nothing. @see https://pytorch.org/docs/stable/generated/torch.equal.html */
export function equal(x: Tensor, other: Tensor): boolean {
  checkTensor('equal', 'input', x)
  checkTensor('equal', 'other', other)
  commonDevice(x, other)
  return sameShape(x.shape, other.shape) && hostWords(all(eq(x, other)), 'equal')[0] !== 0
}

attachMethods({ isclose, allclose, equal })
