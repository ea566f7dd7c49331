/** One layer of a transformer's encoder and decoder. */
import { add, bindOptions, gelu, RuntimeError, relu as reluOf, type Tensor } from '@tsorch/core'
import { relu } from '../functional/activation.js'
import { canonicalMask } from '../functional/attention-mask.js'
import { snakeCase } from '../module/keys.js'
import { Module } from '../module/module.js'
import { GELU, ReLU } from './activation.js'
import { MultiheadAttention } from './attention.js'
import { Dropout } from './dropout.js'
import { type FactoryOptions, factoryNames, factoryOf } from './factory.js'
import { Linear } from './linear.js'
import { LayerNorm } from './normalization.js'

/** The activation of the feed-forward network: by name, or any function or layer. */
export type TransformerActivation = 'relu' | 'gelu' | ((x: Tensor) => Tensor)

/** Options of {@link TransformerEncoderLayer} and {@link TransformerDecoderLayer}. */
export interface TransformerLayerOptions extends FactoryOptions {
  /** Features inside the feed-forward network, 2048 if not given. */
  dimFeedforward?: number
  /** Probability of dropout, 0.1 if not given. */
  dropout?: number
  /** ReLU if not given. */
  activation?: TransformerActivation
  /** Added to the variance in layer normalisation, 1e-5 if not given. */
  layerNormEps?: number
  /** Whether the batch is the first dimension of inputs and output, not the second. */
  batchFirst?: boolean
  /** Whether attention and the feed-forward network get normalised inputs, instead of the sums behind them being normalised. */
  normFirst?: boolean
  /** Whether linear and normalisation layers have additive biases; true if not given. */
  bias?: boolean
}
/** Names of {@link TransformerLayerOptions}, in the order of positions. */
export const layerNames: readonly (keyof TransformerLayerOptions)[] = [
  'dimFeedforward',
  'dropout',
  'activation',
  'layerNormEps',
  'batchFirst',
  'normFirst',
  'bias',
  ...factoryNames,
]

/** What the layers are made of. */
class Parts {
  private readonly dModel: number
  private readonly nhead: number
  private readonly options: TransformerLayerOptions

  constructor(dModel: number, nhead: number, options: TransformerLayerOptions) {
    this.dModel = dModel
    this.nhead = nhead
    this.options = options
  }

  attention(): MultiheadAttention {
    const { batchFirst = false, bias = true } = this.options
    const dropout = this.options.dropout ?? 0.1
    return new MultiheadAttention(this.dModel, this.nhead, { dropout, bias, batchFirst, ...factoryOf(this.options) })
  }

  /** Into the feed-forward network. */
  linear1(): Linear {
    return this.linear(this.dModel, this.options.dimFeedforward ?? 2048)
  }

  /** Out of the feed-forward network. */
  linear2(): Linear {
    return this.linear(this.options.dimFeedforward ?? 2048, this.dModel)
  }

  private linear(inFeatures: number, outFeatures: number): Linear {
    return new Linear(inFeatures, outFeatures, { bias: this.options.bias ?? true, ...factoryOf(this.options) })
  }

  norm(): LayerNorm {
    const { layerNormEps: eps = 1e-5, bias = true } = this.options
    return new LayerNorm(this.dModel, { eps, bias, ...factoryOf(this.options) })
  }

  dropout(): Dropout {
    return new Dropout(this.options.dropout ?? 0.1)
  }

  activation(): (x: Tensor) => Tensor {
    const { activation = 'relu' } = this.options
    if (typeof activation === 'function') return activation
    if (activation === 'relu') return reluOf
    if (activation === 'gelu') return gelu
    throw new RuntimeError(`activation should be relu/gelu, not ${String(activation)}`)
  }
}

/** Whether an activation is ReLU or GELU, for which PyTorch has a faster way through an encoder. */
export function isPlainActivation(activation: (x: Tensor) => Tensor): boolean {
  const functions: readonly unknown[] = [reluOf, relu, gelu]
  return functions.includes(activation) || activation instanceof ReLU || activation instanceof GELU
}

/** The keys of attention; all others are the names of their properties. */
function keyOf(property: string): string {
  return property === 'selfAttn' || property === 'multiheadAttn' ? snakeCase(property) : property
}

/** Optional arguments of the layers' constructors: by position, or from any of them on in one object. */
export type TransformerLayerArguments = [
  dimFeedforward?: number | TransformerLayerOptions,
  dropout?: number | TransformerLayerOptions,
  activation?: TransformerActivation | TransformerLayerOptions,
  options?: TransformerLayerOptions,
]

