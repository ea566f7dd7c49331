/** The EfficientNets by name. */
import { BatchNorm2d } from '@tsorch/nn'
import type { NormLayer } from '../layers/make.js'
import { makeDivisible } from '../layers/widths.js'
import { EfficientNet, type EfficientNetOptions } from './efficientnet.js'
import type { MBConvStage } from './mbconv.js'

type Row = readonly [
  expandRatio: number,
  kernel: number,
  stride: number,
  inputChannels: number,
  outChannels: number,
  numLayers: number,
]

function stageOf(
  [expandRatio, kernel, stride, inputChannels, outChannels, numLayers]: Row,
  fused: boolean,
): MBConvStage {
  return { fused, expandRatio, kernel, stride, inputChannels, outChannels, numLayers }
}

const b0: readonly Row[] = [
  [1, 3, 1, 32, 16, 1],
  [6, 3, 2, 16, 24, 2],
  [6, 5, 2, 24, 40, 2],
  [6, 3, 2, 40, 80, 3],
  [6, 5, 1, 80, 112, 3],
  [6, 5, 2, 112, 192, 4],
  [6, 3, 1, 192, 320, 1],
]

/** Version 1: B0, with more channels and more layers. */
function scaled(widthMult: number, depthMult: number, dropout: number, options: EfficientNetOptions): EfficientNet {
  const stages = b0.map((row) => {
    const stage = stageOf(row, false)
    return {
      ...stage,
      inputChannels: makeDivisible(stage.inputChannels * widthMult, 8),
      outChannels: makeDivisible(stage.outChannels * widthMult, 8),
      numLayers: Math.ceil(stage.numLayers * depthMult),
    }
  })
  return new EfficientNet(stages, { dropout, ...options })
}

const slowNorm: NormLayer = (channels) => new BatchNorm2d(channels, { eps: 0.001, momentum: 0.01 })
const version2Norm: NormLayer = (channels) => new BatchNorm2d(channels, { eps: 1e-3 })

function version2(
  fused: readonly Row[],
  further: readonly Row[],
  dropout: number,
  options: EfficientNetOptions,
): EfficientNet {
  const stages = [...fused.map((row) => stageOf(row, true)), ...further.map((row) => stageOf(row, false))]
  return new EfficientNet(stages, { dropout, normLayer: version2Norm, lastChannel: 1280, ...options })
}

/** EfficientNet B0: 5.3 million parameters. @see https://pytorch.org/vision/stable/models/generated/torchvision.models.efficientnet_b0.html */
export function efficientnetB0(options: EfficientNetOptions = {}): EfficientNet {
  return scaled(1, 1, 0.2, options)
}

/** EfficientNet B1: 7.8 million parameters. @see https://pytorch.org/vision/stable/models/generated/torchvision.models.efficientnet_b1.html */
export function efficientnetB1(options: EfficientNetOptions = {}): EfficientNet {
  return scaled(1, 1.1, 0.2, options)
}

/** EfficientNet B2: 9.1 million parameters. @see https://pytorch.org/vision/stable/models/generated/torchvision.models.efficientnet_b2.html */
export function efficientnetB2(options: EfficientNetOptions = {}): EfficientNet {
  return scaled(1.1, 1.2, 0.3, options)
}

/** EfficientNet B3: 12.2 million parameters. @see https://pytorch.org/vision/stable/models/generated/torchvision.models.efficientnet_b3.html */
export function efficientnetB3(options: EfficientNetOptions = {}): EfficientNet {
  return scaled(1.2, 1.4, 0.3, options)
}

/** EfficientNet B4: 19.3 million parameters. @see https://pytorch.org/vision/stable/models/generated/torchvision.models.efficientnet_b4.html */
export function efficientnetB4(options: EfficientNetOptions = {}): EfficientNet {
  return scaled(1.4, 1.8, 0.4, options)
}

/** EfficientNet B5: 30.4 million parameters. @see https://pytorch.org/vision/stable/models/generated/torchvision.models.efficientnet_b5.html */
export function efficientnetB5(options: EfficientNetOptions = {}): EfficientNet {
  return scaled(1.6, 2.2, 0.4, { normLayer: slowNorm, ...options })
}

/** EfficientNet B6: 43 million parameters. @see https://pytorch.org/vision/stable/models/generated/torchvision.models.efficientnet_b6.html */
export function efficientnetB6(options: EfficientNetOptions = {}): EfficientNet {
  return scaled(1.8, 2.6, 0.5, { normLayer: slowNorm, ...options })
}

/** EfficientNet B7: 66.3 million parameters. @see https://pytorch.org/vision/stable/models/generated/torchvision.models.efficientnet_b7.html */
export function efficientnetB7(options: EfficientNetOptions = {}): EfficientNet {
  return scaled(2, 3.1, 0.5, { normLayer: slowNorm, ...options })
}

/**
 * EfficientNet v2 S: 21.5 million parameters.
 *
 * @see https://pytorch.org/vision/stable/models/generated/torchvision.models.efficientnet_v2_s.html
 * @see https://arxiv.org/abs/2104.00298
 */
export function efficientnetV2S(options: EfficientNetOptions = {}): EfficientNet {
  const fused: Row[] = [
    [1, 3, 1, 24, 24, 2],
    [4, 3, 2, 24, 48, 4],
    [4, 3, 2, 48, 64, 4],
  ]
  const further: Row[] = [
    [4, 3, 2, 64, 128, 6],
    [6, 3, 1, 128, 160, 9],
    [6, 3, 2, 160, 256, 15],
  ]
  return version2(fused, further, 0.2, options)
}

/** EfficientNet v2 M: 54.1 million parameters. @see https://pytorch.org/vision/stable/models/generated/torchvision.models.efficientnet_v2_m.html */
export function efficientnetV2M(options: EfficientNetOptions = {}): EfficientNet {
  const fused: Row[] = [
    [1, 3, 1, 24, 24, 3],
    [4, 3, 2, 24, 48, 5],
    [4, 3, 2, 48, 80, 5],
  ]
  const further: Row[] = [
    [4, 3, 2, 80, 160, 7],
    [6, 3, 1, 160, 176, 14],
    [6, 3, 2, 176, 304, 18],
    [6, 3, 1, 304, 512, 5],
  ]
  return version2(fused, further, 0.3, options)
}

/** EfficientNet v2 L: 118.5 million parameters. @see https://pytorch.org/vision/stable/models/generated/torchvision.models.efficientnet_v2_l.html */
export function efficientnetV2L(options: EfficientNetOptions = {}): EfficientNet {
  const fused: Row[] = [
    [1, 3, 1, 32, 32, 4],
    [4, 3, 2, 32, 64, 7],
    [4, 3, 2, 64, 96, 7],
  ]
  const further: Row[] = [
    [4, 3, 2, 96, 192, 10],
    [6, 3, 1, 192, 224, 19],
    [6, 3, 2, 224, 384, 25],
    [6, 3, 1, 384, 640, 7],
  ]
  return version2(fused, further, 0.4, options)
}
