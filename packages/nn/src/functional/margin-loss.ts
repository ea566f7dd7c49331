/** Losses that ask for a margin between what belongs together and what does not. */
import {
  add,
  bindOptions,
  clampMin,
  div,
  eq,
  getDefaultDtype,
  IndexError,
  logsigmoid,
  mul,
  ne,
  neg,
  type ReductionOptions,
  RuntimeError,
  reduceLoss,
  reductionOf,
  softplus,
  sqrt,
  sub,
  sum,
  type Tensor,
  where,
} from '@tsorch/core'
import { sizes } from './loss-checks.js'

/** Options of the losses with a margin. */
export interface MarginOptions extends ReductionOptions {
  /** How far apart is far enough. */
  margin?: number
}
/** Names of {@link MarginOptions} in their order. */
export const marginNames = ['margin', 'sizeAverage', 'reduce', 'reduction'] as const
/** Names of the options of losses that have a reduction alone. */
const reductionNames = ['sizeAverage', 'reduce', 'reduction'] as const

/**
 * Which of two is ranked higher: `max(0, margin - target * (input1 - input2))`.
 *
 * @param input1 - any shape
 * @param input2 - as many dimensions, broadcast
 * @param target - 1 where `input1` shall be the larger, -1 where `input2` shall; as many dimensions, broadcast
 * @param margin - 0 if not given
 * @returns a 0-d tensor, or one value a pair with `reduction: 'none'`
 * @throws RuntimeError if the numbers of dimensions differ
 * @example
 * ```ts
 * marginRankingLoss(tensor([1.5, 0.5]), tensor([0.5, 2.5]), tensor([1, 1]), 0.5) // tensor(1.2500)
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.nn.functional.margin_ranking_loss.html
 */
export function marginRankingLoss(
  input1: Tensor,
  input2: Tensor,
  target: Tensor,
  margin?: number | MarginOptions,
  options?: MarginOptions,
): Tensor {
  const o = bindOptions<MarginOptions>('marginRankingLoss', marginNames, [margin, options])
  const reduction = reductionOf(o)
  if (input1.ndim !== input2.ndim || input1.ndim !== target.ndim) {
    throw new RuntimeError(
      `margin_ranking_loss : All input tensors should have same dimension but got sizes: input1: ${sizes(input1)}, input2: ${sizes(input2)}, target: ${sizes(target)} `,
    )
  }
  const behind = mul(neg(target), sub(input1, input2))
  // a margin is a fraction, even where it is a whole number
  const real = behind.dtype.isFloatingPoint ? behind : behind.to(getDefaultDtype())
  return reduceLoss(clampMin(add(real, o.margin ?? 0), 0), reduction)
}

/**
 * Of distances: themselves for pairs that belong together, `max(0, margin - input)` for pairs that do not.
 *
 * @param input - distances, any shape
 * @param target - 1 for pairs that belong together, -1 for the others; broadcast
 * @param margin - 1 if not given
 * @returns a 0-d tensor, or one value a pair with `reduction: 'none'`
 * @throws RuntimeError if the shapes do not broadcast
 * @example
 * ```ts
 * hingeEmbeddingLoss(tensor([0.5, 0.25]), tensor([1, -1])) // tensor(0.6250)
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.nn.functional.hinge_embedding_loss.html
 */
export function hingeEmbeddingLoss(
  input: Tensor,
  target: Tensor,
  margin?: number | MarginOptions,
  options?: MarginOptions,
): Tensor {
  const o = bindOptions<MarginOptions>('hingeEmbeddingLoss', marginNames, [margin, options])
  const reduction = reductionOf(o)
  // PyTorch takes it in the dtype of the input
  const far = input.dtype.isFloatingPoint ? (o.margin ?? 1) : Math.trunc(o.margin ?? 1)
  // a target that is neither 1 nor -1 counts as both
  const apart = where(ne(target, 1), clampMin(sub(far, input), 0), 0)
  const together = where(ne(target, -1), input, 0)
  return reduceLoss(add(apart, together), reduction)
}

