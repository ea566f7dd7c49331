/** The larger and the smaller of two, and limits. */
import { record } from '../autograd/node.js'
import { Binary, type BinaryCode } from '../dispatch/opcodes.js'
import { bool } from '../dtype.js'
import { RuntimeError } from '../errors.js'
import { bindOptions, TypeError_ } from '../options.js'
import { broadcastShapes } from '../shape.js'
import type { Method, Tensor } from '../tensor.js'
import { eq, ge, gt, isnan, le, logicalAnd, logicalOr, lt } from './compare.js'
import { type BinaryFunction, defineBinary, Uses } from './define.js'
import { binaryCall } from './elementwise.js'
import { attachWithInplace } from './methods.js'
import { notImplemented } from './operands.js'
import { div } from './pointwise.js'
import { checkTensor, isTensor, resultType, type Scalar, type TensorOrScalar, tensorsOnly } from './promote.js'
import { where } from './where.js'

declare module '../tensor.js' {
  interface Tensor {
    maximum(other: Tensor): Tensor
    minimum(other: Tensor): Tensor
    fmax(other: Tensor): Tensor
    fmin(other: Tensor): Tensor
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

/** At a tie each operand gets half of the gradient; `loses` says where an operand gets none. */
function shared(loses: BinaryFunction) {
  return (g: Tensor, own: TensorOrScalar, other: TensorOrScalar): Tensor =>
    where(loses(own, other), 0, where(eq(own, other), div(g, 2), g))
}

function defineExtreme(name: string, code: BinaryCode, loses: BinaryFunction): BinaryFunction {
  const part = shared(loses)
  return defineBinary(name, code, {
    check: tensorsOnly(name),
    left: (g, a, b) => part(g, a, b),
    right: (g, a, b) => part(g, b, a),
    leftUses: Uses.ab,
    rightUses: Uses.ab,
  })
}

/**
 * The larger of two elements, NaN if either is NaN.
 *
 * @param a - tensor
 * @param b - tensor that broadcasts with `a`
 * @returns a tensor of the common shape and dtype; where both are equal, each gets half of the gradient
 * @example
 * ```ts
 * maximum(tensor([1, 5]), tensor([3, 2])) // tensor([3, 5])
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.maximum.html
 */
export const maximum: BinaryFunction = defineExtreme('maximum', Binary.maximum, lt)

/** The smaller of two elements, NaN if either is NaN. @see https://pytorch.org/docs/stable/generated/torch.minimum.html */
export const minimum: BinaryFunction = defineExtreme('minimum', Binary.minimum, gt)

/** Where fmax and fmin give their first operand, which at a tie gets the whole gradient. */
function defineLenientExtreme(name: string, code: BinaryCode, wins: BinaryFunction): BinaryFunction {
  const first = (a: TensorOrScalar, b: TensorOrScalar): Tensor => logicalOr(wins(a, b), isnan(b as Tensor))
  return defineBinary(name, code, {
    check: tensorsOnly(name),
    left: (g, a, b) => where(first(a, b), g, 0),
    right: (g, a, b) => where(first(a, b), 0, g),
    leftUses: Uses.ab,
    rightUses: Uses.ab,
  })
}

/** The larger of two elements, the other one if one is NaN. @see https://pytorch.org/docs/stable/generated/torch.fmax.html */
export const fmax: BinaryFunction = defineLenientExtreme('fmax', Binary.fmax, ge)

/** The smaller of two elements, the other one if one is NaN. @see https://pytorch.org/docs/stable/generated/torch.fmin.html */
export const fmin: BinaryFunction = defineLenientExtreme('fmin', Binary.fmin, le)

/** A limit: a number, a tensor that broadcasts, or none. */
export type Limit = TensorOrScalar | null

/** Options of {@link clamp}. */
export interface ClampOptions {
  min?: Limit
  max?: Limit
}

function checkLimit(name: string, argument: string, limit: unknown): asserts limit is Limit {
  const ok = limit === null || isTensor(limit) || ['number', 'boolean', 'bigint'].includes(typeof limit)
  if (!ok) throw TypeError_(`${name}(): argument '${argument}' must be a Tensor or a number, not`, limit)
}

/** PyTorch's kernels, as its messages name them. */
const kernels = { clamp: 'clamp', clampMin: 'clamp_min', clampMax: 'clamp_max' } as const

/** `x` limited from below and above, either of which may be null. */
function limited(name: keyof typeof kernels, x: Tensor, min: Limit, max: Limit): Tensor {
  checkTensor(name, 'input', x)
  checkLimit(name, 'min', min)
  checkLimit(name, 'max', max)
  if (min === null && max === null) {
    throw new RuntimeError(`torch.${name}: At least one of 'min' or 'max' must not be None`)
  }
  if (min !== null && max !== null && isTensor(min) !== isTensor(max)) {
    throw new TypeError(`${name}(): 'min' and 'max' must both be tensors or both be numbers`)
  }
  const limits = [min, max].filter((limit) => limit !== null)
  const dtype = resultType(x, ...limits)
  if (dtype === bool && !(limits.length === 1 && limits.some(isTensor))) {
    for (const limit of limits) if (isTensor(limit)) broadcastShapes(x.shape, limit.shape)
    throw notImplemented(`${kernels[name]}${limits.some(isTensor) ? '' : '_scalar'}_cpu`, bool)
  }
  let out = x
  if (min !== null) out = binaryCall(name, Binary.maximum, out, min, dtype)
  if (max !== null) out = binaryCall(name, Binary.minimum, out, max, dtype)
  const low = isTensor(min) ? min : null
  const high = isTensor(max) ? max : null
  return record('ClampBackward0', out, [x, low, high], [x, low, high], (g, node) => {
    const input = node.saved(0)
    const least = low === null ? (min as Scalar | null) : node.saved(1)
    const most = high === null ? (max as Scalar | null) : node.saved(2)
    return [
      node.needs(0) ? where(within(input, least, most), g, 0) : null,
      node.needs(1) ? where(atMin(input, least!, most), g, 0) : null,
      node.needs(2) ? where(atMax(input, least, most!), g, 0) : null,
    ]
  })
}

function within(x: Tensor, min: Limit, max: Limit): Tensor {
  if (min === null) return le(x, max!)
  if (max === null) return ge(x, min)
  return logicalAnd(ge(x, min), le(x, max))
}

/** Where the lower limit is the result: above `x`, unless the upper one lies lower still. */
function atMin(x: Tensor, min: TensorOrScalar, max: Limit): Tensor {
  const below = lt(x, min)
  return max === null ? below : logicalAnd(below, lt(min, max))
}

/** Where the upper limit is the result: below `x`, or wherever it lies below the lower one. */
function atMax(x: Tensor, min: Limit, max: TensorOrScalar): Tensor {
  const above = gt(x, max)
  return min === null ? above : logicalOr(above, lt(max, min))
}

/**
 * `x` with everything below `min` raised to it and everything above `max` lowered to it; `max` where `min > max`.
 *
 * @param x - tensor
 * @param min - number or tensor; null or left out for no limit
 * @param max - of the same kind
 * @throws RuntimeError if there is neither limit
 * @example
 * ```ts
 * clamp(x, 0, 1); clamp(x, { min: 0 })
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.clamp.html
 */
export function clamp(x: Tensor, min?: Limit | ClampOptions, max?: Limit | ClampOptions): Tensor {
  const o = bindOptions<ClampOptions>('clamp', ['min', 'max'], [min, max])
  return limited('clamp', x, o.min ?? null, o.max ?? null)
}

/** See {@link clamp}. @see https://pytorch.org/docs/stable/generated/torch.clip.html */
export const clip: typeof clamp = clamp

/** `x` with everything below `min` raised to it. See {@link clamp}. */
export function clampMin(x: Tensor, min: TensorOrScalar): Tensor {
  return limited('clampMin', x, min, null)
}

/** `x` with everything above `max` lowered to it. See {@link clamp}. */
export function clampMax(x: Tensor, max: TensorOrScalar): Tensor {
  return limited('clampMax', x, null, max)
}

attachWithInplace({ clamp, clip, clampMin, clampMax })
