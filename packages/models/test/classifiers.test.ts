/** What is special to networks other than ResNet. */
import { cat, manualSeed, noGrad, randn, type Tensor } from '@tsorch/core'
import { Conv2d } from '@tsorch/nn'
import { describe, expect, test } from 'vitest'
import {
  DenseNet,
  GoogLeNet,
  type GoogLeNetOutputs,
  MNASNet,
  MobileNetV2,
  MobileNetV3,
  ShuffleNetV2,
  SqueezeNet,
  VGG,
  VisionTransformer,
} from '../src/index.js'

describe('GoogLeNet', () => {
  const model = new GoogLeNet({ numClasses: 3, initWeights: false })

  test('gives three outputs in training, one in evaluation', () => {
    model.train()
    const outputs = model(randn([2, 3, 64, 64])) as GoogLeNetOutputs
    expect(outputs.map(({ shape }) => shape)).toEqual([
      [2, 3],
      [2, 3],
      [2, 3],
    ])
    const { logits, auxLogits2, auxLogits1 } = outputs
    expect(outputs[0]).toBe(logits)
    expect(outputs[1]).toBe(auxLogits2)
    expect(outputs[2]).toBe(auxLogits1)
    logits.add(auxLogits1.add(auxLogits2).mul(0.3)).sum().backward()
    for (const name of ['conv1.conv.weight', 'aux1.fc1.weight', 'aux2.fc2.bias'])
      expect(model.getParameter(name).grad).not.toBeNull()
    model.eval()
    expect((model(randn([1, 3, 64, 80])) as Tensor).shape).toEqual([1, 3])
  })

  test('takes images normalised by the statistics of ImageNet', () => {
    const other = new GoogLeNet({ numClasses: 3, initWeights: false, transformInput: true }).eval()
    other.loadStateDict(model.stateDict())
    model.eval()
    const x = randn([1, 3, 64, 64])
    const mean = [0.485, 0.456, 0.406]
    const std = [0.229, 0.224, 0.225]
    const transformed = cat(
      mean.map((m, i) => x.narrow(1, i, 1).mul(std[i]!).add(m).sub(0.5).div(0.5)),
      1,
    )
    expect((other(x) as Tensor).allclose(model(transformed) as Tensor, { atol: 1e-4, rtol: 1e-3 })).toBe(true)
  })

  test('without the classifiers on the way', () => {
    const bare = new GoogLeNet({ numClasses: 3, auxLogits: false, initWeights: false })
    expect(Object.keys(bare.stateDict()).some((key) => key.startsWith('aux'))).toBe(false)
    expect((bare(randn([2, 3, 64, 64])) as Tensor).shape).toEqual([2, 3])
  })
})

// 120 million parameters
test.runIf(import.meta.env.TSORCH_TEST === 'full')(
  'VGG takes features of one own making',
  () => {
    const model = new VGG(new Conv2d(3, 512, 3, { stride: 8 }), { numClasses: 2 })
    expect(model.getParameter('classifier.6.bias').eq(0).all().item()).toBe(true)
    expect(noGrad(() => model(randn([1, 3, 64, 64]))).shape).toEqual([1, 2])
  },
  60_000,
)

test('DenseNet loads checkpoints with the older names, and drops out while training', () => {
  const options = { growthRate: 4, blockConfig: [2, 2], numInitFeatures: 8, numClasses: 3 }
  const model = new DenseNet(options).eval()
  const older = Object.fromEntries(
    Object.entries(model.stateDict())
      .filter(([key]) => !key.endsWith('num_batches_tracked'))
      .map(([key, x]) => [key.replace(/(denselayer\d\.(?:norm|conv))(?=\d)/, '$1.'), x]),
  )
  expect(older).toHaveProperty(['features.denseblock1.denselayer1.norm.1.weight'])
  const loaded = new DenseNet(options).eval()
  loaded.loadStateDict(older)
  const x = randn([1, 3, 32, 32])
  expect(loaded(x).equal(model(x))).toBe(true)

  const dropping = new DenseNet({ ...options, dropRate: 0.5 })
  const y = randn([4, 3, 32, 32])
  expect(dropping(y).equal(dropping(y))).toBe(false)
})

test('VisionTransformer loads checkpoints with the older names', () => {
  const design = { patchSize: 8, numLayers: 1, numHeads: 2, hiddenDim: 8, mlpDim: 16 }
  const options = { imageSize: 16, numClasses: 3 }
  const model = new VisionTransformer(design, options).eval()
  const older = Object.fromEntries(
    Object.entries(model.stateDict()).map(([key, x]) => [
      key.replace(/mlp\.0\./, 'mlp.linear_1.').replace(/mlp\.3\./, 'mlp.linear_2.'),
      x,
    ]),
  )
  const loaded = new VisionTransformer(design, options)
  expect(loaded.loadStateDict(older)).toEqual({ missingKeys: [], unexpectedKeys: [] })
})

test('a vision transformer knows the size of its images', () => {
  const design = { patchSize: 8, numLayers: 1, numHeads: 2, hiddenDim: 8, mlpDim: 16 }
  expect(() => new VisionTransformer(design, { imageSize: 20 })).toThrow('Input shape indivisible by patch size!')
  const model = new VisionTransformer(design, { imageSize: 16 })
  expect(() => model(randn([1, 3, 24, 16]))).toThrow('Wrong image height! Expected 16 but got 24!')
  expect(() => model(randn([1, 3, 16, 24]))).toThrow('Wrong image width! Expected 16 but got 24!')
})

test('SqueezeNet has two versions', () => {
  manualSeed(0)
  const model = new SqueezeNet('1_1', { numClasses: 4 })
  expect(model(randn([1, 3, 40, 40])).shape).toEqual([1, 4])
  expect(() => new SqueezeNet('1_2' as never)).toThrow('Unsupported SqueezeNet version 1_2: 1_0 or 1_1 expected')
})

test('designs that cannot be are refused', () => {
  expect(() => new MNASNet(0)).toThrow('alpha should be greater than 0.0 instead of 0')
  expect(() => new MobileNetV2({ invertedResidualSetting: [] })).toThrow('should be non-empty or a 4-element list')
  expect(() => new MobileNetV3([], 10)).toThrow('The inverted_residual_setting should not be empty')
  expect(() => new ShuffleNetV2([1, 2], [1, 2, 3, 4, 5])).toThrow('expected stages_repeats as list of 3 positive ints')
  expect(() => new ShuffleNetV2([1, 2, 3], [8, 16, 32])).toThrow('expected stages_out_channels as list of 5')
})
