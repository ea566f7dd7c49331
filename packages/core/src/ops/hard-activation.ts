/** Activations of straight pieces: limits, and cheap stand-ins for smooth curves. */
import { record } from '../autograd/node.js'
import { defineComposite, defineOp, type Op } from '../dispatch/op.js'
import { bool, Category, uint8 } from '../dtype.js'
import { NotImplementedError, RuntimeError, ValueError } from '../errors.js'
import { bindOptions } from '../options.js'
import type { Tensor } from '../tensor.js'
import { checkFloating } from './activation.js'
import { ge, gt, le, logicalAnd, logicalOr, lt } from './compare.js'
import { clamp } from './extremes.js'
import { assign } from './inplace.js'
import { add, div, mul } from './pointwise.js'
import { checkTensor } from './promote.js'
import { checkHolds } from './update.js'
import { where } from './where.js'
import { inFloat } from './wide.js'

/** Options of activations that have no others. */
type Inplace = { inplace?: boolean }

function isInplace(name: string, inplace: boolean | Inplace | undefined): boolean {
  return bindOptions<Inplace>(name, ['inplace'], [inplace]).inplace ?? false
}

/** Kernel key: {@link hardtanh}. */
export const hardtanhOp: Op<[x: Tensor, min: number, max: number], Tensor> = defineOp(
  'hardtanh',
  (x: Tensor, min: number, max: number): Tensor => clamp(x, min, max),
)

/** Kernel key: gradient of {@link hardtanh} from that of its output and the output. */
export const hardtanhGradOp: Op<[g: Tensor, y: Tensor, min: number, max: number], Tensor> = defineComposite(
  'hardtanhGrad',
  (g: Tensor, y: Tensor, min: number, max: number): Tensor => where(logicalOr(le(y, min), ge(y, max)), 0, g),
)

function limited(x: Tensor, min: number, max: number, inplace: boolean): Tensor {
  if (x.dtype === bool) throw new RuntimeError('Bool inputs not supported for hardtanh')
  // integers keep their dtype: limits lose their fraction
  const whole = x.dtype.category === Category.integer
  const [low, high] = whole ? [Math.trunc(min), Math.trunc(max)] : [min, max]
  if (x.dtype === uint8 && (low < 0 || high < 0))
    throw new RuntimeError('cannot do hardtanh on an unsigned type with negative limits')
  const y = hardtanhOp(x, low, high)
  const out = record('HardtanhBackward0', y, [x], [y], (g, node) => hardtanhGradOp(g, node.saved(0), low, high))
  return inplace ? assign(x, out) : out
}

/** Options of {@link hardtanh}. */
export interface HardtanhOptions {
  /** Lower limit, -1 if not given. */
  minVal?: number
  /** Upper limit, 1 if not given. */
  maxVal?: number
  /** Writes the result into the input. */
  inplace?: boolean
}

/**
 * `x` between two limits, the limit beyond; unlike {@link clamp} it has no gradient at the limits themselves.
 *
 * @param x - tensor of any shape and any dtype but bool
 * @returns a tensor of the same shape and dtype
 * @throws ValueError if the limits are not in order
 * @throws RuntimeError for bool, and for negative limits of uint8
 * @example
 * ```ts
 * hardtanh(tensor([-1.5, 0.5])) // tensor([-1.0000,  0.5000])
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.nn.functional.hardtanh.html
 */
export function hardtanh(
  x: Tensor,
  minVal?: number | HardtanhOptions,
  maxVal?: number | HardtanhOptions,
  inplace?: boolean | HardtanhOptions,
): Tensor {
  checkTensor('hardtanh', 'input', x)
  const o = bindOptions<HardtanhOptions>('hardtanh', ['minVal', 'maxVal', 'inplace'], [minVal, maxVal, inplace])
  const [min, max] = [o.minVal ?? -1, o.maxVal ?? 1]
  if (min > max) throw new ValueError('min_val cannot be greater than max_val')
  return limited(x, min, max, o.inplace ?? false)
}

/**
 * `min(max(x, 0), 6)`.
 *
 * @param x - tensor of any shape and any dtype but bool
 * @returns a tensor of the same shape and dtype
 * @throws RuntimeError for bool
 * @example
 * ```ts
 * relu6(tensor([-1.5, 0.5, 7.5])) // tensor([0.0000, 0.5000, 6.0000])
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.nn.functional.relu6.html
 */
export function relu6(x: Tensor, inplace?: boolean | Inplace): Tensor {
  checkTensor('relu6', 'input', x)
  return limited(x, 0, 6, isInplace('relu6', inplace))
}

/** Kernel key: {@link hardsigmoid} of a floating-point tensor. */
export const hardsigmoidOp: Op<[x: Tensor], Tensor> = defineOp(
  'hardsigmoid',
  (x: Tensor): Tensor => inFloat((wide) => div(clamp(add(wide, 3), 0, 6), 6), x),
)

