/** Cross entropy of logits: log-softmax and negative log likelihood in one. */
import { ownedByGraph, recordMany } from '../autograd/node.js'
import { defineComposite, defineOp, type Op } from '../dispatch/op.js'
import { Category, int64 } from '../dtype.js'
import { NotImplementedError, RuntimeError } from '../errors.js'
import { bindOptions } from '../options.js'
import { formatShape, sameShape, wrapDim } from '../shape.js'
import { allocate, type Tensor } from '../tensor.js'
import { eq, ne } from './compare.js'
import { castTo } from './elementwise.js'
import { type Reduction, reduced, reductionOf } from './loss.js'
import {
  byRows,
  checkTargets,
  classTargets,
  indexRows,
  type NllOptions,
  nllLoss,
  nllNames,
  picked,
  spread,
} from './nll-loss.js'
import { add, div, exp, mul, neg } from './pointwise.js'
import { checkTensor } from './promote.js'
import { sum } from './reduce.js'
import { logSoftmax, logSoftmaxGradOp, logSoftmaxOp } from './softmax.js'
import { expand, reshape, unsqueeze } from './view.js'
import { where } from './where.js'

/** Which targets count for nothing, the targets with a class of their own, and how many count. */
function counted(
  target: Tensor,
  classes: number,
  ignoreIndex: number,
  like: Tensor,
): [Tensor | null, Tensor, number | Tensor] {
  if (!checkTargets(target, classes, ignoreIndex)) return [null, target, target.count]
  const ignored = eq(target, ignoreIndex)
  return [ignored, castTo(where(ignored, 0, target), int64), sum(castTo(ne(target, ignoreIndex), like.dtype))]
}

/**
 * Kernel key: cross entropy of logits [N, C] and int64 targets [N], each a class or `ignoreIndex`, which counts for nothing.
 *
 * Gives the loss, [N] without reduction and else [], and the log-probabilities [N, C], which {@link crossEntropyGradOp} reads and
 * nobody else is handed. The mean is over the targets that count, NaN without any.
 */
export const crossEntropyOp: Op<
  [logits: Tensor, target: Tensor, ignoreIndex: number, reduction: Reduction],
  readonly [loss: Tensor, logProbabilities: Tensor]
> = defineOp(
  'crossEntropy',
  (logits: Tensor, target: Tensor, ignoreIndex: number, reduction: Reduction): readonly [Tensor, Tensor] => {
    const logs = logits.count === 0 ? allocate(logits.storage, logits.dtype, logits.shape) : logSoftmaxOp(logits, 1)
    const [ignored, safe, count] = counted(target, logits.shape[1]!, ignoreIndex, logits)
    const values = picked(logs, safe)
    const losses = ignored === null ? values : where(ignored, 0, values)
    if (reduction === 'none') return [losses, logs]
    return [reduction === 'mean' ? div(sum(losses), count) : sum(losses), logs]
  },
)

/**
 * Kernel key: gradient of {@link crossEntropyOp} for the logits [N, C], from that of its loss, `[N]` or `[]`, and the
 * log-probabilities.
 */
export const crossEntropyGradOp: Op<
  [g: Tensor, logProbabilities: Tensor, target: Tensor, ignoreIndex: number, reduction: Reduction],
  Tensor
> = defineComposite(
  'crossEntropyGrad',
  (g: Tensor, logs: Tensor, target: Tensor, ignoreIndex: number, reduction: Reduction): Tensor => {
    const [rows, classes] = logs.shape as [number, number]
    const [ignored, safe, count] = counted(target, classes, ignoreIndex, logs)
    const each = expand(reduction === 'mean' ? div(g, count) : g, [rows])
    const factor = ignored === null ? each : where(ignored, 0, each)
    return add(mul(exp(logs), unsqueeze(factor, 1)), spread(factor, safe, classes))
  },
)

/** Options of {@link crossEntropy}. */
export interface CrossEntropyOptions extends NllOptions {
  /** Share of the target spread evenly over all classes, in [0, 1]. */
  labelSmoothing?: number
}

/**
 * Cross entropy of logits and class indices or class probabilities.
 *
 * @param input - logits, shape [C], [N, C] or [N, C, d1, ...]
 * @param target - class indices (int64) as for {@link nllLoss}, or probabilities of the shape of `input`
 * @returns a 0-d tensor, or one value a target with `reduction: 'none'`
 * @example
 * ```ts
 * crossEntropy(randn([3, 5]), tensor([1, 0, 4]))
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.nn.functional.cross_entropy.html
 */
