/** Stacks of transformer layers, and the whole transformer. */
import { bindOptions, deepCopy, isGradEnabled, RuntimeError, type Tensor, unsqueeze, where } from '@tsorch/core'
import { canonicalMask, causalMask, detectCausal, type MaskOptions } from '../functional/attention-mask.js'
import { xavierUniform_ } from '../init/variance.js'
import { type AnyModule, Module } from '../module/module.js'
import { ModuleList } from './containers.js'
import { factoryOf } from './factory.js'
import { LayerNorm } from './normalization.js'
import {
  isPlainActivation,
  layerNames,
  TransformerDecoderLayer,
  TransformerEncoderLayer,
  type TransformerLayerOptions,
} from './transformer-layers.js'

/** Copies of a layer, all with the same weights. */
function copies(layer: AnyModule, count: number): ModuleList {
  return new ModuleList(Array.from({ length: count }, () => deepCopy(layer)))
}

/** How many positions a sequence has, going by what the first layer takes for the batch. */
function sequenceLength(x: Tensor, layers: ModuleList): number {
  const attention: unknown = layers.length === 0 ? null : (layers.at(0) as { selfAttn?: unknown }).selfAttn
  const batchFirst = (attention as { batchFirst?: boolean } | null | undefined)?.batchFirst === true
  return x.shape[x.ndim === 3 && batchFirst ? 1 : 0]!
}

/** Options of {@link TransformerEncoder}. */
export interface TransformerEncoderOptions {
  /** Normalises what comes out at the end. */
  norm?: AnyModule | null
  /**
   * Whether padding behind the sequences of a batch is left out in evaluation without gradients, where PyTorch can do so: it
   * comes out as zeros then. True if not given.
   */
  enableNestedTensor?: boolean
  /** Whether it is asked first if all padding lies behind; true if not given. */
  maskCheck?: boolean
}

/** What a call of {@link TransformerEncoder} may be told. */
export interface EncoderCall {
  /** Shape [S, S] or [N * nhead, S, S]: bool, true where a position may not look, or added to the scores. */
  mask?: Tensor | null
  /** Shape [N, S]: bool, true for padding, or added to the scores. */
  srcKeyPaddingMask?: Tensor | null
  /** Says whether `mask` is the causal one; looked for if not given. */
  isCausal?: boolean | null
}

/** {@link EncoderCall} by position, or from any of them on in one object. */
export type EncoderMasks = [
  mask?: Tensor | null | EncoderCall,
  srcKeyPaddingMask?: Tensor | null | EncoderCall,
  isCausal?: boolean | null | EncoderCall,
]

/**
 * Encoder layers one after the other: copies of `encoderLayer`, which all start with its weights.
 *
 * Input and output have shape [S, N, E] ([N, S, E] with `batchFirst`, [S, E] without a batch).
 *
 * @param encoderLayer - a {@link TransformerEncoderLayer}, or a module that is called like one
 * @param numLayers - how many copies
 * @example
 * ```ts
 * const layer = new TransformerEncoderLayer(16, 4, { batchFirst: true })
 * const encoder = new TransformerEncoder(layer, 2, { norm: new LayerNorm(16) })
 * encoder(randn([2, 10, 16]), { mask: Transformer.generateSquareSubsequentMask(10) }) // shape [2, 10, 16]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.nn.TransformerEncoder.html
 */
export class TransformerEncoder extends Module<[src: Tensor, ...masks: EncoderMasks], Tensor> {
  layers: ModuleList
  numLayers: number
  norm: AnyModule | null
  enableNestedTensor: boolean
  maskCheck: boolean

  constructor(
    encoderLayer: AnyModule,
    numLayers: number,
    norm?: AnyModule | null | TransformerEncoderOptions,
    options?: TransformerEncoderOptions,
  ) {
    super()
    const names = ['norm', 'enableNestedTensor', 'maskCheck'] as const
    const o = bindOptions<TransformerEncoderOptions>('TransformerEncoder', names, [norm, options])
    this.layers = copies(encoderLayer, numLayers)
    this.numLayers = numLayers
    this.norm = o.norm ?? null
    this.enableNestedTensor = o.enableNestedTensor ?? true
    this.maskCheck = o.maskCheck ?? true
  }

