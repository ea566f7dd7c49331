import { type BagMode, bindOptions, type EmbeddingBagOptions, embeddingBag, type Tensor } from '@tsorch/core'
import { Module } from '../module/module.js'
import { Parameter } from '../parameter.js'
import { drawTable, rowOf, tableSizes } from './embedding.js'
import { emptyParameter, type FactoryOptions, factoryNames } from './factory.js'
import { bool, float } from './python-text.js'

/** What a bag layer is made with, beside its sizes. */
export interface BagLayerOptions extends Omit<EmbeddingBagOptions, 'offsets' | 'perSampleWeights'>, FactoryOptions {}
const names = ['maxNorm', 'normType', 'scaleGradByFreq', 'mode', 'sparse', 'includeLastOffset', 'paddingIdx'] as const

/** Options of {@link EmbeddingBag.fromPretrained}. */
export interface PretrainedBagOptions extends Omit<BagLayerOptions, keyof FactoryOptions> {
  /** Whether the table is kept as it is; true if not given. */
  freeze?: boolean
}

/** What a bag layer is called with, beside the indices. */
export type BagArguments = Pick<EmbeddingBagOptions, 'offsets' | 'perSampleWeights'>

/**
 * Sums, means or maxima of bags of vectors of a table.
 *
 * Input: indices [B, L], or [N] with the `offsets` at which the bags start; output: shape [B, embeddingDim].
 *
 * @throws RuntimeError if `paddingIdx` is outside the table
 * @example
 * ```ts
 * new EmbeddingBag(10, 3, { mode: 'sum' })(tensor([1, 2, 4, 5]), tensor([0, 3])) // shape [2, 3]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.nn.EmbeddingBag.html
 */
export class EmbeddingBag extends Module<
  [input: Tensor, offsets?: Tensor | null | BagArguments, perSampleWeights?: Tensor | null | BagArguments],
  Tensor
> {
  numEmbeddings: number
  embeddingDim: number
  maxNorm: number | null
  normType: number
  scaleGradByFreq: boolean
  mode: BagMode
  sparse: boolean
  includeLastOffset: boolean
  /** The row that does not count, counted from the front; it is zero at first and gets no gradient. */
  paddingIdx: number | null
  /** Shape [numEmbeddings, embeddingDim]. */
  weight: Parameter

  constructor(numEmbeddings: number, embeddingDim: number, options?: BagLayerOptions) {
    super()
    const o = bindOptions<BagLayerOptions>('EmbeddingBag', [...names, ...factoryNames], [options])
    this.numEmbeddings = numEmbeddings
    this.embeddingDim = embeddingDim
    this.maxNorm = o.maxNorm ?? null
    this.normType = o.normType ?? 2
    this.scaleGradByFreq = o.scaleGradByFreq ?? false
    this.mode = o.mode ?? 'mean'
    this.sparse = o.sparse ?? false
    this.includeLastOffset = o.includeLastOffset ?? false
    this.paddingIdx = rowOf(o.paddingIdx, numEmbeddings)
    this.weight = emptyParameter([numEmbeddings, embeddingDim], o)
    this.resetParameters()
  }

  /**
   * A layer over a given table [rows, columns].
   *
   * @throws RuntimeError if the table is no matrix
   */
  static fromPretrained(
    embeddings: Tensor,
    freeze?: boolean | PretrainedBagOptions,
    options?: PretrainedBagOptions,
  ): EmbeddingBag {
    const args = [freeze, options]
    const { freeze: frozen = true, ...rest } = bindOptions<PretrainedBagOptions>(
      'fromPretrained',
      ['freeze', ...names],
      args,
    )
    const [rows, columns] = tableSizes(embeddings)
    const { paddingIdx, ...own } = rest
    // made empty, so that nothing is drawn
    const layer = new EmbeddingBag(0, columns, { ...own, dtype: embeddings.dtype, device: embeddings.device })
    layer.numEmbeddings = rows
    layer.paddingIdx = rowOf(paddingIdx, rows)
    layer.weight = new Parameter(embeddings, !frozen)
    return layer
  }

  /** Draws the table anew. */
  resetParameters(): void {
    drawTable(this.weight, this.paddingIdx)
  }

  /** `offsets` and `perSampleWeights` by position or by name. */
  override forward(
    input: Tensor,
    offsets?: Tensor | null | BagArguments,
    perSampleWeights?: Tensor | null | BagArguments,
  ): Tensor {
    const args = [offsets ?? undefined, perSampleWeights ?? undefined]
    const o = bindOptions<Required<BagArguments>>('EmbeddingBag', ['offsets', 'perSampleWeights'], args)
    const { maxNorm, normType, scaleGradByFreq, mode, sparse, includeLastOffset, paddingIdx } = this
    const own = { maxNorm, normType, scaleGradByFreq, mode, sparse, includeLastOffset, paddingIdx }
    return embeddingBag(input, this.weight, { ...own, ...o })
  }

  override extraRepr(): string {
    const parts = [`${this.numEmbeddings}, ${this.embeddingDim}`]
    if (this.maxNorm !== null) parts.push(`max_norm=${float(this.maxNorm)}`)
    if (this.normType !== 2) parts.push(`norm_type=${float(this.normType)}`)
    if (this.scaleGradByFreq) parts.push(`scale_grad_by_freq=${bool(true)}`)
    parts.push(`mode='${this.mode}'`)
    if (this.paddingIdx !== null) parts.push(`padding_idx=${this.paddingIdx}`)
    return parts.join(', ')
  }
}
