import { bindOptions, type EmbeddingOptions, embedding, noGrad, RuntimeError, type Tensor } from '@tsorch/core'
import { normal_ } from '../init/fill.js'
import { Layer } from '../module/module.js'
import { Parameter } from '../parameter.js'
import { emptyParameter, type FactoryOptions, factoryNames } from './factory.js'
import { bool, float } from './python-text.js'

/** Options of {@link Embedding}. */
export interface EmbeddingLayerOptions extends EmbeddingOptions, FactoryOptions {}
const names = ['paddingIdx', 'maxNorm', 'normType', 'scaleGradByFreq', 'sparse'] as const

/** Options of {@link Embedding.fromPretrained}. */
export interface PretrainedOptions extends EmbeddingOptions {
  /** Whether the table is kept as it is; true if not given. */
  freeze?: boolean
}

/**
 * A table of vectors that are looked up by index.
 *
 * Input: integers of any shape; output: shape [...input.shape, embeddingDim].
 *
 * @throws RuntimeError if `paddingIdx` is outside the table
 * @example
 * ```ts
 * new Embedding(10, 3)(tensor([[0, 2], [9, 9]])) // shape [2, 2, 3]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.nn.Embedding.html
 */
export class Embedding extends Layer {
  numEmbeddings: number
  embeddingDim: number
  /** The row that is zero at first and gets no gradient, counted from the front. */
  paddingIdx: number | null
  maxNorm: number | null
  normType: number
  scaleGradByFreq: boolean
  sparse: boolean
  /** Shape [numEmbeddings, embeddingDim]. */
  weight: Parameter

  constructor(
    numEmbeddings: number,
    embeddingDim: number,
    paddingIdx?: number | null | EmbeddingLayerOptions,
    options?: EmbeddingLayerOptions,
  ) {
    super()
    const args = [paddingIdx ?? undefined, options]
    const o = bindOptions<EmbeddingLayerOptions>('Embedding', [...names, ...factoryNames], args)
    this.numEmbeddings = numEmbeddings
    this.embeddingDim = embeddingDim
    this.paddingIdx = rowOf(o.paddingIdx, numEmbeddings)
    this.maxNorm = o.maxNorm ?? null
    this.normType = o.normType ?? 2
    this.scaleGradByFreq = o.scaleGradByFreq ?? false
    this.sparse = o.sparse ?? false
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
    freeze?: boolean | PretrainedOptions,
    options?: PretrainedOptions,
  ): Embedding {
    const args = [freeze, options]
    const { freeze: frozen = true, ...rest } = bindOptions<PretrainedOptions>(
      'fromPretrained',
      ['freeze', ...names],
      args,
    )
    const [rows, columns] = tableSizes(embeddings)
    // made empty, so that nothing is drawn
    const layer = new Embedding(0, columns, { dtype: embeddings.dtype, device: embeddings.device })
    layer.numEmbeddings = rows
    layer.paddingIdx = rowOf(rest.paddingIdx, rows)
    layer.maxNorm = rest.maxNorm ?? null
    layer.normType = rest.normType ?? 2
    layer.scaleGradByFreq = rest.scaleGradByFreq ?? false
    layer.sparse = rest.sparse ?? false
    layer.weight = new Parameter(embeddings, !frozen)
    return layer
  }

  /** Draws the table anew. */
  resetParameters(): void {
    drawTable(this.weight, this.paddingIdx)
  }

  override forward(input: Tensor): Tensor {
    const { paddingIdx, maxNorm, normType, scaleGradByFreq, sparse } = this
    return embedding(input, this.weight, { paddingIdx, maxNorm, normType, scaleGradByFreq, sparse })
  }

  override extraRepr(): string {
    const parts = [`${this.numEmbeddings}, ${this.embeddingDim}`]
    if (this.paddingIdx !== null) parts.push(`padding_idx=${this.paddingIdx}`)
    if (this.maxNorm !== null) parts.push(`max_norm=${float(this.maxNorm)}`)
    if (this.normType !== 2) parts.push(`norm_type=${float(this.normType)}`)
    if (this.scaleGradByFreq) parts.push(`scale_grad_by_freq=${bool(true)}`)
    if (this.sparse) parts.push(`sparse=${bool(true)}`)
    return parts.join(', ')
  }
}

/** Fills a table with normal random numbers, and its padding with zeros. */
export function drawTable(weight: Tensor, paddingIdx: number | null): void {
  normal_(weight)
  // after it is drawn like the others, so that the stream is the same with and without it
  if (paddingIdx !== null) noGrad(() => weight.select(0, paddingIdx).zero_())
}

/** Rows and columns of a table. @throws RuntimeError if it is no matrix */
export function tableSizes(embeddings: Tensor): [rows: number, columns: number] {
  if (embeddings.ndim !== 2)
    throw new RuntimeError(
      `Embeddings parameter is expected to be 2-dimensional, but got shape [${embeddings.shape.join(', ')}]`,
    )
  return embeddings.shape as [number, number]
}

/** The row that an index counts from the front or, negative, from behind; null for none. @throws RuntimeError outside the table */
export function rowOf(paddingIdx: number | null | undefined, rows: number): number | null {
  if (paddingIdx == null) return null
  if (paddingIdx >= rows || paddingIdx < -rows)
    throw new RuntimeError(`Padding_idx must be within num_embeddings: got ${paddingIdx} for ${rows} rows`)
  return paddingIdx < 0 ? paddingIdx + rows : paddingIdx
}