  override forward(src: Tensor, ...masks: EncoderMasks): Tensor {
    const names = ['mask', 'srcKeyPaddingMask', 'isCausal'] as const
    const o = bindOptions<EncoderCall>('TransformerEncoder', names, masks)
    const srcKeyPaddingMask = canonicalMask(o.srcKeyPaddingMask, 'src_key_padding_mask', src.dtype)
    const srcMask = canonicalMask(o.mask, 'mask', src.dtype)
    const isCausal = detectCausal(srcMask, o.isCausal, sequenceLength(src, this.layers))
    let x = src
    for (const layer of this.layers) x = layer(x, { srcMask, srcKeyPaddingMask, isCausal })
    if (srcKeyPaddingMask !== null && srcMask === null && this.leavesPaddingOut(src, srcKeyPaddingMask))
      x = where(unsqueeze(srcKeyPaddingMask.eq(0), 2), x, 0)
    return this.norm === null ? x : this.norm(x)
  }

  /** Whether PyTorch would go through the layers with the samples cut to their lengths. */
  private leavesPaddingOut(src: Tensor, padding: Tensor): boolean {
    const [layer] = this.layers
    if (!this.enableNestedTensor || !(layer instanceof TransformerEncoderLayer) || layer.training) return false
    const { selfAttn, norm1, norm2 } = layer
    const fits =
      src.ndim === 3 &&
      !layer.normFirst &&
      selfAttn.batchFirst &&
      selfAttn.inProjWeight !== null &&
      selfAttn.inProjBias !== null &&
      selfAttn.numHeads % 2 === 0 &&
      norm1.eps === norm2.eps &&
      isPlainActivation(layer.activation)
    if (!fits) return false
    if (isGradEnabled() && [src, ...layer.parameters()].some((x) => x.requiresGrad)) return false
    if (!this.maskCheck) return true
    // no position that counts may follow one that does not
    const counts = padding.eq(0)
    const [before, after] = [counts.narrow(1, 0, counts.shape[1]! - 1), counts.narrow(1, 1, counts.shape[1]! - 1)]
    return !after.gt(before).any().item()
  }
}

/** What a call of {@link TransformerDecoder} may be told. Masks are bool, true where nobody may look, or added to the scores. */
export interface DecoderCall {
  /** Shape [T, T] or [N * nhead, T, T]. */
  tgtMask?: Tensor | null
  /** Shape [T, S] or [N * nhead, T, S]. */
  memoryMask?: Tensor | null
  /** Shape [N, T]. */
  tgtKeyPaddingMask?: Tensor | null
  /** Shape [N, S]. */
  memoryKeyPaddingMask?: Tensor | null
  /** Says whether `tgtMask` is the causal one; looked for if not given. */
  tgtIsCausal?: boolean | null
  /** Says that `memoryMask` is the causal one. */
  memoryIsCausal?: boolean
}

/** {@link DecoderCall} by position, or from any of them on in one object. */
export type DecoderMasks = [
  tgtMask?: Tensor | null | DecoderCall,
  memoryMask?: Tensor | null | DecoderCall,
  tgtKeyPaddingMask?: Tensor | null | DecoderCall,
  memoryKeyPaddingMask?: Tensor | null | DecoderCall,
  tgtIsCausal?: boolean | null | DecoderCall,
  memoryIsCausal?: boolean | DecoderCall,
]

/**
 * Decoder layers one after the other: copies of `decoderLayer`, which all start with its weights.
 *
 * `tgt` and the output have shape [T, N, E], `memory` [S, N, E] (batch first with `batchFirst`, or no batch).
 *
 * @param decoderLayer - a {@link TransformerDecoderLayer}, or a module that is called like one
 * @param numLayers - how many copies
 * @example
 * ```ts
 * const decoder = new TransformerDecoder(new TransformerDecoderLayer(16, 4), 2)
 * decoder(randn([7, 2, 16]), randn([10, 2, 16])) // shape [7, 2, 16]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.nn.TransformerDecoder.html
 */
export class TransformerDecoder extends Module<[tgt: Tensor, memory: Tensor, ...masks: DecoderMasks], Tensor> {
  layers: ModuleList
  numLayers: number
  norm: AnyModule | null

