import { bindOptions, type Tensor } from '@tsorch/core'
import {
  AdaptiveAvgPool2d,
  type AnyModule,
  Conv2d,
  Flatten,
  init,
  Layer,
  LayerNorm,
  Linear,
  Sequential,
} from '@tsorch/nn'
import { make, type NormLayer } from '../layers/make.js'
import { Permute } from '../layers/permute.js'
import { zeroBias } from '../layers/zero-bias.js'
import type { Pair } from './shifted-window.js'
import { PatchMerging, PatchMergingV2, SwinTransformerBlock, SwinTransformerBlockV2 } from './swin-blocks.js'

/** The shape of a {@link SwinTransformer}. */
export interface SwinDesign {
  /** 1 or 2. */
  readonly version: 1 | 2
  /** Pixels of a patch. */
  readonly patchSize: Pair
  /** Channels of the first stage; each further one has twice as many. */
  readonly embedDim: number
  /** Number of blocks of each stage. */
  readonly depths: readonly number[]
  /** Of each stage. */
  readonly numHeads: readonly number[]
  readonly windowSize: Pair
}

/** Options of {@link SwinTransformer}. */
export interface SwinOptions {
  /** Width of the hidden layers, in channels; 4 if not given. */
  mlpRatio?: number
  /** Probability after linear layers, 0 if not given. */
  dropout?: number
  /** Probability for each weight of the attention, 0 if not given. */
  attentionDropout?: number
  /** Probability with which the last block is left out in training, and the earlier ones less and less; 0.1 if not given. */
  stochasticDepthProb?: number
  /** 1000 if not given. */
  numClasses?: number
  /** LayerNorm if not given. */
  normLayer?: NormLayer
}
const names = ['mlpRatio', 'dropout', 'attentionDropout', 'stochasticDepthProb', 'numClasses', 'normLayer'] as const

/**
 * Swin transformer: attention within windows, which are shifted from block to block.
 *
 * Input [N, 3, H, W] of any size, output [N, numClasses].
 *
 * @see https://pytorch.org/vision/stable/models/swin_transformer.html
 * @see https://arxiv.org/abs/2103.14030
 */
export class SwinTransformer extends Layer {
  features: Sequential
  norm: AnyModule
  permute: Permute
  avgpool: AdaptiveAvgPool2d
  flatten: Flatten
  head: Linear

  constructor(design: SwinDesign, options: SwinOptions = {}) {
    super()
    const o = bindOptions<SwinOptions>('SwinTransformer', names, [options])
    const { mlpRatio = 4, dropout = 0, attentionDropout = 0, stochasticDepthProb = 0.1, numClasses = 1000 } = o
    const { normLayer = LayerNorm } = o
    const { version, patchSize, embedDim, depths, numHeads, windowSize } = design
    const [Block, Merging] =
      version === 2 ? [SwinTransformerBlockV2, PatchMergingV2] : [SwinTransformerBlock, PatchMerging]
    const layers: AnyModule[] = [
      new Sequential(
        new Conv2d(3, embedDim, patchSize, { stride: patchSize }),
        new Permute([0, 2, 3, 1]),
        make(normLayer, embedDim),
      ),
    ]
    const total = depths.reduce((n, depth) => n + depth, 0)
    const half: Pair = [Math.floor(windowSize[0] / 2), Math.floor(windowSize[1] / 2)]
    const common = { windowSize, dropout, attentionDropout, mlpRatio, normLayer }
    let index = 0
    for (const [i, depth] of depths.entries()) {
      const channels = embedDim * 2 ** i
      const blocks: AnyModule[] = []
      for (let k = 0; k < depth; k++) {
        const shiftSize: Pair = k % 2 === 0 ? [0, 0] : half
        const dropProb = (stochasticDepthProb * index++) / (total - 1)
        blocks.push(
          new Block(channels, { ...common, shiftSize, numHeads: numHeads[i]!, stochasticDepthProb: dropProb }),
        )
      }
      layers.push(new Sequential(...blocks))
      if (i < depths.length - 1) layers.push(new Merging(channels, normLayer))
    }
    this.features = new Sequential(...layers)
    const channels = embedDim * 2 ** (depths.length - 1)
    this.norm = make(normLayer, channels)
    this.permute = new Permute([0, 3, 1, 2])
    this.avgpool = new AdaptiveAvgPool2d(1)
    this.flatten = new Flatten(1)
    this.head = new Linear(channels, numClasses)
    for (const m of this.modules()) {
      if (!(m instanceof Linear)) continue
      init.truncNormal_(m.weight, { std: 0.02 })
      zeroBias(m)
    }
  }

  override forward(x: Tensor): Tensor {
    const features = this.permute(this.norm(this.features(x)))
    return this.head(this.flatten(this.avgpool(features)))
  }
}

interface Variant {
  readonly version: 1 | 2
  readonly embedDim: number
  /** Number of blocks of the third stage. */
  readonly depth: number
  /** Of the first stage. */
  readonly heads: number
  readonly stochasticDepthProb: number
}

function swin(
  { version, embedDim, depth, heads, stochasticDepthProb }: Variant,
  options: SwinOptions,
): SwinTransformer {
  const window = version === 2 ? 8 : 7
  return new SwinTransformer(
    {
      version,
      patchSize: [4, 4],
      embedDim,
      depths: [2, 2, depth, 2],
      numHeads: [heads, 2 * heads, 4 * heads, 8 * heads],
      windowSize: [window, window],
    },
    { stochasticDepthProb, ...options },
  )
}

/** Swin tiny: 28.3 million parameters. @see https://pytorch.org/vision/stable/models/generated/torchvision.models.swin_t.html */
export function swinT(options: SwinOptions = {}): SwinTransformer {
  return swin({ version: 1, embedDim: 96, depth: 6, heads: 3, stochasticDepthProb: 0.2 }, options)
}

/** Swin small: 49.6 million parameters. @see https://pytorch.org/vision/stable/models/generated/torchvision.models.swin_s.html */
export function swinS(options: SwinOptions = {}): SwinTransformer {
  return swin({ version: 1, embedDim: 96, depth: 18, heads: 3, stochasticDepthProb: 0.3 }, options)
}

/** Swin base: 87.8 million parameters. @see https://pytorch.org/vision/stable/models/generated/torchvision.models.swin_b.html */
export function swinB(options: SwinOptions = {}): SwinTransformer {
  return swin({ version: 1, embedDim: 128, depth: 18, heads: 4, stochasticDepthProb: 0.5 }, options)
}

/**
 * Swin v2 tiny: 28.4 million parameters.
 *
 * @see https://pytorch.org/vision/stable/models/generated/torchvision.models.swin_v2_t.html
 * @see https://arxiv.org/abs/2111.09883
 */
export function swinV2T(options: SwinOptions = {}): SwinTransformer {
  return swin({ version: 2, embedDim: 96, depth: 6, heads: 3, stochasticDepthProb: 0.2 }, options)
}

/** Swin v2 small: 49.7 million parameters. @see https://pytorch.org/vision/stable/models/generated/torchvision.models.swin_v2_s.html */
export function swinV2S(options: SwinOptions = {}): SwinTransformer {
  return swin({ version: 2, embedDim: 96, depth: 18, heads: 3, stochasticDepthProb: 0.3 }, options)
}

/** Swin v2 base: 87.9 million parameters. @see https://pytorch.org/vision/stable/models/generated/torchvision.models.swin_v2_b.html */
export function swinV2B(options: SwinOptions = {}): SwinTransformer {
  return swin({ version: 2, embedDim: 128, depth: 18, heads: 4, stochasticDepthProb: 0.5 }, options)
}
