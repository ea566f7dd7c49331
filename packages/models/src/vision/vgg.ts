import { bindOptions, flatten, type Tensor } from '@tsorch/core'
import {
  AdaptiveAvgPool2d,
  type AnyModule,
  BatchNorm2d,
  Conv2d,
  Dropout,
  init,
  Layer,
  Linear,
  MaxPool2d,
  ReLU,
  Sequential,
} from '@tsorch/nn'
import { zeroBias } from '../layers/zero-bias.js'

/** Options of {@link VGG}. */
export interface VggOptions {
  /** 1000 if not given. */
  numClasses?: number
  /** Draws weights from normal distributions, instead of the layers' own defaults; true if not given. */
  initWeights?: boolean
  /** Probability after the first two linear layers, 0.5 if not given. */
  dropout?: number
}

/**
 * A stack of 3x3 convolutions, and three linear layers.
 *
 * Input [N, 3, H, W], at least 32 x 32; output [N, numClasses].
 *
 * @param features - what gives 512 channels
 * @see https://pytorch.org/vision/stable/models/vgg.html
 * @see https://arxiv.org/abs/1409.1556
 */
export class VGG extends Layer {
  features: AnyModule
  avgpool: AdaptiveAvgPool2d
  classifier: Sequential

  constructor(features: AnyModule, options: VggOptions = {}) {
    super()
    const o = bindOptions<VggOptions>('VGG', ['numClasses', 'initWeights', 'dropout'], [options])
    const { numClasses = 1000, initWeights = true, dropout = 0.5 } = o
    this.features = features
    this.avgpool = new AdaptiveAvgPool2d([7, 7])
    this.classifier = new Sequential(
      new Linear(512 * 7 * 7, 4096),
      new ReLU(true),
      new Dropout(dropout),
      new Linear(4096, 4096),
      new ReLU(true),
      new Dropout(dropout),
      new Linear(4096, numClasses),
    )
    if (initWeights) this.resetParameters()
  }

  private resetParameters(): void {
    for (const m of this.modules()) {
      if (m instanceof Conv2d) {
        init.kaimingNormal_(m.weight, { mode: 'fan_out', nonlinearity: 'relu' })
        zeroBias(m)
      } else if (m instanceof BatchNorm2d) {
        m.resetParameters()
      } else if (m instanceof Linear) {
        init.normal_(m.weight, 0, 0.01)
        zeroBias(m)
      }
    }
  }

  override forward(x: Tensor): Tensor {
    return this.classifier(flatten(this.avgpool(this.features(x)), 1))
  }
}

/** Convolutions of so many channels, and `'M'` for pooling. */
type Configuration = readonly (number | 'M')[]

const A: Configuration = [64, 'M', 128, 'M', 256, 256, 'M', 512, 512, 'M', 512, 512, 'M']
const B: Configuration = [64, 64, 'M', 128, 128, 'M', 256, 256, 'M', 512, 512, 'M', 512, 512, 'M']
const D: Configuration = [64, 64, 'M', 128, 128, 'M', 256, 256, 256, 'M', 512, 512, 512, 'M', 512, 512, 512, 'M']
// biome-ignore format: one line for each size of image
const E: Configuration = [
  64, 64, 'M',
  128, 128, 'M',
  256, 256, 256, 256, 'M',
  512, 512, 512, 512, 'M',
  512, 512, 512, 512, 'M',
]

function vgg(configuration: Configuration, batchNorm: boolean, options: VggOptions): VGG {
  const layers: AnyModule[] = []
  let channels = 3
  for (const entry of configuration) {
    if (entry === 'M') {
      layers.push(new MaxPool2d(2, { stride: 2 }))
      continue
    }
    layers.push(new Conv2d(channels, entry, 3, { padding: 1 }))
    if (batchNorm) layers.push(new BatchNorm2d(entry))
    layers.push(new ReLU({ inplace: true }))
    channels = entry
  }
  return new VGG(new Sequential(...layers), options)
}

/** VGG-11: 132.9 million parameters. @see https://pytorch.org/vision/stable/models/generated/torchvision.models.vgg11.html */
export function vgg11(options: VggOptions = {}): VGG {
  return vgg(A, false, options)
}

/** {@link vgg11} with batch normalisation. @see https://pytorch.org/vision/stable/models/generated/torchvision.models.vgg11_bn.html */
export function vgg11Bn(options: VggOptions = {}): VGG {
  return vgg(A, true, options)
}

/** VGG-13: 133 million parameters. @see https://pytorch.org/vision/stable/models/generated/torchvision.models.vgg13.html */
export function vgg13(options: VggOptions = {}): VGG {
  return vgg(B, false, options)
}

/** {@link vgg13} with batch normalisation. @see https://pytorch.org/vision/stable/models/generated/torchvision.models.vgg13_bn.html */
export function vgg13Bn(options: VggOptions = {}): VGG {
  return vgg(B, true, options)
}

/** VGG-16: 138.4 million parameters. @see https://pytorch.org/vision/stable/models/generated/torchvision.models.vgg16.html */
export function vgg16(options: VggOptions = {}): VGG {
  return vgg(D, false, options)
}

/** {@link vgg16} with batch normalisation. @see https://pytorch.org/vision/stable/models/generated/torchvision.models.vgg16_bn.html */
export function vgg16Bn(options: VggOptions = {}): VGG {
  return vgg(D, true, options)
}

/** VGG-19: 143.7 million parameters. @see https://pytorch.org/vision/stable/models/generated/torchvision.models.vgg19.html */
export function vgg19(options: VggOptions = {}): VGG {
  return vgg(E, false, options)
}

/** {@link vgg19} with batch normalisation. @see https://pytorch.org/vision/stable/models/generated/torchvision.models.vgg19_bn.html */
export function vgg19Bn(options: VggOptions = {}): VGG {
  return vgg(E, true, options)
}