  constructor(decoderLayer: AnyModule, numLayers: number, norm?: AnyModule | null | { norm?: AnyModule | null }) {
    super()
    const o = bindOptions<{ norm: AnyModule | null }>('TransformerDecoder', ['norm'], [norm])
    this.layers = copies(decoderLayer, numLayers)
    this.numLayers = numLayers
    this.norm = o.norm ?? null
  }

  override forward(tgt: Tensor, memory: Tensor, ...masks: DecoderMasks): Tensor {
    const names = [
      'tgtMask',
      'memoryMask',
      'tgtKeyPaddingMask',
      'memoryKeyPaddingMask',
      'tgtIsCausal',
      'memoryIsCausal',
    ] as const
    const o = bindOptions<DecoderCall>('TransformerDecoder', names, masks)
    const call = {
      tgtMask: o.tgtMask ?? null,
      memoryMask: o.memoryMask ?? null,
      tgtKeyPaddingMask: o.tgtKeyPaddingMask ?? null,
      memoryKeyPaddingMask: o.memoryKeyPaddingMask ?? null,
      tgtIsCausal: detectCausal(o.tgtMask ?? null, o.tgtIsCausal, sequenceLength(tgt, this.layers)),
      memoryIsCausal: o.memoryIsCausal ?? false,
    }
    let x = tgt
    for (const layer of this.layers) x = layer(x, memory, call)
    return this.norm === null ? x : this.norm(x)
  }
}

/** Options of {@link Transformer}. */
export interface TransformerOptions extends TransformerLayerOptions {
  /** Features of inputs and output, 512 if not given. */
  dModel?: number
  /** Heads of attention, 8 if not given. */
  nhead?: number
  /** 6 if not given. */
  numEncoderLayers?: number
  /** 6 if not given. */
  numDecoderLayers?: number
  /** A module in place of the encoder, called like {@link TransformerEncoder}. */
  customEncoder?: AnyModule | null
  /** A module in place of the decoder, called like {@link TransformerDecoder}. */
  customDecoder?: AnyModule | null
}

/** What a call of {@link Transformer} may be told. Masks are bool, true where nobody may look, or added to the scores. */
export interface TransformerCall {
  /** Shape [S, S] or [N * nhead, S, S]. */
  srcMask?: Tensor | null
  /** Shape [T, T] or [N * nhead, T, T]. */
  tgtMask?: Tensor | null
  /** Shape [T, S] or [N * nhead, T, S]. */
  memoryMask?: Tensor | null
  /** Shape [N, S]. */
  srcKeyPaddingMask?: Tensor | null
  /** Shape [N, T]. */
  tgtKeyPaddingMask?: Tensor | null
  /** Shape [N, S]. */
  memoryKeyPaddingMask?: Tensor | null
  /** Says whether `srcMask` is the causal one; looked for if not given. */
  srcIsCausal?: boolean | null
  /** Says whether `tgtMask` is the causal one; looked for if not given. */
  tgtIsCausal?: boolean | null
  /** Says that `memoryMask` is the causal one. */
  memoryIsCausal?: boolean
}

/** {@link TransformerCall} by position, or from any of them on in one object. */
export type TransformerMasks = [
  srcMask?: Tensor | null | TransformerCall,
  tgtMask?: Tensor | null | TransformerCall,
  memoryMask?: Tensor | null | TransformerCall,
  srcKeyPaddingMask?: Tensor | null | TransformerCall,
  tgtKeyPaddingMask?: Tensor | null | TransformerCall,
  memoryKeyPaddingMask?: Tensor | null | TransformerCall,
  srcIsCausal?: boolean | null | TransformerCall,
  tgtIsCausal?: boolean | null | TransformerCall,
  memoryIsCausal?: boolean | TransformerCall,
]

/**
 * The transformer of "Attention Is All You Need" (Vaswani et al., 2017), without embeddings and output layer: an encoder for
 * the source, a decoder for the target that attends to what the encoder gives.
 *
 * `src` has shape [S, N, dModel], `tgt` and the output [T, N, dModel] (batch first with `batchFirst`, or no batch). Matrices
 * start with Glorot's uniform initialisation.
 *
 * @throws RuntimeError in a call whose batches or features do not fit
 * @example
 * ```ts
 * const model = new Transformer({ dModel: 16, nhead: 4, numEncoderLayers: 2, numDecoderLayers: 2, dimFeedforward: 32 })
 * const tgtMask = Transformer.generateSquareSubsequentMask(7)
 * model(randn([10, 2, 16]), randn([7, 2, 16]), { tgtMask }) // shape [7, 2, 16]
 * ```
 * @see https://pytorch.org/docs/stable/generated/torch.nn.Transformer.html
 */
