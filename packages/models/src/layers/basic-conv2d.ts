import type { Tensor } from '@tsorch/core'
import { BatchNorm2d, Conv2d, type ConvLayerOptions, functional as F, Layer } from '@tsorch/nn'

/** A convolution without bias, batch normalisation and ReLU: the brick of GoogLeNet and Inception v3. */
export class BasicConv2d extends Layer {
  conv: Conv2d
  bn: BatchNorm2d

  constructor(
    inChannels: number,
    outChannels: number,
    kernelSize: number | readonly [number, number],
    options: ConvLayerOptions = {},
  ) {
    super()
    this.conv = new Conv2d(inChannels, outChannels, kernelSize, { ...options, bias: false })
    this.bn = new BatchNorm2d(outChannels, { eps: 0.001 })
  }

  override forward(x: Tensor): Tensor {
    return F.relu(this.bn(this.conv(x)), true)
  }
}