/** Kernel key: gradient of {@link hardsigmoid} from that of its output and the input. */
export const hardsigmoidGradOp: Op<[g: Tensor, x: Tensor], Tensor> = defineComposite(
  'hardsigmoidGrad',
  (g: Tensor, x: Tensor): Tensor => where(logicalAnd(gt(x, -3), lt(x, 3)), mul(g, 1 / 6), 0),
)

/**
 * 0 up to -3, 1 from 3 on, a straight line between.
 *
 * @param x - floating-point tensor of any shape
 * @returns a tensor of the same shape and dtype
 * @throws NotImplementedError for integers
 * @example
 * ```ts
 * hardsigmoid(tensor([-1.5, 0.5])) // tensor([0.2500, 0.5833])
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.nn.functional.hardsigmoid.html
 */
export function hardsigmoid(x: Tensor, inplace?: boolean | Inplace): Tensor {
  checkTensor('hardsigmoid', 'input', x)
  const writes = isInplace('hardsigmoid', inplace)
  checkFloating('hardsigmoid_cpu', x)
  const out = record('HardsigmoidBackward0', hardsigmoidOp(x), [x], [x], (g, node) =>
    hardsigmoidGradOp(g, node.saved(0)),
  )
  return writes ? assign(x, out) : out
}

/** Kernel key: {@link hardswish} of a floating-point tensor. */
export const hardswishOp: Op<[x: Tensor], Tensor> = defineOp(
  'hardswish',
  (x: Tensor): Tensor => inFloat((wide) => div(mul(wide, clamp(add(wide, 3), 0, 6)), 6), x),
)

/** Kernel key: gradient of {@link hardswish} from that of its output and the input. */
export const hardswishGradOp: Op<[g: Tensor, x: Tensor], Tensor> = defineComposite(
  'hardswishGrad',
  (g: Tensor, x: Tensor): Tensor =>
    inFloat((h, wide) => mul(h, where(le(wide, -3), 0, where(lt(wide, 3), add(mul(wide, 1 / 3), 0.5), 1))), g, x),
)

/**
 * `x * hardsigmoid(x)` (Howard et al., 2019).
 *
 * @param x - floating-point tensor of any shape
 * @returns a tensor of the same shape and dtype
 * @throws NotImplementedError for integers
 * @example
 * ```ts
 * hardswish(tensor([-1.5, 0.5])) // tensor([-0.3750,  0.2917])
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.nn.functional.hardswish.html
 */
export function hardswish(x: Tensor, inplace?: boolean | Inplace): Tensor {
  checkTensor('hardswish', 'input', x)
  const writes = isInplace('hardswish', inplace)
  checkFloating('hardswish_cpu', x)
  const out = record('HardswishBackward0', hardswishOp(x), [x], [x], (g, node) => hardswishGradOp(g, node.saved(0)))
  return writes ? assign(x, out) : out
}

/** Kernel key: {@link threshold}, for numbers that the dtype of `x` holds. */
export const thresholdOp: Op<[x: Tensor, limit: number, value: number], Tensor> = defineOp(
  'threshold',
  (x: Tensor, limit: number, value: number): Tensor => where(le(x, limit), value, x),
)

/** Kernel key: gradient of {@link threshold} from that of its output and the input. */
export const thresholdGradOp: Op<[g: Tensor, x: Tensor, limit: number], Tensor> = defineComposite(
  'thresholdGrad',
  (g: Tensor, x: Tensor, limit: number): Tensor => where(le(x, limit), 0, g),
)

/**
 * `x` above `threshold`, else `value`.
 *
 * @param x - tensor of any shape and any dtype but bool; for integers both numbers lose their fraction
 * @returns a tensor of the same shape and dtype
 * @throws NotImplementedError for bool
 * @throws RuntimeError if the dtype cannot hold the numbers
 * @example
 * ```ts
 * threshold(tensor([-1.5, 0.5]), 0.1, 20) // tensor([20.0000,  0.5000])
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.nn.functional.threshold.html
 */
export function threshold(x: Tensor, threshold: number, value: number, inplace?: boolean | Inplace): Tensor {
  checkTensor('threshold', 'input', x)
  const writes = isInplace('threshold', inplace)
  if (x.dtype === bool) throw new NotImplementedError(`"threshold_cpu" not implemented for '${x.dtype.label}'`)
  for (const number of [threshold, value]) checkHolds(x.dtype, number)
  const limit = inDtype(x, threshold)
  const out = record('ThresholdBackward0', thresholdOp(x, limit, inDtype(x, value)), [x], [x], (g, node) =>
    thresholdGradOp(g, node.saved(0), limit),
  )
  return writes ? assign(x, out) : out
}

/** A number as the dtype of `x` holds it, so that it does not promote. */
function inDtype(x: Tensor, value: number): number {
  if (x.dtype.category !== Category.integer) return value
  return x.dtype === uint8 ? Math.trunc(value) & 255 : Math.trunc(value)
}
