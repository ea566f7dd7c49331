/** Rounding, and what rounding leaves over. */
import { Binary, Unary, type UnaryCode } from '../dispatch/opcodes.js'
import { bool, Category, float32 } from '../dtype.js'
import { bindOptions } from '../options.js'
import { type Method, Tensor } from '../tensor.js'
import { cast, clone } from './cast.js'
import { attach, type BinaryFunction, defineBinary, defineUnary, type UnaryFunction, Uses } from './define.js'
import { assign } from './inplace.js'
import { attachWithInplace } from './methods.js'
import { all, noBools, notImplemented, tensorFirst } from './operands.js'
import { div, mul, neg, sub } from './pointwise.js'
import { checkTensor, type TensorOrScalar } from './promote.js'

declare module '../tensor.js' {
  interface Tensor {
    floor(): Tensor
    floor_(): Tensor
    ceil(): Tensor
    ceil_(): Tensor
    round: Method<typeof round>
    round_: Method<typeof round>
    trunc(): Tensor
    trunc_(): Tensor
    fix(): Tensor
    fix_(): Tensor
    frac(): Tensor
    frac_(): Tensor
    remainder(other: TensorOrScalar): Tensor
    remainder_(other: TensorOrScalar): Tensor
    fmod(other: TensorOrScalar): Tensor
    fmod_(other: TensorOrScalar): Tensor
  }
}

/** A function whose result is integral: integers come through as they are, and the slope is zero. */
function defineRounding(name: string, code: UnaryCode): UnaryFunction {
  return defineUnary(name, code, {
    float: false,
    special: (x) => {
      if (x.dtype === bool) throw notImplemented(`${name}_vml_cpu`, bool)
      return x.dtype.category === Category.integer ? clone(x) : undefined
    },
  })
}

/** The largest integer not above `x`. @throws RuntimeError for bool @see https://pytorch.org/docs/stable/generated/torch.floor.html */
export const floor: UnaryFunction = defineRounding('floor', Unary.floor)
/** The smallest integer not below `x`. @throws RuntimeError for bool @see https://pytorch.org/docs/stable/generated/torch.ceil.html */
export const ceil: UnaryFunction = defineRounding('ceil', Unary.ceil)
/** The integer next to `x` on the side of zero. @throws RuntimeError for bool @see https://pytorch.org/docs/stable/generated/torch.trunc.html */
export const trunc: UnaryFunction = defineRounding('trunc', Unary.trunc)
/** See {@link trunc}. */
export const fix: UnaryFunction = trunc

const toInteger: UnaryFunction = defineRounding('round', Unary.round)

/** Options of {@link round}. */
export interface RoundOptions {
  /** Digits after the decimal point that are kept; negative ones round to tens, hundreds, ... */
  decimals?: number
}

/**
 * The nearest integer, halves to the even one.
 *
 * @param x - tensor of any shape
 * @throws RuntimeError for bool; for integers if `decimals` is given
 * @example
 * ```ts
 * round(tensor([0.5, 1.5, 2.5]))              // tensor([0., 2., 2.])
 * round(tensor([0.1234]), { decimals: 2 })    // tensor([0.1200])
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.round.html
 */
export function round(x: Tensor, options?: RoundOptions): Tensor {
  if (options === undefined) return toInteger(x)
  checkTensor('round', 'input', x)
  const { decimals } = bindOptions<RoundOptions>('round', ['decimals'], [options])
  if (decimals === undefined) return toInteger(x)
  if (x.dtype.category !== Category.float) throw notImplemented(decimals === 0 ? 'round_vml_cpu' : 'round_cpu', x.dtype)
  if (decimals === 0) return toInteger(x)
  const scale = 10 ** Math.abs(decimals)
  // the half types hold too few digits for the products
  const y = x.dtype.staged ? cast(x, float32) : x
  // multiplied and divided by a whole power of ten, which is exact where its inverse is not
  return cast(decimals > 0 ? div(toInteger(mul(y, scale)), scale) : mul(toInteger(div(y, scale)), scale), x.dtype)
}

/** What {@link trunc} takes away, with the sign of `x`. @throws RuntimeError for integers @see https://pytorch.org/docs/stable/generated/torch.frac.html */
export function frac(x: Tensor): Tensor {
  checkTensor('frac', 'input', x)
  if (x.dtype.category !== Category.float) throw notImplemented('frac_cpu', x.dtype)
  return sub(x, trunc(x))
}

/**
 * What division rounded down leaves over, with the sign of the divisor: Python's `a % b`.
 *
 * @throws RuntimeError for bool; if an integer is divided by zero
 * @see https://pytorch.org/docs/stable/generated/torch.remainder.html
 */
export const remainder: BinaryFunction = defineBinary('remainder', Binary.remainder, {
  check: noBools('remainder_cpu'),
  left: (g) => g,
  right: (g, a, b) => neg(mul(g, div(a, b, { roundingMode: 'floor' }))),
  rightUses: Uses.ab,
})

/**
 * What division rounded towards zero leaves over, with the sign of the dividend: C's `fmod(a, b)`.
 *
 * @throws RuntimeError for bool; if an integer is divided by zero
 * @see https://pytorch.org/docs/stable/generated/torch.fmod.html
 */
export const fmod: BinaryFunction = defineBinary('fmod', Binary.fmod, {
  check: all(tensorFirst('fmod'), noBools('fmod_cpu')),
  left: (g) => g,
  right: (g, a, b) => neg(mul(g, div(a, b, { roundingMode: 'trunc' }))),
  rightUses: Uses.ab,
})

attachWithInplace({ fix, frac })
const roundInPlace = (Tensor.prototype as { round_(): Tensor }).round_
attach('round', function (this: Tensor, options?: RoundOptions) {
  return round(this, options)
})
attach('round_', function (this: Tensor, options?: RoundOptions) {
  return options === undefined ? roundInPlace.call(this) : assign(this, round(this, options))
})
