/** Small networks of each family, with weights from a formula: outputs and gradients are those of torchvision. */
import { type AnyModule, GroupNorm } from '@tsorch/nn'
import { describe, expect, test } from 'vitest'
import {
  BasicBlock,
  Bottleneck,
  ConvNeXt,
  DenseNet,
  EfficientNet,
  MaxVit,
  MobileNetV2,
  MobileNetV3,
  RegNet,
  ResNet,
  ShuffleNetV2,
  SwinTransformer,
  VisionTransformer,
} from '../src/index.js'
import { fillModel, images, weightsLike } from './filled.js'

/** What PyTorch gives: the first numbers of the output, and mean magnitudes of gradients. */
interface Answer {
  readonly parameters: number
  readonly output: readonly number[]
  readonly inputGrad: number
  readonly firstGrad: number
  readonly lastGrad: number
}

interface Network {
  readonly name: string
  readonly build: () => AnyModule
  readonly size: readonly [height: number, width: number]
  readonly training?: boolean
  readonly answer: Answer
}

const swin = { patchSize: [4, 4], embedDim: 16, depths: [2, 2], numHeads: [2, 4], windowSize: [4, 4] } as const
const vit = { patchSize: 8, numLayers: 2, numHeads: 2, hiddenDim: 16, mlpDim: 32 } as const
const numClasses = 5