/**
 * Logistic loss of two classes: `log(1 + e^(-target * input))`.
 *
 * @param input - any shape, floating point
 * @param target - 1 or -1, broadcast to the shape of `input`
 * @returns a 0-d tensor, or one value an element with `reduction: 'none'`; finite where PyTorch overflows
 * @throws RuntimeError if the shapes do not fit
 * @throws NotImplementedError for integers
 * @example
 * ```ts
 * softMarginLoss(tensor([0.5, -2.5]), tensor([1, -1])) // tensor(0.2765)
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.nn.functional.soft_margin_loss.html
 */
export function softMarginLoss(input: Tensor, target: Tensor, options?: ReductionOptions): Tensor {
  const reduction = reductionOf(bindOptions<ReductionOptions>('softMarginLoss', reductionNames, [options]))
  const z = mul(neg(target), input)
  if (z.ndim !== input.ndim || z.shape.some((size, d) => size !== input.shape[d]))
    throw new RuntimeError(`output with shape ${sizes(input)} doesn't match the broadcast shape ${sizes(z)}`)
  return reduceLoss(softplus(z), reduction)
}

/** Options of {@link multilabelSoftMarginLoss}. */
export interface WeightedMarginOptions extends ReductionOptions {
  /** Factor of each class, broadcast. */
  weight?: Tensor | null
}

/**
 * Logistic loss of several classes at once, the mean over the classes of a sample.
 *
 * @param input - logits, shape [..., C]
 * @param target - 1 for the classes that a sample has, else 0; broadcast
 * @returns a 0-d tensor, or one value a sample with `reduction: 'none'`
 * @throws IndexError for a 0-d input
 * @throws NotImplementedError for integers
 * @example
 * ```ts
 * multilabelSoftMarginLoss(tensor([[0.5, -2.5]]), tensor([[1, 0]])) // tensor(0.2765)
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.nn.functional.multilabel_soft_margin_loss.html
 */
export function multilabelSoftMarginLoss(input: Tensor, target: Tensor, options?: WeightedMarginOptions): Tensor {
  const names = ['weight', ...reductionNames] as const
  const o = bindOptions<WeightedMarginOptions>('multilabelSoftMarginLoss', names, [options])
  const reduction = reductionOf(o)
  if (input.ndim === 0) throw new IndexError('Dimension specified as -1 but tensor has no dimensions')
  const values = sub(mul(sub(1, target), input), logsigmoid(input))
  const weighed = o.weight == null ? values : mul(values, o.weight)
  const classDim = input.ndim - 1
  return reduceLoss(div(sum(weighed, classDim), input.shape[classDim]!), reduction)
}

/**
 * Of the cosine between two vectors: `1 - cos` for pairs that belong together, `max(0, cos - margin)` for pairs that do not.
 *
 * @param input1 - shape [N, D], or [D]
 * @param input2 - broadcasts with `input1`
 * @param target - 1 for pairs that belong together, -1 for the others; shape [N], or []
 * @param margin - 0 if not given
 * @returns a 0-d tensor, or one value a pair with `reduction: 'none'`
 * @throws RuntimeError if the numbers of dimensions do not fit
 * @example
 * ```ts
 * cosineEmbeddingLoss(tensor([[3., 4.]]), tensor([[4., 3.]]), tensor([1])) // tensor(0.0400)
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.nn.functional.cosine_embedding_loss.html
 */
export function cosineEmbeddingLoss(
  input1: Tensor,
  input2: Tensor,
  target: Tensor,
  margin?: number | MarginOptions,
  options?: MarginOptions,
): Tensor {
  const o = bindOptions<MarginOptions>('cosineEmbeddingLoss', marginNames, [margin, options])
  const reduction = reductionOf(o)
  const dim = target.ndim
  if (dim > 1) throw new RuntimeError('0D or 1D target tensor expected, multi-target not supported')
  if (input1.ndim !== dim + 1 || input2.ndim !== dim + 1) {
    throw new RuntimeError(
      `${dim}D target tensor expects ${dim + 1}D input tensors, but found inputs with sizes ${sizes(input1)} and ${sizes(input2)}.`,
    )
  }
  const squares = (x: Tensor): Tensor => add(sum(mul(x, x), dim), 1e-12)
  const cosines = div(sum(mul(input1, input2), dim), sqrt(mul(squares(input1), squares(input2))))
  const together = where(eq(target, 1), sub(1, cosines), 0)
  const apart = where(eq(target, -1), clampMin(sub(cosines, o.margin ?? 0), 0), 0)
  return reduceLoss(add(together, apart), reduction)
}
