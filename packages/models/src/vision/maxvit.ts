import { bindOptions, type Tensor, ValueError } from '@tsorch/core'
import {
  AdaptiveAvgPool2d,
  type AnyModule,
  AvgPool2d,
  BatchNorm2d,
  Conv2d,
  Flatten,
  GELU,
  Identity,
  init,
  Layer,
  LayerNorm,
  Linear,
  ModuleList,
  Sequential,
  SiLU,
  Tanh,
} from '@tsorch/nn'
import { Conv2dNormActivation } from '../layers/conv-norm-activation.js'
import { type Maker, make, type NormLayer } from '../layers/make.js'
import { SqueezeExcitation } from '../layers/squeeze-excitation.js'
import { StochasticDepth } from '../layers/stochastic-depth.js'
import { zeroBias } from '../layers/zero-bias.js'
import { PartitionAttentionLayer, type PartitionAttentionOptions } from './maxvit-attention.js'

type Size = readonly [height: number, width: number]

/** What the convolutions of a layer are made with. */
interface ConvOptions {
  readonly normLayer: NormLayer
  readonly activationLayer: Maker<[], AnyModule>
  readonly squeezeRatio: number
  readonly expansionRatio: number
}

/** Half the size, rounded up: what a 3x3 convolution with stride 2 and padding 1 leaves. */
const halved = ([height, width]: Size): Size => [Math.floor((height - 1) / 2) + 1, Math.floor((width - 1) / 2) + 1]

/** An inverted residual block that begins with its norm. */
class MBConv extends Layer {
  proj: AnyModule
  stochastic_depth: AnyModule
  layers: Sequential

  constructor(from: number, to: number, stride: number, dropProb: number, options: ConvOptions) {
    super()
    const { normLayer, activationLayer, squeezeRatio, expansionRatio } = options
    const conv1x1 = (): Conv2d => new Conv2d(from, to, 1)
    if (stride === 2) this.proj = new Sequential(new AvgPool2d(3, { stride, padding: 1 }), conv1x1())
    else if (stride !== 1 || from !== to) this.proj = new Sequential(conv1x1())
    else this.proj = new Identity()
    const hidden = Math.trunc(to * expansionRatio)
    this.stochastic_depth = dropProb === 0 ? new Identity() : new StochasticDepth(dropProb, 'row')
    const common = { normLayer, activationLayer, inplace: null }
    this.layers = new Sequential({
      pre_norm: make(normLayer, from),
      conv_a: new Conv2dNormActivation(from, hidden, 1, { ...common, padding: 0 }),
      conv_b: new Conv2dNormActivation(hidden, hidden, 3, { ...common, stride, padding: 1, groups: hidden }),
      squeeze_excitation: new SqueezeExcitation(hidden, Math.trunc(to * squeezeRatio), { activation: SiLU }),
      conv_c: new Conv2d(hidden, to, 1),
    })
  }

  override forward(x: Tensor): Tensor {
    const around: Tensor = this.proj(x)
    return around.add(this.stochastic_depth(this.layers(x)))
  }
}

/** Convolution, attention within windows, attention within grids. */
class MaxVitLayer extends Layer {
  layers: Sequential

  constructor(
    from: number,
    to: number,
    stride: number,
    dropProb: number,
    options: ConvOptions & PartitionAttentionOptions,
  ) {
    super()
    this.layers = new Sequential({
      MBconv: new MBConv(from, to, stride, dropProb, options),
      window_attention: new PartitionAttentionLayer(to, 'window', dropProb, options),
      grid_attention: new PartitionAttentionLayer(to, 'grid', dropProb, options),
    })
  }

  override forward(x: Tensor): Tensor {
    return this.layers(x)
  }
}

/** Layers of which the first halves the size. */
class MaxVitBlock extends Layer {
  layers: ModuleList<MaxVitLayer>

  constructor(
    from: number,
    to: number,
    dropProbs: readonly number[],
    options: ConvOptions & PartitionAttentionOptions,
  ) {
    super()
    this.layers = new ModuleList(
      dropProbs.map((p, i) => new MaxVitLayer(i === 0 ? from : to, to, i === 0 ? 2 : 1, p, options)),
    )
  }

  override forward(input: Tensor): Tensor {
    let x = input
    for (const layer of this.layers) x = layer(x)
    return x
  }
}

/** The shape of a {@link MaxVit}. */
export interface MaxVitDesign {
  readonly stemChannels: number
  /** Positions of a side of a window, and of a grid. */
  readonly partitionSize: number
  readonly blockChannels: readonly number[]
  /** Number of layers of each block. */
  readonly blockLayers: readonly number[]
  /** Channels of a head of the attention. */
  readonly headDim: number
}

