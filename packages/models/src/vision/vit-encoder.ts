/** The transformer encoder of the vision transformers. */
import { empty, type Tensor } from '@tsorch/core'
import {
  type AnyModule,
  Dropout,
  GELU,
  init,
  Layer,
  Linear,
  MultiheadAttention,
  Parameter,
  Sequential,
  type StateDict,
} from '@tsorch/nn'
import { make, type NormLayer } from '../layers/make.js'
import { MLP } from '../layers/mlp.js'

/** What the encoder is made with. */
export interface EncoderOptions {
  readonly numLayers: number
  readonly numHeads: number
  readonly hiddenDim: number
  readonly mlpDim: number
  readonly dropout: number
  readonly attentionDropout: number
  readonly normLayer: NormLayer
}

/** Two linear layers at each position. */
class MLPBlock extends MLP {
  constructor(width: number, mlpDim: number, dropout: number) {
    super(width, [mlpDim, width], { activationLayer: () => new GELU(), dropout })
    for (const m of this.modules()) {
      if (!(m instanceof Linear)) continue
      init.xavierUniform_(m.weight)
      if (m.bias !== null) init.normal_(m.bias, { std: 1e-6 })
    }
  }

  /** Older checkpoints call the two linear layers `linear_1` and `linear_2`. */
  static override completeState(module: AnyModule, state: StateDict, prefix: string): void {
    MLP.completeState(module, state, prefix)
    for (const [old, name] of [
      ['linear_1', '0'],
      ['linear_2', '3'],
    ]) {
      for (const part of ['weight', 'bias']) {
        const value = state[`${prefix}${old}.${part}`]
        if (value === undefined) continue
        delete state[`${prefix}${old}.${part}`]
        state[`${prefix}${name}.${part}`] = value
      }
    }
  }
}

/** Attention and two linear layers at each position, each after a norm and with a way around it: [N, S, E] to the same. */
class EncoderBlock extends Layer {
  ln_1: AnyModule
  self_attention: MultiheadAttention
  dropout: Dropout
  ln_2: AnyModule
  mlp: MLPBlock

  constructor({ numHeads, hiddenDim, mlpDim, dropout, attentionDropout, normLayer }: EncoderOptions) {
    super()
    this.ln_1 = make(normLayer, hiddenDim)
    this.self_attention = new MultiheadAttention(hiddenDim, numHeads, { dropout: attentionDropout, batchFirst: true })
    this.dropout = new Dropout(dropout)
    this.ln_2 = make(normLayer, hiddenDim)
    this.mlp = new MLPBlock(hiddenDim, mlpDim, dropout)
  }

  override forward(input: Tensor): Tensor {
    const normed: Tensor = this.ln_1(input)
    const [attended] = this.self_attention(normed, normed, normed, { needWeights: false })
    const x = this.dropout(attended).add(input)
    return x.add(this.mlp(this.ln_2(x)))
  }
}

/** Blocks over a sequence of a fixed length, whose positions have learned vectors: [N, S, E] to the same. */
export class Encoder extends Layer {
  /** Shape [1, seqLength, hiddenDim]. */
  pos_embedding: Parameter
  dropout: Dropout
  layers: Sequential
  ln: AnyModule

  constructor(seqLength: number, options: EncoderOptions) {
    super()
    const { numLayers, hiddenDim, dropout, normLayer } = options
    this.pos_embedding = new Parameter(empty([1, seqLength, hiddenDim]).normal_(0, 0.02))
    this.dropout = new Dropout(dropout)
    const layers: Record<string, AnyModule> = {}
    for (let i = 0; i < numLayers; i++) layers[`encoder_layer_${i}`] = new EncoderBlock(options)
    this.layers = new Sequential(layers)
    this.ln = make(normLayer, hiddenDim)
  }

  override forward(input: Tensor): Tensor {
    return this.ln(this.layers(this.dropout(input.add(this.pos_embedding))))
  }
}
