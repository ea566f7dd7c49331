import { arange, noGrad, randn, type Tensor, tensor, zeros } from '@tsorch/core'
import {
  BatchNorm2d,
  Conv2d,
  Dropout,
  Embedding,
  GRU,
  Identity,
  Layer,
  LazyBatchNorm1d,
  LazyLinear,
  Linear,
  Module,
  ModuleList,
  ReLU,
  Sequential,
  Sigmoid,
} from '@tsorch/nn'
import { expect, test } from 'vitest'
import { type ModuleTree, modulesOf, moduleTree } from '../src/graph/module-tree.js'
import { toNetwork } from '../src/graph/network.js'
import { Net } from './digits-net.js'

const byPath = (tree: ModuleTree): Map<string, ModuleTree> => new Map([...modulesOf(tree)].map((m) => [m.path, m]))
const flowOf = (tree: ModuleTree): string[] => tree.flow.map(({ from, to }) => `${from ?? 'in'} > ${to ?? 'out'}`)

test('a model without a call: modules, settings, parameters', () => {
  const net = new Net()
  net.conv1.requiresGrad_(false)
  const tree = moduleTree(net)
  expect(tree).toMatchObject({ path: '', kind: 'Net', parameters: 8490, trainable: 8490 - 260, calls: null, flow: [] })
  expect(tree.children.map((m) => [m.path, m.kind, m.parameters])).toEqual([
    ['conv1', 'Conv2d', 260],
    ['conv2', 'Conv2d', 5020],
    ['pooling', 'MaxPool2d', 0],
    ['fc', 'Linear', 3210],
  ])
  expect(tree.children[0]).toMatchObject({ trainable: 0, dtypes: ['float32'], inputShapes: [], outputShapes: [] })
  expect(tree.children[0]!.own).toEqual([
    { name: 'weight', shape: [10, 1, 5, 5], dtype: 'float32', trainable: false },
    { name: 'bias', shape: [10], dtype: 'float32', trainable: false },
  ])
  expect(tree.children[3]!.config).toBe(net.fc.extraRepr())
})

test('with inputs: shapes, calls, and the flow through functions between modules', () => {
  const tree = moduleTree(new Net(), randn([2, 1, 28, 28]))
  const modules = byPath(tree)
  expect(modules.get('conv1')).toMatchObject({
    inputShapes: [[2, 1, 28, 28]],
    outputShapes: [[2, 10, 24, 24]],
    calls: 1,
  })
  // called twice: the shapes of the last call
  expect(modules.get('pooling')).toMatchObject({
    inputShapes: [[2, 20, 8, 8]],
    outputShapes: [[2, 20, 4, 4]],
    calls: 2,
  })
  expect(modules.get('')!.outputShapes).toEqual([[2, 10]])
  expect(flowOf(tree)).toEqual([
    'in > conv1',
    'conv1 > pooling',
    'pooling > conv2',
    'conv2 > pooling',
    'pooling > fc',
    'fc > out',
  ])
})

test('a call leaves the model, its inputs and gradients as they were', () => {
  const model = new Sequential(new Conv2d(1, 2, 3), new BatchNorm2d(2), new ReLU({ inplace: true }), new Dropout(0.5))
  model.children().next().value!.eval()
  const x = randn([2, 1, 6, 6])
  const [before, state] = [x.tolist(), JSON.stringify([...model.namedBuffers()].map(([k, b]) => [k, b.tolist()]))]
  moduleTree(model, x)
  expect(x.tolist()).toEqual(before)
  expect(x.requiresGrad).toBe(false)
  expect([...model.modules()].map((m) => m.training)).toEqual([true, false, true, true, true])
  expect(JSON.stringify([...model.namedBuffers()].map(([k, b]) => [k, b.tolist()]))).toBe(state)
  expect([...model.parameters()].every((p) => p.grad === null)).toBe(true)
  // an input that the first layer overwrites, and one whose graph others need
  moduleTree(new Sequential(new ReLU({ inplace: true })), x)
  expect(x.tolist()).toEqual(before)
})

test('modules that do nothing, are shared, are never called, or throw', () => {
  class Odd extends Layer {
    body = new Linear(4, 4)
    same = this.body
    skip = new Identity()
    unused = new Linear(4, 1)
    drop = new Dropout(0.5)

    forward(x: Tensor): Tensor {
      return this.drop(this.same(this.body(x))).add(this.skip(x))
    }
  }
  const tree = moduleTree(new Odd(), randn([3, 4]))
  const modules = byPath(tree)
  expect(tree.parameters).toBe(25)
  expect(modules.get('same')).toMatchObject({ sameAs: 'body', calls: 2, parameters: 20 })
  expect(modules.get('unused')).toMatchObject({ calls: 0, outputShapes: [] })
  expect(flowOf(tree).sort()).toEqual(['body > drop', 'drop > out', 'in > body', 'in > skip', 'skip > out'])

  const wrong = new Odd()
  expect(() => moduleTree(wrong, randn([3, 5]))).toThrow(/shapes cannot be multiplied|size/)
  expect(wrong.training && wrong.body.training).toBe(true)
  // the hooks are gone
  const y = wrong(randn([3, 4]))
  expect(y.shape).toEqual([3, 4])
})

