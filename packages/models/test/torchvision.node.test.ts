/** The networks by name: what their parameters are called, and what a seed makes of them. */
import { manualSeed, rand } from '@tsorch/core'
import { describe, expect, test } from 'vitest'
import { getModel, listModels, type ModelName } from '../src/index.js'
import { crc32 } from './crc32.js'
import { torchvisionNames } from './torchvision-names.js'
import { torchvisionSeeds } from './torchvision-seeds.js'

// larger networks take seconds each, and gigabytes together
const full = import.meta.env.TSORCH_TEST === 'full'
const most = full ? 150e6 : 3e6
const always = ['resnet18', 'googlenet', 'resnet50']
const small = new Set(torchvisionNames.filter(([, parameters]) => parameters <= most).map(([name]) => name))

test('torchvision has these networks', () => {
  expect(listModels().filter((name) => name !== 'regnet_y_128gf')).toEqual(
    torchvisionNames.map(([name]) => name).sort(),
  )
})

describe('names and shapes are those of torchvision', () => {
  test.each(torchvisionNames.filter(([name]) => small.has(name) || always.includes(name)))(
    '%s',
    (name, parameters, keys, crc) => {
      const model = getModel(name as ModelName)
      expect([...model.parameters()].reduce((n, p) => n + p.numel(), 0)).toBe(parameters)
      const state = Object.entries(model.stateDict())
      expect(state.length).toBe(keys)
      const lines = state.map(([key, { shape }]) => `${key} ${shape.join(',')}`)
      expect(crc32(new TextEncoder().encode(lines.join('\n')))).toBe(crc)
    },
    60_000,
  )
})

describe('a seed gives the weights of torchvision', () => {
  test.each(torchvisionSeeds.filter(([name]) => small.has(name) || name === 'resnet18'))(
    '%s',
    (name, next, weights) => {
      manualSeed(7)
      const model = getModel(name as ModelName)
      expect(rand([2]).tolist()).toEqual(next)
      const state = model.stateDict()
      for (const [key, want] of Object.entries(weights)) {
        const got = state[key]!.flatten().narrow(0, 0, 2).tolist() as number[]
        for (const [i, value] of want.entries()) expect(got[i]! / value).toBeCloseTo(1, 5)
      }
    },
    60_000,
  )
})
