import type { Tensor } from '@tsorch/core'
import { AdaptiveAvgPool2d, type AnyModule, Conv2d, Layer, ReLU, Sigmoid } from '@tsorch/nn'
import { type Maker, make } from './make.js'

/** Options of {@link SqueezeExcitation}. */
export interface SqueezeExcitationOptions {
  /** Between the two convolutions; ReLU if not given. */
  activation?: Maker<[], AnyModule>
  /** What makes factors of the second one's output; Sigmoid if not given. */
  scaleActivation?: Maker<[], AnyModule>
}

/**
 * Scales each channel by a factor that is computed from the means of all channels.
 *
 * Input and output of shape [N, inputChannels, H, W].
 *
 * @param squeezeChannels - what the means are reduced to on the way
 * @see https://pytorch.org/vision/stable/generated/torchvision.ops.SqueezeExcitation.html
 * @see https://arxiv.org/abs/1709.01507
 */
export class SqueezeExcitation extends Layer {
  avgpool: AdaptiveAvgPool2d
  fc1: Conv2d
  fc2: Conv2d
  activation: AnyModule
  scale_activation: AnyModule

  constructor(
    inputChannels: number,
    squeezeChannels: number,
    { activation = ReLU, scaleActivation = Sigmoid }: SqueezeExcitationOptions = {},
  ) {
    super()
    this.avgpool = new AdaptiveAvgPool2d(1)
    this.fc1 = new Conv2d(inputChannels, squeezeChannels, 1)
    this.fc2 = new Conv2d(squeezeChannels, inputChannels, 1)
    this.activation = make(activation)
    this.scale_activation = make(scaleActivation)
  }

  override forward(input: Tensor): Tensor {
    const squeezed = this.activation(this.fc1(this.avgpool(input)))
    const scale: Tensor = this.scale_activation(this.fc2(squeezed))
    return scale.mul(input)
  }
}
