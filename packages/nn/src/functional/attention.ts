/** Multi-head attention: projections around `scaledDotProductAttention`. */
import {
  add,
  bindOptions,
  cat,
  constantPadNd,
  dropout,
  linear,
  matmul,
  mean,
  mul,
  permute,
  RuntimeError,
  reshape,
  scaledDotProductAttention,
  softmax,
  splitWithSizes,
  squeeze,
  type Tensor,
  transpose,
  unbind,
  unsqueeze,
  zeros,
} from '@tsorch/core'
import { type AttentionSizes, type AttentionWeights, checkDims, checkMasks, checkWeights } from './attention-checks.js'
import { canonicalMask } from './attention-mask.js'

/** What one call of multi-head attention may be told. */
export interface AttendOptions {
  /** Keys that nobody may look at, shape [N, S], or [S] without a batch: bool, true for padding, or added to the scores. */
  keyPaddingMask?: Tensor | null
  /** Whether the weights are wanted too; true if not given. Without them attention is faster. */
  needWeights?: boolean
  /** Shape [L, S] or [N * heads, L, S]: bool, true where a query may not look, or added to the scores. */
  attnMask?: Tensor | null
  /** Whether the weights are averaged over the heads; true if not given. */
  averageAttnWeights?: boolean
  /** Says that `attnMask` is the causal one, which then need not be read. */
  isCausal?: boolean
}

/** Projections that lie side by side, [L, N, parts * E] or [N, L, parts * E], each as one block [N, heads, L, E / heads]. */
function intoHeads(x: Tensor, parts: number, heads: number, batchFirst: boolean): Tensor[] {
  const [a, b, width] = x.shape as [number, number, number]
  const split = reshape(x, [a, b, parts, heads, width / parts / heads])
  return unbind(permute(split, batchFirst ? [2, 0, 3, 1, 4] : [2, 1, 3, 0, 4]).contiguous(), 0)
}

/** Queries, keys and values of all heads, by as few products as their identities allow. */
function project(query: Tensor, key: Tensor, value: Tensor, w: AttentionWeights, batchFirst: boolean): Tensor[] {
  const E = query.shape[2]!
  const packed = w.inProjWeight
  let parts = [1, 1, 1]
  if (packed !== null && key === value) parts = query === key ? [3] : [1, 2]
  const inputs = [query, key, value]
  const sizes = parts.map((n) => n * E)
  const weights = packed === null ? [w.qProjWeight!, w.kProjWeight!, w.vProjWeight!] : splitWithSizes(packed, sizes)
  const biases = w.inProjBias === null ? null : splitWithSizes(w.inProjBias, sizes)
  return parts.flatMap((n, i) =>
    intoHeads(linear(inputs[i]!, weights[i]!, biases?.[i] ?? null), n, w.numHeads, batchFirst),
  )
}

/** Keys or values [N, heads, S, E / heads], those given in place of the projected ones, and what is added behind them. */
function completed(
  name: string,
  projected: Tensor,
  given: Tensor | null,
  bias: Tensor | null,
  zero: boolean,
  { N, E, heads }: AttentionSizes,
): Tensor {
  const features = E / heads
  let x = projected
  if (given !== null) {
    if (given.shape[0] !== N * heads)
      throw new RuntimeError(`expecting ${name}.size(0) of ${N * heads}, but got ${given.shape[0]}`)
    if (given.shape[2] !== features)
      throw new RuntimeError(`expecting ${name}.size(2) of ${features}, but got ${given.shape[2]}`)
    x = reshape(given, [N, heads, -1, features])
  }
  const more: Tensor[] = []
  if (bias !== null) more.push(reshape(bias, [1, heads, 1, features]).expand([N, heads, 1, features]))
  if (zero) more.push(zeros([N, heads, 1, features], { dtype: x.dtype, device: x.device }))
  return more.length === 0 ? x : cat([x, ...more], 2)
}

