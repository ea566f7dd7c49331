import { manualSeed, noGrad, randn, type Tensor } from '@tsorch/core'
import { functional as F, InstanceNorm2d } from '@tsorch/nn'
import { expect, test } from 'vitest'
import { BasicBlock, Bottleneck, ResNet, type ResNetOptions, resnet18 } from '../src/index.js'

const tiny = (options: ResNetOptions = {}): ResNet =>
  new ResNet(BasicBlock, [1, 1, 1, 1], { numClasses: 3, ...options })

manualSeed(1)
const model = tiny()

test.each([
  [32, 32],
  [64, 96],
  [33, 47],
])('images of %i x %i', (height, width) => {
  expect(noGrad(() => model(randn([2, 3, height, width]))).shape).toEqual([2, 3])
})

test('it learns', () => {
  const x = randn([4, 3, 32, 32])
  model.train()
  const loss = (): Tensor => F.mseLoss(model(x), randn([4, 3]).mul(0).add(1))
  const before = loss()
  before.backward()
  for (const parameter of model.parameters()) {
    expect(parameter.grad!.abs().sum().item()).toBeGreaterThan(0)
    noGrad(() => parameter.sub_(parameter.grad!.mul(0.01)))
  }
  expect(loss().item()).toBeLessThan(before.item())
})

test('training moves the running statistics, evaluation uses them', () => {
  const x = randn([4, 3, 32, 32])
  const [count, before] = [
    model.getBuffer('bn1.num_batches_tracked').item(),
    model.getBuffer('bn1.running_mean').clone(),
  ]
  const trained = model.train()(x)
  expect(model.getBuffer('bn1.num_batches_tracked').item()).toBe(Number(count) + 1)
  expect(model.getBuffer('bn1.running_mean').equal(before)).toBe(false)
  model.eval()
  const mean = model.getBuffer('bn1.running_mean').clone()
  const evaluated = model(x)
  expect(evaluated.sub(trained).abs().max().item()).toBeGreaterThan(1e-3)
  expect(model.getBuffer('bn1.running_mean').equal(mean)).toBe(true)
  // an image's answer does not hang on the others
  expect(model(x.narrow(0, 1, 1)).allclose(evaluated.narrow(0, 1, 1), { atol: 1e-4 })).toBe(true)
})

test('a state dict goes into another one', () => {
  const other = tiny().eval()
  const x = randn([1, 3, 32, 32])
  const output = model.eval()(x)
  expect(other(x).equal(output)).toBe(false)
  other.loadStateDict(model.stateDict())
  expect(other(x).equal(output)).toBe(true)
})

test('blocks may begin by passing on what they get', () => {
  const zeroed = new ResNet(Bottleneck, [1, 1, 1, 1], { numClasses: 3, zeroInitResidual: true })
  expect(zeroed.getParameter('layer2.0.bn2.weight').eq(1).all().item()).toBe(true)
  expect(zeroed.getParameter('layer2.0.bn3.weight').eq(0).all().item()).toBe(true)
})

test('other norms: a class, or a function', () => {
  const byClass = tiny({ normLayer: InstanceNorm2d })
  expect(byClass.getSubmodule('layer1.0.bn1')).toBeInstanceOf(InstanceNorm2d)
  const byFunction = tiny({ normLayer: (c) => new InstanceNorm2d(c, { affine: true }), zeroInitResidual: true })
  expect(byFunction.getParameter('layer1.0.bn2.weight').eq(0).all().item()).toBe(true)
})

test('what does not fit is refused', () => {
  expect(() => tiny({ groups: 2 })).toThrow('BasicBlock only supports groups=1 and base_width=64')
  expect(() => tiny({ replaceStrideWithDilation: [false, true, false] })).toThrow(
    'Dilation > 1 not supported in BasicBlock',
  )
  expect(() => tiny({ replaceStrideWithDilation: [true] as never })).toThrow(
    'replace_stride_with_dilation should be None or a 3-element tuple',
  )
  expect(() => resnet18({ classes: 10 } as never)).toThrow("unknown option 'classes'")
})

test('it prints as in Python', () => {
  const lines = String(model).split('\n')
  expect(lines.slice(0, 6)).toEqual([
    'ResNet(',
    '  (conv1): Conv2d(3, 64, kernel_size=(7, 7), stride=(2, 2), padding=(3, 3), bias=False)',
    '  (bn1): BatchNorm2d(64, eps=1e-05, momentum=0.1, affine=True, bias=True, track_running_stats=True)',
    '  (relu): ReLU(inplace=True)',
    '  (maxpool): MaxPool2d(kernel_size=3, stride=2, padding=1, dilation=1, ceil_mode=False)',
    '  (layer1): Sequential(',
  ])
})
