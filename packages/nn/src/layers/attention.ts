import { bindOptions, RuntimeError, type Tensor, ValueError } from '@tsorch/core'
import { type AttendOptions, attend } from '../functional/attention.js'
import { zeros_ } from '../init/fill.js'
import { xavierNormal_, xavierUniform_ } from '../init/variance.js'
import { snakeCase } from '../module/keys.js'
import { Module } from '../module/module.js'
import type { Parameter } from '../parameter.js'
import { emptyParameter, type FactoryOptions, factoryNames, factoryOf } from './factory.js'
import { Linear } from './linear.js'

/** Options of {@link MultiheadAttention}. */
export interface MultiheadAttentionOptions extends FactoryOptions {
  /** Probability of a weight to be zeroed while training, 0 if not given. */
  dropout?: number
  /** Whether the projections have additive biases; true if not given. */
  bias?: boolean
  /** Adds a learned key and value to those given. */
  addBiasKv?: boolean
  /** Adds a key and a value of zeros to those given. */
  addZeroAttn?: boolean
  /** Features of the keys, `embedDim` if not given. */
  kdim?: number | null
  /** Features of the values, `embedDim` if not given. */
  vdim?: number | null
  /** Whether the batch is the first dimension of inputs and output, not the second. */
  batchFirst?: boolean
}
const names = ['dropout', 'bias', 'addBiasKv', 'addZeroAttn', 'kdim', 'vdim', 'batchFirst', ...factoryNames] as const

/** Masks and wishes of one call: by position, or from any of them on in one object. */
export type AttendArguments = [
  keyPaddingMask?: Tensor | null | AttendOptions,
  needWeights?: boolean | AttendOptions,
  attnMask?: Tensor | null | AttendOptions,
  averageAttnWeights?: boolean | AttendOptions,
  isCausal?: boolean | AttendOptions,
]
const callNames = ['keyPaddingMask', 'needWeights', 'attnMask', 'averageAttnWeights', 'isCausal'] as const

/** Parameters and modules whose keys are not the names of their properties. */
const renamed: readonly string[] = [
  'inProjWeight',
  'inProjBias',
  'qProjWeight',
  'kProjWeight',
  'vProjWeight',
  'biasK',
  'biasV',
  'outProj',
]

/** A {@link Linear} under the name that PyTorch prints. */
class NonDynamicallyQuantizableLinear extends Linear {}

/**
 * Multi-head attention (Vaswani et al., 2017): each head attends with projections of its own of queries, keys and values; the
 * results of all heads side by side are projected again.
 *
 * Queries have shape [L, N, embedDim] ([N, L, embedDim] with `batchFirst`, [L, embedDim] without a batch), keys [S, N, kdim],
 * values [S, N, vdim]. A call gives the output, of the shape of the query, and the weights: [N, L, S] averaged over the heads,
 * [N, numHeads, L, S] with `averageAttnWeights: false`, null with `needWeights: false`, which is faster. In bool masks true is
 * what may not be looked at; masks of floating point are added to the scores.
 *
 * Keys of the state dict are `in_proj_weight`, `in_proj_bias`, `out_proj.weight`, `out_proj.bias`.
 *
 * @throws ValueError if `embedDim` or `numHeads` is not positive, or heads do not divide the features
 * @throws RuntimeError in a call whose shapes do not fit
 * @example
 * ```ts
 * const attention = new MultiheadAttention(16, 4, { batchFirst: true })
 * const x = randn([2, 10, 16])
 * const [output, weights] = attention(x, x, x) // shapes [2, 10, 16] and [2, 10, 10]
 * const attnMask = Transformer.generateSquareSubsequentMask(10)
 * attention(x, x, x, { attnMask, isCausal: true, needWeights: false })
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.nn.MultiheadAttention.html
 */
export class MultiheadAttention extends Module<
  [query: Tensor, key: Tensor, value: Tensor, ...masks: AttendArguments],
  [output: Tensor, weights: Tensor | null]