/** Both masks as one that broadcasts to the scores [N, heads, L, S + extra]. */
function merged(
  padding: Tensor | null,
  mask: Tensor | null,
  extra: number,
  { L, S, N, heads }: AttentionSizes,
): Tensor | null {
  const wide = (x: Tensor): Tensor => (extra === 0 ? x : constantPadNd(x, [0, extra]))
  const added = mask === null ? null : wide(reshape(mask, mask.ndim === 2 ? [1, 1, L, S] : [N, heads, L, S]))
  if (padding === null) return added
  const keys = wide(reshape(padding, [N, 1, 1, S]))
  return added === null ? keys : add(added, keys)
}

/** How one call attends. */
interface Attending {
  readonly weights: AttentionWeights
  readonly dropoutP: number
  readonly options: AttendOptions
  /** Whether inputs and output are [N, L, E], not [L, N, E]. */
  readonly batchFirst: boolean
}

type Attended = [output: Tensor, weights: Tensor | null]

function attendBatch(query: Tensor, key: Tensor, value: Tensor, how: Attending): Attended {
  const { weights: w, dropoutP, options, batchFirst } = how
  const { needWeights = true, averageAttnWeights = true, isCausal = false } = options
  const [length, batch] = batchFirst ? [1, 0] : [0, 1]
  const sizes: AttentionSizes = {
    L: query.shape[length]!,
    S: key.shape[length]!,
    N: query.shape[batch]!,
    E: query.shape[2]!,
    heads: w.numHeads,
  }
  const padding = canonicalMask(options.keyPaddingMask, 'key_padding_mask', query.dtype)
  if (isCausal && (options.attnMask ?? null) === null)
    throw new RuntimeError(
      'Need attn_mask if specifying the is_causal hint. You may use the Transformer module method `generate_square_subsequent_mask` to create this mask.',
    )
  // with padding, or for the weights, the mask itself is needed
  const hinted = isCausal && padding === null && !needWeights
  const mask = hinted ? null : canonicalMask(options.attnMask, 'attn_mask', query.dtype)
  checkWeights(key, value, w, sizes)
  checkMasks(padding, mask, sizes)
  const [q, projectedK, projectedV] = project(query, key, value, w, batchFirst) as [Tensor, Tensor, Tensor]
  const k = completed('static_k', projectedK, w.staticK, w.biasK, w.addZeroAttn, sizes)
  const v = completed('static_v', projectedV, w.staticV, w.biasV, w.addZeroAttn, sizes)
  const attnMask = merged(padding, mask, (w.biasK === null ? 0 : 1) + (w.addZeroAttn ? 1 : 0), sizes)
  let weights: Tensor | null = null
  let mixed: Tensor
  if (needWeights) {
    const scores = matmul(mul(q, Math.sqrt(1 / q.shape[3]!)), transpose(k, 2, 3))
    weights = softmax(attnMask === null ? scores : add(attnMask, scores), -1)
    if (dropoutP > 0) weights = dropout(weights, dropoutP)
    mixed = matmul(weights, v)
    if (averageAttnWeights) weights = mean(weights, 1)
  } else {
    mixed = scaledDotProductAttention(q, k, v, { attnMask, dropoutP, isCausal: hinted })
  }
  // sequence first in memory whatever the form of the input: what follows draws dropout in the order of memory
  const rows = reshape(permute(mixed, [2, 0, 1, 3]), [sizes.L * sizes.N, sizes.E])
  const output = reshape(linear(rows, w.outProjWeight, w.outProjBias), [sizes.L, sizes.N, w.outProjWeight.shape[0]!])
  return [batchFirst ? transpose(output, 0, 1) : output, weights]
}

/**
 * Multi-head attention of inputs [L, N, E], [N, L, E] with `batchFirst`, or [L, E].
 *
 * @returns the output in the form of the query, and the weights [N, L, S], or [N, heads, L, S] if not averaged
 */
export function attend(query: Tensor, key: Tensor, value: Tensor, how: Attending): Attended {
  const { attnMask = null, keyPaddingMask = null } = how.options
  if (checkDims(query, key, value, keyPaddingMask, attnMask, how.weights.numHeads))
    return attendBatch(query, key, value, how)
  // one sample; what is one tensor stays one, which is projected once
  const k = unsqueeze(key, 1)
  const q = query === key ? k : unsqueeze(query, 1)
  const v = value === key ? k : unsqueeze(value, 1)
  const options = { ...how.options, keyPaddingMask: keyPaddingMask === null ? null : unsqueeze(keyPaddingMask, 0) }
  const [output, weights] = attendBatch(q, k, v, { ...how, options, batchFirst: false })
  return [squeeze(output, 1), weights === null ? null : squeeze(weights, 0)]
}

