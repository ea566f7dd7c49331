import { bindOptions, cat, RuntimeError, type Tensor, zeros } from '@tsorch/core'
import { type AnyModule, Conv2d, init, Layer, LayerNorm, Linear, Parameter, Sequential, Tanh } from '@tsorch/nn'
import { Conv2dNormActivation, type Conv2dNormActivationOptions } from '../layers/conv-norm-activation.js'
import type { NormLayer } from '../layers/make.js'
import { zeroBias } from '../layers/zero-bias.js'
import { Encoder } from './vit-encoder.js'

/** A convolution before the transformer, instead of one that cuts patches. @see https://arxiv.org/abs/2106.14881 */
export interface ConvStemConfig
  extends Required<Pick<Conv2dNormActivationOptions, 'kernelSize' | 'stride'>>,
    Pick<Conv2dNormActivationOptions, 'normLayer' | 'activationLayer'> {
  readonly outChannels: number
}

/** The shape of a {@link VisionTransformer}. */
export interface VisionTransformerDesign {
  /** Pixels of a side of a patch. */
  readonly patchSize: number
  readonly numLayers: number
  readonly numHeads: number
  /** Width of the vectors of the patches. */
  readonly hiddenDim: number
  /** Width of the hidden layer at each position. */
  readonly mlpDim: number
}

/** Options of {@link VisionTransformer}. */
export interface VisionTransformerOptions {
  /** Pixels of a side of the images, 224 if not given. */
  imageSize?: number
  /** Probability after linear layers, 0 if not given. */
  dropout?: number
  /** Probability for each weight of the attention, 0 if not given. */
  attentionDropout?: number
  /** 1000 if not given. */
  numClasses?: number
  /** Width of a further layer before the classifier; none if not given. */
  representationSize?: number | null
  /** LayerNorm with eps 1e-6, if not given. */
  normLayer?: NormLayer
  /** Convolutions instead of cutting patches; none if not given. */
  convStemConfigs?: readonly ConvStemConfig[] | null
}
const names = [
  'imageSize',
  'dropout',
  'attentionDropout',
  'numClasses',
  'representationSize',
  'normLayer',
  'convStemConfigs',
] as const

/** Normal, cut off, of variance 1 / fan in. */
function resetByFanIn(layer: Conv2d | Linear, fanIn: number): void {
  init.truncNormal_(layer.weight, { std: Math.sqrt(1 / fanIn) })
  zeroBias(layer)
}

/**
 * Vision transformer: an image is a sequence of patches.
 *
 * Input [N, 3, imageSize, imageSize], output [N, numClasses].
 *
 * @throws RuntimeError if patches do not fit into the image, or in a call for an image of another size
 * @see https://pytorch.org/vision/stable/models/vision_transformer.html
 * @see https://arxiv.org/abs/2010.11929
 */
export class VisionTransformer extends Layer {
  /** What the classifier reads, shape [1, 1, hiddenDim]. */
  class_token: Parameter
  conv_proj: AnyModule
  encoder: Encoder
  heads: Sequential
  readonly imageSize: number
  readonly patchSize: number
  readonly hiddenDim: number

  constructor(design: VisionTransformerDesign, options: VisionTransformerOptions = {}) {
    super()
    const o = bindOptions<VisionTransformerOptions>('VisionTransformer', names, [options])
    const { imageSize = 224, dropout = 0, attentionDropout = 0, numClasses = 1000, representationSize = null } = o
    const { normLayer = (width: number) => new LayerNorm(width, { eps: 1e-6 }), convStemConfigs = null } = o
    const { patchSize, hiddenDim } = design
    if (imageSize % patchSize !== 0) throw new RuntimeError('Input shape indivisible by patch size!')
    this.imageSize = imageSize
    this.patchSize = patchSize
    this.hiddenDim = hiddenDim
    this.conv_proj =
      convStemConfigs === null
        ? new Conv2d(3, hiddenDim, patchSize, { stride: patchSize })
        : convStem(convStemConfigs, hiddenDim)
    this.class_token = new Parameter(zeros([1, 1, hiddenDim]))
    const patches = Math.floor(imageSize / patchSize) ** 2
    this.encoder = new Encoder(patches + 1, { ...design, dropout, attentionDropout, normLayer })
    this.heads = new Sequential(
      representationSize === null
        ? { head: new Linear(hiddenDim, numClasses) }
        : {
            pre_logits: new Linear(hiddenDim, representationSize),
            act: new Tanh(),
            head: new Linear(representationSize, numClasses),
          },
    )
    this.resetParameters()
  }

