/** What complex tensors have and real ones have trivially: every dtype of this library is real. */
import { record } from '../autograd/node.js'
import { onesLike } from '../create/like.js'
import { Binary } from '../dispatch/opcodes.js'
import { bool } from '../dtype.js'
import { Tensor } from '../tensor.js'
import { isnan, lt } from './compare.js'
import { attach } from './define.js'
import { binaryCall, castTo, whereCall } from './elementwise.js'
import { zerosLike } from './inplace.js'
import { attachMethods } from './methods.js'
import { checkTensor, floatType } from './promote.js'

declare module '../tensor.js' {
  interface Tensor {
    /** The tensor itself, as it is real. */
    readonly real: Tensor
    conj(): Tensor
    conjPhysical(): Tensor
    conjPhysical_(): this
    resolveConj(): Tensor
    resolveNeg(): Tensor
    isConj(): boolean
    isNeg(): boolean
    isComplex(): boolean
    isreal(): Tensor
    angle(): Tensor
  }
}

/** `x` itself, as it is real. @see https://pytorch.org/docs/stable/generated/torch.real.html */
export function real(x: Tensor): Tensor {
  checkTensor('real', 'input', x)
  return x
}

/** `x` itself, as it is real. @see https://pytorch.org/docs/stable/generated/torch.conj.html */
export function conj(x: Tensor): Tensor {
  checkTensor('conj', 'input', x)
  return x
}

/** `x` itself, as it is real. @see https://pytorch.org/docs/stable/generated/torch.conj_physical.html */
export function conjPhysical(x: Tensor): Tensor {
  checkTensor('conjPhysical', 'input', x)
  return x
}

/** `x` itself: nothing is conjugated lazily. @see https://pytorch.org/docs/stable/generated/torch.resolve_conj.html */
export function resolveConj(x: Tensor): Tensor {
  checkTensor('resolveConj', 'input', x)
  return x
}

/** `x` itself: nothing is negated lazily. @see https://pytorch.org/docs/stable/generated/torch.resolve_neg.html */
export function resolveNeg(x: Tensor): Tensor {
  checkTensor('resolveNeg', 'input', x)
  return x
}

/** False: every dtype is real. @see https://pytorch.org/docs/stable/generated/torch.is_complex.html */
export function isComplex(x: Tensor): boolean {
  checkTensor('isComplex', 'input', x)
  return false
}

/** False: nothing is conjugated lazily. @see https://pytorch.org/docs/stable/generated/torch.is_conj.html */
export function isConj(x: Tensor): boolean {
  checkTensor('isConj', 'input', x)
  return false
}

/** False: nothing is negated lazily. */
export function isNeg(x: Tensor): boolean {
  checkTensor('isNeg', 'input', x)
  return false
}

/** True everywhere. @see https://pytorch.org/docs/stable/generated/torch.isreal.html */
export function isreal(x: Tensor): Tensor {
  checkTensor('isreal', 'input', x)
  return onesLike(x, { dtype: bool })
}

/**
 * The angle in the complex plane: pi for negative numbers, else 0; NaN for NaN.
 *
 * @see https://pytorch.org/docs/stable/generated/torch.angle.html
 */
export function angle(x: Tensor): Tensor {
  checkTensor('angle', 'input', x)
  const values = castTo(x, floatType(x.dtype))
  const angles = binaryCall('angle', Binary.mul, castTo(lt(values, 0), values.dtype), Math.PI)
  return record('AngleBackward0', whereCall(isnan(values), values, angles), [x], null, zerosLike)
}

attachMethods({ conj, conjPhysical, resolveConj, resolveNeg, isConj, isNeg, isComplex, isreal, angle })
attach('conjPhysical_', function (this: Tensor) {
  return this
})
Object.defineProperty(Tensor.prototype, 'real', {
  get(this: Tensor) {
    return real(this)
  },
  configurable: true,
})
