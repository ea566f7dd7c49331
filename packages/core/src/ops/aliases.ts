/** Second names that PyTorch gives to arithmetic and comparisons. */
import type { Method, Tensor } from '../tensor.js'
import { ge, gt, le, lt, ne } from './compare.js'
import type { BinaryFunction, UnaryFunction } from './define.js'
import { attachWithInplace } from './methods.js'
import { abs, div, mul, neg, sub } from './pointwise.js'
import type { TensorOrScalar } from './promote.js'

type Other = (other: TensorOrScalar) => Tensor

declare module '../tensor.js' {
  interface Tensor {
    absolute(): Tensor
    absolute_(): Tensor
    negative(): Tensor
    negative_(): Tensor
    subtract: Method<typeof subtract>
    subtract_: Method<typeof subtract>
    multiply: Other
    multiply_: Other
    divide: Method<typeof divide>
    divide_: Method<typeof divide>
    trueDivide: Other
    trueDivide_: Other
    notEqual: Other
    notEqual_: Other
    less: Other
    less_: Other
    lessEqual: Other
    lessEqual_: Other
    greater: Other
    greater_: Other
    greaterEqual: Other
    greaterEqual_: Other
  }
}

/** See {@link abs}. @see https://pytorch.org/docs/stable/generated/torch.absolute.html */
export const absolute: UnaryFunction = abs
/** See {@link neg}. @see https://pytorch.org/docs/stable/generated/torch.negative.html */
export const negative: UnaryFunction = neg
/** See {@link sub}. @see https://pytorch.org/docs/stable/generated/torch.subtract.html */
export const subtract: typeof sub = sub
/** See {@link mul}. @see https://pytorch.org/docs/stable/generated/torch.multiply.html */
export const multiply: BinaryFunction = mul
/** See {@link div}. @see https://pytorch.org/docs/stable/generated/torch.divide.html */
export const divide: typeof div = div
/** {@link div} without rounding. @see https://pytorch.org/docs/stable/generated/torch.true_divide.html */
export const trueDivide: BinaryFunction = (a, b) => div(a, b)
/** See {@link ne}. @see https://pytorch.org/docs/stable/generated/torch.not_equal.html */
export const notEqual: BinaryFunction = ne
/** See {@link lt}. @see https://pytorch.org/docs/stable/generated/torch.less.html */
export const less: BinaryFunction = lt
/** See {@link le}. @see https://pytorch.org/docs/stable/generated/torch.less_equal.html */
export const lessEqual: BinaryFunction = le
/** See {@link gt}. @see https://pytorch.org/docs/stable/generated/torch.greater.html */
export const greater: BinaryFunction = gt
/** See {@link ge}. @see https://pytorch.org/docs/stable/generated/torch.greater_equal.html */
export const greaterEqual: BinaryFunction = ge

attachWithInplace({
  absolute,
  negative,
  subtract,
  multiply,
  divide,
  trueDivide,
  notEqual,
  less,
  lessEqual,
  greater,
  greaterEqual,
})