/** Options of {@link MaxVit}. */
export interface MaxVitOptions {
  /** Height and width of the images, [224, 224] if not given. */
  inputSize?: Size
  /** Probability with which the last layer is left out in training, and the earlier ones less and less; 0.2 if not given. */
  stochasticDepthProb?: number
  /** Of the convolutions; BatchNorm2d with eps 0.001 and momentum 0.01 if not given. */
  normLayer?: NormLayer
  /** GELU if not given. */
  activationLayer?: Maker<[], AnyModule>
  /** Channels that squeeze and excitation reduces to, in those of the layer; 0.25 if not given. */
  squeezeRatio?: number
  /** Channels within a convolution block, in those of the layer; 4 if not given. */
  expansionRatio?: number
  /** Width of the hidden linear layer, in channels; 4 if not given. */
  mlpRatio?: number
  /** Probability after the linear layers, 0 if not given. */
  mlpDropout?: number
  /** Probability after the attention, 0 if not given. */
  attentionDropout?: number
  /** 1000 if not given. */
  numClasses?: number
}
const names = [
  'inputSize',
  'stochasticDepthProb',
  'normLayer',
  'activationLayer',
  'squeezeRatio',
  'expansionRatio',
  'mlpRatio',
  'mlpDropout',
  'attentionDropout',
  'numClasses',
] as const

/**
 * MaxViT: convolutions and attention of two kinds in each layer.
 *
 * Input [N, 3, ...inputSize], output [N, numClasses].
 *
 * @throws ValueError if windows do not fit into the image at some depth
 * @see https://pytorch.org/vision/stable/models/maxvit.html
 * @see https://arxiv.org/abs/2204.01697
 */
export class MaxVit extends Layer {
  stem: Sequential
  blocks: ModuleList<MaxVitBlock>
  classifier: Sequential

  constructor(design: MaxVitDesign, options: MaxVitOptions = {}) {
    super()
    const o = bindOptions<MaxVitOptions>('MaxVit', names, [options])
    const { inputSize = [224, 224], stochasticDepthProb = 0.2, numClasses = 1000 } = o
    const activationLayer: Maker<[], AnyModule> = o.activationLayer ?? GELU
    const { normLayer = (c: number) => new BatchNorm2d(c, { eps: 1e-3, momentum: 0.01 }) } = o
    const { squeezeRatio = 0.25, expansionRatio = 4, mlpRatio = 4, mlpDropout = 0, attentionDropout = 0 } = o
    const { stemChannels, partitionSize, blockChannels, blockLayers, headDim } = design
    checkPartitions(inputSize, partitionSize, blockChannels.length)
    this.stem = new Sequential(
      new Conv2dNormActivation(3, stemChannels, 3, {
        stride: 2,
        normLayer,
        activationLayer,
        bias: false,
        inplace: null,
      }),
      new Conv2dNormActivation(stemChannels, stemChannels, 3, { normLayer: null, activationLayer: null, bias: true }),
    )
    const common = { normLayer, activationLayer, squeezeRatio, expansionRatio, mlpRatio, mlpDropout, attentionDropout }
    const total = blockLayers.reduce((n, layers) => n + layers, 0)
    let size = halved(inputSize)
    let channels = stemChannels
    let index = 0
    this.blocks = new ModuleList()
    for (const [i, width] of blockChannels.entries()) {
      size = halved(size)
      const dropProbs = Array.from({ length: blockLayers[i]! }, () => (stochasticDepthProb * index++) / (total - 1))
      this.blocks.append(
        new MaxVitBlock(channels, width, dropProbs, { ...common, headDim, partitionSize, gridSize: size }),
      )
      channels = width
    }
    this.classifier = new Sequential(
      new AdaptiveAvgPool2d(1),
      new Flatten(),
      new LayerNorm(channels),
      new Linear(channels, channels),
      new Tanh(),
      new Linear(channels, numClasses, { bias: false }),
    )
    for (const m of this.modules()) {
      if (m instanceof Conv2d || m instanceof Linear) {
        init.normal_(m.weight, { std: 0.02 })
        zeroBias(m)
      } else if (m instanceof BatchNorm2d) {
        m.resetParameters()
      }
    }
  }

  override forward(input: Tensor): Tensor {
    let x = this.stem(input)
    for (const block of this.blocks) x = block(x)
    return this.classifier(x)
  }
}

function checkPartitions(inputSize: Size, partitionSize: number, blocks: number): void {
  let size = halved(inputSize)
  const sizes = Array.from({ length: blocks }, () => {
    size = halved(size)
    return size
  })
  const text = sizes.map(([height, width]) => `(${height}, ${width})`)
  for (const [i, [height, width]] of sizes.entries())
    if (height % partitionSize !== 0 || width % partitionSize !== 0)
      throw new ValueError(
        `Input size ${text[i]} of block ${i} is not divisible by partition size ${partitionSize}. Consider changing the partition size or the input size.\nCurrent configuration yields the following block input sizes: [${text.join(', ')}].`,
      )
}

/** MaxViT tiny: 30.9 million parameters. @see https://pytorch.org/vision/stable/models/generated/torchvision.models.maxvit_t.html */
export function maxvitT(options: MaxVitOptions = {}): MaxVit {
  const design: MaxVitDesign = {
    stemChannels: 64,
    partitionSize: 7,
    blockChannels: [64, 128, 256, 512],
    blockLayers: [2, 2, 5, 2],
    headDim: 32,
  }
  return new MaxVit(design, options)
}
