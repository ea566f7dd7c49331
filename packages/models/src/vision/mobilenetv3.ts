import { bindOptions, flatten, type Tensor, ValueError } from '@tsorch/core'
import {
  AdaptiveAvgPool2d,
  type AnyModule,
  BatchNorm2d,
  Dropout,
  Hardsigmoid,
  Hardswish,
  init,
  Layer,
  Linear,
  ReLU,
  Sequential,
} from '@tsorch/nn'
import { Conv2dNormActivation } from '../layers/conv-norm-activation.js'
import type { NormLayer } from '../layers/make.js'
import { resetLayers } from '../layers/reset-layers.js'
import { SqueezeExcitation } from '../layers/squeeze-excitation.js'
import { makeDivisible } from '../layers/widths.js'

/** A block of {@link MobileNetV3}, as the tables of the paper list them. */
export interface MobileNetV3Block {
  readonly inputChannels: number
  readonly kernel: number
  readonly expandedChannels: number
  readonly outChannels: number
  readonly useSe: boolean
  /** ReLU or hardswish. */
  readonly activation: 'RE' | 'HS'
  readonly stride: number
  readonly dilation: number
}

/** An inverted residual block, with squeeze and excitation between the convolution and the projection. */
class InvertedResidual extends Layer {
  block: Sequential
  private readonly adds: boolean

  constructor(c: MobileNetV3Block, normLayer: NormLayer) {
    super()
    if (!(c.stride >= 1 && c.stride <= 2)) throw new ValueError('illegal stride value')
    this.adds = c.stride === 1 && c.inputChannels === c.outChannels
    const common = { normLayer, activationLayer: c.activation === 'HS' ? Hardswish : ReLU }
    const expanded = c.expandedChannels
    const layers: AnyModule[] = []
    if (expanded !== c.inputChannels) layers.push(new Conv2dNormActivation(c.inputChannels, expanded, 1, common))
    layers.push(
      new Conv2dNormActivation(expanded, expanded, c.kernel, {
        ...common,
        stride: c.dilation > 1 ? 1 : c.stride,
        dilation: c.dilation,
        groups: expanded,
      }),
    )
    if (c.useSe) {
      const squeezed = makeDivisible(Math.floor(expanded / 4), 8)
      layers.push(new SqueezeExcitation(expanded, squeezed, { scaleActivation: Hardsigmoid }))
    }
    layers.push(new Conv2dNormActivation(expanded, c.outChannels, 1, { normLayer, activationLayer: null }))
    this.block = new Sequential(...layers)
  }

  override forward(input: Tensor): Tensor {
    const result = this.block(input)
    return this.adds ? result.add_(input) : result
  }
}

/** Options of {@link MobileNetV3}. */
export interface MobileNetV3Options {
  /** 1000 if not given. */
  numClasses?: number
  /** BatchNorm2d with eps 0.001 and momentum 0.01, if not given. */
  normLayer?: NormLayer
  /** Probability before the last linear layer, 0.2 if not given. */
  dropout?: number
}

const defaultNorm: NormLayer = (channels) => new BatchNorm2d(channels, { eps: 0.001, momentum: 0.01 })

/**
 * MobileNet v3: inverted residual blocks with squeeze and excitation, and hardswish in the deeper ones.
 *
 * Input [N, 3, H, W] of any size, output [N, numClasses].
 *
 * @param setting - the blocks
 * @param lastChannel - channels between the two linear layers at the end
 * @throws ValueError for an empty setting
 * @see https://pytorch.org/vision/stable/models/mobilenetv3.html
 * @see https://arxiv.org/abs/1905.02244
 */
export class MobileNetV3 extends Layer {
  features: Sequential
  avgpool: AdaptiveAvgPool2d
  classifier: Sequential

  constructor(setting: readonly MobileNetV3Block[], lastChannel: number, options: MobileNetV3Options = {}) {
    super()
    const o = bindOptions<MobileNetV3Options>('MobileNetV3', ['numClasses', 'normLayer', 'dropout'], [options])
    const { numClasses = 1000, normLayer = defaultNorm, dropout = 0.2 } = o
    if (setting.length === 0) throw new ValueError('The inverted_residual_setting should not be empty')
    const common = { normLayer, activationLayer: Hardswish }
    const blockChannels = setting.at(-1)!.outChannels
    const convChannels = 6 * blockChannels
    this.features = new Sequential(
      new Conv2dNormActivation(3, setting[0]!.inputChannels, 3, { ...common, stride: 2 }),
      ...setting.map((block) => new InvertedResidual(block, normLayer)),
      new Conv2dNormActivation(blockChannels, convChannels, 1, common),
    )
    this.avgpool = new AdaptiveAvgPool2d(1)
    this.classifier = new Sequential(
      new Linear(convChannels, lastChannel),
      new Hardswish({ inplace: true }),
      new Dropout({ p: dropout, inplace: true }),
      new Linear(lastChannel, numClasses),
    )
    resetLayers(this as never, (weight) => init.normal_(weight, 0, 0.01))
  }

