/** Losses of numbers: how far predictions lie from their targets. */
import { record } from '../autograd/node.js'
import { defineComposite, defineOp, type Op } from '../dispatch/op.js'
import { ValueError } from '../errors.js'
import { bindOptions } from '../options.js'
import { broadcastShapes, formatShape, sameShape } from '../shape.js'
import type { Tensor } from '../tensor.js'
import { warnOnce } from '../warn.js'
import { checkFloating } from './activation.js'
import { cast } from './cast.js'
import { type Reduction, type ReductionOptions, reduced, reductionNames, reductionOf } from './loss.js'
import { abs, div, mul, neg, pow, sign, sub } from './pointwise.js'
import { checkTensor, resultType } from './promote.js'
import { sum } from './reduce.js'
import { expand } from './view.js'
import { inFloat } from './wide.js'

/** Options of the losses whose elements may be weighed. */
export interface WeightedReductionOptions extends ReductionOptions {
  /** Factor of each element, of the shape of the input; the mean is over the weights. */
  weight?: Tensor | null
}
const weightedNames = [...reductionNames, 'weight'] as const

/** Input and target in their common shape and dtype. Tells of shapes that differ: that is seldom meant. */
export function aligned(name: string, input: Tensor, target: Tensor): [input: Tensor, target: Tensor] {
  checkTensor(name, 'input', input)
  checkTensor(name, 'target', target)
  const shape = broadcastShapes(input.shape, target.shape)
  const dtype = resultType(input, target)
  if (sameShape(input.shape, target.shape)) return [cast(input, dtype), cast(target, dtype)]
  warnOnce(
    `Using a target size (${formatShape(target.shape)}) that is different to the input size (${formatShape(input.shape)}). This will likely lead to incorrect results due to broadcasting. Please ensure they have the same size.`,
  )
  return [expand(cast(input, dtype), shape), expand(cast(target, dtype), shape)]
}

/** A loss whose gradient for the target is the opposite of that for the input. */
export interface DistanceLoss {
  /** Its name in graphs. */
  readonly backward: string
  value(input: Tensor, target: Tensor, reduction: Reduction): Tensor
  /** Of the input, from the gradient of the reduced loss. */
  slope(g: Tensor, input: Tensor, target: Tensor, reduction: Reduction): Tensor
}

/** The loss and its gradients. */
export function recorded(loss: DistanceLoss, input: Tensor, target: Tensor, reduction: Reduction): Tensor {
  const out = loss.value(input, target, reduction)
  return record(loss.backward, out, [input, target], [input, target], (g, node) => {
    const slope = loss.slope(g, node.saved(0), node.saved(1), reduction)
    return [node.needs(0) ? slope : null, node.needs(1) ? neg(slope) : null]
  })
}

/**
 * The loss with a factor for each element, if there are any.
 *
 * @param overWeights - whether the mean is over the weights, else it is over the elements
 * @throws ValueError for weights of another shape than `like`, the input as it was given
 */
export function weighed(
  loss: DistanceLoss,
  [input, target]: readonly [Tensor, Tensor],
  reduction: Reduction,
  weight: Tensor | null | undefined,
  like: Tensor,
  overWeights: boolean,
): Tensor {
  if (weight == null) return recorded(loss, input, target, reduction)
  if (!sameShape(weight.shape, like.shape)) throw new ValueError('Weights and input must have the same size.')
  const values = mul(recorded(loss, input, target, 'none'), weight)
  return overWeights && reduction === 'mean' ? div(sum(values), sum(weight)) : reduced(values, reduction)
}

/** Kernel key: `(input - target)^2` of two floating-point tensors of one shape and dtype, reduced. */
export const mseLossOp: Op<[input: Tensor, target: Tensor, reduction: Reduction], Tensor> = defineOp(
  'mseLoss',
  (input: Tensor, target: Tensor, reduction: Reduction): Tensor => reduced(pow(sub(input, target), 2), reduction),
)

/** Kernel key: gradient of {@link mseLossOp} for its input, the opposite of that for its target. */
export const mseLossGradOp: Op<[g: Tensor, input: Tensor, target: Tensor, reduction: Reduction], Tensor> =
  defineComposite('mseLossGrad', (g: Tensor, input: Tensor, target: Tensor, reduction: Reduction): Tensor => {
    const factor = reduction === 'mean' ? 2 / input.count : 2
    return inFloat((h, x, t) => mul(sub(x, t), mul(h, factor)), g, input, target)
  })

const mse: DistanceLoss = { backward: 'MseLossBackward0', value: mseLossOp, slope: mseLossGradOp }

/**
 * Mean squared error.
 *
 * @param input - any shape, floating point
 * @param target - the same shape; others broadcast, with a warning
 * @returns a 0-d tensor, or the squared error of each element with `reduction: 'none'`
 * @throws NotImplementedError for integers
 * @throws ValueError for a `weight` of another shape than `input`
 * @example
 * ```ts
 * mseLoss(tensor([1.5, 2.5]), tensor([1.5, 0.5])) // tensor(2.)
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.nn.functional.mse_loss.html
 */
export function mseLoss(input: Tensor, target: Tensor, options?: WeightedReductionOptions): Tensor {
  const o = bindOptions<WeightedReductionOptions>('mseLoss', weightedNames, [options])
  const reduction = reductionOf(o)
  const pair = aligned('mseLoss', input, target)
  checkFloating('mse_cpu', pair[0])
  return weighed(mse, pair, reduction, o.weight, input, true)
}

/** Kernel key: `|input - target|` of two tensors of one shape and dtype, reduced. */
export const l1LossOp: Op<[input: Tensor, target: Tensor, reduction: Reduction], Tensor> = defineOp(
  'l1Loss',
  (input: Tensor, target: Tensor, reduction: Reduction): Tensor => reduced(abs(sub(input, target)), reduction),
)

/** Kernel key: gradient of {@link l1LossOp} for its input, the opposite of that for its target. */
export const l1LossGradOp: Op<[g: Tensor, input: Tensor, target: Tensor, reduction: Reduction], Tensor> =
  defineComposite('l1LossGrad', (g: Tensor, input: Tensor, target: Tensor, reduction: Reduction): Tensor => {
    const slope = sign(sub(input, target))
    return mul(slope, reduction === 'mean' ? div(g, input.count) : g)
  })

/** {@link l1Loss}, to be recorded. */
export const l1: DistanceLoss = { backward: 'L1LossBackward0', value: l1LossOp, slope: l1LossGradOp }

/**
 * Mean absolute error.
 *
 * @param input - any shape; integers have a sum, but no mean
 * @param target - the same shape; others broadcast, with a warning
 * @returns a 0-d tensor, or the error of each element with `reduction: 'none'`
 * @throws RuntimeError for bool, and for the mean of integers
 * @throws ValueError for a `weight` of another shape than `input`
 * @example
 * ```ts
 * l1Loss(tensor([1.5, 2.5]), tensor([1.5, 0.5])) // tensor(1.)
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.nn.functional.l1_loss.html
 */
export function l1Loss(input: Tensor, target: Tensor, options?: WeightedReductionOptions): Tensor {
  const o = bindOptions<WeightedReductionOptions>('l1Loss', weightedNames, [options])
  const reduction = reductionOf(o)
  const pair = aligned('l1Loss', input, target)
  return weighed(l1, pair, reduction, o.weight, input, true)
}