/** What a call of {@link TransformerEncoderLayer} may be told. */
export interface EncoderLayerCall {
  /** Shape [S, S] or [N * nhead, S, S]: bool, true where a position may not look, or added to the scores. */
  srcMask?: Tensor | null
  /** Shape [N, S]: bool, true for padding, or added to the scores. */
  srcKeyPaddingMask?: Tensor | null
  /** Says that `srcMask` is the causal one. */
  isCausal?: boolean
}

/** {@link EncoderLayerCall} by position, or from any of them on in one object. */
export type EncoderLayerMasks = [
  srcMask?: Tensor | null | EncoderLayerCall,
  srcKeyPaddingMask?: Tensor | null | EncoderLayerCall,
  isCausal?: boolean | EncoderLayerCall,
]

/**
 * Self-attention and a feed-forward network, each with a residual connection and layer normalisation.
 *
 * Input and output have shape [S, N, dModel] ([N, S, dModel] with `batchFirst`, [S, dModel] without a batch).
 *
 * @throws RuntimeError for an unknown `activation`, and in a call whose shapes do not fit
 * @example
 * ```ts
 * const layer = new TransformerEncoderLayer(16, 4, { dimFeedforward: 32, batchFirst: true })
 * layer(randn([2, 10, 16])) // shape [2, 10, 16]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.nn.TransformerEncoderLayer.html
 */
export class TransformerEncoderLayer extends Module<[src: Tensor, ...masks: EncoderLayerMasks], Tensor> {
  selfAttn: MultiheadAttention
  linear1: Linear
  dropout: Dropout
  linear2: Linear
  normFirst: boolean
  norm1: LayerNorm
  norm2: LayerNorm
  dropout1: Dropout
  dropout2: Dropout
  activation: (x: Tensor) => Tensor

  constructor(dModel: number, nhead: number, ...options: TransformerLayerArguments) {
    super()
    const o = bindOptions<TransformerLayerOptions>('TransformerEncoderLayer', layerNames, options)
    const parts = new Parts(dModel, nhead, o)
    this.selfAttn = parts.attention()
    this.linear1 = parts.linear1()
    this.dropout = parts.dropout()
    this.linear2 = parts.linear2()
    this.normFirst = o.normFirst ?? false
    this.norm1 = parts.norm()
    this.norm2 = parts.norm()
    this.dropout1 = parts.dropout()
    this.dropout2 = parts.dropout()
    this.activation = parts.activation()
  }

  static override keyOf(property: string): string {
    return keyOf(property)
  }

  override forward(src: Tensor, ...masks: EncoderLayerMasks): Tensor {
    const callNames = ['srcMask', 'srcKeyPaddingMask', 'isCausal'] as const
    const o = bindOptions<EncoderLayerCall>('TransformerEncoderLayer', callNames, masks)
    const options = {
      attnMask: canonicalMask(o.srcMask, 'src_mask', src.dtype),
      keyPaddingMask: canonicalMask(o.srcKeyPaddingMask, 'src_key_padding_mask', src.dtype),
      isCausal: o.isCausal ?? false,
      needWeights: false,
    }
    const attended = (x: Tensor): Tensor => this.dropout1(this.selfAttn(x, x, x, options)[0])
    if (this.normFirst) {
      const x = add(src, attended(this.norm1(src)))
      return add(x, this.feedForward(this.norm2(x)))
    }
    const x = this.norm1(add(src, attended(src)))
    return this.norm2(add(x, this.feedForward(x)))
  }

  private feedForward(x: Tensor): Tensor {
    return this.dropout2(this.linear2(this.dropout(this.activation(this.linear1(x)))))
  }
}

/** What a call of {@link TransformerDecoderLayer} may be told. Masks are bool, true where nobody may look, or added to the scores. */
export interface DecoderLayerCall {
  /** Shape [T, T] or [N * nhead, T, T]. */
  tgtMask?: Tensor | null
  /** Shape [T, S] or [N * nhead, T, S]. */
  memoryMask?: Tensor | null
  /** Shape [N, T]. */
  tgtKeyPaddingMask?: Tensor | null
  /** Shape [N, S]. */
  memoryKeyPaddingMask?: Tensor | null
  /** Says that `tgtMask` is the causal one. */
  tgtIsCausal?: boolean
  /** Says that `memoryMask` is the causal one. */
  memoryIsCausal?: boolean
}
const decoderNames = [
  'tgtMask',
  'memoryMask',
  'tgtKeyPaddingMask',
  'memoryKeyPaddingMask',
  'tgtIsCausal',
  'memoryIsCausal',
] as const

