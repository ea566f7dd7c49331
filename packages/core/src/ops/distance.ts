/** Distances and angles between vectors. */
import { record } from '../autograd/node.js'
import { Reduce } from '../dispatch/opcodes.js'
import { RuntimeError } from '../errors.js'
import { bindOptions } from '../options.js'
import type { Tensor } from '../tensor.js'
import { cast } from './cast.js'
import { eq } from './compare.js'
import { clampMin } from './extremes.js'
import { selected } from './index-select.js'
import { longTensor } from './index-tensor.js'
import { vectorNorm } from './norms.js'
import { abs, add, div, mul, sign, sub } from './pointwise.js'
import { checkTensor, resultType } from './promote.js'
import { sum } from './reduce.js'
import { finished, reduceCall } from './reduction.js'
import { broadcastTensors, unsqueeze } from './view.js'

/** Options of {@link pairwiseDistance}. */
export interface PairwiseDistanceOptions {
  /** The exponent of the norm, 2 if not given. */
  p?: number
  /** Added to each difference, so that no distance is exactly zero; 1e-6 if not given. */
  eps?: number
  /** Leaves the last dimension with size 1. */
  keepdim?: boolean
}

/**
 * The p-norms of the differences of vectors, which lie along the last dimension.
 *
 * @param x1 - shape [..., D]
 * @param x2 - shape [..., D], broadcasts with `x1`
 * @returns shape [...]
 * @throws RuntimeError if the shapes do not broadcast
 * @example
 * ```ts
 * pairwiseDistance(tensor([[1., 2.]]), tensor([[4., 6.]])) // tensor([5.])
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.nn.functional.pairwise_distance.html
 */
export function pairwiseDistance(
  x1: Tensor,
  x2: Tensor,
  p?: number | PairwiseDistanceOptions,
  eps?: number | PairwiseDistanceOptions,
  keepdim?: boolean | PairwiseDistanceOptions,
): Tensor {
  checkTensor('pairwiseDistance', 'x1', x1)
  checkTensor('pairwiseDistance', 'x2', x2)
  const o = bindOptions<PairwiseDistanceOptions>('pairwiseDistance', ['p', 'eps', 'keepdim'], [p, eps, keepdim])
  const difference = add(sub(x1, x2), o.eps ?? 1e-6)
  return vectorNorm(difference, o.p ?? 2, -1, o.keepdim ?? false)
}

/** Options of {@link cosineSimilarity}. */
export interface CosineSimilarityOptions {
  /** The dimension along which vectors lie, 1 if not given. */
  dim?: number
  /** The least length that is divided by, 1e-8 if not given. */
  eps?: number
}

/** `x` divided by its length along `dim`; the bound `eps` does not show in the gradient, as it does not in PyTorch. */
function direction(x: Tensor, dim: number, eps: number): Tensor {
  const length = vectorNorm(x, 2, dim, true)
  const plain = length.detach()
  return div(x, add(length, sub(clampMin(plain, eps), plain)))
}

/**
 * The cosine of the angle between vectors.
 *
 * @param x1 - any shape
 * @param x2 - broadcasts with `x1`
 * @returns the broadcast shape without `dim`, between -1 and 1
 * @throws RuntimeError if both are integers, or the shapes do not broadcast
 * @throws IndexError for a dimension out of range
 * @example
 * ```ts
 * cosineSimilarity(tensor([[1., 0.]]), tensor([[1., 1.]])) // tensor([0.7071])
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.nn.functional.cosine_similarity.html
 */
export function cosineSimilarity(
  x1: Tensor,
  x2: Tensor,
  dim?: number | CosineSimilarityOptions,
  eps?: number | CosineSimilarityOptions,
): Tensor {
  checkTensor('cosineSimilarity', 'x1', x1)
  checkTensor('cosineSimilarity', 'x2', x2)
  const o = bindOptions<CosineSimilarityOptions>('cosineSimilarity', ['dim', 'eps'], [dim, eps])
  const common = resultType(x1, x2)
  if (!common.isFloatingPoint)
    throw new RuntimeError(`expected common dtype to be floating point, yet common dtype is ${common.label}`)
  // each is divided by its length in its own precision
  const floating = (x: Tensor) => (x.dtype.isFloatingPoint ? x : cast(x, common))
  const [a, b] = broadcastTensors(floating(x1), floating(x2)) as [Tensor, Tensor]
  const { dim: along = 1, eps: least = 1e-8 } = o
  return sum(mul(direction(a, along, least), direction(b, along, least)), along)
}

/**
 * The p-distances of all pairs of rows, those of the first with all after it first.
 *
 * @param x - shape [N, D], floating point
 * @param p - the exponent, at least 0; 2 if not given
 * @returns shape [N * (N - 1) / 2]
 * @throws RuntimeError for another shape, a negative `p` or integers
 * @example
 * ```ts
 * pdist(tensor([[0., 0.], [3., 4.], [0., 4.]])) // tensor([5., 4., 3.])
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.nn.functional.pdist.html
 */
export function pdist(x: Tensor, p?: number | { p?: number }): Tensor {
  checkTensor('pdist', 'input', x)
  const order = bindOptions<{ p: number }>('pdist', ['p'], [p]).p ?? 2
  if (x.ndim !== 2) throw new RuntimeError(`pdist only supports 2D tensors, got: ${x.ndim}D`)
  if (!x.dtype.isFloatingPoint) throw new RuntimeError('pdist only supports floating-point dtypes')
  if (!(order >= 0)) throw new RuntimeError(`pdist only supports non-negative p values, but got ${order}`)
  const rows = x.shape[0]!
  const first: number[] = []
  const second: number[] = []
  for (let i = 0; i < rows; i++) {
    for (let j = i + 1; j < rows; j++) {
      first.push(i)
      second.push(j)
    }
  }
  const pick = (list: readonly number[]): Tensor => selected(x, 0, longTensor(list, [list.length], x.storage.device))
  const difference = sub(pick(first), pick(second))
  if (x.shape[1] === 0) return sum(difference, 1)
  return order === Number.POSITIVE_INFINITY ? largestDifference(difference) : vectorNorm(difference, order, 1)
}

/** The largest magnitude in each row; all that are as large have the whole gradient, as PyTorch's distances give it them. */
function largestDifference(x: Tensor): Tensor {
  const out = finished(reduceCall(Reduce.amax, abs(x.detach()), [1]), [1], false)
  return record('PdistBackward0', out, [x], [x, out], (g, node) => {
    const difference = node.saved(0)
    const largest = cast(eq(abs(difference), unsqueeze(node.saved(1), 1)), g.dtype)
    return mul(unsqueeze(g, 1), mul(sign(difference), largest))
  })
}
