import { arange, randn, type Tensor, zeros } from '@tsorch/core'
import { BatchNorm1d, Dropout, Embedding, Linear, Module, ReLU, Sequential, Sigmoid } from '@tsorch/nn'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { readRun } from '../src/index.js'
import { encodeEvent } from '../src/tensorboard/encode.js'
import { decodeGraph, encodeGraph, type Graph, graphEvents, graphOf } from '../src/tensorboard/graph.js'
import { frameRecord } from '../src/tensorboard/records.js'
import { Net } from './digits-net.js'

const lines = ({ nodes }: Graph): string[] => nodes.map((n) => `${n.name} = ${n.op}(${n.inputs.join(', ')})`)

test('operations in the scopes of their modules, as PyTorch names them', () => {
  const graph = graphOf(new Net(), [zeros([2, 1, 28, 28])])
  expect(lines(graph)).toEqual([
    'input/x = IO Node()',
    'output/output.1 = IO Node(Net/Linear[fc]/linear)',
    'Net/Conv2d[conv1]/weight = prim::GetAttr()',
    'Net/Conv2d[conv1]/bias = prim::GetAttr()',
    'Net/Conv2d[conv1]/_convolution = aten::_convolution(input/x, Net/Conv2d[conv1]/weight, Net/Conv2d[conv1]/bias)',
    'Net/MaxPool2d[pooling]/max_pool2d = aten::max_pool2d(Net/Conv2d[conv1]/_convolution)',
    'Net/relu = aten::relu(Net/MaxPool2d[pooling]/max_pool2d)',
    'Net/Conv2d[conv2]/weight = prim::GetAttr()',
    'Net/Conv2d[conv2]/bias = prim::GetAttr()',
    'Net/Conv2d[conv2]/_convolution = aten::_convolution(Net/relu, Net/Conv2d[conv2]/weight, Net/Conv2d[conv2]/bias)',
    'Net/MaxPool2d[pooling]/max_pool2d_1 = aten::max_pool2d(Net/Conv2d[conv2]/_convolution)',
    'Net/relu_1 = aten::relu(Net/MaxPool2d[pooling]/max_pool2d_1)',
    'Net/view = aten::view(Net/relu_1)',
    'Net/Linear[fc]/weight = prim::GetAttr()',
    'Net/Linear[fc]/bias = prim::GetAttr()',
    'Net/Linear[fc]/linear = aten::linear(Net/view, Net/Linear[fc]/weight, Net/Linear[fc]/bias)',
  ])
  const shapes = new Map(graph.nodes.map(({ name, outputShapes }) => [name, outputShapes]))
  expect(shapes.get('input/x')).toEqual([[2, 1, 28, 28]])
  expect(shapes.get('Net/Conv2d[conv2]/_convolution')).toEqual([[2, 20, 8, 8]])
  expect(shapes.get('Net/Linear[fc]/weight')).toEqual([[10, 320]])
  expect(shapes.get('output/output.1')).toEqual([[2, 10]])
})

test('several inputs and outputs, modules used twice, layers that do nothing now', () => {
  class Twice extends Module<[Tensor, Tensor], [Tensor, Tensor]> {
    seq = new Sequential(new Linear(4, 4), new Dropout(0.5), new ReLU())
    act = new Sigmoid()

    forward(x: Tensor, other: Tensor): [Tensor, Tensor] {
      return [this.act(this.seq(x).add(this.seq(other))), x]
    }
  }
  const model = new Twice()
  const graph = graphOf(model, [randn([2, 4]), randn([2, 4])])
  const scope = 'Twice/Sequential[seq]'
  expect(lines(graph)).toEqual([
    'input/x = IO Node()',
    'input/other = IO Node()',
    'output/output.1 = IO Node(Twice/Sigmoid[act]/sigmoid)',
    'output/output.2 = IO Node(input/x)',
    `${scope}/Linear[0]/weight = prim::GetAttr()`,
    `${scope}/Linear[0]/bias = prim::GetAttr()`,
    `${scope}/Linear[0]/linear = aten::linear(input/x, ${scope}/Linear[0]/weight, ${scope}/Linear[0]/bias)`,
    `${scope}/Dropout[1]/Dropout = Dropout(${scope}/Linear[0]/linear)`,
    `${scope}/ReLU[2]/relu = aten::relu(${scope}/Dropout[1]/Dropout)`,
    `${scope}/Linear[0]/linear_1 = aten::linear(input/other, ${scope}/Linear[0]/weight, ${scope}/Linear[0]/bias)`,
    `${scope}/Dropout[1]/Dropout_1 = Dropout(${scope}/Linear[0]/linear_1)`,
    `${scope}/ReLU[2]/relu_1 = aten::relu(${scope}/Dropout[1]/Dropout_1)`,
    `Twice/add = aten::add(${scope}/ReLU[2]/relu, ${scope}/ReLU[2]/relu_1)`,
    'Twice/Sigmoid[act]/sigmoid = aten::sigmoid(Twice/add)',
  ])
})

test('indices, frozen parts, and inputs in lists', () => {
  class Words extends Module<[[Tensor, Tensor], number], Tensor> {
    embedding = new Embedding(10, 4)
    norm = new BatchNorm1d(4)

    forward([words, weights]: [Tensor, Tensor], scale = 2): Tensor {
      return this.norm(this.embedding(words).mul(weights).mul(scale).sum(1))
    }
  }
  const model = new Words()
  model.embedding.requiresGrad_(false)
  const graph = graphOf(model, [[arange(6).view(2, 3), randn([2, 3, 1])], 3])
  const names = graph.nodes.map(({ name }) => name)
  expect(names.slice(0, 2)).toEqual(['input/input.1.1', 'input/input.1.2'])
  const byName = new Map(graph.nodes.map((node) => [node.name, node]))
  expect(byName.get('Words/mul')!.inputs).toContain('input/input.1.2')
  expect(byName.get('Words/BatchNorm1d[norm]/batch_norm')!.inputs).toContain('Words/BatchNorm1d[norm]/weight')
  expect(byName.get('output/output.1')!.inputs).toEqual(['Words/BatchNorm1d[norm]/batch_norm'])
  // nothing is recorded of a frozen embedding of indices, but that it was called
  expect(byName.get('Words/Embedding[embedding]/Embedding')!.inputs).toEqual(['input/input.1.1'])
})

test('what is written is read', async () => {
  const graph = graphOf(new Net(), [zeros([1, 1, 28, 28])])
  const bytes = graphEvents(graph, 12.5).map((event) => frameRecord(encodeEvent(event)))
  const run = await readRun(bytes)
  expect(run.graph).toEqual(graph)
  expect((await readRun(bytes.slice(1))).graph).toBe(null)
})

test('every graph survives its message', () => {
  const shape = fc.array(fc.integer({ min: -1, max: 2 ** 40 }), { maxLength: 4 })
  const node = fc.record({
    name: fc.string(),
    op: fc.string(),
    inputs: fc.array(fc.string(), { maxLength: 3 }),
    attributes: fc.string(),
    outputShapes: fc.array(shape, { maxLength: 3 }),
  })
  fc.assert(
    fc.property(fc.array(node, { maxLength: 4 }), (nodes) => {
      expect(decodeGraph(encodeGraph({ nodes }))).toEqual({ nodes })
    }),
  )
})
