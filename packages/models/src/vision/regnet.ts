import { bindOptions, flatten, type Tensor } from '@tsorch/core'
import {
  AdaptiveAvgPool2d,
  type AnyModule,
  BatchNorm2d,
  Conv2d,
  init,
  Layer,
  Linear,
  ReLU,
  Sequential,
} from '@tsorch/nn'
import { Conv2dNormActivation } from '../layers/conv-norm-activation.js'
import { type ActivationLayer, make, type NormLayer } from '../layers/make.js'
import { SqueezeExcitation } from '../layers/squeeze-excitation.js'
import { roundHalfEven } from '../layers/widths.js'
import { zeroBias } from '../layers/zero-bias.js'
import { type RegNetDesign, stagesOf } from './regnet-stages.js'

/** What the blocks of a net have in common. */
interface BlockOptions {
  readonly normLayer: NormLayer
  readonly activation: ActivationLayer
  readonly groupWidth: number
  readonly bottleneckMultiplier: number
  readonly seRatio: number
}

/** 1x1, 3x3 in groups, squeeze and excitation where it is asked for, 1x1. Keys are `a`, `b`, `se`, `c`. */
function bottleneck(from: number, to: number, stride: number, options: BlockOptions): Sequential {
  const { normLayer, activation: activationLayer, groupWidth, seRatio } = options
  const width = roundHalfEven(to * options.bottleneckMultiplier)
  const groups = Math.floor(width / groupWidth)
  const layers: Record<string, AnyModule> = {
    a: new Conv2dNormActivation(from, width, 1, { normLayer, activationLayer }),
    b: new Conv2dNormActivation(width, width, 3, { stride, groups, normLayer, activationLayer }),
  }
  // the reduction is one of the block's input
  if (seRatio > 0)
    layers.se = new SqueezeExcitation(width, roundHalfEven(seRatio * from), { activation: () => make(activationLayer) })
  layers.c = new Conv2dNormActivation(width, to, 1, { normLayer, activationLayer: null })
  return new Sequential(layers)
}

/** A bottleneck and a way around it, by a 1x1 convolution where shapes differ. */
class ResBottleneckBlock extends Layer {
  proj: Conv2dNormActivation | null
  f: Sequential
  activation: AnyModule

  constructor(from: number, to: number, stride: number, options: BlockOptions) {
    super()
    const { normLayer, activation } = options
    this.proj =
      from !== to || stride !== 1
        ? new Conv2dNormActivation(from, to, 1, { stride, normLayer, activationLayer: null })
        : null
    this.f = bottleneck(from, to, stride, options)
    this.activation = make(activation, { inplace: true })
  }

  override forward(x: Tensor): Tensor {
    const around = this.proj === null ? x : this.proj(x)
    return this.activation(around.add(this.f(x)))
  }
}

/** Options of {@link RegNet}. */
export interface RegNetOptions {
  /** 1000 if not given. */
  numClasses?: number
  /** Channels of the first convolution, 32 if not given. */
  stemWidth?: number
  /** BatchNorm2d if not given. */
  normLayer?: NormLayer
  /** ReLU if not given. */
  activation?: ActivationLayer
}

/**
 * RegNet: residual bottlenecks in groups, whose widths follow a simple rule.
 *
 * Input [N, 3, H, W] of any size, output [N, numClasses].
 *
 * @throws ValueError for a design out of range
 * @see https://pytorch.org/vision/stable/models/regnet.html
 * @see https://arxiv.org/abs/2003.13678
 */
export class RegNet extends Layer {
  stem: Conv2dNormActivation
  trunk_output: Sequential
  avgpool: AdaptiveAvgPool2d
  fc: Linear

  constructor(design: RegNetDesign, options: RegNetOptions = {}) {
    super()
    const optionNames = ['numClasses', 'stemWidth', 'normLayer', 'activation'] as const
    const o = bindOptions<RegNetOptions>('RegNet', optionNames, [options])
    const { numClasses = 1000, stemWidth = 32, normLayer = BatchNorm2d, activation = ReLU } = o
    const { bottleneckMultiplier = 1, seRatio = 0 } = design
    this.stem = new Conv2dNormActivation(3, stemWidth, 3, { stride: 2, normLayer, activationLayer: activation })
    this.trunk_output = new Sequential()
    let channels = stemWidth
    for (const [i, { width, depth, groupWidth }] of stagesOf(design).entries()) {
      const common = { normLayer, activation, groupWidth, bottleneckMultiplier, seRatio }
      const blocks: Record<string, AnyModule> = {}
      for (let k = 0; k < depth; k++) {
        blocks[`block${i + 1}-${k}`] = new ResBottleneckBlock(channels, width, k === 0 ? 2 : 1, common)
        channels = width
      }
      this.trunk_output.addModule(`block${i + 1}`, new Sequential(blocks))
    }
    this.avgpool = new AdaptiveAvgPool2d([1, 1])
    this.fc = new Linear(channels, numClasses)
    this.resetParameters()
  }

  private resetParameters(): void {
    for (const m of this.modules()) {
      if (m instanceof Conv2d) {
        // whatever its groups
        const fanOut = m.kernelSize[0]! * m.kernelSize[1]! * m.outChannels
        init.normal_(m.weight, 0, Math.sqrt(2 / fanOut))
      } else if (m instanceof BatchNorm2d) {
        m.resetParameters()
      } else if (m instanceof Linear) {
        init.normal_(m.weight, 0, 0.01)
        zeroBias(m)
      }
    }
  }

  override forward(x: Tensor): Tensor {
    return this.fc(flatten(this.avgpool(this.trunk_output(this.stem(x))), 1))
  }
}
