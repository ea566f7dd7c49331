/** Checks of operands that PyTorch makes before a pointwise operation computes anything. */
import { full } from '../create/fill.js'
import { bool, Category, type DType } from '../dtype.js'
import { RuntimeError } from '../errors.js'
import { broadcastShapes } from '../shape.js'
import type { Tensor } from '../tensor.js'
import { cast } from './cast.js'
import { checkTensor, floatType, isTensor, resultType, type TensorOrScalar } from './promote.js'

/** A check of two operands, as `defineBinary` takes it. */
export type OperandCheck = (a: TensorOrScalar, b: TensorOrScalar) => void

/** The first operand must be a tensor. @throws TypeError */
export function tensorFirst(name: string): OperandCheck {
  return (a) => checkTensor(name, 'input', a)
}

/** What PyTorch says of a dtype that a kernel of it does not take. */
export function notImplemented(kernel: string, dtype: DType): RuntimeError {
  return new RuntimeError(`"${kernel}" not implemented for '${dtype.label}'`)
}

/** Refuses the common dtype of two operands, but first shapes that do not broadcast, as PyTorch does. */
function refuse(kernel: string, a: TensorOrScalar, b: TensorOrScalar): never {
  if (isTensor(a) && isTensor(b)) broadcastShapes(a.shape, b.shape)
  throw notImplemented(kernel, resultType(a, b))
}

/** The common dtype must be floating point. @throws RuntimeError */
export function floatsOnly(kernel: string): OperandCheck {
  return (a, b) => {
    if (resultType(a, b).category !== Category.float) refuse(kernel, a, b)
  }
}

/** The common dtype must be an integer. @throws RuntimeError */
export function integersOnly(kernel: string): OperandCheck {
  return (a, b) => {
    if (resultType(a, b).category !== Category.integer) refuse(kernel, a, b)
  }
}

/** The common dtype must not be bool. @throws RuntimeError */
export function noBools(kernel: string): OperandCheck {
  return (a, b) => {
    if (isTensor(a) && isTensor(b) && a.dtype === b.dtype && a.dtype !== bool) return
    if (resultType(a, b) === bool) refuse(kernel, a, b)
  }
}

/** Two operands as tensors of their common floating-point dtype. @throws TypeError if neither is a tensor */
export function floatOperands(name: string, a: TensorOrScalar, b: TensorOrScalar): [Tensor, Tensor] {
  const like = isTensor(a) ? a : b
  checkTensor(name, 'input', like)
  const dtype = floatType(resultType(a, b))
  const operand = (value: TensorOrScalar): Tensor => {
    if (isTensor(value)) return cast(value, dtype)
    return full([], Number(value), { dtype, device: like.device })
  }
  return [operand(a), operand(b)]
}

/** Several checks, in order. */
export function all(...checks: readonly OperandCheck[]): OperandCheck {
  return (a, b) => {
    for (const check of checks) check(a, b)
  }
}

/** A tensor whose gradient is asked for where PyTorch has no formula. @throws RuntimeError always */
export function noDerivative(name: string): () => Tensor {
  return () => {
    throw new RuntimeError(`derivative for ${name} is not implemented`)
  }
}