> {
  embedDim: number
  kdim: number
  vdim: number
  numHeads: number
  headDim: number
  dropout: number
  batchFirst: boolean
  addZeroAttn: boolean
  /** Shape [3 embedDim, embedDim]: for queries, keys and values. Null if keys or values have other features. */
  inProjWeight: Parameter | null = null
  /** Shape [embedDim, embedDim], where keys or values have other features. */
  qProjWeight: Parameter | null = null
  /** Shape [embedDim, kdim]. */
  kProjWeight: Parameter | null = null
  /** Shape [embedDim, vdim]. */
  vProjWeight: Parameter | null = null
  /** Shape [3 embedDim]. */
  inProjBias: Parameter | null
  outProj: Linear
  /** Shape [1, 1, embedDim], with `addBiasKv`. */
  biasK: Parameter | null
  /** Shape [1, 1, embedDim], with `addBiasKv`. */
  biasV: Parameter | null

  constructor(
    embedDim: number,
    numHeads: number,
    dropout?: number | MultiheadAttentionOptions,
    bias?: boolean | MultiheadAttentionOptions,
    options?: MultiheadAttentionOptions,
  ) {
    super()
    const o = bindOptions<MultiheadAttentionOptions>('MultiheadAttention', names, [dropout, bias, options])
    if (!(embedDim > 0 && numHeads > 0))
      throw new ValueError(
        `embed_dim and num_heads must be greater than 0, got embed_dim=${embedDim} and num_heads=${numHeads} instead`,
      )
    if (embedDim % numHeads !== 0)
      throw new ValueError(
        `embed_dim must be divisible by num_heads, got embed_dim=${embedDim} and num_heads=${numHeads}`,
      )
    this.embedDim = embedDim
    this.kdim = o.kdim ?? embedDim
    this.vdim = o.vdim ?? embedDim
    this.numHeads = numHeads
    this.headDim = embedDim / numHeads
    this.dropout = o.dropout ?? 0
    this.batchFirst = o.batchFirst ?? false
    this.addZeroAttn = o.addZeroAttn ?? false
    if (this.kdim === embedDim && this.vdim === embedDim) {
      this.inProjWeight = emptyParameter([3 * embedDim, embedDim], o)
    } else {
      this.qProjWeight = emptyParameter([embedDim, embedDim], o)
      this.kProjWeight = emptyParameter([embedDim, this.kdim], o)
      this.vProjWeight = emptyParameter([embedDim, this.vdim], o)
    }
    const { bias: biased = true } = o
    this.inProjBias = biased ? emptyParameter([3 * embedDim], o) : null
    this.biasK = o.addBiasKv === true ? emptyParameter([1, 1, embedDim], o) : null
    this.biasV = o.addBiasKv === true ? emptyParameter([1, 1, embedDim], o) : null
    this.outProj = new NonDynamicallyQuantizableLinear(embedDim, embedDim, { bias: biased, ...factoryOf(o) })
    this.resetParameters()
  }

  static override keyOf(property: string): string {
    return renamed.includes(property) ? snakeCase(property) : property
  }

  /** Draws the projections of queries, keys and values anew, and sets the biases to 0. */
  resetParameters(): void {
    for (const weight of [this.inProjWeight, this.qProjWeight, this.kProjWeight, this.vProjWeight])
      if (weight !== null) xavierUniform_(weight)
    if (this.inProjBias !== null) {
      zeros_(this.inProjBias)
      zeros_(this.outProj.bias!)
    }
    if (this.biasK !== null) xavierNormal_(this.biasK)
    if (this.biasV !== null) xavierNormal_(this.biasV)
  }

  override forward(
    query: Tensor,
    key: Tensor,
    value: Tensor,
    ...masks: AttendArguments
  ): [output: Tensor, weights: Tensor | null] {
    const options = bindOptions<AttendOptions>('MultiheadAttention', callNames, masks)
    if (query.shape.at(-1) !== this.embedDim)
      throw new RuntimeError(`was expecting embedding dimension of ${this.embedDim}, but got ${query.shape.at(-1)}`)
    const { numHeads, inProjWeight, qProjWeight, kProjWeight, vProjWeight, inProjBias, biasK, biasV, outProj } = this
    const weights = {
      numHeads,
      inProjWeight,
      qProjWeight,
      kProjWeight,
      vProjWeight,
      inProjBias,
      biasK,
      biasV,
      addZeroAttn: this.addZeroAttn,
      outProjWeight: outProj.weight,
      outProjBias: outProj.bias,
      staticK: null,
      staticV: null,
    }
    const dropoutP = this.training ? this.dropout : 0
    return attend(query, key, value, { weights, dropoutP, options, batchFirst: this.batchFirst })
  }
}