/** {@link DecoderLayerCall} by position, or from any of them on in one object. */
export type DecoderLayerMasks = [
  tgtMask?: Tensor | null | DecoderLayerCall,
  memoryMask?: Tensor | null | DecoderLayerCall,
  tgtKeyPaddingMask?: Tensor | null | DecoderLayerCall,
  memoryKeyPaddingMask?: Tensor | null | DecoderLayerCall,
  tgtIsCausal?: boolean | DecoderLayerCall,
  memoryIsCausal?: boolean | DecoderLayerCall,
]

/**
 * Self-attention, attention to what an encoder gave, and a feed-forward network, each with a residual connection and layer
 * normalisation.
 *
 * `tgt` and the output have shape [T, N, dModel], `memory` [S, N, dModel] (batch first with `batchFirst`, or no batch).
 *
 * @throws RuntimeError for an unknown `activation`, and in a call whose shapes do not fit
 * @example
 * ```ts
 * const layer = new TransformerDecoderLayer(16, 4, { batchFirst: true })
 * layer(randn([2, 7, 16]), randn([2, 10, 16])) // shape [2, 7, 16]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.nn.TransformerDecoderLayer.html
 */
export class TransformerDecoderLayer extends Module<
  [tgt: Tensor, memory: Tensor, ...masks: DecoderLayerMasks],
  Tensor
> {
  selfAttn: MultiheadAttention
  multiheadAttn: MultiheadAttention
  linear1: Linear
  dropout: Dropout
  linear2: Linear
  normFirst: boolean
  norm1: LayerNorm
  norm2: LayerNorm
  norm3: LayerNorm
  dropout1: Dropout
  dropout2: Dropout
  dropout3: Dropout
  activation: (x: Tensor) => Tensor

  constructor(dModel: number, nhead: number, ...options: TransformerLayerArguments) {
    super()
    const o = bindOptions<TransformerLayerOptions>('TransformerDecoderLayer', layerNames, options)
    const parts = new Parts(dModel, nhead, o)
    this.selfAttn = parts.attention()
    this.multiheadAttn = parts.attention()
    this.linear1 = parts.linear1()
    this.dropout = parts.dropout()
    this.linear2 = parts.linear2()
    this.normFirst = o.normFirst ?? false
    this.norm1 = parts.norm()
    this.norm2 = parts.norm()
    this.norm3 = parts.norm()
    this.dropout1 = parts.dropout()
    this.dropout2 = parts.dropout()
    this.dropout3 = parts.dropout()
    this.activation = parts.activation()
  }

  static override keyOf(property: string): string {
    return keyOf(property)
  }

  override forward(tgt: Tensor, memory: Tensor, ...masks: DecoderLayerMasks): Tensor {
    const o = bindOptions<DecoderLayerCall>('TransformerDecoderLayer', decoderNames, masks)
    const self = {
      attnMask: o.tgtMask ?? null,
      keyPaddingMask: o.tgtKeyPaddingMask ?? null,
      isCausal: o.tgtIsCausal ?? false,
      needWeights: false,
    }
    const cross = {
      attnMask: o.memoryMask ?? null,
      keyPaddingMask: o.memoryKeyPaddingMask ?? null,
      isCausal: o.memoryIsCausal ?? false,
      needWeights: false,
    }
    const toItself = (x: Tensor): Tensor => this.dropout1(this.selfAttn(x, x, x, self)[0])
    const toMemory = (x: Tensor): Tensor => this.dropout2(this.multiheadAttn(x, memory, memory, cross)[0])
    if (this.normFirst) {
      let x = add(tgt, toItself(this.norm1(tgt)))
      x = add(x, toMemory(this.norm2(x)))
      return add(x, this.feedForward(this.norm3(x)))
    }
    let x = this.norm1(add(tgt, toItself(tgt)))
    x = this.norm2(add(x, toMemory(x)))
    return this.norm3(add(x, this.feedForward(x)))
  }

  private feedForward(x: Tensor): Tensor {
    return this.dropout3(this.linear2(this.dropout(this.activation(this.linear1(x)))))
  }
}