/** Options of {@link multiHeadAttentionForward}. */
export interface MultiHeadAttentionOptions extends AttendOptions {
  /** Whether dropout acts; true if not given. */
  training?: boolean
  /** Whether queries, keys and values have a weight each, instead of `inProjWeight`. */
  useSeparateProjWeight?: boolean
  qProjWeight?: Tensor | null
  kProjWeight?: Tensor | null
  vProjWeight?: Tensor | null
  /** Keys in place of the projected ones, shape [N * heads, S, E / heads]. */
  staticK?: Tensor | null
  /** Values in place of the projected ones, shape [N * heads, S, E / heads]. */
  staticV?: Tensor | null
}
const names = [
  'training',
  'keyPaddingMask',
  'needWeights',
  'attnMask',
  'useSeparateProjWeight',
  'qProjWeight',
  'kProjWeight',
  'vProjWeight',
  'staticK',
  'staticV',
  'averageAttnWeights',
  'isCausal',
] as const

/**
 * Multi-head attention (Vaswani et al., 2017): each head attends with projections of its own, their results side by side are
 * projected again. `MultiheadAttention` is the layer with the weights.
 *
 * @param query - shape [L, N, E], or [L, E] without a batch
 * @param key - shape [S, N, kdim], or [S, kdim]
 * @param value - shape [S, N, vdim], or [S, vdim]
 * @param embedDimToCheck - E
 * @param inProjWeight - shape [3 E, E]; null with `useSeparateProjWeight`
 * @param inProjBias - shape [3 E], or null
 * @param biasK - one more key, shape [1, 1, E], or null
 * @param biasV - one more value, shape [1, 1, E], or null
 * @param addZeroAttn - adds a key and a value of zeros
 * @param dropoutP - probability of a weight to be zeroed
 * @returns the output, shape of the query, and the weights [N, L, S] (or [N, heads, L, S] if not averaged), null if not needed
 * @throws RuntimeError if shapes of inputs, weights or masks do not fit
 * @see https://arxiv.org/abs/1706.03762
 */
export function multiHeadAttentionForward(
  query: Tensor,
  key: Tensor,
  value: Tensor,
  embedDimToCheck: number,
  numHeads: number,
  inProjWeight: Tensor | null,
  inProjBias: Tensor | null,
  biasK: Tensor | null,
  biasV: Tensor | null,
  addZeroAttn: boolean,
  dropoutP: number,
  outProjWeight: Tensor,
  outProjBias: Tensor | null,
  options?: MultiHeadAttentionOptions,
): [output: Tensor, weights: Tensor | null] {
  const o = bindOptions<MultiHeadAttentionOptions>('multiHeadAttentionForward', names, [options])
  const E = query.shape.at(-1)
  if (E !== embedDimToCheck)
    throw new RuntimeError(`was expecting embedding dimension of ${embedDimToCheck}, but got ${E}`)
  const separate = o.useSeparateProjWeight ?? false
  const weights: AttentionWeights = {
    numHeads,
    inProjWeight: separate ? null : inProjWeight,
    qProjWeight: o.qProjWeight ?? null,
    kProjWeight: o.kProjWeight ?? null,
    vProjWeight: o.vProjWeight ?? null,
    inProjBias,
    biasK,
    biasV,
    addZeroAttn,
    outProjWeight,
    outProjBias,
    staticK: o.staticK ?? null,
    staticV: o.staticV ?? null,
  }
  if (!separate && inProjWeight === null)
    throw new RuntimeError('use_separate_proj_weight is False but in_proj_weight is None')
  const dropout = (o.training ?? true) ? dropoutP : 0
  return attend(query, key, value, { weights, dropoutP: dropout, options: o, batchFirst: false })
}