export class Transformer extends Module<[src: Tensor, tgt: Tensor, ...masks: TransformerMasks], Tensor> {
  encoder: AnyModule
  decoder: AnyModule
  dModel: number
  nhead: number
  batchFirst: boolean

  constructor(
    dModel?: number | TransformerOptions,
    nhead?: number | TransformerOptions,
    numEncoderLayers?: number | TransformerOptions,
    numDecoderLayers?: number | TransformerOptions,
    dimFeedforward?: number | TransformerOptions,
    options?: TransformerOptions,
  ) {
    super()
    const sizes = ['dModel', 'nhead', 'numEncoderLayers', 'numDecoderLayers'] as const
    const o = bindOptions<TransformerOptions>(
      'Transformer',
      [...sizes, ...layerNames, 'customEncoder', 'customDecoder'],
      [dModel, nhead, numEncoderLayers, numDecoderLayers, dimFeedforward, options],
    )
    const { dModel: width = 512, nhead: heads = 8, customEncoder, customDecoder, ...rest } = o
    const { numEncoderLayers: encoderLayers = 6, numDecoderLayers: decoderLayers = 6, ...layer } = rest
    const norm = (): LayerNorm =>
      new LayerNorm(width, { eps: o.layerNormEps ?? 1e-5, bias: o.bias ?? true, ...factoryOf(o) })
    this.encoder =
      customEncoder ?? new TransformerEncoder(new TransformerEncoderLayer(width, heads, layer), encoderLayers, norm())
    this.decoder =
      customDecoder ?? new TransformerDecoder(new TransformerDecoderLayer(width, heads, layer), decoderLayers, norm())
    this.dModel = width
    this.nhead = heads
    this.batchFirst = o.batchFirst ?? false
    this.resetParameters()
  }

  /**
   * The mask [size, size] under which no position sees a later one: 0 up to the diagonal, minus infinity above it.
   *
   * @see https://pytorch.org/docs/stable/generated/torch.nn.Transformer.html#torch.nn.Transformer.generate_square_subsequent_mask
   */
  static generateSquareSubsequentMask(size: number, options?: MaskOptions): Tensor {
    return causalMask(size, options)
  }

  /** Draws all matrices anew. */
  resetParameters(): void {
    for (const p of this.parameters()) if (p.ndim > 1) xavierUniform_(p)
  }

  override forward(src: Tensor, tgt: Tensor, ...masks: TransformerMasks): Tensor {
    const names = [
      'srcMask',
      'tgtMask',
      'memoryMask',
      'srcKeyPaddingMask',
      'tgtKeyPaddingMask',
      'memoryKeyPaddingMask',
      'srcIsCausal',
      'tgtIsCausal',
      'memoryIsCausal',
    ] as const
    const o = bindOptions<TransformerCall>('Transformer', names, masks)
    const batch = this.batchFirst ? 0 : 1
    if (src.ndim === 3 && src.shape[batch] !== tgt.shape[batch])
      throw new RuntimeError('the batch number of src and tgt must be equal')
    if (src.shape.at(-1) !== this.dModel || tgt.shape.at(-1) !== this.dModel)
      throw new RuntimeError('the feature number of src and tgt must be equal to d_model')
    const memory: Tensor = this.encoder(src, {
      mask: o.srcMask ?? null,
      srcKeyPaddingMask: o.srcKeyPaddingMask ?? null,
      isCausal: o.srcIsCausal ?? null,
    })
    return this.decoder(tgt, memory, {
      tgtMask: o.tgtMask ?? null,
      memoryMask: o.memoryMask ?? null,
      tgtKeyPaddingMask: o.tgtKeyPaddingMask ?? null,
      memoryKeyPaddingMask: o.memoryKeyPaddingMask ?? null,
      tgtIsCausal: o.tgtIsCausal ?? null,
      memoryIsCausal: o.memoryIsCausal ?? false,
    })
  }
}
