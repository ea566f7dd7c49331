/** The modules that densely connected networks are made of. */
import { cat, type Tensor } from '@tsorch/core'
import { AvgPool2d, BatchNorm2d, Conv2d, functional as F, Layer, Module, ReLU, Sequential } from '@tsorch/nn'

/** What the layers of a {@link DenseBlock} have in common. */
export interface DenseLayerOptions {
  /** Channels that each layer adds. */
  readonly growthRate: number
  /** Channels of the bottleneck, in growth rates; 4 if not given. */
  readonly bnSize?: number
  /** Probability of dropout, 0 if not given. */
  readonly dropRate?: number
}

/** A bottleneck and a 3x3 convolution over all that was made before; each begins with norm and ReLU. */
class DenseLayer extends Module<[features: readonly Tensor[]], Tensor> {
  norm1: BatchNorm2d
  relu1: ReLU
  conv1: Conv2d
  norm2: BatchNorm2d
  relu2: ReLU
  conv2: Conv2d
  dropRate: number

  constructor(inFeatures: number, { growthRate, bnSize = 4, dropRate = 0 }: DenseLayerOptions) {
    super()
    this.norm1 = new BatchNorm2d(inFeatures)
    this.relu1 = new ReLU({ inplace: true })
    this.conv1 = new Conv2d(inFeatures, bnSize * growthRate, 1, { bias: false })
    this.norm2 = new BatchNorm2d(bnSize * growthRate)
    this.relu2 = new ReLU({ inplace: true })
    this.conv2 = new Conv2d(bnSize * growthRate, growthRate, 3, { padding: 1, bias: false })
    this.dropRate = dropRate
  }

  override forward(features: readonly Tensor[]): Tensor {
    const bottleneck = this.conv1(this.relu1(this.norm1(cat([...features], 1))))
    const added = this.conv2(this.relu2(this.norm2(bottleneck)))
    return this.dropRate > 0 ? F.dropout(added, this.dropRate, this.training) : added
  }
}

/**
 * Layers of which each sees the input and what all layers before it made. Their keys are `denselayer1`, `denselayer2`, ...
 *
 * Input [N, inFeatures, H, W], output [N, inFeatures + numLayers * growthRate, H, W].
 *
 * @see https://arxiv.org/abs/1608.06993
 */
export class DenseBlock extends Layer {
  constructor(numLayers: number, inFeatures: number, options: DenseLayerOptions) {
    super()
    for (let i = 0; i < numLayers; i++)
      this.addModule(`denselayer${i + 1}`, new DenseLayer(inFeatures + i * options.growthRate, options))
  }

  override forward(input: Tensor): Tensor {
    const features = [input]
    for (const layer of this.children()) features.push(layer(features))
    return cat(features, 1)
  }
}

/** Fewer channels and half the size, between two dense blocks. */
export class Transition extends Sequential {
  norm: BatchNorm2d
  relu: ReLU
  conv: Conv2d
  pool: AvgPool2d

  constructor(inFeatures: number, outFeatures: number) {
    super()
    this.norm = new BatchNorm2d(inFeatures)
    this.relu = new ReLU({ inplace: true })
    this.conv = new Conv2d(inFeatures, outFeatures, 1, { bias: false })
    this.pool = new AvgPool2d(2, { stride: 2 })
  }
}