test('lists of modules, which are never called themselves', () => {
  class Deep extends Layer {
    blocks = new ModuleList([new ModuleList([new Linear(3, 3), new ReLU()]), new ModuleList([new Linear(3, 2)])])

    forward(x: Tensor): Tensor {
      let h = x
      for (const block of this.blocks) for (const layer of block as ModuleList<Layer>) h = layer(h).mul(2)
      return h
    }
  }
  const tree = moduleTree(new Deep(), randn([1, 3]))
  const chain = ['in > blocks.0.0', 'blocks.0.0 > blocks.0.1', 'blocks.0.1 > blocks.1.0', 'blocks.1.0 > out']
  expect(flowOf(tree)).toEqual(chain)
  expect(byPath(tree).get('blocks.0')).toMatchObject({ kind: 'ModuleList', calls: 0, parameters: 12 })
})

test('parameters whose shapes the first call decides', () => {
  const model = new Sequential(new LazyLinear(4), new LazyBatchNorm1d())
  const tree = moduleTree(model)
  expect(tree).toMatchObject({ parameters: 0, calls: null })
  expect(tree.children[0]!.own.map(({ shape }) => shape)).toEqual([null, null])
  expect(moduleTree(model, randn([2, 3]))).toMatchObject({ parameters: 24, calls: 1 })
})

test('indices, several inputs and outputs, states in tuples', () => {
  class Names extends Module<[Tensor, { start: Tensor }], [Tensor, Tensor]> {
    embedding = new Embedding(10, 6)
    gru = new GRU(6, 5)
    fc = new Linear(5, 3)

    forward(input: Tensor, { start }: { start: Tensor }): [Tensor, Tensor] {
      const [output, hidden] = this.gru(this.embedding(input.t()), start)
      return [this.fc(output.at(-1)), hidden]
    }
  }
  const args = [arange(8).view(2, 4), { start: zeros([1, 2, 5]) }]
  const tree = moduleTree(new Names(), args)
  const modules = byPath(tree)
  expect(modules.get('embedding')).toMatchObject({ inputShapes: [[4, 2]], outputShapes: [[4, 2, 6]] })
  expect(modules.get('gru')).toMatchObject({
    inputShapes: [
      [4, 2, 6],
      [1, 2, 5],
    ],
    outputShapes: [
      [4, 2, 5],
      [1, 2, 5],
    ],
  })
  expect(flowOf(tree).sort()).toEqual([
    'embedding > gru',
    'fc > out',
    'gru > fc',
    'gru > out',
    'in > embedding',
    'in > gru',
  ])
})

test('where no gradients are recorded, modules that follow each other are known still', () => {
  const model = new Sequential(new Linear(4, 3), new Sigmoid())
  const tree = noGrad(() => moduleTree(model, randn([2, 4])))
  expect(flowOf(tree)).toEqual(['in > 0', '0 > 1', '1 > out'])
})

test('a network window: numbers for names, as visdom has them, and what tsorch adds', () => {
  const content = toNetwork(moduleTree(new Net(), randn([2, 1, 28, 28])))
  expect(content.nodes.map(({ name }) => name)).toEqual([0, 1, 2, 3, 4])
  expect(content.edges).toEqual([
    { source: 0, target: 1, label: 'conv1' },
    { source: 0, target: 2, label: 'conv2' },
    { source: 0, target: 3, label: 'pooling' },
    { source: 0, target: 4, label: 'fc' },
  ])
  expect(content.nodes[1]).toMatchObject({
    label: 'conv1 Conv2d 2×10×24×24 260',
    club: 'Conv2d',
    path: 'conv1',
    outputShapes: [[2, 10, 24, 24]],
    parameters: 260,
    trainable: 260,
  })
  expect(content.nodes[3]!.label).toBe('pooling MaxPool2d 2×20×4×4 (called 2 times)')
  expect(JSON.parse(JSON.stringify(content))).toEqual(content)
})

test('what is no model', () => {
  expect(() => moduleTree(tensor([1]) as never)).toThrow('moduleTree: expected a model, an nn.Module, but got Tensor')
  expect(() => moduleTree(null as never)).toThrow('but got null')
})
