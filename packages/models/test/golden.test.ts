/** Networks with weights from a formula: logits, outputs of all parts and gradients are those that torchvision gave. */
import '@tsorch/kernels'
import { fixtureGroups, loadGroup, runGroup } from '@tsorch/conformance'
import * as core from '@tsorch/core'
import * as nn from '@tsorch/nn'
import { expect, test } from 'vitest'
import * as models from '../src/index.js'

const library = { ...core, nn, models }

// the others have up to 144 million parameters: some minutes, and gigabytes
const full = import.meta.env.TSORCH_TEST === 'full'
const quick = [
  'resnet18',
  'squeezenet1_0',
  'squeezenet1_1',
  'mobilenet_v3_small',
  'shufflenet_v2_x0_5',
  'mnasnet0_5',
  'efficientnet_b0',
  'regnet_y_400mf',
]

/**
 * An activation of this network lies 8e-7 from the kink of ReLU6. Kernels whose sums round otherwise than PyTorch's did fall to its
 * other side, which changes some gradients by 1 %; in float64 all kernels agree.
 */
const atAKink = 'models:mobilenet_v2/image0'

test('the fixtures are packed', () => {
  expect(fixtureGroups).toContain('models')
})

test.each(full ? ['all networks'] : quick)(
  '%s',
  async (name) => {
    const only = full ? () => true : ({ id }: { id: string }) => id.startsWith(`models:${name}/`)
    const results = await runGroup(await loadGroup('models'), { library, only })
    const failed = results.filter(({ status }) => status !== 'passed')
    expect(failed.filter(({ id, message }) => id !== atAKink || !message?.includes('grad of'))).toEqual([])
    expect(results.length).toBeGreaterThanOrEqual(full ? 52 : 1)
  },
  full ? 600_000 : 60_000,
)
