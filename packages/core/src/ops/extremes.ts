/** The larger and the smaller of two operands, and clamping between bounds. */
import { Binary, type BinaryCode } from '../dispatch/opcodes.js'
import { RuntimeError } from '../errors.js'
import { bindOptions } from '../options.js'
import type { Method, Tensor } from '../tensor.js'
import { cast } from './cast.js'
import { ge, gt, le, lt } from './compare.js'
import { attach, type BinaryFunction, defineBinary, Uses } from './define.js'
import { assign } from './inplace.js'
import { div } from './pointwise.js'
import { checkTensor, isTensor, resultType, type TensorOrScalar } from './promote.js'
import { where } from './where.js'

declare module '../tensor.js' {
  interface Tensor {
    maximum(other: TensorOrScalar): Tensor
    maximum_(other: TensorOrScalar): Tensor
    minimum(other: TensorOrScalar): Tensor
    minimum_(other: TensorOrScalar): Tensor
    fmax(other: TensorOrScalar): Tensor
    fmin(other: TensorOrScalar): Tensor
    clamp: Method<typeof clamp>
    clamp_: Method<typeof clamp>
    clip: Method<typeof clamp>
    clip_: Method<typeof clamp>
    clampMin: Method<typeof clampMin>
    clampMin_: Method<typeof clampMin>
    clampMax: Method<typeof clampMax>
    clampMax_: Method<typeof clampMax>
  }
}

/** Half of the gradient to each operand where both are the extreme, all of it to the one that is otherwise. */
function half(wins: BinaryFunction, loses: BinaryFunction) {
  return (g: Tensor, own: TensorOrScalar, other: TensorOrScalar): Tensor =>
    where(wins(own, other), g, where(loses(own, other), 0, div(g, 2)))
}

function defineExtreme(name: string, code: BinaryCode, wins: BinaryFunction, loses: BinaryFunction): BinaryFunction {
  const own = half(wins, loses)
  return defineBinary(name, code, {
    left: (g, a, b) => own(g, a, b),
    right: (g, a, b) => own(g, b, a),
    leftUses: Uses.ab,
    rightUses: Uses.ab,
  })
}

/** The larger of each pair, NaN if either is. @see https://pytorch.org/docs/stable/generated/torch.maximum.html */
export const maximum: BinaryFunction = defineExtreme('maximum', Binary.maximum, gt, lt)
/** The smaller of each pair, NaN if either is. @see https://pytorch.org/docs/stable/generated/torch.minimum.html */
export const minimum: BinaryFunction = defineExtreme('minimum', Binary.minimum, lt, gt)

/** Takes the first operand at ties and where the second is NaN. */
function preferred(keeps: BinaryFunction) {
  return {
    left: (g: Tensor, a: TensorOrScalar, b: TensorOrScalar): Tensor => where(first(keeps, a, b), g, 0),
    right: (g: Tensor, a: TensorOrScalar, b: TensorOrScalar): Tensor => where(first(keeps, a, b), 0, g),
    leftUses: Uses.ab,
    rightUses: Uses.ab,
  }
}

function first(keeps: BinaryFunction, a: TensorOrScalar, b: TensorOrScalar): Tensor {
  const kept = keeps(a, b)
  return isTensor(b) ? where(gt(b, b), kept, where(ge(b, b), kept, true)) : kept
}

/** The larger of each pair, passing NaN over. @see https://pytorch.org/docs/stable/generated/torch.fmax.html */
export const fmax: BinaryFunction = defineBinary('fmax', Binary.fmax, preferred(ge))
/** The smaller of each pair, passing NaN over. @see https://pytorch.org/docs/stable/generated/torch.fmin.html */
export const fmin: BinaryFunction = defineBinary('fmin', Binary.fmin, preferred(le))

/** Options of {@link clamp}. */
export interface ClampOptions {
  min?: TensorOrScalar | null
  max?: TensorOrScalar | null
}

/** `x` limited from below in the promoted dtype; the gradient passes where `x >= bound`. */
function limited(x: Tensor, bound: TensorOrScalar, code: BinaryCode): Tensor {
  const limit = code === Binary.maximum ? clampLow : clampHigh
  const dtype = resultType(x, bound)
  return limit(x.dtype === dtype ? x : cast(x, dtype), bound)
}

const clampLow: BinaryFunction = defineBinary('clampLow', Binary.maximum, {
  left: (g, a, b) => where(ge(a, b), g, 0),
  right: (g, a, b) => where(lt(a, b), g, 0),
  leftUses: Uses.ab,
  rightUses: Uses.ab,
})
const clampHigh: BinaryFunction = defineBinary('clampHigh', Binary.minimum, {
  left: (g, a, b) => where(le(a, b), g, 0),
  right: (g, a, b) => where(gt(a, b), g, 0),
  leftUses: Uses.ab,
  rightUses: Uses.ab,
})

/**
 * `x` limited to `[min, max]`; where `min > max` the result is `max`.
 *
 * @param min - number or tensor, or none
 * @param max - number or tensor, or none
 * @throws RuntimeError if both are missing
 * @example
 * ```ts
 * clamp(tensor([-1.5, 0.5]), { min: 0 }) // tensor([0.0000, 0.5000])
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.clamp.html
 */
export function clamp(
  x: Tensor,
  min?: TensorOrScalar | null | ClampOptions,
  max?: TensorOrScalar | null | ClampOptions,
): Tensor {
  checkTensor('clamp', 'input', x)
  const o = bindOptions<ClampOptions>('clamp', ['min', 'max'], [min ?? undefined, max ?? undefined])
  if (o.min == null && o.max == null)
    throw new RuntimeError("torch.clamp: At least one of 'min' or 'max' must not be None")
  let out = x
  if (o.min != null) out = limited(out, o.min, Binary.maximum)
  return o.max == null ? out : limited(out, o.max, Binary.minimum)
}

/** `x` limited from below. @see https://pytorch.org/docs/stable/generated/torch.clamp.html */
export function clampMin(x: Tensor, min: TensorOrScalar): Tensor {
  return clamp(x, { min })
}

/** `x` limited from above. @see https://pytorch.org/docs/stable/generated/torch.clamp.html */
export function clampMax(x: Tensor, max: TensorOrScalar): Tensor {
  return clamp(x, { max })
}

for (const [name, fn] of Object.entries({ clamp, clip: clamp, clampMin, clampMax }) as [
  string,
  (x: Tensor, a: never, b: never) => Tensor,
][]) {
  attach(name, function (this: Tensor, a: never, b: never) {
    return fn(this, a, b)
  })
  attach(`${name}_`, function (this: Tensor, a: never, b: never) {
    return assign(this, fn(this, a, b))
  })
}