const networks: readonly Network[] = [
  {
    name: 'SwinTransformer, images that do not fit the windows',
    build: () => new SwinTransformer({ ...swin, version: 1 }, { numClasses, stochasticDepthProb: 0 }),
    size: [42, 30],
    answer: {
      parameters: 35777,
      output: [1.34521, -0.307385, -1.49706, 1.64181],
      inputGrad: 0.0043877,
      firstGrad: 0.265683,
      lastGrad: 0.47982,
    },
  },
  {
    name: 'SwinTransformer version 2',
    build: () => new SwinTransformer({ ...swin, version: 2 }, { numClasses, stochasticDepthProb: 0 }),
    size: [42, 30],
    answer: {
      parameters: 47425,
      output: [-0.422212, -0.598501, -0.134741, 0.248912],
      inputGrad: 0.00469081,
      firstGrad: 0.317216,
      lastGrad: 0.47982,
    },
  },
  {
    name: 'VisionTransformer',
    build: () => new VisionTransformer(vit, { imageSize: 32, numClasses }),
    size: [32, 32],
    answer: {
      parameters: 7941,
      output: [0.268184, 0.209781, -0.973295, 0.329583],
      inputGrad: 0.00237352,
      firstGrad: 0.178968,
      lastGrad: 0.47982,
    },
  },
  {
    name: 'VisionTransformer with a convolutional stem and a representation layer',
    build: () =>
      new VisionTransformer(vit, {
        imageSize: 32,
        numClasses,
        representationSize: 12,
        convStemConfigs: [8, 12, 16].map((outChannels) => ({ outChannels, kernelSize: 3, stride: 2 })),
      }),
    size: [32, 32],
    training: true,
    answer: {
      parameters: 8189,
      output: [0.346012, 0.528289, -0.0363522, 0.252071],
      inputGrad: 0.00117678,
      firstGrad: 0.216635,
      lastGrad: 0.47982,
    },
  },
  {
    name: 'MaxVit',
    build: () =>
      new MaxVit(
        { stemChannels: 8, partitionSize: 2, blockChannels: [8, 16], blockLayers: [2, 1], headDim: 4 },
        { inputSize: [64, 64], stochasticDepthProb: 0, numClasses },
      ),
    size: [64, 64],
    answer: {
      parameters: 16816,
      output: [0.160595, -0.360675, 0.207843, 0.0874216],
      inputGrad: 5.81386e-5,
      firstGrad: 0.0224474,
      lastGrad: 0.22503,
    },
  },
  {
    name: 'ConvNeXt',
    build: () =>
      new ConvNeXt(
        [
          [8, 16, 2],
          [16, null, 2],
        ],
        { layerScale: 1, numClasses },
      ),
    size: [32, 32],
    answer: {
      parameters: 8973,
      output: [-0.324848, 0.506936, -0.830037, 0.0661128],
      inputGrad: 0.0106711,
      firstGrad: 0.869433,
      lastGrad: 0.47982,
    },
  },
  {
    name: 'EfficientNet, fused and not',
    build: () => {
      const stage = { expandRatio: 4, kernel: 3, stride: 2, numLayers: 2 }
      const stages = [
        { ...stage, fused: true, expandRatio: 1, stride: 1, inputChannels: 8, outChannels: 8, numLayers: 1 },
        { ...stage, fused: true, inputChannels: 8, outChannels: 16 },
        { ...stage, fused: false, kernel: 5, inputChannels: 16, outChannels: 24 },
      ]
      return new EfficientNet(stages, { dropout: 0, stochasticDepthProb: 0, numClasses })
    },
    size: [40, 40],
    training: true,
    answer: {
      parameters: 30855,
      output: [1.19711, 0.776424, 0.464711, -0.0614852],
      inputGrad: 0.00436742,
      firstGrad: 0.21249,
      lastGrad: 0.47982,
    },
  },
  {
    name: 'RegNet',
    build: () => new RegNet({ depth: 5, w0: 8, wa: 8, wm: 2, groupWidth: 4, seRatio: 0.25 }, { numClasses }),
    size: [40, 40],
    training: true,
    answer: {
      parameters: 15099,
      output: [-1.1793, -0.39062, 0.545855, -1.25204],
      inputGrad: 0.0284029,
      firstGrad: 0.876122,
      lastGrad: 0.47982,
    },
  },
  {
    name: 'ResNet in groups, dilated instead of strided',
    build: () =>
      new ResNet(Bottleneck, [1, 1, 2, 1], {
        numClasses,
        groups: 2,
        widthPerGroup: 16,
        replaceStrideWithDilation: [false, true, true],
      }),
    size: [48, 48],
    training: true,
    answer: {
      parameters: 4578501,
      output: [6.26224, -4.74843, 7.81653, -4.85375],
      inputGrad: 0.146085,
      firstGrad: 2.26697,
      lastGrad: 0.47982,
    },
  },
  {
    name: 'ResNet with group normalisation',
    build: () => new ResNet(BasicBlock, [1, 1, 1, 1], { numClasses, normLayer: (c) => new GroupNorm(8, c) }),
    size: [40, 40],
    training: true,
    answer: {
      parameters: 4908357,
      output: [4.11892, -2.15042, -1.078, 2.26132],
      inputGrad: 0.0180203,
      firstGrad: 0.281977,
      lastGrad: 0.47982,
    },
  },
  {
    name: 'DenseNet',
    build: () => new DenseNet({ growthRate: 8, blockConfig: [2, 2], numInitFeatures: 16, bnSize: 2, numClasses }),
    size: [40, 40],
    training: true,
    answer: {
      parameters: 9365,
      output: [0.641056, -0.347192, -0.117913, 0.718276],
      inputGrad: 0.00508279,
      firstGrad: 0.10109,
      lastGrad: 0.47982,
    },
  },
  {
    name: 'MobileNetV3, dilated',
    build: () => {
      const block = { kernel: 3, inputChannels: 16, useSe: true, stride: 2, dilation: 1 }
      const setting = [
        { ...block, expandedChannels: 16, outChannels: 16, activation: 'RE' },
        { ...block, kernel: 5, expandedChannels: 48, outChannels: 24, activation: 'HS', dilation: 2 },
        {
          ...block,
          inputChannels: 24,
          expandedChannels: 72,
          outChannels: 24,
          useSe: false,
          activation: 'HS',
          stride: 1,
        },
      ] as const
      return new MobileNetV3(setting, 32, { numClasses, dropout: 0 })
    },
    size: [48, 48],
    training: true,
    answer: {
      parameters: 19157,
      output: [0.391452, -0.514407, 0.365466, 0.349987],
      inputGrad: 0.000870829,
      firstGrad: 0.019952,
      lastGrad: 0.47982,
    },
  },
  {
    name: 'MobileNetV2 of half the width',
    build: () =>
      new MobileNetV2({
        numClasses,
        widthMult: 0.5,
        dropout: 0,
        invertedResidualSetting: [
          [1, 16, 1, 1],
          [6, 24, 2, 2],
          [6, 32, 2, 2],
        ],
      }),
    size: [48, 48],
    training: true,
    answer: {
      parameters: 45093,
      output: [3.75492, 2.33768, 1.36345, 0.261801],
      inputGrad: 0.0236135,
      firstGrad: 0.643026,
      lastGrad: 0.47982,
    },
  },
  {
    name: 'ShuffleNetV2',
    build: () => new ShuffleNetV2([2, 2, 1], [8, 16, 24, 32, 40], { numClasses }),
    size: [48, 48],
    training: true,
    answer: {
      parameters: 5397,
      output: [0.792879, -0.771603, -0.623818, -0.109798],
      inputGrad: 0.0680646,
      firstGrad: 3.05546,
      lastGrad: 0.47982,
    },
  },
]

describe('torchvision computes the same', () => {
  test.each(networks)(
    '$name',
    ({ build, size, training = false, answer }) => {
      const model = fillModel(build()).train(training)
      const x = images(...size).requiresGrad_()
      const output = model(x)
      output.mul(weightsLike(output)).sum().backward()
      const parameters = [...model.parameters()]
      expect(parameters.reduce((n, p) => n + p.numel(), 0)).toBe(answer.parameters)
      const first = output.detach().flatten().narrow(0, 0, 4).tolist() as number[]
      for (const [i, value] of first.entries()) expect(Math.abs(value - answer.output[i]!)).toBeLessThan(2e-3)
      const magnitude = (grad: typeof x | null): number => grad!.abs().mean().item()
      expect(magnitude(x.grad) / answer.inputGrad).toBeCloseTo(1, 2)
      expect(magnitude(parameters[0]!.grad) / answer.firstGrad).toBeCloseTo(1, 2)
      expect(magnitude(parameters.at(-1)!.grad) / answer.lastGrad).toBeCloseTo(1, 4)
      // every parameter takes part
      for (const parameter of parameters) expect(parameter.grad).not.toBeNull()
    },
    30_000,
  )
})
