import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { runProcess } from '../src/process.js'
import { flopsOf } from '../src/profile/flops.js'

const main = fileURLToPath(new URL('../dist/main.js', import.meta.url))

function bench(...args: string[]): ReturnType<typeof runProcess> {
  return runProcess({ file: process.execPath, args: [main, '--profile', ...args], input: '', env: {} }, 60)
}

test('operations of kernels from what they are called with', () => {
  const called = (kernel: string, args: Record<string, number>) => flopsOf({ kernel, args, calls: 1, ms: 1 })
  expect(called('gemmF32', { batch: 2, m: 3, n: 5, k: 7 })).toBe(420)
  const direct = { images: 4, channels: 6, outChannels: 8, outHeight: 5, outWidth: 5, kernelHeight: 3, kernelWidth: 3 }
  expect(called('convForward', { ...direct, groups: 1 })).toBe(2 * 4 * 8 * 25 * 54)
  expect(called('convForward', { ...direct, groups: 2 })).toBe(2 * 4 * 8 * 25 * 27)
  const tiles = { batch: 4, channels: 6, outChannels: 8, height: 5, width: 5 }
  expect(called('winogradForward', { ...tiles, tile: 4, pad: 1 })).toBe(2 * 4 * 8 * 25 * 54)
  expect(called('winogradForward', { ...tiles, tile: 25, pad: 2 })).toBe(2 * 4 * 8 * 25 * 150)
  expect(called('rnnForwardF32', { cell: 3, steps: 2, batch: 3, input: 4, hidden: 5 })).toBe(2 * 2 * 3 * 15 * 9)
  expect(called('softmax', { rows: 2, n: 3 })).toBeNull()
})

test('a step by its kernels', async () => {
  const ended = await bench('--only', 'W4', '--sets', 'wasm', '--threads', '1', '--seconds', '0.2')
  expect(ended.failure).toBeNull()
  expect(ended.stdout).toMatch(/^W4, wasm \w+, 1 thread: [\d.]+ m?u?s a step, peak [\d.]+ GFLOP\/s a thread/)
  expect(ended.stdout).toMatch(/\| gemmF32 \| 1.00 \| .* % \| m=64 n=512 k=784/)
  expect(ended.stdout).toContain('| outside of kernels |')
})

test('the plain set has no kernels to time: one line', async () => {
  const { stderr } = await bench('--only', 'W4', '--sets', 'ts')
  expect(stderr).toBe('--profile: the plain TypeScript set has no kernels to time\n')
})
