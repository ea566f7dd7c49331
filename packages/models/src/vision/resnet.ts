import { bindOptions, flatten, NotImplementedError, type Tensor, ValueError } from '@tsorch/core'
import {
  AdaptiveAvgPool2d,
  type AnyModule,
  BatchNorm2d,
  Conv2d,
  GroupNorm,
  init,
  Layer,
  Linear,
  MaxPool2d,
  ReLU,
  Sequential,
} from '@tsorch/nn'
import { make, type NormLayer } from '../layers/make.js'

/** What a block of a {@link ResNet} is made with, besides its channels. */
export interface ResNetBlockOptions {
  /** Of the convolution that shrinks the image; 1 if not given. */
  stride?: number
  /** What makes the input fit the output where their shapes differ. */
  downsample?: AnyModule | null
  /** Groups of the 3x3 convolution of a bottleneck, 1 if not given. */
  groups?: number
  /** Channels of each group, where a block of 64 has one; 64 if not given. */
  baseWidth?: number
  /** Of the 3x3 convolution of a bottleneck, 1 if not given. */
  dilation?: number
  /** BatchNorm2d if not given. */
  normLayer?: NormLayer
}

function conv3x3(inPlanes: number, outPlanes: number, stride = 1, groups = 1, dilation = 1): Conv2d {
  return new Conv2d(inPlanes, outPlanes, 3, { stride, padding: dilation, groups, bias: false, dilation })
}

function conv1x1(inPlanes: number, outPlanes: number, stride = 1): Conv2d {
  return new Conv2d(inPlanes, outPlanes, 1, { stride, bias: false })
}

/**
 * Two 3x3 convolutions, and a way around them.
 *
 * @throws ValueError for groups or a width, which it does not have
 */
export class BasicBlock extends Layer {
  /** Channels of the output, in those that the block is made with. */
  static readonly expansion: number = 1
  conv1: Conv2d
  bn1: AnyModule
  relu: ReLU
  conv2: Conv2d
  bn2: AnyModule
  downsample: AnyModule | null

  constructor(inPlanes: number, planes: number, options: ResNetBlockOptions = {}) {
    super()
    const { stride = 1, downsample = null, groups = 1, baseWidth = 64, dilation = 1, normLayer = BatchNorm2d } = options
    if (groups !== 1 || baseWidth !== 64) throw new ValueError('BasicBlock only supports groups=1 and base_width=64')
    if (dilation > 1) throw new NotImplementedError('Dilation > 1 not supported in BasicBlock')
    this.conv1 = conv3x3(inPlanes, planes, stride)
    this.bn1 = make(normLayer, planes)
    this.relu = new ReLU({ inplace: true })
    this.conv2 = conv3x3(planes, planes)
    this.bn2 = make(normLayer, planes)
    this.downsample = downsample
  }

  override forward(x: Tensor): Tensor {
    let out: Tensor = this.relu(this.bn1(this.conv1(x)))
    out = this.bn2(this.conv2(out))
    return this.relu(out.add_(this.downsample === null ? x : this.downsample(x)))
  }
}

/** A 3x3 convolution between two of 1x1, and a way around them. The 3x3 one has the stride, which is called ResNet v1.5. */
export class Bottleneck extends Layer {
  /** Channels of the output, in those that the block is made with. */
  static readonly expansion: number = 4
  conv1: Conv2d
  bn1: AnyModule
  conv2: Conv2d
  bn2: AnyModule
  conv3: Conv2d
  bn3: AnyModule
  relu: ReLU
  downsample: AnyModule | null

  constructor(inPlanes: number, planes: number, options: ResNetBlockOptions = {}) {
    super()
    const { stride = 1, downsample = null, groups = 1, baseWidth = 64, dilation = 1, normLayer = BatchNorm2d } = options
    const width = Math.trunc(planes * (baseWidth / 64)) * groups
    const outPlanes = planes * Bottleneck.expansion
    this.conv1 = conv1x1(inPlanes, width)
    this.bn1 = make(normLayer, width)
    this.conv2 = conv3x3(width, width, stride, groups, dilation)
    this.bn2 = make(normLayer, width)
    this.conv3 = conv1x1(width, outPlanes)
    this.bn3 = make(normLayer, outPlanes)
    this.relu = new ReLU({ inplace: true })
    this.downsample = downsample
  }

  override forward(x: Tensor): Tensor {
    let out: Tensor = this.relu(this.bn1(this.conv1(x)))
    out = this.relu(this.bn2(this.conv2(out)))
    out = this.bn3(this.conv3(out))
    return this.relu(out.add_(this.downsample === null ? x : this.downsample(x)))
  }
}

/** What a {@link ResNet} is built of. */
export type ResNetBlock = typeof BasicBlock | typeof Bottleneck

