/** The kind `model`, on a network of a few parameters. */
import * as core from '@tsorch/core'
import * as nn from '@tsorch/nn'
import { expect, test } from 'vitest'
import { Group } from '../src/cases/group.js'
import { cotangentOf, fillOf, inputOf } from '../src/nets/fill.js'
import { runGroup } from '../src/run.js'

class Net extends nn.Layer {
  conv = new nn.Conv2d(3, 2, 1)
  fc = new nn.Linear(8, 3)

  override forward(x: core.Tensor): core.Tensor {
    return this.fc(this.conv(x).relu_().flatten(1))
  }
}

/** What the network gives for the formula's weights, computed by hand. */
function expected(): { logits: Float32Array; conv: number[] } {
  const weights = new Map(
    (
      [
        ['conv.weight', [2, 3, 1, 1]],
        ['conv.bias', [2]],
        ['fc.weight', [3, 8]],
        ['fc.bias', [3]],
      ] as const
    ).map(([name, shape]) => [name, fillOf(name, shape)]),
  )
  const [w, b, v, c] = [...weights.values()] as [Float32Array, Float32Array, Float32Array, Float32Array]
  const x = inputOf(2)
  const conv: number[] = []
  const logits = new Float32Array(6)
  for (let n = 0; n < 2; n++) {
    for (let o = 0; o < 2; o++)
      for (let p = 0; p < 4; p++) {
        let sum = b[o]!
        for (let i = 0; i < 3; i++) sum += w[o * 3 + i]! * x[(n * 3 + i) * 4 + p]!
        conv.push(sum)
      }
    for (let k = 0; k < 3; k++)
      logits[n * 3 + k] = conv
        .slice(n * 8)
        .slice(0, 8)
        .reduce((sum, h, j) => sum + Math.max(h, 0) * v[k * 8 + j]!, c[k]!)
  }
  return { logits, conv }
}

function caseOf(changes: object): object {
  const { conv } = expected()
  const probe = (values: readonly number[], shape: readonly number[]): object => ({
    shape,
    mean: { float: values.reduce((sum, value) => sum + value, 0) / values.length },
    abs_mean: { float: values.reduce((sum, value) => sum + Math.abs(value), 0) / values.length },
    at: [[3, { float: values[3] }]],
  })
  // the bias of the last layer gets the sum of the cotangents over the batch
  const cotangent = cotangentOf(6)
  const biasGrad = [0, 1, 2].map((k) => cotangent[k]! + cotangent[k + 3]!)
  return {
    id: 'models:net/image1',
    kind: 'model',
    model: 'torchvision.models.net',
    kwargs: { num_classes: 3 },
    check: 'logits',
    parameters: 35,
    buffers: [],
    children: ['conv', 'fc'],
    input_size: 2,
    image: 1,
    logits: { tensor: 'y', dtype: 'float32', shape: [1, 3] },
    probes_of_children_for_batch_of_2: { conv: probe(conv, [2, 2, 2, 2]) },
    grad_probes_for_cotangent_fill: { 'fc.bias': { ...probe(biasGrad, [3]), at: [[1, { float: biasGrad[1] }]] } },
    ...changes,
  }
}

async function run(changes: object = {}, build: (options: object) => unknown = () => new Net()) {
  const header = JSON.stringify({ y: { dtype: 'F32', shape: [3], data_offsets: [0, 12] } })
  const file = new Uint8Array(8 + header.length + 12)
  new DataView(file.buffer).setBigUint64(0, BigInt(header.length), true)
  file.set(new TextEncoder().encode(header), 8)
  file.set(new Uint8Array(expected().logits.slice(3).buffer), 8 + header.length)
  const manifest = { group: 'models', default_tol: { float32: { rtol: 1e-4, atol: 1e-5 } }, cases: [caseOf(changes)] }
  const group = new Group(manifest as never, file)
  const [result] = await runGroup(group, { library: { ...core, nn, models: { net: build } } })
  return result!
}

test('a right network passes, in-place layers or not', async () => {
  const seen: object[] = []
  const result = await run({}, (options) => {
    seen.push(options)
    return new Net()
  })
  expect(result).toEqual({
    group: 'models',
    id: 'models:net/image1',
    subject: 'torchvision.models.net',
    status: 'passed',
  })
  expect(seen).toEqual([{ numClasses: 3 }])
})

test('keys are compared in their order', async () => {
  const keys = [
    ['conv.weight', [2, 3, 1, 1], 'float32'],
    ['conv.bias', [2], 'float32'],
    ['fc.weight', [3, 8], 'float32'],
    ['fc.bias', [3], 'float32'],
  ]
  expect(await run({ check: 'keys', state_dict: keys })).toMatchObject({ status: 'passed' })
  expect(await run({ check: 'keys', state_dict: keys.toReversed() })).toMatchObject({
    status: 'failed',
    message: expect.stringContaining('entry 0 of the state dict'),
  })
  expect(await run({ check: 'keys', state_dict: keys.slice(1) })).toMatchObject({ status: 'failed' })
})

test.each<[string, object, string]>([
  ['number of parameters', { parameters: 34 }, 'number of parameters is 35 instead of 34'],
  ['child', { children: ['conv', 'head'] }, 'names of children'],
  ['buffer', { buffers: ['mean'] }, 'names of buffers'],
  ['image', { image: 0 }, 'logits'],
])('another %s fails', async (_, changes, message) => {
  expect(await run(changes)).toMatchObject({ status: 'failed', message: expect.stringContaining(message) })
})

test('a part that computes something else fails, by its name', async () => {
  class Doubling extends nn.Conv2d {
    override forward(x: core.Tensor): core.Tensor {
      return super.forward(x).mul(1.01)
    }
  }
  const wrong = (): Net => {
    const net = new Net()
    net.conv = new Doubling(3, 2, 1)
    return net
  }
  expect(await run({}, wrong)).toMatchObject({ status: 'failed', message: expect.stringContaining('output of conv') })
})

test('a gradient that is missing fails', async () => {
  const frozen = (): Net => {
    const net = new Net()
    net.fc.bias!.requiresGrad_(false)
    return net
  }
  expect((await run({}, frozen)).status).toBe('failed')
})

test('a network that does not exist is not covered', async () => {
  expect(await run({ model: 'torchvision.models.other' })).toMatchObject({ status: 'not covered' })
})