  override forward(x: Tensor): Tensor {
    return this.classifier(flatten(this.avgpool(this.features(x)), 1))
  }
}

/** Options of {@link mobilenetV3Large} and {@link mobilenetV3Small}. */
export interface MobileNetV3VariantOptions extends MobileNetV3Options {
  /** Factor of the number of channels, 1 if not given. */
  widthMult?: number
  /** Half the channels from the last stride on, for detection and segmentation; false if not given. */
  reducedTail?: boolean
  /** Dilated kernels instead of the last stride, for segmentation; false if not given. */
  dilated?: boolean
}

type Row = readonly [
  inputChannels: number,
  kernel: number,
  expandedChannels: number,
  outChannels: number,
  useSe: boolean,
  activation: 'RE' | 'HS',
  stride: number,
  dilation?: number,
]

function mobilenetV3(
  name: string,
  { widthMult = 1, reducedTail = false, dilated = false, ...options }: MobileNetV3VariantOptions,
  table: (tail: (channels: number) => number, dilation: number) => readonly Row[],
  lastChannel: number,
): MobileNetV3 {
  bindOptions<MobileNetV3Options>(name, ['numClasses', 'normLayer', 'dropout'], [options])
  const tail = (channels: number): number => (reducedTail ? Math.floor(channels / 2) : channels)
  const adjusted = (channels: number): number => makeDivisible(channels * widthMult, 8)
  const setting = table(tail, dilated ? 2 : 1).map(
    ([inputChannels, kernel, expandedChannels, outChannels, useSe, activation, stride, dilation = 1]) => ({
      inputChannels: adjusted(inputChannels),
      kernel,
      expandedChannels: adjusted(expandedChannels),
      outChannels: adjusted(outChannels),
      useSe,
      activation,
      stride,
      dilation,
    }),
  )
  return new MobileNetV3(setting, adjusted(tail(lastChannel)), options)
}

/** The large {@link MobileNetV3}: 5.5 million parameters. @see https://pytorch.org/vision/stable/models/generated/torchvision.models.mobilenet_v3_large.html */
export function mobilenetV3Large(options: MobileNetV3VariantOptions = {}): MobileNetV3 {
  const table = (tail: (channels: number) => number, dilation: number): Row[] => [
    [16, 3, 16, 16, false, 'RE', 1],
    [16, 3, 64, 24, false, 'RE', 2],
    [24, 3, 72, 24, false, 'RE', 1],
    [24, 5, 72, 40, true, 'RE', 2],
    [40, 5, 120, 40, true, 'RE', 1],
    [40, 5, 120, 40, true, 'RE', 1],
    [40, 3, 240, 80, false, 'HS', 2],
    [80, 3, 200, 80, false, 'HS', 1],
    [80, 3, 184, 80, false, 'HS', 1],
    [80, 3, 184, 80, false, 'HS', 1],
    [80, 3, 480, 112, true, 'HS', 1],
    [112, 3, 672, 112, true, 'HS', 1],
    [112, 5, 672, tail(160), true, 'HS', 2, dilation],
    [tail(160), 5, tail(960), tail(160), true, 'HS', 1, dilation],
    [tail(160), 5, tail(960), tail(160), true, 'HS', 1, dilation],
  ]
  return mobilenetV3('mobilenetV3Large', options, table, 1280)
}

/** The small {@link MobileNetV3}: 2.5 million parameters. @see https://pytorch.org/vision/stable/models/generated/torchvision.models.mobilenet_v3_small.html */
export function mobilenetV3Small(options: MobileNetV3VariantOptions = {}): MobileNetV3 {
  const table = (tail: (channels: number) => number, dilation: number): Row[] => [
    [16, 3, 16, 16, true, 'RE', 2],
    [16, 3, 72, 24, false, 'RE', 2],
    [24, 3, 88, 24, false, 'RE', 1],
    [24, 5, 96, 40, true, 'HS', 2],
    [40, 5, 240, 40, true, 'HS', 1],
    [40, 5, 240, 40, true, 'HS', 1],
    [40, 5, 120, 48, true, 'HS', 1],
    [48, 5, 144, 48, true, 'HS', 1],
    [48, 5, 288, tail(96), true, 'HS', 2, dilation],
    [tail(96), 5, tail(576), tail(96), true, 'HS', 1, dilation],
    [tail(96), 5, tail(576), tail(96), true, 'HS', 1, dilation],
  ]
  return mobilenetV3('mobilenetV3Small', options, table, 1024)
}
