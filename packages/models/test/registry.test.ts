import { expect, expectTypeOf, test } from 'vitest'
import {
  type DenseNet,
  type GoogLeNet,
  getModel,
  listModels,
  type ModelName,
  type ModelOf,
  type ResNet,
  type ResNetOptions,
  resnext50_32x4d,
  SqueezeNet,
  wideResnet50_2,
} from '../src/index.js'

test('names are listed, and filtered by patterns', () => {
  const all = listModels()
  expect(all).toEqual([...all].sort())
  expect(all).toContain('wide_resnet50_2')
  expect(listModels('resnet*')).toEqual(['resnet101', 'resnet152', 'resnet18', 'resnet34', 'resnet50'])
  expect(listModels('vgg1?')).toEqual(['vgg11', 'vgg13', 'vgg16', 'vgg19'])
  expect(listModels({ include: ['vgg*', 'alexnet'], exclude: '*_bn' })).toEqual([
    'alexnet',
    'vgg11',
    'vgg13',
    'vgg16',
    'vgg19',
  ])
  expect(listModels('')).toEqual([])
  // a pattern is no regular expression
  expect(listModels('resnet.*')).toEqual([])
})

test('a network by its name', () => {
  const model = getModel('squeezenet1_1', { numClasses: 7 })
  expect(model).toBeInstanceOf(SqueezeNet)
  expect(model.getParameter('classifier.1.bias').shape).toEqual([7])
})

test('names decide what is given and what is taken', () => {
  expectTypeOf<ModelOf<'resnet18'>>().toEqualTypeOf<ResNet>()
  expectTypeOf<ModelOf<'densenet121'>>().toEqualTypeOf<DenseNet>()
  expectTypeOf<ModelOf<'googlenet'>>().toEqualTypeOf<GoogLeNet>()
  expectTypeOf(getModel<'resnet50'>)
    .parameter(1)
    .toEqualTypeOf<ResNetOptions | undefined>()
  // @ts-expect-error: a SqueezeNet has no groups
  expect(() => getModel('squeezenet1_1', { groups: 2 })).toThrow("unknown option 'groups'")
})

test.each([
  ['resnet17', 'resnet18'],
  ['resnext50', 'resnext50_32x4d'],
  ['mobilenetV2', 'mobilenet_v2'],
  ['VGG16_BN', 'vgg16_bn'],
])('an unknown name, %s, is answered with those that are close', (name, close) => {
  expect(() => getModel(name as ModelName)).toThrow(`Unknown model ${name}, did you mean`)
  expect(() => getModel(name as ModelName)).toThrow(close)
})

test('names of an object are no models', () => {
  expect(() => getModel('toString' as ModelName)).toThrow('Unknown model')
})

test('what makes a variant cannot be chosen otherwise', () => {
  expect(() => resnext50_32x4d({ groups: 2 })).toThrow("The parameter 'groups' expected value 32 but got 2 instead.")
  expect(() => wideResnet50_2({ widthPerGroup: 64 })).toThrow("'widthPerGroup' expected value 128 but got 64")
})