  private resetParameters(): void {
    if (this.conv_proj instanceof Conv2d) {
      resetByFanIn(this.conv_proj, this.conv_proj.inChannels * this.patchSize ** 2)
    } else {
      const last = this.conv_proj.getSubmodule('conv_last') as Conv2d
      init.normal_(last.weight, { std: Math.sqrt(2 / last.outChannels) })
      zeroBias(last)
    }
    for (const [name, layer] of this.heads.namedChildren()) {
      if (!(layer instanceof Linear)) continue
      if (name === 'pre_logits') resetByFanIn(layer, layer.inFeatures)
      else init.zeros_(layer.weight)
      zeroBias(layer)
    }
  }

  /** Images as sequences of vectors: [N, patches, hiddenDim]. */
  private processInput(x: Tensor): Tensor {
    const [batch, , height, width] = x.shape as [number, number, number, number]
    const { imageSize } = this
    if (height !== imageSize) throw new RuntimeError(`Wrong image height! Expected ${imageSize} but got ${height}!`)
    if (width !== imageSize) throw new RuntimeError(`Wrong image width! Expected ${imageSize} but got ${width}!`)
    const patches = Math.floor(imageSize / this.patchSize) ** 2
    return this.conv_proj(x).reshape(batch, this.hiddenDim, patches).permute(0, 2, 1)
  }

  override forward(input: Tensor): Tensor {
    const x = this.processInput(input)
    const token = this.class_token.expand(x.size(0), -1, -1)
    return this.heads(this.encoder(cat([token, x], 1)).select(1, 0))
  }
}

function convStem(configs: readonly ConvStemConfig[], hiddenDim: number): Sequential {
  const stem: Record<string, AnyModule> = {}
  let channels = 3
  for (const [i, { outChannels, ...options }] of configs.entries()) {
    stem[`conv_bn_relu_${i}`] = new Conv2dNormActivation(channels, outChannels, options)
    channels = outChannels
  }
  stem.conv_last = new Conv2d(channels, hiddenDim, 1)
  return new Sequential(stem)
}

const base = { numLayers: 12, numHeads: 12, hiddenDim: 768, mlpDim: 3072 } as const
const large = { numLayers: 24, numHeads: 16, hiddenDim: 1024, mlpDim: 4096 } as const
const huge = { numLayers: 32, numHeads: 16, hiddenDim: 1280, mlpDim: 5120 } as const

/** ViT base, patches of 16 x 16: 86.6 million parameters. @see https://pytorch.org/vision/stable/models/generated/torchvision.models.vit_b_16.html */
export function vitB16(options: VisionTransformerOptions = {}): VisionTransformer {
  return new VisionTransformer({ ...base, patchSize: 16 }, options)
}

/** ViT base, patches of 32 x 32: 88.2 million parameters. @see https://pytorch.org/vision/stable/models/generated/torchvision.models.vit_b_32.html */
export function vitB32(options: VisionTransformerOptions = {}): VisionTransformer {
  return new VisionTransformer({ ...base, patchSize: 32 }, options)
}

/** ViT large, patches of 16 x 16: 304.3 million parameters. @see https://pytorch.org/vision/stable/models/generated/torchvision.models.vit_l_16.html */
export function vitL16(options: VisionTransformerOptions = {}): VisionTransformer {
  return new VisionTransformer({ ...large, patchSize: 16 }, options)
}

/** ViT large, patches of 32 x 32: 306.5 million parameters. @see https://pytorch.org/vision/stable/models/generated/torchvision.models.vit_l_32.html */
export function vitL32(options: VisionTransformerOptions = {}): VisionTransformer {
  return new VisionTransformer({ ...large, patchSize: 32 }, options)
}

/** ViT huge, patches of 14 x 14: 632 million parameters. @see https://pytorch.org/vision/stable/models/generated/torchvision.models.vit_h_14.html */
export function vitH14(options: VisionTransformerOptions = {}): VisionTransformer {
  return new VisionTransformer({ ...huge, patchSize: 14 }, options)
}
