import { type Backend, deviceOf, isAvailable, kernelSets, ones, registerBackend, tensor } from '@tsorch/core'
import { expect, test } from 'vitest'
import { recordingBackend } from '../src/recording.js'

const plain = deviceOf('cpu').backends.find((b) => b.set === 'ts') as Backend

test('a device of its own that counts what it runs', () => {
  const recording = recordingBackend(plain, 'counting')
  registerBackend(recording.backend)
  expect(isAvailable('counting')).toBe(true)
  expect(kernelSets('counting')).toEqual(['recording'])
  const x = ones([2, 3], { device: 'counting' })
  recording.reset()
  const y = x.add(x)
  expect(y.device).toBe('counting')
  expect(y.tolist()).toEqual([
    [2, 2, 2],
    [2, 2, 2],
  ])
  expect(recording.count('binary.add')).toBe(1)
  expect(recording.kernels()).toBe(1)
  recording.reset()
  expect(recording.kernels()).toBe(0)
  expect(recording.calls.size).toBe(0)
})

test('operations are counted by name, and run by their composites', () => {
  const recording = recordingBackend(plain, 'counting composites')
  registerBackend(recording.backend)
  const x = tensor([[1, 2, 3]], { device: 'counting composites', dtype: 'float32' })
  recording.reset()
  const y = x.softmax(1)
  expect([...recording.calls.keys()].filter((name) => name.startsWith('op.'))).toEqual(['op.softmax'])
  expect(recording.count('op.softmax')).toBe(1)
  expect(recording.kernels()).toBeGreaterThan(1)
  expect(y.sum().item()).toBeCloseTo(1, 6)
})
