/** Bags of rows of a table: their sums, means and maxima. */
import { ownedByGraph, record } from '../autograd/node.js'
import { defineOp, type Op } from '../dispatch/op.js'
import { type ScatterCode, ScatterMode } from '../dispatch/opcodes.js'
import type { DType } from '../dtype.js'
import { RuntimeError } from '../errors.js'
import { bindOptions } from '../options.js'
import { allocate, type Tensor } from '../tensor.js'
import {
  type Bags,
  bagsOf,
  checkArguments,
  type EmbeddingBagOptions,
  embeddingBagNames,
  wrapPadding,
} from './bag-arguments.js'
import { eq, isnan, logicalAnd, logicalOr, ne } from './compare.js'
import { castTo } from './elementwise.js'
import { addedRows, type EmbeddingRule, embeddingOp, limitNorms } from './embedding.js'
import { clampMax, clampMin } from './extremes.js'
import { gathered } from './gather.js'
import { selected } from './index-select.js'
import { longTensor } from './index-tensor.js'
import { checkIndices } from './int64-words.js'
import { div, mul } from './pointwise.js'
import { checkTensor } from './promote.js'
import { sum } from './reduce.js'
import { wideType } from './reduction.js'
import { narrow } from './slicing.js'
import { reshape, unsqueeze } from './view.js'
import { where } from './where.js'

/** Zeros, or another value, for each bag, with `x` reduced into them. */
function collected(mode: ScatterCode, x: Tensor, { bag, count }: Bags, initial: number): Tensor {
  const out = allocate(x.storage, x.dtype, [count, ...x.shape.slice(1)])
  const { primitives } = x.storage.device
  primitives.fill(out, initial)
  primitives.indexPut(mode, out, 0, bag, x)
  return out
}

/** How many rows of each bag count, at least 1, as a column of `dtype`. */
function sizesOf(bags: Bags, dtype: DType): Tensor {
  const sizes = collected(ScatterMode.add, castTo(ne(bags.index, bags.padding), dtype), bags, 0)
  return unsqueeze(clampMin(sizes, 1), 1)
}

/**
 * Kernel key: for each bag the sum of its rows of `weight` [rows, features], times a factor [N] each if there are any; or their
 * mean.
 */
export const embeddingBagOp: Op<[weight: Tensor, factors: Tensor | null, bags: Bags, mean: boolean], Tensor> = defineOp(
  'embeddingBag',
  (weight: Tensor, factors: Tensor | null, bags: Bags, mean: boolean): Tensor => {
    const wide = wideType(weight.dtype)
    const found = castTo(embeddingOp(weight, bags.index), wide)
    const weighed = factors === null ? found : mul(found, unsqueeze(castTo(factors, wide), 1))
    const counting = bags.padding < 0 ? weighed : where(unsqueeze(eq(bags.index, bags.padding), 1), 0, weighed)
    const total = collected(ScatterMode.add, counting, bags, 0)
    return castTo(mean ? div(total, sizesOf(bags, wide)) : total, weight.dtype)
  },
)

/** Sums or means, recorded. */
function totals(weight: Tensor, factors: Tensor | null, bags: Bags, mean: boolean, rule: EmbeddingRule): Tensor {
  const out = embeddingBagOp(weight, factors, bags, mean)
  const { count, padding } = bags
  const weighed = factors !== null
  record('EmbeddingBagBackward0', out, [weight, factors], [weight, factors, bags.index, bags.bag], (g, node) => {
    const index = node.saved(2)
    const bag = node.saved(3)
    // of each row that was looked up, before its factor
    const each = selected(mean ? div(g, sizesOf({ index, bag, count, padding }, wideType(g.dtype))) : g, 0, bag)
    return [
      node.needs(0) ? addedRows(weighed ? mul(each, unsqueeze(node.saved(1), 1)) : each, index, rule) : null,
      node.needs(1) ? where(eq(index, padding), 0, sum(mul(selected(node.saved(0), 0, index), each), 1)) : null,
    ]
  })
  ownedByGraph(out, bags.bag)
  return out
}

