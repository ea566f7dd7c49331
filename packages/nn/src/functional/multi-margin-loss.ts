/** Losses that ask the scores of a sample's classes to exceed those of all other classes by a margin. */
import {
  add,
  amax,
  bindOptions,
  cumsum,
  div,
  eq,
  gather,
  ge,
  gt,
  indexSelect,
  logicalAnd,
  logicalNot,
  logicalOr,
  lt,
  mul,
  NotImplementedError,
  narrow,
  type ReductionOptions,
  RuntimeError,
  reduceLoss,
  reductionOf,
  relu,
  reshape,
  scatter,
  scatterAdd,
  sub,
  sum,
  type Tensor,
  unsqueeze,
  ValueError,
  where,
  zerosLike,
} from '@tsorch/core'
import { anyTrue, sizes } from './loss-checks.js'

/** Samples and classes of scores [N, C], [C] or []. @throws RuntimeError for other shapes; NotImplementedError for integers */
function rowsOf(kernel: string, input: Tensor): [samples: number, classes: number] {
  const { shape, ndim } = input
  if (ndim > 2 || (ndim > 0 && shape[ndim - 1] === 0)) {
    throw new RuntimeError(
      `Expected non-empty vector or matrix with optional 0-dim batch size, but got: ${sizes(input)}`,
    )
  }
  if (!input.dtype.isFloatingPoint)
    throw new NotImplementedError(`"${kernel}" not implemented for '${input.dtype.label}'`)
  return [ndim === 2 ? shape[0]! : 1, ndim === 0 ? 1 : shape[ndim - 1]!]
}

function checkLong(target: Tensor): void {
  if (target.dtype.name !== 'int64') throw new RuntimeError(`expected scalar type Long but found ${target.dtype.label}`)
}

/** Options of {@link multiMarginLoss}. */
export interface MultiMarginOptions extends ReductionOptions {
  /** Exponent of the shortfalls, 1 if not given. */
  p?: 1 | 2
  /** How far apart is far enough, 1 if not given. */
  margin?: number
  /** Factor of each class, shape [C]. */
  weight?: Tensor | null
}
/** Names of {@link MultiMarginOptions} in their order. */
export const multiMarginNames = ['p', 'margin', 'weight', 'sizeAverage', 'reduce', 'reduction'] as const

/**
 * Hinge loss of classes: the mean of `max(0, margin - input[target] + input[c])^p` over all classes, without that of the target.
 *
 * @param input - scores, shape [N, C] or [C], floating point
 * @param target - class indices (int64), shape [N] or []
 * @returns a 0-d tensor, or one value a sample with `reduction: 'none'`
 * @throws ValueError for another `p` than 1 and 2, or weights that are no vector
 * @throws RuntimeError if shapes or dtypes do not fit, or for a target outside [0, C)
 * @example
 * ```ts
 * multiMarginLoss(tensor([[0.5, 1, 0.25]]), tensor([0])) // tensor(0.7500)
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.nn.functional.multi_margin_loss.html
 */
