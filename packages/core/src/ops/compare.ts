/** Comparisons, logic and bits: results without a gradient. */
import { Binary, type BinaryCode, Unary } from '../dispatch/opcodes.js'
import { bool, Category } from '../dtype.js'
import { RuntimeError } from '../errors.js'
import { TypeError_ } from '../options.js'
import type { Tensor } from '../tensor.js'
import { attach, type BinaryFunction, defineBinary, type UnaryFunction } from './define.js'
import { binaryCall, castTo, unaryCall } from './elementwise.js'
import { assign } from './inplace.js'
import { checkTensor, isTensor, resultType, scalarDType, type TensorOrScalar, tensorsOnly } from './promote.js'

type Compare = (other: TensorOrScalar) => Tensor

declare module '../tensor.js' {
  interface Tensor {
    eq: Compare
    eq_: Compare
    ne: Compare
    ne_: Compare
    lt: Compare
    lt_: Compare
    le: Compare
    le_: Compare
    gt: Compare
    gt_: Compare
    ge: Compare
    ge_: Compare
    logicalAnd: Compare
    logicalAnd_: Compare
    logicalOr: Compare
    logicalOr_: Compare
    logicalXor: Compare
    logicalXor_: Compare
    logicalNot(): Tensor
    logicalNot_(): Tensor
    bitwiseAnd: Compare
    bitwiseAnd_: Compare
    bitwiseOr: Compare
    bitwiseOr_: Compare
    bitwiseXor: Compare
    bitwiseXor_: Compare
    bitwiseNot(): Tensor
    bitwiseNot_(): Tensor
    bitwiseLeftShift: Compare
    bitwiseLeftShift_: Compare
    bitwiseRightShift: Compare
    bitwiseRightShift_: Compare
    isnan(): Tensor
    isinf(): Tensor
    isfinite(): Tensor
  }
}

/** A function of two operands that gives a tensor without a gradient, and its two methods. */
function defineLogic(name: string, fn: BinaryFunction): BinaryFunction {
  attach(name, function (this: Tensor, other: TensorOrScalar) {
    return fn(this, other)
  })
  attach(`${name}_`, function (this: Tensor, other: TensorOrScalar) {
    return assign(this, fn(this, other))
  })
  return fn
}

function defineCompare(name: string, code: BinaryCode): BinaryFunction {
  return defineLogic(name, (a, b) => {
    if (!isTensor(a)) throw TypeError_(`${name}(): argument 'input' (position 1) must be Tensor, not`, a)
    return binaryCall(name, code, a, b)
  })
}

/** `a == b`, as bool. @see https://pytorch.org/docs/stable/generated/torch.eq.html */
export const eq: BinaryFunction = defineCompare('eq', Binary.eq)
/** `a != b`, as bool. @see https://pytorch.org/docs/stable/generated/torch.ne.html */
export const ne: BinaryFunction = defineCompare('ne', Binary.ne)
/** `a < b`, as bool. @see https://pytorch.org/docs/stable/generated/torch.lt.html */
export const lt: BinaryFunction = defineCompare('lt', Binary.lt)
/** `a <= b`, as bool. @see https://pytorch.org/docs/stable/generated/torch.le.html */
export const le: BinaryFunction = defineCompare('le', Binary.le)
/** `a > b`, as bool. @see https://pytorch.org/docs/stable/generated/torch.gt.html */
export const gt: BinaryFunction = defineCompare('gt', Binary.gt)
/** `a >= b`, as bool. @see https://pytorch.org/docs/stable/generated/torch.ge.html */
export const ge: BinaryFunction = defineCompare('ge', Binary.ge)

/** A logical function of two tensors of any dtype. */
function defineTruth(name: string, code: BinaryCode): BinaryFunction {
  const check = tensorsOnly(name)
  return defineLogic(name, (a, b) => {
    check(a, b)
    return binaryCall(name, code, truth(a), truth(b))
  })
}

function truth(value: TensorOrScalar): TensorOrScalar {
  if (!isTensor(value)) return Number(value) !== 0
  return value.dtype === bool ? value : castTo(value, bool)
}

