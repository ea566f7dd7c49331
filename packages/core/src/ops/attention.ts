/** Scaled dot-product attention. */
import { ones } from '../create/fill.js'
import { bool, float32 } from '../dtype.js'
import { RuntimeError } from '../errors.js'
import { bindOptions } from '../options.js'
import type { Tensor } from '../tensor.js'
import { cast } from './cast.js'
import { eq } from './compare.js'
import { dropout } from './dropout.js'
import { matmul } from './matmul.js'
import { add, mul } from './pointwise.js'
import { checkTensor } from './promote.js'
import { all } from './reduce.js'
import { wideType } from './reduction.js'
import { repeatInterleave } from './repeat.js'
import { softmax } from './softmax.js'
import { tril } from './triangle.js'
import { transpose } from './view.js'
import { where } from './where.js'

/** Options of {@link scaledDotProductAttention}. */
export interface AttentionOptions {
  /** bool: which keys a query may see; floating point: added to the scores. Broadcasts to [..., L, S]. */
  attnMask?: Tensor | null
  /** Probability of a weight to be zeroed, 0 if not given. */
  dropoutP?: number
  /** A query sees no key that comes after it. */
  isCausal?: boolean
  /** Factor of the scores, `1 / sqrt(E)` if not given. */
  scale?: number | null
  /** Several heads of queries share one head of keys and values: grouped-query attention. */
  enableGqa?: boolean
}
const names = ['attnMask', 'dropoutP', 'isCausal', 'scale', 'enableGqa'] as const

function checkInputs(q: Tensor, k: Tensor, v: Tensor, mask: Tensor | null, causal: boolean): void {
  if (q.dtype !== k.dtype || q.dtype !== v.dtype) {
    const [a, b, c] = [q, k, v].map((x) => x.dtype.label.toLowerCase())
    throw new RuntimeError(
      `Expected query, key, and value to have the same dtype, but got query.dtype: ${a} key.dtype: ${b} and value.dtype: ${c} instead.`,
    )
  }
  if (q.ndim < 2 || k.ndim < 2 || v.ndim < 2)
    throw new RuntimeError(
      `Expected query, key, and value to all be  at least 2 dimensional, but got query.dim: ${q.ndim} key.dim: ${k.ndim} and value.dim: ${v.ndim} instead.`,
    )
  if (!q.dtype.isFloatingPoint) throw new RuntimeError(`expected scalar type Float but found ${q.dtype.label}`)
  if (mask === null) return
  if (mask.dtype !== bool && mask.dtype !== float32 && mask.dtype !== q.dtype)
    throw new RuntimeError(
      `Expected attn_mask dtype to be bool or float or to match query dtype, but got attn_mask.dtype: ${mask.dtype.label.toLowerCase()} and  query.dtype: ${q.dtype.label.toLowerCase()} instead.`,
    )
  if (causal)
    throw new RuntimeError('_scaled_dot_product_attention: Explicit attn_mask should not be set when is_causal=True')
}

/** Heads of keys or values, each as often as queries share it. */
function sharedHeads(x: Tensor, queries: Tensor): Tensor {
  const [heads, wanted] = [x.shape.at(-3), queries.shape.at(-3)]
  if (heads === undefined || wanted === undefined || heads === wanted) return x
  if (heads === 0 || wanted % heads !== 0)
    throw new RuntimeError('Number of heads in key and value must divide the number of heads in query')
  return repeatInterleave(x, wanted / heads, { dim: -3 })
}

/** Softmax of masked scores, where a query that may see nothing gets zeros, and gradients of zero. */
function safeSoftmax(scores: Tensor): Tensor {
  const blind = all(eq(scores, Number.NEGATIVE_INFINITY), -1, true)
  return where(blind, 0, softmax(where(blind, 0, scores), -1))
}

/**
 * `softmax(query @ key^T * scale + mask) @ value` (Vaswani et al., 2017). Halves are computed in float32.
 *
 * @param query - shape [..., L, E]
 * @param key - shape [..., S, E]
 * @param value - shape [..., S, Ev]
 * @returns shape [..., L, Ev]
 * @throws RuntimeError if shapes or dtypes do not fit, or if there are both `attnMask` and `isCausal`
 * @example
 * ```ts
 * const x = randn([2, 4, 10, 8]) // batch, heads, positions, features
 * scaledDotProductAttention(x, x, x, { isCausal: true }) // shape [2, 4, 10, 8]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.nn.functional.scaled_dot_product_attention.html
 */
export function scaledDotProductAttention(
  query: Tensor,
  key: Tensor,
  value: Tensor,
  attnMask?: Tensor | null | AttentionOptions,
  dropoutP?: number | AttentionOptions,
  isCausal?: boolean | AttentionOptions,
  options?: AttentionOptions,
): Tensor {
  checkTensor('scaledDotProductAttention', 'query', query)
  checkTensor('scaledDotProductAttention', 'key', key)
  checkTensor('scaledDotProductAttention', 'value', value)
  const args = [attnMask, dropoutP, isCausal, options]
  const o = bindOptions<AttentionOptions>('scaledDotProductAttention', names, args)
  const { dropoutP: p = 0, isCausal: causal = false } = o
  const mask = o.attnMask ?? null
  checkInputs(query, key, value, mask, causal)
  if (p > 1) throw new RuntimeError(`dropout probability has to be between 0 and 1, but got ${p}`)
  const dtype = wideType(query.dtype)
  const q = cast(query, dtype)
  let k = cast(key, dtype)
  let v = cast(value, dtype)
  if (o.enableGqa === true) {
    k = sharedHeads(k, q)
    v = sharedHeads(v, q)
  }
  // there are more scores than elements of the query
  const scaled = mul(q, o.scale ?? 1 / Math.sqrt(q.shape[q.ndim - 1]!))
  let scores = matmul(scaled, transpose(k, -2, -1))
  if (causal) {
    const seen = tril(ones(scores.shape.slice(-2), { dtype: bool, device: q.device }))
    scores = where(seen, scores, Number.NEGATIVE_INFINITY)
  } else if (mask !== null) {
    scores = mask.dtype === bool ? where(mask, scores, Number.NEGATIVE_INFINITY) : add(scores, cast(mask, dtype))
  }
  const attention = mask === null || scores.count === 0 ? softmax(scores, -1) : safeSoftmax(scores)
  return cast(matmul(p > 0 ? dropout(attention, p) : attention, v), query.dtype)
}
