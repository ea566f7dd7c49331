import { bool, Category, type DType, float32, getDefaultDtype, int64, promoteTypes } from '../dtype.js'
import { TypeError_ } from '../options.js'
import { Tensor } from '../tensor.js'

/** A plain value where PyTorch takes a Python number. Whole numbers count as integers. */
export type Scalar = number | boolean | bigint

/** A tensor or a number. */
export type TensorOrScalar = Tensor | Scalar

/** The dtype a number has by itself. */
export function scalarDType(value: Scalar): DType {
  if (typeof value === 'boolean') return bool
  if (typeof value === 'bigint' || Number.isInteger(value)) return int64
  return getDefaultDtype()
}

/** `stronger` decides the category; `weaker` only lifts it to a wider category. */
function combine(stronger: DType | null, weaker: DType | null): DType | null {
  if (stronger === null) return weaker
  if (weaker === null || stronger.category === Category.float) return stronger
  if (stronger === bool || weaker.category === Category.float) return promoteTypes(stronger, weaker)
  return stronger
}

/**
 * The dtype in which operands are combined: tensors with dimensions first, then 0-d tensors, then numbers, which only count
 * where they are of a wider category.
 *
 * @example
 * ```ts
 * resultType(ones([2], { dtype: 'int32' }), 1.5) // float32
 * ```
 * @see https://pytorch.org/docs/stable/tensor_attributes.html#type-promotion-doc
 */
export function resultType(...operands: readonly TensorOrScalar[]): DType {
  let dims: DType | null = null
  let zeros: DType | null = null
  let numbers: DType | null = null
  for (const operand of operands) {
    if (isTensor(operand)) {
      if (operand.shape.length > 0) dims = dims === null ? operand.dtype : promoteTypes(dims, operand.dtype)
      else zeros = zeros === null ? operand.dtype : promoteTypes(zeros, operand.dtype)
    } else {
      const own = scalarDType(operand)
      numbers = numbers === null ? own : promoteTypes(numbers, own)
    }
  }
  return combine(dims, combine(zeros, numbers)) ?? float32
}

/** The dtype of a result that must be floating point. */
export function floatType(dtype: DType): DType {
  return dtype.category === Category.float ? dtype : getDefaultDtype()
}

/** Whether a value is a tensor. */
export function isTensor(value: unknown): value is Tensor {
  return value instanceof Tensor
}

/** Checks an argument that must be a tensor. @throws TypeError with what was given */
export function checkTensor(op: string, name: string, value: unknown): asserts value is Tensor {
  if (!(value instanceof Tensor)) throw TypeError_(`${op}(): argument '${name}' must be Tensor, not`, value)
}

/** Checks that both operands are tensors, where PyTorch takes no numbers. @throws TypeError with what was given */
export function tensorsOnly(name: string): (a: TensorOrScalar, b: TensorOrScalar) => void {
  return (a, b) => {
    if (!(a instanceof Tensor)) throw TypeError_(`${name}(): argument 'input' (position 1) must be Tensor, not`, a)
    if (!(b instanceof Tensor)) throw TypeError_(`${name}(): argument 'other' (position 2) must be Tensor, not`, b)
  }
}
