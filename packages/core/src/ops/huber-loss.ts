/** Losses of numbers that are square for small errors and grow like a line for large ones. */
import { defineComposite, defineOp, type Op } from '../dispatch/op.js'
import { RuntimeError } from '../errors.js'
import { bindOptions } from '../options.js'
import type { Tensor } from '../tensor.js'
import { checkFloating, scaled } from './activation.js'
import { clamp, clampMax } from './extremes.js'
import { type Reduction, type ReductionOptions, reduced, reductionNames, reductionOf } from './loss.js'
import { abs, mul, sub } from './pointwise.js'
import { aligned, type DistanceLoss, l1, recorded, weighed } from './regression-loss.js'
import { inFloat } from './wide.js'

/** A loss that is square near zero and grows like a line from `delta` on, times `scale`. */
export interface HuberCurve {
  readonly delta: number
  readonly scale: number
}

/**
 * Kernel key: `scale * d^2 / 2` for `d = |input - target|` below `delta`, else `scale * delta * (d - delta / 2)`, of two
 * floating-point tensors of one shape and dtype, reduced.
 */
export const huberLossOp: Op<[input: Tensor, target: Tensor, reduction: Reduction, curve: HuberCurve], Tensor> =
  defineOp(
    'huberLoss',
    (input: Tensor, target: Tensor, reduction: Reduction, { delta, scale }: HuberCurve): Tensor =>
      reduced(
        inFloat(
          (x, t) => {
            const d = abs(sub(x, t))
            // both pieces are one: with c = min(d, delta) it is c * (d - c / 2)
            const c = clampMax(d, delta)
            return mul(scaled(c, scale), sub(d, mul(c, 0.5)))
          },
          input,
          target,
        ),
        reduction,
      ),
  )

/** Kernel key: gradient of {@link huberLossOp} for its input, the opposite of that for its target. */
export const huberLossGradOp: Op<
  [g: Tensor, input: Tensor, target: Tensor, reduction: Reduction, curve: HuberCurve],
  Tensor
> = defineComposite(
  'huberLossGrad',
  (g: Tensor, input: Tensor, target: Tensor, reduction: Reduction, { delta, scale }: HuberCurve): Tensor => {
    const factor = reduction === 'mean' ? scale / input.count : scale
    return inFloat((h, x, t) => mul(clamp(sub(x, t), -delta, delta), mul(h, factor)), g, input, target)
  },
)

function huber(backward: string, curve: HuberCurve): DistanceLoss {
  return {
    backward,
    value: (x, t, reduction) => huberLossOp(x, t, reduction, curve),
    slope: (g, x, t, reduction) => huberLossGradOp(g, x, t, reduction, curve),
  }
}

/** Options of {@link smoothL1Loss}. */
export interface SmoothL1Options extends ReductionOptions {
  /** Up to which distance the loss is square, 1 if not given; 0 gives {@link l1Loss}. */
  beta?: number
}

/**
 * Smooth absolute error: `d^2 / (2 beta)` for distances `d` below `beta`, else `d - beta / 2`.
 *
 * @param input - any shape, floating point
 * @param target - the same shape; others broadcast, with a warning
 * @returns a 0-d tensor, or the loss of each element with `reduction: 'none'`
 * @throws RuntimeError for a negative `beta`
 * @throws NotImplementedError for integers
 * @example
 * ```ts
 * smoothL1Loss(tensor([1.5, 2.5]), tensor([1, 0.5])) // tensor(0.8125)
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.nn.functional.smooth_l1_loss.html
 */
export function smoothL1Loss(input: Tensor, target: Tensor, options?: SmoothL1Options): Tensor {
  const o = bindOptions<SmoothL1Options>('smoothL1Loss', [...reductionNames, 'beta'], [options])
  const { beta = 1 } = o
  const reduction = reductionOf(o)
  const [x, t] = aligned('smoothL1Loss', input, target)
  if (beta === 0) return recorded(l1, x, t, reduction)
  if (!(beta > 0)) throw new RuntimeError('smooth_l1_loss does not support negative values for beta.')
  checkFloating('smooth_l1_cpu', x)
  return recorded(huber('SmoothL1LossBackward0', { delta: beta, scale: 1 / beta }), x, t, reduction)
}

/** Options of {@link huberLoss}. */
export interface HuberOptions {
  /** `'mean'` if not given. */
  reduction?: Reduction
  /** Up to which distance the loss is square, 1 if not given. */
  delta?: number
  /** Factor of each element, of the shape of the input; the mean is over the elements. */
  weight?: Tensor | null
}

/**
 * Huber's loss: `d^2 / 2` for distances `d` below `delta`, else `delta * (d - delta / 2)` (Huber, 1964).
 *
 * @param input - any shape, floating point
 * @param target - the same shape; others broadcast, with a warning
 * @returns a 0-d tensor, or the loss of each element with `reduction: 'none'`
 * @throws RuntimeError for a `delta` that is not positive
 * @throws NotImplementedError for integers
 * @throws ValueError for a `weight` of another shape than `input`
 * @example
 * ```ts
 * huberLoss(tensor([1.5, 2.5]), tensor([1, 0.5])) // tensor(0.8125)
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.nn.functional.huber_loss.html
 */
export function huberLoss(input: Tensor, target: Tensor, options?: HuberOptions): Tensor {
  const o = bindOptions<HuberOptions>('huberLoss', ['reduction', 'delta', 'weight'], [options])
  const { delta = 1 } = o
  const reduction = reductionOf(o)
  const pair = aligned('huberLoss', input, target)
  if (!(delta > 0)) throw new RuntimeError('huber_loss does not support non-positive values for delta.')
  checkFloating('huber_cpu', pair[0])
  return weighed(huber('HuberLossBackward0', { delta, scale: 1 }), pair, reduction, o.weight, input, false)
}
