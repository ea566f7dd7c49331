import { bindOptions, cat, type Tensor, ValueError } from '@tsorch/core'
import { BatchNorm2d, Conv2d, Layer, Linear, MaxPool2d, ReLU, Sequential } from '@tsorch/nn'

/** The channels of `groups` groups in turns, so that what follows mixes them. */
function channelShuffle(x: Tensor, groups: number): Tensor {
  const [batch, channels, height, width] = x.shape as [number, number, number, number]
  return x
    .view(batch, groups, channels / groups, height, width)
    .transpose(1, 2)
    .reshape(batch, channels, height, width)
}

/** Half of the channels pass by, the others go through a bottleneck; with a stride, all go through both branches. */
class InvertedResidual extends Layer {
  branch1: Sequential
  branch2: Sequential
  private readonly strided: boolean

  constructor(inChannels: number, outChannels: number, stride: number) {
    super()
    if (!(stride >= 1 && stride <= 3)) throw new ValueError('illegal stride value')
    const half = Math.floor(outChannels / 2)
    if (stride === 1 && inChannels !== 2 * half)
      throw new ValueError(
        `Invalid combination of stride ${stride}, inp ${inChannels} and oup ${outChannels} values. If stride == 1 then inp should be equal to oup // 2 << 1.`,
      )
    this.strided = stride > 1
    const pointwise = (from: number): Conv2d => new Conv2d(from, half, 1, { bias: false })
    const depthwise = (channels: number): Conv2d =>
      new Conv2d(channels, channels, 3, { stride, padding: 1, bias: false, groups: channels })
    const relu = (): ReLU => new ReLU({ inplace: true })
    this.branch1 = this.strided
      ? new Sequential(
          depthwise(inChannels),
          new BatchNorm2d(inChannels),
          pointwise(inChannels),
          new BatchNorm2d(half),
          relu(),
        )
      : new Sequential()
    this.branch2 = new Sequential(
      pointwise(this.strided ? inChannels : half),
      new BatchNorm2d(half),
      relu(),
      depthwise(half),
      new BatchNorm2d(half),
      pointwise(half),
      new BatchNorm2d(half),
      relu(),
    )
  }

  override forward(x: Tensor): Tensor {
    if (this.strided) return channelShuffle(cat([this.branch1(x), this.branch2(x)], 1), 2)
    const [passing, worked] = x.chunk(2, 1) as [Tensor, Tensor]
    return channelShuffle(cat([passing, this.branch2(worked)], 1), 2)
  }
}

/** Options of {@link ShuffleNetV2}. */
export interface ShuffleNetV2Options {
  /** 1000 if not given. */
  numClasses?: number
}

/**
 * ShuffleNet v2.
 *
 * Input [N, 3, H, W] of any size, output [N, numClasses].
 *
 * @param stagesRepeats - number of blocks of the three stages
 * @param stagesOutChannels - channels of the first convolution, the three stages and the last convolution
 * @throws ValueError for other than three stages and five numbers of channels
 * @see https://pytorch.org/vision/stable/models/shufflenetv2.html
 * @see https://arxiv.org/abs/1807.11164
 */
export class ShuffleNetV2 extends Layer {
  conv1: Sequential
  maxpool: MaxPool2d
  stage2: Sequential
  stage3: Sequential
  stage4: Sequential
  conv5: Sequential
  fc: Linear

  constructor(
    stagesRepeats: readonly number[],
    stagesOutChannels: readonly number[],
    options: ShuffleNetV2Options = {},
  ) {
    super()
    const { numClasses = 1000 } = bindOptions<ShuffleNetV2Options>('ShuffleNetV2', ['numClasses'], [options])
    if (stagesRepeats.length !== 3) throw new ValueError('expected stages_repeats as list of 3 positive ints')
    if (stagesOutChannels.length !== 5) throw new ValueError('expected stages_out_channels as list of 5 positive ints')
    const [c1, c2, c3, c4, c5] = stagesOutChannels as [number, number, number, number, number]
    const [r2, r3, r4] = stagesRepeats as [number, number, number]
    const stage = (from: number, to: number, repeats: number): Sequential => {
      const blocks = [new InvertedResidual(from, to, 2)]
      while (blocks.length < repeats) blocks.push(new InvertedResidual(to, to, 1))
      return new Sequential(...blocks)
    }
    this.conv1 = new Sequential(
      new Conv2d(3, c1, 3, { stride: 2, padding: 1, bias: false }),
      new BatchNorm2d(c1),
      new ReLU({ inplace: true }),
    )
    this.maxpool = new MaxPool2d(3, { stride: 2, padding: 1 })
    this.stage2 = stage(c1, c2, r2)
    this.stage3 = stage(c2, c3, r3)
    this.stage4 = stage(c3, c4, r4)
    this.conv5 = new Sequential(
      new Conv2d(c4, c5, 1, { bias: false }),
      new BatchNorm2d(c5),
      new ReLU({ inplace: true }),
    )
    this.fc = new Linear(c5, numClasses)
  }

  override forward(input: Tensor): Tensor {
    let x = this.maxpool(this.conv1(input))
    x = this.conv5(this.stage4(this.stage3(this.stage2(x))))
    return this.fc(x.mean([2, 3]))
  }
}

/** {@link ShuffleNetV2} of half the width: 1.4 million parameters. @see https://pytorch.org/vision/stable/models/generated/torchvision.models.shufflenet_v2_x0_5.html */
export function shufflenetV2X0_5(options: ShuffleNetV2Options = {}): ShuffleNetV2 {
  return new ShuffleNetV2([4, 8, 4], [24, 48, 96, 192, 1024], options)
}

/** {@link ShuffleNetV2}: 2.3 million parameters. @see https://pytorch.org/vision/stable/models/generated/torchvision.models.shufflenet_v2_x1_0.html */
export function shufflenetV2X1_0(options: ShuffleNetV2Options = {}): ShuffleNetV2 {
  return new ShuffleNetV2([4, 8, 4], [24, 116, 232, 464, 1024], options)
}

/** {@link ShuffleNetV2} of 1.5 times the width: 3.5 million parameters. @see https://pytorch.org/vision/stable/models/generated/torchvision.models.shufflenet_v2_x1_5.html */
export function shufflenetV2X1_5(options: ShuffleNetV2Options = {}): ShuffleNetV2 {
  return new ShuffleNetV2([4, 8, 4], [24, 176, 352, 704, 1024], options)
}

/** {@link ShuffleNetV2} of twice the width: 7.4 million parameters. @see https://pytorch.org/vision/stable/models/generated/torchvision.models.shufflenet_v2_x2_0.html */
export function shufflenetV2X2_0(options: ShuffleNetV2Options = {}): ShuffleNetV2 {
  return new ShuffleNetV2([4, 8, 4], [24, 244, 488, 976, 2048], options)
}
