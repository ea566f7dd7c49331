import { bindOptions, flatten, type Tensor } from '@tsorch/core'
import {
  type AnyModule,
  BatchNorm2d,
  Conv2d,
  functional as F,
  init,
  Layer,
  Linear,
  MaxPool2d,
  ReLU,
  Sequential,
  type StateDict,
} from '@tsorch/nn'
import { zeroBias } from '../layers/zero-bias.js'
import { DenseBlock, Transition } from './dense-block.js'

/** Options of the functions that build a {@link DenseNet}. */
export interface DenseNetVariantOptions {
  /** Channels of the bottlenecks, in growth rates; 4 if not given. */
  bnSize?: number
  /** Probability of dropout after each layer, 0 if not given. */
  dropRate?: number
  /** 1000 if not given. */
  numClasses?: number
}

/** Options of {@link DenseNet}. */
export interface DenseNetOptions extends DenseNetVariantOptions {
  /** Channels that each layer adds, 32 if not given. */
  growthRate?: number
  /** Number of layers of each block, [6, 12, 24, 16] if not given. */
  blockConfig?: readonly number[]
  /** Channels of the first convolution, 64 if not given. */
  numInitFeatures?: number
}
const names = ['growthRate', 'blockConfig', 'numInitFeatures', 'bnSize', 'dropRate', 'numClasses'] as const

/**
 * A densely connected network: each layer sees what all layers before it made.
 *
 * Input [N, 3, H, W], at least 29 x 29; output [N, numClasses].
 *
 * @see https://pytorch.org/vision/stable/models/densenet.html
 * @see https://arxiv.org/abs/1608.06993
 */
export class DenseNet extends Layer {
  features: Sequential
  classifier: Linear

  constructor(options: DenseNetOptions = {}) {
    super()
    const o = bindOptions<DenseNetOptions>('DenseNet', names, [options])
    const { growthRate = 32, blockConfig = [6, 12, 24, 16], numInitFeatures = 64 } = o
    const { bnSize = 4, dropRate = 0, numClasses = 1000 } = o
    this.features = new Sequential({
      conv0: new Conv2d(3, numInitFeatures, 7, { stride: 2, padding: 3, bias: false }),
      norm0: new BatchNorm2d(numInitFeatures),
      relu0: new ReLU({ inplace: true }),
      pool0: new MaxPool2d(3, { stride: 2, padding: 1 }),
    })
    let channels = numInitFeatures
    blockConfig.forEach((numLayers, i) => {
      this.features.addModule(
        `denseblock${i + 1}`,
        new DenseBlock(numLayers, channels, { growthRate, bnSize, dropRate }),
      )
      channels += numLayers * growthRate
      if (i === blockConfig.length - 1) return
      const half = Math.floor(channels / 2)
      this.features.addModule(`transition${i + 1}`, new Transition(channels, half))
      channels = half
    })
    this.features.addModule('norm5', new BatchNorm2d(channels))
    this.classifier = new Linear(channels, numClasses)
    this.resetParameters()
  }

  /** Older checkpoints have a dot in the names of the layers: `denselayer1.norm.1.weight`. */
  static override completeState(module: AnyModule, state: StateDict, prefix: string): void {
    Layer.completeState(module, state, prefix)
    for (const [key, value] of Object.entries(state)) {
      const name = key.replace(/(denselayer\d+\.(?:norm|relu|conv))\.(?=[12]\.)/, '$1')
      if (name === key) continue
      delete state[key]
      state[name] = value
    }
  }

  private resetParameters(): void {
    for (const m of this.modules()) {
      if (m instanceof Conv2d) init.kaimingNormal_(m.weight)
      else if (m instanceof BatchNorm2d) m.resetParameters()
      else if (m instanceof Linear) zeroBias(m)
    }
  }

  override forward(x: Tensor): Tensor {
    const features = F.relu(this.features(x), true)
    return this.classifier(flatten(F.adaptiveAvgPool2d(features, [1, 1]), 1))
  }
}

function densenet(
  growthRate: number,
  blockConfig: readonly number[],
  numInitFeatures: number,
  options: DenseNetVariantOptions,
): DenseNet {
  return new DenseNet({ ...options, growthRate, blockConfig, numInitFeatures })
}

/** DenseNet-121: 8 million parameters. @see https://pytorch.org/vision/stable/models/generated/torchvision.models.densenet121.html */
export function densenet121(options: DenseNetVariantOptions = {}): DenseNet {
  return densenet(32, [6, 12, 24, 16], 64, options)
}

/** DenseNet-161: 28.7 million parameters. @see https://pytorch.org/vision/stable/models/generated/torchvision.models.densenet161.html */
export function densenet161(options: DenseNetVariantOptions = {}): DenseNet {
  return densenet(48, [6, 12, 36, 24], 96, options)
}

/** DenseNet-169: 14.1 million parameters. @see https://pytorch.org/vision/stable/models/generated/torchvision.models.densenet169.html */
export function densenet169(options: DenseNetVariantOptions = {}): DenseNet {
  return densenet(32, [6, 12, 32, 32], 64, options)
}

/** DenseNet-201: 20 million parameters. @see https://pytorch.org/vision/stable/models/generated/torchvision.models.densenet201.html */
export function densenet201(options: DenseNetVariantOptions = {}): DenseNet {
  return densenet(32, [6, 12, 48, 32], 64, options)
}
