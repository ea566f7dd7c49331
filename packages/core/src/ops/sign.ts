/** The sign of a number: taken, given, or decided by. */
import { record } from '../autograd/node.js'
import { Binary } from '../dispatch/opcodes.js'
import { bool, Category } from '../dtype.js'
import { RuntimeError } from '../errors.js'
import { broadcastShapes } from '../shape.js'
import type { Tensor } from '../tensor.js'
import { eq, gt, lt } from './compare.js'
import { type BinaryFunction, defineBinary, Uses } from './define.js'
import { binaryCall, castTo, whereCall } from './elementwise.js'
import { attachMethods, attachWithInplace } from './methods.js'
import { noDerivative, tensorFirst } from './operands.js'
import { div, mul, sign } from './pointwise.js'
import { checkTensor, type TensorOrScalar } from './promote.js'
import { where } from './where.js'

declare module '../tensor.js' {
  interface Tensor {
    copysign(other: TensorOrScalar): Tensor
    copysign_(other: TensorOrScalar): Tensor
    signbit(): Tensor
    sgn(): Tensor
    sgn_(): Tensor
    positive(): Tensor
    heaviside(values: Tensor): Tensor
    heaviside_(values: Tensor): Tensor
  }
}

/**
 * The magnitude of `a` with the sign of `b`; a zero has a sign too.
 *
 * @param a - tensor; integers and bool are computed in the default dtype
 * @param b - tensor that broadcasts, or a number
 * @example
 * ```ts
 * copysign(tensor([1.5, 2.5]), -1) // tensor([-1.5000, -2.5000])
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.copysign.html
 */
export const copysign: BinaryFunction = defineBinary('copysign', Binary.copysign, {
  float: true,
  check: tensorFirst('copysign'),
  left: (g, a, _, out) => mul(g, where(eq(a, 0), 0, div(out, a))),
  leftUses: Uses.a | Uses.out,
})

/** Whether the sign is minus, as that of -0 is. @see https://pytorch.org/docs/stable/generated/torch.signbit.html */
export function signbit(x: Tensor): Tensor {
  checkTensor('signbit', 'input', x)
  return lt(x.dtype.category === Category.float ? binaryCall('signbit', Binary.copysign, 1, x) : x, 0)
}

/** The same as {@link sign}, as the data are real. @see https://pytorch.org/docs/stable/generated/torch.sgn.html */
export function sgn(x: Tensor): Tensor {
  return sign(x)
}

/** `x` itself. @throws RuntimeError for bool @see https://pytorch.org/docs/stable/generated/torch.positive.html */
export function positive(x: Tensor): Tensor {
  checkTensor('positive', 'input', x)
  if (x.dtype === bool) throw new RuntimeError('The `+` operator, on a bool tensor is not supported.')
  return x
}

/**
 * The step function: 0 below zero, 1 above, `values` at zero. It has no gradient.
 *
 * @param x - tensor
 * @param values - tensor of the same dtype that broadcasts
 * @throws RuntimeError if the dtypes differ
 * @see https://pytorch.org/docs/stable/generated/torch.heaviside.html
 */
export function heaviside(x: Tensor, values: Tensor): Tensor {
  checkTensor('heaviside', 'input', x)
  checkTensor('heaviside', 'values', values)
  if (x.dtype !== values.dtype) {
    throw new RuntimeError('heaviside is not yet implemented for tensors with different dtypes.')
  }
  broadcastShapes(x.shape, values.shape)
  const out = whereCall(eq(x, 0), values, castTo(gt(x, 0), x.dtype))
  return record('HeavisideBackward0', out, [x, values], null, noDerivative('heaviside'))
}

attachMethods({ signbit, positive })
attachWithInplace({ sgn, heaviside })