export function crossEntropy(input: Tensor, target: Tensor, options?: CrossEntropyOptions): Tensor {
  checkTensor('crossEntropy', 'input', input)
  checkTensor('crossEntropy', 'target', target)
  const o = bindOptions<CrossEntropyOptions>('crossEntropy', [...nllNames, 'labelSmoothing'], [options])
  const smoothing = o.labelSmoothing ?? 0
  if (!(smoothing >= 0 && smoothing <= 1))
    throw new RuntimeError(`label_smoothing must be between 0.0 and 1.0. Got: ${smoothing}`)
  const { labelSmoothing: _, ...rest } = o
  const classDim = input.ndim === 1 ? 0 : 1
  if (sameShape(input.shape, target.shape)) return probabilityEntropy(input, target, o, classDim, smoothing)
  if (smoothing !== 0) return smoothedEntropy(input, target, o, classDim, smoothing)
  if (o.weight == null) return classEntropy(input, target, o)
  return nllLoss(logSoftmax(input, classDim), target, rest)
}

function classEntropy(input: Tensor, target: Tensor, o: Partial<NllOptions>): Tensor {
  wrapDim(input.ndim === 1 ? 0 : 1, input.ndim)
  if (!input.dtype.isFloatingPoint)
    throw new NotImplementedError(`"log_softmax_lastdim_kernel_impl" not implemented for '${input.dtype.label}'`)
  const { x, y, shape } = byRows(input, classTargets(target))
  const ignore = o.ignoreIndex ?? -100
  checkTargets(y, x.shape[1]!, ignore)
  const reduction = reductionOf(o)
  const [loss, logs] = crossEntropyOp(x, y, ignore, reduction)
  // the log-probabilities are the node's second output: nobody is handed them, and second derivatives flow through them
  recordMany(
    input.ndim < 3 ? 'NllLossBackward0' : 'NllLoss2DBackward0',
    [loss, logs],
    [x],
    [logs, y],
    (grads, node) => {
      const [g, gLogs] = grads as readonly [Tensor | null, Tensor | null]
      const kept = node.saved(0)
      const direct = g === null ? null : crossEntropyGradOp(g, kept, node.saved(1), ignore, reduction)
      if (gLogs === null) return direct
      const through = logSoftmaxGradOp(gLogs, kept, 1)
      return direct === null ? through : add(direct, through)
    },
  )
  ownedByGraph(loss, logs)
  return reduction === 'none' && !sameShape(loss.shape, shape) ? reshape(loss, shape) : loss
}

function perClass(weight: Tensor | null | undefined, input: Tensor, classDim: number): Tensor | null {
  if (weight == null) return null
  const classes = input.shape[classDim]!
  if (weight.ndim !== 1 || weight.count !== classes) {
    throw new RuntimeError(
      `cross_entropy: weight tensor should be defined either for all ${classes} classes or no classes but got weight tensor of shape: ${formatShape(weight.shape)}`,
    )
  }
  return reshape(
    weight,
    input.shape.map((_, d) => (d === classDim ? weight.count : 1)),
  )
}

function probabilityEntropy(
  input: Tensor,
  target: Tensor,
  o: Partial<CrossEntropyOptions>,
  classDim: number,
  smoothing: number,
): Tensor {
  if (target.dtype.category !== Category.float)
    throw new RuntimeError(
      `Expected floating point type for target with class probabilities, got ${target.dtype.label}`,
    )
  if ((o.ignoreIndex ?? -100) >= 0) throw new RuntimeError('ignore_index is not supported for floating point target')
  const classes = input.shape[classDim]!
  const wanted = smoothing > 0 ? add(mul(target, 1 - smoothing), smoothing / classes) : target
  const weight = perClass(o.weight, input, classDim)
  const logs = logSoftmax(input, classDim)
  const weighted = weight === null ? logs : mul(logs, weight)
  const values = neg(sum(mul(weighted, wanted), classDim))
  const reduction = reductionOf(o)
  // the mean is over the samples, not over the classes
  return reduction === 'mean' ? div(sum(values), input.count / classes) : reduced(values, reduction)
}

function smoothedEntropy(
  input: Tensor,
  target: Tensor,
  o: Partial<CrossEntropyOptions>,
  classDim: number,
  smoothing: number,
): Tensor {
  const classes = input.shape[classDim]!
  const ignore = o.ignoreIndex ?? -100
  const reduction = reductionOf(o)
  const logs = logSoftmax(input, classDim)
  const weight = o.weight ?? null
  const exact = nllLoss(logs, target, { weight, ignoreIndex: ignore, reduction })
  const broad = perClass(weight, input, classDim)
  const ignored = eq(target, ignore)
  const values = where(ignored, 0, neg(sum(broad === null ? logs : mul(logs, broad), classDim)))
  let uniform: Tensor
  if (reduction === 'none') uniform = values
  else if (reduction === 'sum') uniform = sum(values)
  else {
    const counts =
      weight === null
        ? castTo(ne(target, ignore), input.dtype)
        : where(
            ignored,
            0,
            reshape(indexRows(weight, reshape(castTo(where(ignored, 0, target), int64), [-1])), target.shape),
          )
    uniform = div(sum(values), sum(counts))
  }
  return add(mul(exact, 1 - smoothing), mul(uniform, smoothing / classes))
}