/** Whether both are nonzero. @see https://pytorch.org/docs/stable/generated/torch.logical_and.html */
export const logicalAnd: BinaryFunction = defineTruth('logicalAnd', Binary.bitwiseAnd)
/** Whether one is nonzero. @see https://pytorch.org/docs/stable/generated/torch.logical_or.html */
export const logicalOr: BinaryFunction = defineTruth('logicalOr', Binary.bitwiseOr)
/** Whether exactly one is nonzero. @see https://pytorch.org/docs/stable/generated/torch.logical_xor.html */
export const logicalXor: BinaryFunction = defineTruth('logicalXor', Binary.bitwiseXor)

/** Whether an element is zero. @see https://pytorch.org/docs/stable/generated/torch.logical_not.html */
export function logicalNot(x: Tensor): Tensor {
  checkTensor('logicalNot', 'input', x)
  return binaryCall('logicalNot', Binary.eq, x, 0, x.dtype)
}

function bitsOnly(name: string) {
  return (a: TensorOrScalar, b: TensorOrScalar): void => {
    const dtype = isTensor(a) || isTensor(b) ? resultType(a, b) : scalarDType(a)
    if (dtype.category === Category.float) throw new RuntimeError(`"${name}_cpu" not implemented for '${dtype.label}'`)
  }
}

/** Bitwise and; logical for bool. @see https://pytorch.org/docs/stable/generated/torch.bitwise_and.html */
export const bitwiseAnd: BinaryFunction = defineBinary('bitwiseAnd', Binary.bitwiseAnd, {
  check: bitsOnly('bitwise_and'),
})
/** Bitwise or; logical for bool. @see https://pytorch.org/docs/stable/generated/torch.bitwise_or.html */
export const bitwiseOr: BinaryFunction = defineBinary('bitwiseOr', Binary.bitwiseOr, { check: bitsOnly('bitwise_or') })
/** Bitwise exclusive or; logical for bool. @see https://pytorch.org/docs/stable/generated/torch.bitwise_xor.html */
export const bitwiseXor: BinaryFunction = defineBinary('bitwiseXor', Binary.bitwiseXor, {
  check: bitsOnly('bitwise_xor'),
})
/** `a << b` for integers. @see https://pytorch.org/docs/stable/generated/torch.bitwise_left_shift.html */
export const bitwiseLeftShift: BinaryFunction = defineBinary('bitwiseLeftShift', Binary.shiftLeft, {
  check: bitsOnly('lshift'),
})
/** `a >> b` for integers, with the sign. @see https://pytorch.org/docs/stable/generated/torch.bitwise_right_shift.html */
export const bitwiseRightShift: BinaryFunction = defineBinary('bitwiseRightShift', Binary.shiftRight, {
  check: bitsOnly('rshift'),
})

/** All bits turned; logical for bool. @see https://pytorch.org/docs/stable/generated/torch.bitwise_not.html */
export const bitwiseNot: UnaryFunction = (x) => {
  checkTensor('bitwiseNot', 'input', x)
  if (x.dtype.category === Category.float)
    throw new RuntimeError(`"bitwise_not_cpu" not implemented for '${x.dtype.label}'`)
  return x.dtype === bool ? logicalNot(x) : unaryCall(Unary.bitwiseNot, x)
}

/** Whether an element is NaN. @see https://pytorch.org/docs/stable/generated/torch.isnan.html */
export function isnan(x: Tensor): Tensor {
  return ne(x, x)
}

/** Whether an element is infinite. @see https://pytorch.org/docs/stable/generated/torch.isinf.html */
export function isinf(x: Tensor): Tensor {
  if (x.dtype.category !== Category.float) return ne(x, x)
  return eq(unaryCall(Unary.abs, x), Number.POSITIVE_INFINITY)
}

/** Whether an element is neither infinite nor NaN. @see https://pytorch.org/docs/stable/generated/torch.isfinite.html */
export function isfinite(x: Tensor): Tensor {
  if (x.dtype.category !== Category.float) return eq(x, x)
  return lt(unaryCall(Unary.abs, x), Number.POSITIVE_INFINITY)
}

for (const [name, fn] of Object.entries({ logicalNot, bitwiseNot })) {
  attach(name, function (this: Tensor) {
    return fn(this)
  })
  attach(`${name}_`, function (this: Tensor) {
    return assign(this, fn(this))
  })
}
attach('isnan', function (this: Tensor) {
  return isnan(this)
})
attach('isinf', function (this: Tensor) {
  return isinf(this)
})
attach('isfinite', function (this: Tensor) {
  return isfinite(this)
})