/**
 * Kernel key: the row of `weight` with the largest element, for each bag and feature, the first of equals, int64; and where there
 * is none, bool. Both [bags, features]; a row that is none is any that exists.
 */
export const bagMaximaOp: Op<[weight: Tensor, bags: Bags], readonly [rows: Tensor, none: Tensor]> = defineOp(
  'bagMaxima',
  (weight: Tensor, bags: Bags): readonly [Tensor, Tensor] => {
    const { index, bag, padding } = bags
    const n = index.count
    const counts = unsqueeze(ne(index, padding), 1)
    const found = where(counts, embeddingOp(weight, index), Number.NEGATIVE_INFINITY)
    const largest = embeddingOp(collected(ScatterMode.amax, found, bags, Number.NEGATIVE_INFINITY), bag)
    const won = logicalAnd(counts, logicalOr(eq(found, largest), isnan(found)))
    const order = longTensor(
      Int32Array.from({ length: n }, (_, i) => i),
      [n, 1],
      index.storage.device,
    )
    const first = collected(ScatterMode.amin, where(won, order, n), bags, n)
    const places = reshape(clampMax(first, n - 1), [first.count])
    return [reshape(selected(index, 0, places), first.shape), eq(first, n)]
  },
)

/** Maxima: the elements picked from the table, with the gradient of that. */
function maxima(weight: Tensor, bags: Bags): Tensor {
  const [rows, none] = bagMaximaOp(weight, bags)
  const picked = gathered(weight, 0, rows)
  ownedByGraph(picked, rows)
  const out = where(none, 0, picked)
  ownedByGraph(out, none)
  return out
}

/**
 * Sums, means or maxima of bags of rows of a table: what {@link embedding} and a reduction give, in one step.
 *
 * @param input - indices (int64 or int32): [B, L], B bags of L rows each, or [N] with `offsets` that say where each bag starts
 * @param weight - table, shape [rows, features]
 * @returns shape [B, features]; 0 for bags that hold nothing
 * @throws ValueError if the shapes do not fit, or the mode has no such option
 * @throws RuntimeError for other dtypes, for an index outside the table, and for offsets that are not in order
 * @throws NotImplementedError for `perSampleWeights` with another mode than `'sum'`
 * @example
 * ```ts
 * embeddingBag(tensor([0, 2, 1]), weight, { offsets: tensor([0, 2]), mode: 'sum' }) // rows 0 + 2, and row 1
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.nn.functional.embedding_bag.html
 */
export function embeddingBag(
  input: Tensor,
  weight: Tensor,
  offsets?: Tensor | null | EmbeddingBagOptions,
  options?: EmbeddingBagOptions,
): Tensor {
  checkTensor('embeddingBag', 'input', input)
  checkTensor('embeddingBag', 'weight', weight)
  const o = bindOptions<EmbeddingBagOptions>('embeddingBag', embeddingBagNames, [offsets ?? undefined, options])
  const { mode = 'mean', perSampleWeights = null, scaleGradByFreq = false } = o
  checkArguments(input, weight, o)
  const rows = weight.shape[0]!
  const padding = wrapPadding(o.paddingIdx, rows)
  const bags = bagsOf(input, o.offsets ?? null, o.includeLastOffset ?? false, padding)
  checkIndices(
    bags.index,
    rows,
    (value, at) =>
      new RuntimeError(`Index ${at} of input takes value ${value} which is not in the valid range [0, ${rows})`),
  )
  if (o.maxNorm != null) limitNorms(weight, bags.index, o.maxNorm, o.normType ?? 2)
  const rule = { rows, padding, byFrequency: scaleGradByFreq }
  if (mode === 'max' && bags.index.count > 0) return maxima(weight, bags)
  const factors =
    perSampleWeights === null ? null : narrow(reshape(perSampleWeights, [input.count]), 0, 0, bags.index.count)
  return totals(weight, factors, bags, mode === 'mean', rule)
}
