/** What belongs to floating-point numbers: their special values, their neighbours, powers of two and powers in double. */
import { record } from '../autograd/node.js'
import { defineOp } from '../dispatch/op.js'
import { Binary } from '../dispatch/opcodes.js'
import { Category, finfo, float64 } from '../dtype.js'
import { RuntimeError } from '../errors.js'
import { bindOptions } from '../options.js'
import type { Method, Tensor } from '../tensor.js'
import { cast, clone } from './cast.js'
import { eq, isfinite, isnan, ne } from './compare.js'
import { attach, type BinaryFunction, defineBinary } from './define.js'
import { assign } from './inplace.js'
import { attachMethods, attachWithInplace } from './methods.js'
import { all, floatsOnly } from './operands.js'
import { mul, pow } from './pointwise.js'
import { checkTensor, floatType, isTensor, type TensorOrScalar, tensorsOnly } from './promote.js'
import { where } from './where.js'

declare module '../tensor.js' {
  interface Tensor {
    isposinf(): Tensor
    isneginf(): Tensor
    nanToNum: Method<typeof nanToNum>
    nanToNum_: Method<typeof nanToNum>
    nextafter(other: Tensor): Tensor
    nextafter_(other: Tensor): Tensor
    ldexp(other: Tensor): Tensor
    ldexp_(other: Tensor): Tensor
    floatPower(exponent: TensorOrScalar): Tensor
    floatPower_(exponent: TensorOrScalar): Tensor
  }
}

function isInfinity(name: string, x: Tensor, infinity: number): Tensor {
  checkTensor(name, 'input', x)
  return x.dtype.category === Category.float ? eq(x, infinity) : ne(x, x)
}

/** Whether an element is +infinity. @see https://pytorch.org/docs/stable/generated/torch.isposinf.html */
export function isposinf(x: Tensor): Tensor {
  return isInfinity('isposinf', x, Number.POSITIVE_INFINITY)
}

/** Whether an element is -infinity. @see https://pytorch.org/docs/stable/generated/torch.isneginf.html */
export function isneginf(x: Tensor): Tensor {
  return isInfinity('isneginf', x, Number.NEGATIVE_INFINITY)
}

/** Options of {@link nanToNum}. */
export interface NanToNumOptions {
  /** In the place of NaN, 0 if not given. */
  nan?: number | null
  /** In the place of +infinity, the largest number of the dtype if not given. */
  posinf?: number | null
  /** In the place of -infinity, the lowest number of the dtype if not given. */
  neginf?: number | null
}

const finiteOf = defineOp('nanToNum', (x: Tensor, nan: number, posinf: number, neginf: number): Tensor => {
  const numbers = where(isnan(x), nan, x)
  const above = where(eq(x, Number.POSITIVE_INFINITY), posinf, numbers)
  return where(eq(x, Number.NEGATIVE_INFINITY), neginf, above)
})

/**
 * `x` with numbers in the place of NaN and the infinities.
 *
 * @example
 * ```ts
 * nanToNum(tensor([NaN, 1.5]), { nan: 0.5 }) // tensor([0.5000, 1.5000])
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.nan_to_num.html
 */
export function nanToNum(
  x: Tensor,
  nan?: number | null | NanToNumOptions,
  posinf?: number | null | NanToNumOptions,
  neginf?: number | null | NanToNumOptions,
): Tensor {
  checkTensor('nanToNum', 'input', x)
  const o = bindOptions<NanToNumOptions>('nanToNum', ['nan', 'posinf', 'neginf'], [nan, posinf, neginf])
  if (x.dtype.category !== Category.float) return clone(x)
  const { min, max } = finfo(x.dtype)
  const out = finiteOf(x, o.nan ?? 0, o.posinf ?? max, o.neginf ?? min)
  return record('NanToNumBackward0', out, [x], [x], (g, node) => mul(g, isfinite(node.saved(0))))
}

/**
 * The next number of the dtype after `a` on the way to `b`.
 *
 * @throws RuntimeError for integer dtypes
 * @see https://pytorch.org/docs/stable/generated/torch.nextafter.html
 */
export const nextafter: BinaryFunction = defineBinary('nextafter', Binary.nextafter, {
  check: all(tensorsOnly('nextafter'), floatsOnly('nextafter_cpu')),
  left: (g) => g,
})

/** `x * 2^other`. @see https://pytorch.org/docs/stable/generated/torch.ldexp.html */
export function ldexp(x: Tensor, other: Tensor): Tensor {
  checkTensor('ldexp', 'input', x)
  checkTensor('ldexp', 'other', other)
  return mul(x, pow(2, cast(other, floatType(other.dtype))))
}

/** In float64: `base` to the power of `exponent`. @see https://pytorch.org/docs/stable/generated/torch.float_power.html */
export function floatPower(base: TensorOrScalar, exponent: TensorOrScalar): Tensor {
  if (!isTensor(base)) checkTensor('floatPower', 'exponent', exponent)
  const double = (v: TensorOrScalar): TensorOrScalar => (isTensor(v) ? cast(v, float64) : Number(v))
  return pow(double(base), double(exponent))
}

attachMethods({ isposinf, isneginf, floatPower, ldexp })
attachWithInplace({ nanToNum })
attach('ldexp_', function (this: Tensor, other: Tensor) {
  if (this.dtype.category !== Category.float) {
    throw new RuntimeError(`ldexp can't be cast to the desired output type ${this.dtype.label}`)
  }
  return assign(this, ldexp(this, other))
})
attach('floatPower_', function (this: Tensor, exponent: TensorOrScalar) {
  if (this.dtype !== float64) {
    throw new RuntimeError(
      `the base given to float_power_ has dtype ${this.dtype.label} but the operation's result requires dtype Double`,
    )
  }
  return assign(this, floatPower(this, exponent))
})
