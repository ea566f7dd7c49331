import { type Backend, deviceOf, registerBackend, type Tensor, tensor } from '@tsorch/core'
import { Adagrad, Adam, AdamW, type ParamGroupInit, RMSprop, SGD } from '@tsorch/optim'
import { expect, test } from 'vitest'
import { recordingBackend } from '../src/recording.js'

const plain = deviceOf('cpu').backends.find((b) => b.set === 'ts') as Backend
const recording = recordingBackend(plain, 'optimizer calls')
registerBackend(recording.backend)

type Groups = (ParamGroupInit<{ lr: number }> & { params: Tensor[] })[]

const makeParams = (): Tensor[] =>
  Array.from({ length: 60 }, (_, i) =>
    tensor([i, 1, 2], { dtype: 'float32', device: 'optimizer calls', requiresGrad: true }),
  )

test.each<[string, string, (groups: Groups) => { step(): unknown }]>([
  ['SGD', 'op.sgdStep', (groups) => new SGD(groups, { lr: 0.1 })],
  ['SGD with momentum', 'op.sgdStep', (groups) => new SGD(groups, { lr: 0.1, momentum: 0.9, nesterov: true })],
  ['Adam', 'op.adamStep', (groups) => new Adam(groups)],
  ['Adam with amsgrad', 'op.adamStep', (groups) => new Adam(groups, { amsgrad: true, weightDecay: 0.1 })],
  ['AdamW', 'op.adamStep', (groups) => new AdamW(groups)],
  ['RMSprop', 'op.rmspropStep', (groups) => new RMSprop(groups)],
  ['RMSprop, centered', 'op.rmspropStep', (groups) => new RMSprop(groups, { centered: true, momentum: 0.9 })],
  ['Adagrad', 'op.adagradStep', (groups) => new Adagrad(groups, { lrDecay: 0.1 })],
])('a step of %s over 60 parameters is one call a group', (_, op, make) => {
  for (const groups of [1, 3]) {
    const params = makeParams()
    const size = params.length / groups
    const optimizer = make(
      Array.from({ length: groups }, (_, i) => ({ params: params.slice(i * size, (i + 1) * size), lr: 0.1 * (i + 1) })),
    )
    for (const p of params) p.grad = tensor([1, -1, 0.5], { dtype: 'float32', device: 'optimizer calls' })
    // the first one makes the state
    optimizer.step()
    recording.reset()
    optimizer.step()
    const calls = [...recording.calls].filter(([name]) => name.startsWith('op.'))
    expect(calls).toEqual([[op, groups]])
  }
})
