/** Losses that compare distributions: divergences and negative log likelihoods. */
import {
  add,
  bindOptions,
  clone,
  div,
  exp,
  le,
  log,
  lt,
  mul,
  noGrad,
  onesLike,
  pow,
  type Reduction,
  type ReductionOptions,
  RuntimeError,
  reduceLoss,
  reductionOf,
  sub,
  type Tensor,
  unsqueeze,
  ValueError,
  warnOnce,
  where,
  xlogy,
} from '@tsorch/core'
import { anyTrue, sizes } from './loss-checks.js'

/** Options of {@link klDiv}. */
export interface KlDivOptions extends Omit<ReductionOptions, 'reduction'> {
  /** `'mean'` if not given, which divides by the number of elements; `'batchmean'` divides by the size of the first dimension. */
  reduction?: Reduction | 'batchmean'
  /** Whether `target` holds logarithms too; false if not given. */
  logTarget?: boolean
}
/** Names of {@link KlDivOptions} in their order. */
export const klDivNames = ['sizeAverage', 'reduce', 'reduction', 'logTarget'] as const

/**
 * Kullback-Leibler divergence of a distribution from another: `target * (log target - input)` of each element.
 *
 * @param input - log-probabilities, any shape, floating point
 * @param target - probabilities, or log-probabilities with `logTarget`, broadcast with `input`
 * @returns a 0-d tensor, or the values of single elements with `reduction: 'none'`
 * @throws RuntimeError for integers
 * @example
 * ```ts
 * klDiv(tensor([0.25, 0.75]).log(), tensor([0.5, 0.5]), { reduction: 'sum' }) // tensor(0.1438)
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.nn.functional.kl_div.html
 */
export function klDiv(input: Tensor, target: Tensor, options?: KlDivOptions): Tensor {
  const o = bindOptions<KlDivOptions>('klDiv', klDivNames, [options])
  const legacy = o.sizeAverage != null || o.reduce != null
  const { reduction = 'mean', ...rest } = o
  if (!legacy && reduction === 'mean')
    warnOnce(
      "reduction: 'mean' divides the total loss by both the batch size and the support size. 'batchmean' divides only by the batch size, and aligns with the KL div math definition.",
    )
  const over = reductionOf({ ...rest, reduction: reduction === 'batchmean' ? 'sum' : reduction })
  if (!input.dtype.isFloatingPoint || !target.dtype.isFloatingPoint)
    throw new RuntimeError('kl_div: Integral inputs not supported.')
  const values =
    (o.logTarget ?? false) ? mul(exp(target), sub(target, input)) : sub(xlogy(target, target), mul(target, input))
  const loss = reduceLoss(values, over)
  return reduction === 'batchmean' && input.ndim > 0 ? div(loss, input.shape[0]!) : loss
}

/** Options of {@link poissonNllLoss}. */
export interface PoissonNllOptions extends ReductionOptions {
  /** Whether `input` is the logarithm of the expected number; true if not given. */
  logInput?: boolean
  /** Adds Stirling's approximation of the term that does not depend on `input`, for targets above 1. */
  full?: boolean
  /** Added to `input` before its logarithm is taken, 1e-8 if not given. */
  eps?: number
}
/** Names of {@link PoissonNllOptions} in their order. */
export const poissonNllNames = ['logInput', 'full', 'sizeAverage', 'eps', 'reduce', 'reduction'] as const

/**
 * Negative log likelihood of counts that follow a Poisson distribution: `e^input - target * input`.
 *
 * @param input - logarithms of expected counts, or expected counts with `logInput: false`
 * @param target - counts, broadcast with `input`
 * @returns a 0-d tensor, or one value an element with `reduction: 'none'`
 * @throws RuntimeError if the shapes do not broadcast
 * @example
 * ```ts
 * poissonNllLoss(tensor([0.5, 1.5]), tensor([2, 4])) // tensor(-0.4348)
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.nn.functional.poisson_nll_loss.html
 */
export function poissonNllLoss(input: Tensor, target: Tensor, options?: PoissonNllOptions): Tensor {
  const o = bindOptions<PoissonNllOptions>('poissonNllLoss', poissonNllNames, [options])
  const reduction = reductionOf(o)
  const expected = (o.logInput ?? true) ? exp(input) : input
  const logs = expected === input ? log(add(input, o.eps ?? 1e-8)) : input
  const values = sub(expected, mul(target, logs))
  return reduceLoss((o.full ?? false) ? add(values, stirling(target)) : values, reduction)
}

/** `log(n!)` by Stirling's approximation, 0 for n up to 1. */
function stirling(n: Tensor): Tensor {
  const approximation = add(sub(mul(n, log(n)), n), mul(log(mul(n, 2 * Math.PI)), 0.5))
  return where(le(n, 1), 0, approximation)
}

/** Options of {@link gaussianNllLoss}. */
export interface GaussianNllOptions {
  /** Adds the constant `log(2 pi) / 2`. */
  full?: boolean
  /** The least variance that is reckoned with, 1e-6 if not given; gradients pass it by. */
  eps?: number
  /** `'mean'` if not given. */
  reduction?: Reduction
}
/** Names of {@link GaussianNllOptions} in their order. */
export const gaussianNllNames = ['full', 'eps', 'reduction'] as const

/**
 * Negative log likelihood of numbers that follow normal distributions: `(log variance + (input - target)^2 / variance) / 2`.
 *
 * @param input - expected values, any shape
 * @param target - broadcasts with `input`
 * @param variance - one for each element, one for each row along the last dimension (with size 1 there, or without it), or a number
 * @returns a 0-d tensor, or one value an element with `reduction: 'none'`
 * @throws ValueError for a negative variance, or one of a shape that does not fit
 * @example
 * ```ts
 * gaussianNllLoss(tensor([0.5, 1.5]), tensor([0.5, 2.5]), 2) // tensor(0.4716)
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.nn.functional.gaussian_nll_loss.html
 */
export function gaussianNllLoss(
  input: Tensor,
  target: Tensor,
  variance: Tensor | number,
  options?: GaussianNllOptions,
): Tensor {
  const o = bindOptions<GaussianNllOptions>('gaussianNllLoss', gaussianNllNames, [options])
  const reduction = reductionOf(o)
  const spread = clone(fitted(typeof variance === 'number' ? mul(onesLike(input), variance) : variance, input))
  noGrad(() => spread.clampMin_(o.eps ?? 1e-6))
  const values = mul(add(log(spread), div(pow(sub(input, target), 2), spread)), 0.5)
  return reduceLoss((o.full ?? false) ? add(values, 0.5 * Math.log(2 * Math.PI)) : values, reduction)
}

/** Variances that broadcast with the input as they are meant to. */
function fitted(variance: Tensor, input: Tensor): Tensor {
  if (anyTrue(lt(variance, 0))) throw new ValueError('var has negative entry/entries')
  const [own, wanted] = [variance.shape, input.shape]
  const leading = wanted.slice(0, -1)
  if (own.length === wanted.length) {
    // one dimension may have size 1 instead
    const differing = own.filter((size, d) => size !== wanted[d])
    if (differing.length === 0 || (differing.length === 1 && differing[0] === 1)) return variance
  } else if (own.length === leading.length && own.every((size, d) => size === leading[d]))
    return unsqueeze(variance, -1)
  throw new ValueError(`var is of incorrect size: got ${sizes(variance)} for an input of size ${sizes(input)}`)
}