/** Options of {@link ResNet} and of the functions that build one. */
export interface ResNetOptions {
  /** 1000 if not given. */
  numClasses?: number
  /** Begins with each block passing on its input, by a last norm of weight 0. */
  zeroInitResidual?: boolean
  /** Groups of the 3x3 convolutions, 1 if not given; only with {@link Bottleneck}. */
  groups?: number
  /** Channels of each group in the first stage, 64 if not given; only with {@link Bottleneck}. */
  widthPerGroup?: number
  /** Whether the second, third and fourth stage keep the size and dilate their kernels instead; only with {@link Bottleneck}. */
  replaceStrideWithDilation?: readonly [boolean, boolean, boolean] | null
  /** BatchNorm2d if not given. */
  normLayer?: NormLayer
}
const names = [
  'numClasses',
  'zeroInitResidual',
  'groups',
  'widthPerGroup',
  'replaceStrideWithDilation',
  'normLayer',
] as const

/**
 * A residual network: four stages of blocks, whose images shrink by half and whose channels double.
 *
 * Input [N, 3, H, W] of any size, output [N, numClasses].
 *
 * @param layers - number of blocks of each stage
 * @throws ValueError for `groups` or `widthPerGroup` with {@link BasicBlock}, or other than three entries of
 *   `replaceStrideWithDilation`
 * @example
 * ```ts
 * const model = new ResNet(BasicBlock, [2, 2, 2, 2], { numClasses: 10 })
 * model(randn([1, 3, 64, 64])) // shape [1, 10]
 * ```
 * @see https://pytorch.org/vision/stable/models/resnet.html
 * @see https://arxiv.org/abs/1512.03385
 */
export class ResNet extends Layer {
  conv1: Conv2d
  bn1: AnyModule
  relu: ReLU
  maxpool: MaxPool2d
  layer1: Sequential
  layer2: Sequential
  layer3: Sequential
  layer4: Sequential
  avgpool: AdaptiveAvgPool2d
  fc: Linear

  constructor(block: ResNetBlock, layers: readonly [number, number, number, number], options: ResNetOptions = {}) {
    super()
    const o = bindOptions<ResNetOptions>('ResNet', names, [options])
    const { numClasses = 1000, zeroInitResidual = false, groups = 1, widthPerGroup = 64, normLayer = BatchNorm2d } = o
    const dilate: readonly boolean[] = o.replaceStrideWithDilation ?? [false, false, false]
    if (dilate.length !== 3)
      throw new ValueError(
        `replace_stride_with_dilation should be None or a 3-element tuple, got [${dilate.join(', ')}]`,
      )
    let inPlanes = 64
    let dilation = 1
    const stage = (planes: number, blocks: number, wantedStride: number, dilates: boolean): Sequential => {
      const stride = dilates ? 1 : wantedStride
      const outPlanes = planes * block.expansion
      // the first block still sees what the stage before made, in its dilation
      const first = { stride, dilation }
      if (dilates) dilation *= wantedStride
      const downsample =
        stride !== 1 || inPlanes !== outPlanes
          ? new Sequential(conv1x1(inPlanes, outPlanes, stride), make(normLayer, outPlanes))
          : null
      const common = { groups, baseWidth: widthPerGroup, normLayer }
      const made = new Sequential(new block(inPlanes, planes, { ...common, ...first, downsample }))
      inPlanes = outPlanes
      while (made.length < blocks) made.append(new block(inPlanes, planes, { ...common, dilation }))
      return made
    }

    this.conv1 = new Conv2d(3, inPlanes, 7, { stride: 2, padding: 3, bias: false })
    this.bn1 = make(normLayer, inPlanes)
    this.relu = new ReLU({ inplace: true })
    this.maxpool = new MaxPool2d(3, { stride: 2, padding: 1 })
    this.layer1 = stage(64, layers[0], 1, false)
    this.layer2 = stage(128, layers[1], 2, dilate[0]!)
    this.layer3 = stage(256, layers[2], 2, dilate[1]!)
    this.layer4 = stage(512, layers[3], 2, dilate[2]!)
    this.avgpool = new AdaptiveAvgPool2d([1, 1])
    this.fc = new Linear(512 * block.expansion, numClasses)
    this.resetParameters(zeroInitResidual)
  }

  private resetParameters(zeroInitResidual: boolean): void {
    for (const m of this.modules()) {
      if (m instanceof Conv2d) init.kaimingNormal_(m.weight, { mode: 'fan_out', nonlinearity: 'relu' })
      else if (m instanceof BatchNorm2d || m instanceof GroupNorm) m.resetParameters()
    }
    if (!zeroInitResidual) return
    for (const m of this.modules()) {
      const last = m instanceof Bottleneck ? m.bn3 : m instanceof BasicBlock ? m.bn2 : null
      if (last !== null && 'weight' in last && last.weight !== null) init.zeros_(last.weight as Tensor)
    }
  }

  override forward(input: Tensor): Tensor {
    let x: Tensor = this.maxpool(this.relu(this.bn1(this.conv1(input))))
    x = this.layer4(this.layer3(this.layer2(this.layer1(x))))
    return this.fc(flatten(this.avgpool(x), 1))
  }
}
