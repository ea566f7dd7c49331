import { manualSeed, randn, type Tensor, tensor } from '@tsorch/core'
import { expect, test } from 'vitest'
import { Conv2d, CrossEntropyLoss, functional as F, Layer, Linear, MaxPool2d, ReLU, Sequential } from '../src/index.js'

class Net extends Layer {
  conv1 = new Conv2d(1, 10, 5)
  pooling = new MaxPool2d(2)
  fc = new Linear(1440, 10)

  forward(x: Tensor): Tensor {
    const h = F.relu(this.pooling(this.conv1(x)))
    return this.fc(h.view(x.size(0), -1))
  }
}

test('initialises as PyTorch does for a seed', () => {
  manualSeed(0)
  // torch.manual_seed(0); torch.nn.Linear(3, 4).weight
  const { weight, bias } = new Linear(3, 4)
  const first = weight.toTypedArray().slice(0, 3) as Float32Array
  expect([...first]).toEqual([-0.00432251766, 0.309715837, -0.475185335].map(Math.fround))
  expect([...(bias!.toTypedArray() as Float32Array)]).toEqual(
    [-0.551570714, -0.382368743, -0.237997115, 0.0213871151].map(Math.fround),
  )
})

test('is called like a function and trains', () => {
  manualSeed(0)
  const net = new Net()
  const loss = new CrossEntropyLoss()(net(randn([2, 1, 28, 28])), tensor([3, 7]))
  loss.backward()
  for (const p of net.parameters()) expect(p.grad?.shape).toEqual(p.shape)
})

test('names its parts as PyTorch does', () => {
  const net = new Net()
  expect(Object.keys(net.stateDict())).toEqual(['conv1.weight', 'conv1.bias', 'fc.weight', 'fc.bias'])
  expect(String(new Sequential(new Linear(2, 3), new ReLU()))).toBe(
    'Sequential(\n  (0): Linear(in_features=2, out_features=3, bias=True)\n  (1): ReLU()\n)',
  )
})

test('loads a state whole or not at all', () => {
  const a = new Linear(2, 2)
  const b = new Linear(2, 2)
  b.loadStateDict(a.stateDict())
  expect(b.weight.tolist()).toEqual(a.weight.tolist())
  const before = b.weight.tolist()
  expect(() => b.loadStateDict({ weight: randn([3, 3]) })).toThrow(
    /Missing key\(s\) in state_dict: "bias"[\s\S]*size mismatch for weight/,
  )
  expect(b.weight.tolist()).toEqual(before)
})

test('hooks see and replace', () => {
  const layer = new Linear(2, 2)
  const handle = layer.registerForwardHook((_, __, out) => (out as Tensor).mul(0).abs())
  expect(layer(tensor([[1.5, 2]])).tolist()).toEqual([[0, 0]])
  handle.remove()
  expect(layer(tensor([[1.5, 2]])).tolist()).not.toEqual([[0, 0]])
})
