/** The weights and sizes of attention, and what is refused of them, of inputs and of masks. */
import { RuntimeError, type Tensor } from '@tsorch/core'

/** The weights of multi-head attention. */
export interface AttentionWeights {
  readonly numHeads: number
  /** Shape [3 E, E], for queries, keys and values; null if they have a weight each. */
  readonly inProjWeight: Tensor | null
  /** Shapes [E, E], [E, kdim] and [E, vdim], if `inProjWeight` is null. */
  readonly qProjWeight: Tensor | null
  readonly kProjWeight: Tensor | null
  readonly vProjWeight: Tensor | null
  /** Shape [3 E]. */
  readonly inProjBias: Tensor | null
  /** One more key and value, shape [1, 1, E]. */
  readonly biasK: Tensor | null
  readonly biasV: Tensor | null
  /** Whether there is one more key and value of zeros. */
  readonly addZeroAttn: boolean
  /** Shape [out, E]. */
  readonly outProjWeight: Tensor
  readonly outProjBias: Tensor | null
  /** Keys and values that are not projected, shape [N * heads, S, E / heads]. */
  readonly staticK: Tensor | null
  readonly staticV: Tensor | null
}

/** Sizes of one call: L queries, S keys, N samples, E features. */
export interface AttentionSizes {
  readonly L: number
  readonly S: number
  readonly N: number
  readonly E: number
  readonly heads: number
}

function size(shape: readonly number[]): string {
  return `torch.Size([${shape.join(', ')}])`
}

function same(a: readonly number[], b: readonly number[]): boolean {
  return a.join() === b.join()
}

/** Whether there is a batch. @throws RuntimeError for numbers of dimensions that do not fit together */
export function checkDims(
  query: Tensor,
  key: Tensor,
  value: Tensor,
  padding: Tensor | null,
  mask: Tensor | null,
  heads: number,
): boolean {
  if (query.ndim !== 2 && query.ndim !== 3)
    throw new RuntimeError(
      `query should be unbatched 2D or batched 3D tensor but received ${query.ndim}-D query tensor`,
    )
  const batched = query.ndim === 3
  const expected = `For ${batched ? 'batched (3-D)' : 'unbatched (2-D)'} \`query\`, expected`
  if (key.ndim !== query.ndim || value.ndim !== query.ndim)
    throw new RuntimeError(
      `${expected} \`key\` and \`value\` to be ${query.ndim}-D but found ${key.ndim}-D and ${value.ndim}-D tensors respectively`,
    )
  if (padding !== null && padding.ndim !== query.ndim - 1)
    throw new RuntimeError(
      `${expected} \`key_padding_mask\` to be \`None\` or ${query.ndim - 1}-D but found ${padding.ndim}-D tensor instead`,
    )
  if (mask === null) return batched
  if (mask.ndim !== 2 && mask.ndim !== 3)
    throw new RuntimeError(
      `${expected} \`attn_mask\` to be \`None\`, 2-D or 3-D but found ${mask.ndim}-D tensor instead`,
    )
  const wanted = [heads, query.shape[0]!, key.shape[0]!]
  if (!batched && mask.ndim === 3 && !same(mask.shape, wanted))
    throw new RuntimeError(`Expected \`attn_mask\` shape to be (${wanted.join(', ')}) but got ${size(mask.shape)}`)
  return batched
}

/** @throws RuntimeError for weights that do not fit the inputs or each other */
export function checkWeights(
  key: Tensor,
  value: Tensor,
  weights: AttentionWeights,
  { E, heads }: AttentionSizes,
): void {
  if (E % heads !== 0) throw new RuntimeError(`embed_dim ${E} not divisible by num_heads ${heads}`)
  if (weights.inProjWeight !== null) {
    if (!same(key.shape, value.shape))
      throw new RuntimeError(`key shape ${size(key.shape)} does not match value shape ${size(value.shape)}`)
  } else {
    const [k, v] = [key.shape.slice(0, 2), value.shape.slice(0, 2)]
    if (!same(k, v)) throw new RuntimeError(`key's sequence and batch dims ${size(k)} do not match value's ${size(v)}`)
    checkSeparate('query', weights.qProjWeight, E, E)
    checkSeparate('key', weights.kProjWeight, E, key.shape[2]!)
    checkSeparate('value', weights.vProjWeight, E, value.shape[2]!)
  }
  const { biasK, biasV, staticK, staticV } = weights
  if ((biasK === null) !== (biasV === null))
    throw new RuntimeError(biasV === null ? 'bias_k is set but bias_v is None' : 'bias_v is set but bias_k is None')
  if (biasK !== null && staticK !== null) throw new RuntimeError('bias cannot be added to static key.')
  if (biasK !== null && staticV !== null) throw new RuntimeError('bias cannot be added to static value.')
}

function checkSeparate(name: string, weight: Tensor | null, rows: number, columns: number): void {
  if (weight === null)
    throw new RuntimeError(`use_separate_proj_weight is True but ${name.charAt(0)}_proj_weight is None`)
  if (!same(weight.shape, [rows, columns]))
    throw new RuntimeError(`expecting ${name} weights shape of (${rows}, ${columns}), but got ${size(weight.shape)}`)
}

/** @throws RuntimeError for masks that do not fit the inputs */
export function checkMasks(padding: Tensor | null, mask: Tensor | null, { L, S, N, heads }: AttentionSizes): void {
  if (padding !== null) {
    for (const [d, wanted] of [N, S].entries()) {
      if (padding.shape[d] !== wanted)
        throw new RuntimeError(`Expected key_padded_mask.shape[${d}] to be ${wanted}, but got ${padding.shape[d]}`)
    }
  }
  if (mask === null) return
  const wanted = mask.ndim === 2 ? [L, S] : [N * heads, L, S]
  if (!same(mask.shape, wanted))
    throw new RuntimeError(
      `The shape of the ${mask.ndim}D attn_mask is ${size(mask.shape)}, but should be (${wanted.join(', ')}).`,
    )
}