export function multiMarginLoss(input: Tensor, target: Tensor, options?: MultiMarginOptions): Tensor {
  const o = bindOptions<MultiMarginOptions>('multiMarginLoss', multiMarginNames, [options])
  const { p = 1, margin = 1, weight = null } = o
  const reduction = reductionOf(o)
  if (p !== 1 && p !== 2) throw new ValueError('only p == 1 and p == 2 supported')
  if (weight !== null && weight.ndim !== 1) throw new ValueError('weight must be one-dimensional')
  const [samples, classes] = rowsOf('multi_margin_loss_cpu_kernel', input)
  if (target.ndim > 1 || target.count !== samples) {
    throw new RuntimeError(
      `multi_margin_loss: target tensor should be 1-D with size equal to the number of input samples (batch size). Expected target size [${samples}], but got ${sizes(target)}. Input has shape ${sizes(input)}.`,
    )
  }
  if (weight !== null && weight.count !== classes)
    throw new RuntimeError(`inconsistent weight size, expected ${classes} but got ${sizes(weight)}`)
  if (weight !== null && weight.dtype !== input.dtype)
    throw new RuntimeError(`expected scalar type ${input.dtype.label} but found ${weight.dtype.label}`)
  checkLong(target)
  if (anyTrue(logicalOr(lt(target, 0), ge(target, classes)))) throw new RuntimeError('target out of range')
  const scores = reshape(input, [samples, classes])
  const own = reshape(target, [samples, 1])
  const shortfalls = relu(add(sub(scores, gather(scores, 1, own)), margin))
  const others = scatter(p === 1 ? shortfalls : mul(shortfalls, shortfalls), 1, own, 0)
  const values = div(sum(others, 1), classes)
  const weighed = weight === null ? values : mul(values, indexSelect(weight, 0, reshape(target, [samples])))
  return reduceLoss(target.ndim === 0 ? reshape(weighed, []) : weighed, reduction)
}

/**
 * Hinge loss of samples with several classes each: the sum of `max(0, 1 - input[y] + input[c])` over the classes `y` that a
 * sample has and the classes `c` that it does not have, divided by the number of classes.
 *
 * @param input - scores, shape [N, C] or [C], floating point
 * @param target - classes of each sample (int64), of the shape of `input`; those after the first -1 do not count
 * @returns a 0-d tensor, or one value a sample with `reduction: 'none'`
 * @throws RuntimeError if shapes or dtypes do not fit, or for a target outside [-1, C)
 * @example
 * ```ts
 * multilabelMarginLoss(tensor([[0.25, 0.5, 0.75]]), tensor([[2, 0, -1]])) // tensor(0.6667)
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.nn.functional.multilabel_margin_loss.html
 */
export function multilabelMarginLoss(input: Tensor, target: Tensor, options?: ReductionOptions): Tensor {
  const names = ['sizeAverage', 'reduce', 'reduction'] as const
  const reduction = reductionOf(bindOptions<ReductionOptions>('multilabelMarginLoss', names, [options]))
  const [samples, classes] = rowsOf('multilabel_margin_loss_forward_out_frame', input)
  const fits = input.ndim < 2 ? target.ndim < 2 : target.ndim === 2 && target.shape[0] === samples
  if (!fits || target.count !== samples * classes)
    throw new RuntimeError(`inconsistent target size: ${sizes(target)} for input of size: ${sizes(input)}`)
  checkLong(target)
  if (anyTrue(logicalOr(lt(target, -1), ge(target, classes))))
    throw new RuntimeError("argument #2 'target' is out of range")
  const scores = reshape(input, [samples, classes])
  const [labels, counts] = labelsOf(reshape(target, [samples, classes]))
  const marks = scatterAdd(zerosLike(scores), 1, labels, counts.to(input.dtype))
  const shortfalls = relu(add(sub(unsqueeze(scores, 1), unsqueeze(gather(scores, 1, labels), 2)), 1))
  const matter = logicalAnd(unsqueeze(counts, 2), unsqueeze(logicalNot(gt(marks, 0)), 1))
  const values = div(sum(where(matter, shortfalls, 0), [1, 2]), classes)
  return reduceLoss(input.ndim < 2 ? reshape(values, []) : values, reduction)
}

/** The labels of each sample, and which of them count: no more columns than the sample with most of them needs. */
function labelsOf(target: Tensor): [labels: Tensor, counts: Tensor] {
  const counts = eq(cumsum(lt(target, 0), 1), 0)
  const [samples, classes] = target.shape as [number, number]
  const most = samples === 0 ? null : amax(sum(counts, 1))
  const width = most?.storage.device.memory.readSync(most)?.[0] ?? classes
  const kept = narrow(counts, 1, 0, width)
  return [where(kept, narrow(target, 1, 0, width), 0), kept]
}
