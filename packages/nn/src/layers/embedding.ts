import { bindOptions, embedding, empty, noGrad, type Tensor } from '@tsorch/core'
import { normal_ } from '../init.js'
import { Layer } from '../module.js'
import { Parameter } from '../parameter.js'

/** A table of vectors, looked up by index. @see https://pytorch.org/docs/stable/generated/torch.nn.Embedding.html */
export class Embedding extends Layer {
  numEmbeddings: number
  embeddingDim: number
  paddingIdx: number | null
  weight: Parameter

  constructor(numEmbeddings: number, embeddingDim: number, options?: { paddingIdx?: number | null }) {
    super()
    const o = bindOptions<{ paddingIdx: number | null }>('Embedding', ['paddingIdx'], [options])
    this.numEmbeddings = numEmbeddings
    this.embeddingDim = embeddingDim
    const padding = o.paddingIdx ?? null
    this.paddingIdx = padding !== null && padding < 0 ? padding + numEmbeddings : padding
    this.weight = new Parameter(empty([numEmbeddings, embeddingDim]))
    normal_(this.weight)
    // the padding row is drawn first, so that the stream is the same with and without it
    if (this.paddingIdx !== null) noGrad(() => this.weight.select(0, this.paddingIdx as number).zero_())
  }

  forward(x: Tensor): Tensor {
    return embedding(x, this.weight, { paddingIdx: this.paddingIdx })
  }

  override extraRepr(): string {
    return `${this.numEmbeddings}, ${this.embeddingDim}${this.paddingIdx === null ? '' : `, padding_idx=${this.paddingIdx}`}`
  }
}
